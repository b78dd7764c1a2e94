"""The duty rota (值班表) of one area: who is on duty, for what, at a moment; and where nobody is.

What holds on a day, for one person:

1. what is written for that date (an exception; written without times it is a day off), else
2. the week's pattern: Monday to Friday on working days only, Saturday and Sunday in every week;
3. somebody for whom no duty is written at all is on duty always (a manager is not: they answer when nobody is).

On leave (请假) all of it passes to the substitute (AB岗), with the leaver's domains; a substitute who is on leave
too passes it on in the same way. Which moment is asked for is decided in docs/decisions/0005-duty.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from knowledge.deadlines import WorkingTime

DAYS_AHEAD = 14
"""Holes are looked for in so many days, today included."""

_DAY = 24 * 60
_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Member:
    """Somebody with a post in the area.

    :ivar domains: what they work on; empty means everything
    :ivar manager: they only manage, so that they are on duty where the rota says so and not otherwise
    """

    person_id: int
    domains: frozenset[str] = frozenset()
    manager: bool = False


@dataclass(frozen=True)
class Duty:
    """One line of the rota.

    :ivar day: a weekday of every week (0 is Monday), or one date
    :ivar start: local time; None (with `end`) on a date is a day off
    :ivar end: not included; midnight is the end of the day
    :ivar domains: what they take then; empty means what their post says
    """

    person_id: int
    day: int | date
    start: time | None
    end: time | None
    domains: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if isinstance(self.day, datetime) or (isinstance(self.day, int) and not 0 <= self.day <= 6):
            raise ValueError(f"expected a weekday from 0 to 6 or a date, not {self.day!r}")
        if self.start is None or self.end is None:
            if self.start is not self.end or isinstance(self.day, int):
                raise ValueError("expected both times, or none of them on a date")
        elif _minute(self.start) >= _end(self.end):
            raise ValueError(f"expected a start before the end, not {self.start} to {self.end}")

    @property
    def off(self) -> bool:
        """Whether it says that they are not on duty."""
        return self.start is None

    @property
    def minutes(self) -> tuple[int, int]:
        """From and to, in minutes since midnight; ValueError for a day off."""
        if self.start is None or self.end is None:
            raise ValueError("a day off has no times")
        return _minute(self.start), _end(self.end)

    def meets(self, other: "Duty") -> bool:
        """Whether both are of the same person and day and share a minute."""
        if (self.person_id, self.day) != (other.person_id, other.day):
            return False
        if self.off or other.off:
            return True
        (start, end), (other_start, other_end) = self.minutes, other.minutes
        return start < other_end and other_start < end


@dataclass(frozen=True)
class Leave:
    """Somebody is away from `first` to `last` (both included); `substitute` takes over, or nobody does."""

    person_id: int
    first: date
    last: date
    substitute: int | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Rota:
    """Everything that decides who is on duty in one area."""

    members: tuple[Member, ...]
    duties: tuple[Duty, ...] = ()
    leaves: tuple[Leave, ...] = ()

    @property
    def written(self) -> bool:
        """Whether the area has a rota at all."""
        return bool(self.duties or self.leaves)

    def covered(self, domains: Sequence[str]) -> list[str]:
        """Those of `domains` that somebody here works on; only these can be missed on a day."""
        posts = [m.domains for m in self.members if not m.manager]
        named = {d for duty in self.duties for d in duty.domains}
        return [d for d in domains if d in named or any(not post or d in post for post in posts)]


@dataclass(frozen=True)
class Shift:
    """Somebody's duty on one day, after exceptions and leave; minutes since local midnight, the end excluded.

    :ivar domains: what they take; empty means everything
    :ivar always: nobody wrote it: they have no rota and are on duty always
    :ivar instead_of: whose duty it is, when they are a substitute
    """

    person_id: int
    start: int
    end: int
    domains: frozenset[str]
    always: bool = False
    instead_of: int | None = None

    def takes(self, domain: str) -> bool:
        return not self.domains or domain in self.domains

    @property
    def times(self) -> tuple[time, time]:
        """The span as local times; midnight is the end of the day."""
        return _clock(self.start), _clock(self.end)


@dataclass(frozen=True)
class Hole:
    """A stretch of service hours in which nobody is on duty: for this domain, or (None) nobody at all."""

    day: date
    start: time
    end: time
    domain: str | None


def shifts(rota: Rota, day: date, office: WorkingTime) -> list[Shift]:
    """Who is on duty on a local day, by the rules above, in the order of the members and then of time."""
    working = day.weekday() >= _SATURDAY or office.calendar.is_working_day(day, office.area)
    away = {leave.person_id: leave.substitute for leave in rota.leaves if leave.holds(day)}
    members = {member.person_id for member in rota.members}
    found: list[Shift] = []
    for member in rota.members:
        who = _stand_in(member.person_id, away, members)
        if who is None:
            continue
        instead_of = member.person_id if who != member.person_id else None
        for start, end, domains, always in _own(rota, member, day, working):
            found.append(Shift(who, start, end, domains or member.domains, always, instead_of))
    return found


def _own(rota: Rota, member: Member, day: date, working: bool) -> Iterator[tuple[int, int, frozenset[str], bool]]:
    """A member's duty on a day, leave left aside."""
    mine = [duty for duty in rota.duties if duty.person_id == member.person_id]
    today = [duty for duty in mine if duty.day == day]
    if not today and not any(not duty.off for duty in mine):
        if not member.manager:
            yield 0, _DAY, frozenset(), True
        return
    if not today and working:
        today = [duty for duty in mine if duty.day == day.weekday()]
    for duty in sorted((d for d in today if not d.off), key=lambda d: d.minutes):
        yield *duty.minutes, duty.domains, False


def _stand_in(person_id: int, away: dict[int, int | None], members: set[int]) -> int | None:
    """Who does a person's duty: themselves, or the substitute, or the substitute's; None when nobody does."""
    asked: set[int] = set()
    who: int | None = person_id
    while who is not None and who in away:
        if who in asked:
            return None
        asked.add(who)
        who = away[who]
    return who if who in members else None


def on_duty(rota: Rota, at: datetime, office: WorkingTime, *, urgent: bool = False) -> dict[int, frozenset[str]]:
    """Who answers for what is recorded at `at`, with the domains they take (empty: everything).

    Within service hours, and whenever somebody is written down for the moment, it is those on duty then. Outside
    service hours it is those on duty when they begin again, as the promise begins with them too; what is urgent
    does not wait for that.
    """
    now = _at(rota, at, office)
    opens, _ = next(office.spans(at))
    if urgent or opens == at or any(not shift.always for shift in now):
        return _by_person(now)
    return _by_person(_at(rota, opens, office))


def _at(rota: Rota, at: datetime, office: WorkingTime) -> list[Shift]:
    local = office.local(at)
    minute = _minute(local.time())
    return [shift for shift in shifts(rota, local.date(), office) if shift.start <= minute < shift.end]


def _by_person(found: Iterable[Shift]) -> dict[int, frozenset[str]]:
    domains: dict[int, frozenset[str]] = {}
    for shift in found:
        before = domains.get(shift.person_id)
        both = shift.domains if before is None else before | shift.domains
        everything = not shift.domains or (before is not None and not before)
        domains[shift.person_id] = frozenset() if everything else both
    return domains


def holes(rota: Rota, first: date, office: WorkingTime, domains: Sequence[str], days: int = DAYS_AHEAD) -> list[Hole]:
    """Where in the service hours of working days nobody is on duty, in the order of time.

    A stretch in which nobody at all is on duty is one hole, not one a domain. Make-up days (调休上班) count like
    any working day: until somebody is written down for them they are holes.
    """
    found: list[Hole] = []
    for day in (first + offset * _ONE_DAY for offset in range(days)):
        if not office.calendar.is_working_day(day, office.area):
            continue
        today = shifts(rota, day, office)
        for opens, closes in office.hours.spans:
            found += _holes_in(today, day, _minute(opens), _end(closes), domains)
    return found


def _holes_in(today: list[Shift], day: date, opens: int, closes: int, domains: Sequence[str]) -> Iterator[Hole]:
    cuts = {opens, closes} | {cut for s in today for cut in (s.start, s.end) if opens < cut < closes}
    pieces: list[tuple[int, int, set[str | None]]] = []
    for start, end in pairwise(sorted(cuts)):
        present = [s for s in today if s.start <= start and end <= s.end]
        missing: set[str | None] = {d for d in domains if not any(s.takes(d) for s in present)}
        pieces.append((start, end, missing if present else {None}))
    merged: list[tuple[int, int, str | None]] = []
    for domain in (None, *domains):
        begun: int | None = None
        for start, end, missing in pieces:
            if domain in missing and begun is None:
                begun = start
            if domain not in missing and begun is not None:
                merged.append((begun, start, domain))
                begun = None
            if end == closes and begun is not None:
                merged.append((begun, end, domain))
    for start, end, domain in sorted(merged, key=lambda hole: hole[:2]):
        yield Hole(day, _clock(start), _clock(end), domain)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _end(clock: time) -> int:
    return _minute(clock) or _DAY


def _clock(minute: int) -> time:
    return time(minute % _DAY // 60, minute % 60)
