"""What managers ask: the overview of a period, and lists of requests. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import OPEN, Intake, Role, Status
from knowledge.periods import Period, Unit
from knowledge.satisfaction import POOR, Summary, together
from storage.database import UTCDateTime, insert_or
from storage.figures import By, Scope, inside, satisfaction
from storage.ledger import Rules
from storage.outbox import OutboxWriter
from storage.people import current
from storage.report_tables import ReportGiven
from storage.tables import Area, Person, Rating, Request, Staff

DANGER_GOES_ON = timedelta(minutes=30)
"""Further words of somebody in danger join the same request for so long."""


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


async def overview(
    session: AsyncSession, areas: Collection[int], start: datetime, end: datetime, now: datetime
) -> Overview:
    """The figures of these areas for closures between `start` and `end`."""
    here = Request.area_id.in_(areas)

    async def count(*conditions: ColumnElement[bool]) -> int:
        return (await session.execute(select(func.count()).select_from(Request).where(*conditions))).scalar_one()

    by_domain = await satisfaction(session, Scope(start, end, now, areas), By.DOMAIN)
    return Overview(
        recorded=await count(inside(areas), Request.created_at >= start, Request.created_at < end),
        open=await count(here, Request.status.in_(OPEN)),
        overdue=await count(here, overdue(now)),
        total=together(by_domain.values()),
        by_domain={str(domain): summary for domain, summary in by_domain.items()},
    )


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


def silent_since(before: datetime, *, unasked: bool = False) -> Select[int]:
    """Requests resolved before this moment whose residents have said nothing; with `unasked`, only those who were not
    asked a second time."""
    query = select(Request.id).where(Request.status == Status.RESOLVED, Request.resolved_at < before)
    if unasked:
        query = query.where(Request.reminded_at.is_(None))
    return query.order_by(Request.id)


async def unlisted(session: AsyncSession, services: Collection[str]) -> dict[str, int]:
    """How many open requests name a service that is not among these, by the id of that service."""
    rows = await session.execute(
        select(Request.service_id, func.count())
        .where(Request.status.in_(OPEN), Request.service_id.not_in(services))
        .group_by(Request.service_id)
        .order_by(Request.service_id)
    )
    return {service_id: count for service_id, count in rows}  # noqa: C416 - a Row is no tuple of two


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


async def report_day(session: AsyncSession, rules: Rules, now: datetime) -> int:
    """On the first working day of a week, and of a month, every manager gets the report of the one before, once; when
    nothing ran on that day, on the next working day. Returns how many were written."""
    day = now.astimezone(rules.zone).date()
    outbox = OutboxWriter(session, now)
    posts = await session.execute(
        select(Staff.person_id, Area.code, Staff.since)
        .join(Area, Area.id == Staff.area_id)
        .join(Person, Person.id == Staff.person_id)
        .where(Staff.role == Role.MANAGER, current(now), Person.chat_id.is_not(None), Person.unreachable_at.is_(None))
        .order_by(Staff.person_id)
    )
    rows = await session.execute(select(ReportGiven.person_id, ReportGiven.unit, ReportGiven.period))
    given = {(person_id, unit): period for person_id, unit, period in rows}
    written = 0
    for person_id, code, since in posts:
        if not rules.calendar.is_working_day(day, code):
            continue
        for unit in (Unit.WEEK, Unit.MONTH):
            period = Period.of(unit, day)
            last = str(period.before())
            if given.get((person_id, unit)) == last:
                continue
            days = (period.first + timedelta(days=n) for n in range((day - period.first).days + 1))
            first = next(d for d in days if rules.calendar.is_working_day(d, code))
            if since.astimezone(rules.zone).date() > first:
                continue  # whoever came later begins with the next one
            written += await outbox.once(f"report:{last}:{person_id}", person_id, "report", period=last)
            given[person_id, unit] = last
            put = insert_or(session.get_bind().dialect.name)(ReportGiven)
            put = put.values(person_id=person_id, unit=unit, period=last)
            await session.execute(
                put.on_conflict_do_update(index_elements=["person_id", "unit"], set_={"period": last})
            )
    return written
