"""The satisfaction summary as XLSX and CSV, in chat and by the command line."""

import asyncio
import csv
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import select

from handlers.export_job import Job
from handlers.summary import Order
from handlers.texts import Voice
from knowledge.lifecycle import Role
from knowledge.periods import Period, Unit
from knowledge.satisfaction import MEASURES
from storage.report_tables import ExportRecord
from storage.tables import Staff
from tests.conftest import NOON
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


SHEETS = [
    "封面",
    "按区域",
    "按领域和事项",
    "按人员",
    "趋势",
    "差评与整改",
    "逐件",
    "居民需求",
    "服务资源",
    "民生项目",
    "说明",
]


def lines(book: openpyxl.Workbook, sheet: str) -> list[dict[str, object]]:
    """The rows of a sheet by their headings."""
    head, *rest = list(book[sheet].values)
    return [dict(zip(map(str, head), row, strict=True)) for row in rest]


async def test_export_as_a_workbook(world: World) -> None:
    """openpyxl reads it back: the sheets, the figures by hand, numbers as numbers, no formula, no resident."""
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
    assert book.sheetnames == SHEETS
    for row in lines(book, "按领域和事项"):
        assert [row[h] for h in ("登记", "结案", "已评价", "评价覆盖率", "满意", "不满意")] == [7, 7, 7, 1, 6, 1]
        assert (row["满意度"], row["平均分"]) == (pytest.approx(6 / 7), pytest.approx(26 / 7))
    assert [(row["领域"], row["服务事项"]) for row in lines(book, "按领域和事项")] == [
        ("养老服务", ""), ("养老服务", "老年助餐"), ("合计", ""),
    ]  # fmt: skip
    assert [(row["姓名"], row["身份"], row["差评"]) for row in lines(book, "按人员")] == [
        ("=李敏", "首问责任人", 1), ("=李敏", "承办人", 1),
    ]  # fmt: skip
    [poor] = lines(book, "差评与整改")
    assert (poor["评价"], poor["居民的话"]) == ("不满意", EVIL)
    requests = lines(book, "逐件")
    assert len(requests) == 7
    assert requests[0]["登记时间"] == NOON.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None), (
        "on the office's clock, as a date"
    )
    for sheet in book:
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f", cell.value
                assert "秀英的名字" not in str(cell.value)


async def test_how_the_workbook_is_laid_out(world: World) -> None:
    """Headings stay, columns can be filtered, numbers have their formats, it prints on A4 across, charts are native."""
    _, manager = await evil_example(world)
    await manager.presses("p:export:month.xlsx")
    [content] = documents(manager).values()
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name in SHEETS[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "B2", name
        assert bool(sheet.auto_filter.ref) is (sheet.max_row > 1), name
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$A")
    formats = {str(c.value): book["按区域"].cell(2, c.column).number_format for c in book["按区域"][1]}
    assert (formats["满意度"], formats["登记"], formats["平均分"]) == ("0.0%", "#,##0", "0.00")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert sum(part.startswith("xl/charts/chart") for part in packed.namelist()) == 4
    means = {row["指标"]: row["怎么算"] for row in lines(book, "说明")}
    assert len(means) == len(MEASURES)
    assert "不足 5 件" in str(means["满意度"])


async def test_export_as_csv(world: World) -> None:
    """A byte order mark for Excel, a file a table, nothing that would run as a formula."""
    _, manager = await evil_example(world)
    await manager.says("总览")
    await manager.clicks("导出满意度")
    await manager.clicks("本月")
    await manager.clicks("CSV")
    found = documents(manager)
    stem = "满意度汇总-20261101"
    others = {f"{stem}-{title}.csv" for title in SHEETS if title != "按领域和事项"}
    assert set(found) == {f"{stem}.csv", *others}
    assert all(content.startswith(b"\xef\xbb\xbf") for content in found.values())
    detail = rows(found[f"{stem}-逐件.csv"])
    said = [line[-1] for line in detail[1:]]
    assert said == [f"'{EVIL}", "'+1+1", "'=1", "'＝1+1", "'-2", "'@SUM(A1)", "好\n=1"]
    assert {line[detail[0].index("承办人")] for line in detail[1:]} == {"'=李敏"}
    assert "秀英的名字" not in b"".join(found.values()).decode()
    assert rows(found[f"{stem}.csv"])[1][:5] == ["养老服务", "", "7", "7", "7"]


async def test_long_numbers_of_people_are_masked(world: World) -> None:
    """A telephone number in what a resident wrote does not go out, nor does their own name."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    resident = await rated(world, worker, MEALS, "不满意", name="张秀英的名字")
    await resident.says("打 138 1234 5678 找张秀英的名字，3 天了")
    await manager.presses("p:export:month.csv")
    [said] = [line[-1] for line in rows(documents(manager)["满意度汇总-20261101-逐件.csv"])[1:]]
    assert said == "打 ************* 找张*****，3 天了"


async def test_who_exported_is_written_down(world: World) -> None:
    """Each export is a line in the book of exports."""
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.presses("p:export:last-month.xlsx")
    async with world.app.database.read() as session:
        [kept] = (await session.execute(select(ExportRecord))).scalars()
    assert (kept.person_id, kept.kind, kept.personal) == ((await world.who(manager)).id, "xlsx", False)
    assert (kept.first.isoformat(), kept.last.isoformat()) == ("2026-10-01", "2026-10-31")


async def test_two_workers_of_one_name_are_two_rows(world: World) -> None:
    """Figures by person are by person, not by name."""
    first = await world.staff("李敏")
    await rated(world, first, MEALS, "满意")
    second, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await rated(world, second, MEALS, "不满意")
    await manager.presses("p:export:month.csv")
    found = rows(documents(manager)["满意度汇总-20261101-按人员.csv"])
    assert [line[:4] for line in found[1:3]] == [["李敏", "首问责任人", "1", "1"]] * 2


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
    [total] = lines(openpyxl.load_workbook(io.BytesIO(content)), "按领域和事项")
    assert [total[h] for h in ("领域", "登记", "结案", "评价覆盖率", "满意度")] == ["合计", 0, 0, None, None]


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


async def test_a_large_export_is_made_by_another_process(world: World) -> None:
    """With the same content; and a job that fails says so."""
    worker = await world.staff("李敏")
    await rated(world, worker, MEALS, "满意")
    office, settings = world.app.office, world.app.settings
    voice = Voice(office.texts, "zh", False, settings.zone)
    period = Period.of(Unit.MONTH, NOON.date())
    order = Order.make(period, world.now, voice, office.rules.catalogue, "满意度汇总")
    apart, here = [Job(settings.database_url, order, "a.csv", apart=a) for a in (True, False)]
    assert await asyncio.to_thread(apart.files) == await asyncio.to_thread(here.files)
    broken = Job("sqlite+aiosqlite:////nowhere/at/all.db", order, "a.csv", apart=True)
    with pytest.raises(OSError, match="the export failed"):
        await asyncio.to_thread(broken.files)


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
    assert [row["结案"] for row in lines(book, "按领域和事项")] == [7, 7, 7]
    assert "2026-11-23 – 2026-11-23" in [cell.value for cell in book["封面"]["B"]]
    content = (tmp_path / "summary.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows(content)[1][:4] == ["养老服务", "", "7", "7"]
    said = [line[-1] for line in rows((tmp_path / "summary-逐件.csv").read_bytes())]
    assert said[1] == f"'{EVIL}"


async def test_personal_data_goes_out_only_when_asked_for_and_is_written_down(world: World, tmp_path: Path) -> None:
    """Names as they are, a column of telephone numbers, and a line that says who took them."""
    await evil_example(world)
    out = tmp_path / "all.xlsx"
    day: Sequence[str] = ("--from", "2026-11-23", "--to", "2026-11-23", "--out", str(out))
    done = await command(world, "export", *day, "--with-personal-data", "--by", "王主任")
    assert done.returncode == 0, done.stderr
    first = lines(openpyxl.load_workbook(out), "逐件")[0]
    assert (first["居民"], "电话" in first) == ("张秀英的名字", True)
    async with world.app.database.read() as session:
        [kept] = (await session.execute(select(ExportRecord))).scalars()
    assert (kept.taken_by, kept.personal, kept.area_id) == ("王主任", True, None)


async def test_the_bulletin_tells_nobodys_name(world: World, tmp_path: Path) -> None:
    """One sheet for the notice board: counts, no resident, no worker, no words; nothing fetched from elsewhere."""
    await evil_example(world)
    out = tmp_path / "bulletin.html"
    done = await command(
        world, "export", "--from", "2026-11-01", "--to", "2026-11-30", "--area", "HJ", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    page = out.read_text("utf-8")
    for shown in ("黄桷社区满意度公示", "85.7%", "养老服务", "2026-11-01 至 2026-11-30"):
        assert shown in page
    for hidden in ("张秀英", "李敏", "HYPERLINK", "http", "<script"):
        assert hidden not in page


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
