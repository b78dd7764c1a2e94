"""The lifecycle against the table written by hand, cell by cell."""

import itertools

import pytest

from knowledge.lifecycle import OPEN, TABLE, Action, NotAllowed, Role, Status, allowed, check, offered
from tests.lifecycle_table import ALLOWED, after

CELLS = list(itertools.product(Action, Status, Role))


def test_every_cell_is_as_written() -> None:
    """Every action, in every status, for every role: allowed exactly where the table says so."""
    wrong = [cell for cell in CELLS if allowed(cell[0], cell[1], {cell[2]}) != (cell in ALLOWED)]
    assert wrong == []


def test_every_allowed_act_leads_where_it_should() -> None:
    """The status after each allowed act."""
    for action, status, role in ALLOWED:
        assert check(action, status, {role}) is after(action, status), (action, status, role)


def test_what_is_offered_is_what_is_allowed() -> None:
    """Buttons come from `offered`: for every status and role it names the allowed acts and no other."""
    for status, role in itertools.product(Status, Role):
        assert offered(status, {role}) == {a for a, s, r in ALLOWED if (s, r) == (status, role)}, (status, role)


def test_several_roles_may_do_what_each_of_them_may() -> None:
    """Somebody who is first responder and manager has the acts of both."""
    for status in Status:
        both = offered(status, {Role.FIRST_RESPONDER, Role.MANAGER})
        assert both == offered(status, {Role.FIRST_RESPONDER}) | offered(status, {Role.MANAGER})


def test_nobody_in_particular_may_do_nothing() -> None:
    """Without a role, and as a worker who has nothing to do with the request, no act is open."""
    for status in Status:
        assert not offered(status, ())
        assert not offered(status, {Role.WORKER})


@pytest.mark.parametrize(
    ("action", "status", "role", "reason"),
    [
        (Action.RESOLVE, Status.IN_PROGRESS, Role.FIRST_RESPONDER, "role"),
        (Action.ACKNOWLEDGE, Status.IN_PROGRESS, Role.HANDLER, "role"),
        (Action.RESOLVE, Status.CLOSED, Role.HANDLER, "status"),
        (Action.RATE, Status.WITHDRAWN, Role.RESIDENT, "status"),
    ],
)
def test_a_refusal_says_whether_somebody_else_may(action: Action, status: Status, role: Role, reason: str) -> None:
    """The reason tells 'not you' from 'not now'."""
    with pytest.raises(NotAllowed) as refused:
        check(action, status, {role})
    assert refused.value.reason == reason


def test_a_resident_can_always_go_on() -> None:
    """Rule 14: in every status but the withdrawn one, the resident has something to do or to say."""
    for status in set(Status) - {Status.WITHDRAWN}:
        assert offered(status, {Role.RESIDENT}), status


def test_there_is_no_decline() -> None:
    """Rule 4: of the acts of a handler on open work, none leaves it with nobody."""
    ends = {rule.to for rule in TABLE if rule.roles & {Role.HANDLER, Role.RECEIVER} and rule.source & OPEN}
    assert ends - {None} <= OPEN | {Status.RESOLVED}
