"""Every row of every table as lines of JSON, and back: one form for SQLite and PostgreSQL, so that a backup is also the
way from one to the other. Ids, the event chain and what still waits to be said stay as they are."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import JSON, Column, Connection, Date, MetaData, Table, Time, func, inspect, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from storage import mediation_tables, rota_tables  # noqa: F401 - their tables belong to the metadata
from storage.database import Database, UTCDateTime
from storage.schema import current, judge, revisions, upgrade
from storage.tables import Base

PAGE = 1000
"""Rows that are read, or written, at a time."""


class BackupError(Exception):
    """The backup cannot be taken or put back; the words say why, in one line."""


def tables() -> list[Table]:
    """Every table, a parent before its children."""
    return [*Base.metadata.sorted_tables]


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[AsyncSession]:
    """A session that sees the database as it is at this moment, however long it looks and whatever others write.

    :raises BackupError: the schema is not the newest, so that the rows would not be what they seem
    """
    revision = await current(database)
    judge(revision)
    if revision != revisions()[-1]:
        raise BackupError("the database has an older schema: start the program once, then take the backup")
    async with database.read(aside=True) as session:
        if not database.is_sqlite:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await session.execute(select(func.count()).select_from(Base.metadata.tables["area"]))  # from here on
        yield session


async def rows(session: AsyncSession, table: Table) -> AsyncIterator[str]:
    """The rows of a table in the order of its key, a line of JSON each."""
    key = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        page = select(table).order_by(*key).limit(PAGE)
        if last is not None:
            page = page.where(tuple_(*key) > tuple_(*last) if len(key) > 1 else key[0] > last[0])
        found = (await session.execute(page)).all()
        for row in found:
            yield json.dumps(
                {c.name: _plain(value) for c, value in zip(table.columns, row, strict=True)}, ensure_ascii=False
            )
        if len(found) < PAGE:
            return
        at = {c.name: n for n, c in enumerate(table.columns)}
        last = tuple(found[-1][at[c.name]] for c in key)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value


async def is_empty(database: Database) -> bool:
    """Whether there is no row in any table (or no table)."""
    if await current(database) is None:
        return True
    async with database.read() as session:
        there = await (await session.connection()).run_sync(lambda connection: inspect(connection).get_table_names())
        for table in tables():  # fewer, when an older backup could not be put back
            if table.name in there and (await session.execute(select(func.count()).select_from(table))).scalar_one():
                return False
    return True


async def expect_room(database: Database, revision: str) -> None:
    """
    :raises SchemaError: what was backed up at `revision` is newer than this program
    :raises BackupError: the database is not empty
    """
    judge(revision)
    if not await is_empty(database):
        raise BackupError("the database is not empty: a backup is put into an empty one")


async def restore(
    database: Database, revision: str, lines: Callable[[str], Iterable[str]], expected: Mapping[str, int]
) -> dict[str, int]:
    """Fill an empty database with what was backed up at `revision`, then bring it to the newest schema. All or nothing
    of the rows; returns how many there are, by table.

    :param lines: gives the lines of a table by its name; none when the backup does not have it
    :param expected: how many rows there must be, by table
    :raises SchemaError: the backup is newer than this program
    :raises BackupError: the database is not empty, or rows are missing
    """
    await expect_room(database, revision)
    await upgrade(database, revision)
    counts: dict[str, int] = {}
    async with database.write(aside=True) as session:
        connection = await session.connection()
        for table in await connection.run_sync(_as_it_is):
            read = {column.name: _reader(column) for column in table.columns}
            counts[table.name] = 0
            for page in _pages(lines(table.name)):
                given = [
                    {name: read[name](value) for name, value in json.loads(line).items() if name in read}
                    for line in page
                ]
                await connection.execute(table.insert(), given)
                counts[table.name] += len(given)
        if short := [name for name, count in expected.items() if counts.get(name, 0) != count]:
            raise BackupError(f"rows are missing of {', '.join(short)}")
        if not database.is_sqlite:
            await connection.run_sync(_count_on)
    await upgrade(database)
    return counts


def _as_it_is(connection: Connection) -> list[Table]:
    """The tables as the database has them now, with the columns of today's where they are the same."""
    found = MetaData()
    found.reflect(connection)
    for table in found.tables.values():
        known = Base.metadata.tables.get(table.name)
        for column in table.columns:
            if known is not None and column.name in known.columns:
                column.type = known.columns[column.name].type
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    """What makes of a value in the backup what the column takes."""
    kind = column.type
    if isinstance(kind, JSON):
        return lambda value: value
    for of, read in ((UTCDateTime, datetime.fromisoformat), (Date, date.fromisoformat), (Time, time.fromisoformat)):
        if isinstance(kind, of):
            return lambda value, read=read: None if value is None else read(value)  # type: ignore[misc]
    if (values := getattr(kind, "enum_class", None)) is not None:
        return lambda value: None if value is None else values(value)
    return lambda value: value


def _pages(lines: Iterable[str]) -> Iterator[list[str]]:
    page: list[str] = []
    for line in lines:
        page.append(line)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def _count_on(connection: Connection) -> None:
    """PostgreSQL goes on counting behind the highest id."""
    there = set(inspect(connection).get_table_names())  # fewer, when an older backup was put back
    for table in tables():
        [key, *more] = table.primary_key.columns
        if (
            table.name not in there
            or more
            or not isinstance(key.type.python_type, type)
            or key.type.python_type is not int
        ):
            continue
        sequence = connection.execute(
            text("SELECT pg_get_serial_sequence(:table, :key)"), {"table": f'"{table.name}"', "key": key.name}
        ).scalar_one_or_none()
        highest = connection.execute(select(func.max(key))).scalar_one_or_none()
        if sequence is not None and highest is not None:
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :highest)"), {"sequence": sequence, "highest": highest}
            )
