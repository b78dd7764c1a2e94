"""三事分流: who hears of a request beside its first responder, by the sort of matter that its service is.

大事 is the government's: the community takes it in and passes it up. 小事 is settled in the community, together. 私事
is one's own, with help. Whatever it is, the community's worker on duty is its first responder (rule 1), and of a broken
promise the handler, the first responder and the manager hear, and after another day the manager above (rule 8): the
table adds to that, it never takes away. `docs/decisions/0006-three-matters.md` says why it is as it is."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from knowledge.catalogue import Matter


class Moment(StrEnum):
    """When somebody hears."""

    RECORD = "record"
    WARN = "warn"
    BREACH = "breach"
    ESCALATE = "escalate"


class Hearer(StrEnum):
    """Who hears, seen from the request."""

    HANDLER = "handler"  # and whoever it was offered to, and whoever stands in for them
    FIRST_RESPONDER = "first_responder"
    MANAGER = "manager"  # of the community
    ABOVE = "above"  # the manager above: the street's
    HIGHER = "higher"  # the one above that: the district's


_BROKEN = frozenset({Hearer.HANDLER, Hearer.FIRST_RESPONDER, Hearer.MANAGER})

TABLE: Mapping[Matter, Mapping[Moment, frozenset[Hearer]]] = MappingProxyType(
    {
        Matter.GOVERNMENT: {
            Moment.RECORD: frozenset({Hearer.MANAGER}),
            Moment.WARN: frozenset({Hearer.HANDLER}),
            Moment.BREACH: _BROKEN | {Hearer.ABOVE},
            Moment.ESCALATE: frozenset({Hearer.ABOVE, Hearer.HIGHER}),
        },
        Matter.COMMUNITY: {
            Moment.RECORD: frozenset(),
            Moment.WARN: frozenset({Hearer.HANDLER}),
            Moment.BREACH: _BROKEN,
            Moment.ESCALATE: frozenset({Hearer.ABOVE}),
        },
        Matter.PERSONAL: {
            Moment.RECORD: frozenset(),
            Moment.WARN: frozenset({Hearer.HANDLER, Hearer.FIRST_RESPONDER}),
            Moment.BREACH: _BROKEN,
            Moment.ESCALATE: frozenset({Hearer.ABOVE}),
        },
    }
)
"""Matter x moment: who hears. At `RECORD`, who hears beside the first responder."""


def hearers(matter: Matter, moment: Moment) -> frozenset[Hearer]:
    """Who hears at this moment of a request of this matter."""
    return TABLE[matter][moment]
