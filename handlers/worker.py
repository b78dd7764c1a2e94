"""Staff's daily work: the list of tasks, 受理, 办结, and a phone number when it is needed."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from aiogram import F
from aiogram.filters import Command
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, Message

from handlers import cards, handover_words, requests, task_words, whole_card
from handlers.desk import MANAGER_MENU, WORKER_MENU, Act, Desk, Pick, Step, is_free
from handlers.front import Says
from handlers.incoming import clean, read
from handlers.routing import DeskRouter, Kind, Plain
from handlers.speech import Answer, Choice, Say
from knowledge.lifecycle import Action, NotAllowed
from storage.casebook import ALBUM_WAIT
from storage.clockwork import overdue
from storage.tables import Request

router = DeskRouter(name="worker")

_LISTED = 10


class IsStaff(Plain):
    """Somebody with a post today."""

    def suits(self, kind: Kind) -> bool:
        return kind.staff

    def holds(self, event: Message | CallbackQuery, desk: Desk) -> bool:
        return desk.is_staff


class Answering(Plain):
    """Words that answer the question of one of these steps: not a command, and not a word of the menu."""

    def __init__(self, *steps: State) -> None:
        self._steps = frozenset(step.state for step in steps)

    def suits(self, kind: Kind) -> bool:
        return kind.staff and kind.state in self._steps

    def holds(self, event: Message, desk: Desk) -> bool:
        if desk.chat.state not in self._steps or not desk.is_staff:
            return False
        return is_free(desk, clean(event.text or ""), WORKER_MENU, MANAGER_MENU)


# -- 我的任务


@router.message(IsStaff(), Command("tasks"))
@router.message(IsStaff(), Says("menu-tasks"))
async def my_tasks(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    return await _tasks(desk, 0)


@router.callback_query(IsStaff(), Pick.filter(F.what == "tasks"))
async def more_tasks(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    page = callback_data.arg
    return await _tasks(desk, int(page) * _LISTED if page.isdecimal() and len(page) < 4 else 0)


async def _tasks(desk: Desk, start: int) -> Say:
    tasks = await desk.casebook.tasks(desk.me.id)
    shown = tasks[start : start + _LISTED]
    calls = await desk.casebook.calls(desk.me.id) if not start else []
    to_call = [desk.button("tasks-calls", Pick(what="calls"), count=len(calls))] if calls else []
    decisions = await handover_words.to_decide(desk.casebook, desk.voice, desk.office, desk.me.id) if not start else []
    if not shown:
        if decisions:
            return desk.say("decisions", [*decisions, *to_call], count=len(decisions))
        return desk.say("tasks-none", to_call, menu=not to_call)
    late, urgent = sum(overdue(r, desk.now) for r in tasks), sum(r.urgent for r in tasks)
    text: str = desk.t("tasks", count=len(tasks), overdue=late, urgent=urgent)
    if decisions:
        text = f"{desk.t('decisions', count=len(decisions))}\n{text}"
    marks = await handover_words.marks(desk.casebook, desk.voice, shown)
    choices = [*decisions, *to_call, *await task_lines(desk, shown, marks)]
    if start + _LISTED < len(tasks):
        choices.append(desk.button("next-page", Pick(what="tasks", arg=str(start // _LISTED + 1))))
    return Say(text, choices)


async def task_lines(
    desk: Desk, requests: list[Request], marks: Mapping[int, str] = MappingProxyType({}), *, act: str = "open"
) -> list[Choice]:
    """Requests as buttons that do `act`; `marks` go behind, by the request's id."""
    return await task_words.lines(
        desk.casebook,
        desk.people,
        desk.voice,
        desk.office,
        requests,
        desk.now,
        reader=desk.me.id,
        act=act,
        marks=marks,
    )


# -- 受理


@router.callback_query(Act.filter(F.act == "acknowledge"))
async def acknowledge(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    try:
        request = await desk.casebook.acknowledge(callback_data.id, desk.me.id)
    except NotAllowed as refused:
        return await _done_already(desk, callback_data.id, refused)
    resident = await desk.people.get(request.resident_id)
    _, roles = await desk.casebook.look(request.id, desk.me.id)
    phone = await desk.casebook.phone_of(request)
    choices = await whole_card.buttons(desk.casebook, desk.voice, request, roles, phone=phone)
    when = cards.by(desk.voice, request)
    key = await _reached(desk, "acknowledged", request, phone)
    return desk.say(key, choices, columns=2, name=resident.name, when=when, request_id=request.id)


async def _reached(desk: Desk, key: str, request: Request, phone: str | None) -> str:
    """The sentence `key` by how the resident hears of it: in the chat, by phone, or face to face."""
    if await desk.casebook.reader(request):
        return key
    return f"{key}-no-chat" if phone else f"{key}-met"


async def _done_already(desk: Desk, request_id: int, refused: NotAllowed) -> list[Say]:
    """An old button of something that was done meanwhile: how it stands now, with the newest card.

    :raises NotAllowed: it was not done, but may not be done
    """
    request, _ = await desk.casebook.look(request_id, desk.me.id)
    done = {Action.ACKNOWLEDGE: request.acknowledged_at, Action.RESOLVE: request.resolved_at}.get(refused.action)
    if done is None:
        raise refused
    status = desk.t(f"status-{request.status.value.replace('_', '-')}")
    return [desk.say("done-already", status=status), await requests.open_request(desk, request.id)]


@router.callback_query(Act.filter(F.act == "look_up"))
async def look_up_phone(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    phone = await desk.casebook.look_up_phone(callback_data.id, desk.me.id)
    if phone is None:
        return desk.say("phone-none", request_id=callback_data.id)
    request, _ = await desk.casebook.look(callback_data.id, desk.me.id)
    contact = await desk.casebook.contact_of(request)
    if contact is not None and contact.phone:
        named = {"contact": contact.name, "relation": contact.relation or "—", "other": contact.phone}
        return Say(desk.t("phones", phone=phone, **named), request_id=callback_data.id)
    return desk.say("phone", phone=phone, request_id=callback_data.id)


@router.callback_query(Act.filter(F.act == "files"))
async def show_files(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request, _ = await desk.casebook.look(callback_data.id, desk.me.id)
    desk.casebook.outbox.notice(desk.me.id, "files", request_id=request.id)
    return None


# -- 办结


@router.callback_query(Act.filter(F.act == "resolve"))
async def ask_outcome(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    try:
        request = await desk.casebook.may(Action.RESOLVE, callback_data.id, desk.me.id)
    except NotAllowed as refused:
        return await _done_already(desk, callback_data.id, refused)
    desk.go(Step.outcome, request=request.id)
    resident = await desk.people.get(request.resident_id)
    count = len(_shown(desk, request.id))
    about: dict[str, Any] = {"name": resident.name, "request_id": request.id}
    ask = desk.say("outcome-ask", [desk.button("cancel", Pick(what="cancel"))], **about)
    return [desk.say("outcome-files-kept", count=count, request_id=request.id), ask] if count else ask


def _shown(desk: Desk, request_id: int) -> list[dict[str, Any]]:
    """The files that were sent for the outcome of this request before its words; whatever comes between, they stay."""
    kept = desk.data.get("shown") or {}
    return list(kept["files"]) if kept.get("request") == request_id else []


@router.message(Answering(Step.outcome))
async def take_outcome(message: Message, desk: Desk) -> Answer:
    """The outcome in words; pictures that come before the words, or in one album with them, belong to it."""
    content = read(message, desk.channel)
    files = [*_shown(desk, desk.data["request"]), *content.files]
    if not content.text:
        asked = content.album is not None and content.album == desk.data.get("outcome_album")
        desk.keep(shown={"request": desk.data["request"], "files": files}, outcome_album=content.album)
        return None if asked else desk.say("outcome-words", [desk.button("cancel", Pick(what="cancel"))])
    wait = ALBUM_WAIT if content.album else timedelta()
    request = await desk.casebook.resolve(desk.data["request"], desk.me.id, content.text, files, delay=wait)
    desk.keep(shown=None)
    desk.go(None, **({"resolved": request.id, "outcome_album": content.album} if content.album else {}))
    key = await _reached(desk, "resolved", request, await desk.casebook.phone_of(request))
    return desk.say(key, menu=True, number=cards.tail(request.number), request_id=request.id)


class MoreOfOutcome(Plain):
    """A further picture of the album with which something was just resolved."""

    def holds(self, event: Message, desk: Desk) -> bool:
        album = event.media_group_id
        return album is not None and album == desk.data.get("outcome_album") and "resolved" in desk.data


@router.message(IsStaff(), MoreOfOutcome())
async def more_of_outcome(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if not await desk.casebook.show_outcome(desk.data["resolved"], desk.me.id, content.files):
        await desk.casebook.say(desk.data["resolved"], desk.me.id, content.text, content.files, desk.source(content))
    return None


@router.callback_query(Pick.filter(F.what == "cancel"))
async def cancel(query: CallbackQuery, desk: Desk) -> Answer:
    desk.keep(shown=None)
    desk.go(None)
    return desk.say("cancelled", menu=True)
