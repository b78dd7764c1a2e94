"""What every update asks and writes, past SQLAlchemy's execution (decision 15).

SQLAlchemy takes a tenth to a quarter of a millisecond around a statement that SQLite runs in a hundredth. The hot ones
are still made with SQLAlchemy, which writes their SQL and converts their values; but it does so once, and from then on
the text goes straight to the connection of the unit of work. Elsewhere (PostgreSQL, whatever runs in a thread) the same
call is an ordinary one of the session, with the same answer."""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, Insert, Select, bindparam, exc, insert, inspect, update
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, Session, make_transient, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.instrumentation import manager_of_class
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter

from storage.sqlite_driver import Connection

T = TypeVar("T")
Convert = Callable[[Any], Any]

_DIALECT = sqlite_dialect(paramstyle="qmark")
_CONNECTION = "shouwen_connection"


async def ask(session: AsyncSession, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """Run a statement in this unit of work; returns its rows, read by name or unpacked, none for one that has none.

    Entities belong to the session; one that it holds already stays as it is. What it has not flushed is not seen.

    :param statement: made once and asked again and again, for what is prepared from it is kept
    :raises DBAPIError: as `session.execute` does
    """
    connection = await _connection(session)
    if connection is None:
        if _speaks_of_entities(statement):
            return (await session.execute(statement, values)).all()
        found = await (await session.connection()).execute(statement, values)
        return found.all() if found.returns_rows else []
    plan = _plan(statement, tuple((name, len(values[name])) for name in _lists(statement)), _named(statement, values))
    try:
        rows = await connection.ask(plan.sql, plan.bound(values))
    except sqlite3.Error as error:
        raise _told(plan.sql, error) from error
    return plan.read(session.sync_session, rows)


async def first(session: AsyncSession, statement: Executable, values: Mapping[str, Any]) -> Any:
    """What stands first in the first row of the answer; None when there is no row."""
    rows = await ask(session, statement, values)
    return rows[0][0] if rows else None


async def put(session: AsyncSession, row: Any) -> None:
    """Insert a row of a mapped class now; it gets its id, and belongs to the session as if it had been read.

    :raises DBAPIError: as `session.flush` does
    """
    connection = await _connection(session)
    if connection is None:
        session.add(row)
        await session.flush()
        return
    if session.dirty or session.new or session.deleted:
        await session.flush()  # what comes after reads it, as it would after a flush of this row
    insert_now(connection, [row])
    make_transient_to_detached(row)
    session.add(row)


def held(session: AsyncSession, kind: type[T], row_id: int) -> T | None:
    """What this unit of work has read of a mapped class already, by its id."""
    mapper: Mapper[T] = inspect(kind)
    found: T | None = session.sync_session.identity_map.get(mapper.identity_key_from_primary_key((row_id,)))
    return found


def write_changed(session: Session) -> None:
    """Write what changed in objects that this unit of work has read, as a flush does, with a check of the version where
    there is one. Where something is new or gone as well, the flush has to see to their order.

    :raises StaleDataError: somebody else changed a row meanwhile
    """
    changed_rows = list(session.dirty)
    if not changed_rows or session.new or session.deleted or session.in_nested_transaction():
        return
    connection = connection_of(session)
    if connection is None:
        return
    for row in changed_rows:
        state = inspect(row)
        if state.unloaded:  # it was not read whole: the flush knows what to do
            continue
        before, now = state.committed_state, row.__dict__
        if changed := tuple(sorted(name for name in before if now[name] != before[name])):
            _update(connection, row, changed)
        make_transient(row)
        make_transient_to_detached(row)
        session.add(row)


def insert_now(connection: Connection, rows: Iterable[Any]) -> None:
    """Insert rows of mapped classes, in order; each gets its id and what its columns have by default, and belongs to
    no session."""
    for row in rows:
        kind: Any = type(row)
        table = _table(kind)
        given = row.__dict__
        for name, default in table.defaults:
            if given.get(name) is None:
                given[name] = default()
        [[given[table.key]]] = table.run(connection, given)


def _update(connection: Connection, row: Any, changed: tuple[str, ...]) -> None:
    kind: Any = type(row)
    change, now = _change(kind, changed), row.__dict__
    values = {f"new_{name}": now[name] for name in changed} | {f"is_{name}": now[name] for name in change.known}
    if (version := change.version) is not None:
        values[f"new_{version}"] = now[version] + 1
    if not change.run(connection, values):
        raise StaleDataError(f"a row of {kind.__tablename__} is not as it was read")
    if version is not None:
        now[version] += 1


def connection_of(session: Session) -> Connection | None:
    """The connection of this unit of work, when statements can go straight to it."""
    known: tuple[Any, Connection | None] | None = session.info.get(_CONNECTION)
    if known is None or known[0].closed:
        made = session.connection()
        driven = made.connection.dbapi_connection
        quick = driven if isinstance(driven, Connection) and not driven.aside else None
        session.info[_CONNECTION] = known = (made, quick)
    return known[1]


async def _connection(session: AsyncSession) -> Connection | None:
    known: tuple[Any, Connection | None] | None = session.info.get(_CONNECTION)
    if known is not None and not known[0].closed:
        return known[1]
    return await session.run_sync(connection_of)


def _told(sql: str, error: sqlite3.Error) -> exc.DBAPIError:
    """The error as SQLAlchemy calls it; the values stay out of it, for people said them."""
    kind: type[exc.DBAPIError] = getattr(exc, type(error).__name__, exc.DBAPIError)
    return kind(sql, None, error)


# -- prepared once


class _Prepared:
    """A statement in the words of SQLite, and for each of its question marks what finds its value among those given."""

    def __init__(self, compiled: Any, asked: Collection[str] = ()) -> None:
        self.sql = str(compiled)
        self._bound = [_bound(compiled.binds, name, asked) for name in compiled.positiontup or ()]

    def bound(self, given: Mapping[str, Any]) -> list[Any]:
        return [find(given) for find in self._bound]

    def run(self, connection: Connection, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """:raises DBAPIError: what the database refuses"""
        try:
            return connection.run(self.sql, self.bound(given))
        except sqlite3.Error as error:
            raise _told(self.sql, error) from error


class _Plan(_Prepared):
    """A statement that is asked, and what its answer is made of."""

    def __init__(self, statement: Any, lengths: Iterable[tuple[str, int]], named: tuple[str, ...] | None) -> None:
        returned = _returned(statement)
        asked = _asked(statement)
        options: dict[str, Any] = {"column_keys": list(named)} if named else {}
        if isinstance(statement, Select):  # the others have no lists
            columns = (column for part in returned for column in part.columns)
            filled = {name: [None] * length for name, length in lengths}
            statement = statement.with_only_columns(*columns).params(dict.fromkeys(asked) | filled)
            options["compile_kwargs"] = {"render_postcompile": True}
        super().__init__(statement.compile(dialect=_DIALECT, **options), asked)
        self._parts = returned
        self._make = _row(part.name for part in returned)

    def read(self, session: Session, rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
        return [self._make([part.read(session, row) for part in self._parts]) for row in rows]


def _row(names: Iterable[str]) -> Any:
    """What makes a row whose values can be read by these names."""
    made: Any = namedtuple("Row", list(names), rename=True)  # type: ignore[misc]
    return made._make


class _Column:
    """A column of an answer."""

    def __init__(self, name: str, column: Any, at: int) -> None:
        self.name, self.columns, self._at = name, [column], at
        self._convert = _from_database(column)

    def read(self, _session: Session, row: Sequence[Any]) -> Any:
        value = row[self._at]
        return value if self._convert is None else self._convert(value)


class _Entity:
    """An object in an answer, which stands in several of its columns."""

    def __init__(self, name: str, entity: Any, at: int) -> None:
        mapper: Mapper[Any] = inspect(entity).mapper
        self.name, self._mapper = name, mapper
        attributes = list(mapper.column_attrs)
        self.columns = [getattr(entity, attribute.key) for attribute in attributes]
        keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
        self._key = [at + i for key in keys for i, attribute in enumerate(attributes) if attribute.key == key]
        self._fields = [
            (attribute.key, at + i, _from_database(column))
            for i, (attribute, column) in enumerate(zip(attributes, self.columns, strict=True))
        ]
        self._new = manager_of_class(mapper.class_).new_instance

    def read(self, session: Session, row: Sequence[Any]) -> Any:
        key = tuple(row[at] for at in self._key)
        if key[0] is None:
            return None  # of an outer join
        identity = self._mapper.identity_key_from_primary_key(key)
        known = session.identity_map.get(identity)
        if known is not None and not inspect(known).expired_attributes:
            return known
        values = {name: row[at] if convert is None else convert(row[at]) for name, at, convert in self._fields}
        if known is not None:  # of a savepoint that was taken back: it is not known what holds now
            for name, value in values.items():
                set_committed_value(known, name, value)
            return known
        made = self._new()
        made.__dict__.update(values)
        instance_state(made).key = identity  # it is whole and as it was read, so that it needs no more to be detached
        session.add(made)
        return made


class _Table(_Prepared):
    """How a row of a mapped class is inserted."""

    def __init__(self, kind: type[Any]) -> None:
        mapper: Mapper[Any] = inspect(kind)
        columns = {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs}
        [key] = mapper.primary_key
        self.key = mapper.get_property_by_column(key).key
        names = [name for name in columns if name != self.key]
        statement = insert(kind).returning(key)
        super().__init__(statement.compile(dialect=_DIALECT, column_keys=[columns[name].key for name in names]))
        self.defaults = [(name, _default(mapper, columns[name])) for name in names]


class _Change(_Prepared):
    """How some columns of a row are changed.

    :ivar known: the attributes by which the row is found: its key, and its version
    """

    def __init__(self, kind: type[Any], changed: Sequence[str]) -> None:
        mapper: Mapper[Any] = inspect(kind)
        columns = {attribute.key: attribute.columns[0] for attribute in mapper.column_attrs}
        names: dict[Any, str] = {column: name for name, column in columns.items()}
        self.version = None if mapper.version_id_col is None else names[mapper.version_id_col]
        self.known = [names[column] for column in mapper.primary_key]
        written = list(changed)
        if self.version is not None:
            self.known.append(self.version)
            written.append(self.version)
        statement = (
            update(kind)
            .values({columns[name]: bindparam(f"new_{name}", type_=columns[name].type) for name in written})
            .where(*(columns[name] == bindparam(f"is_{name}", type_=columns[name].type) for name in self.known))
            .returning(*mapper.primary_key)
        )
        super().__init__(statement.compile(dialect=_DIALECT))


@lru_cache(maxsize=1024)
def _change(kind: Any, changed: tuple[str, ...]) -> _Change:
    return _Change(kind, changed)


@lru_cache(maxsize=1024)
def _plan(statement: Any, lengths: tuple[tuple[str, int], ...], named: tuple[str, ...] | None) -> _Plan:
    return _Plan(statement, lengths, named)


@lru_cache(maxsize=256)
def _table(kind: Any) -> _Table:
    return _Table(kind)


@lru_cache(maxsize=1024)
def _lists(statement: Any) -> tuple[str, ...]:
    """Those of its values that are lists, each of which becomes so many question marks."""
    return tuple(name for name, listed in _asked(statement).items() if listed)


def _asked(statement: Any) -> dict[str, bool]:
    """The values that a statement must be given, and whether they are lists."""
    parts = (part for part in visitors.iterate(statement) if isinstance(part, BindParameter))
    return {part.key: part.expanding for part in parts if part.required}


@lru_cache(maxsize=1024)
def _speaks_of_entities(statement: Any) -> bool:
    return any(isinstance(part, _Entity) for part in _returned(statement))


def _named(statement: Any, values: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The columns that an INSERT brings; other statements name theirs themselves."""
    return tuple(values) if isinstance(statement, Insert) else None


def _returned(statement: Any) -> list[_Column | _Entity]:
    """What a statement answers with, in order."""
    described: Any = (
        statement.column_descriptions if isinstance(statement, Select) else statement.returning_column_descriptions
    )
    found: list[_Column | _Entity] = []
    at = 0
    for part in described:
        named = part["expr"]
        whole = not isinstance(named, ColumnElement) and getattr(inspect(named, raiseerr=False), "mapper", None)
        made = _Entity(part["name"], named, at) if whole else _Column(part["name"], named, at)
        at += len(made.columns)
        found.append(made)
    return found


def _bound(binds: Mapping[str, BindParameter[Any]], name: str, asked: Collection[str]) -> Convert:
    """What finds the value of a question mark among those given, and puts it as SQLite keeps it."""
    bind, place = binds.get(name), None
    if bind is None:  # one of a list: `areas_2` is the second of `areas`
        listed, _, number = name.rpartition("_")
        bind, place = binds[listed], int(number) - 1
    convert = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT) or _as_it_is
    if not bind.required and bind.key not in asked:
        fixed: Any = bind.effective_value
        value = convert(fixed if place is None else list(fixed)[place])
        return lambda _: value
    key = bind.key
    if place is not None:
        return lambda values: convert(values[key][place])
    if bind.type.should_evaluate_none:  # JSON: nothing there is not the word null
        return lambda values: None if (value := values[key]) is None else convert(value)
    return itemgetter(key) if convert is _as_it_is else lambda values: convert(values[key])


def _as_it_is(value: Any) -> Any:
    return value


def _from_database(column: Any) -> Convert | None:
    convert: Convert | None = column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return convert


def _default(mapper: Mapper[Any], column: Any) -> Callable[[], Any]:
    """What a column has when nothing was said."""
    if column is mapper.version_id_col:
        return lambda: 1
    if column.server_default is not None:
        raise TypeError(f"{column} is filled in by the database")
    if column.default is None:
        return lambda: None
    given = column.default.arg
    return (lambda: given(None)) if column.default.is_callable else lambda: given
