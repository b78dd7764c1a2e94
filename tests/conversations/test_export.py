"""The satisfaction summary as XLSX and CSV, in chat and by the command line."""

import asyncio
import csv
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from knowledge.lifecycle import Role
from storage.tables import Staff
from tests.conversations.chat import Actor, World
from tests.conversations.stories import MEALS, rated

EVIL = '=HYPERLINK("http://x","点我")'


def documents(actor: Actor) -> dict[str, bytes]:
    """The files that came, by name."""
    return {s.method.document.filename: s.method.document.data for s in actor.shown if s.kind == "document"}  # type: ignore[attr-defined]


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


async def evil_example(world: World) -> tuple[Actor, Actor]:
    """Names and words that a spreadsheet would run, in every field a person can write."""
    worker, manager = await world.staff("=李敏"), await world.staff("王芳", Role.MANAGER)
    resident = await rated(world, worker, MEALS, "不满意", name="张秀英的名字")
    await resident.says(EVIL)
    for words in ("+1+1", "\t=1", "＝1+1", "-2", "@SUM(A1)", "好\n=1"):
        other = await rated(world, worker, MEALS, "满意", name="张秀英的名字")
        await other.says(words)
    return worker, manager


async def test_export_as_a_workbook(world: World) -> None:
    """openpyxl reads it back: the sheets, the figures by hand, percentages as numbers, no formula, no resident."""
    _, manager = await evil_example(world)
    await manager.says("总览")
    await manager.clicks("导出满意度")
    await manager.clicks("本月")
    await manager.clicks("Excel")
    manager.sees("正在做")
    assert manager.last.kind == "document"  # the file comes after the word that it will
    [(name, content)] = documents(manager).items()
    assert name == "满意度汇总-20261101.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["说明", "按领域", "按服务事项", "按首问责任人", "逐件"]
    by_domain = list(book["按领域"].values)
    assert by_domain[1][:12] == (
        "养老服务",
        7,
        7,
        7,
        1,
        0,
        6,
        0,
        1,
        0,
        pytest.approx(6 / 7),
        pytest.approx(26 / 7, abs=0.01),
    )
    assert by_domain[1][1:] == by_domain[2][1:]
    assert by_domain[2][0] == "合计"
    assert book["按领域"]["K2"].number_format == "0.0%"
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", cell.value
                assert "张秀英" not in str(cell.value)
    said = [line[-1] for line in book["逐件"].values][1:]
    assert said[0] == EVIL
    assert book["逐件"].freeze_panes == "B2"
    assert book["说明"]["B2"].value == "2026-11-01"
    assert book["说明"]["B3"].value == "2026-12-01"


async def test_export_as_csv(world: World) -> None:
    """A byte order mark for Excel, a file a table, nothing that would run as a formula."""
    _, manager = await evil_example(world)
    await manager.says("总览")
    await manager.clicks("导出满意度")
    await manager.clicks("本月")
    await manager.clicks("CSV")
    found = documents(manager)
    assert sorted(found) == sorted(
        f"满意度汇总-20261101-{t}.csv" for t in ("说明", "按领域", "按服务事项", "按首问责任人", "逐件")
    )
    assert all(content.startswith(b"\xef\xbb\xbf") for content in found.values())
    detail = rows(found["满意度汇总-20261101-逐件.csv"])
    said = [line[-1] for line in detail[1:]]
    assert said == [f"'{EVIL}", "'+1+1", "'=1", "'＝1+1", "'-2", "'@SUM(A1)", "好\n=1"]
    assert {line[4] for line in detail[1:]} == {"'=李敏"}
    assert "张秀英" not in b"".join(found.values()).decode()
    assert rows(found["满意度汇总-20261101-按领域.csv"])[1][:5] == ["养老服务", "7", "7", "7", "1.0"]


async def test_two_workers_of_one_name_are_two_rows(world: World) -> None:
    """Figures by first responder are by person, not by name."""
    first = await world.staff("李敏")
    await rated(world, first, MEALS, "满意")
    second, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await rated(world, second, MEALS, "不满意")
    await manager.presses("p:export:month.csv")
    lines = rows(documents(manager)["满意度汇总-20261101-按首问责任人.csv"])
    assert [(line[0], line[1]) for line in lines[1:]] == [("李敏", "1"), ("李敏", "1"), ("合计", "2")]


async def test_only_the_own_area_is_exported(world: World) -> None:
    """Another community's closures are not in it."""
    await world.add_area("DS", "大石坝社区")
    worker = await world.staff("李敏")
    other = await world.staff("外经理", Role.MANAGER, area="DS")
    await rated(world, worker, MEALS, "满意")
    await other.presses("p:export:month.csv")
    assert len(rows(documents(other)["满意度汇总-20261101-逐件.csv"])) == 1


async def test_an_empty_summary(world: World) -> None:
    """Nothing closed: headings and a total of nothing, no share."""
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.presses("p:export:last-month.xlsx")
    [content] = documents(manager).values()
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert list(book["按领域"].values)[1][:5] == ("合计", 0, 0, 0, None)


async def test_whoever_lost_the_post_gets_no_file(world: World) -> None:
    """The right is looked at when the file is made, not when it was asked for."""
    manager = await world.staff("王芳", Role.MANAGER)
    async with world.app.database.write() as session:
        for post in (await session.execute(select(Staff))).scalars():
            post.until = world.now + timedelta(seconds=1)
    world.wires["telegram"].faults.append(TimeoutError())
    await manager.presses("p:export:month.xlsx")
    await world.later(seconds=30)
    assert documents(manager) == {}


# -- the same by the command line


def run(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "SHOUWEN_DATABASE_URL": database_url, "PYTHONWARNINGS": "error"},
        cwd=Path(__file__).parents[2],
    )


async def command(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    url = world.app.settings.database_url
    return await asyncio.to_thread(run, url, *arguments)


async def test_export_by_the_command_line(world: World, tmp_path: Path) -> None:
    """While the bot runs: a workbook and CSV with the figures of the chat, and nothing on stdout."""
    await evil_example(world)
    period: Sequence[str] = ("--from", "2026-11-23", "--to", "2026-11-23", "--area", "HJ")
    for name in ("summary.xlsx", "summary.csv"):
        done = await command(world, "export", *period, "--out", str(tmp_path / name))
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    book = openpyxl.load_workbook(tmp_path / "summary.xlsx")
    assert [line[:4] for line in book["按领域"].values][1:] == [("养老服务", 7, 7, 7), ("合计", 7, 7, 7)]
    assert book["说明"]["B3"].value == "2026-11-24"
    content = (tmp_path / "summary.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows(content)[1][:4] == ["养老服务", "7", "7", "7"]
    said = [line[-1] for line in rows((tmp_path / "summary-逐件.csv").read_bytes())]
    assert said[1] == f"'{EVIL}"


async def test_the_command_line_says_what_is_wrong(world: World, tmp_path: Path) -> None:
    """Wrong use is 2, in one line; a day with nothing is an empty summary."""
    day: Sequence[str] = ("--from", "2026-01-01", "--to", "2026-01-01")
    for arguments, code in (
        (("--from", "2026-02-01", "--to", "2026-01-01", "--out", "a.csv"), 2),
        ((*day, "--out", "a.pdf"), 2),
        ((*day, "--out", str(tmp_path / "a.csv"), "--area", "NIX"), 2),
        ((*day, "--out", str(tmp_path / "nowhere" / "a.csv")), 1),
        ((*day, "--out", str(tmp_path / "a.csv")), 0),
    ):
        done = await command(world, "export", *arguments)
        assert done.returncode == code, (arguments, done.stderr)
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
