"""What may be done to a request, when, and by whom: the table of 首问负责.

`allowed` and `check` are the only judges; buttons are made from `offered`, so what is shown is what is allowed."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Where a request stands."""

    RECORDED = "recorded"  # 待受理
    IN_PROGRESS = "in_progress"  # 办理中
    SUPPLEMENT = "supplement"  # 补正: waits for what the resident must supply; the clock pauses
    RESOLVED = "resolved"  # 已办结, waiting for the resident's word
    CLOSED = "closed"  # 已结案
    WITHDRAWN = "withdrawn"  # 已撤回


OPEN = frozenset({Status.RECORDED, Status.IN_PROGRESS, Status.SUPPLEMENT})
"""Somebody still owes work on these."""

TALKABLE = OPEN | {Status.RESOLVED}
"""In these a resident's words can still be meant for somebody."""


class Role(StrEnum):
    """Who somebody is towards one request (or, on a staff list, in an area). One person may be several."""

    RESIDENT = "resident"
    FIRST_RESPONDER = "first_responder"
    HANDLER = "handler"
    RECEIVER = "receiver"  # a transfer was offered to them and they have not acknowledged it yet
    WORKER = "worker"
    MANAGER = "manager"
    SYSTEM = "system"


class Intake(StrEnum):
    """How a request came in."""

    CHAT = "chat"
    DANGER = "danger"
    COUNTER = "counter"
    PHONE = "phone"
    VISIT = "visit"


class Action(StrEnum):
    """Everything that can be done to a recorded request; each is one event."""

    RECORD = "record"
    ACKNOWLEDGE = "acknowledge"  # 受理
    CONTACT = "contact"  # 联系居民
    SUPPLY = "supply"  # 补充说明
    TRANSFER = "transfer"  # 转办
    RESOLVE = "resolve"  # 办结
    RATE = "rate"  # 评价
    REVISE = "revise"  # 追评
    REOPEN = "reopen"  # 还没解决
    SETTLE = "settle"  # 已解决
    URGE = "urge"  # 催办
    WITHDRAW = "withdraw"  # 撤回
    REPLACE = "replace"  # a manager replaces the first responder
    LOOK_UP = "look_up"  # a phone number was shown
    MEDIATE = "mediate"  # a step of a mediation case
    LEGAL_AID = "legal_aid"  # a step of a legal-aid case
    NOTIFY = "notify"  # 一次性告知
    ASK_SUPPLEMENT = "ask_supplement"  # 补正, the first time: the clock pauses
    ASK_AGAIN = "ask_again"  # documents asked for a second time: counted, and the clock goes on
    SUPPLEMENTED = "supplemented"  # what was asked for is there
    LAPSE = "lapse"  # it did not come in time: the clock goes on
    ASK_EXTENSION = "ask_extension"  # 申请延期
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    HAND_OUTSIDE = "hand_outside"  # 转办 to a body outside: a court, a hospital; the first responder follows up
    FOLLOW_OUTSIDE = "follow_outside"  # what that body has done, and when to ask again
    REPORT_REFUSAL = "report_refusal"  # 否定报备: it cannot be done here, with the ground and the right body
    UPHOLD = "uphold"  # the manager agrees that it cannot
    OVERRULE = "overrule"  # the manager does not: the work goes on
    CORRECT = "correct"  # another service of the lists is the right one
    TAKE_RATING = "take_rating"  # a rating said on the phone, taken down by staff
    TAKE_REOPEN = "take_reopen"  # 还没解决, said on the phone
    RECTIFY = "rectify"  # 整改 is opened by a bad rating
    RECTIFY_CONTACT = "rectify_contact"
    RECTIFY_COMPLEX = "rectify_complex"  # 15 working days instead of 5, said in advance
    RECTIFY_SETTLE = "rectify_settle"
    FOLLOW_UP = "follow_up"  # 回访
    COMPLAIN = "complain"  # words about whoever does the work, for a manager alone; and the manager's answer
    CLAIM = "claim"  # whoever was recorded on behalf, or their contact, comes to the chat
    CLOSE_UNRATED = "close_unrated"
    WARN = "warn"
    BREACH = "breach"
    ESCALATE = "escalate"
    RECKON = "reckon"  # a year was announced: the promise as its calendar has it


R, P, S = Status.RECORDED, Status.IN_PROGRESS, Status.SUPPLEMENT
D, C, W = Status.RESOLVED, Status.CLOSED, Status.WITHDRAWN
_SAME = None
"""The status stays as it is."""


@dataclass(frozen=True)
class Rule:
    """One line of the table: from these statuses, these roles may; the request then has the status `to`."""

    action: Action
    source: frozenset[Status]
    roles: frozenset[Role]
    to: Status | None


def _rule(action: Action, source: Collection[Status], roles: Collection[Role], to: Status | None) -> Rule:
    return Rule(action, frozenset(source), frozenset(roles), to)


TABLE: tuple[Rule, ...] = (
    # 受理: the handler, or whoever a transfer was offered to, takes it; the clock does not start again.
    _rule(Action.ACKNOWLEDGE, {R}, {Role.HANDLER}, P),
    _rule(Action.ACKNOWLEDGE, {R, P}, {Role.RECEIVER}, P),
    _rule(Action.ACKNOWLEDGE, {S}, {Role.RECEIVER}, _SAME),
    # There is no "decline": only a transfer with a reason to a named person or body, or a refusal that is reported to
    # the manager (rule 4).
    _rule(Action.TRANSFER, {R, P, S}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.MANAGER}, _SAME),
    _rule(Action.HAND_OUTSIDE, {P}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.MANAGER}, _SAME),
    _rule(Action.FOLLOW_OUTSIDE, {P, S}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.MANAGER}, _SAME),
    _rule(Action.REPORT_REFUSAL, {R, P}, {Role.HANDLER, Role.FIRST_RESPONDER}, _SAME),
    _rule(Action.UPHOLD, {R, P}, {Role.MANAGER}, D),
    _rule(Action.OVERRULE, {R, P}, {Role.MANAGER}, _SAME),
    _rule(Action.CORRECT, {R, P}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.MANAGER}, _SAME),
    _rule(Action.CONTACT, {R, P, S, D}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.MANAGER}, _SAME),
    _rule(Action.SUPPLY, {R, P, S, D}, {Role.RESIDENT}, _SAME),
    # Only 补正 pauses the promise, once, and only after a complete 一次性告知 (rule 5).
    _rule(Action.NOTIFY, {P, S}, {Role.HANDLER, Role.FIRST_RESPONDER}, _SAME),
    _rule(Action.ASK_SUPPLEMENT, {P}, {Role.HANDLER}, S),
    _rule(Action.ASK_AGAIN, {P}, {Role.HANDLER}, _SAME),
    _rule(Action.SUPPLEMENTED, {S}, {Role.RESIDENT, Role.HANDLER, Role.FIRST_RESPONDER}, P),
    _rule(Action.LAPSE, {S}, {Role.SYSTEM}, P),
    # Once, before it is due, approved by a manager.
    _rule(Action.ASK_EXTENSION, {P}, {Role.HANDLER}, _SAME),
    _rule(Action.GRANT_EXTENSION, {P, S}, {Role.MANAGER}, _SAME),
    _rule(Action.REFUSE_EXTENSION, {P, S}, {Role.MANAGER}, _SAME),
    _rule(Action.RESOLVE, {P}, {Role.HANDLER}, D),
    _rule(Action.RATE, {D}, {Role.RESIDENT}, C),
    _rule(Action.TAKE_RATING, {D}, {Role.FIRST_RESPONDER, Role.HANDLER, Role.MANAGER}, C),
    _rule(Action.SETTLE, {D}, {Role.RESIDENT}, _SAME),
    _rule(Action.REVISE, {C}, {Role.RESIDENT}, _SAME),
    _rule(Action.REOPEN, {D, C}, {Role.RESIDENT}, P),
    # Somebody without a chat says it on the phone.
    _rule(Action.TAKE_REOPEN, {D}, {Role.FIRST_RESPONDER, Role.HANDLER, Role.MANAGER}, P),
    _rule(Action.CLOSE_UNRATED, {D}, {Role.SYSTEM}, C),
    # What a bad rating starts goes on beside the request, also when it was reopened (rule 11).
    _rule(Action.RECTIFY, {P, S, D, C}, {Role.SYSTEM}, _SAME),
    # Both sides of that talk: the resident's answer goes to the manager, not to whoever did the work.
    _rule(Action.RECTIFY_CONTACT, {P, S, D, C}, {Role.MANAGER, Role.RESIDENT}, _SAME),
    _rule(Action.RECTIFY_COMPLEX, {P, S, D, C}, {Role.MANAGER}, _SAME),
    _rule(Action.RECTIFY_SETTLE, {P, S, D, C}, {Role.MANAGER}, _SAME),
    _rule(Action.FOLLOW_UP, {P, S, D, C}, {Role.MANAGER}, _SAME),
    _rule(Action.COMPLAIN, {R, P, S, D, C}, {Role.RESIDENT, Role.MANAGER}, _SAME),
    _rule(Action.CLAIM, {R, P, S, D, C, W}, {Role.RESIDENT}, _SAME),
    _rule(Action.URGE, {R, P, S}, {Role.RESIDENT}, _SAME),
    _rule(Action.WITHDRAW, {R, P, S}, {Role.RESIDENT}, W),
    _rule(Action.REPLACE, {R, P, S, D}, {Role.MANAGER}, _SAME),
    _rule(Action.LOOK_UP, {R, P, S, D, C}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.MANAGER}, _SAME),
    # An agreement, or an assignment of a lawyer, outlives the request: its performance is asked about afterwards. The
    # system writes down what the other party does.
    _rule(Action.MEDIATE, {P, S, D, C}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.RESIDENT, Role.SYSTEM}, _SAME),
    _rule(Action.LEGAL_AID, {P, S, D, C}, {Role.HANDLER, Role.FIRST_RESPONDER, Role.SYSTEM}, _SAME),
    _rule(Action.WARN, {R, P}, {Role.SYSTEM}, _SAME),
    _rule(Action.BREACH, {R, P}, {Role.SYSTEM}, _SAME),
    _rule(Action.ESCALATE, {R, P}, {Role.SYSTEM}, _SAME),
    _rule(Action.RECKON, {R, P, S}, {Role.SYSTEM}, _SAME),
)


class NotAllowed(Exception):  # noqa: N818 - it says what is the case
    """The act is not allowed to this person now.

    :ivar action: what was tried
    :ivar status: where the request stands
    :ivar reason: `role` when somebody else may do it now, `status` when nobody may
    """

    def __init__(self, action: Action, status: Status, roles: Collection[Role]) -> None:
        self.action, self.status, self.roles = action, status, frozenset(roles)
        self.reason = "role" if any(r.action == action and status in r.source for r in TABLE) else "status"
        super().__init__(f"{action} is not allowed on a {status} request to {sorted(self.roles)}")


def allowed(action: Action, status: Status, roles: Collection[Role]) -> bool:
    """Whether somebody with these roles may do this to a request in this status."""
    return _find(action, status, roles) is not None


def check(action: Action, status: Status, roles: Collection[Role]) -> Status:
    """The status after the act.

    :raises NotAllowed: by this table nobody with these roles may do it now
    """
    rule = _find(action, status, roles)
    if rule is None:
        raise NotAllowed(action, status, roles)
    return rule.to or status


def offered(status: Status, roles: Collection[Role]) -> frozenset[Action]:
    """Every act open to these roles now; buttons are a subset of it, in an order of their own."""
    return frozenset(rule.action for rule in TABLE if status in rule.source and rule.roles & set(roles))


def _find(action: Action, status: Status, roles: Collection[Role]) -> Rule | None:
    wanted = set(roles)
    return next(
        (r for r in TABLE if r.action == action and status in r.source and r.roles & wanted),
        None,
    )
