"""Weeks, months and years as managers name them: 上周, 2026-10, 今年. Pure dates; a zone makes moments of them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_WEEK = timedelta(days=7)
_BUCKETS = 120

_MONTH = re.compile(r"(?:(\d{4})\s*[-./年]\s*)?(\d{1,2})(?:月份?)?")
_YEAR = re.compile(r"(\d{4})年?")
_SPAN = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\s*(?:[~～至到]\s*(\d{4})-(\d{1,2})-(\d{1,2}))?")
_NAMES = {
    "本周": "week", "这周": "week", "week": "week",
    "上周": "last-week", "last-week": "last-week",
    "本月": "month", "这个月": "month", "month": "month",
    "上月": "last-month", "上个月": "last-month", "last-month": "last-month",
    "今年": "year", "本年": "year", "year": "year",
    "去年": "last-year", "last-year": "last-year",
}  # fmt: skip

NAMES = ("week", "last-week", "month", "last-month", "year", "last-year")
"""Periods that have a name of their own, counted from today."""


class Unit(StrEnum):
    """What a period is; decides the one before it and how it is called."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    DAYS = "days"


@dataclass(frozen=True)
class Period:
    """From the midnight before `first` up to, not including, the midnight before `after`."""

    first: date
    after: date
    unit: Unit = Unit.DAYS

    @classmethod
    def of(cls, unit: Unit, day: date) -> Self:
        """The week, month or year that a day lies in (a day alone for `DAYS`)."""
        if unit is Unit.WEEK:
            first = day - timedelta(days=day.weekday())
            return cls(first, first + _WEEK, unit)
        if unit is Unit.MONTH:
            first = day.replace(day=1)
            return cls(first, (first + timedelta(days=32)).replace(day=1), unit)
        if unit is Unit.YEAR:
            first = day.replace(month=1, day=1)
            return cls(first, first.replace(year=first.year + 1), unit)
        return cls(day, day + timedelta(days=1), unit)

    @classmethod
    def named(cls, name: str, today: date) -> Self:
        """One of `NAMES`.

        :raises ValueError: it is none of them
        """
        if name not in NAMES:
            raise ValueError(f"expected one of {', '.join(NAMES)}, not {name!r}")
        period = cls.of(Unit(name.removeprefix("last-")), today)
        return period.before() if name.startswith("last-") else period

    @classmethod
    def between(cls, first: date, last: date) -> Self:
        """From one day to another, both included; a whole week, month or year is known as such."""
        for unit in (Unit.WEEK, Unit.MONTH, Unit.YEAR):
            whole = cls.of(unit, first)
            if (whole.first, whole.last) == (first, last):
                return whole
        return cls(first, last + timedelta(days=1))

    @classmethod
    def read(cls, words: str, today: date) -> Self | None:
        """A period as people write it: 上月, 2026-10, 2026年10月, 10月, 2026, 2026-10-01~2026-10-15; None when it is
        none. A month without a year is the last one of that name that has begun."""
        said = words.strip().lower()
        if said in _NAMES:
            return cls.named(_NAMES[said], today)
        try:
            if found := _SPAN.fullmatch(said):
                numbers = [int(n) if n else None for n in found.groups()]
                first = date(*[n for n in numbers[:3] if n is not None])
                last = date(*[n for n in numbers[3:] if n is not None]) if numbers[3] is not None else first
                if last < first or not _known(first) or not _known(last):
                    return None
                return cls.between(first, last)
            if found := _YEAR.fullmatch(said):
                day = date(int(found[1]), 1, 1)
                return cls.of(Unit.YEAR, day) if _known(day) else None
            if found := _MONTH.fullmatch(said):
                if found[1] is None and not said.endswith(("月", "月份")):
                    return None
                month = int(found[2])
                year = int(found[1]) if found[1] else today.year - (month > today.month)
                day = date(year, month, 1)
                return cls.of(Unit.MONTH, day) if _known(day) else None
        except ValueError:
            return None
        return None

    def before(self) -> Self:
        """The period of the same kind just before this one."""
        if self.unit is Unit.DAYS:
            return type(self)(self.first - (self.after - self.first), self.first)
        return type(self).of(self.unit, self.first - timedelta(days=1))

    def line(self, count: int) -> list[Self]:
        """This period and those before it, `count` in all, the oldest first: a trend."""
        line = [self]
        while len(line) < count:
            line.append(line[-1].before())
        return line[::-1]

    def parts(self, unit: Unit) -> list[Self]:
        """The weeks or months that this period touches, in order (at most 120 of them)."""
        found = [type(self).of(unit, self.first)]
        while found[-1].after < self.after and len(found) < _BUCKETS:
            found.append(type(self).of(unit, found[-1].after))
        return found

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it, on the zone's clock."""
        return datetime.combine(self.first, time(), zone), datetime.combine(self.after, time(), zone)

    @property
    def last(self) -> date:
        return self.after - timedelta(days=1)

    def __str__(self) -> str:
        """2026-10 for a month, 2026 for a year, 2026-11-23~2026-11-29 for anything else: `read` understands it."""
        if self.unit is Unit.MONTH:
            return f"{self.first:%Y-%m}"
        if self.unit is Unit.YEAR:
            return f"{self.first:%Y}"
        return f"{self.first.isoformat()}~{self.last.isoformat()}"


def _known(day: date) -> bool:
    return _FIRST_YEAR <= day.year <= _LAST_YEAR
