"""A duty rota as people write it: the rows of a table, days, times, and dates typed in chat."""

from datetime import date, datetime, time, timedelta

import pytest

from knowledge.rota import Duty
from knowledge.rota_sheet import MOST_ROWS, Problem, read, read_dates, read_days, read_time

MONDAY = date(2026, 11, 23)
LI, WANG = 1, 2
CARE, LAW = frozenset({"elderly_care"}), frozenset({"legal_aid"})
NINE, NOON, SIX = time(9), time(12), time(18)
PEOPLE = {"李敏": [LI], "王强": [WANG], "张伟": [8, 9]}
CALLED = {"养老服务": "elderly_care", "Elderly care": "elderly_care", "法律援助": "legal_aid"}
HEAD = ["姓名", "星期", "开始", "结束", "领域"]


def test_a_table_as_a_manager_writes_it() -> None:
    """Ranges, lists, dates, several domains, full-width signs, and cells as a spreadsheet hands them over."""
    rows: list[list[object]] = [
        [],
        HEAD,
        ["李敏", "周一至周三", "9:00", "12：00", "养老服务、法律援助"],
        ["王强", datetime.fromisoformat("2026-11-28"), time(9), time(18), None],
        [None, None, None, None, None],
        [" 王强 ", "2026/11/30", "", "", ""],
        ["李敏", "六，日", "下", "", ""],
    ]
    found, problems = read(rows, PEOPLE, CALLED)
    assert found == [
        *[Duty(LI, day, NINE, NOON, CARE | LAW) for day in range(3)],
        Duty(WANG, date(2026, 11, 28), NINE, SIX),
        Duty(WANG, date(2026, 11, 30), None, None),
    ]
    assert problems == [Problem(7, "start", "下")]


@pytest.mark.parametrize(
    ("row", "code", "value"),
    [
        (["", "周一", "9:00", "12:00"], "no_name", ""),
        (["李梅", "周一", "9:00", "12:00"], "unknown_name", "李梅"),
        (["张伟", "周一", "9:00", "12:00"], "two_names", "张伟"),
        (["李敏", "周八", "9:00", "12:00"], "days", "周八"),
        (["李敏", "", "9:00", "12:00"], "days", ""),
        (["李敏", "2026-02-30", "9:00", "12:00"], "days", "2026-02-30"),
        (["李敏", "周五至周一", "9:00", "12:00"], "days", "周五至周一"),
        (["李敏", "周一", "25:00", "12:00"], "start", "25:00"),
        (["李敏", "周一", "9:00", "18:60"], "end", "18:60"),
        (["李敏", "周一", "", ""], "no_times", ""),
        (["李敏", "周一", "9:00", ""], "end", ""),
        (["李敏", "周一", "12:00", "9:00"], "order", "12:00-09:00"),
        (["李敏", "周一", "9:00", "9:00"], "order", "09:00-09:00"),
        (["李敏", "周一", "9:00", "12:00", "看病"], "domain", "看病"),
    ],
)
def test_each_wrong_row_says_what_is_wrong(row: list[object], code: str, value: str) -> None:
    """Every kind of mistake is told with its row and what stands there."""
    assert read([HEAD, row], PEOPLE, CALLED) == ([], [Problem(2, code, value)])


def test_the_same_time_twice_is_told() -> None:
    """Two rows of one person that share a time would hide a slip; rows that only touch are fine."""
    good = [["李敏", "周一", "9:00", "12:00"], ["李敏", "周一", "12:00", "18:00"], ["王强", "周一", "9:00", "18:00"]]
    assert read([HEAD, *good], PEOPLE, CALLED)[1] == []
    assert read([HEAD, *good, ["李敏", "每天", "11:00", "13:00"]], PEOPLE, CALLED)[1] == [Problem(5, "twice", "李敏")]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], Problem(1, "empty")),
        ([HEAD], Problem(1, "empty")),
        ([["李敏", "周一", "9:00", "12:00"]], Problem(1, "headings")),
        ([HEAD] * (MOST_ROWS + 1), Problem(MOST_ROWS, "too_long")),
    ],
)
def test_tables_that_are_none(rows: list[list[object]], problem: Problem) -> None:
    """Nothing in it, no headings, or far too long."""
    assert read(rows, PEOPLE, CALLED) == ([], [problem])


def test_columns_stand_in_any_order_and_may_be_english() -> None:
    """The headings say which column is which; the domains may be left out."""
    found, problems = read(
        [["End", "note", "Name", "Days", "Start"], ["18:00", "x", "李敏", "Mon-Fri", "9:00"]], PEOPLE, {}
    )
    assert (found, problems) == ([Duty(LI, day, NINE, SIX) for day in range(5)], [])


@pytest.mark.parametrize(
    ("cell", "days"),
    [
        ("周一", [0]),
        ("星期日", [6]),
        ("礼拜天", [6]),
        (1.0, [0]),
        (7, [6]),
        ("一三五", [0, 2, 4]),
        ("周一三五", [0, 2, 4]),
        ("周一、周二 周五", [0, 1, 4]),
        ("周一 至 周五", [0, 1, 2, 3, 4]),
        ("1-5", [0, 1, 2, 3, 4]),
        ("工作日", [0, 1, 2, 3, 4]),
        ("周末", [5, 6]),
        ("每天", [0, 1, 2, 3, 4, 5, 6]),
        ("Mon, Wednesday", [0, 2]),
        ("2026年11月28日", [date(2026, 11, 28)]),
        (date(2026, 11, 28), [date(2026, 11, 28)]),
        ("8", []),
        ("周", []),
        ("明天", []),
        (None, []),
    ],
)
def test_days(cell: object, days: list[int] | list[date]) -> None:
    """Weekdays as people write them, or one date; anything else is nothing."""
    assert read_days(cell) == days


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("9:00", NINE),
        ("09:00:00", NINE),
        ("9点", NINE),
        ("9点半", time(9, 30)),
        ("13时15分", time(13, 15)),
        (9, NINE),
        (0.375, NINE),
        (datetime.fromisoformat("1899-12-30 09:00"), NINE),
        (timedelta(hours=24), time(0)),
        ("24:00", time(0)),
        ("24:01", None),
        ("九点", None),
        (1.5, None),
        (-0.5, None),
    ],
)
def test_times(cell: object, clock: time | None) -> None:
    """Times as cells hold them and as people write them."""
    assert read_time(cell) == clock


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("11-24", "2026-11-24", "2026-11-24"),
        ("11-24 到 11-26", "2026-11-24", "2026-11-26"),
        ("11月24日至26日", "2026-11-24", "2026-11-26"),
        ("11.24—11.26", "2026-11-24", "2026-11-26"),
        ("12-30 到 1-3", "2026-12-30", "2027-01-03"),
        ("2026-11-24 2026-11-26", "2026-11-24", "2026-11-26"),
        ("1-5", "2027-01-05", "2027-01-05"),
        ("11-20", "2026-11-20", "2026-11-20"),
        ("明天", "2026-11-24", "2026-11-24"),
        ("明天到后天", "2026-11-24", "2026-11-25"),
        ("下周一到周三", "2026-11-30", "2026-12-02"),
        ("下周一到下周三请假", "2026-11-30", "2026-12-02"),
        ("从周五到周一", "2026-11-27", "2026-11-30"),
        ("tomorrow to Friday", "2026-11-24", "2026-11-27"),
        ("30 Nov", "2026-11-30", "2026-11-30"),
    ],
)
def test_dates_typed_in_chat(said: str, first: str, last: str) -> None:
    """One date or two; a date without a year is the next one, or one just gone."""
    assert read_dates(said, MONDAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("said", ["", "李敏", "后天到明天", "11-31", "11-26 到 11-24", "1-2 3-4 5-6", "13-1"])
def test_dates_that_are_none(said: str) -> None:
    """What cannot be read, or ends before it begins, is nothing."""
    assert read_dates(said, MONDAY) is None
