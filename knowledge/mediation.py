"""Mediation (人民调解): the steps of a case as a table, its days, and the times people type for a meeting.

The rules come from 《人民调解法》: voluntary, and over as soon as one side clearly refuses (第17条); mediators are
chosen or accepted by both (第19条); where it fails the other ways are named (第26条); performance is watched
(第31条); both may ask the court to confirm the agreement within thirty days (第33条).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from knowledge.deadlines import WorkingTime


class Stage(StrEnum):
    """Where a case stands."""

    NEW = "new"  # the other party was not asked yet
    INVITED = "invited"  # asked, no answer yet
    AGREED = "agreed"  # both want to mediate
    SETTLED = "settled"  # 达成协议
    REFUSED = "refused"  # one side clearly refused (第17条)
    FAILED = "failed"  # 未达成


LIVE = frozenset({Stage.NEW, Stage.INVITED, Stage.AGREED})
"""Something can still come of these."""
OVER = frozenset({Stage.REFUSED, Stage.FAILED})
"""Nothing came of these: the other ways are open."""


class Who(StrEnum):
    """Who takes a step."""

    STAFF = "staff"  # the handler or the first responder, also for somebody they spoke with
    APPLICANT = "applicant"  # the resident of the request
    OTHER = "other"  # the other party


class Step(StrEnum):
    """Everything that can happen in a case; each is one event of the request."""

    INVITE_LINK = "invite_link"
    INVITE_PHONE = "invite_phone"
    ACCEPT = "accept"
    REFUSE = "refuse"
    NAME_MEDIATOR = "name_mediator"
    ACCEPT_MEDIATOR = "accept_mediator"
    REFUSE_MEDIATOR = "refuse_mediator"
    SCHEDULE = "schedule"
    SETTLE = "settle"
    FAIL = "fail"
    PERFORMED = "performed"
    UNPERFORMED = "unperformed"
    ASK_CONFIRMATION = "ask_confirmation"
    CONFIRMED = "confirmed"


ROUTES = ("arbitration", "administrative", "court")
"""第26条: the ways that are open where mediation ends without an agreement, in the law's order."""


@dataclass(frozen=True)
class Rule:
    """One line of the table: from these stages, these people may; the case then stands at `to` (None: as before).

    :ivar both_accept: both parties must have accepted the mediator
    :ivar afterwards: also once the request itself is resolved or closed, for the agreement outlives it
    """

    step: Step
    who: frozenset[Who]
    source: frozenset[Stage]
    to: Stage | None = None
    both_accept: bool = False
    afterwards: bool = False


_S, _A, _O = Who.STAFF, Who.APPLICANT, Who.OTHER


def _rule(step: Step, who: Collection[Who], source: Collection[Stage], to: Stage | None = None, **more: bool) -> Rule:
    return Rule(step, frozenset(who), frozenset(source), to, **more)


TABLE: tuple[Rule, ...] = (
    _rule(Step.INVITE_LINK, {_S}, {Stage.NEW, Stage.INVITED}, Stage.INVITED),
    _rule(Step.INVITE_PHONE, {_S}, {Stage.NEW, Stage.INVITED}, Stage.INVITED),
    _rule(Step.ACCEPT, {_O, _S}, {Stage.INVITED}, Stage.AGREED),
    # 第17条: at any time before an agreement; the applicant's own way out is to withdraw the request.
    _rule(Step.REFUSE, {_O, _S}, {Stage.INVITED, Stage.AGREED}, Stage.REFUSED),
    _rule(Step.NAME_MEDIATOR, {_S}, LIVE),
    _rule(Step.ACCEPT_MEDIATOR, {_A, _O, _S}, {Stage.INVITED, Stage.AGREED}),
    _rule(Step.REFUSE_MEDIATOR, {_A, _O, _S}, {Stage.INVITED, Stage.AGREED}),
    _rule(Step.SCHEDULE, {_S}, {Stage.AGREED}, both_accept=True),
    _rule(Step.SETTLE, {_S}, {Stage.AGREED}, Stage.SETTLED, both_accept=True),
    _rule(Step.FAIL, {_S}, {Stage.INVITED, Stage.AGREED}, Stage.FAILED),
    _rule(Step.PERFORMED, {_S}, {Stage.SETTLED}, afterwards=True),
    _rule(Step.UNPERFORMED, {_S}, {Stage.SETTLED}, afterwards=True),
    _rule(Step.ASK_CONFIRMATION, {_S}, {Stage.SETTLED}, afterwards=True),
    _rule(Step.CONFIRMED, {_S}, {Stage.SETTLED}, afterwards=True),
)


@dataclass(frozen=True)
class Standing:
    """What the table asks about.

    :ivar accepted: whether both parties have accepted the mediator
    :ivar in_progress: whether the request itself is being worked on
    """

    stage: Stage = Stage.NEW
    accepted: bool = False
    in_progress: bool = True


class StepError(Exception):
    """This step is not open to this person as the case stands."""


def allowed(step: Step, who: Who, standing: Standing) -> bool:
    """Whether somebody may take this step now."""
    return _find(step, who, standing) is not None


def check(step: Step, who: Who, standing: Standing) -> Stage:
    """The stage after the step.

    :raises StepError: it is not open to them now
    """
    rule = _find(step, who, standing)
    if rule is None:
        raise StepError(f"{step} is not open to {who} at {standing}")
    return rule.to or standing.stage


def offered(who: Who, standing: Standing) -> tuple[Step, ...]:
    """The steps that are open to somebody, in the order of the table; buttons are made from it."""
    return tuple(rule.step for rule in TABLE if _open(rule, who, standing))


def _find(step: Step, who: Who, standing: Standing) -> Rule | None:
    return next((rule for rule in TABLE if rule.step is step and _open(rule, who, standing)), None)


def _open(rule: Rule, who: Who, standing: Standing) -> bool:
    return (
        who in rule.who
        and standing.stage in rule.source
        and (standing.accepted or not rule.both_accept)
        and (standing.in_progress or rule.afterwards)
    )


# -- days

CONFIRMATION_DAYS = 30
PERFORMANCE_DAYS = 30
"""What is assumed where an agreement names no time."""
FOLLOW_UP_AGAIN = timedelta(days=7)
"""An agreement that was not kept is asked about again after so long."""
LINK_LIFE = timedelta(days=14)
"""How long an invitation may be opened."""
MORNING = time(9)
_HOUR = timedelta(hours=1)
_CONFIRM_BEFORE = (7, 2)


def confirmation_ends(effective: date) -> date:
    """The last day on which both may ask the court for confirmation (第33条): the thirtieth calendar day after the
    day the agreement took effect. A last day on a holiday would be put off by law; nobody should count on it."""
    return effective + timedelta(days=CONFIRMATION_DAYS)


def confirmation_reminder(effective: date, after: datetime, zone: ZoneInfo) -> datetime | None:
    """When both are next reminded of the window after a moment: at 09:00, seven days and two days before it ends."""
    last = confirmation_ends(effective)
    return _next([_at(last - timedelta(days=d), MORNING, zone) for d in _CONFIRM_BEFORE], after)


def perform_by(effective: date, days: int) -> date:
    """The day by which the agreement is to be performed."""
    return effective + timedelta(days=days)


def follow_up(performed_by: date, office: WorkingTime) -> datetime:
    """When performance is asked about: as the office opens on the first working day after the time that was agreed."""
    return office.opening(office.calendar.add_working_days(performed_by, 1, office.area))


def session_reminder(at: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """When both are next reminded of a meeting after a moment: at 09:00 the day before, and an hour before."""
    day_before = at.astimezone(zone).date() - timedelta(days=1)
    return _next([_at(day_before, MORNING, zone), at - _HOUR], after)


def _next(moments: Collection[datetime], after: datetime) -> datetime | None:
    return min((moment for moment in moments if moment > after), default=None)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
