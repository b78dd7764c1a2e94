"""The command line: exit codes, one-line errors, and what each command leaves behind."""

import asyncio
import csv
import json
import re
import socket
import sqlite3
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.__main__ import cli, start
from bot.settings import PREFIX
from knowledge.lifecycle import Role
from knowledge.numbers import spoken
from storage.database import Database
from tests.conftest import NOON
from tests.conversations.chat import World

DAY = ("--from", "2026-11-01", "--to", "2026-11-30")


@pytest.fixture
def database_file(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty, migrated database that the commands use; nothing else is set."""
    import os

    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    return Path(database_url.removeprefix("sqlite+aiosqlite:///"))


def run(*args: str, code: int = 0, answer: str | None = None) -> Result:
    """Run a command; it must end with this code and never with a traceback."""
    result = CliRunner().invoke(cli, args, input=answer)
    assert result.exit_code == code, (result.output, result.stderr, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output + result.stderr
    return result


def fails(*args: str, code: int, words: str) -> None:
    """It says what is wrong in one line on stderr, and nothing on stdout."""
    result = run(*args, code=code)
    [line] = result.stderr.splitlines()
    assert words in line
    assert result.stdout == ""


def closed_request(url: str, matcher: object, folder: Path) -> str:
    """One request, from the first word to the rating; returns its number."""

    async def story() -> str:
        async with World.open(url, folder, matcher, NOON) as world:  # type: ignore[arg-type]
            worker, resident = await world.staff("李敏"), await world.resident("张秀英")
            await world.staff("王芳", Role.MANAGER)
            await resident.says("转人工")
            await resident.says("楼道灯坏了")
            await worker.clicks("受理")
            await worker.clicks("办结")
            await worker.says("换了灯泡")
            await resident.clicks("非常满意")
            [request] = await world.requests()
            return request.number

    return asyncio.run(story())


def test_areas_and_invitations(database_file: Path) -> None:
    """Areas are listed as they were added; a code stands alone on stdout and can be used."""
    run("area", "add", "YZ", "渝中区", "--level", "district")
    run("area", "add", "HJ", "黄桷社区", "--parent", "YZ", "--phone", "023-1")
    listed = run("area", "list").stdout.splitlines()
    assert listed == ["HJ\tcommunity\t黄桷社区\tYZ", "YZ\tdistrict\t渝中区\t"]
    codes = {
        run("invite", "worker", "--area", "HJ", "--name", "李敏", "--domain", "mediation").stdout,
        run("invite", "manager", "--area", "YZ").stdout,
    }
    assert all(re.fullmatch(r"[\w-]{16,}\n", code) for code in codes)
    assert len(codes) == 2
    assert sqlite3.connect(database_file).execute("SELECT count(*) FROM invite").fetchone() == (2,)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("area", "add", "a b", "x"), "an area code is"),
        (("area", "add", "HJ", "又一个"), "there is an area 'HJ' already"),
        (("area", "add", "X", "x", "--parent", "NO"), "no area 'NO' to be the parent"),
        (("invite", "worker", "--area", "NO"), "there is no area 'NO'"),
        (
            ("invite", "worker", "--area", "HJ", "--domain", "cooking"),
            "no domain 'cooking'; the domains are",
        ),
        (("export", *DAY, "--out", "x.xlsx", "--area", "NO"), "there is no area 'NO'"),
        (("export", *DAY, "--out", "x.pdf"), "ends in .xlsx, .csv or .html"),
        (("export", "--from", "2026-11-30", "--to", "2026-11-01", "--out", "x.csv"), "not before --from"),
        (("erase", "--yes", "--number", "261123-0042-7"), "there is no request 261123-0042-7"),
    ],
)
def test_wrong_use_is_said_in_one_line(database_file: Path, args: tuple[str, ...], words: str) -> None:
    """Exit code 2, and what would be right."""
    run("area", "add", "HJ", "黄桷社区")
    fails(*args, code=2, words=words)


@pytest.mark.parametrize(
    "args",
    [("area", "add"), ("invite", "boss", "--area", "HJ"), ("export", "--from", "soon"), ("nonsense",), ("audit", "x")],
)
def test_what_is_no_command_is_wrong_use(database_file: Path, args: tuple[str, ...]) -> None:
    """Typer says how it is used; the code is 2."""
    run(*args, code=2)


def test_a_wrong_setting_stops_every_command(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, with the name of the variable."""
    monkeypatch.setenv(f"{PREFIX}TIMEZONE", "Chongqing")
    for args in (("area", "list"), ("audit",), ("check",), ("run",), ()):
        fails(*args, code=2, words=f"{PREFIX}TIMEZONE: expected a time zone")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+asyncpg://u:secret@127.0.0.1:1/x", "the database cannot be used"),
        ("sqlite+aiosqlite:///{folder}/notes.txt", "not a database"),
    ],
)
def test_a_database_that_cannot_be_used(
    url: str, words: str, database_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1, one line that names the setting and keeps the password."""
    (tmp_path / "notes.txt").write_text("no database " * 100)
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", url.format(folder=tmp_path))
    result = run("area", "list", code=1)
    [line] = result.stderr.splitlines()
    assert line.startswith(f"{PREFIX}DATABASE_URL: ")
    assert words in line
    assert "secret" not in line


def test_a_newer_schema_is_left_alone(database_file: Path) -> None:
    """A program that does not know the schema changes nothing."""
    connection = sqlite3.connect(database_file)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    fails("area", "list", code=1, words="has schema 9999")


def test_a_wrong_catalogue_or_calendar_stops_the_start(
    database_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the file and what was expected in it, from `check` and from `run`; and the process ends."""
    (days := tmp_path / "days.yaml").write_text("holidays: yesterday\n")
    (folder := tmp_path / "services").mkdir()
    (folder / "elderly_care.yaml").write_text("id: 5\n")
    for name, value, words in (("CALENDAR", days, "days.yaml"), ("CATALOGUE", folder, "elderly_care.yaml")):
        monkeypatch.setenv(PREFIX + name, str(value))
        for command in ("check", "run"):
            result = run(command, code=1)
            assert words in result.stderr
        monkeypatch.delenv(PREFIX + name)


def test_nothing_to_serve(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token and without the web chat there is nobody to talk with."""
    monkeypatch.setenv(f"{PREFIX}WEB_PORT", "0")
    fails("run", code=1, words="nothing to serve: set SHOUWEN_TELEGRAM_TOKEN")


def test_a_port_in_use_is_named(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of a traceback the setting that must change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv(f"{PREFIX}WEB_PORT", str(taken.getsockname()[1]))
        result = run("run", code=1)
    assert result.stderr.splitlines()[-1].startswith("SHOUWEN_WEB_PORT: 127.0.0.1:")


def test_check_names_what_is_missing(database_file: Path) -> None:
    """No area; then an area that nobody answers for."""
    assert "area add" in run("check", code=1).stdout
    run("area", "add", "HJ", "黄桷社区")
    assert "HJ 黄桷社区: nobody answers" in run("check", code=1).stdout


def test_a_service_that_left_the_lists_is_named(
    database_file: Path, database_url: str, matcher: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check and the start name its id while an open request has it; a closed one troubles nobody."""

    async def at_once(self: object) -> None:
        """As if a signal to stop came right after the start."""

    number = closed_request(database_url, matcher, tmp_path)
    office = sqlite3.connect(database_file)
    with office:
        office.execute("UPDATE request SET service_id = 'general.gone' WHERE number = ?", (number,))
    assert "general.gone" not in run("check").stdout
    with office:
        office.execute("UPDATE request SET status = 'in_progress'")
    office.close()
    assert "service general.gone: no list has it" in run("check", code=1).stdout
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv(f"{PREFIX}WEB_PORT", str(free.getsockname()[1]))
    monkeypatch.setattr("bot.app.App.until_told", at_once)
    assert "service general.gone: no list has it" in run("run").stderr


@pytest.mark.parametrize(("command", "out"), [("export", "nodir/a.xlsx"), ("outcomes", "nodir/a.jsonl")])
@pytest.mark.usefixtures("database_file")
def test_a_folder_that_is_not_there_is_said_at_once(command: str, out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, before the database is looked at (here there is none) and anything is counted."""
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", "sqlite+aiosqlite:////nodir/none.db")
    fails(command, *DAY, "--out", out, code=1, words=f"{out}: there is no folder nodir")


def test_export_audit_erase(database_file: Path, database_url: str, matcher: object, tmp_path: Path) -> None:
    """The summary as both kinds of file, the history found whole and found altered, and a person erased."""
    number = closed_request(database_url, matcher, tmp_path)
    assert "1 requests" in run("export", *DAY, "--out", "sum.xlsx").stderr
    assert zipfile.is_zipfile("sum.xlsx")
    run("export", *DAY, "--out", "sum.csv", "--area", "HJ")
    assert Path("sum.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(Path("sum.csv").read_text("utf-8-sig").splitlines()))
    assert any("综合窗口" in row for row in rows)
    assert "张秀英" not in "".join(p.read_text("utf-8-sig") for p in Path().glob("sum*.csv"))
    fails("export", *DAY, "--out", "nowhere/sum.csv", code=1, words="nowhere/sum.csv: ")
    assert run("check").stdout == ""
    assert run("audit").stdout == ""
    run("erase", "--number", number, code=1, answer="n\n")
    run("erase", "--number", f" {spoken(number)}", answer="y\n")
    kept = sqlite3.connect(database_file)
    assert kept.execute("SELECT count(*) FROM person WHERE name = '张秀英'").fetchone() == (0,)
    assert kept.execute("SELECT count(*) FROM request").fetchone() == (1,)
    kept.close()
    assert run("audit").stdout == ""

    async def alter() -> None:
        database = Database(database_url)
        async with database.write() as session:
            found = await session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for (name,) in found.all():
                await session.execute(text(f'DROP TRIGGER "{name}"'))
            await session.execute(text("UPDATE event SET action = 'withdraw' WHERE action = 'rate'"))
        await database.close()

    asyncio.run(alter())
    assert number in run("audit", code=1).stdout


def test_outcomes_feed_the_suggestions(database_file: Path, database_url: str, matcher: object, tmp_path: Path) -> None:
    """A need that went to the general window is an unmet one; the file is its owner's, and stderr has no words."""
    from knowledge.__main__ import main

    closed_request(database_url, matcher, tmp_path)
    result = run("outcomes", *DAY, "--out", "outcomes.jsonl", "--area", "HJ")
    assert result.stderr == "outcomes.jsonl: 1 needs\n"
    file = Path("outcomes.jsonl")
    assert json.loads(file.read_text()) == {"text": "楼道灯坏了", "offered": [], "chosen": "general.window"}
    assert file.stat().st_mode & 0o077 == 0
    assert main(["suggest", "outcomes.jsonl"]) == 0
    fails("outcomes", *DAY, "--out", "x.jsonl", "--area", "NO", code=2, words="there is no area 'NO'")
    fails("outcomes", *DAY, "--out", "nowhere/x.jsonl", code=1, words="nowhere/x.jsonl: ")
    fails("outcomes", "--from", "2026-11-30", "--to", "2026-11-01", "--out", "x", code=2, words="not before --from")


def test_small_commands_do_not_load_the_chat_library() -> None:
    """They answer at once: loading it takes longer than all they do."""
    import subprocess
    import sys

    program = (
        "import sys; import bot.__main__, bot.tools, storage.people, storage.history, storage.schema; "
        "sys.exit('aiogram' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["area"],
        ["nosuch"],
        ["invite"],
        ["invite", "boss", "--area", "HJ"],
        ["erase"],
        ["export", "--from", "yesterday", "--to", "2026-01-01", "--out", "a.csv"],
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """No box, no usage text: a line that a log or a colleague on the phone can pass on."""
    assert start(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
