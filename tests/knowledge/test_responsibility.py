"""Who answers: rule 1, worked out by hand and by Hypothesis."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.lifecycle import Role
from knowledge.responsibility import Candidate, first_responder


def somebody(person_id: int, role: Role = Role.WORKER, **more: object) -> Candidate:
    base = {"distance": 0, "domains": frozenset(), "on_duty": True, "load": 0, "last_assigned": None}
    return Candidate(person_id=person_id, role=role, **{**base, **more})  # type: ignore[arg-type]


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


MEDIATOR = frozenset({"mediation"})
CARER = frozenset({"elderly_care"})


@pytest.mark.parametrize(
    ("story", "candidates", "answers"),
    [
        ("the least open load", [somebody(1, load=3), somebody(2, load=1), somebody(3, load=2)], 2),
        (
            "with the same load, the longest since the last",
            [somebody(1, last_assigned=day(9)), somebody(2, last_assigned=day(2))],
            2,
        ),
        ("who was never given one comes before all", [somebody(1, last_assigned=day(2)), somebody(2)], 2),
        ("the domain before the load", [somebody(1, domains=MEDIATOR), somebody(2, domains=CARER, load=9)], 2),
        ("no domains are all of them", [somebody(1, domains=MEDIATOR), somebody(2, load=9)], 2),
        ("else any worker on duty", [somebody(1, domains=MEDIATOR), somebody(2, Role.MANAGER)], 1),
        ("a worker off duty is passed over", [somebody(1, on_duty=False), somebody(2, domains=MEDIATOR, load=9)], 2),
        ("else the area's manager", [somebody(1, on_duty=False), somebody(2, Role.MANAGER, load=50)], 2),
        ("a manager answers also when not on duty", [somebody(2, Role.MANAGER, on_duty=False)], 2),
        (
            "the nearest manager above",
            [somebody(1, Role.MANAGER, distance=2), somebody(2, Role.MANAGER, distance=1, load=9)],
            2,
        ),
        (
            "a worker of the area above does not answer",
            [somebody(1, distance=1), somebody(2, Role.MANAGER, distance=2)],
            2,
        ),
        ("all else equal, always the same one", [somebody(7), somebody(3), somebody(5)], 3),
    ],
)
def test_rule_1_the_one_who_answers(story: str, candidates: list[Candidate], answers: int) -> None:
    """Each step of the rule."""
    chosen = first_responder(candidates, "elderly_care")
    assert chosen is not None, story
    assert chosen.person_id == answers, story


@pytest.mark.parametrize("candidates", [[], [somebody(1, on_duty=False)], [somebody(1, distance=1)]])
def test_an_area_where_nobody_could_answer(candidates: list[Candidate]) -> None:
    """None: such an area is not open yet."""
    assert first_responder(candidates, "elderly_care") is None


candidates = st.builds(
    Candidate,
    person_id=st.integers(1, 50),
    role=st.sampled_from([Role.WORKER, Role.MANAGER]),
    distance=st.integers(0, 3),
    domains=st.sampled_from([frozenset[str](), MEDIATOR, CARER]),
    on_duty=st.booleans(),
    load=st.integers(0, 9),
    last_assigned=st.sampled_from([None, day(1), day(2)]),
)


@given(st.lists(candidates, unique_by=lambda c: c.person_id))
def test_exactly_one_answers_whatever_the_order(given_: list[Candidate]) -> None:
    """The choice is one of them, does not depend on the order, and is missing only where nobody may answer."""
    chosen = first_responder(given_, "elderly_care")
    assert chosen == first_responder(reversed(given_), "elderly_care")
    able = [c for c in given_ if c.role is Role.MANAGER or (c.distance == 0 and c.on_duty)]
    assert (chosen in able) if able else chosen is None


@given(st.lists(candidates, unique_by=lambda c: c.person_id, min_size=1))
def test_nobody_with_more_work_is_chosen_before_an_equal(given_: list[Candidate]) -> None:
    """Among workers on duty for the domain, nobody has less to do than the one chosen."""
    chosen = first_responder(given_, "elderly_care")
    equals = [
        c
        for c in given_
        if c.role is Role.WORKER and c.distance == 0 and c.on_duty and (not c.domains or "elderly_care" in c.domains)
    ]
    if equals:
        assert chosen in equals
        assert chosen is not None
        assert chosen.load == min(c.load for c in equals)
