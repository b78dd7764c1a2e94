"""The duty rota of an area, kept: reading and replacing it, leave with a substitute, the end of a post, and who of
an area's candidates is on duty. Everything happens inside the caller's unit of work."""

from collections.abc import Iterable, Sequence
from dataclasses import replace as changed
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import rota as rules
from knowledge.deadlines import WorkingTime
from knowledge.lifecycle import OPEN, Role, Status
from knowledge.responsibility import Candidate
from knowledge.rota import Member, Rota
from storage.database import UTCDateTime, remembered
from storage.outbox import OutboxWriter
from storage.people import POSTS, People, PeopleError, current
from storage.quick import ask
from storage.rota_tables import Duty, Leave
from storage.tables import Area, Person, Request, Staff
from storage.web_sessions import sign_out_desk

_DUTIES = select(Duty.__table__).where(Duty.area_id == bindparam("area_id")).order_by(Duty.id)
_POSTS = {
    everybody: select(Staff.person_id, Staff.role, Staff.domains)
    .join(Person, Person.id == Staff.person_id)
    .where(
        Staff.area_id == bindparam("area_id"),
        current(bindparam("now", type_=UTCDateTime())),
        Person.erased_at.is_(None),
        true() if everybody else Person.unreachable_at.is_(None),
    )
    .order_by(Person.name, Person.id, Staff.id)
    for everybody in (False, True)
}
_STANDING_IN = select(Leave.substitute_id).where(
    Leave.area_id == bindparam("area_id"),
    Leave.person_id.in_(bindparam("people", expanding=True)),
    Leave.first <= bindparam("day"),
    Leave.last >= bindparam("day"),
    Leave.substitute_id.is_not(None),
)
_LEAVES = select(Leave.__table__).where(Leave.area_id == bindparam("area_id")).order_by(Leave.first, Leave.id)


async def read(session: AsyncSession, area_id: int, now: datetime, *, everybody: bool = False) -> Rota:
    """The area's rota as it is now, for those who hold a post there and can be reached; `everybody` takes in those
    who cannot be reached just now, to keep what is written for them."""
    members = await _members(session, area_id, now, everybody)
    known = {member.person_id for member in members}
    duties = await ask(session, _DUTIES, {"area_id": area_id})
    leaves = await ask(session, _LEAVES, {"area_id": area_id})
    return Rota(
        members,
        tuple(_duty(row) for row in duties if row.person_id in known),
        tuple(
            rules.Leave(row.person_id, row.first, row.last, row.substitute_id)
            for row in leaves
            if row.person_id in known
        ),
    )


def _duty(row: Any) -> rules.Duty:
    day = row.weekday if row.weekday is not None else row.day
    if day is None:
        raise ValueError(f"duty {row.id} has no day")  # the table's own check forbids it
    return rules.Duty(row.person_id, day, row.start, row.end, frozenset(row.domains))


async def _members(session: AsyncSession, area_id: int, now: datetime, everybody: bool) -> tuple[Member, ...]:
    posts: dict[int, list[Any]] = {}
    for post in await ask(session, _POSTS[everybody], {"area_id": area_id, "now": now}):
        posts.setdefault(post.person_id, []).append(post)
    found = []
    for person_id, held in posts.items():
        work = [post for post in held if post.role is Role.WORKER]
        every = not work or any(not post.domains for post in work)
        domains = frozenset() if every else frozenset(d for post in work for d in post.domains)
        found.append(Member(person_id, domains, manager=not work))
    return tuple(found)


async def names(session: AsyncSession, rota: Rota) -> dict[int, str]:
    """What the people of a rota are called."""
    rows = await session.execute(
        select(Person.id, Person.name).where(Person.id.in_([member.person_id for member in rota.members]))
    )
    return dict(iter(rows))


async def staff(session: AsyncSession, area_id: int, now: datetime) -> list[Person]:
    """Everybody who holds a post in the area, by name; also who cannot be reached just now."""
    holding = select(Staff.person_id).where(Staff.area_id == area_id, current(now))
    rows = await session.execute(
        select(Person).where(Person.id.in_(holding), Person.erased_at.is_(None)).order_by(Person.name, Person.id)
    )
    return list(rows.scalars())


async def staffed(session: AsyncSession, area_ids: Iterable[int], now: datetime) -> list[Area]:
    """Those of the areas in which workers hold a post, by name."""
    working = select(Staff.area_id).where(Staff.role == Role.WORKER, current(now))
    rows = await session.execute(
        select(Area).where(Area.id.in_(list(area_ids)), Area.id.in_(working)).order_by(Area.name, Area.id)
    )
    return list(rows.scalars())


async def replace(session: AsyncSession, area_id: int, duties: Iterable[rules.Duty]) -> None:
    """Put these duties in place of the area's whole rota; leave stays as it is."""
    await session.execute(delete(Duty).where(Duty.area_id == area_id))
    await _add(session, area_id, duties)


async def write(session: AsyncSession, area_id: int, duties: Sequence[rules.Duty]) -> None:
    """Add these duties; what is written for the same person at the same times goes."""
    rows = await session.execute(select(Duty).where(Duty.area_id == area_id))
    for row in rows.scalars():
        if any(_duty(row).meets(duty) for duty in duties):
            await session.delete(row)
    await session.flush()
    await _add(session, area_id, duties)


async def clear(session: AsyncSession, area_id: int, person_id: int, weekdays: Iterable[int]) -> None:
    """Take somebody's duty off these weekdays."""
    await session.execute(
        delete(Duty).where(Duty.area_id == area_id, Duty.person_id == person_id, Duty.weekday.in_(list(weekdays)))
    )


async def _add(session: AsyncSession, area_id: int, duties: Iterable[rules.Duty]) -> None:
    for duty in duties:
        weekday, day = (duty.day, None) if isinstance(duty.day, int) else (None, duty.day)
        session.add(
            Duty(
                area_id=area_id,
                person_id=duty.person_id,
                weekday=weekday,
                day=day,
                start=duty.start,
                end=duty.end,
                domains=sorted(duty.domains),
            )
        )
    await session.flush()


# -- leave


async def leaves(session: AsyncSession, area_id: int, since: date) -> list[Leave]:
    """Leave in the area that ends on `since` or later, in order."""
    rows = await session.execute(
        select(Leave).where(Leave.area_id == area_id, Leave.last >= since).order_by(Leave.first, Leave.id)
    )
    return list(rows.scalars())


async def add_leave(
    session: AsyncSession, area_id: int, leave: rules.Leave, *, by: int, now: datetime, today: date
) -> Leave:
    """Write down a leave with its substitute.

    :param today: the local date
    :raises PeopleError: `leave_dates` when it is over already or ends before it begins, `leave_twice` when they are
        away then anyway, `no_post` when one of the two holds no post in the area, `substitute_self`, or
        `substitute_away` when the substitute is on leave in these days
    """
    if leave.last < leave.first or leave.last < today:
        raise PeopleError("leave_dates")
    if leave.substitute == leave.person_id:
        raise PeopleError("substitute_self")
    posts = set(
        (await session.execute(select(Staff.person_id).where(Staff.area_id == area_id, current(now)))).scalars()
    )
    if not {leave.person_id, leave.substitute} - {None} <= posts:
        raise PeopleError("no_post")
    rows = await session.execute(
        select(Leave.person_id).where(Leave.area_id == area_id, Leave.first <= leave.last, Leave.last >= leave.first)
    )
    away = set(rows.scalars())
    if leave.person_id in away:
        raise PeopleError("leave_twice")
    if leave.substitute in away:
        raise PeopleError("substitute_away")
    row = Leave(
        area_id=area_id,
        person_id=leave.person_id,
        first=leave.first,
        last=leave.last,
        substitute_id=leave.substitute,
        created_by_id=by,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def cancel_leave(session: AsyncSession, area_id: int, leave_id: int) -> Leave | None:
    """Strike out a leave; None when there is no such leave in this area (any more)."""
    row = await session.get(Leave, leave_id)
    if row is None or row.area_id != area_id:
        return None
    await session.delete(row)
    await session.flush()
    return row


async def held(session: AsyncSession, area_ids: Iterable[int], person_id: int) -> list[Request]:
    """Requests of these areas that somebody still owes work on, is asked to take, or would owe it if the resident
    said 还没解决."""
    rows = await session.execute(
        select(Request)
        .where(
            Request.area_id.in_(list(area_ids)),
            or_(
                and_(Request.first_responder_id == person_id, Request.status.in_([*OPEN, Status.RESOLVED])),
                and_(
                    or_(Request.handler_id == person_id, Request.offered_to_id == person_id),
                    Request.status.in_(OPEN),
                ),
            ),
        )
        .order_by(Request.id)
    )
    return list(rows.scalars())


async def end_post(session: AsyncSession, area_id: int, person_id: int, now: datetime) -> None:
    """Departure: their posts in the area end now, and with them their duty and leave. Whom they stood in for has
    no substitute any more, which shows as a hole. Their open requests are handed over by the casebook. Whoever holds
    no post any more is signed out at every desk.

    :raises PeopleError: `no_post`
    """
    rows = await session.execute(
        select(Staff).where(Staff.area_id == area_id, Staff.person_id == person_id, current(now))
    )
    posts = list(rows.scalars())
    if not posts:
        raise PeopleError("no_post")
    for post in posts:
        post.until = now
    await session.execute(delete(Duty).where(Duty.area_id == area_id, Duty.person_id == person_id))
    await session.execute(delete(Leave).where(Leave.area_id == area_id, Leave.person_id == person_id))
    await session.execute(
        update(Leave).where(Leave.area_id == area_id, Leave.substitute_id == person_id).values(substitute_id=None)
    )
    await session.flush()
    remembered(session, POSTS).pop(person_id, None)
    if not await People(session, now).posts(person_id):
        await sign_out_desk(session, person_id, now)


async def standing_in(session: AsyncSession, area_id: int, person_ids: Sequence[int], day: date) -> list[int]:
    """The substitutes (AB岗) of those of them who are on leave in the area on this day."""
    rows = await ask(session, _STANDING_IN, {"area_id": area_id, "people": list(person_ids), "day": day})
    return [substitute for (substitute,) in rows]


# -- who answers (rule 1), and where nobody does


async def available(
    session: AsyncSession,
    area_id: int,
    candidates: Sequence[Candidate],
    now: datetime,
    office: WorkingTime,
    *,
    urgent: bool = False,
) -> list[Candidate]:
    """Those candidates who answer now by the area's rota, with the domains of their duty: workers on duty, and the
    managers who are not on leave. When that is nobody at all, everybody counts: nobody may be turned away."""
    rota = await read(session, area_id, now)
    if not rota.written:
        return list(candidates)
    on = rules.on_duty(rota, now, office, urgent=urgent)
    today = office.local(now).date()
    away = {leave.person_id for leave in rota.leaves if leave.holds(today)}
    managing = {member.person_id for member in rota.members if member.manager}
    found: list[Candidate] = []
    for candidate in candidates:
        who = candidate.person_id
        if candidate.role is Role.MANAGER:
            if candidate.distance > 0 or who not in away:
                found.append(candidate)
            if candidate.distance == 0 and who in on and who in managing:  # the rota makes them work
                found.append(changed(candidate, role=Role.WORKER, domains=on[who], on_duty=True))
        elif who in on:
            found.append(changed(candidate, domains=on[who], on_duty=True))
    return found or list(candidates)


async def holes(
    session: AsyncSession, area: Area, now: datetime, office: WorkingTime, domains: Sequence[str]
) -> list[rules.Hole]:
    """Where nobody is on duty in the area from today on; of `domains` those that somebody there works on."""
    rota = await read(session, area.id, now)
    here = changed(office, area=area.code)
    return rules.holes(rota, here.local(now).date(), here, rota.covered(domains))


async def report_holes(session: AsyncSession, now: datetime, office: WorkingTime, domains: Sequence[str]) -> int:
    """The morning's word (`rota_holes`) to the managers of every area that has a rota, and holes in it; once a day
    and manager however often it is called. Returns how many were written."""
    today = office.local(now).date()
    with_rota = select(Duty.area_id).union(select(Leave.area_id).where(Leave.last >= today))
    areas = await session.execute(select(Area).where(Area.id.in_(with_rota)).order_by(Area.id))
    written = 0
    for area in areas.scalars():
        if await holes(session, area, now, office, domains):
            for manager in await People(session, now).managers(area.id):
                key = f"rota_holes:{area.id}:{today}:{manager}"
                written += await OutboxWriter(session, now).once(key, manager, "rota_holes", area=area.id)
    return written
