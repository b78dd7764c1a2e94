"""Units of work, aware times, and what "unavailable" means."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from storage.database import Database, is_unavailable, sqlstate
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


STATES = {
    "08000": True,  # connection_exception
    "08003": True,  # connection_does_not_exist
    "08006": True,  # connection_failure
    "25006": True,  # read_only_sql_transaction: a failover that ended on a standby
    "25P03": True,  # idle_in_transaction_session_timeout
    "25P04": True,  # transaction_timeout
    "28000": True,  # invalid_authorization_specification
    "28P01": True,  # invalid_password: it was changed, and is not in our settings yet
    "3D000": True,  # invalid_catalog_name: the database is being restored
    "40001": True,  # serialization_failure, which four tries at once did not end
    "40P01": True,  # deadlock_detected
    "53000": True,  # insufficient_resources
    "53100": True,  # disk_full
    "53200": True,  # out_of_memory
    "53300": True,  # too_many_connections
    "55000": True,  # object_not_in_prerequisite_state: not accepting connections
    "55P03": True,  # lock_not_available: lock_timeout
    "57014": True,  # query_canceled: statement_timeout
    "57P01": True,  # admin_shutdown
    "57P02": True,  # crash_shutdown
    "57P03": True,  # cannot_connect_now: stopping or starting
    "58030": True,  # io_error
    "0A000": False,  # feature_not_supported
    "22001": False,  # string_data_right_truncation
    "22012": False,  # division_by_zero
    "22021": False,  # character_not_in_repertoire
    "23502": False,  # not_null_violation
    "23503": False,  # foreign_key_violation
    "23505": False,  # unique_violation
    "25P02": False,  # in_failed_sql_transaction
    "42501": False,  # insufficient_privilege
    "42601": False,  # syntax_error
    "42P01": False,  # undefined_table
    "54000": False,  # program_limit_exceeded
    "P0001": False,  # raise_exception: events are append-only
    "XX000": False,  # internal_error
}


async def test_what_postgresql_says_is_an_outage_or_is_not(migrated_postgres: str) -> None:
    """Each state as the driver and SQLAlchemy bring it, and as the driver brings it while connecting, unwrapped."""
    database, told, bare = Database(migrated_postgres), {}, {}
    for state in STATES:
        with pytest.raises(DBAPIError) as error:
            async with database.write() as session:
                await session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))
        assert sqlstate(error.value) == state
        told[state] = is_unavailable(error.value)
        bare[state] = is_unavailable(error.value.orig.__cause__)  # type: ignore[union-attr, arg-type]
    await database.close()
    assert told == STATES
    assert bare == STATES


async def test_a_database_that_lets_nobody_in_is_unavailable(migrated_postgres: str, postgres_url: str) -> None:
    """What PostgreSQL answers to whoever would connect."""
    database, server = Database(migrated_postgres), Database(postgres_url)
    for allowed in ("false", "true"):
        async with server.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            name = database.url.database
            await connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}"))
        if allowed == "false":
            with pytest.raises(Exception) as error:  # noqa: PT011 - the driver's own
                async with database.read() as session:
                    await session.execute(text("SELECT 1"))
            assert is_unavailable(error.value)
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
    await server.close()
    await database.close()


async def test_a_pool_without_a_free_connection_is_unavailable(
    migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody waits for a lock of somebody else, and the next one finds no connection."""
    database = Database(migrated_postgres, pool_size=1)
    monkeypatch.setattr(database.engine.sync_engine.pool, "_timeout", 0.01)
    monkeypatch.setattr(database.engine.sync_engine.pool, "_max_overflow", 0)
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(PoolTimeoutError) as error:
            async with database.write() as other:
                await other.execute(text("SELECT 1"))
    assert is_unavailable(error.value)
    await database.close()
