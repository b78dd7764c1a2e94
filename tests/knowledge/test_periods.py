"""Periods: named, read from words, before and after one another."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from knowledge.periods import NAMES, Period, Unit

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [
        ("week", "2026-11-23", "2026-11-30"),
        ("last-week", "2026-11-16", "2026-11-23"),
        ("month", "2026-11-01", "2026-12-01"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("year", "2026-01-01", "2027-01-01"),
        ("last-year", "2025-01-01", "2026-01-01"),
    ],
)
def test_periods_are_those_of_the_office_clock(name: str, first: str, after: str) -> None:
    """From midnight to midnight in Chongqing; the end is not part of it."""
    start, end = Period.named(name, TODAY).moments(ZoneInfo("Asia/Shanghai"))
    assert (start.isoformat(), end.isoformat()) == (f"{first}T00:00:00+08:00", f"{after}T00:00:00+08:00")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("上月", "2026-10"), ("2026-10", "2026-10"), ("2026年3月", "2026-03"), ("10月", "2026-10"), ("12月", "2025-12"),
        ("2025", "2025"), ("去年", "2025"), ("上周", "2026-11-16~2026-11-22"), ("2026-11-23", "2026-11-23~2026-11-23"),
        ("2026-10-05至2026-10-09", "2026-10-05~2026-10-09"), ("2026-10-01~2026-10-31", "2026-10"),
    ],
)  # fmt: skip
def test_words_that_are_a_period(words: str, said: str) -> None:
    """As people write it; a month without a year is the last that has begun. What it says of itself is read again."""
    period = Period.read(words, TODAY)
    assert str(period) == said
    assert Period.read(said, TODAY) == period


@pytest.mark.parametrize(
    "words", ["养老", "", "13月", "2026-13", "12", "1999", "2026-02-30", "2026-10-09~2026-10-05", "9999-12-31"]
)
def test_words_that_are_none(words: str) -> None:
    """None rather than a guess."""
    assert Period.read(words, TODAY) is None


def test_before_and_in_line() -> None:
    """The one before is of the same kind; a trend is a line of them."""
    assert [str(p) for p in Period.named("month", date(2026, 1, 31)).line(3)] == ["2025-11", "2025-12", "2026-01"]
    span = Period.between(date(2026, 10, 5), date(2026, 10, 9))
    assert (span.unit, str(span.before())) == (Unit.DAYS, "2026-09-30~2026-10-04")
    assert len(Period.named("year", TODAY).parts(Unit.MONTH)) == 12
    assert [p.first.day for p in Period.named("month", TODAY).parts(Unit.WEEK)] == [26, 2, 9, 16, 23, 30]


def test_an_unknown_name_is_refused() -> None:
    """With what is known."""
    with pytest.raises(ValueError, match="last-month"):
        Period.named("decade", TODAY)
    assert len(NAMES) == 6
