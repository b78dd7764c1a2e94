"""The schema: migrations up and down, and what they make is what the tables say."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, inspect, select, text

from storage import schema
from storage.case_tables import Closure
from storage.database import Database
from storage.history import audit
from storage.ledger import Source
from storage.schema import SchemaError, downgrade, revisions, upgrade
from storage.tables import Base
from tests.storage.office import Office


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The address of a database without any table, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{request.getfixturevalue('tmp_path') / 'new.db'}"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture
async def empty(empty_url: str):  # type: ignore[no-untyped-def]
    database = Database(empty_url)
    yield database
    await database.close()


async def tables(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.run_sync(lambda c: inspect(c).get_table_names()))


async def test_migrated_is_what_the_tables_say(empty: Database) -> None:
    """After all migrations nothing is left for alembic to add, remove or change."""
    await upgrade(empty)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with empty.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    assert await tables(empty) == {*Base.metadata.tables, "alembic_version"}


async def test_down_again_leaves_nothing(empty: Database) -> None:
    """Every migration can be taken back, and made again."""
    await upgrade(empty)
    await downgrade(empty, "base")
    assert await tables(empty) == {"alembic_version"}
    if not empty.is_sqlite:
        async with empty.engine.connect() as connection:
            left = await connection.execute(text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'event_is%'"))
            assert left.scalar_one() == 0
    await upgrade(empty)
    assert {*Base.metadata.tables} <= await tables(empty)


async def test_every_step_down_and_up_keeps_what_was_there_before(any_office: Office) -> None:
    """With requests in every stage in it, each migration is taken back in turn and all are made again: requests, their
    histories, words and ratings stay, and the audit finds nothing."""
    database = any_office.database
    await _a_few_requests(any_office)
    before = await _kept(database)
    for revision in reversed(revisions()[:-1]):
        await downgrade(database, revision)
        assert await _kept(database) == before, revision
        await upgrade(database)
        assert await _kept(database) == before, revision
        async with database.read() as session:
            assert [flaw async for flaw in audit(session)] == []
            assert (await session.execute(select(func.count()).select_from(Closure))).scalar_one() == 1


async def _a_few_requests(office: Office) -> None:
    """One just recorded, one in progress that was spoken of, one resolved, one rated poorly."""
    who, source = office.ids["张秀英"], Source("telegram", 900, 1)
    requests = []
    for words in ("没人煮饭", "楼道灯坏了", "想办老年卡", "邻居漏水"):
        need = await office.need(text=words)
        async with office.books() as books:
            requests.append(await books.record(need))
    for request in requests[1:]:
        async with office.books() as books:
            await books.acknowledge(request.id, request.handler_id)
            await books.say(request.id, who, "我上午在家", [{"kind": "photo", "file": "a"}], source)
    for request in requests[2:]:
        async with office.books() as books:
            await books.resolve(request.id, request.handler_id, "师傅来过了")
    async with office.books() as books:
        await books.rate(requests[3].id, who, 1)


async def _kept(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """What every schema has had, as it stands there."""
    queries = {
        "requests": "SELECT id, number, status, text, first_responder_id, handler_id, events, last_hash FROM request",
        "histories": "SELECT id, request_id, position, action, status, data, previous, hash FROM event",
        "words": "SELECT id, request_id, text, files FROM message",
        "reasons": "SELECT id, request_id, text, salt FROM note",
        "ratings": "SELECT id, request_id, level, reason FROM rating",
        "people": "SELECT id, name, channel, chat_id FROM person",
    }
    async with database.engine.connect() as connection:
        return {
            what: [tuple(map(str, row)) for row in await connection.execute(text(f"{query} ORDER BY id"))]
            for what, query in queries.items()
        }


async def test_upgrading_twice_does_nothing(empty: Database) -> None:
    """A database that is up to date is left alone: what stands in it stays."""
    await upgrade(empty)
    async with empty.engine.begin() as connection:
        await connection.execute(text("INSERT INTO kept (name, value) VALUES ('k', 'v')"))
    await upgrade(empty)
    async with empty.engine.connect() as connection:
        assert (await connection.execute(text("SELECT value FROM kept"))).scalar_one() == "v"


async def test_a_newer_database_is_refused(empty: Database) -> None:
    """A schema that this program does not know is named and left alone."""
    await upgrade(empty)
    async with empty.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="9999"):
        await upgrade(empty)


@pytest.mark.parametrize("begun", [0, -1])
async def test_two_processes_that_start_at_once_both_find_it_made(empty: Database, empty_url: str, begun: int) -> None:
    """The later one waits for the first, looks again, and does nothing; from nothing, and from the version before."""
    if begun:
        await upgrade(empty, revisions()[begun - 1])
    others = [Database(empty_url) for _ in range(3)]
    try:
        assert await asyncio.gather(*map(upgrade, others), return_exceptions=True) == [None] * 3
    finally:
        await asyncio.gather(*(other.close() for other in others))
    assert {*Base.metadata.tables} <= await tables(empty)


async def test_a_newer_process_may_be_quicker(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it looked like before the wait is not what counts."""
    await upgrade(empty)
    async with empty.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    async def before(_: Database) -> str:
        return revisions()[-2]

    monkeypatch.setattr("storage.schema.current", before)
    with pytest.raises(SchemaError, match="9999"):
        await upgrade(empty)


async def test_limits_for_updates_do_not_cut_a_migration_off(
    empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index on a city's tables takes longer than any statement of the desk may; what waits for a table, which has
    everybody else wait behind, has an end all the same."""
    database = Database(empty_postgres)
    limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    seen: dict[str, str] = {}

    def looks(connection: Connection) -> str | None:
        seen.update({limit: str(connection.execute(text(f"SHOW {limit}")).scalar_one()) for limit in limits})
        return found(connection)

    found = schema._current
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for limit in limits:
            await connection.execute(text(f"ALTER DATABASE {database.url.database} SET {limit} = '14s'"))
    await database.engine.dispose()
    monkeypatch.setattr(schema, "_current", looks)
    await upgrade(database)
    assert seen == {"statement_timeout": "0", "lock_timeout": "150s", "idle_in_transaction_session_timeout": "0"}
    async with database.engine.connect() as connection:
        shown = [(await connection.execute(text(f"SHOW {limit}"))).scalar_one() for limit in limits]
    assert shown == ["14s"] * 3
    await database.close()
