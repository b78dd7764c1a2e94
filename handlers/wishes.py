"""A wish to the desk in the middle of something else. In a talk (how it stands, 催一下, 还没解决) it is about what is
talked of, and goes on to the other side as well when it is words for them, or they had asked something."""

from typing import Any

from aiogram.filters import Filter, StateFilter
from aiogram.types import Message

from handlers import needs, requests, talk
from handlers.desk import Desk, Step
from handlers.errors import refusal
from handlers.front import Asks
from handlers.incoming import read
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Say
from knowledge.intents import Intent, find
from knowledge.lifecycle import OPEN, Role, Status
from storage.ledger import CaseError
from storage.tables import Request

router = DeskRouter(name="wishes")

_WISHES = (Intent.URGE, Intent.MY_REQUESTS, Intent.PROGRESS, Intent.NOT_SOLVED)
"""What is looked for, the clearest first."""
_TO_THE_DESK = "催"
"""「催一下」 is said to the desk; 「搞快点」 and 「还没人来」 are words for the worker as well."""


class InATalk(Filter):
    """The wish is of the resident, about the request that is being talked of, while work is owed on it."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        wish = next(one for one in _WISHES if one in find(message.text or ""))
        if desk.stale or message.reply_to_message is not None:
            return False
        request, roles = await desk.casebook.look(desk.data["request"], desk.me.id)
        in_danger = request.danger is not None and request.status is Status.RECORDED  # their words get a receipt
        if roles != {Role.RESIDENT} or request.status not in OPEN or in_danger:
            return False
        return {"wish": wish, "about": request}


@router.message(StateFilter(Step.talk), requests.Brief(), Asks(*_WISHES), InATalk())
async def in_a_talk(message: Message, wish: Intent, about: Request, desk: Desk) -> Answer:
    content, says = read(message, desk.channel), list[Say]()
    for_worker = wish is Intent.NOT_SOLVED or (wish is Intent.URGE and _TO_THE_DESK not in content.text)
    if for_worker or about.id in [request.id for request in await desk.waiting()]:
        says = await talk.pass_on(desk, about.id, [content])
    desk.keep()
    if wish is Intent.MY_REQUESTS:
        return [*says, await requests.listed(desk, 0)]
    if wish is not Intent.URGE:
        return [*says, await requests.open_request(desk, about.id)]
    try:
        return [*says, await requests.urge(desk, about.id)]
    except CaseError as error:  # what was passed on stays passed on
        return [*says, desk.say(refusal(error).key)]


class CardWaits(Plain):
    """A need that was told waits to be confirmed."""

    def holds(self, event: Message, desk: Desk) -> bool:
        return not desk.stale and bool(needs.on_table(desk))


@router.message(StateFilter(Step.confirm), requests.Brief(), Asks(Intent.MY_REQUESTS, Intent.PROGRESS), CardWaits())
async def before_it_is_recorded(message: Message, desk: Desk) -> Answer:
    """「到哪步了」: how things stand, as far as there are any, and that this one is not recorded yet."""
    known = [await requests.listed(desk, 0)] if await desk.casebook.of_resident(desk.me.id) else []
    return [*known, desk.say("not-recorded-yet"), *await needs.resume(desk)]
