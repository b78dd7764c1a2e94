"""By when: every time the desk promises, and when a promise that is about to break is spoken of.

The rules, in one place (times are the office's local times, results aware UTC):

==============  =====================================================================================
acknowledge     30 minutes of service hours, so outside them 30 minutes into the next; urgent: 2 hours
                around the clock
first contact   end of service hours of the next working day; urgent: 2 hours after acknowledge is due
resolve         consulting 3, help 7, complaint 15 working days; mediation 30 days; legal aid 7 days
                (to decide, then 3 days to assign)
==============  =====================================================================================

A service may state its own. Working days count from the next working day and end with service hours; calendar
days end with the day; minutes and hours run in service hours only. No stage is due after the next one, and
none after a statutory limit. Only waiting for what the resident must supply (补正) and one extension (延期)
move a promise.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from knowledge.calendar import Area, Calendar


class Unit(StrEnum):
    """What a promise is counted in."""

    MINUTE = "m"
    HOUR = "h"
    DAY = "d"
    WORKING_DAY = "wd"


class DurationError(ValueError):
    """A length of time is not written as "30m", "2h", "7d" or "5wd"."""


@dataclass(frozen=True)
class Duration:
    """A promised length of time, as in service lists: "30m", "2h", "7d" (calendar), "5wd" (working days)."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``text``; DurationError when it is anything else."""
        match = re.fullmatch(r"([1-9][0-9]{0,2})(m|h|d|wd)", text)
        if match is None:
            raise DurationError(f"expected a length such as 30m, 2h, 7d or 5wd (1 to 999), not {text!r}")
        return cls(int(match[1]), Unit(match[2]))

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"

    @property
    def clock(self) -> timedelta:
        """Its length on an ordinary clock; DurationError for working days, which have none."""
        match self.unit:
            case Unit.MINUTE:
                return timedelta(minutes=self.count)
            case Unit.HOUR:
                return timedelta(hours=self.count)
            case Unit.DAY:
                return timedelta(days=self.count)
        raise DurationError(f"expected minutes, hours or days, not {self}")


ACKNOWLEDGE = Duration.parse("30m")
CONTACT = Duration.parse("1wd")
RESOLVE: Mapping[str, Duration] = {
    "consulting": Duration.parse("3wd"),
    "help": Duration.parse("7wd"),
    "complaint": Duration.parse("15wd"),
    "mediation": Duration.parse("30d"),  # 《人民调解工作若干规定》第33条: normally within a month
    "legal_aid": Duration.parse("7d"),  # 《法律援助法》第43条: decided within seven days
}
LEGAL_AID_ASSIGNMENT = Duration.parse("3d")  # the same article: somebody is assigned within three days
URGENT = timedelta(hours=2)

_DAY_END = time(23, 59, 59)


class Stage(StrEnum):
    """The three promises of a request."""

    ACKNOWLEDGE = "acknowledge"
    CONTACT = "contact"
    RESOLVE = "resolve"


_WARNED_BEFORE = {Stage.ACKNOWLEDGE: timedelta(minutes=10), Stage.CONTACT: timedelta(hours=2)}


@dataclass(frozen=True)
class ServiceHours:
    """The parts of a working day somebody is at the desk; local times, in order, not touching."""

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(18)))

    def __post_init__(self) -> None:
        bounds = [bound for span in self.spans for bound in span]
        if not bounds or any(earlier >= later for earlier, later in pairwise(bounds)):
            raise ValueError("expected service hours in order, such as 09:00-12:00,13:00-18:00")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "09:00-12:00,13:00-18:00" (Chinese punctuation too); ValueError when it is anything else."""
        plain = text.translate(str.maketrans("：，、–—", ":,,--")).replace(" ", "")
        spans = []
        for part in plain.split(","):
            match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)", part, re.ASCII)
            if match is None:
                raise ValueError(f"expected service hours such as 09:00-12:00,13:00-18:00, not {text!r}")
            hour, minute, end_hour, end_minute = map(int, match.groups())
            spans.append((time(hour, minute), time(end_hour, end_minute)))
        return cls(tuple(spans))


@dataclass(frozen=True)
class WorkingTime:
    """When an area's office works: the calendar, the service hours, and the zone both are meant in."""

    calendar: Calendar
    zone: ZoneInfo
    hours: ServiceHours = field(default_factory=ServiceHours)
    area: Area = None

    def local(self, at: datetime) -> datetime:
        """``at`` on the office's clock; ValueError when ``at`` has no zone."""
        if at.tzinfo is None:
            raise ValueError("expected a time with a zone (aware UTC)")
        return at.astimezone(self.zone)

    def at(self, day: date, clock: time) -> datetime:
        """The UTC moment the office's clock shows ``clock`` on ``day``."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """When service hours begin on ``day``."""
        return self.at(day, self.hours.spans[0][0])

    def closing(self, day: date) -> datetime:
        """When service hours end on ``day``."""
        return self.at(day, self.hours.spans[-1][1])

    def after(self, moment: datetime, length: timedelta) -> datetime:
        """When ``length`` of service time has passed since ``moment``."""
        spans = self.spans(moment)
        start, end = next(spans)
        while length > end - start:
            length -= end - start
            start, end = next(spans)
        return start + length

    def before(self, moment: datetime, length: timedelta) -> datetime:
        """When ``length`` of service time was left until ``moment``."""
        spans = self.spans(moment, forward=False)
        start, end = next(spans)
        while length > end - start:
            length -= end - start
            start, end = next(spans)
        return end - length

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much service time lies between two moments."""
        total = timedelta()
        for opens, closes in self.spans(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def spans(self, moment: datetime, *, forward: bool = True) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of service time from ``moment`` on, without end; backward: those up to it."""
        day = self.local(moment).date()
        while True:
            if self.calendar.is_working_day(day, self.area):
                for opens, closes in self.hours.spans if forward else reversed(self.hours.spans):
                    start, end = self.at(day, opens), self.at(day, closes)
                    start, end = (max(start, moment), end) if forward else (start, min(end, moment))
                    if start < end:
                        yield start, end
            day += timedelta(days=1 if forward else -1)


@dataclass(frozen=True)
class Promises:
    """What a resident is told: three moments (aware UTC, in order), and the calendar they rest on."""

    acknowledge: datetime
    contact: datetime
    resolve: datetime
    calendar_version: str
    provisional: bool
    """暂定: a moment rests on working days of a year not announced yet."""


def promise(
    now: datetime,
    *,
    kind: str,
    acknowledge: str | None,
    contact: str | None,
    resolve: str | None,
    statutory_limit: str | None,
    urgent: bool,
    calendar: Calendar,
    zone: ZoneInfo,
    hours: ServiceHours,
    area: Area,
) -> Promises:
    """The promises of a request of ``kind`` recorded at ``now``; lengths as its service states them, or None.

    Raises DurationError for a length it cannot read, ValueError for an unknown kind or a naive ``now``.
    """
    office = WorkingTime(calendar, zone, hours, area)
    limit = None if statutory_limit is None else statutory_end(now, statutory_limit, office)
    lengths = {
        Stage.ACKNOWLEDGE: ACKNOWLEDGE if acknowledge is None else Duration.parse(acknowledge),
        Stage.CONTACT: CONTACT if contact is None else Duration.parse(contact),
        Stage.RESOLVE: resolve_length(kind, resolve),
    }
    ends = {stage: due(now, length, office) for stage, length in lengths.items()}
    on_calendar = {stage for stage, length in lengths.items() if length.unit is not Unit.DAY}
    if urgent:
        ends[Stage.ACKNOWLEDGE] = now.astimezone(UTC) + URGENT
        ends[Stage.CONTACT] = ends[Stage.ACKNOWLEDGE] + URGENT
        on_calendar &= {Stage.RESOLVE}
    if statutory_limit is not None and Duration.parse(statutory_limit).unit is Unit.WORKING_DAY:
        on_calendar.add(Stage.RESOLVE)
    ends[Stage.RESOLVE] = ends[Stage.RESOLVE] if limit is None else min(limit, ends[Stage.RESOLVE])
    ends[Stage.CONTACT] = min(ends[Stage.CONTACT], ends[Stage.RESOLVE])
    ends[Stage.ACKNOWLEDGE] = min(ends[Stage.ACKNOWLEDGE], ends[Stage.CONTACT])
    return Promises(
        acknowledge=ends[Stage.ACKNOWLEDGE],
        contact=ends[Stage.CONTACT],
        resolve=ends[Stage.RESOLVE],
        calendar_version=calendar.version,
        provisional=any(calendar.is_provisional(office.local(ends[stage]).date()) for stage in on_calendar),
    )


def resolve_length(kind: str, stated: str | None) -> Duration:
    """How long a request of ``kind`` may take: what its service states, else the kind's default.

    Raises DurationError, or ValueError for an unknown kind.
    """
    if kind not in RESOLVE:
        raise ValueError(f"expected a kind ({', '.join(RESOLVE)}), not {kind!r}")
    return RESOLVE[kind] if stated is None else Duration.parse(stated)


def due(since: datetime, length: Duration, office: WorkingTime) -> datetime:
    """The end of a promise of ``length`` given at ``since``."""
    day = office.local(since).date()
    match length.unit:
        case Unit.WORKING_DAY:
            return office.closing(office.calendar.add_working_days(day, length.count, office.area))
        case Unit.DAY:
            return office.at(day + length.clock, _DAY_END)
    return office.after(since, length.clock)


def statutory_end(since: datetime, limit: str, office: WorkingTime) -> datetime:
    """The last moment a statutory limit allows; the law's minutes and hours run day and night."""
    length = Duration.parse(limit)
    if length.unit in (Unit.MINUTE, Unit.HOUR):
        return office.local(since).astimezone(UTC) + length.clock
    return due(since, length, office)


def legal_aid_assignment(decided_at: datetime, office: WorkingTime) -> datetime:
    """By when somebody is assigned once legal aid is granted: the end of the third day after the decision."""
    return due(decided_at, LEGAL_AID_ASSIGNMENT, office)


def shifted(
    due_at: datetime, paused_from: datetime, paused_until: datetime, *, length: Duration, office: WorkingTime
) -> datetime:
    """``due_at`` of a promise of ``length``, moved by a pause (补正).

    Calendar days: by the whole pause. Working days, hours and minutes: by exactly the service time paused, so that a
    night or a weekend of waiting gives nothing away. What was broken before the pause stays broken. A statutory limit
    is moved by the same call with its own length; the earlier of the two holds.

    Raises ValueError when the pause ends before it begins.
    """
    if paused_until < paused_from:
        raise ValueError("expected a pause that ends after it begins")
    if paused_from >= due_at:
        return due_at.astimezone(UTC)
    if length.unit is Unit.DAY:
        return due_at.astimezone(UTC) + (paused_until - paused_from)
    paused = office.between(paused_from, paused_until)
    return office.after(due_at, paused).astimezone(UTC) if paused else due_at.astimezone(UTC)


def extended(due_at: datetime, by: Duration, *, limit: datetime | None, office: WorkingTime) -> datetime:
    """``due_at`` after an extension (延期) of days or working days, but not past the statutory ``limit``.

    The same moment comes back when the limit leaves no room. DurationError for minutes or hours.
    """
    match by.unit:
        case Unit.WORKING_DAY:
            later = _later(due_at, by.count, office)
        case Unit.DAY:
            local = office.local(due_at)
            later = office.at(local.date() + by.clock, local.time())
        case _:
            raise DurationError(f"expected an extension in days or working days, not {by}")
    return max(due_at.astimezone(UTC), later if limit is None else min(later, limit))


def warn_at(created: datetime, due_at: datetime, *, stage: Stage, urgent: bool, office: WorkingTime) -> datetime:
    """When the handler is warned, between ``created`` and ``due_at``.

    Acknowledge: 10 minutes of service time before; first contact: 2 hours of it; resolve: as the working day
    before begins. Urgent: 10 minutes and 2 hours by the clock, at any hour. The others wait for service
    hours, unless waiting would be too late.
    """
    if stage is Stage.RESOLVE:
        day = office.calendar.add_working_days(office.local(due_at).date(), -1, office.area)
        at = office.opening(day)
    elif urgent:
        at = due_at - _WARNED_BEFORE[stage]
    else:
        at = office.before(due_at, _WARNED_BEFORE[stage])
    at = min(max(at, created), due_at).astimezone(UTC)
    waited = at if urgent else next_service_moment(at, office)
    return waited if waited < due_at else at


def next_service_moment(at: datetime, office: WorkingTime) -> datetime:
    """``at`` within service hours, else the beginning of the next: when a message that can wait is sent."""
    return next(office.spans(at))[0].astimezone(UTC)


def escalate_at(due_at: datetime, *, urgent: bool, office: WorkingTime) -> datetime:
    """When the manager above hears of a broken promise: a working day after those below could hear of it.

    Urgent: a day later, at any hour.
    """
    if urgent:
        return due_at.astimezone(UTC) + timedelta(days=1)
    return _later(next_service_moment(due_at, office), 1, office)


def _later(moment: datetime, working_days: int, office: WorkingTime) -> datetime:
    """The same local time of day, ``working_days`` working days on."""
    local = office.local(moment)
    return office.at(office.calendar.add_working_days(local.date(), working_days, office.area), local.time())
