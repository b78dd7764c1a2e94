"""整改: what a bad rating starts, who answers for it, and by when (rule 11).

===========  ===============================================================================
contact      the manager speaks with the resident: 1 working day after the rating
settle       what was wrong is put right: 5 working days; 15 when it is complicated and that
             was said, with words, before the 5 were over
follow up    回访, asked whether it is good now: 3 working days after it was settled
===========  ===============================================================================

Working days count from the next one and end with service hours, as everywhere. The manager is warned before a
clock breaks and told when it broke; the manager above hears of it a working day later. A sweep that runs twice,
late, or in two processes finds the same steps with the same keys.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from knowledge.deadlines import Duration, WorkingTime, due, escalate_at, next_service_moment, warn_at
from knowledge.deadlines import Stage as Promise
from knowledge.ladder import Rung
from knowledge.responsibility import Candidate

CONTACT = Duration.parse("1wd")
SETTLE = Duration.parse("5wd")
COMPLICATED = Duration.parse("15wd")
FOLLOW_UP = Duration.parse("3wd")


class Stage(StrEnum):
    """The three clocks of a rectification."""

    CONTACT = "contact"
    SETTLE = "settle"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Standing:
    """How far a rectification has come: its columns that matter here. Times are aware UTC."""

    opened_at: datetime
    contact_by: datetime
    settle_by: datetime
    complicated: bool
    contacted_at: datetime | None
    settled_at: datetime | None
    follow_up_by: datetime | None
    followed_up_at: datetime | None

    @property
    def over(self) -> bool:
        return self.followed_up_at is not None

    @property
    def owed(self) -> dict[Stage, datetime]:
        """What is still owed, and by when. What is settled needs no first contact any more."""
        if self.over:
            return {}
        if self.settled_at is not None:
            return {} if self.follow_up_by is None else {Stage.FOLLOW_UP: self.follow_up_by}
        contact = {} if self.contacted_at is not None else {Stage.CONTACT: self.contact_by}
        return {**contact, Stage.SETTLE: self.settle_by}


def clocks(opened_at: datetime, office: WorkingTime) -> tuple[datetime, datetime]:
    """By when the resident is contacted and the matter settled."""
    return due(opened_at, CONTACT, office), due(opened_at, SETTLE, office)


def complicated_until(opened_at: datetime, office: WorkingTime) -> datetime:
    """By when a complicated one is settled; counted from the rating too, so saying so gains ten working days."""
    return due(opened_at, COMPLICATED, office)


def follow_up_by(settled_at: datetime, office: WorkingTime) -> datetime:
    """By when the resident is called again (回访)."""
    return due(settled_at, FOLLOW_UP, office)


# -- who answers for it


@dataclass(frozen=True)
class Choice:
    """Who answers for a rectification.

    :ivar own_work: nobody else could: they did the work, or answered for it, themselves; that is said
    """

    person_id: int
    own_work: bool


def answerable(candidates: Iterable[Candidate], *, handler_id: int, first_responder_id: int) -> Choice | None:
    """The manager who answers: the nearest who neither did the work nor answered for it; else one who only answered;
    else the nearest anyway, with that said. Of several equally near the one with the fewest on their hands.

    :param candidates: the managers of the area and above it; `load` is how many rectifications they have open
    :returns: None when there is no manager at all
    """

    def rank(candidate: Candidate) -> tuple[int, int, int, int]:
        who = candidate.person_id
        worked = 2 if who == handler_id else 1 if who == first_responder_id else 0
        return worked, candidate.distance, candidate.load, who

    chosen = min(candidates, key=rank, default=None)
    if chosen is None:
        return None
    return Choice(chosen.person_id, own_work=chosen.person_id in (handler_id, first_responder_id))


def may_run(person_id: int, *, manager_id: int, handler_id: int) -> bool:
    """Whether a manager of the area may act on it: never whoever did the work, unless there was nobody else."""
    return person_id == manager_id or person_id != handler_id


# -- its clocks


@dataclass(frozen=True)
class Step:
    """One rung of one clock: at this moment these people are told."""

    at: datetime
    rung: Rung
    stage: Stage
    due: datetime

    def key(self, rectification_id: int) -> str:
        """What makes the notice unique: the same step of the same clock is told once."""
        return f"mend-{self.rung}:{self.stage}:{rectification_id}:{self.due.isoformat()}"


def steps(standing: Standing, office: WorkingTime) -> list[Step]:
    """Every step of every clock that still runs, in the order of their moments."""
    return sorted(_all(standing, office), key=lambda step: (step.at, step.stage, step.rung))


def _all(standing: Standing, office: WorkingTime) -> Iterator[Step]:
    for stage, until in standing.owed.items():
        # Contact is warned of two hours before, the longer ones as the working day before begins.
        like = Promise.CONTACT if stage is Stage.CONTACT else Promise.RESOLVE
        since = standing.settled_at if stage is Stage.FOLLOW_UP and standing.settled_at else standing.opened_at
        yield Step(warn_at(since, until, stage=like, urgent=False, office=office), Rung.WARN, stage, until)
        yield Step(next_service_moment(until, office), Rung.BREACH, stage, until)
        yield Step(escalate_at(until, urgent=False, office=office), Rung.ESCALATE, stage, until)


def due_between(standing: Standing, office: WorkingTime, after: datetime, until: datetime) -> list[Step]:
    """The steps to tell now. A warning whose clock has broken meanwhile is left out: the breach says more."""
    found = [step for step in steps(standing, office) if after < step.at <= until]
    broken = {step.stage for step in found if step.rung is not Rung.WARN}
    return [step for step in found if step.rung is not Rung.WARN or step.stage not in broken]


def next_look(standing: Standing, office: WorkingTime, after: datetime) -> datetime | None:
    """When a sweep must look at it again; None when nothing is owed."""
    return min((step.at for step in steps(standing, office) if step.at > after), default=None)
