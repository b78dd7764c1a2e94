"""Everything in one file and back: while the bot runs, into either kind of database, nothing changed on the way."""

import asyncio
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import backup
from knowledge import Matcher
from knowledge.lifecycle import Role
from storage.backup import BackupError, is_empty, rows, snapshot, tables
from storage.database import Database
from storage.schema import SchemaError, current, upgrade
from storage.tables import Event, Person, Request
from tests.bot.test_cli import database_file, fails, run  # noqa: F401 - a fixture
from tests.conftest import NOON
from tests.conversations.chat import World
from tests.storage.conftest import empty_postgres  # noqa: F401 - a fixture


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """Where the backup is put back, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{request.getfixturevalue('tmp_path') / 'again.db'}"
    return str(request.getfixturevalue("empty_postgres"))


async def everything(database: Database) -> dict[str, list[str]]:
    async with snapshot(database) as session:
        return {table.name: [line async for line in rows(session, table)] for table in tables()}


async def played(world: World) -> None:
    """A request to its end and one under way, with reasons, talk, a rating and a file in the data folder."""
    worker, resident = await world.staff("李敏"), await world.resident("张秀英")
    await world.staff("王芳", Role.MANAGER)
    for need in ("楼道灯坏了", "电梯也坏了"):
        await resident.says("转人工")
        await resident.says(need)
        await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("换了灯泡")
    await resident.clicks("非常满意")
    folder = world.app.settings.data / "web" / "ab"
    folder.mkdir(parents=True)
    (folder / "abcd.jpg").write_bytes(b"picture")
    (folder / "half.part").write_bytes(b"pic")


async def test_a_backup_is_the_office_again(world: World, empty_url: str, tmp_path: Path) -> None:
    """Taken while the bot runs; every row, id and event is there again, files too, and work goes on behind them."""
    await played(world)
    before = await everything(world.app.database)
    file, data = tmp_path / "office.zip", tmp_path / "data again"
    await backup.backup(world.app.database, world.app.settings.data, file, NOON)
    assert file.stat().st_mode & 0o077 == 0
    again = Database(empty_url)
    try:
        counts, flaws = await backup.restore(again, data, file)
        assert flaws == []
        assert counts["event"] == len(before["event"]) >= 6
        assert await everything(again) == before
        assert (data / "web" / "ab" / "abcd.jpg").read_bytes() == b"picture"
        assert not (data / "web" / "ab" / "half.part").exists()
        async with again.write() as session:
            newcomer = Person(name="新来的", created_at=NOON)
            session.add(newcomer)
            await session.flush()
            highest = (await session.execute(select(func.max(Person.id)))).scalar_one()
            assert newcomer.id == highest == len(before["person"]) + 1
        with pytest.raises(BackupError, match="not empty"):
            await backup.restore(again, data, file)
    finally:
        await again.close()


async def test_the_other_kind_of_database_in_one_go(world: World, empty_postgres: str) -> None:  # noqa: F811
    """From SQLite to PostgreSQL with every id and the event chain."""
    await played(world)
    target = Database(empty_postgres)
    try:
        counts, flaws = await backup.move(world.app.database, target, NOON)
        assert flaws == []
        assert await everything(target) == await everything(world.app.database)
        assert counts["request"] == 2
    finally:
        await target.close()


async def test_what_is_written_meanwhile_does_not_tear_it(world: World, tmp_path: Path) -> None:
    """The rows are those of one moment: a request that is recorded during the backup is in it whole or not at all."""
    resident = await world.resident()
    await world.staff("李敏")
    async with snapshot(world.app.database) as session:
        await resident.says("转人工")
        await resident.says("楼道灯坏了")
        seen = {table.name: [line async for line in rows(session, table)] for table in tables()}
    assert len(await world.requests()) == 1
    assert seen["request"] == seen["event"] == seen["handled_update"] == []


async def rewritten(world: World, folder: Path, changes: Mapping[str, Callable[[bytes], bytes | None]]) -> Path:
    """A backup of this world in which some files were changed, by name; None leaves a file out."""
    file, changed = folder / "office.zip", folder / "changed.zip"
    await backup.backup(world.app.database, world.app.settings.data, file, NOON)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = changes.get(name, lambda same: same)(old.read(name))
            if content is not None:
                new.writestr(name, content)
    return changed


async def test_a_changed_history_shows_after_it_was_put_back(world: World, tmp_path: Path) -> None:
    """The chain goes with the rows, so that a backup in which somebody changed an event is found out."""
    await played(world)
    rated = {"tables/event.jsonl": lambda content: content.replace(b'"level": 5', b'"level": 4')}
    changed = await rewritten(world, tmp_path, rated)
    again = Database(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}")
    try:
        _, flaws = await backup.restore(again, tmp_path / "data again", changed)
        assert any("altered" in flaw for flaw in flaws)
    finally:
        await again.close()


async def refused(url: str, file: Path, data: Path, words: str) -> None:
    """It is not put back, and nothing is left of it; a good one can be."""
    again = Database(url)
    try:
        with pytest.raises(BackupError, match=words):
            await backup.restore(again, data, file)
        assert await is_empty(again)
    finally:
        await again.close()


def without_the_last(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:-1])


async def test_a_backup_that_lacks_a_row_leaves_nothing(empty_url: str, world: World, tmp_path: Path) -> None:
    """The count is checked before the rows are kept, in whatever table, and of an older version too; then the whole
    one is put back."""
    await played(world)
    data = tmp_path / "data again"
    lacking = await rewritten(world, tmp_path, {"tables/note.jsonl": without_the_last})
    await refused(empty_url, lacking, data, "rows are missing of note")

    def older(content: bytes) -> bytes:
        return json.dumps({**json.loads(content), "schema": "0003"}).encode()

    lacking = await rewritten(world, tmp_path, {"manifest.json": older, "tables/closure.jsonl": lambda _: None})
    await refused(empty_url, lacking, data, "rows are missing of closure")
    again = Database(empty_url)
    try:
        _, flaws = await backup.restore(again, data, tmp_path / "office.zip")
        assert flaws == []
        assert await everything(again) == await everything(world.app.database)
    finally:
        await again.close()


@pytest.mark.parametrize("inside", ["files/web/ab/abcd.jpg", "tables/event.jsonl", "manifest.json"])
async def test_a_damaged_backup_is_refused(world: World, tmp_path: Path, inside: str) -> None:
    """One wrong byte, of a picture or of rows, and nothing is put anywhere."""
    await played(world)
    file, data = tmp_path / "office.zip", tmp_path / "data again"
    await backup.backup(world.app.database, world.app.settings.data, file, NOON)
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo(inside)
    raw = bytearray(file.read_bytes())
    raw[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0xFF
    file.write_bytes(raw)
    await refused(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}", file, data, "damaged|no backup")
    assert not data.exists()


async def test_no_room_for_the_files(world: World, tmp_path: Path) -> None:
    """The data folder cannot be written: no row is kept either."""
    await played(world)
    file, data = tmp_path / "office.zip", tmp_path / "data again"
    await backup.backup(world.app.database, world.app.settings.data, file, NOON)
    data.write_text("a file in its place")
    again = Database(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}")
    try:
        with pytest.raises(OSError, match="data again"):
            await backup.restore(again, data, file)
        assert await is_empty(again)
    finally:
        await again.close()


async def test_a_full_database_keeps_its_files(world: World, tmp_path: Path) -> None:
    """Where a backup is refused, the data folder is not touched."""
    await played(world)
    file, data = tmp_path / "office.zip", world.app.settings.data
    await backup.backup(world.app.database, data, file, NOON)
    picture = data / "web" / "ab" / "abcd.jpg"
    picture.write_bytes(b"another")
    with pytest.raises(BackupError, match="not empty"):
        await backup.restore(world.app.database, data, file)
    assert picture.read_bytes() == b"another"


async def test_a_file_older_than_zips_is_in_it(world: World, tmp_path: Path) -> None:
    """A clock that had not been set yet wrote 1970."""
    data, file = tmp_path / "data", tmp_path / "office.zip"
    data.mkdir(exist_ok=True)
    (data / "old.jpg").write_bytes(b"picture")
    os.utime(data / "old.jpg", (0, 0))
    await backup.backup(world.app.database, data, file, NOON)
    with zipfile.ZipFile(file) as archive:
        assert archive.read("files/old.jpg") == b"picture"


async def test_a_backup_of_a_newer_version_is_refused(empty_url: str, world: World, tmp_path: Path) -> None:
    """Its schema is named, and nothing is touched."""
    named = {"manifest.json": lambda content: json.dumps({**json.loads(content), "schema": "9999"}).encode()}
    newer = await rewritten(world, tmp_path, named)
    again = Database(empty_url)
    try:
        with pytest.raises(SchemaError, match="9999"):
            await backup.restore(again, tmp_path, newer)
        assert await current(again) is None
    finally:
        await again.close()


def test_from_the_command_line(
    database_file: Path,  # noqa: F811
    database_url: str,
    matcher: Matcher,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """backup, restore and move say how much there was, and refuse in one line."""

    async def story() -> None:
        async with World.open(database_url, tmp_path, matcher, NOON) as world:
            await played(world)

    asyncio.run(story())
    assert "rows" in run("backup", "office.zip").stderr
    fails("restore", "office.zip", code=1, words="not empty")
    fails("restore", "nothing.zip", code=1, words="nothing.zip")
    Path("text.zip").write_text("text")
    monkeypatch.setenv("SHOUWEN_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'again.db'}")
    fails("restore", "text.zip", code=1, words="no backup")
    assert "every history is whole" in run("restore", "office.zip").stderr
    assert "every history is whole" in run("move", f"sqlite+aiosqlite:///{tmp_path / 'third.db'}").stderr
    with sqlite3.connect(tmp_path / "third.db") as third:
        assert third.execute("SELECT count(*) FROM request").fetchone() == (2,)


async def test_an_older_backup_is_brought_up(empty_url: str, world: World, tmp_path: Path) -> None:
    """What was taken before a migration is put back as it was and then migrated, with its rows; what a migration makes
    of them (closures) is there as well, or the audit would say so."""
    await played(world)

    def manifest_of_old(content: bytes) -> bytes:
        manifest = json.loads(content)
        assert manifest["rows"].pop("closure") == 1
        return json.dumps({**manifest, "schema": "0003"}).encode()

    def unlooked(content: bytes) -> bytes:
        lines = [json.loads(line) for line in content.splitlines()]
        return b"".join(json.dumps({**row, "look_at": None}).encode() + b"\n" for row in lines)

    older = await rewritten(
        world,
        tmp_path,
        {"manifest.json": manifest_of_old, "tables/request.jsonl": unlooked, "tables/closure.jsonl": lambda _: None},
    )
    again = Database(empty_url)
    try:
        _, flaws = await backup.restore(again, tmp_path / "data again", older)
        assert flaws == []
        async with again.read() as session:
            assert (await session.execute(select(func.count()).select_from(Request))).scalar_one() == 2
            assert (await session.execute(select(func.count()).select_from(Event))).scalar_one() >= 6
        await upgrade(again)
    finally:
        await again.close()
