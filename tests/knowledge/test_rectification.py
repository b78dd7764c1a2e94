"""整改: who answers for it, its three clocks, and when each is spoken of (rule 11)."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from knowledge.calendar import Calendar
from knowledge.deadlines import WorkingTime
from knowledge.ladder import Rung
from knowledge.lifecycle import Role
from knowledge.rectification import (
    Choice,
    Stage,
    Standing,
    answerable,
    clocks,
    complicated_until,
    due_between,
    follow_up_by,
    may_run,
    next_look,
    steps,
)
from knowledge.responsibility import Candidate

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingTime(Calendar.load(None), ZONE)


def at(text: str) -> datetime:
    """A moment of 2026 on the office's clock: "11-23 10:30"."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)


NOON = at("11-23 10:30")


def opened(moment: datetime = NOON) -> Standing:
    contact_by, settle_by = clocks(moment, OFFICE)
    return Standing(moment, contact_by, settle_by, False, None, None, None, None)


def manager(person_id: int, distance: int = 0, load: int = 0) -> Candidate:
    return Candidate(person_id, Role.MANAGER, distance, frozenset(), True, load, None)


@pytest.mark.parametrize(
    ("rated", "contact", "settle", "complicated"),
    [
        ("11-23 10:30", "11-24 18:00", "11-30 18:00", "12-14 18:00"),
        ("11-27 23:50", "11-30 18:00", "12-04 18:00", "12-18 18:00"),  # Friday night
        ("09-30 10:00", "10-08 18:00", "10-13 18:00", "10-27 18:00"),  # 国庆; Saturday the 10th is worked
    ],
)
def test_the_clocks_run_in_working_days(rated: str, contact: str, settle: str, complicated: str) -> None:
    """1, 5 and 15 working days after the one of the rating, make-up days included, at the end of service hours."""
    assert clocks(at(rated), OFFICE) == (at(contact), at(settle))
    assert complicated_until(at(rated), OFFICE) == at(complicated)


def test_the_follow_up_is_three_working_days_after() -> None:
    """From the day it was settled."""
    assert follow_up_by(at("11-27 09:00"), OFFICE) == at("12-02 18:00")


@pytest.mark.parametrize(
    ("managers", "expected"),
    [
        ([manager(1), manager(2, 1)], Choice(1, False)),
        ([manager(7), manager(2, 1)], Choice(2, False)),  # the area's manager did the work: the one above
        ([manager(8), manager(2, 1)], Choice(2, False)),  # nor whoever answered, where another can
        ([manager(8), manager(7, 1)], Choice(8, True)),  # rather whoever answered than whoever did the work
        ([manager(7)], Choice(7, True)),  # nobody else: said
        ([manager(1, 0, 3), manager(2, 0, 1), manager(3, 0, 1)], Choice(2, False)),  # the fewest in hand
        ([manager(1, 1), manager(2, 2)], Choice(1, False)),
        ([], None),
    ],
)
def test_who_answers_for_it(managers: list[Candidate], expected: Choice | None) -> None:
    """A manager, the nearest, who did not do the work (7) nor answer for it (8)."""
    assert answerable(managers, handler_id=7, first_responder_id=8) == expected


def test_whoever_did_the_work_does_not_run_it() -> None:
    """Any manager of the area may help, but not they, unless it had to be given to them."""
    assert may_run(3, manager_id=1, handler_id=7)
    assert not may_run(7, manager_id=1, handler_id=7)
    assert may_run(7, manager_id=7, handler_id=7)


def test_what_is_owed_at_each_step() -> None:
    """Contact and settling, then the follow-up, then nothing; settled without a contact owes no contact."""
    new = opened()
    spoken = replace(new, contacted_at=NOON)
    settled = replace(new, settled_at=NOON, follow_up_by=follow_up_by(NOON, OFFICE))
    done = replace(settled, followed_up_at=NOON)
    assert [list(s.owed) for s in (new, spoken, settled, done)] == [
        [Stage.CONTACT, Stage.SETTLE],
        [Stage.SETTLE],
        [Stage.FOLLOW_UP],
        [],
    ]
    assert (done.over, steps(done, OFFICE), next_look(done, OFFICE, NOON)) == (True, [], None)


def test_when_each_clock_is_spoken_of() -> None:
    """Warned before, told when it broke (in service hours), the manager above a working day later."""
    told = [(s.stage, s.rung, s.at) for s in steps(opened(), OFFICE)]
    assert told == [
        (Stage.CONTACT, Rung.WARN, at("11-24 16:00")),
        (Stage.CONTACT, Rung.BREACH, at("11-25 09:00")),
        (Stage.CONTACT, Rung.ESCALATE, at("11-26 09:00")),
        (Stage.SETTLE, Rung.WARN, at("11-27 09:00")),
        (Stage.SETTLE, Rung.BREACH, at("12-01 09:00")),
        (Stage.SETTLE, Rung.ESCALATE, at("12-02 09:00")),
    ]


def test_a_late_sweep_says_the_worst_only() -> None:
    """After days of downtime the warnings of what broke meanwhile are left out, and nothing comes twice."""
    found = due_between(opened(), OFFICE, NOON, at("12-01 10:00"))
    assert [(s.stage, s.rung) for s in found] == [
        (Stage.CONTACT, Rung.BREACH),
        (Stage.CONTACT, Rung.ESCALATE),
        (Stage.SETTLE, Rung.BREACH),
    ]
    assert due_between(opened(), OFFICE, at("12-01 10:00"), at("12-01 11:00")) == []
    assert len({s.key(1) for s in steps(opened(), OFFICE)}) == 6
