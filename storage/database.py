"""Open the database: one place for engine settings, units of work and the column types they need."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, TypeDecorator, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.sqlite_driver import Driver

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""64-bit ids; SQLite only autoincrements the type it calls INTEGER (64-bit as well)."""

SQLITE_BUSY_SECONDS = 10.0


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; a naive time is a programming error and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """The office's memory.

    `write()` is a unit of work: it commits when the block ends and rolls back when it raises. `read()`
    never commits. On SQLite writers of one process queue in order (BEGIN IMMEDIATE would make them poll),
    and other processes are waited for up to `SQLITE_BUSY_SECONDS`; what takes long (an export, an audit) is asked
    for with `aside=True`, so that the updates of others do not wait for it.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_size": pool_size, "poolclass": AsyncAdaptedQueuePool}
        options["hide_parameters"] = True  # errors and logs tell no values: people said them
        self.driver: Driver | None = None
        if self.is_sqlite:
            self.driver = Driver(patience=SQLITE_BUSY_SECONDS, pragmas=_PRAGMAS, threads=pool_size)
            options["module"] = self.driver
        else:
            options["pool_pre_ping"] = True
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            event.listen(self.engine.sync_engine, "begin", _begin_postgresql)
        self._sessions = {
            (readonly, aside): async_sessionmaker(
                self.engine.execution_options(shouwen_readonly=readonly, shouwen_aside=aside),
                expire_on_commit=False,
                autoflush=False,
            )
            for readonly in (False, True)
            for aside in (False, True)
        }
        self._turn = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def write(self, *, aside: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction that commits at the end of the block.

        :raises OperationalError: the database is locked, full or away; nothing was kept.
        """
        made = self._sessions[False, aside]
        if self._turn is None:
            async with made() as session, session.begin():
                yield session
            return
        asked = time.monotonic()
        async with self._turn:
            if self.driver is not None:  # nobody waits longer for being behind others who waited in vain
                self.driver.waited = time.monotonic() - asked
            async with made() as session, session.begin():
                yield session

    @asynccontextmanager
    async def read(self, *, aside: bool = False) -> AsyncIterator[AsyncSession]:
        """A session for looking only; what it changes is never kept."""
        async with self._sessions[True, aside]() as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        if self.driver is not None:
            self.driver.close()


def remembered(session: AsyncSession, kind: str) -> dict[Any, Any]:
    """What this unit of work has read of a kind already and need not read again; whoever changes it forgets it."""
    known: dict[Any, Any] = session.info.setdefault(f"shouwen_{kind}", {})
    return known


def is_unavailable(error: BaseException) -> bool:
    """Whether the error means that the database could not be used just now (locked, full, away)."""
    return isinstance(error, OperationalError | OSError) or getattr(error, "connection_invalidated", False)


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32000",
    "temp_store=MEMORY",
)


def _begin_sqlite(connection: Any) -> None:
    options = connection.get_execution_options()
    connection.connection.dbapi_connection.aside = options.get("shouwen_aside", False)
    connection.exec_driver_sql("BEGIN" if options.get("shouwen_readonly") else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Any) -> None:
    """What takes long is planned for its own values: the plan for any values, which PostgreSQL changes to after five
    times, reads a year as if it were a day."""
    if connection.get_execution_options().get("shouwen_aside"):
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
