"""PostgreSQL in trouble, of every kind: what was said waits, and nothing that stands nowhere is confirmed."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import Update
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from web_browser import open_office

from bot.channels.telegram import TelegramChannel
from bot.gate import Unavailable, Unreadable
from knowledge import Matcher
from storage.database import Database
from storage.schema import upgrade
from storage.tables import HandledUpdate
from tests.bot.test_gate import said
from tests.conftest import NOON
from tests.conversations.chat import World
from tests.storage.conftest import empty_postgres  # noqa: F401 - a fixture

Trouble = Callable[[Database, Database], AbstractAsyncContextManager[None]]
"""Something that is wrong with the first while the block lasts, made by way of the second, its server."""


async def _on(database: Database, *statements: str) -> None:
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))


def _connect_anew(database: Database) -> None:
    """Connections that are there are closed when they are next asked for; none is taken from whoever has it now, for a
    pool that is thrown away closes nothing that comes back to it."""
    pool: Any = database.engine.sync_engine.pool
    pool._invalidate_time = time.time()


@asynccontextmanager
async def _set(database: Database, server: Database, limit: str, value: str) -> AsyncIterator[None]:
    """The database has this limit, for every connection that is made from now on."""
    name = database.url.database
    await _on(server, f"ALTER DATABASE {name} SET {limit} = '{value}'")
    _connect_anew(database)
    yield
    await _on(server, f"ALTER DATABASE {name} RESET {limit}")
    _connect_anew(database)


@asynccontextmanager
async def _held(database: Database) -> AsyncIterator[None]:
    """Somebody else holds a table that every update needs."""
    other = Database(database.url.render_as_string(False))
    async with other.engine.begin() as connection:
        await connection.execute(text("LOCK TABLE handled_update IN ACCESS EXCLUSIVE MODE"))
        yield
    await other.close()


@asynccontextmanager
async def locked(database: Database, server: Database) -> AsyncIterator[None]:
    """`lock_timeout` is over."""
    async with _set(database, server, "lock_timeout", "20ms"), _held(database):
        yield


@asynccontextmanager
async def slow(database: Database, server: Database) -> AsyncIterator[None]:
    """`statement_timeout` is over."""
    async with _set(database, server, "statement_timeout", "200ms"), _held(database):
        yield


@asynccontextmanager
async def crowded(database: Database, server: Database) -> AsyncIterator[None]:
    """All connections are taken, and the wait for one is over."""
    pool: Any = database.engine.sync_engine.pool
    async with AsyncExitStack() as taken:
        for _ in range(pool.size() + pool._max_overflow):
            await taken.enter_async_context(database.engine.connect())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pool, "_timeout", 0.01)
            yield


@asynccontextmanager
async def standby(database: Database, server: Database) -> AsyncIterator[None]:
    """A failover ended on a server that may only be read."""
    async with _set(database, server, "default_transaction_read_only", "on"):
        yield


@asynccontextmanager
async def closed(database: Database, server: Database) -> AsyncIterator[None]:
    """Nobody is let in."""
    name = database.url.database
    _connect_anew(database)
    await _on(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    yield
    await _on(server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def raising(what: str) -> Trouble:
    @asynccontextmanager
    async def trouble(database: Database, server: Database) -> AsyncIterator[None]:
        """The server gives up where an update is marked as handled."""
        await _on(
            database,
            f"CREATE FUNCTION gives_up() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {what}; RETURN NEW; END$$",
            "CREATE TRIGGER gives_up BEFORE INSERT ON handled_update FOR EACH ROW EXECUTE FUNCTION gives_up()",
        )
        yield
        await _on(database, "DROP TRIGGER gives_up ON handled_update")

    return trouble


TROUBLES = {
    "lock_timeout": locked,
    "statement_timeout": slow,
    "no connection is free": crowded,
    "read-only": standby,
    "nobody is let in": closed,
    "the disk is full": raising("RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'"),
    "the server stops": raising("PERFORM pg_terminate_backend(pg_backend_pid())"),
    "deadlocks without end": raising("RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'"),
}


@pytest.fixture
async def grown(empty_postgres: str, tmp_path: Path, matcher: Matcher) -> AsyncIterator[World]:  # noqa: F811
    """The world on PostgreSQL."""
    database = Database(empty_postgres)
    await upgrade(database)
    await database.close()
    async with World.open(empty_postgres, tmp_path, matcher, NOON) as made:
        yield made


@pytest.fixture
async def server(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url)
    yield opened
    await opened.close()


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_what_was_said_meanwhile_waits_and_is_answered_once(
    grown: World, server: Database, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    """The batch is not confirmed to Telegram while it lasts; afterwards each update is handled, once, and none of them
    counts as one that no handler could take."""
    people = [await grown.resident(f"居民{number}") for number in range(3)]
    updates = [said(person, "谢谢") for person in people]
    waiting, all_wait = set(), asyncio.Event()

    async def handle(bot: Bot, update: Update | Unreadable) -> None:
        try:
            await grown.app.gate.handle(bot, update)
        except Unavailable:
            waiting.add(update.update_id)
            if len(waiting) == len(updates):
                all_wait.set()
            raise

    channel = TelegramChannel("10:test", api="http://localhost", handle=handle)
    channel.bot = grown.app.bots["telegram"]
    async with trouble(grown.app.database, server):
        batch = asyncio.create_task(channel._handle_batch(updates))
        asked = asyncio.create_task(all_wait.wait())
        await asyncio.wait([batch, asked], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        asked.cancel()
        assert not batch.done()
        assert all_wait.is_set()
    await asyncio.wait_for(batch, 30)
    await grown.quiet()
    async with grown.app.database.read() as session:
        kept = (await session.execute(select(HandledUpdate.update_id, HandledUpdate.error))).all()
    assert sorted(map(tuple, kept)) == [(update.update_id, None) for update in updates]
    for person in people:
        assert sum("不客气" in message.text for message in person.shown) == 1
        assert sum("没办成" in message.text for message in person.shown) == 0
    assert "could not be handled" not in caplog.text
    await channel.close()


async def test_a_schema_that_changes_under_a_running_process_is_no_fault(grown: World) -> None:
    """A newer process has made a column longer: plans made before are of no use, and are made anew."""
    person = await grown.resident()
    for _ in range(12):
        await person.says("设置")
    newer = Database(grown.app.database.url.render_as_string(False))
    await _on(newer, "ALTER TABLE conversation ALTER COLUMN state TYPE VARCHAR(80)")
    await newer.close()
    before = len(person.shown)
    await asyncio.gather(*(person.says("设置") for _ in range(12)))
    await grown.quiet()
    assert not [message.text for message in person.shown[before:] if "没办成" in message.text]


async def test_the_web_chat_sets_nothing_aside_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails for want of the database is never set aside, in whatever words PostgreSQL says it."""
    monkeypatch.setattr("bot.channels.web.pump._LONGEST_PAUSE", 0.0)
    states = ["53100", "55P03", "25006", "57P03", "40P01", "53300"] * 2
    failures: list[Exception] = [DBAPIError("", {}, _Refused(state)) for state in states]
    failures += [PoolTimeoutError(), Unavailable()]

    async def fail(_bot: Any, _update: Any) -> None:
        if failures:
            raise failures.pop()

    async with open_office(tmp_path) as office, office.browser() as browser:
        office.answer = fail
        await browser.enter()
        await browser.send(type="text", text="一")
        assert [u.message and u.message.text for u in await office.got(1)] == ["一"]
    assert not failures


class _Refused(Exception):  # noqa: N818 - as the driver has it
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate
