"""The whole of 首问负责 once more, written by hand: what may be done, by whom, in which status.

R 待受理, P 办理中, D 已办结, C 已结案, W 已撤回; whatever is not here is not allowed."""

from knowledge.lifecycle import Action, Role, Status

STATUS = {
    "R": Status.RECORDED,
    "P": Status.IN_PROGRESS,
    "D": Status.RESOLVED,
    "C": Status.CLOSED,
    "W": Status.WITHDRAWN,
}

_GRID = """
acknowledge    R     handler
acknowledge    RP    receiver
transfer       RP    handler first_responder manager
contact        RPD   handler first_responder manager
look_up        RPDC  handler first_responder manager
mediate        PDC   handler first_responder resident system
legal_aid      PDC   handler first_responder system
resolve        P     handler
replace        RPD   manager
supply         RPD   resident
urge           RP    resident
withdraw       RP    resident
settle         D     resident
rate           D     resident
reopen         DC    resident
revise         C     resident
close_unrated  D     system
warn           RP    system
breach         RP    system
escalate       RP    system
"""

ALLOWED = frozenset(
    (Action(action), STATUS[letter], Role(role))
    for action, letters, *roles in (line.split() for line in _GRID.strip().splitlines())
    for letter in letters
    for role in roles
)

AFTER = {
    Action.ACKNOWLEDGE: Status.IN_PROGRESS,
    Action.RESOLVE: Status.RESOLVED,
    Action.RATE: Status.CLOSED,
    Action.REOPEN: Status.IN_PROGRESS,
    Action.CLOSE_UNRATED: Status.CLOSED,
    Action.WITHDRAW: Status.WITHDRAWN,
}
"""The status after the act; whatever is not here leaves it as it was."""
