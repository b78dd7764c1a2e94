"""The steps of a mediation case against a table written by hand, and its days."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import Calendar
from knowledge.deadlines import WorkingTime
from knowledge.mediation import (
    LIVE,
    OVER,
    ROUTES,
    Stage,
    Standing,
    Step,
    StepError,
    Who,
    allowed,
    check,
    confirmation_ends,
    confirmation_reminder,
    follow_up,
    offered,
    perform_by,
    session_reminder,
)

ZONE = ZoneInfo("Asia/Shanghai")

_GRID = """
invite_link       NI    staff                   I
invite_phone      NI    staff                   I
accept            I     staff other             A
refuse            IA    staff other             R
name_mediator     NIA   staff                   -
accept_mediator   IA    staff applicant other   -
refuse_mediator   IA    staff applicant other   -
schedule          A     staff                   -   both
settle            A     staff                   S   both
fail              IA    staff                   F
performed         S     staff                   -   after
unperformed       S     staff                   -   after
ask_confirmation  S     staff                   -   after
confirmed         S     staff                   -   after
"""
_STAGES = dict(zip("NIASRF", Stage, strict=True))


def _written() -> dict[tuple[Step, Stage, Who], tuple[Stage, str]]:
    cells = {}
    for line in _GRID.strip().splitlines():
        name, letters, *rest = line.split()
        who = [word for word in rest if word in set(Who)]
        to, *condition = rest[len(who) :]
        for letter, person in itertools.product(letters, who):
            stage = _STAGES[letter]
            cells[Step(name), stage, Who(person)] = (_STAGES.get(to, stage), condition[0] if condition else "")
    return cells


WRITTEN = _written()


@pytest.mark.parametrize("in_progress", [True, False])
@pytest.mark.parametrize("accepted", [True, False])
def test_every_cell_is_as_written(accepted: bool, in_progress: bool) -> None:
    """Every step, at every stage, by everybody, whether the mediator is accepted and the request still in hand."""
    for step, stage, who in itertools.product(Step, Stage, Who):
        standing = Standing(stage, accepted, in_progress)
        expected = WRITTEN.get((step, stage, who))
        if expected is not None and not (accepted or expected[1] != "both"):
            expected = None
        if expected is not None and not (in_progress or expected[1] == "after"):
            expected = None
        if expected is None:
            assert not allowed(step, who, standing), (step, standing, who)
            with pytest.raises(StepError):
                check(step, who, standing)
        else:
            assert check(step, who, standing) is expected[0], (step, standing, who)


def test_what_is_offered_is_what_is_allowed() -> None:
    """Buttons are the allowed steps and no other, each once."""
    for stage, accepted, who in itertools.product(Stage, (True, False), Who):
        standing = Standing(stage, accepted)
        steps = offered(who, standing)
        assert set(steps) == {step for step in Step if allowed(step, who, standing)}
        assert len(set(steps)) == len(steps)


def test_a_clear_refusal_ends_it_for_good() -> None:
    """第17条: nothing is open to anybody after a refusal, nor after a failure."""
    for stage, who in itertools.product(OVER, Who):
        assert offered(who, Standing(stage, accepted=True)) == ()
    assert check(Step.REFUSE, Who.OTHER, Standing(Stage.AGREED)) is Stage.REFUSED


def test_nobody_answers_for_the_other_party_but_themselves_or_staff_who_asked() -> None:
    """The applicant has no say in whether the other party agrees."""
    for step in (Step.ACCEPT, Step.REFUSE):
        assert not any(allowed(step, Who.APPLICANT, Standing(stage)) for stage in Stage)


def test_the_routes_are_those_of_the_law() -> None:
    """第26条 names arbitration, administration and the court, in this order."""
    assert ROUTES == ("arbitration", "administrative", "court")
    assert set(Stage) == LIVE | OVER | {Stage.SETTLED}


@pytest.mark.parametrize(
    ("effective", "last"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2026, 1, 31), date(2026, 3, 2)),
        (date(2028, 1, 31), date(2028, 3, 1)),
        (date(2026, 12, 20), date(2027, 1, 19)),
    ],
)
def test_the_window_for_confirmation(effective: date, last: date) -> None:
    """第33条: thirty calendar days from the day the agreement takes effect, weekends and holidays counted."""
    assert confirmation_ends(effective) == last


def _local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZONE).astimezone(UTC)  # type: ignore[arg-type,misc]


def test_confirmation_is_reminded_of_in_time() -> None:
    """At 09:00 seven days and two days before the window closes, then no more."""
    effective = date(2026, 11, 23)
    first = confirmation_reminder(effective, _local(2026, 11, 23, 15, 0), ZONE)
    assert first == _local(2026, 12, 16, 9, 0)
    second = confirmation_reminder(effective, first, ZONE)
    assert second == _local(2026, 12, 21, 9, 0)
    assert confirmation_reminder(effective, second, ZONE) is None


def test_a_meeting_is_reminded_of_twice() -> None:
    """At 09:00 the day before and an hour before; one arranged for the same day only once, one soon not at all."""
    at = _local(2026, 11, 30, 14, 30)
    first = session_reminder(at, _local(2026, 11, 23, 10, 30), ZONE)
    assert first == _local(2026, 11, 29, 9, 0)
    assert session_reminder(at, first, ZONE) == _local(2026, 11, 30, 13, 30)
    assert session_reminder(at, _local(2026, 11, 30, 9, 0), ZONE) == _local(2026, 11, 30, 13, 30)
    assert session_reminder(at, _local(2026, 11, 30, 13, 45), ZONE) is None


@given(st.integers(0, 525_600), st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_reminder_lies_between_now_and_the_meeting(minutes: int, ahead: timedelta) -> None:
    """A reminder is never late and never for something past, and the row of them ends."""
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    at = now + ahead
    moment, count = session_reminder(at, now, ZONE), 0
    while moment is not None:
        assert now < moment < at
        moment, count = session_reminder(at, moment, ZONE), count + 1
    assert count <= 2


def test_performance_is_asked_about_on_a_working_day() -> None:
    """As the office opens on the first working day after the time that was agreed."""
    office = WorkingTime(Calendar.load(None), ZONE)
    assert perform_by(date(2026, 11, 23), 15) == date(2026, 12, 8)
    assert follow_up(date(2026, 12, 8), office) == _local(2026, 12, 9, 9, 0)
    assert follow_up(date(2026, 12, 11), office) == _local(2026, 12, 14, 9, 0), "a Friday"
    assert follow_up(date(2026, 9, 30), office) == _local(2026, 10, 8, 9, 0), "before the holidays of October"
