"""Working days of mainland China: which days count when a time is promised in 工作日.

Three sources, the later over the earlier:

1. announced years — the State Council's yearly notices as packaged by ``chinesecalendar``;
2. a year nobody has announced yet — computed here from 《全国年节及纪念日放假办法》 (as revised for 2025) and
   marked provisional (暂定): where its holidays fall is law, how they are bridged with make-up days is open;
3. an extra file the office supplies (setting CALENDAR): the newest notice, and days off of single areas.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

import chinese_calendar
import yaml

Area = str | tuple[str, ...] | None
"""An area's code; or its code and those of the areas above it, when their days off hold for it too."""

FIRST_YEAR = 2004
"""Nothing is packaged for the years before."""

# Month and day of 春节, 端午 and 中秋: the lunar days 1/1, 5/5 and 8/15 by Beijing time.
# Worked out by the astronomical rule (new moons and solar terms) and compared with a published lunar table;
# the tests work out the new moons again.
_LUNAR: Mapping[int, tuple[str, str, str]] = {
    2025: ("01-29", "05-31", "10-06"), 2026: ("02-17", "06-19", "09-25"), 2027: ("02-06", "06-09", "09-15"),
    2028: ("01-26", "05-28", "10-03"), 2029: ("02-13", "06-16", "09-22"), 2030: ("02-03", "06-05", "09-12"),
    2031: ("01-23", "06-24", "10-01"), 2032: ("02-11", "06-12", "09-19"), 2033: ("01-31", "06-01", "09-08"),
    2034: ("02-19", "06-20", "09-27"), 2035: ("02-08", "06-10", "09-16"), 2036: ("01-28", "05-30", "10-04"),
    2037: ("02-15", "06-18", "09-24"), 2038: ("02-04", "06-07", "09-13"), 2039: ("01-24", "05-27", "10-02"),
    2040: ("02-12", "06-14", "09-20"), 2041: ("02-01", "06-03", "09-10"), 2042: ("01-22", "06-22", "09-28"),
    2043: ("02-10", "06-11", "09-17"), 2044: ("01-30", "05-31", "10-05"), 2045: ("02-17", "06-19", "09-25"),
    2046: ("02-06", "06-08", "09-15"), 2047: ("01-26", "05-29", "10-04"), 2048: ("02-14", "06-15", "09-22"),
    2049: ("02-02", "06-04", "09-11"), 2050: ("01-23", "06-23", "09-30"),
}  # fmt: skip
LAST_YEAR = max(_LUNAR)
_ONE_DAY = timedelta(days=1)


class CalendarError(ValueError):
    """The extra file is wrong (one problem a line: file, line, what was expected), or a day out of range."""


def statutory_holidays(year: int) -> tuple[date, ...]:
    """The 13 days 《全国年节及纪念日放假办法》 gives everybody in ``year`` (2025 or later), in its order.

    A day appears twice when two festivals meet on it (中秋 within 国庆): each gives a day off.
    """
    spring, dragon_boat, mid_autumn = (date.fromisoformat(f"{year}-{day}") for day in _LUNAR[year])
    qingming = chinese_calendar.get_solar_terms(date(year, 4, 4), date(year, 4, 6))[0][0]
    return (
        date(year, 1, 1),
        *(spring + timedelta(days=offset) for offset in (-1, 0, 1, 2)),
        qingming,
        date(year, 5, 1),
        date(year, 5, 2),
        dragon_boat,
        mid_autumn,
        *(date(year, 10, day) for day in (1, 2, 3)),
    )


def _computed_days_off(year: int) -> frozenset[date]:
    """Weekdays off in a year not announced: the statutory days, and one in lieu of each on a weekend (补假).

    The count of working days is then that of the announcement to come, as bridging only moves days about.
    """
    off: set[date] = set()
    made_up: list[date] = []
    for day in statutory_holidays(year):
        if day.weekday() < 5 and day not in off:
            off.add(day)
        else:
            made_up.append(day)
    for day in made_up:
        while day.weekday() >= 5 or day in off:
            day += _ONE_DAY  # noqa: PLW2901 - the day in lieu of this one
        off.add(day)
    return frozenset(off)


@dataclass(frozen=True, eq=False)
class Calendar:
    """Which days are worked, everywhere and in an area. Made by `load`; never changes afterwards."""

    version: str
    """Names the data: two calendars that can disagree on a day have different versions. Promises pin it."""
    announced: frozenset[int]
    """Years whose arrangement the State Council has published."""
    _off: frozenset[date] = field(repr=False)
    _working: frozenset[date] = field(repr=False)
    _areas: Mapping[str, frozenset[date]] = field(repr=False)

    @classmethod
    def load(cls, extra: Path | None = None) -> Self:
        """The packaged calendar, with the days of the file ``extra`` over it.

        The file is YAML; every part may be left out::

            holidays:                       # days off everywhere
              - {from: 2027-02-05, to: 2027-02-12, name: 春节}
              - {date: 2027-01-01, name: 元旦}
            working: [2027-02-20]           # make-up days (调休上班)
            areas:
              "500243": {holidays: [{date: 2026-11-10, name: 自治县成立纪念日}]}

        A day may also be written bare (``2027-01-01``), a range as ``2027-02-05..2027-02-12``. A year
        is taken as announced once the holidays hold every statutory day of it; until then it is provisional.

        Raises CalendarError, with every problem of the file, one a line.
        """
        added = _Extra.read(extra) if extra else _Extra(frozenset(), frozenset(), {})
        packaged_off = frozenset(chinese_calendar.holidays)
        announced = {day.year for day in packaged_off if (day.month, day.day) == (10, 1)}
        announced |= {year for year in _LUNAR if added.holidays.issuperset(statutory_holidays(year))}
        computed = (_computed_days_off(year) for year in _LUNAR if year not in announced)
        off = packaged_off.union(*computed, added.holidays) - added.working
        working = (frozenset(chinese_calendar.workdays) | added.working) - added.holidays
        areas = {code: days for code, days in sorted(added.areas.items()) if days}
        local = [(code, sorted(days)) for code, days in areas.items()]
        data = repr((sorted(off), sorted(working), sorted(announced), local))
        digest = hashlib.sha256(data.encode()).hexdigest()[:10]
        return cls(
            version=f"{chinese_calendar.__version__}-{digest}",
            announced=frozenset(announced),
            _off=off,
            _working=working,
            _areas=areas,
        )

    def is_working_day(self, day: date, area: Area = None) -> bool:
        """Whether offices work on ``day`` (a local date) in ``area``; CalendarError outside 2004-2050."""
        if isinstance(day, datetime):
            raise TypeError("is_working_day takes a local date, not a datetime")
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise CalendarError(f"expected a day in the years {FIRST_YEAR} to {LAST_YEAR}, not {day}")
        if self._areas and area is not None:
            codes = (area,) if isinstance(area, str) else area
            if any(day in self._areas.get(code, ()) for code in codes):
                return False
        return day in self._working or (day.weekday() < 5 and day not in self._off)

    def is_provisional(self, day: date) -> bool:
        """Whether the year of ``day`` is computed only, so that a promise reaching into it is 暂定."""
        return day.year not in self.announced

    def add_working_days(self, day: date, n: int, area: Area = None) -> date:
        """The ``n``-th working day after ``day``, itself not counted; before it for a negative ``n``."""
        step = _ONE_DAY if n > 0 else -_ONE_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_working_day(day, area):
                day += step
        return day

    def working_days(self, after: date, until: date, area: Area = None) -> int:
        """How many working days there are after ``after``, up to and with ``until``."""
        days = (after + timedelta(days=offset) for offset in range(1, (until - after).days + 1))
        return sum(self.is_working_day(day, area) for day in days)


@dataclass(frozen=True)
class _Extra:
    """What an extra file says."""

    holidays: frozenset[date]
    working: frozenset[date]
    areas: Mapping[str, frozenset[date]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read ``path``; CalendarError with every problem found in it."""
        try:
            root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        except OSError as error:
            raise CalendarError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CalendarError(f"{path}: expected UTF-8 text") from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or "not readable"
            raise CalendarError(f"{path}:{mark.line + 1 if mark else 1}: expected YAML: {what}") from error
        file = _File()
        days = file.read(root)
        if file.problems:
            raise CalendarError("\n".join(f"{path}:{line}: {what}" for line, what in sorted(file.problems)))
        return cls(*days)


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST = 31


class _File:
    """Walks the YAML of one extra file, keeping a line number with everything that is wrong."""

    def __init__(self) -> None:
        self.problems: list[tuple[int, str]] = []

    def read(self, root: yaml.Node | None) -> tuple[frozenset[date], frozenset[date], dict[str, frozenset[date]]]:
        """Days off, make-up days, and days off by area, as far as they can be read."""
        parts = self._mapping(root, {"holidays", "working", "areas"})
        holidays, working = self._days(parts.get("holidays")), self._days(parts.get("working"))
        for day in sorted(holidays.keys() & working.keys()):
            self._wrong(working[day], f"{day} is in holidays too; expected it in one of the two lists")
        areas = {}
        for code, node in self._mapping(parts.get("areas"), None).items():
            areas[code] = frozenset(self._days(self._mapping(node, {"holidays"}).get("holidays")))
        return frozenset(holidays), frozenset(working), areas

    def _wrong(self, node: yaml.Node, what: str) -> None:
        self.problems.append((node.start_mark.line + 1, what))

    def _mapping(self, node: yaml.Node | None, allowed: set[str] | None) -> dict[str, yaml.Node]:
        """The entries of a mapping; empty, with the problem noted, when it is none."""
        if node is None or node.tag == "tag:yaml.org,2002:null":
            return {}
        expected = f"expected {', '.join(sorted(allowed))}" if allowed else "expected area codes"
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, f"{expected}, each with a colon")
            return {}
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in entries:
                self._wrong(key, f"{name} is here twice; expected it once")
            elif allowed is not None and name not in allowed:
                self._wrong(key, f"unknown key {name}; {expected}")
            else:
                entries[name] = value
        return entries

    def _days(self, node: yaml.Node | None) -> dict[date, yaml.Node]:
        """Every day of a list of days and ranges, with the place it is written at."""
        if node is None or node.tag == "tag:yaml.org,2002:null":
            return {}
        if not isinstance(node, yaml.SequenceNode):
            self._wrong(node, "expected a list of dates such as 2027-01-01")
            return {}
        return {day: item for item in node.value for day in self._entry(item)}

    def _entry(self, node: yaml.Node) -> Iterator[date]:
        """The days of one entry of a list."""
        if isinstance(node, yaml.MappingNode):
            parts = self._mapping(node, {"date", "from", "to", "name"})
            if parts.keys() - {"name"} == {"date"}:
                first = last = self._date(parts["date"])
            elif parts.keys() - {"name"} == {"from", "to"}:
                first, last = self._date(parts["from"]), self._date(parts["to"])
            else:
                self._wrong(node, "expected either date, or from and to")
                return
        else:
            start, _, end = str(node.value if isinstance(node, yaml.ScalarNode) else "a list").partition("..")
            first = self._date(node, start)
            last = self._date(node, end) if end else first
        if first is None or last is None:
            return
        if not 0 <= (last - first).days < _LONGEST:
            self._wrong(node, f"expected a range of 1 to {_LONGEST} days, not {first} to {last}")
            return
        for offset in range((last - first).days + 1):
            yield first + timedelta(days=offset)

    def _date(self, node: yaml.Node, text: str | None = None) -> date | None:
        text = str(node.value if text is None else text).strip()
        try:
            day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            self._wrong(node, f"expected a date such as 2027-01-01, {FIRST_YEAR} to {LAST_YEAR}, not {text}")
            return None
        return day
