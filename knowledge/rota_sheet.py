"""A duty rota as people write it in a table: reading its rows, and the days and times in them.

Columns, in any order: 姓名, 星期 (周一至周五, 周一、周三, 工作日, or a date), 开始, 结束, 领域 (empty: what the
post says). Every row that is wrong is told with its number; nothing is guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from knowledge.appointments import read_day
from knowledge.rota import Duty

COLUMNS = ("name", "days", "start", "end", "domains")
_HEADINGS = {
    "name": ("姓名", "名字", "人员", "name"),
    "days": ("星期", "日期", "星期或日期", "days", "day", "weekday", "date"),
    "start": ("开始", "开始时间", "start", "from"),
    "end": ("结束", "结束时间", "end", "to"),
    "domains": ("领域", "服务领域", "domains", "domain"),
}
_REQUIRED = ("name", "days", "start", "end")
MOST_ROWS = 2_000

_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_WEEKDAYS |= {str(number): number - 1 for number in range(1, 8)}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE = {
    "工作日": range(5),
    "weekdays": range(5),
    "周末": range(5, 7),
    "weekend": range(5, 7),
    "每天": range(7),
    "天天": range(7),
    "everyday": range(7),
}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SHORT_DATE = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})(?::\d{2})?|[点时](半|\d{2}分?)?)?")
_BETWEEN = re.compile(r"[、,;/\s]+")
_BETWEEN_NAMES = re.compile(r"\s*[、,;/\n]+\s*")
_JOINED = re.compile(r"\s*(至|到|-|~|–|—)\s*")
_UNTIL = re.compile(r"\s*(?:至|到|~|—|–|\bto\b|\bthrough\b)\s*")
_AROUND = re.compile(r"^从|(?:请假|休假|休息|不在)$")
_RANGE = re.compile(r"(.+?)(?:至|到|-|~|–|—)(.+)")


@dataclass(frozen=True)
class Problem:
    """What is wrong in a row of the table.

    :ivar row: the number of the row as a spreadsheet shows it, from 1
    :ivar code: `headings`, `empty`, `too_long`, `no_name`, `unknown_name`, `two_names`, `days`, `start`, `end`,
        `no_times`, `order`, `domain` or `twice`
    :ivar value: what stands there, shortened
    """

    row: int
    code: str
    value: str = ""


def read(
    rows: Iterable[Sequence[object]], people: Mapping[str, Sequence[int]], domains: Mapping[str, str]
) -> tuple[list[Duty], list[Problem]]:
    """The duties of a table whose first row with anything in it holds the headings, and everything wrong in it.

    :param people: person ids by name
    :param domains: domain ids by every name they may be called
    """
    people = {_text(name): ids for name, ids in people.items()}
    domains = {_text(name).casefold(): domain for name, domain in domains.items()}
    numbered = [(number, row) for number, row in enumerate(rows, 1) if any(_text(cell) for cell in row)]
    if not numbered:
        return [], [Problem(1, "empty")]
    if len(numbered) > MOST_ROWS:
        return [], [Problem(MOST_ROWS, "too_long")]
    (first, headings), *body = numbered
    places = _places(headings)
    if any(name not in places for name in _REQUIRED):
        return [], [Problem(first, "headings")]
    if not body:
        return [], [Problem(first, "empty")]
    found: list[Duty] = []
    problems: list[Problem] = []
    for number, row in body:
        cells = {name: row[place] if place < len(row) else None for name, place in places.items()}
        made = _row(number, cells, people, domains)
        if isinstance(made, Problem):
            problems.append(made)
        elif any(one.meets(other) for one in made for other in found):
            problems.append(Problem(number, "twice", _text(cells["name"])))
        else:
            found += made
    return found, problems


def _places(headings: Sequence[object]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(headings):
        said = _text(cell).casefold().replace(" ", "")
        for name, known in _HEADINGS.items():
            if said in known:
                places.setdefault(name, place)
    return places


def _row(
    number: int, cells: Mapping[str, object], people: Mapping[str, Sequence[int]], domains: Mapping[str, str]
) -> list[Duty] | Problem:
    def wrong(code: str, cell: object = None) -> Problem:
        return Problem(number, code, _text(cell)[:40])

    name = _text(cells["name"])
    known = people.get(name, ())
    if not name:
        return wrong("no_name")
    if len(known) != 1:
        return wrong("two_names" if known else "unknown_name", name)
    days = read_days(cells["days"])
    if not days:
        return wrong("days", cells["days"])
    chosen = set()
    for word in _BETWEEN_NAMES.split(_text(cells.get("domains"))):
        if word and word not in ("全部", "all"):
            if word.casefold() not in domains:
                return wrong("domain", word)
            chosen.add(domains[word.casefold()])
    if not _text(cells["start"]) and not _text(cells["end"]):
        if isinstance(days[0], int):
            return wrong("no_times")
        return [Duty(known[0], day, None, None) for day in days]
    start, end = read_time(cells["start"]), read_time(cells["end"])
    if start is None or end is None:
        return wrong("start", cells["start"]) if start is None else wrong("end", cells["end"])
    if start >= end and end != time(0):
        return wrong("order", f"{start:%H:%M}-{end:%H:%M}")
    return [Duty(known[0], day, start, end, frozenset(chosen)) for day in days]


def read_days(cell: object) -> list[int] | list[date]:
    """Weekdays (0 is Monday) or one date; empty when the cell is neither."""
    if isinstance(cell, datetime):
        return [cell.date()]
    if isinstance(cell, date):
        return [cell]
    said = _text(cell)
    if match := _DATE.fullmatch(said):
        day = _date(*(int(part) for part in match.groups()))
        return [day] if day else []
    found: list[int] = []
    for part in _BETWEEN.split(_JOINED.sub(r"\1", said)):
        days = _weekdays(part)
        if days is None:
            return []
        found += days
    return sorted(set(found))


def _weekdays(word: str) -> list[int] | None:
    plain = word.casefold()
    if plain in _WHOLE:
        return list(_WHOLE[plain])
    if match := _RANGE.fullmatch(plain):
        first, last = _weekday(match[1]), _weekday(match[2])
        return list(range(first, last + 1)) if first is not None and last is not None and first <= last else None
    if (single := _weekday(plain)) is not None:
        return [single]
    several = [_WEEKDAYS.get(sign) for sign in re.sub("^(?:星期|礼拜|周)", "", plain)]  # 周一三五
    return [day for day in several if day is not None] if several and None not in several else None


def _weekday(word: str) -> int | None:
    plain = re.sub("^(?:星期|礼拜|周)", "", word.strip())
    if plain[:3] in _ENGLISH and plain.isascii():
        return _ENGLISH.index(plain[:3])
    return _WEEKDAYS.get(plain)


def read_time(cell: object) -> time | None:
    """A time of the day from what a spreadsheet or a person makes of it; 24:00 is midnight. None when it is none."""
    if isinstance(cell, datetime):
        return cell.time().replace(second=0, microsecond=0)
    if isinstance(cell, time):
        return cell.replace(second=0, microsecond=0)
    if isinstance(cell, timedelta):
        return _of_minutes(round(cell.total_seconds() / 60))
    if isinstance(cell, float) and 0 <= cell < 1:
        return _of_minutes(round(cell * 24 * 60))
    match = _TIME.fullmatch(_text(cell).replace(" ", ""))
    if match is None:
        return None
    minute = match[2] or (match[3] or "0").replace("半", "30").removesuffix("分")
    return _of_minutes(int(match[1]) * 60 + int(minute)) if int(minute) < 60 else None


def read_dates(text: str, today: date) -> tuple[date, date] | None:
    """One date or a first and a last one, the year left out or not: 「11-24 到 11-26」, 「明天到后天」,
    「下周一到周三」.

    A date without a year is the next one there is, yesterday and the thirty days before it excepted.
    """
    said = _AROUND.sub("", _text(text)).strip()
    if (only := _one_date(said, today)) is not None:
        return only, only
    parts = [part for part in _UNTIL.split(said) if part] or [said]
    parts = parts if len(parts) > 1 else said.replace(",", " ").split()
    if len(parts) != 2:
        return None
    first, word = _one_date(parts[0], today), parts[1]
    if first is None:
        return None
    if match := re.fullmatch(r"(\d{1,2})[日号]?", word):
        last = _date(first.year, first.month, int(match[1]))
    elif _DATE.fullmatch(word) or _SHORT_DATE.fullmatch(word):
        last = _one_date(word, first)
    else:
        last = _one_date(word, today)
        if last is not None and last < first and _weekday(word) is not None:
            last = _one_date(word, first)  # 「周三」 is the next one from the first day
    return (first, last) if last is not None and first <= last else None


def _one_date(word: str, today: date) -> date | None:
    if match := _DATE.fullmatch(word):
        return _date(*(int(part) for part in match.groups()))
    if match := _SHORT_DATE.fullmatch(word):
        day = _date(today.year, int(match[1]), int(match[2]))
        if day is not None and day < today - timedelta(days=30):
            return _date(today.year + 1, day.month, day.day)
        return day
    return read_day(word, today)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_minutes(minutes: int) -> time | None:
    return time(minutes % 1440 // 60, minutes % 60) if 0 <= minutes <= 1440 else None


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip()
