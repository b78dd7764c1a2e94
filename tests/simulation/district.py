"""The district of the simulation: its areas, its people, and when they are away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from knowledge.lifecycle import Role
from storage.people import People
from storage.tables import Level, Staff

ZONE = ZoneInfo("Asia/Shanghai")
BEGINS = date(2025, 1, 1)
"""A year whose calendar is announced: holidays and make-up days as they were."""

FOUNDED = datetime(2024, 12, 31, 12, tzinfo=UTC)
_SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "敏强芳静磊洋勇艳杰娟涛明超秀霞平刚桂英华"
_DOMAINS = (("elderly_care",), ("legal_aid", "mediation"), ("employment",))
_STREET = 10
"""Communities under one street."""


@dataclass(frozen=True)
class Absence:
    """A leave to come: who, where, both days included, and who stands in (AB岗)."""

    person: int
    area: int
    first: date
    last: date
    substitute: int | None


@dataclass
class Community:
    id: int
    code: str
    workers: list[int] = field(default_factory=list)
    residents: list[int] = field(default_factory=list)
    chatless: list[int] = field(default_factory=list)


@dataclass
class District:
    """:ivar silent: workers who take their time, every time; :ivar leavers: who leaves for good, and on which day"""

    communities: list[Community] = field(default_factory=list)
    managers: dict[int, int] = field(default_factory=dict)
    above: dict[int, int] = field(default_factory=dict)
    absences: list[Absence] = field(default_factory=list)
    silent: set[int] = field(default_factory=set)
    leavers: dict[int, date] = field(default_factory=dict)

    @property
    def workers(self) -> int:
        return sum(len(community.workers) for community in self.communities)


async def found(people: People, random: Random, communities: int, workers: int, days: int) -> District:
    """Write the district down: a manager of it and of every street and community, and the workers, one of them in
    every fourth community on everything, the others on a domain or two; residents with and without a chat."""
    district, session = District(), people._session
    chats = iter(range(1, 10**9))

    def name() -> str:
        return "".join([random.choice(_SURNAMES), random.choice(_GIVEN), random.choice(("", *_GIVEN))])

    async def post(area_id: int, role: Role, domains: tuple[str, ...] = ()) -> int:
        person = await people.add(name=name(), channel="telegram", chat_id=next(chats))
        session.add(Staff(person_id=person.id, area_id=area_id, role=role, domains=list(domains), since=FOUNDED))
        return person.id

    top = await people.add_area("D", "区", level=Level.DISTRICT)
    district.managers[top.id] = await post(top.id, Role.MANAGER)
    street = top
    for number in range(communities):
        if number % _STREET == 0:
            code = f"S{number // _STREET + 1:02}"
            street = await people.add_area(code, f"{code}街道", parent="D", level=Level.STREET)
            district.managers[street.id], district.above[street.id] = await post(street.id, Role.MANAGER), top.id
        code = f"C{number + 1:03}"
        area = await people.add_area(code, f"{code}社区", parent=street.code)
        district.managers[area.id], district.above[area.id] = await post(area.id, Role.MANAGER), street.id
        community = Community(area.id, code)
        for place in range(workers // communities + (number < workers % communities)):
            domains = () if place == 0 else _DOMAINS[(place - 1) % len(_DOMAINS)]
            community.workers.append(await post(area.id, Role.WORKER, domains))
        for _ in range(30):
            person = await people.add(name=name(), channel="telegram", chat_id=next(chats), area_id=area.id)
            community.residents.append(person.id)
        for _ in range(6):
            person = await people.add(name=name(), phone="13800001111", area_id=area.id)
            community.chatless.append(person.id)
        district.communities.append(community)
    await session.flush()
    _absences(district, random, days)
    return district


def _absences(district: District, random: Random, days: int) -> None:
    """Two leaves a year for each worker, most with a substitute; some never hurry; a few leave for good."""
    for community in district.communities:
        for worker in community.workers:
            for _ in range(2):
                if random.random() > days / 365:
                    continue
                first = BEGINS + timedelta(days=random.randrange(days))
                last = first + timedelta(days=random.choice((0, 1, 2, 4, 6, 9)))
                others = [w for w in community.workers if w != worker]
                substitute = random.choice(others) if others and random.random() < 0.8 else None
                district.absences.append(Absence(worker, community.id, first, last, substitute))
            if random.random() < 0.05:
                district.silent.add(worker)
        if len(community.workers) > 2 and random.random() < 0.15 * days / 365:
            leaver = random.choice(community.workers[1:])
            district.leavers[leaver] = BEGINS + timedelta(days=random.randrange(days))
    district.absences.sort(key=lambda absence: absence.first)


def moment(day: date, clock: time) -> datetime:
    """A moment on the district's clock, in UTC."""
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def arrivals(random: Random, requests: int, days: int) -> list[datetime]:
    """When needs arrive: more in the morning and on working days, least at night; more before 春节 and in summer's
    end, when school and benefits are due."""
    by_month = (1.3, 0.8, 1.0, 0.9, 0.9, 1.0, 1.0, 1.0, 1.2, 0.9, 1.0, 1.1)
    by_weekday = (1.25, 1.1, 1.05, 1.0, 1.0, 0.55, 0.5)
    by_hour = (2, 1, 1, 1, 1, 2, 4, 8, 30, 60, 62, 40, 18, 25, 45, 50, 40, 24, 14, 16, 14, 10, 6, 3)
    calendar = [BEGINS + timedelta(days=offset) for offset in range(days)]
    weights = [by_month[day.month - 1] * by_weekday[day.weekday()] for day in calendar]
    found = []
    for day in random.choices(calendar, weights, k=requests):
        hour = random.choices(range(24), by_hour)[0]
        found.append(moment(day, time(hour, random.randrange(60), random.randrange(60))))
    return sorted(found)
