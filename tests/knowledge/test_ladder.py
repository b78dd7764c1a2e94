"""The ladder of a promise: warned, broken, reported above — at moments worked out by hand."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import Calendar
from knowledge.deadlines import ServiceHours, Stage, WorkingTime, promise
from knowledge.ladder import Owed, Rung, due_between, next_look, steps
from knowledge.lifecycle import Status

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingTime(Calendar.load(None), ZONE)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def owed(created: str = "2026-11-23T10:30", *, urgent: bool = False, **more: object) -> Owed:
    now = local(created)
    made = promise(
        now,
        kind="help",
        acknowledge=None,
        contact=None,
        resolve=None,
        statutory_limit=None,
        urgent=urgent,
        calendar=OFFICE.calendar,
        zone=ZONE,
        hours=ServiceHours(),
        area=None,
    )
    base = {
        "status": Status.RECORDED,
        "urgent": urgent,
        "created_at": now,
        "acknowledge_by": made.acknowledge,
        "contact_by": made.contact,
        "resolve_by": made.resolve,
        "acknowledged": False,
        "contacted": False,
    }
    return Owed(**{**base, **more})  # type: ignore[arg-type]


def test_a_monday_morning_request_climbs_the_whole_ladder() -> None:
    """Recorded Monday 10:30: warned 10:50, broken 11:00, the manager above Tuesday 11:00; seven working days."""
    acknowledge = [s for s in steps(owed(), OFFICE) if s.stage is Stage.ACKNOWLEDGE]
    assert [(s.rung, s.at) for s in acknowledge] == [
        (Rung.WARN, local("2026-11-23T10:50")),
        (Rung.BREACH, local("2026-11-23T11:00")),
        (Rung.ESCALATE, local("2026-11-24T11:00")),
    ]
    resolve = steps(owed(acknowledged=True, contacted=True), OFFICE)
    assert [(s.rung, s.at) for s in resolve] == [
        (Rung.WARN, local("2026-12-01T09:00")),
        (Rung.BREACH, local("2026-12-03T09:00")),
        (Rung.ESCALATE, local("2026-12-04T09:00")),
    ]


def test_an_urgent_request_at_night_waits_for_nobody() -> None:
    """Recorded Saturday 23:00 and urgent: warned 00:50, broken 01:00, day or night."""
    first = [s for s in steps(owed("2026-11-28T23:00", urgent=True), OFFICE) if s.stage is Stage.ACKNOWLEDGE]
    assert [(s.rung, s.at) for s in first[:2]] == [
        (Rung.WARN, local("2026-11-29T00:50")),
        (Rung.BREACH, local("2026-11-29T01:00")),
    ]


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.WITHDRAWN])
def test_nothing_is_owed_on_what_is_over(status: Status) -> None:
    """A request that is over warns nobody."""
    assert steps(owed(status=status), OFFICE) == []
    assert next_look(owed(status=status), OFFICE, local("2026-11-23T10:30")) is None


def test_a_pause_silences_the_ladder() -> None:
    """While the resident is asked for papers nobody is warned."""
    assert steps(owed(paused=True), OFFICE) == []


def test_a_broken_promise_is_told_once_and_without_its_warning() -> None:
    """A sweep that comes late tells the breach, not the warning before it, and the next sweep tells nothing."""
    start, late = local("2026-11-23T10:30"), local("2026-11-23T15:00")
    assert [s.rung for s in due_between(owed(), OFFICE, start, late)] == [Rung.BREACH]
    assert due_between(owed(), OFFICE, late, late) == []


@given(cuts=st.lists(st.integers(0, 20 * 24 * 60), max_size=8), urgent=st.booleans())
def test_sweeps_at_any_moments_tell_each_breach_once(cuts: list[int], urgent: bool) -> None:
    """However time is cut into sweeps, every breach and every escalation is found exactly once."""
    request = owed(urgent=urgent)
    moments = sorted({request.created_at.timestamp() + 60 * cut for cut in [*cuts, 20 * 24 * 60]})
    after, told = request.created_at, []
    for moment in moments:
        until = datetime.fromtimestamp(moment, UTC)
        told += [s.key(1) for s in due_between(request, OFFICE, after, until) if s.rung is not Rung.WARN]
        after = max(after, until)
    expected = [s.key(1) for s in steps(request, OFFICE) if s.rung is not Rung.WARN and s.at <= after]
    assert sorted(told) == sorted(expected)
    assert len(set(told)) == len(told)


def test_the_next_look_is_the_next_step() -> None:
    """A sweep is asked to come back at the next moment somebody must be told."""
    request = owed()
    assert next_look(request, OFFICE, request.created_at) == local("2026-11-23T10:50")
    assert next_look(request, OFFICE, local("2026-11-23T10:50")) == local("2026-11-23T11:00")
