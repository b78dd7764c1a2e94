"""The figures of satisfaction and of the way requests went, counted by the database. Reads only.

`figures` is the whole of it: which requests (`Scope`), by what (`By`), and out come `knowledge.satisfaction.Figures`.
Closures are the ratings of the period and the closings by silence, with first responder and handler as they were at
that moment; what happens later changes nothing in them. The way of a request is that of the requests recorded in the
period; transfers and second requests for documents count when they happened."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from knowledge.lifecycle import Action, Intake
from knowledge.satisfaction import POOR, Counts, Figures, Stage, Summary
from storage.case_tables import Rectification
from storage.tables import Area, Event, Rating, Request

Key = Hashable

_ASKED = (Intake.CHAT, Intake.DANGER)
"""How those came in who can be asked for a rating in chat."""
_HANDED_ON = (Action.TRANSFER.value, Action.HAND_OUTSIDE.value)
_TAKEN = tuple(
    a.value
    for a in (Action.ACKNOWLEDGE, Action.RESOLVE, Action.WITHDRAW, Action.TRANSFER, Action.REPLACE, Action.UPHOLD)
)
"""What ends an offer: somebody takes the work, it is over, or it is offered to another."""
_POOR = tuple(int(level) for level in POOR)
_STAFF, _CONFLICT, _ASKED_FOR = 64, 128, 256
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
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **more)}) AS INTEGER)"


@compiles(epoch, "postgresql")
def _epoch_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **more)})) AS BIGINT)"


@dataclass(frozen=True)
class _Source:
    """Rows to count: when each happened, who answered and who did the work then."""

    at: Any
    responder: Any
    handler: Any
    joins: tuple[tuple[Any, ColumnElement[bool]], ...] = ()
    where: tuple[ColumnElement[bool], ...] = ()


_RECORDED = _Source(Request.created_at, Request.first_responder_id, Request.handler_id)
_RATED = _Source(
    Rating.rated_at,
    Rating.first_responder_id,
    Rating.handler_id,
    joins=((Rating, Rating.request_id == Request.id),),
)
_SILENT = _Source(
    Event.at,
    Event.data["first_responder"].as_integer(),
    Event.data["handler"].as_integer(),
    joins=((Event, Event.request_id == Request.id),),
    where=(Event.action == Action.CLOSE_UNRATED.value,),
)
_RECTIFIED = replace(_RATED, joins=(*_RATED.joins, (Rectification, Rectification.rating_id == Rating.id)))
_ACTS = _Source(
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
    found: dict[Key, _Parts] = defaultdict(_Parts)
    await _closures(session, scope, by, found)
    await _reasons(session, scope, by, found)
    await _promises(session, scope, by, found)
    if times:
        await _times(session, scope, by, found)
    await _acts(session, scope, by, found)
    if by is By.ALL:
        found[None] = found.pop(0, _Parts())
    return {key: parts.figures() for key, parts in found.items()}


async def satisfaction(session: AsyncSession, scope: Scope, by: By = By.ALL) -> dict[Key, Summary]:
    """The closures alone: a third of the work, for a trend."""
    found: dict[Key, _Parts] = defaultdict(_Parts)
    await _closures(session, scope, by, found)
    if by is By.ALL:
        found[None] = found.pop(0, _Parts())
    return {key: parts.closures() for key, parts in found.items()}


def inside(areas: Collection[int]) -> ColumnElement[bool]:
    """Requests of these areas. Many areas are no way to find the requests of a period: SQLite would look through every
    request they ever had, so the index by area is kept from it."""
    column = Request.area_id if len(areas) <= _FEW_AREAS else Request.area_id + 0
    return column.in_(sorted(areas))


# -- counting


class _Parts:
    """What the queries found of one group."""

    def __init__(self) -> None:
        self.codes: Counter[tuple[int, int]] = Counter()
        self.closed = self.surveyed = 0
        self.reasons: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.times: dict[str, tuple[int, int]] = {}

    def closures(self) -> Summary:
        def counts(wanted: int, *, last: bool = False) -> Counts:
            given = [0] * 6
            for (code, revised), count in self.codes.items():
                if code & (_STAFF | _CONFLICT) == wanted or (wanted == _CONFLICT and code & _CONFLICT):
                    given[(revised if last and revised else code) & 7] += count
            return Counts(*given[:0:-1])

        changed = [
            (revised - (code & 7), count)
            for (code, revised), count in self.codes.items()
            if revised and not code & (_STAFF | _CONFLICT)
        ]
        return Summary(
            requests=self.closed,
            closed=self.closed,
            surveyed=self.surveyed,
            counts=counts(0),
            after_changes=counts(0, last=True),
            staff_taken=counts(_STAFF),
            conflict=counts(_CONFLICT),
            changed_up=sum(count for by, count in changed if by > 0),
            changed_down=sum(count for by, count in changed if by < 0),
        )

    def figures(self) -> Figures:
        def stage(name: str) -> Stage:
            return Stage(
                self.counts[f"{name}_due"], self.counts[f"{name}_in_time"], *self.times.get(name, (None, None))
            )

        return Figures(
            requests=self.counts["requests"],
            closures=self.closures(),
            reasons=dict(self.reasons),
            rectify=stage("rectify"),
            acknowledge=stage("acknowledge"),
            contact=stage("contact"),
            resolve=stage("resolve"),
            transfers=self.counts["transfers"],
            second_asks=self.counts["second_asks"],
            idle=self.counts["idle"],
        )


async def _closures(session: AsyncSession, scope: Scope, by: By, found: dict[Key, _Parts]) -> None:
    asked = case((Request.intake.in_(_ASKED), _ASKED_FOR), else_=0)
    code = Rating.level + case((Rating.staff_taken, _STAFF), else_=0) + case((Rating.conflict, _CONFLICT), else_=0)
    code = (code + asked).label("code")
    revised = func.coalesce(Rating.revised_level, 0).label("revised")
    for key, packed, later, count in await _rows(session, scope, by, _RATED, code, revised, grouped=2):
        parts = found[key]
        parts.codes[packed & ~_ASKED_FOR, later] += count
        parts.closed += count
        parts.surveyed += count if packed & _ASKED_FOR else 0
    for key, surveyed, count in await _rows(session, scope, by, _SILENT, asked.label("asked"), grouped=1):
        found[key].closed += count
        found[key].surveyed += count if surveyed else 0


async def _reasons(session: AsyncSession, scope: Scope, by: By, found: dict[Key, _Parts]) -> None:
    own_poor = replace(
        _RATED, where=(Rating.level.in_(_POOR), Rating.staff_taken.is_(False), Rating.conflict.is_(False))
    )
    reason = func.coalesce(Rating.reason, "").label("reason")
    for key, why, count in await _rows(session, scope, by, own_poor, reason, grouped=1):
        found[key].reasons[why] += count


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


async def _promises(session: AsyncSession, scope: Scope, by: By, found: dict[Key, _Parts]) -> None:
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
    settled = _kept(Rectification.settled_at, Rectification.settle_by, Rectification.settled_at, scope.now)
    for key, due, in_time, _ in await _rows(session, scope, by, _RECTIFIED, *settled):
        found[key].counts["rectify_due"] += int(due or 0)
        found[key].counts["rectify_in_time"] += int(in_time or 0)


async def _times(session: AsyncSession, scope: Scope, by: By, found: dict[Key, _Parts]) -> None:
    """Median and 90th percentile by nearest rank. The database gives the seconds, in one pass for all stages; they are
    sorted here, which is four times as fast as window functions."""
    took = [epoch(done) - epoch(Request.created_at) for done, _ in _STAGES.values()]
    query, _ = _select(scope, by, _RECORDED)
    lists: dict[Key, tuple[array[int], ...]] = {}
    rows = await session.stream(query.add_columns(*took).execution_options(yield_per=_AT_ONCE))
    async for part in rows.partitions():
        for key, *seconds in part:
            kept = lists.get(key)
            if kept is None:
                kept = lists[key] = tuple(array("q") for _ in _STAGES)
            for into, value in zip(kept, seconds, strict=True):
                if value is not None:
                    into.append(value)
    for key, kept in lists.items():
        for name, values in zip(_STAGES, kept, strict=True):
            if values:
                ordered, n = sorted(values), len(values)
                found[key].times[name] = (ordered[(n + 1) // 2 - 1], ordered[(9 * n + 9) // 10 - 1])


async def _acts(session: AsyncSession, scope: Scope, by: By, found: dict[Key, _Parts]) -> None:
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
    query, key = _select(scope, by, source)
    query = query.add_columns(*columns, func.count())
    groups = [*([] if by is By.ALL else [key]), *columns[:grouped]]
    if groups:
        query = query.group_by(*groups)
    found: Sequence[Any] = (await session.execute(query)).all()
    return found


def _select(scope: Scope, by: By, source: _Source) -> tuple[Select[Any], ColumnElement[Any]]:
    """The rows of a source that are in scope, with the key that they are grouped by as the only column."""
    under = _under() if by is By.AREA else None
    key = _key(scope, by, source, under)
    query: Select[Any] = select(key.label("key")).select_from(Request)
    for table, on in source.joins:
        query = query.join(table, on)
    if under is not None:
        query = query.join(under, under.c.area == Request.area_id)
    query = query.where(source.at >= scope.start, source.at < scope.end, *source.where)
    for column, wanted in (
        (Request.domain, scope.domain),
        (Request.service_id, scope.service_id),
        (source.responder, scope.first_responder_id),
        (source.handler, scope.handler_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if scope.areas is not None:
        query = query.where(inside(scope.areas))
        if under is not None:
            query = query.where(under.c.above.in_(sorted(scope.areas)))
    return query, key


def _key(scope: Scope, by: By, source: _Source, under: CTE | None) -> Any:
    if under is not None:
        return under.c.above
    match by:
        case By.DOMAIN:
            return Request.domain
        case By.SERVICE:
            return Request.service_id
        case By.FIRST_RESPONDER:
            return source.responder
        case By.HANDLER:
            return source.handler
        case By.TIME:
            spans = [(source.at < end, number) for number, end in enumerate(scope.spans)]
            return case(*((condition, literal_column(str(number))) for condition, number in spans))
    return literal_column("0")


def _under() -> CTE:
    """Every area beside each area above it, itself included."""
    base = select(Area.id.label("above"), Area.id.label("area")).cte("under", recursive=True)
    return base.union(select(base.c.above, Area.id).join(Area, Area.parent_id == base.c.area))
