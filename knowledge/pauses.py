"""What moves a promise, and by how much: waiting for the resident's papers (补正) once, and one extension (延期).

==================  ================================================================================
pause               only the first 补正 of a request, and only if everything had been told before
                    (一次性告知, delivered): `why_not`
its end             what was asked for is there; at the latest `SUPPLEMENT` working days after it was
                    asked, `REMIND` working days after a reminder: the clock then goes on
extension           once, before it is due, of 3, 5, 7 or 10 working days, never longer than the
                    promise was at first, never past a statutory limit
==================  ================================================================================

When a year that was computed only is announced, a promise becomes what it would have been under the announced
calendar, the pause and the extension kept: `Terms.again`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from knowledge.catalogue import GENERAL, Service
from knowledge.deadlines import (
    CONTACT,
    Duration,
    Promises,
    Unit,
    WorkingTime,
    due,
    extended,
    resolve_length,
    shifted,
    statutory_end,
)

SUPPLEMENT = Duration.parse("10wd")
REMIND = 2
EXTENSIONS = (3, 5, 7, 10)
_BY_THE_CLOCK = Duration.parse("1d")


# -- 一次性告知


def notice(item: Service, facts: Mapping[str, str], *, more: str = "", steps: bool = True) -> dict[str, Any]:
    """Everything a resident is told once of a service, with what this community knows of it; what nobody knows is
    left out.

    :param facts: `address`, `contact`, `hours`, `amount`, `phone`
    :param more: what whoever tells it adds in words of their own
    :param steps: False where they are not shown (长辈模式's service card)
    """
    told: dict[str, Any] = {
        "who": item.who,
        "materials": list(item.materials),
        "steps": list(item.steps) if steps else [],
        "where": "，".join(filter(None, [facts.get("address") or item.where, facts.get("contact")])),
        "hours": facts.get("hours") or item.hours,
        "fee": facts.get("amount") or item.fee,
        "phone": " / ".join(filter(None, [facts.get("phone"), item.hotline])),
        "more": more.strip(),
    }
    return {key: value for key, value in told.items() if value}


def complete(content: Mapping[str, Any], item: Service) -> bool:
    """Whether a notice told all that the list has: who, which materials, which steps. Where the list cannot know what
    is needed (the general window, or a service with neither materials nor steps), somebody must have said it in
    words."""
    if item.id == GENERAL or not (item.materials or item.steps):
        return bool(content.get("more"))
    told = {key: content.get(key) or [] for key in ("materials", "steps")}
    return (
        set(item.materials) <= set(told["materials"])
        and set(item.steps) <= set(told["steps"])
        and (not item.who or bool(content.get("who")))
    )


# -- 补正


def why_not(*, told: bool, asked_before: bool, broken: bool) -> str | None:
    """Why asking for papers does not stop the clock (rule 5); None when it does.

    `late`: the promise is broken already, and nothing may silence that; `again`: they were asked for before; `told`:
    not everything had been told.
    """
    if broken:
        return "late"
    if asked_before:
        return "again"
    return None if told else "told"


def supplement_due(asked_at: datetime, office: WorkingTime) -> datetime:
    """When the clock goes on even if nothing came."""
    return due(asked_at, SUPPLEMENT, office)


def remind_at(due_at: datetime, office: WorkingTime) -> datetime:
    """When the resident is reminded: as service hours begin, `REMIND` working days before."""
    return office.opening(office.calendar.add_working_days(office.local(due_at).date(), -REMIND, office.area))


@dataclass(frozen=True)
class Pause:
    """The clock stood still from `start` to `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Extra:
    """So many working days were granted."""

    days: int


@dataclass(frozen=True)
class Terms:
    """What the promises of one request are counted by.

    :ivar created_at: when it was recorded
    :ivar contact: how long the first contact may take
    :ivar resolve: how long it may take in all
    :ivar limit: what a law allows at most, if one does
    """

    created_at: datetime
    contact: Duration
    resolve: Duration
    limit: Duration | None
    urgent: bool
    office: WorkingTime

    @classmethod
    def of(cls, item: Service, kind: str, created_at: datetime, *, urgent: bool, office: WorkingTime) -> "Terms":
        """The terms of a service as its list states them."""
        return cls(
            created_at=created_at,
            contact=CONTACT if item.promise.contact is None else Duration.parse(item.promise.contact),
            resolve=resolve_length(kind, item.promise.resolve),
            limit=None if item.statutory_limit is None else Duration.parse(item.statutory_limit),
            urgent=urgent,
            office=office,
        )

    def last(self, pause: Pause | None) -> datetime | None:
        """The last moment the law allows, moved by the pause; None when no law says so."""
        if self.limit is None:
            return None
        end = statutory_end(self.created_at, str(self.limit), self.office)
        return self._shifted(end, self.limit, pause)

    def resumed(self, resolve_by: datetime, pause: Pause) -> datetime:
        """By when it is resolved after a pause."""
        moved, last = self._shifted(resolve_by, self.resolve, pause), self.last(pause)
        return moved if last is None or pause.start >= resolve_by else min(moved, max(last, resolve_by))

    def contacted_by(self, contact_by: datetime, pause: Pause) -> datetime:
        """By when the first contact is owed after a pause; an urgent one is counted around the clock."""
        return self._shifted(contact_by, _BY_THE_CLOCK if self.urgent else self.contact, pause)

    def extended(self, resolve_by: datetime, days: int, pause: Pause | None = None) -> datetime:
        """By when it is resolved with so many working days more, within the law."""
        by = Duration(days, Unit.WORKING_DAY)
        return extended(resolve_by, by, limit=self.last(pause), office=self.office)

    def choices(self, resolve_by: datetime, pause: Pause | None = None) -> tuple[int, ...]:
        """Which extensions can be asked for, in working days; a shorter promise can be doubled. None when the law, or
        a promise of hours, leaves no room."""
        if self.resolve.unit is Unit.WORKING_DAY:
            offered = [days for days in EXTENSIONS if days <= self.resolve.count] or [self.resolve.count]
        elif self.resolve.unit is Unit.DAY:
            latest = resolve_by + self.resolve.clock
            offered = [
                d for d in EXTENSIONS if extended(resolve_by, _days(d), limit=None, office=self.office) <= latest
            ]
        else:
            return ()
        last = self.last(pause)
        return tuple(
            days
            for days in offered
            if last is None or extended(resolve_by, _days(days), limit=None, office=self.office) <= last
        )

    def again(self, promised: Promises, moves: Sequence[Pause | Extra]) -> tuple[datetime, datetime]:
        """First contact and resolve as they would be had they been promised like this, with the same pause and the
        same extension, in the order in which they came."""
        contact_by, resolve_by, pause = promised.contact, promised.resolve, None
        for move in moves:
            if isinstance(move, Pause):
                pause = move
                contact_by, resolve_by = self.contacted_by(contact_by, move), self.resumed(resolve_by, move)
            else:
                resolve_by = self.extended(resolve_by, move.days, pause)
        return min(contact_by, resolve_by), resolve_by

    def provisional(self, *moments: datetime) -> bool:
        """Whether one of these rests on a year that is not announced yet (暂定)."""
        return any(self.office.calendar.is_provisional(self.day(moment)) for moment in moments)

    def day(self, moment: datetime) -> date:
        """The day of a moment on the office's clock."""
        return self.office.local(moment).date()

    def _shifted(self, moment: datetime, length: Duration, pause: Pause | None) -> datetime:
        if pause is None:
            return moment
        if length.unit in (Unit.MINUTE, Unit.HOUR) and length is self.limit:
            length = _BY_THE_CLOCK  # the law's hours run day and night
        return shifted(moment, pause.start, pause.end, length=length, office=self.office)


def _days(count: int) -> Duration:
    return Duration(count, Unit.WORKING_DAY)


def reckoned(old: datetime, new: datetime, now: datetime) -> datetime:
    """What a promise becomes when its calendar is announced: as computed anew, unless it is broken already, or would
    be at once: nobody is told a date and then that it has passed."""
    return new if old > now and new > now else old


LOOK_AHEAD = timedelta(days=14)
"""No reminder is due longer than this before its day, whatever the holidays."""
