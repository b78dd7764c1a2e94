"""Who answers: the choice of the first responder (首问责任人), rules 1 and 2 of 首问负责."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge.lifecycle import Role

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """Somebody who could be asked.

    :ivar distance: 0 for the request's own area, 1 for the area above it, and so on
    :ivar domains: what they work on; empty means everything
    :ivar load: how many open requests they hold
    :ivar last_assigned: when they were last given one; None is longest ago
    """

    person_id: int
    role: Role
    distance: int
    domains: frozenset[str]
    on_duty: bool
    load: int
    last_assigned: datetime | None


def first_responder(candidates: Iterable[Candidate], domain: str) -> Candidate | None:
    """The one who answers: the worker on duty for this domain with the least open load (then the longest
    since the last one); else any worker on duty; else the area's manager; else the nearest manager above.

    None means that nobody could answer: such an area is not open yet.
    """
    ranked = [(rank, candidate) for candidate in candidates if (rank := _rank(candidate, domain)) is not None]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank(candidate: Candidate, domain: str) -> tuple[int, int, int, datetime, int] | None:
    if candidate.role is Role.MANAGER:
        step = 2 + candidate.distance
    elif candidate.distance > 0 or not candidate.on_duty:
        return None
    else:
        step = 0 if not candidate.domains or domain in candidate.domains else 1
    since = candidate.last_assigned or _LONG_AGO
    return (step, candidate.distance, candidate.load, since, candidate.person_id)
