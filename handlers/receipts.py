"""What residents read of words that were passed on while it matters: in danger, while papers are waited for, and when
they are asked how it went. Then nothing they say is met with silence."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers import cards
from handlers.desk import Act, Desk, Pick
from handlers.incoming import Content
from handlers.speech import Choice, Say
from knowledge import danger
from knowledge.intents import judged_in_part
from knowledge.lifecycle import Status
from storage.ledger import CaseError
from storage.tables import Request

_SAID_ONCE_IN = timedelta(minutes=5)
"""A whole sentence comes back at most so often; between, a short receipt."""


async def receipt(desk: Desk, request: Request, said: Sequence[Content], *, guessed: bool, goes_on: bool) -> Say | None:
    """The receipt that a request needs as it stands; None when an ordinary one, or none, will do.

    :param guessed: nobody said for whom the words are, so a need of their own is one tap away
    :param goes_on: the talk was open already
    """
    album = said[-1].album
    if goes_on and album is not None and album == desk.data.get("album"):
        return None  # one more picture of what was answered already
    name = (await desk.people.get(request.handler_id)).name
    new = [desk.button("new-need", Pick(what="new"))] if guessed else []
    if request.danger is not None and request.status is Status.RECORDED:
        return await _in_danger(desk, request, name, danger.DangerKind(request.danger))
    if request.status is Status.SUPPLEMENT:
        complete = desk.button("act-complete", Act(act="supplemented", id=request.id))
        choices = [complete, desk.button("talk-end", Pick(what="end")), *new]
        key = "passed-again" if _lately(desk, request) else "passed-papers"
        return desk.say(key, choices, columns=2, name=name, request_id=request.id)
    if request.status is Status.RESOLVED:
        return _how_it_went(desk, request, name, said, new)
    return None


async def _in_danger(desk: Desk, request: Request, name: str, kind: danger.DangerKind) -> Say:
    """Nobody has taken it yet: whoever is to come is urged, and the number stands there once more."""
    try:
        await desk.casebook.urge(request.id, desk.me.id)
    except CaseError as error:
        if error.code != "urged_today":
            raise
    if _lately(desk, request):
        return desk.say("passed-again", name=name, request_id=request.id)
    return desk.say("danger-waits", name=name, number=danger.numbers(kind)[0], request_id=request.id)


def _how_it_went(desk: Desk, request: Request, name: str, said: Sequence[Content], new: list[Choice]) -> Say:
    """The ratings below the words; what sounds like one of them comes first."""
    choices = cards.rating_choices(desk.voice, request.id)
    level = judged_in_part("\n".join(part.text for part in said))
    if level is not None:
        meant = Act(act="rate", id=request.id, arg=str(level)).pack()
        choices.sort(key=lambda choice: choice.data != meant)
        word = desk.t(cards.level_key(level))
        return desk.say("passed-sounds", [*choices, *new], name=name, level=word, request_id=request.id)
    if _lately(desk, request):
        return desk.say("passed-again", new, name=name, request_id=request.id)
    return desk.say("passed-rate", [*choices, *new], name=name, request_id=request.id)


def _lately(desk: Desk, request: Request) -> bool:
    """Whether the whole sentence stood there a moment ago; when it did not, it does now."""
    key = f"{request.id} {request.status.value}"
    before, at = desk.data.get("receipt") or ("", "")
    if before == key and desk.now - datetime.fromisoformat(at) < _SAID_ONCE_IN:
        return True
    desk.keep(receipt=[key, desk.now.isoformat()])
    return False
