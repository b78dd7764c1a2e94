"""The figures of satisfaction and of the way requests went, counted by the database. Reads only.

`figures` is the whole of it: which requests (`Scope`), by what (`By`), and out come `knowledge.satisfaction.Figures`.
Closures are the ratings of the period and the closings by silence, with first responder and handler as they were at
that moment; what happens later changes nothing in them. The way of a request is that of the requests recorded in the
period; transfers and second requests for documents count when they happened."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from knowledge.lifecycle import Action
from knowledge.satisfaction import POOR, Figures, Stage, Summary
from storage.case_tables import Closure, Rectification
from storage.tables import Area, Event, Rating, Request
from storage.tally import ASKED_FOR, CONFLICT, LEVEL, REVISED, STAFF, Tally

Key = Hashable
Groups = defaultdict[Key, Tally]

_HANDED_ON = (Action.TRANSFER.value, Action.HAND_OUTSIDE.value)
_TAKEN = tuple(
    a.value
    for a in (Action.ACKNOWLEDGE, Action.RESOLVE, Action.WITHDRAW, Action.TRANSFER, Action.REPLACE, Action.UPHOLD)
)
"""What ends an offer: somebody takes the work, it is over, or it is offered to another."""
_POOR = tuple(int(level) for level in POOR)
_AT_ONCE = 5_000
_FEW_AREAS = 4


class By(StrEnum):
    """What the figures are grouped by; the key of a group is an id (of areas: with those under it)."""

    ALL = "all"
    AREA = "area"
    DOMAIN = "domain"
    SERVICE = "service"
    FIRST_RESPONDER = "first_responder"
    HANDLER = "handler"
    TIME = "time"
    """The spans of `Scope.spans`; the key is the number of the span."""


@dataclass(frozen=True)
class Scope:
    """Which requests, closures and acts are counted.

    :ivar start, end: the period; its end is not part of it
    :ivar now: what is not done by now and was promised before counts as not done in time
    :ivar areas: only these (give those under them as well); None: all
    :ivar spans: the ends of the spans for `By.TIME`, in order, each where the next begins; the first begins at `start`
    """

    start: datetime
    end: datetime
    now: datetime
    areas: Collection[int] | None = None
    domain: str | None = None
    service_id: str | None = None
    first_responder_id: int | None = None
    handler_id: int | None = None
    spans: tuple[datetime, ...] = ()

    def between(self, start: datetime, end: datetime) -> "Scope":
        """The same for another period."""
        return replace(self, start=start, end=end, spans=())


class epoch(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """Whole seconds since 1970, the same on both databases."""

    type = BigInteger()
    inherit_cache = True


@compiles(epoch, "sqlite")
def _epoch_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    # The fraction is cut off first: SQLite rounds to the millisecond, which makes .9995 the next second.
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **more)}, 1, 19)) AS INTEGER)"


@compiles(epoch, "postgresql")
def _epoch_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **more)})) AS BIGINT)"


@dataclass(frozen=True)
class _Source:
    """Rows to count: when each happened, who answered and who did the work then, of what it was.

    :ivar of: the table that has area, domain and service of each
    :ivar also: what is joined where there is any
    """

    of: type[Request] | type[Closure]
    at: Any
    responder: Any
    handler: Any
    joins: tuple[tuple[Any, ColumnElement[bool]], ...] = ()
    also: tuple[tuple[Any, ColumnElement[bool]], ...] = ()
    where: tuple[ColumnElement[bool], ...] = ()


_RECORDED = _Source(Request, Request.created_at, Request.first_responder_id, Request.handler_id)
_CLOSED = _Source(Closure, Closure.closed_at, Closure.first_responder_id, Closure.handler_id)
_POORLY = replace(
    _CLOSED,
    joins=((Rating, and_(Rating.request_id == Closure.request_id, Rating.round == Closure.round)),),
    also=((Rectification, Rectification.rating_id == Rating.id),),
    where=(or_(Closure.level.in_(_POOR), Closure.revised_level.in_(_POOR)),),
)
"""What was rated poorly, first or at last, with the 整改 if there is one."""
_ACTS = _Source(
    Request,
    Event.at,
    Request.first_responder_id,
    case((Event.action == Action.TRANSFER.value, Event.data["sender"].as_integer()), else_=Event.actor_id),
    joins=((Event, Event.request_id == Request.id),),
    where=(Event.action.in_([*_HANDED_ON, Action.ASK_AGAIN.value]),),
)


async def figures(session: AsyncSession, scope: Scope, by: By = By.ALL, *, times: bool = True) -> dict[Key, Figures]:
    """The figures of each group; a group of which nothing is known is left out. `By.ALL` has the one key None, always.

    :param times: whether median and 90th percentile are worked out (they take the longest)
    """
    return (await figures_by(session, scope, [by], times=times))[by]


async def figures_by(
    session: AsyncSession, scope: Scope, groupings: Sequence[By], *, times: bool = True
) -> dict[By, dict[Key, Figures]]:
    """The same grouped in several ways; the times of each request are read once for all of them."""
    found: dict[By, Groups] = {by: defaultdict(Tally) for by in groupings}
    for by, groups in found.items():
        await _closures(session, scope, by, groups)
        await _after_poor(session, scope, by, groups)
        await _promises(session, scope, by, groups)
        await _acts(session, scope, by, groups)
    if times:
        await _times(session, scope, found)
    return {
        by: {key: tally.figures() for key, tally in (await _complete(session, scope, by, groups)).items()}
        for by, groups in found.items()
    }


async def satisfaction(session: AsyncSession, scope: Scope, by: By = By.ALL) -> dict[Key, Summary]:
    """The closures alone: a fraction of the work, for a trend and for a year."""
    found: Groups = defaultdict(Tally)
    await _closures(session, scope, by, found)
    return {key: tally.closures() for key, tally in (await _complete(session, scope, by, found)).items()}


async def after_poor(session: AsyncSession, scope: Scope) -> tuple[dict[str, int], Stage]:
    """The reasons of the 差评, and the 整改 that came of them, as in `Figures`."""
    found: Groups = defaultdict(Tally)
    await _after_poor(session, scope, By.ALL, found)
    whole = found[0].figures()
    return whole.reasons, whole.rectify


def inside(areas: Collection[int], column: Any = Request.area_id) -> ColumnElement[bool]:
    """What is of these areas. Many areas are no way to find the requests of a period: SQLite would look through every
    request they ever had, so the index by area is kept from it."""
    found: ColumnElement[bool] = (column if len(areas) <= _FEW_AREAS else column + 0).in_(sorted(areas))
    return found


# -- counting


async def _complete(session: AsyncSession, scope: Scope, by: By, found: Groups) -> dict[Key, Tally]:
    """The groups as they are asked for: `By.ALL` there always, areas with all that is of those under them."""
    if by is By.ALL:
        return {None: found[0]}
    if by is not By.AREA:
        return found
    above = {area: parent for area, parent in await session.execute(select(Area.id, Area.parent_id))}  # noqa: C416
    whole: Groups = defaultdict(Tally)
    for key, tally in found.items():
        area: Any = key
        while area is not None:
            if scope.areas is None or area in scope.areas:
                whole[area].add(tally)
            area = above[area]
    return whole


async def _closures(session: AsyncSession, scope: Scope, by: By, found: Groups) -> None:
    code = func.coalesce(Closure.level, 0) + REVISED * func.coalesce(Closure.revised_level, 0)
    for bit, flag in ((STAFF, Closure.staff_taken), (CONFLICT, Closure.conflict), (ASKED_FOR, Closure.asked)):
        code += bit * cast(flag, Integer)
    code = code.label("code")
    for key, packed, count in await _rows(session, scope, by, _CLOSED, code, grouped=1):
        tally = found[key]
        tally.closed += count
        tally.surveyed += count if packed & ASKED_FOR else 0
        if packed & LEVEL:
            tally.codes[packed % ASKED_FOR, packed // REVISED] += count


async def _after_poor(session: AsyncSession, scope: Scope, by: By, found: Groups) -> None:
    own = and_(Closure.level.in_(_POOR), Closure.staff_taken.is_(False), Closure.conflict.is_(False))
    reason = case((own, func.coalesce(Rating.reason, "")), else_=None).label("reason")
    settled = _kept(Rectification.settled_at, Rectification.settle_by, Rectification.settled_at, scope.now)
    for key, why, due, in_time, count in await _rows(session, scope, by, _POORLY, reason, *settled, grouped=1):
        tally = found[key]
        if why is not None:
            tally.reasons[why] += count
        tally.counts["rectify_due"] += int(due or 0)
        tally.counts["rectify_in_time"] += int(in_time or 0)


_STAGES = {
    "acknowledge": (Request.acknowledged_at, Request.acknowledge_by),
    "contact": (Request.contacted_at, Request.contact_by),
    "resolve": (Request.resolved_at, Request.resolve_by),
}

_OVER = func.coalesce(Request.resolved_at, Request.closed_at)


def _kept(done: Any, promised: Any, over: Any, now: datetime) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """How many are due (done, or promised before now), and how many were done in time. What was `over` before it was
    due is not owed any more."""
    late = and_(promised < now, or_(over.is_(None), over > promised))
    due = func.sum(case((or_(done.is_not(None), late), 1), else_=0))
    return due, func.sum(case((done <= promised, 1), else_=0))


async def _promises(session: AsyncSession, scope: Scope, by: By, found: dict[Key, Tally]) -> None:
    taken = func.coalesce(
        Request.acknowledged_at, Request.resolved_at, Request.closed_at, literal(scope.now, Request.created_at.type)
    )
    columns: list[ColumnElement[Any]] = [func.sum(epoch(taken) - epoch(Request.created_at))]
    for done in _STAGES.values():
        columns += _kept(*done, _OVER, scope.now)
    for key, *values, count in await _rows(session, scope, by, _RECORDED, *columns):
        counts = found[key].counts
        counts["requests"] += count
        counts["idle"] += int(values[0] or 0)
        for name, due, in_time in zip(_STAGES, values[1::2], values[2::2], strict=True):
            counts[f"{name}_due"] += int(due or 0)
            counts[f"{name}_in_time"] += int(in_time or 0)


async def _times(session: AsyncSession, scope: Scope, found: dict[By, Groups]) -> None:
    """How long each stage of each request took; sorted here, which is four times as fast as window functions."""
    took = [epoch(done) - epoch(Request.created_at) for done, _ in _STAGES.values()]
    keys = [_key(scope, by, _RECORDED).label(by.value) for by in found]
    query = _narrow(select(*keys, *took), scope, _RECORDED).execution_options(yield_per=_AT_ONCE)
    rows = await session.stream(query)
    names = tuple(_STAGES)
    async for part in rows.partitions():
        for row in part:
            seconds = row[len(keys) :]
            for groups, key in zip(found.values(), row, strict=False):
                kept = groups[key].took
                for name, value in zip(names, seconds, strict=True):
                    if value is not None:
                        kept[name].append(value)


async def _acts(session: AsyncSession, scope: Scope, by: By, found: dict[Key, Tally]) -> None:
    later = Event.__table__.alias("later")
    taken = func.coalesce(
        select(func.min(later.c.at))
        .where(later.c.request_id == Event.request_id, later.c.position > Event.position, later.c.action.in_(_TAKEN))
        .scalar_subquery(),
        literal(scope.now, Request.created_at.type),
    )
    offered = case((Event.at > Request.acknowledged_at, Event.at), else_=Request.acknowledged_at)
    idle = case(
        (and_(Event.action == Action.TRANSFER.value, taken > offered), epoch(taken) - epoch(offered)),
        else_=0,
    )
    columns = [
        func.sum(case((Event.action.in_(_HANDED_ON), 1), else_=0)),
        func.sum(case((Event.action == Action.ASK_AGAIN.value, 1), else_=0)),
        func.sum(idle),
    ]
    for key, transfers, asks, seconds, _ in await _rows(session, scope, by, _ACTS, *columns):
        counts = found[key].counts
        counts["transfers"] += int(transfers or 0)
        counts["second_asks"] += int(asks or 0)
        counts["idle"] += int(seconds or 0)


# -- the query of one source


async def _rows(
    session: AsyncSession, scope: Scope, by: By, source: _Source, *columns: ColumnElement[Any], grouped: int = 0
) -> Sequence[Any]:
    """Rows of the key, these columns and how many; grouped by the key and the first `grouped` columns."""
    key = _key(scope, by, source).label("key")
    query = _narrow(select(key, *columns, func.count()), scope, source)
    groups = [*([] if by is By.ALL else [key]), *columns[:grouped]]
    if groups:
        query = query.group_by(*groups)
    found: Sequence[Any] = (await session.execute(query)).all()
    return found


def _narrow(query: Select[Any], scope: Scope, source: _Source) -> Select[Any]:
    """The rows of a source that are in scope."""
    query = query.select_from(source.of)
    for table, on in source.joins:
        query = query.join(table, on)
    for table, on in source.also:
        query = query.outerjoin(table, on)
    query = query.where(source.at >= scope.start, source.at < scope.end, *source.where)
    for column, wanted in (
        (source.of.domain, scope.domain),
        (source.of.service_id, scope.service_id),
        (source.responder, scope.first_responder_id),
        (source.handler, scope.handler_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return query if scope.areas is None else query.where(inside(scope.areas, source.of.area_id))


def _key(scope: Scope, by: By, source: _Source) -> Any:
    match by:
        case By.AREA:
            return source.of.area_id
        case By.DOMAIN:
            return source.of.domain
        case By.SERVICE:
            return source.of.service_id
        case By.FIRST_RESPONDER:
            return source.responder
        case By.HANDLER:
            return source.handler
        case By.TIME:
            spans = [(source.at < end, number) for number, end in enumerate(scope.spans)]
            return case(*((condition, literal_column(str(number))) for condition, number in spans))
    return literal_column("0")
