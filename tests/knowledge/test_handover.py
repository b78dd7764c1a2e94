"""What handing on does to dates: asking outside, deciding a report, correcting a service."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from knowledge.calendar import Calendar
from knowledge.deadlines import WorkingTime
from knowledge.handover import ask_on, corrected, decide_by, may_ask_on

OFFICE = WorkingTime(Calendar.load(None), ZoneInfo("Asia/Shanghai"))
MONDAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def at(day: int, hour: int, month: int = 11, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "when"),
    [
        (date(2026, 11, 27), at(27, 1)),
        (date(2026, 11, 28), at(30, 1)),
        (date(2026, 10, 1), at(8, 1, 10)),
        (date(2026, 10, 10), at(10, 1, 10)),  # a Saturday that is worked
    ],
)
def test_asked_as_service_hours_begin(day: date, when: datetime) -> None:
    """On that day, or the next that is worked."""
    assert ask_on(day, OFFICE) == when


@pytest.mark.parametrize(("days", "may"), [(-1, False), (0, False), (1, True), (366, True), (367, False)])
def test_which_days_can_be_asked_on(days: int, may: bool) -> None:
    """From tomorrow, for a year."""
    assert may_ask_on(date(2026, 11, 23) + timedelta(days=days), MONDAY, OFFICE) is may


def test_a_report_is_decided_within_a_working_day() -> None:
    """A Friday's by Monday; an urgent one in a day, whatever day it is."""
    friday = at(27, 7)
    assert decide_by(friday, urgent=False, office=OFFICE) == at(30, 7)
    assert decide_by(friday, urgent=True, office=OFFICE) == at(28, 7)


def fixed(promised: datetime, **more: object) -> datetime:
    given = {"kind": "help", "resolve": None, "statutory_limit": None, "pauses": (), "office": OFFICE}
    return corrected(promised, MONDAY, **{**given, **more})  # type: ignore[arg-type]


def test_a_correction_gives_no_more_time() -> None:
    """What was promised holds unless the right service would have been quicker."""
    week = at(2, 10, 12)
    assert fixed(at(25, 10)) == at(25, 10)
    assert fixed(at(31, 10, 12)) == week
    assert fixed(at(31, 10, 12), kind="consulting") == at(26, 10)


def test_a_statutory_limit_holds() -> None:
    """Also where the list would promise longer."""
    assert fixed(at(31, 10, 12), resolve="30d", statutory_limit="3wd") == at(26, 10)


def test_pauses_move_what_is_counted_anew_only() -> None:
    """The promise that stands was moved already; the limit moves with its own length."""
    pause = [(MONDAY, MONDAY + timedelta(days=2))]
    assert fixed(at(25, 10), pauses=pause) == at(25, 10)
    assert fixed(at(31, 10, 12), kind="consulting", pauses=pause) == at(30, 10)
    assert fixed(at(31, 10, 12), statutory_limit="3wd", pauses=pause) == at(30, 10)
