"""Fixtures for every floor: a migrated database, the office, and an app wired as in earnest with people in it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge import Matcher
from storage.database import Database
from storage.schema import upgrade
from tests.conversations.chat import World

NOON = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
"""A Monday, 10:30 in Chongqing: service hours."""


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher.load()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A freshly migrated SQLite file, to be copied."""
    import asyncio

    path = tmp_path_factory.mktemp("schema") / "empty.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await upgrade(database)
        await database.close()

    asyncio.run(make())
    yield path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    path = tmp_path / "test.db"
    shutil.copy(migrated, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def world(database_url: str, tmp_path: Path, matcher: Matcher) -> AsyncIterator[World]:
    """The app's own wiring on a new database with one community, a worker and a manager."""
    async with World.open(database_url, tmp_path, matcher, NOON) as made:
        yield made
