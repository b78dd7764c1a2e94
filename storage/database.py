"""Open the database: one place for engine settings, units of work and the column types they need."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Executable, Integer, TypeDecorator, event, insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.quick import connection_of, insert_now, write_changed
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
    for with `aside=True`, so that the updates of others do not wait for it. On PostgreSQL so many write at once:
    more of them are each slower, hold their locks longer, and together get less done.
    """

    def __init__(self, url: str, *, pool_size: int = 10, writers: int = 6) -> None:
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
            self.engine.dialect.do_begin = _begin  # type: ignore[method-assign, assignment]
        self._sessions = {
            (readonly, aside): async_sessionmaker(
                self._engine(readonly, aside),
                expire_on_commit=False,
                autoflush=False,
                sync_session_class=_UnitOfWork,
            )
            for readonly in (False, True)
            for aside in (False, True)
        }
        self._turn: asyncio.Lock | asyncio.Semaphore = asyncio.Lock() if self.is_sqlite else asyncio.Semaphore(writers)

    def _engine(self, readonly: bool, aside: bool) -> AsyncEngine:
        """The engine for looking, or for what takes long; every update uses the one without listeners, for an engine
        with any looks for more of them at every statement."""
        if not (aside or (readonly and self.is_sqlite)):
            return self.engine
        engine = self.engine.execution_options()

        def mark(connection: Any) -> None:
            driven = connection.connection.dbapi_connection
            driven.readonly, driven.aside = readonly, aside

        event.listen(engine.sync_engine, "begin", mark if self.is_sqlite else _plan_anew)
        return engine

    @asynccontextmanager
    async def write(self, *, aside: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction that commits at the end of the block.

        :raises Exception: one that `is_unavailable` when the database is locked, full or away; nothing was kept.
        """
        made = self._sessions[False, aside]
        if not self.is_sqlite:
            async with nullcontext() if aside else self._turn, made() as session, session.begin():
                yield session
            return
        asked = time.monotonic()
        async with self._turn:
            if self.driver is not None:  # nobody waits longer for being behind others who waited in vain
                self.driver.waited = time.monotonic() - asked
            session = made()
            try:
                yield session
                await session.commit()
            finally:  # rolls back what was not committed; nothing in it waits, so no task of its own has to see to it
                await session.close()

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


class _UnitOfWork(Session):
    """A session that writes what changed without a flush where it can, and some rows at its very end."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        if objects is None:
            write_changed(self)
        super().flush(objects)


def write_late(session: AsyncSession, row: Any) -> None:
    """Insert this row when the unit of work commits, all such rows in one statement: for rows that nothing reads in the
    same unit of work. The row gets its id then; it does not belong to the session, and no savepoint takes it back."""
    session.info.setdefault(_LATE, []).append(row)


def last_of_all(session: AsyncSession, statement: Executable, values: dict[str, Any]) -> None:
    """Run this statement when the unit of work commits, after everything else: for a row that many write, so that none
    waits for another longer than for a commit."""
    session.info.setdefault(_LAST, []).append((statement, values))


async def write_rows(session: AsyncSession) -> None:
    """Insert what was to be written late now: for whoever goes through those rows in the same unit of work."""
    await session.run_sync(_write_rows)


@event.listens_for(_UnitOfWork, "before_commit")
def _write_rows(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()  # they speak of what is new
    rows = session.info.pop(_LATE, ())
    if rows and (connection := connection_of(session)) is not None:
        insert_now(connection, rows)
        return
    kinds: dict[type[Any], list[Any]] = {}
    for row in rows:
        kinds.setdefault(type(row), []).append(row)
    for kind, some in kinds.items():
        put, names = _put(kind.__table__)
        ids = session.connection().execute(put, [{name: getattr(row, name) for name in names} for row in some])
        for row, row_id in zip(some, ids.scalars(), strict=True):
            row.id = row_id


@event.listens_for(_UnitOfWork, "before_commit")
def _run_last(session: Session) -> None:
    if not session.in_nested_transaction():
        for statement, values in session.info.pop(_LAST, ()):
            session.connection().execute(statement, values)


@cache
def _put(table: Any) -> tuple[Any, tuple[str, ...]]:
    """How rows of a table are inserted, and the columns they bring."""
    names = tuple(column.name for column in table.columns if column.name != "id")
    return insert(table).returning(table.c.id, sort_by_parameter_order=True), names


def insert_or(dialect: str) -> Any:
    """The `insert` of this database that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    if dialect == "sqlite":
        return sqlite_insert
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert  # a fifth of a second at every start

    return postgresql_insert


_LATE, _LAST = "shouwen_late", "shouwen_last"


_AWAY = frozenset({"08", "28", "3D", "40", "53", "57", "58"})
"""Classes of what PostgreSQL says when it could not do something just now: the connection, the way in, the database by
its name, transactions that met, resources, an operator's hand (or too long a statement), the machine under it."""
_AWAY_STATES = frozenset({"25006", "25P03", "25P04", "55000", "55P03"})
"""The same of other classes: read-only (after a failover), idle or at it for too long, not open yet, locked."""


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's code of an error, empty where there is none. SQLAlchemy knows few of them by a class of its own; one
    that comes while connecting is not even wrapped."""
    return getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def is_unavailable(error: BaseException) -> bool:
    """Whether the error means that the database could not be used just now (locked, full, away): the same may work a
    while later, and nothing is wrong with what was asked."""
    if isinstance(error, OperationalError | PoolTimeoutError | OSError):
        return True
    state = sqlstate(error)
    return state[:2] in _AWAY or state in _AWAY_STATES or getattr(error, "connection_invalidated", False)


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32000",
    "temp_store=MEMORY",
)


def _begin(connection: Any) -> None:
    connection.begin()


def _plan_anew(connection: Any) -> None:
    """What takes long is planned for its own values: the plan for any values, which PostgreSQL changes to after five
    times, reads a year as if it were a day."""
    connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
