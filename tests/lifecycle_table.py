"""The whole of 首问负责 once more, written by hand: what may be done, by whom, in which status.

R 待受理, P 办理中, S 补正, D 已办结, C 已结案, W 已撤回; whatever is not here is not allowed."""

from knowledge.lifecycle import Action, Role, Status

STATUS = {
    "R": Status.RECORDED,
    "P": Status.IN_PROGRESS,
    "S": Status.SUPPLEMENT,
    "D": Status.RESOLVED,
    "C": Status.CLOSED,
    "W": Status.WITHDRAWN,
}

_GRID = """
acknowledge      R     handler
acknowledge      RPS   receiver
transfer         RPS   handler first_responder manager
hand_outside     P     handler first_responder manager
follow_outside   PS    handler first_responder manager
report_refusal   RP    handler first_responder
uphold           RP    manager
overrule         RP    manager
correct          RP    handler first_responder manager
contact          RPSD  handler first_responder manager
look_up          RPSDC handler first_responder manager
mediate          PSDC  handler first_responder resident system
legal_aid        PSDC  handler first_responder system
notify           PS    handler first_responder
ask_supplement   P     handler
ask_again        P     handler
supplemented     S     resident handler first_responder
lapse            S     system
ask_extension    P     handler
grant_extension  PS    manager
refuse_extension PS    manager
resolve          P     handler
replace          RPSD  manager
supply           RPSD  resident
urge             RPS   resident
withdraw         RPS   resident
settle           D     resident
rate             D     resident
take_rating      D     first_responder handler manager
reopen           DC    resident
take_reopen      D     first_responder handler manager
revise           C     resident
close_unrated    D     system
rectify          PSDC  system
rectify_contact  PSDC  manager resident
rectify_complex  PSDC  manager
rectify_settle   PSDC  manager
follow_up        PSDC  manager
complain         RPSDC resident manager
claim            RPSDCW resident
warn             RP    system
breach           RP    system
escalate         RP    system
reckon           RPS   system
"""

ALLOWED = frozenset(
    (Action(action), STATUS[letter], Role(role))
    for action, letters, *roles in (line.split() for line in _GRID.strip().splitlines())
    for letter in letters
    for role in roles
)

_AFTER = {
    Action.ACKNOWLEDGE: Status.IN_PROGRESS,
    Action.ASK_SUPPLEMENT: Status.SUPPLEMENT,
    Action.SUPPLEMENTED: Status.IN_PROGRESS,
    Action.LAPSE: Status.IN_PROGRESS,
    Action.UPHOLD: Status.RESOLVED,
    Action.RESOLVE: Status.RESOLVED,
    Action.RATE: Status.CLOSED,
    Action.TAKE_RATING: Status.CLOSED,
    Action.REOPEN: Status.IN_PROGRESS,
    Action.TAKE_REOPEN: Status.IN_PROGRESS,
    Action.CLOSE_UNRATED: Status.CLOSED,
    Action.WITHDRAW: Status.WITHDRAWN,
}


def after(action: Action, status: Status) -> Status:
    """The status after the act. Taking over what waits for the resident leaves it waiting."""
    if (action, status) == (Action.ACKNOWLEDGE, Status.SUPPLEMENT):
        return status
    return _AFTER.get(action, status)
