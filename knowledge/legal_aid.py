"""Legal aid (法律援助): the steps of an application and their days, by 《法律援助法》 第43条, 第44条 and 第49条."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge.deadlines import Duration, WorkingTime, due, legal_aid_assignment

DECISION = Duration.parse("7d")
"""第43条: decided within seven days of the application."""


class Ground(StrEnum):
    """第44条: why aid may come first and the formalities after."""

    TIME_LIMIT = "time_limit"  # a limitation or time limit ends within seven days, and a claim must be filed
    PRESERVATION = "preservation"  # property or evidence must be preserved, or advance enforcement asked for, at once
    OTHER = "other"  # other cases named by laws and regulations


class Step(StrEnum):
    """What can happen to an application."""

    COMPLETE = "complete"  # 受理，材料齐
    URGENT = "urgent"  # 情况紧急，先行援助
    GRANT = "grant"  # 给予
    REFUSE = "refuse"  # 不予, with a reason
    ASSIGN = "assign"  # 已指派


@dataclass(frozen=True)
class Standing:
    """What has happened so far.

    :ivar granted: None while nothing is decided
    """

    complete: bool = False
    urgent: bool = False
    granted: bool | None = None
    assigned: bool = False


@dataclass(frozen=True)
class Rule:
    """One line of the table: the step is open where what must stand stands; None leaves it open.

    :ivar decided: whether something must, or must not, be decided before
    """

    step: Step
    complete: bool | None = None
    urgent: bool | None = None
    decided: bool | None = None
    assigned: bool | None = None


TABLE: tuple[Rule, ...] = (
    Rule(Step.COMPLETE, complete=False, decided=False),
    # 第44条: aid first; the papers may come before it or after it.
    Rule(Step.URGENT, urgent=False, decided=False),
    # A decision needs the whole application.
    Rule(Step.GRANT, complete=True, decided=False),
    Rule(Step.REFUSE, complete=True, decided=False),
    # Somebody is assigned after the decision, or before it where aid comes first.
    Rule(Step.ASSIGN, decided=True, assigned=False),
    Rule(Step.ASSIGN, urgent=True, decided=False, assigned=False),
)


def allowed(step: Step, standing: Standing) -> bool:
    """Whether this can happen to an application that stands so; after 不予 nothing can."""
    if standing.granted is False:
        return False
    known = {
        "complete": standing.complete,
        "urgent": standing.urgent,
        "decided": standing.granted is not None,
        "assigned": standing.assigned,
    }
    return any(
        all(getattr(rule, name) in (None, value) for name, value in known.items())
        for rule in TABLE
        if rule.step is step
    )


def offered(standing: Standing) -> tuple[Step, ...]:
    """The steps that are open, in the order of the table."""
    return tuple(step for step in Step if allowed(step, standing))


def decide_by(complete_at: datetime, office: WorkingTime) -> datetime:
    """By when it is decided: the end of the seventh day after the papers were complete."""
    return due(complete_at, DECISION, office)


def assign_by(decided_at: datetime, office: WorkingTime) -> datetime:
    """By when somebody is assigned: the end of the third day after aid was granted."""
    return legal_aid_assignment(decided_at, office)


def warn_at(limit: datetime, office: WorkingTime) -> datetime:
    """When the handler is reminded of a legal limit: as the office opens on its clock the day before, working day or
    not, for the limit does not wait for one."""
    return office.opening(office.local(limit).date() - timedelta(days=1))
