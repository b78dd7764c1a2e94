"""The duty rota in the database: read, replaced, leave, the end of a post, and who of an area answers."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.calendar import Calendar
from knowledge.deadlines import WorkingTime
from knowledge.lifecycle import Role
from knowledge.responsibility import first_responder
from knowledge.rota import Duty, Leave, Member, Rota
from storage import rota, rota_tables, schema
from storage.database import Database
from storage.people import People, PeopleError
from storage.tables import Area, Outbox, Person, Staff

MONDAY = date(2026, 11, 23)
MORNING = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
"""10:30 in the office."""
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
OFFICE = WorkingTime(Calendar.load(None), ZoneInfo("Asia/Shanghai"))
NINE, NOON, ONE, SIX = time(9), time(12), time(13), time(18)
CARE = frozenset({"elderly_care"})


class Hall:
    """One community under a street, with people in it."""

    def __init__(self, session: AsyncSession, street: Area, area: Area) -> None:
        self.session, self.street, self.area = session, street, area

    async def hire(self, name: str, role: Role = Role.WORKER, area: Area | None = None, *domains: str) -> int:
        person = await People(self.session, MORNING).add(name=name)
        area_id = (area or self.area).id
        self.session.add(
            Staff(person_id=person.id, area_id=area_id, role=role, domains=list(domains), since=MORNING - timedelta(1))
        )
        await self.session.flush()
        return person.id

    async def read(self, **more: Any) -> Rota:
        return await rota.read(self.session, self.area.id, MORNING, **more)

    async def answers(self, domain: str, now: datetime = MORNING, *, urgent: bool = False) -> int | None:
        """Who is first responder for a request recorded at `now` (rule 1)."""
        candidates = await People(self.session, now).candidates(self.area.id)
        found = await rota.available(self.session, self.area.id, candidates, now, OFFICE, urgent=urgent)
        chosen = first_responder(found, domain)
        return chosen.person_id if chosen else None


@pytest.fixture
async def hall(database: Database) -> AsyncIterator[Hall]:
    async with database.write() as session:
        people = People(session, MORNING)
        street = await people.add_area("JD", "街道")
        yield Hall(session, street, await people.add_area("HJ", "黄桷社区", parent="JD"))


def week(
    person: int, *days: int, start: time = NINE, end: time = SIX, domains: frozenset[str] = frozenset()
) -> list[Duty]:
    return [Duty(person, day, start, end, domains) for day in days]


async def test_what_is_written_is_read(hall: Hall) -> None:
    """Weekly lines, dates, days off, midnight and domains come back as they were."""
    li, wang = await hall.hire("李敏"), await hall.hire("王强", Role.WORKER, None, "elderly_care")
    manager = await hall.hire("王芳", Role.MANAGER)
    lines = [
        *week(li, 0, domains=CARE),
        Duty(li, MONDAY, None, None),
        Duty(wang, MONDAY + timedelta(days=1), SIX, time(0)),
    ]
    await rota.replace(hall.session, hall.area.id, lines)
    found = await hall.read()
    assert found.duties == tuple(lines)
    assert set(found.members) == {Member(li), Member(wang, CARE), Member(manager, manager=True)}
    assert await rota.names(hall.session, found) == {li: "李敏", wang: "王强", manager: "王芳"}


async def test_replacing_takes_the_place_of_everything_in_this_area_only(hall: Hall) -> None:
    """An import replaces the whole rota of its area and none of another's; leave stays."""
    li = await hall.hire("李敏")
    away = Leave(li, MONDAY, MONDAY)
    await rota.replace(hall.session, hall.area.id, week(li, 0, 1))
    await rota.replace(hall.session, hall.street.id, week(li, 3))
    await rota.add_leave(hall.session, hall.area.id, away, by=li, now=MORNING, today=MONDAY)
    await rota.replace(hall.session, hall.area.id, week(li, 2))
    assert (await hall.read()).duties == tuple(week(li, 2))
    assert (await hall.read()).leaves == (away,)
    elsewhere = await hall.session.execute(select(rota_tables.Duty).where(rota_tables.Duty.area_id == hall.street.id))
    assert [row.weekday for row in elsewhere.scalars()] == [3]


async def test_writing_replaces_only_what_it_meets(hall: Hall) -> None:
    """A new afternoon leaves the morning, other days and other people; a whole day takes both parts' place."""
    li, wang = await hall.hire("李敏"), await hall.hire("王强")
    await rota.replace(hall.session, hall.area.id, [*week(li, 0, 1, end=NOON), *week(wang, 0)])
    await rota.write(hall.session, hall.area.id, week(li, 0, start=ONE, domains=CARE))
    both = {*week(li, 0, 1, end=NOON), *week(wang, 0), *week(li, 0, start=ONE, domains=CARE)}
    assert set((await hall.read()).duties) == both
    await rota.write(hall.session, hall.area.id, week(li, 0))
    assert set((await hall.read()).duties) == {*week(li, 0), *week(li, 1, end=NOON), *week(wang, 0)}
    await rota.clear(hall.session, hall.area.id, li, [0, 1, 2])
    assert (await hall.read()).duties == tuple(week(wang, 0))


async def test_leave_needs_days_and_people_that_make_sense(hall: Hall) -> None:
    """Every leave that would not work is refused with its own sentence, and nothing is kept."""
    li, wang, zhao = [await hall.hire(name) for name in ("李敏", "王强", "赵兰")]
    stranger = await hall.hire("别人", Role.WORKER, hall.street)
    tomorrow = MONDAY + timedelta(days=1)

    async def add(who: int, first: date, last: date, substitute: int | None) -> None:
        leave = Leave(who, first, last, substitute)
        await rota.add_leave(hall.session, hall.area.id, leave, by=zhao, now=MORNING, today=MONDAY)

    await add(li, MONDAY, tomorrow, wang)
    for given, code in (
        ((zhao, tomorrow, MONDAY, None), "leave_dates"),
        ((zhao, MONDAY - timedelta(days=2), MONDAY - timedelta(days=1), None), "leave_dates"),
        ((zhao, MONDAY, MONDAY, zhao), "substitute_self"),
        ((zhao, MONDAY, MONDAY, stranger), "no_post"),
        ((stranger, MONDAY, MONDAY, zhao), "no_post"),
        ((li, tomorrow, tomorrow + timedelta(days=3), None), "leave_twice"),
        ((zhao, tomorrow, tomorrow, li), "substitute_away"),
    ):
        with pytest.raises(PeopleError) as refused:
            await add(*given)
        assert refused.value.code == code
    assert (await hall.read()).leaves == (Leave(li, MONDAY, tomorrow, wang),)


async def test_leave_is_listed_until_it_is_over_and_can_be_cancelled(hall: Hall) -> None:
    """What is past is not shown; a leave of another area cannot be struck out from here."""
    li = await hall.hire("李敏")
    row = await rota.add_leave(hall.session, hall.area.id, Leave(li, MONDAY, MONDAY), by=li, now=MORNING, today=MONDAY)
    assert [found.id for found in await rota.leaves(hall.session, hall.area.id, MONDAY)] == [row.id]
    assert await rota.leaves(hall.session, hall.area.id, MONDAY + timedelta(days=1)) == []
    assert await rota.cancel_leave(hall.session, hall.street.id, row.id) is None
    assert await rota.cancel_leave(hall.session, hall.area.id, row.id) is row
    assert await rota.cancel_leave(hall.session, hall.area.id, row.id) is None
    assert (await hall.read()).leaves == ()


async def test_the_end_of_a_post(hall: Hall) -> None:
    """Departure: no post, no duty and no leave any more; whom they stood in for has no substitute."""
    li, wang = await hall.hire("李敏"), await hall.hire("王强")
    await rota.replace(hall.session, hall.area.id, [*week(li, 0), *week(wang, 0)])
    await rota.add_leave(hall.session, hall.area.id, Leave(li, MONDAY, MONDAY, wang), by=li, now=MORNING, today=MONDAY)
    await rota.end_post(hall.session, hall.area.id, wang, MORNING)
    assert await hall.read() == Rota((Member(li),), tuple(week(li, 0)), (Leave(li, MONDAY, MONDAY, None),))
    assert await People(hall.session, MORNING).posts(wang) == []
    assert [person.id for person in await rota.staff(hall.session, hall.area.id, MORNING)] == [li]
    with pytest.raises(PeopleError, match="no_post"):
        await rota.end_post(hall.session, hall.area.id, wang, MORNING)


async def test_who_cannot_be_reached_is_not_on_duty_and_keeps_their_lines(hall: Hall) -> None:
    """Somebody who blocked the desk counts as nobody until they come back; what is written for them stays."""
    li = await hall.hire("李敏")
    await rota.replace(hall.session, hall.area.id, week(li, 0))
    (await People(hall.session, MORNING).get(li)).unreachable_at = MORNING
    await hall.session.flush()
    assert await hall.read() == Rota(())
    assert (await hall.read(everybody=True)).duties == tuple(week(li, 0))


async def test_rule_1_follows_the_rota(hall: Hall) -> None:
    """On duty for the domain, else on duty at all, else the manager; at night the next duty, but urgent ones go up."""
    li, wang = await hall.hire("李敏"), await hall.hire("王强")
    manager = await hall.hire("王芳", Role.MANAGER)
    await rota.replace(
        hall.session,
        hall.area.id,
        [*week(li, 0, end=NOON), *week(li, 1), *week(wang, 0, end=NOON, domains=CARE), *week(wang, 2)],
    )
    assert await hall.answers("legal_aid") == li
    assert await hall.answers("elderly_care") in (li, wang)
    tomorrow = MORNING + timedelta(days=1)
    assert await hall.answers("elderly_care", tomorrow) == li
    assert await hall.answers("elderly_care", NIGHT) == li  # tomorrow's duty, not the manager
    assert await hall.answers("elderly_care", NIGHT, urgent=True) == manager
    afternoon = MORNING + timedelta(hours=4)
    assert await hall.answers("elderly_care", afternoon) == manager  # a hole in service hours


async def test_the_domain_of_the_duty_counts_and_not_the_posts(hall: Hall) -> None:
    """轮岗: whoever is put down for a domain takes it, and a colleague of another domain does not come first."""
    li = await hall.hire("李敏", Role.WORKER, None, "elderly_care")
    wang = await hall.hire("王强", Role.WORKER, None, "legal_aid")
    await rota.replace(
        hall.session, hall.area.id, [*week(li, 0, domains=frozenset({"legal_aid"})), *week(wang, 0, domains=CARE)]
    )
    assert await hall.answers("legal_aid") == li
    assert await hall.answers("elderly_care") == wang


async def test_without_a_rota_everybody_answers_as_before(hall: Hall) -> None:
    """No rota yet: on duty always, at night too."""
    li = await hall.hire("李敏")
    await hall.hire("王芳", Role.MANAGER)
    assert await hall.answers("elderly_care", NIGHT, urgent=True) == li


async def test_a_manager_may_be_put_on_duty_and_may_be_away(hall: Hall) -> None:
    """A manager with duty works like a worker; one on leave is passed over for the manager above."""
    li, wang = await hall.hire("李敏"), await hall.hire("王芳", Role.MANAGER)
    above = await hall.hire("周主任", Role.MANAGER, hall.street)
    await rota.replace(hall.session, hall.area.id, [*week(li, 1), *week(wang, 0, end=NOON)])
    assert await hall.answers("elderly_care") == wang
    afternoon = MORNING + timedelta(hours=4)
    assert await hall.answers("elderly_care", afternoon) == wang
    await rota.add_leave(hall.session, hall.area.id, Leave(wang, MONDAY, MONDAY), by=above, now=MORNING, today=MONDAY)
    assert await hall.answers("elderly_care", afternoon) == above


async def test_a_hole_with_no_manager_anywhere_turns_nobody_away(hall: Hall) -> None:
    """Where a rota leaves nobody at all, it does not count: somebody of the area answers."""
    li = await hall.hire("李敏")
    await rota.replace(hall.session, hall.area.id, week(li, 1))
    assert await hall.answers("elderly_care") == li


async def test_holes_are_reported_once_a_day_to_the_managers(hall: Hall) -> None:
    """Only areas with a rota and a hole in it are told of; the same sweep again says nothing."""
    li, manager = await hall.hire("李敏"), await hall.hire("王芳", Role.MANAGER)
    domains = ["elderly_care", "legal_aid"]

    async def report(now: datetime) -> int:
        return await rota.report_holes(hall.session, now, OFFICE, domains)

    assert await report(MORNING) == 0
    await rota.replace(hall.session, hall.area.id, week(li, 0, 1, 2, 3, 4))
    assert await report(MORNING) == 0
    await rota.replace(hall.session, hall.area.id, week(li, 0, 1, 2, 3))
    assert await report(MORNING) == 1
    assert await report(MORNING + timedelta(hours=1)) == 0
    assert await report(MORNING + timedelta(days=1)) == 1
    rows = await hall.session.execute(select(Outbox).where(Outbox.kind == "rota_holes"))
    assert [(row.person_id, row.payload) for row in rows.scalars()] == [(manager, {"area": hall.area.id})] * 2
    found = await rota.holes(hall.session, hall.area, MORNING, OFFICE, domains)
    assert {hole.day for hole in found} == {date(2026, 11, 27), date(2026, 12, 4)}


async def test_a_line_needs_a_weekday_or_a_date(database: Database) -> None:
    """The table itself refuses a line that has both, or neither."""
    async with database.write() as session:
        area = await People(session, MORNING).add_area("HJ", "黄桷社区")
        person = await People(session, MORNING).add(name="李敏")
    for both in ({"weekday": 1, "day": MONDAY}, {"weekday": None, "day": None}):
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                session.add(rota_tables.Duty(area_id=area.id, person_id=person.id, domains=[], **both))


async def test_the_migration_goes_down_and_up(database: Database) -> None:
    """The two tables come and go, and what was there before stays."""

    async def tables() -> set[str]:
        async with database.engine.connect() as connection:
            return await connection.run_sync(lambda c: set(inspect(c).get_table_names()))

    async with database.write() as session:
        await People(session, MORNING).add(name="李敏")
    assert {"duty", "leave"} <= await tables()
    await schema.downgrade(database, "0001")
    assert not {"duty", "leave"} & await tables()
    await schema.upgrade(database)
    assert {"duty", "leave"} <= await tables()
    async with database.read() as session:
        assert [person.name for person in (await session.execute(select(Person))).scalars()] == ["李敏"]
