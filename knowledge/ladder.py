"""Who hears of a promise, and when: warned before, told when it breaks, the manager above a day later (rule 8).

The rungs are worked out from the request's columns alone, so a sweep that runs twice, late, or in two processes
finds the same rungs with the same keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from knowledge.deadlines import Stage, WorkingTime, escalate_at, next_service_moment, warn_at
from knowledge.lifecycle import OPEN, Status


class Rung(StrEnum):
    """How far a promise has gone."""

    WARN = "warn"  # the handler
    BREACH = "breach"  # the handler, the first responder and the manager
    ESCALATE = "escalate"  # the manager above


@dataclass(frozen=True)
class Owed:
    """What a request still owes: its columns that matter here. Times are aware UTC.

    :ivar paused: 补正 is open: nothing is owed until the resident has supplied what was asked for
    """

    status: Status
    urgent: bool
    created_at: datetime
    acknowledge_by: datetime
    contact_by: datetime
    resolve_by: datetime
    acknowledged: bool
    contacted: bool
    paused: bool = False


@dataclass(frozen=True)
class Step:
    """One rung of one promise: at this moment these people are told."""

    at: datetime
    rung: Rung
    stage: Stage
    due: datetime

    def key(self, request_id: int) -> str:
        """What makes the notice unique: the same step of the same promise is told once."""
        return f"{self.rung}:{self.stage}:{request_id}:{self.due.isoformat()}"


def steps(owed: Owed, office: WorkingTime) -> list[Step]:
    """Every step of every promise that is still owed, in the order of their moments."""
    if owed.status not in OPEN or owed.paused:
        return []
    return sorted(_all(owed, office), key=lambda step: (step.at, step.stage, step.rung))


def _all(owed: Owed, office: WorkingTime) -> Iterator[Step]:
    for stage, due in _owed(owed):
        heard = due if owed.urgent else next_service_moment(due, office)
        yield Step(warn_at(owed.created_at, due, stage=stage, urgent=owed.urgent, office=office), Rung.WARN, stage, due)
        yield Step(heard, Rung.BREACH, stage, due)
        yield Step(escalate_at(due, urgent=owed.urgent, office=office), Rung.ESCALATE, stage, due)


def _owed(owed: Owed) -> Iterator[tuple[Stage, datetime]]:
    if not owed.acknowledged:
        yield Stage.ACKNOWLEDGE, owed.acknowledge_by
    if not owed.contacted:
        yield Stage.CONTACT, owed.contact_by
    yield Stage.RESOLVE, owed.resolve_by


def due_between(owed: Owed, office: WorkingTime, after: datetime, until: datetime) -> list[Step]:
    """The steps to tell now: those after the last sweep that looked, up to this moment. A warning whose promise
    has broken meanwhile is left out: the breach says more."""
    found = [step for step in steps(owed, office) if after < step.at <= until]
    broken = {step.stage for step in found if step.rung is not Rung.WARN}
    return [step for step in found if step.rung is not Rung.WARN or step.stage not in broken]


def next_look(owed: Owed, office: WorkingTime, after: datetime) -> datetime | None:
    """When a sweep must look at this request again; None when nothing is owed."""
    return min((step.at for step in steps(owed, office) if step.at > after), default=None)
