"""What managers ask: overviews, lists, and the rows of the satisfaction summary. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import OPEN, Action, Intake, Status
from knowledge.satisfaction import POOR, ClosedCase, Summary, summarise
from storage.database import UTCDateTime
from storage.tables import Area, Event, Person, Rating, Request

PERIODS = ("week", "month", "last-month", "year")
DANGER_GOES_ON = timedelta(minutes=30)
"""Further words of somebody in danger join the same request for so long."""

_ASKED = frozenset({Intake.CHAT, Intake.DANGER})
"""How those came in who can be asked for a rating in chat."""


def period(name: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A period of `PERIODS` on the zone's clock: from its first midnight up to, not including, its end."""
    today = now.astimezone(zone).date()
    if name == "week":
        first = today - timedelta(days=today.weekday())
        after = first + timedelta(days=7)
    elif name == "month":
        first = today.replace(day=1)
        after = (first + timedelta(days=32)).replace(day=1)
    elif name == "last-month":
        after = today.replace(day=1)
        first = (after - timedelta(days=1)).replace(day=1)
    else:
        first = today.replace(month=1, day=1)
        after = first.replace(year=first.year + 1)
    return datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)


def overdue(now: datetime) -> ColumnElement[bool]:
    """Requests with a promise that has passed."""
    return and_(
        Request.status.in_(OPEN),
        or_(
            and_(Request.acknowledged_at.is_(None), Request.acknowledge_by < now),
            Request.resolve_by < func.coalesce(Request.paused_at, literal(now, UTCDateTime())),
        ),
    )


@dataclass(frozen=True)
class Overview:
    """:ivar recorded: requests recorded in the period; :ivar open: open now; :ivar overdue: overdue now"""

    recorded: int
    open: int
    overdue: int
    total: Summary
    by_domain: dict[str, Summary]


@dataclass(frozen=True)
class Closure:
    """One closure of a request, with who answered and who did the work at that moment.

    :ivar rating: None for one that silence closed
    :ivar surveyed: whether the resident could be asked, in chat
    """

    request: Request
    rating: Rating | None
    at: datetime
    area: str
    first_responder_id: int
    first_responder: str
    handler: str

    @property
    def surveyed(self) -> bool:
        return self.request.intake in _ASKED

    @property
    def case(self) -> ClosedCase:
        rating = self.rating
        return ClosedCase(
            closed=True,
            surveyed=self.surveyed,
            level=rating.level if rating else None,
            revised_level=rating.revised_level if rating else None,
            staff_taken=bool(rating and rating.staff_taken),
            conflict=bool(rating and rating.conflict),
        )


async def overview(
    session: AsyncSession, areas: Collection[int], start: datetime, end: datetime, now: datetime
) -> Overview:
    """The figures of these areas for closures between `start` and `end`."""
    inside = Request.area_id.in_(areas)

    async def count(*conditions: ColumnElement[bool]) -> int:
        return (
            await session.execute(select(func.count()).select_from(Request).where(inside, *conditions))
        ).scalar_one()

    cases: dict[str, list[ClosedCase]] = defaultdict(list)
    for closure in await closures(session, areas, start, end):
        cases[closure.request.domain].append(closure.case)
    return Overview(
        recorded=await count(Request.created_at >= start, Request.created_at < end),
        open=await count(Request.status.in_(OPEN)),
        overdue=await count(overdue(now)),
        total=summarise(case for rows in cases.values() for case in rows),
        by_domain={domain: summarise(rows) for domain, rows in cases.items()},
    )


async def closures(session: AsyncSession, areas: Collection[int], start: datetime, end: datetime) -> Sequence[Closure]:
    """Every closure of the period, in order: those rated, and those that silence closed. What happened later (a
    request reopened, a person erased) changes nothing in it."""
    inside = Request.area_id.in_(areas)
    rated = await session.execute(
        select(Request, Area.name, Rating)
        .join(Area, Area.id == Request.area_id)
        .join(Rating, Rating.request_id == Request.id)
        .where(inside, Rating.rated_at >= start, Rating.rated_at < end)
    )
    silent = await session.execute(
        select(Request, Area.name, Event)
        .join(Area, Area.id == Request.area_id)
        .join(Event, Event.request_id == Request.id)
        .where(inside, Event.action == Action.CLOSE_UNRATED.value, Event.at >= start, Event.at < end)
    )
    found: list[tuple[Request, str, Rating | None, datetime, int, int]] = [
        (request, area, rating, rating.rated_at, rating.first_responder_id, rating.handler_id)
        for request, area, rating in rated
    ]
    found += [
        (request, area, None, event.at, event.data["first_responder"], event.data["handler"])
        for request, area, event in silent
    ]
    staff = {person_id for row in found for person_id in row[-2:]}
    people = await session.execute(select(Person.id, Person.name).where(Person.id.in_(staff)))
    names = {person_id: name for person_id, name in people}  # noqa: C416 - rows are not pairs to the type checker
    made = [
        Closure(request, rating, at, area, responder, names[responder], names[handler])
        for request, area, rating, at, responder, handler in found
    ]
    return sorted(made, key=lambda c: (c.at, c.request.id))


async def requests(
    session: AsyncSession, areas: Collection[int], which: str, now: datetime, start: int, limit: int
) -> tuple[list[Request], int]:
    """A page of an area's requests (`open`, `overdue`, `poor` or `all`) and how many there are in all."""
    condition: ColumnElement[bool] = Request.area_id.in_(areas)
    if which == "open":
        condition &= Request.status.in_(OPEN)
    elif which == "overdue":
        condition &= overdue(now)
    elif which == "poor":
        condition &= Request.id.in_(select(Rating.request_id).where(Rating.level.in_([int(p) for p in POOR])))
    order = Request.resolve_by if which in ("open", "overdue") else Request.id.desc()
    total = (await session.execute(select(func.count()).select_from(Request).where(condition))).scalar_one()
    rows = await session.execute(select(Request).where(condition).order_by(order).offset(start).limit(limit))
    return list(rows.scalars()), total


async def silent_since(
    session: AsyncSession, before: datetime, limit: int = 200, *, unasked: bool = False
) -> list[int]:
    """Requests resolved before this moment whose residents have said nothing; with `unasked`, only those who were not
    asked a second time."""
    query = select(Request.id).where(Request.status == Status.RESOLVED, Request.resolved_at < before)
    if unasked:
        query = query.where(Request.reminded_at.is_(None))
    rows = await session.execute(query.order_by(Request.id).limit(limit))
    return list(rows.scalars())


async def open_danger(session: AsyncSession, person_id: int, now: datetime) -> int | None:
    """The request that somebody's danger already started, a moment ago."""
    rows = await session.execute(
        select(Request.id)
        .where(
            Request.resident_id == person_id,
            Request.intake == Intake.DANGER,
            Request.status.in_(OPEN),
            Request.created_at > now - DANGER_GOES_ON,
        )
        .order_by(Request.id.desc())
        .limit(1)
    )
    return rows.scalar_one_or_none()
