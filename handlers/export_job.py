"""Exports in a process of their own: a month of a district takes seconds of work, and meanwhile residents are
answered. `python -m handlers.export_job` reads a job as JSON from stdin; nobody types that."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.spreadsheets import Table, Workbook, write_csv
from handlers.summary import Book, Order
from storage.database import Database
from storage.figures import Scope
from storage.tables import Request

_POLITE = 19
_MANY = 2_000
"""Requests from which on an export is made in a process of its own."""
_LONGEST = 600.0
"""Seconds after which an export is given up."""
_ROOT = Path(__file__).resolve().parents[1]

Progress = Callable[[str, int], None]
"""Told of each table that is done: its title, and how many rows it has."""


async def carry_out(database: Database, order: Order, out: Path, progress: Progress = lambda title, rows: None) -> int:
    """Write the order as a workbook, or as CSV (one table a file: `out` holds the figures by domain and service, the
    others are put beside it), by the ending of `out`. Everything is of one moment. Returns how many requests it has.

    :raises OSError: it cannot be written there
    """
    requests = 0
    voice = order.voice
    book = Workbook(str(out), voice.zone) if out.suffix == ".xlsx" else None
    async with database.read() as session:
        await _one_moment(session, database)
        async for table in Book(session, order).tables():
            if book is not None:
                count = await book.add(table)
            else:
                count = await write_csv(table, _place(out, table, voice.t("sheet-by-service")), voice.zone)
            progress(table.title, count)
            if table.title == voice.t("sheet-requests-title"):
                requests = count
    if book is not None:
        await asyncio.to_thread(book.close)
    return requests


async def _one_moment(session: AsyncSession, database: Database) -> None:
    """SQLite reads a snapshot anyway."""
    if not database.is_sqlite:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _place(out: Path, table: Table, first: str) -> Path:
    return out if table.title == first else out.with_name(f"{out.stem}-{table.title}.csv")


class Job:
    """An export for a chat: made once, when the first of its files is asked for."""

    def __init__(self, url: str, order: Order, name: str, *, apart: bool) -> None:
        """:param name: of the file to be made, with its ending
        :param apart: whether a process of its own makes it; a small one is done sooner than a process starts
        """
        self._url, self._order, self._name, self._apart = url, order, name, apart
        self._files: dict[str, bytes] | None = None
        self._making = threading.Lock()

    def files(self) -> dict[str, bytes]:
        """The files by name. Blocks: call it in a thread.

        :raises OSError: it could not be made
        """
        with self._making:
            if self._files is None:
                self._files = self._make()
            return self._files

    def _make(self) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory(prefix="shouwen-export-") as folder:
            job = {"database": self._url, "order": self._order.pack(), "out": str(Path(folder) / self._name)}
            if self._apart:
                self._in_a_process(job)
            else:
                asyncio.run(_work(job))
            return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}

    def _in_a_process(self, job: dict[str, Any]) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "handlers.export_job"],
            input=json.dumps(job).encode(),
            capture_output=True,
            check=False,
            cwd=_ROOT,
            timeout=_LONGEST,
        )
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1]
            raise OSError(f"the export failed: {last}")


async def large(session: AsyncSession, scope: Scope) -> bool:
    """Whether an export of this needs a process of its own."""
    query = select(Request.id).where(Request.created_at >= scope.start, Request.created_at < scope.end).limit(_MANY)
    return len((await session.execute(query)).all()) == _MANY


async def _work(job: dict[str, Any]) -> None:
    database = Database(job["database"])
    try:
        await carry_out(database, Order(**job["order"]), Path(job["out"]))
    finally:
        await database.close()


if __name__ == "__main__":
    os.nice(_POLITE)
    asyncio.run(_work(json.loads(sys.stdin.buffer.read())))
