"""Databases of both kinds, each new for its test, and a small office in it."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from knowledge.calendar import Calendar
from knowledge.catalogue import Catalogue
from storage.database import Database
from storage.ledger import Rules
from storage.schema import upgrade
from tests.storage.office import Office

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules(Catalogue.load(), Calendar.load(None), ZoneInfo("Asia/Shanghai"))


async def _on_server(url: str, statement: str) -> None:
    server = Database(url)
    async with server.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(statement))
    await server.close()


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(False)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a freshly migrated database on the PostgreSQL server, to be copied."""

    async def make() -> None:
        await _on_server(postgres_url, "CREATE DATABASE migrated")
        database = Database(_named(postgres_url, "migrated"))
        await upgrade(database)
        await database.close()

    asyncio.run(make())
    return "migrated"


@pytest.fixture
async def empty_postgres(postgres_url: str) -> AsyncIterator[str]:
    """A database without any table on the PostgreSQL server; dropped afterwards."""
    name = f"empty_{next(_numbers)}"
    await _on_server(postgres_url, f"CREATE DATABASE {name}")
    yield _named(postgres_url, name)
    await _on_server(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def migrated_postgres(postgres_url: str, postgres_template: str) -> AsyncIterator[str]:
    """A migrated database on the PostgreSQL server; dropped afterwards."""
    name = f"migrated_{next(_numbers)}"
    await _on_server(postgres_url, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield _named(postgres_url, name)
    await _on_server(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, once of each kind."""
    return str(request.getfixturevalue("database_url" if request.param == "sqlite" else "migrated_postgres"))


@pytest.fixture
async def any_database(any_url: str) -> AsyncIterator[Database]:
    opened = Database(any_url)
    yield opened
    await opened.close()


@pytest.fixture
async def office(database: Database, rules: Rules) -> Office:
    """The community HJ under the street ST: two workers, a manager of each, a resident. On SQLite."""
    return await Office.found(database, rules)


@pytest.fixture
async def any_office(any_database: Database, rules: Rules) -> Office:
    """The same on a database of each kind."""
    return await Office.found(any_database, rules)
