"""Units of work, aware times, and what "unavailable" means."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError, StatementError

from storage.database import Database, is_unavailable
from storage.tables import Area, Level
from tests.storage.office import NOON


def area(code: str = "A", created_at: datetime = NOON) -> Area:
    return Area(code=code, name="社区", level=Level.COMMUNITY, created_at=created_at)


async def test_times_come_back_aware_and_exact(any_database: Database) -> None:
    """Any zone goes in, UTC comes out, to the microsecond."""
    chongqing = datetime(2026, 11, 23, 10, 30, 1, 234567, tzinfo=timezone(timedelta(hours=8)))
    async with any_database.write() as session:
        session.add(area(created_at=chongqing))
    async with any_database.read() as session:
        found = (await session.execute(select(Area))).scalar_one()
    assert found.created_at == chongqing
    assert found.created_at.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(any_database: Database) -> None:
    """It would be a mistake of eight hours sooner or later."""
    with pytest.raises(StatementError, match="without a zone"):
        async with any_database.write() as session:
            session.add(area(created_at=datetime(2026, 11, 23)))  # noqa: DTZ001


async def test_all_or_nothing(any_database: Database) -> None:
    """A unit of work that fails keeps nothing."""

    async def interrupted() -> None:
        async with any_database.write() as session:
            session.add(area())
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await interrupted()
    async with any_database.read() as session:
        assert (await session.execute(select(func.count(Area.id)))).scalar_one() == 0


async def test_reading_keeps_nothing(any_database: Database) -> None:
    """What is changed in a session for reading is gone."""
    async with any_database.read() as session:
        session.add(area())
        await session.flush()
    async with any_database.read() as session:
        assert (await session.execute(select(func.count(Area.id)))).scalar_one() == 0


async def test_reading_goes_on_while_somebody_writes(any_database: Database, any_url: str) -> None:
    """A reader sees what was committed, and neither waits for the other."""
    other = Database(any_url)
    async with any_database.write() as session:
        session.add(area())
        await session.flush()
        async with other.read() as reading:
            assert (await reading.execute(select(func.count(Area.id)))).scalar_one() == 0
    async with other.read() as reading:
        assert (await reading.execute(select(func.count(Area.id)))).scalar_one() == 1
    await other.close()


async def test_sqlite_keeps_its_promises(database: Database) -> None:
    """Write-ahead log, every commit on disk, foreign keys on."""
    async with database.read() as session:
        found = [
            (await session.execute(text(f"PRAGMA {p}"))).scalar_one()
            for p in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


async def test_a_locked_database_is_unavailable(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held by another process for too long, it says so, and works again afterwards."""
    monkeypatch.setattr("storage.database.SQLITE_BUSY_SECONDS", 0.05)
    holder, waiting = Database(database_url), Database(database_url)
    async with holder.write() as holding:
        holding.add(area("HELD"))
        await holding.flush()
        with pytest.raises(OperationalError) as error:
            async with waiting.write() as session:
                await session.execute(text("SELECT 1"))
        assert is_unavailable(error.value)
    async with waiting.write() as session:
        session.add(area())
    await holder.close()
    await waiting.close()


async def test_a_full_disk_is_unavailable(database: Database) -> None:
    """SQLite's own limit stands for a disk that is full: nothing is kept, and it is known for what it is."""

    def small(connection: object, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    event.listen(database.engine.sync_engine, "checkout", small)
    with pytest.raises(OperationalError) as error:
        async with database.write() as session:
            session.add_all(area(f"A{i}") for i in range(20_000))
    assert is_unavailable(error.value)
    event.remove(database.engine.sync_engine, "checkout", small)
    async with database.read() as session:
        assert (await session.execute(select(func.count(Area.id)))).scalar_one() == 0


async def test_a_server_that_is_away_is_unavailable() -> None:
    """Nobody listens there."""
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    with pytest.raises(OSError) as error:  # noqa: PT011 - whatever the network says
        async with database.write() as session:
            await session.execute(text("SELECT 1"))
    assert is_unavailable(error.value)
    await database.close()


def test_other_errors_are_not() -> None:
    """A fault of the program is not an outage."""
    assert not is_unavailable(ValueError())
    assert not is_unavailable(StatementError("", "", {}, ValueError()))
