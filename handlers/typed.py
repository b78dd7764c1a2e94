"""Names of buttons that staff type: they do what a tap does, and go to nobody as words.

What it is about: a number that was typed with it, the card that was quoted, the buttons shown last, whoever one talks
with, or the only request on which it can be done. Otherwise the desk asks which; it never guesses."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from handlers import cards, handover, legal_aid, mediation, pauses, requests, talk, worker
from handlers.desk import Act, Desk, Pick, Step
from handlers.incoming import clean
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer
from handlers.texts import Texts
from knowledge import labels, numbers
from knowledge.lifecycle import Action, Role, allowed
from storage import finding
from storage.tables import Request

router = DeskRouter(name="typed")

Tap = Callable[[CallbackQuery, Act, Desk], Awaitable[Answer]]

_TAPS: Mapping[str, tuple[str, Tap]] = {
    "acknowledge": ("act-acknowledge", worker.acknowledge),
    "contact": ("act-contact", talk.start_talk),
    "notify": ("act-notify", pauses.on_notify),
    "ask_supplement": ("act-ask-supplement", pauses.on_supplement),
    "supplemented": ("act-supplemented", pauses.on_supplemented),
    "transfer": ("act-transfer", handover.transfer),
    "ask_extension": ("act-ask-extension", pauses.on_extension),
    "resolve": ("act-resolve", worker.ask_outcome),
    "look_up": ("act-look-up", worker.look_up_phone),
    "replace": ("act-replace", handover.replace),
    "files": ("act-files", worker.show_files),
    "history": ("act-history", requests.on_history),
    "mediation": ("act-mediation", mediation.opened),
    "legal-aid": ("act-legal-aid", legal_aid.turn),
}
"""What staff's buttons on a request are called, and what a tap on them does."""

_LISTED = 10
_WORDS_GO_ON = frozenset(
    {None, *(s.state for s in (Step.talk, Step.whose, Step.case_talk, Step.confirm, Step.human, Step.outcome))}
)
"""Steps in which words go to somebody else; in all others a name without a number answers what was asked."""


@lru_cache(maxsize=2)
def _labels(texts: Texts) -> Mapping[str, str]:
    return {labels.plain(unescape(word)): act for act, (key, _) in _TAPS.items() for word in texts.every(key)}


def _named(message: Message, desk: Desk) -> labels.Named | None:
    return labels.read(clean(message.text or ""), _labels(desk.office.texts))


class NamesAct(Plain):
    """Somebody with a post types the name of a button where words would go to somebody, or with a number."""

    def holds(self, event: Message, desk: Desk) -> bool:
        if not desk.is_staff or not desk.known or not event.text:
            return False
        named = _named(event, desk)
        return named is not None and bool(named.digits or desk.chat.state in _WORDS_GO_ON)


@dataclass(frozen=True)
class Meant:
    """:ivar request_id: what it is about, when that is clear; else it is asked, `among` these"""

    act: str
    request_id: int | None = None
    among: tuple[Request, ...] = ()


class Finds(Filter):
    """What the name of a button is about; none when it was said as words (「办结了」, when it is)."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        named = _named(message, desk)
        meant = await _meant(named, message, desk) if named is not None else None
        return {"meant": meant} if meant is not None else False


async def _meant(named: labels.Named, message: Message, desk: Desk) -> Meant | None:
    act = named.act
    if named.digits:
        found = await _numbered(desk, named.digits)
        if len(found) == 1:
            return Meant(act, found[0].id)
        return Meant(act, None, tuple(found or await _candidates(desk, act)))
    if (quoted := message.reply_to_message) is not None:
        shown = await desk.shown(quoted.message_id)
        if shown is not None:
            request, roles = await desk.casebook.look(shown.request_id, desk.me.id)
            words = roles == {Role.RESIDENT} or (named.told and not _possible(desk, act, request, roles))
            return None if words else Meant(act, request.id)
    offered = {button.id for button in map(_button, desk.chat.choices) if button is not None and button.act == act}
    if len(offered) == 1:
        return Meant(act, offered.pop())
    talking = desk.chat.state in (Step.talk.state, Step.outcome.state) and not desk.stale
    if talking:
        request, roles = await desk.casebook.look(desk.data["request"], desk.me.id)
        if roles == {Role.RESIDENT}:
            return None
        if _possible(desk, act, request, roles):
            return Meant(act, request.id)
        if named.told:
            return None
    among = await _candidates(desk, act)
    if named.told and not among:
        return None
    return Meant(act, among[0].id) if len(among) == 1 and not talking else Meant(act, None, tuple(among))


def _button(choice: list[str]) -> Act | None:
    try:
        return Act.unpack(choice[1])
    except (TypeError, ValueError):
        return None


async def _numbered(desk: Desk, digits: str) -> list[Request]:
    """What a number, or its end, names among all that this person has a part in.

    :raises CaseError: `not_yours` for a whole number of something else
    """
    if (whole := numbers.read(digits)) is not None:
        return [await desk.casebook.by_number(whole, desk.me.id)]
    areas = await desk.people.managed(desk.me.id) if desk.is_manager else ()
    return await finding.ending(desk.session, desk.me.id, areas, digits, _LISTED)


async def _candidates(desk: Desk, act: str) -> list[Request]:
    """The work in hand on which this can be done now, the most pressing first."""
    found: list[Request] = []
    for request in await desk.casebook.tasks(desk.me.id):
        if _possible(desk, act, request, await desk.casebook.roles(request, desk.me.id)):
            found.append(request)
        if len(found) == _LISTED:
            break
    return found


def _possible(desk: Desk, act: str, request: Request, roles: frozenset[Role]) -> bool:
    """Whether its card has this button now."""
    if act == Action.FOLLOW_OUTSIDE:
        return allowed(Action.FOLLOW_OUTSIDE, request.status, roles)
    shown = cards.staff_choices(desk.voice, request, roles, phone="1")
    return any(Act.unpack(choice.data).act == act for choice in shown)


@router.message(NamesAct(), Finds())
async def on_name(message: Message, meant: Meant, desk: Desk) -> Answer:
    """As the tap, or which request it is for."""
    key, tap = _TAPS[meant.act]
    if meant.request_id is not None and message.from_user is not None:
        button = Act(act=meant.act, id=meant.request_id)
        query = CallbackQuery(
            id="typed", from_user=message.from_user, chat_instance="", message=message, data=button.pack()
        )
        return await tap(query, button, desk)
    if not meant.among:
        return desk.say("button-typed-none", [desk.button("menu-tasks", Pick(what="tasks"))], act=desk.label(key))
    choices = await worker.task_lines(desk, list(meant.among), act=meant.act)
    return desk.say("button-typed", choices, act=desk.label(key))
