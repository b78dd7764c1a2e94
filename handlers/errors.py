"""Errors, turned into words once: which sentence answers which error."""

from dataclasses import dataclass, field
from typing import Any

from knowledge.lifecycle import Action, NotAllowed, Status
from storage.ledger import CaseError
from storage.people import PeopleError

_GONE = {Status.CLOSED: "closed", Status.WITHDRAWN: "withdrawn", Status.RESOLVED: "resolved"}


@dataclass(frozen=True)
class Refusal:
    """The sentence that answers an error.

    :ivar code: a short word for the record
    :ivar unexpected: a fault of the program, to be looked into
    """

    key: str
    code: str
    details: dict[str, Any] = field(default_factory=dict)
    unexpected: bool = False


def refusal(error: Exception) -> Refusal:
    """The words for an error; one that nobody foresaw gets a sentence too."""
    if isinstance(error, NotAllowed):
        return Refusal(_not_allowed(error), "not_allowed")
    if isinstance(error, CaseError | PeopleError):
        return Refusal(f"error-{error.code.replace('_', '-')}", error.code)
    return Refusal("error-unexpected", type(error).__name__, unexpected=True)


def _not_allowed(error: NotAllowed) -> str:
    if error.action is Action.ACKNOWLEDGE and error.status is Status.IN_PROGRESS:
        return "error-acknowledged-already"
    if error.reason == "role":
        return "error-not-your-turn"
    gone = _GONE.get(error.status)
    return f"error-is-{gone}" if gone is not None else "error-not-now"
