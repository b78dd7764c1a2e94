"""When people say they will meet: 「11月30日 14:30」, 「明天下午3点半」, 「下周三上午十点」, "30 Nov 2:30pm".

Whatever is read is said back before anybody relies on it; what cannot be read is named, never guessed.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Trouble(StrEnum):
    """Why a time could not be taken."""

    DAY = "day"  # no day in it that there is
    TIME = "time"  # no time of the day in it that there is
    PAST = "past"
    FAR = "far"  # more than a year away


_FARTHEST = timedelta(days=366)
_LATE_IN_YEAR = timedelta(days=180)
"""A date without a year that is longer past than this is meant in the next year."""

_WEEKDAYS = {sign: day for day, sign in enumerate("一二三四五六日")} | {"天": 6}
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RELATIVE = {
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明日": 1,
    "明早": 1,
    "明晚": 1,
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "today": 0,
}
_NUMERAL = re.compile("[零〇一二三四五六七八九十两]+")
_SIGNS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_SHORT_DATE = re.compile(r"(?<![\d:])(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?![\d:])")
_ONLY_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*[日号]")
_WEEKDAY = re.compile("(下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_ENGLISH_WEEKDAY = re.compile(r"\b(next |this )?(" + "|".join(_ENGLISH_DAYS) + r")[a-z]*\b")
_ENGLISH_DATE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(" + "|".join(_MONTHS) + r")[a-z]*\b")
_AMERICAN_DATE = re.compile(r"\b(" + "|".join(_MONTHS) + r")[a-z]*\s+(\d{1,2})(?:st|nd|rd|th)?\b")
_TIME = re.compile(
    r"(?:(?P<part>早上|早晨|上午|早|中午|下午|傍晚|晚上|晚|夜里)\s*)?(?<!\d)(?P<hour>\d{1,2})\s*"
    r"(?::\s*(?P<minute>\d{2})(?!\d)\s*(?P<half>am|pm)?|(?P<half2>am|pm)"
    r"|(?:点钟?|时)\s*(?:(?P<word>半|[13]刻|\d{1,2}\s*分?))?)"
)
_COUNT = re.compile(
    r"(?:申请|想|要|再)?(?:延长|延期|延)?(?:到|为)?(?<![\d.月/-])(\d{1,3}) ?"
    r"(?:个?工作日|天|days?|working days?)(?:以?后|之后|吧)?"
)
_NIGHT = frozenset({"晚上", "晚", "夜里"})
_EVENING = frozenset({"下午", "傍晚", "晚上", "晚", "夜里", "pm"})


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime | Trouble:
    """The moment (aware UTC) that a day and a time of the day name, seen from `now`.

    A date without a year is the next there is, a weekday alone the next such day, today included. 「3点」 without 上午
    or 下午 is in the afternoon: nobody meets at night.
    """
    local = now.astimezone(zone)
    found = _day(_plain(text), local.date())
    if found is None:
        return Trouble.DAY
    day, rest = found
    clock = _clock(_arabic(rest))
    if clock is None:
        return Trouble.TIME
    at = datetime.combine(day, clock, zone)
    if at <= local:
        return Trouble.PAST
    return Trouble.FAR if at > local + _FARTHEST else at.astimezone(UTC)


def read_day(text: str, today: date) -> date | None:
    """The day that some words name, and nothing else in them; None when it is none."""
    said = _plain(text)
    if said in ("昨天", "yesterday"):
        return today - timedelta(days=1)
    if said in ("前天",):
        return today - timedelta(days=2)
    found = _day(said, today)
    return found[0] if found and not found[1].strip() else None


def read_count(text: str) -> tuple[int, bool] | None:
    """How many days some words name (「5天」, 「延五个工作日」, "5 working days"), and whether they say more than that;
    None when there is no such number in them, or more than one."""
    said = _arabic(_plain(text))
    found = list(_COUNT.finditer(said))
    if len(found) != 1:
        return (int(said), False) if said.isascii() and said.isdecimal() and len(said) < 4 else None
    return int(found[0][1]), any(sign.isalnum() for sign in _without(said, found[0]))


def _plain(text: str) -> str:
    said = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", said.replace("，", " ").replace(",", " ")).strip()


def _arabic(text: str) -> str:
    """Chinese numerals below a hundred as digits."""

    def number(match: re.Match[str]) -> str:
        said = match[0]
        if "十" not in said:
            return "".join(str(_SIGNS[sign]) for sign in said)
        tens, _, ones = said.partition("十")
        if len(tens) > 1 or len(ones) > 1:
            return said
        return str((_SIGNS[tens] if tens else 1) * 10 + (_SIGNS[ones] if ones else 0))

    return _NUMERAL.sub(number, text)


def _day(said: str, today: date) -> tuple[date, str] | None:
    """The day that is named, and the words around it."""
    for word, days in _RELATIVE.items():
        if word in said:
            rest = {"明早": "早上", "明晚": "晚上", "今晚": "晚上"}.get(word, " ")
            return today + timedelta(days=days), said.replace(word, rest, 1)
    if match := _WEEKDAY.search(said):
        return _of_week(today, match[1] or "", _WEEKDAYS[match[2]]), _without(said, match)
    if match := _ENGLISH_WEEKDAY.search(said):
        which = {"next ": "下", "this ": "这"}.get(match[1] or "", "")
        return _of_week(today, which, _ENGLISH_DAYS.index(match[2])), _without(said, match)
    plain = _arabic(said)
    day: date | None = None
    if match := _DATE.search(plain):
        day = _date(int(match[1]), int(match[2]), int(match[3]))
    elif match := _ENGLISH_DATE.search(plain):
        day = _this_or_next_year(today, _MONTHS.index(match[2]) + 1, int(match[1]))
    elif match := _AMERICAN_DATE.search(plain):
        day = _this_or_next_year(today, _MONTHS.index(match[1]) + 1, int(match[2]))
    elif match := _SHORT_DATE.search(plain):
        day = _this_or_next_year(today, int(match[1]), int(match[2]))
    elif match := _ONLY_DAY.search(plain):
        day = _this_or_next_month(today, int(match[1]))
    return (day, _without(plain, match)) if day and match else None


def _without(said: str, match: re.Match[str]) -> str:
    return f"{said[: match.start()]} {said[match.end() :]}"


def _of_week(today: date, which: str, weekday: int) -> date:
    monday = today - timedelta(days=today.weekday())
    if which:
        weeks = {"下下": 2, "下": 1}.get(which, 0)
        return monday + timedelta(weeks=weeks, days=weekday)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _this_or_next_year(today: date, month: int, day: int) -> date | None:
    found = _date(today.year, month, day)
    if found is None or today - found > _LATE_IN_YEAR:
        return _date(today.year + 1, month, day)
    return found


def _this_or_next_month(today: date, day: int) -> date | None:
    if day >= today.day:
        return _date(today.year, today.month, day)
    later = today.replace(day=1) + timedelta(days=31)
    return _date(later.year, later.month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(rest: str) -> time | None:
    match = _TIME.search(rest)
    if match is None:
        return None
    hour, part = int(match["hour"]), match["part"] or match["half"] or match["half2"]
    if hour == 12 and part in _NIGHT:
        return None  # midnight of which day?
    word = match["word"] or ""
    quarter = {"半": 30, "1刻": 15, "3刻": 45}.get(word)
    minute = quarter if quarter is not None else int(match["minute"] or word.rstrip("分 ") or 0)
    if (part in _EVENING and hour < 12) or (part == "中午" and hour < 6) or (part is None and 1 <= hour <= 6):
        hour += 12
    elif part == "am" and hour == 12:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None
