"""The steps of a legal-aid application against a table written by hand, and its legal days."""

import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from knowledge.calendar import Calendar
from knowledge.deadlines import WorkingTime
from knowledge.legal_aid import Standing, Step, allowed, assign_by, decide_by, offered, warn_at

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingTime(Calendar.load(None), ZONE)

C, U, G, R, A = Step.COMPLETE, Step.URGENT, Step.GRANT, Step.REFUSE, Step.ASSIGN

TABLE = {
    # complete, urgent, granted, assigned
    (False, False, None, False): {C, U},
    (True, False, None, False): {U, G, R},
    (False, True, None, False): {C, A},
    (True, True, None, False): {G, R, A},
    (False, True, None, True): {C},
    (True, True, None, True): {G, R},
    (True, False, True, False): {A},
    (True, True, True, False): {A},
    (True, False, True, True): set(),
    (True, True, True, True): set(),
}
"""Every standing that can come about before a refusal."""


@pytest.mark.parametrize("standing", TABLE, ids=str)
def test_the_steps_that_are_open(standing: tuple[bool, bool, bool | None, bool]) -> None:
    """第43条 and 第44条: decided once complete, assigned once granted, or before it where it is urgent."""
    known = Standing(*standing)
    assert set(offered(known)) == TABLE[standing]
    assert {step for step in Step if allowed(step, known)} == TABLE[standing]


def test_after_a_refusal_nothing_is_open() -> None:
    """A refused application goes on elsewhere: by an objection."""
    for complete, urgent, assigned in itertools.product((True, False), repeat=3):
        assert offered(Standing(complete, urgent, granted=False, assigned=assigned)) == ()


def test_the_steps_lead_only_to_standings_that_were_written_down() -> None:
    """Walking from the beginning, every standing that can be reached stands in the table."""

    def after(standing: tuple[bool, bool, bool | None, bool], step: Step) -> tuple[bool, bool, bool | None, bool]:
        complete, urgent, granted, assigned = standing
        return (
            complete or step is C,
            urgent or step is U,
            {G: True, R: False}.get(step, granted),
            assigned or step is A,
        )

    seen, frontier = set(), {(False, False, None, False)}
    while frontier:
        seen |= frontier
        frontier = {after(s, step) for s in frontier for step in offered(Standing(*s))} - seen
    assert {s for s in seen if s[2] is not False} == set(TABLE)


def _local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZONE).astimezone(UTC)  # type: ignore[arg-type,misc]


def test_seven_days_to_decide_and_three_to_assign() -> None:
    """Calendar days that end with the day, weekends counted (第43条)."""
    complete = _local(2026, 11, 23, 16, 0)
    assert decide_by(complete, OFFICE) == _local(2026, 11, 30, 23, 59, 59)
    assert assign_by(_local(2026, 11, 27, 9, 0), OFFICE) == _local(2026, 11, 30, 23, 59, 59)


def test_a_legal_day_is_warned_of_the_day_before_whatever_day_that_is() -> None:
    """The limit ends on a Monday: the warning comes on the Sunday at 09:00."""
    assert warn_at(decide_by(_local(2026, 11, 23, 16, 0), OFFICE), OFFICE) == _local(2026, 11, 29, 9, 0)
