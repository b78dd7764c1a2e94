"""The schema: migrations up and down, and what they make is what the tables say."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.schema import SchemaError, downgrade, upgrade
from storage.tables import Base


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
