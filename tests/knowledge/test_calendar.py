"""Working days: the official schedules day by day, years to come, and the office's own file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import radians, sin
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import FIRST_YEAR, LAST_YEAR, Calendar, CalendarError, statutory_holidays

CALENDAR = Calendar.load()

# The State Council's notices of 2023-10-25, 2024-11-12 and 2025-11-04: days off, then make-up days.
OFFICIAL = {
    2024: (
        "01-01..01-01 02-10..02-17 04-04..04-06 05-01..05-05 06-10..06-10 09-15..09-17 10-01..10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01..01-01 01-28..02-04 04-04..04-06 05-01..05-05 05-31..06-02 10-01..10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01..01-03 02-15..02-23 04-04..04-06 05-01..05-05 06-19..06-21 09-25..09-27 10-01..10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}
NOTICE_2027 = """\
holidays:   # as a notice would put it
  - {from: 2027-01-01, to: 2027-01-03, name: 元旦}
  - {from: 2027-02-05, to: 2027-02-12, name: 春节}
  - 2027-04-03..2027-04-05
  - {from: 2027-05-01, to: 2027-05-05, name: 劳动节}
  - {date: 2027-06-09, name: 端午节}
  - {date: 2027-09-15, name: 中秋节}
  - {from: 2027-10-01, to: 2027-10-07, name: 国庆节}
working: [2027-02-20, {date: 2027-10-09, name: 国庆节}]
"""

days = st.dates(date(2005, 1, 1), date(2048, 12, 31))


def days_of(year: int) -> Iterator[date]:
    """Every day of ``year``."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def load(folder: Path, text: str) -> Calendar:
    """The calendar with ``text`` as its extra file."""
    path = folder / "calendar.yaml"
    path.write_text(text, encoding="utf-8")
    return Calendar.load(path)


@pytest.mark.parametrize("year", OFFICIAL)
def test_every_day_of_an_announced_year_is_as_the_notice_says(year: int) -> None:
    """All 365 or 366 days agree with the notice, November and December included."""
    spans, make_up = OFFICIAL[year]
    off = [span.split("..") for span in spans.split()]
    working = make_up.split()
    for day in days_of(year):
        name = f"{day:%m-%d}"
        expected = name in working or (day.weekday() < 5 and not any(a <= name <= b for a, b in off))
        assert CALENDAR.is_working_day(day) is expected, day
        assert not CALENDAR.is_provisional(day)


@pytest.mark.parametrize("year", [2025, 2026])
def test_what_is_computed_for_a_year_has_as_many_working_days_as_its_notice(year: int) -> None:
    """Bridging moves days off about and adds none, so the statutory days alone give the count."""
    weekdays = sum(day.weekday() < 5 for day in days_of(year))
    assert sum(map(CALENDAR.is_working_day, days_of(year))) == weekdays - len(statutory_holidays(year))


@pytest.mark.parametrize("year", range(2027, LAST_YEAR + 1))
def test_a_year_not_announced_is_provisional_and_has_its_statutory_days_off(year: int) -> None:
    """The 13 days are off, days in lieu of those on a weekend too, and no Saturday is worked."""
    weekdays = [day for day in days_of(year) if day.weekday() < 5]
    assert not any(map(CALENDAR.is_working_day, statutory_holidays(year)))
    assert sum(map(CALENDAR.is_working_day, weekdays)) == len(weekdays) - 13
    assert not any(CALENDAR.is_working_day(day) for day in days_of(year) if day.weekday() >= 5)
    assert CALENDAR.is_provisional(date(year, 6, 1))


def test_the_statutory_days_of_2027_are_known_by_name() -> None:
    """Spring Festival 2027 begins on 6 February, with the eve before it."""
    days_2027 = "01-01 02-05 02-06 02-07 02-08 04-05 05-01 05-02 06-09 09-15 10-01 10-02 10-03"
    assert [f"{day:%m-%d}" for day in statutory_holidays(2027)] == days_2027.split()
    in_lieu = [date(2027, 2, 9), date(2027, 2, 10), date(2027, 5, 3), date(2027, 5, 4), date(2027, 10, 4)]
    assert not any(map(CALENDAR.is_working_day, in_lieu))
    assert CALENDAR.is_working_day(date(2027, 2, 11))


def test_a_festival_inside_another_gives_a_day_more() -> None:
    """In 2028 Mid-Autumn is 3 October, within National Day, so the fourth statutory day is made up for."""
    october = statutory_holidays(2028)[-4:]
    assert october == (date(2028, 10, 3), date(2028, 10, 1), date(2028, 10, 2), date(2028, 10, 3))
    off = [day for day in days_of(2028) if day.month == 10 and day.weekday() < 5]
    assert [day.day for day in off if not CALENDAR.is_working_day(day)] == [2, 3, 4, 5]


def new_moon_near(day: date) -> datetime:
    """The new moon nearest to ``day``, Beijing time: mean lunation and periodic terms (Meeus, ch. 49)."""
    k = round(((day - date(2000, 1, 6)).days) / 29.530588861)
    t = k / 1236.85
    e = 1 - 0.002516 * t - 0.0000074 * t * t
    sun = radians(2.5534 + 29.10535670 * k - 0.0000014 * t * t)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    lat = radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    node = radians(124.7746 - 1.56375588 * k + 0.0020672 * t * t)
    terms = [
        (-0.40720, moon), (0.17241 * e, sun), (0.01608, 2 * moon), (0.01039, 2 * lat),
        (0.00739 * e, moon - sun),
        (-0.00514 * e, moon + sun), (0.00208 * e * e, 2 * sun), (-0.00111, moon - 2 * lat),
        (-0.00057, moon + 2 * lat), (0.00056 * e, 2 * moon + sun), (-0.00042, 3 * moon),
        (0.00042 * e, sun + 2 * lat), (0.00038 * e, sun - 2 * lat), (-0.00024 * e, 2 * moon - sun),
        (-0.00017, node), (-0.00007, moon + 2 * sun),
        (0.000325, radians(299.77 + 0.107408 * k - 0.009173 * t * t)),
        (0.000165, radians(251.88 + 0.016321 * k)), (0.000164, radians(251.83 + 26.651886 * k)),
        (0.000126, radians(349.42 + 36.412478 * k)),
        (0.000110, radians(84.66 + 18.206239 * k)),
    ]  # fmt: skip
    mean = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    ephemeris = mean + sum(factor * sin(angle) for factor, angle in terms)
    clock = datetime(2000, 1, 1, 12) + timedelta(days=ephemeris - 2451545.0, seconds=-75)  # noqa: DTZ001
    return clock + timedelta(hours=8)


def solar_longitude(day: date) -> float:
    """The sun's apparent longitude in degrees at noon in Beijing, to about 0.01."""
    n = (day - date(2000, 1, 1)).days - 1 / 3
    mean, anomaly = 280.460 + 0.9856474 * n, radians(357.528 + 0.9856003 * n)
    return (mean + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly) - 0.0057) % 360


@pytest.mark.parametrize("year", range(2025, LAST_YEAR + 1))
def test_lunar_festivals_fall_where_the_moon_and_the_sun_put_them(year: int) -> None:
    """Each is as many days after a new moon as its lunar date says, in the month of its solar term."""
    new_year_eve, spring = statutory_holidays(year)[1:3]
    qingming, _, _, dragon_boat, mid_autumn = statutory_holidays(year)[5:10]
    assert spring - new_year_eve == timedelta(days=1)
    # A month is named by the sun's place when it is new: within it 330, 90 and 180 degrees are reached.
    for festival, offset, reached in ((spring, 0, 330), (dragon_boat, 4, 90), (mid_autumn, 14, 180)):
        first = festival - timedelta(days=offset)
        assert new_moon_near(first).date() == first
        to_go = (reached - solar_longitude(first) + 180) % 360 - 180
        assert -1 <= to_go <= 30.5
    assert abs(solar_longitude(qingming) - 15) <= 0.6


@given(days, st.integers(1, 40))
def test_n_working_days_later_holds_exactly_n_working_days(day: date, n: int) -> None:
    """The stretch after the day, up to and with the result, has n working days; and the result is one."""
    later = CALENDAR.add_working_days(day, n)
    assert CALENDAR.is_working_day(later)
    assert CALENDAR.working_days(day, later) == n


@given(days, days, st.integers(1, 40), st.integers(0, 5))
def test_counting_on_never_turns_back(one: date, other: date, n: int, more: int) -> None:
    """A later start or a larger count never ends earlier."""
    one, other = sorted((one, other))
    assert CALENDAR.add_working_days(one, n) <= CALENDAR.add_working_days(other, n + more)


@given(days, st.integers(1, 20))
def test_counting_back_undoes_counting_on(day: date, n: int) -> None:
    """From a working day, n on and n back is the same day."""
    start = CALENDAR.add_working_days(day, 1)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, n), -n) == start
    assert CALENDAR.add_working_days(start, 0) == start


def test_a_notice_in_the_extra_file_makes_the_year_announced(tmp_path: Path) -> None:
    """With every statutory day listed, the file's days hold alone, make-up days too."""
    calendar = load(tmp_path, NOTICE_2027)
    assert not calendar.is_provisional(date(2027, 6, 1))
    assert calendar.is_provisional(date(2028, 6, 1))
    assert calendar.is_working_day(date(2027, 2, 20))
    assert not calendar.is_working_day(date(2027, 2, 12))
    assert not calendar.is_working_day(date(2027, 10, 7))
    assert calendar.is_working_day(date(2027, 10, 9))
    assert calendar.is_working_day(date(2026, 11, 23))


def test_a_part_of_a_notice_leaves_the_year_provisional(tmp_path: Path) -> None:
    """Days that are known already are laid over the computed year."""
    calendar = load(tmp_path, "holidays: [2027-02-11]\nworking: [2027-02-20, 2027-02-10]")
    assert calendar.is_provisional(date(2027, 2, 11))
    assert not calendar.is_working_day(date(2027, 2, 11))
    assert calendar.is_working_day(date(2027, 2, 20))
    assert calendar.is_working_day(date(2027, 2, 10))
    assert not calendar.is_working_day(date(2027, 6, 9))


def test_the_extra_file_goes_over_a_packaged_year(tmp_path: Path) -> None:
    """A holiday called off and a make-up Saturday taken back hold."""
    calendar = load(tmp_path, "working: [2026-10-05]\nholidays: [2026-10-10]")
    assert calendar.is_working_day(date(2026, 10, 5))
    assert not calendar.is_working_day(date(2026, 10, 10))


def test_a_day_off_of_one_area_is_off_there_and_below_only(tmp_path: Path) -> None:
    """An autonomous county's anniversary is a working day for its neighbours."""
    text = 'areas:\n  "500243":\n    holidays: [{date: 2026-11-10, name: 自治县成立纪念日}]\n  "500240":\n'
    calendar = load(tmp_path, text)
    day = date(2026, 11, 10)
    assert not calendar.is_working_day(day, "500243")
    assert not calendar.is_working_day(day, ("500243001", "500243"))
    assert calendar.is_working_day(day, "500240")
    assert calendar.is_working_day(day, "50024")
    assert calendar.is_working_day(day)
    assert calendar.add_working_days(date(2026, 11, 9), 1, "500243") == date(2026, 11, 11)
    assert calendar.working_days(date(2026, 11, 9), day, "500243") == 0


def test_the_version_changes_with_the_data_and_only_with_it(tmp_path: Path) -> None:
    """A name or an order is no data; a day is, everywhere or in an area."""
    versions = {
        load(tmp_path, text).version
        for text in (
            "holidays: [2027-02-11, 2027-02-12]",
            "holidays: [2027-02-11]",
            'areas: {"1": {holidays: [2027-02-11]}}',
            'areas: {"2": {holidays: [2027-02-11]}}',
            "working: [2027-02-20]",
        )
    }
    assert len(versions | {CALENDAR.version}) == 6
    named = load(tmp_path, "holidays: [{date: 2027-02-12, name: 春节}, 2027-02-11]").version
    assert named in versions
    assert load(tmp_path, "# nothing yet\n").version == CALENDAR.version == Calendar.load().version


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends do no harm."""
    path = tmp_path / "calendar.yaml"
    path.write_bytes("\ufeffholidays:\r\n  - 2027-02-11\r\n".encode())
    assert not Calendar.load(path).is_working_day(date(2027, 2, 11))


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("holidays:\n  - 2027-02-30", 2, "expected a date such as 2027-01-01"),
        ("holidays:\n  - 20270201", 2, "expected a date such as 2027-01-01"),
        ("holidays:\n  - 1999-01-01", 2, "expected a date such as 2027-01-01, 2004 to 2050"),
        ("holidays:\n  - [2027-02-01]", 2, "expected a date such as 2027-01-01"),
        ("holidays:\n  - {from: 2027-02-12, to: 2027-02-05}", 2, "expected a range of 1 to 31 days"),
        ("holidays:\n  - 2027-02-05..2028-02-12", 2, "expected a range of 1 to 31 days"),
        ("holidays:\n  - {from: 2027-02-12}", 2, "expected either date, or from and to"),
        ("holidays:\n  - {day: 2027-02-12}", 2, "unknown key day; expected date, from, name, to"),
        ("holidays: 2027-02-12", 1, "expected a list of dates"),
        ("holidays: [2027-02-12]\nworking:\n  - 2027-02-12", 3, "2027-02-12 is in holidays too"),
        ("holiday: []", 1, "unknown key holiday; expected areas, holidays, working"),
        ("holidays: []\nholidays: []", 2, "holidays is here twice"),
        ("- 2027-02-12", 1, "expected areas, holidays, working, each with a colon"),
        ("areas:\n  - 500243", 2, "expected area codes, each with a colon"),
        ('areas:\n  "1":\n    working: []', 3, "unknown key working; expected holidays"),
        ("holidays: [\n", 2, "expected YAML"),
        ("holidays: [\x01]", 1, "expected YAML"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_what_was_expected(
    tmp_path: Path, text: str, line: int, expected: str
) -> None:
    """The person who wrote the file can find and mend the line."""
    with pytest.raises(CalendarError) as error:
        load(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'calendar.yaml'}:{line}: ")
    assert expected in str(error.value)


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    """One line a problem, so that mending takes one round."""
    with pytest.raises(CalendarError) as error:
        load(tmp_path, "holidays:\n  - nonsense\n  - 2027-13-01\nworkdays: []\n")
    lines = [line.removeprefix(f"{tmp_path / 'calendar.yaml'}:") for line in str(error.value).splitlines()]
    assert [line.split(":")[0] for line in lines] == ["2", "3", "4"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file and one that is not text are told apart."""
    with pytest.raises(CalendarError, match=r"none\.yaml: cannot be read"):
        Calendar.load(tmp_path / "none.yaml")
    (tmp_path / "gbk.yaml").write_bytes("# 春节\n".encode("gbk"))
    with pytest.raises(CalendarError, match=r"gbk\.yaml: expected UTF-8 text"):
        Calendar.load(tmp_path / "gbk.yaml")


def test_days_out_of_range_and_moments_are_refused() -> None:
    """A guess would be wrong without showing it."""
    for year in (FIRST_YEAR - 1, LAST_YEAR + 1):
        with pytest.raises(CalendarError, match="2004 to 2050"):
            CALENDAR.is_working_day(date(year, 1, 1))
    with pytest.raises(TypeError, match="local date"):
        CALENDAR.is_working_day(datetime(2026, 11, 23, tzinfo=UTC))
