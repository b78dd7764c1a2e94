"""What a resident says of whoever works on their request goes to a manager, and not to them."""

from datetime import datetime
from typing import Any

from aiogram import F
from aiogram.filters import Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import drafts, needs, requests, talk
from handlers.desk import Act, Desk, Step
from handlers.incoming import bare, read
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Choice, Say
from knowledge.intents import complains
from knowledge.lifecycle import TALKABLE, Role
from storage.tables import Person, Request

words = DeskRouter(name="complaints in words")
"""Asked before the front door, which would lead whoever asks for a manager to whoever does the work."""
router = DeskRouter(name="complaints")

_YES = needs.YES | {"要", "要转", "转", "转给管理者"}


class MayComplain(Plain):
    """Words of a resident that may be about whoever works on their request, or are said in a talk with a manager."""

    def holds(self, event: Message, desk: Desk) -> bool:
        text = event.text or ""
        if not desk.known or desk.is_staff or text.startswith("/"):
            return False
        if _with_manager(desk):
            return event.reply_to_message is None
        return complains(text) or "投诉" in text or "举报" in text


class OfWhoeverWorks(Filter):
    """They are about whoever works on it, or for those above them. Outside a talk, words that name nobody are that only
    when they say nothing else (「我要找你们领导」)."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        if _with_manager(desk):
            return await _between_two(desk)
        text, talking, found = message.text or "", desk.at(Step.talk), []
        for request in await _meant(message, desk, talking):
            staff = [await desk.people.get(person_id) for person_id in _working(request)]
            named = [person for person in staff if person.name in text]
            if complains(text, [person.name for person in staff]) and (named or talking or requests.brief(text)):
                found.append((request, (named or staff)[0]))
        by_name = [(request, person) for request, person in found if person.name in text]
        return {"about": by_name or found} if found else False


def _with_manager(desk: Desk) -> bool:
    return desk.at(Step.talk) and bool(desk.data.get("to_manager"))


async def _between_two(desk: Desk) -> bool | dict[str, Any]:
    """While a resident talks with the manager the worker has said something: for whom the next words are, is asked."""
    request, roles = await desk.casebook.look(desk.data["request"], desk.me.id)
    since = datetime.fromisoformat(desk.data["at"])
    if Role.RESIDENT not in roles or not await desk.casebook.worker_spoke(request, since):
        return False
    return {"about": [(request, await desk.people.get(request.handler_id))]}


def _working(request: Request) -> list[int]:
    return list(dict.fromkeys((request.handler_id, request.first_responder_id)))


async def _meant(message: Message, desk: Desk, talking: bool) -> list[Request]:
    """The resident's requests that the words can be about: the quoted one, the one of the talk, or all."""
    mine = await desk.casebook.of_resident(desk.me.id, TALKABLE)
    only = desk.data.get("request") if talking else None
    if message.reply_to_message is not None:
        found = await desk.shown(message.reply_to_message.message_id)
        only = found.request_id if found else 0
    return [request for request in mine if only in (None, request.id)]


@words.message(StateFilter(None, Step.talk, Step.human, Step.whose), MayComplain(), OfWhoeverWorks())
async def complained(message: Message, about: list[tuple[Request, Person]], desk: Desk) -> Answer:
    """Asked before it goes anywhere: the words wait on the table."""
    needs.clear(desk)
    before = needs.on_table(desk)
    queue = drafts.behind(before) if before else []
    desk.stay(Step.whose, draft={**drafts.draft_of([read(message, desk.channel)]), "queue": queue})
    if len({person.id for _, person in about}) > 1:
        choices = [
            desk.button(
                "complaint-of",
                Act(act="complain", id=request.id, arg="ask"),
                name=person.name,
                service=desk.service_name(request.service_id),
            )
            for request, person in about
        ]
        return desk.say("complaint-whom", choices)
    return await _ask(desk, *about[0])


async def _ask(desk: Desk, request: Request, of: Person) -> Say:
    manager_id = await desk.casebook.manager_over(request)
    tell = Choice(desk.label("complaint-tell", name=of.name), Act(act="whose", id=request.id).pack())
    if manager_id is None:
        return desk.say("complaint-nobody", [tell], name=of.name)
    manager = await desk.people.get(manager_id)
    desk.keep(complaint=request.id)
    choices = [desk.button("complaint-pass", Act(act="complain", id=request.id), manager=manager.name), tell]
    return desk.say("complaint-ask", choices, manager=manager.name, name=of.name)


@router.callback_query(Act.filter(F.act == "complain"))
async def on_complain(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request, roles = await desk.casebook.look(callback_data.id, desk.me.id)
    draft = needs.on_table(desk)
    if Role.RESIDENT not in roles or not draft or not draft["said"]:
        return desk.say("button-old")
    if callback_data.arg == "ask":
        return await _ask(desk, request, await desk.people.get(request.handler_id))
    return await _pass(desk, request.id, draft)


class Agrees(Plain):
    """Yes, in a word, to the question whether it shall go to the manager."""

    def holds(self, event: Message, desk: Desk) -> bool:
        said = bare(event.text or "")
        return said in _YES and bool(desk.data.get("complaint")) and not desk.stale


@router.message(StateFilter(Step.whose), Agrees())
async def agreed(message: Message, desk: Desk) -> Answer:
    draft = needs.on_table(desk)
    return await _pass(desk, desk.data["complaint"], draft) if draft else desk.say("button-old")


async def _pass(desk: Desk, request_id: int, draft: drafts.Draft) -> list[Say]:
    queue = draft.get("queue")
    desk.go(None, **({"draft": drafts.first(queue)} if queue else {}))  # it comes back when the talk ends
    return await talk.pass_on(desk, request_id, drafts.parts(draft), to_manager=True)
