"""What is offered on a card is what is allowed: every status, every combination of roles, against the table by hand."""

from collections.abc import Iterator
from itertools import chain, combinations
from zoneinfo import ZoneInfo

import pytest

from handlers import cards
from handlers.desk import Act
from handlers.speech import Choice
from handlers.texts import Voice, texts
from knowledge.lifecycle import Action, Role, Status
from storage.tables import Request
from tests.lifecycle_table import ALLOWED

STAFF = (Role.FIRST_RESPONDER, Role.HANDLER, Role.RECEIVER, Role.MANAGER)
LEADS_ON = {"history", "files", "levels", "mediation", "legal-aid"}
"""Buttons that show something or lead to a case of its own; what may be done there is judged there."""


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice(texts(), "zh", False, ZoneInfo("Asia/Shanghai"))


def request(status: Status, domain: str = "elderly_care", kind: str = "help") -> Request:
    return Request(id=7, status=status, domain=domain, kind=kind, files=[], number="2611230001")


def every(roles: tuple[Role, ...]) -> Iterator[frozenset[Role]]:
    return map(frozenset, chain.from_iterable(combinations(roles, n) for n in range(len(roles) + 1)))


def acts(choices: list[Choice]) -> set[Action]:
    """The acts behind the buttons; a button that is neither an act nor leads on is an error."""
    named = {Act.unpack(choice.data).act for choice in choices} - LEADS_ON
    return {Action(name) for name in named}


def allowed(status: Status, roles: frozenset[Role]) -> set[Action]:
    return {action for action, where, role in ALLOWED if where is status and role in roles}


@pytest.mark.parametrize("status", list(Status))
def test_staff_see_exactly_what_they_may_do(voice: Voice, status: Status) -> None:
    """Whatever somebody is towards a request, and everything at once."""
    for roles in every(STAFF):
        shown = acts(cards.staff_choices(voice, request(status), roles, phone="13800001111"))
        assert shown == allowed(status, roles) & set(cards.STAFF_ACTS), (status, roles)


@pytest.mark.parametrize("status", list(Status))
def test_the_resident_sees_exactly_what_they_may_do(voice: Voice, status: Status) -> None:
    """A rating is asked by its five levels, beside which 还没解决 stands; a change of it once it was given."""
    mine = allowed(status, frozenset({Role.RESIDENT}))
    for rated in (False, True):
        choices = cards.resident_choices(voice, request(status), rated=rated)
        shown = acts(choices)
        if Action.RATE in mine:
            assert shown == {Action.RATE, Action.REOPEN} <= mine
            assert sum(Act.unpack(choice.data).act == "rate" for choice in choices) == 5
        else:
            assert shown == mine & set(cards.RESIDENT_ACTS), status
        revise = any(Act.unpack(choice.data).act == "levels" for choice in choices)
        assert revise == (Action.REVISE in mine and rated)


@pytest.mark.parametrize(
    ("action", "button", "domain", "kind"),
    [
        (Action.MEDIATE, "mediation", "mediation", "mediation"),
        (Action.LEGAL_AID, "legal-aid", "legal_aid", "legal_aid"),
    ],
)
def test_a_case_of_its_own_is_open_to_whoever_conducts_it(
    voice: Voice, action: Action, button: str, domain: str, kind: str
) -> None:
    """Mediation and legal aid: the button stands where the act is allowed to the first responder or the handler."""
    for status in Status:
        for roles in every(STAFF):
            choices = cards.staff_choices(voice, request(status, domain, kind), roles, phone=None)
            shown = button in {Act.unpack(choice.data).act for choice in choices}
            assert shown == (action in allowed(status, roles & {Role.FIRST_RESPONDER, Role.HANDLER})), (status, roles)


def test_nobody_without_a_part_sees_an_act(voice: Voice) -> None:
    """A colleague, and the system itself, have no buttons but to read."""
    for status in Status:
        for roles in (frozenset[Role](), frozenset({Role.WORKER}), frozenset({Role.SYSTEM})):
            assert acts(cards.staff_choices(voice, request(status), roles, phone="13800001111")) == set()


def test_a_number_that_was_not_left_cannot_be_looked_at(voice: Voice) -> None:
    """Allowed, but there is nothing to look at."""
    shown = acts(cards.staff_choices(voice, request(Status.IN_PROGRESS), frozenset(STAFF), phone=None))
    assert Action.LOOK_UP not in shown
