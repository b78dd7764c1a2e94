"""SQLite without a thread a statement: what SQLAlchemy's asyncio engine talks to instead of aiosqlite.

A statement of this office takes SQLite some microseconds; handing it to a thread and back takes a hundred times that,
and an update is some twenty statements. So statements run where they are asked for, in the event loop. What waits for
the disk or for another process goes to a thread: opening, COMMIT, a statement that meets a lock, and everything in a
transaction that is marked as long (`Connection.aside`: exports, audits, copies), so that nobody else waits for it."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from sqlalchemy.util.concurrency import await_only

T = TypeVar("T")

_BUSY = 5
_LOCKED = 6


class Driver:
    """The DB-API module that is given to SQLAlchemy's aiosqlite dialect; `connect` opens a `Connection`.

    :param patience: seconds that another process's lock is waited for
    :param threads: how many of the calls that wait may wait at once
    """

    paramstyle = "qmark"
    has_stop = False
    sqlite = sqlite3
    Error = sqlite3.Error
    DatabaseError = sqlite3.DatabaseError
    IntegrityError = sqlite3.IntegrityError
    NotSupportedError = sqlite3.NotSupportedError
    OperationalError = sqlite3.OperationalError
    ProgrammingError = sqlite3.ProgrammingError
    sqlite_version = sqlite3.sqlite_version
    sqlite_version_info = sqlite3.sqlite_version_info
    PARSE_COLNAMES = sqlite3.PARSE_COLNAMES
    PARSE_DECLTYPES = sqlite3.PARSE_DECLTYPES
    Binary = sqlite3.Binary

    def __init__(self, *, patience: float, pragmas: Sequence[str], threads: int) -> None:
        self.patience, self._pragmas = patience, pragmas
        self.waited = 0.0
        """Seconds of that patience which the writer whose turn it is has spent in the queue already."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sqlite")

    def connect(self, database: str, **options: Any) -> "Connection":
        def opened() -> sqlite3.Connection:
            made: sqlite3.Connection = sqlite3.connect(
                database,
                **{**options, "check_same_thread": False, "isolation_level": None, "timeout": self.patience},
            )
            try:
                for pragma in self._pragmas:
                    made.execute(f"PRAGMA {pragma}")
                made.execute("PRAGMA busy_timeout=0")
            except BaseException:
                made.close()
                raise
            return made

        return Connection(self, self.wait_for(opened))

    def wait_for(self, work: Callable[[], T]) -> T:
        """Have a thread do it while other tasks go on. Whoever is cancelled meanwhile waits for its end all the same,
        for a connection must not be used twice at once."""
        return await_only(self._wait_for(work))

    async def _wait_for(self, work: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    def patiently(self, connection: sqlite3.Connection, work: Callable[[], T]) -> T:
        """Do it in a thread and wait for locks there."""
        return await_only(self.waited_for(connection, work))

    async def waited_for(self, connection: sqlite3.Connection, work: Callable[[], T]) -> T:
        """The same, where there is something that can be awaited."""

        def waiting() -> T:
            patience = max(self.patience - self.waited, 0.02)
            connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
            try:
                return work()
            finally:
                connection.execute("PRAGMA busy_timeout=0")

        return await self._wait_for(waiting)

    def close(self) -> None:
        self._threads.shutdown(wait=False)


class Connection:
    """One connection, used by one task at a time.

    :ivar readonly: whether the next transaction only looks, so that it need not be the only writer
    :ivar aside: whether everything until the next rollback or commit runs in a thread
    """

    def __init__(self, driver: Driver, connection: sqlite3.Connection) -> None:
        self._driver, self._connection = driver, connection
        self.readonly = self.aside = False

    @property
    def driver_connection(self) -> sqlite3.Connection:
        return self._connection

    @property
    def isolation_level(self) -> None:
        return None

    def create_function(self, *args: Any, **options: Any) -> None:
        self._connection.create_function(*args, **options)

    def cursor(self, server_side: bool = False) -> "Cursor":
        return (AsideCursor if self.aside else Cursor)(self._connection, self._driver)

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> "Cursor":
        return self.cursor().execute(statement, parameters)

    def run(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of a statement, at once, without a cursor of SQLAlchemy's.

        :raises sqlite3.OperationalError: among others, for a lock of another process
        """
        return self._connection.execute(statement, values).fetchall()

    async def ask(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The same; a lock of another process is waited for in a thread."""
        try:
            return self.run(statement, values)
        except sqlite3.OperationalError as error:
            if not _met_a_lock(error):
                raise
            return await self._driver.waited_for(self._connection, lambda: self.run(statement, values))

    def begin(self) -> None:
        self.cursor().execute("BEGIN" if self.readonly else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        self.readonly = self.aside = False
        if self._connection.in_transaction:
            self._driver.wait_for(self._connection.commit)  # the writer's lock is held: no other is waited for

    def rollback(self) -> None:
        self.readonly = self.aside = False
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()

    def terminate(self) -> None:
        """Given up in the middle of a transaction, whose task was cancelled: its lock goes at once."""
        self.rollback()
        self.close()


class _AtOnce:
    """Something to await that is there already: SQLAlchemy takes a driver that awaits nothing for one that blocks."""

    def __await__(self) -> Generator[None, None, None]:
        yield from ()


_AT_ONCE = _AtOnce()


class Cursor(sqlite3.Cursor):
    """Runs its statement in the event loop; only what meets a lock waits in a thread."""

    def __init__(self, connection: sqlite3.Connection, driver: Driver) -> None:
        super().__init__(connection)
        self._driver = driver

    def execute(self, statement: str, parameters: Any = (), /) -> Self:
        await_only(_AT_ONCE)
        try:
            super().execute(statement, parameters)
        except sqlite3.OperationalError as error:
            if not _met_a_lock(error):
                raise
            execute = super().execute
            self._driver.patiently(self.connection, lambda: execute(statement, parameters))
        return self

    def executemany(self, statement: str, rows: Iterable[Any], /) -> Self:
        given = list(rows)
        await_only(_AT_ONCE)
        try:
            super().executemany(statement, given)
        except sqlite3.OperationalError as error:
            if not _met_a_lock(error):
                raise
            executemany = super().executemany
            self._driver.patiently(self.connection, lambda: executemany(statement, given))
        return self

    async def _async_soft_close(self) -> None:
        """SQLAlchemy asks for this of drivers whose `close` waits; this one's does not."""


class AsideCursor(Cursor):
    """Runs its statement, and reads all its rows, in a thread."""

    _rows: list[Any]

    def execute(self, statement: str, parameters: Any = (), /) -> Self:
        execute, fetch = super(Cursor, self).execute, super().fetchall

        def work() -> list[Any]:
            execute(statement, parameters)
            return fetch()[::-1] if self.description else []

        self._rows = self._driver.patiently(self.connection, work)
        return self

    def fetchone(self) -> Any:
        return self._rows.pop() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.pop() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows[::-1], []
        return rows


def _met_a_lock(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (_BUSY, _LOCKED)
