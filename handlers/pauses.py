"""一次性告知, 补正 and 延期: the handler tells all, asks for what is missing, asks for time; a manager decides."""

from datetime import datetime

from aiogram import F
from aiogram.types import CallbackQuery, Message

from handlers import cards, pause_words
from handlers.desk import Act, Desk, Pick, Step
from handlers.incoming import read
from handlers.routing import DeskRouter
from handlers.speech import Answer, Choice, Say
from handlers.worker import Answering
from knowledge.appointments import read_count
from knowledge.lifecycle import Action, NotAllowed, Role, Status
from storage.case_pauses import CHAT, COUNTER, PHONE
from storage.tables import Request

router = DeskRouter(name="pauses")

_LABEL = 40
"""Characters of a material that a button shows."""


def _cancel(desk: Desk) -> Choice:
    return desk.button("cancel", Pick(what="cancel"))


# -- 一次性告知: seen first, then one tap


@router.callback_query(Act.filter(F.act == "notify"))
async def on_notify(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """The notice as it would be sent, or (by `arg`) what becomes of it: words added, sent, told by voice."""
    request = await desk.casebook.may(Action.NOTIFY, callback_data.id, desk.me.id)
    more = desk.data.get("added", "") if desk.data.get("notifying") == request.id else ""
    if callback_data.arg == "":
        return await _preview(desk, request, "")
    if callback_data.arg == "words":
        desk.go(Step.notice_words, request=request.id, notifying=request.id, added=more)
        return desk.say("told-words-ask", [_cancel(desk)], request_id=request.id)
    if callback_data.arg not in (CHAT, PHONE, COUNTER):
        return desk.say("button-old")
    if desk.data.get("notifying") != request.id:
        return await _preview(desk, request, "")  # what was seen is not known any more: it is seen again first
    await desk.casebook.notify(request.id, desk.me.id, more=more, told_by=callback_data.arg)
    desk.go(None)
    name = (await desk.people.get(request.resident_id)).name
    key = "told-sent" if callback_data.arg == CHAT else "told-written-down"
    return desk.say(key, [_back(desk, request)], name=name, request_id=request.id)


@router.message(Answering(Step.notice_words))
async def take_notice_words(message: Message, desk: Desk) -> Answer:
    text = read(message, desk.channel).text
    if not text:
        return desk.say("words-please", [_cancel(desk)])
    request = await desk.casebook.may(Action.NOTIFY, desk.data["request"], desk.me.id)
    return await _preview(desk, request, "\n".join(filter(None, [desk.data.get("added"), text])))


async def _preview(desk: Desk, request: Request, more: str) -> Say:
    told = await desk.casebook.notice_content(request, more)
    name = (await desk.people.get(request.resident_id)).name
    if not pause_words.is_complete(desk.office, request, told):
        desk.go(Step.notice_words, request=request.id, notifying=request.id, added=more)
        return desk.say("told-needs-words", [_cancel(desk)], request_id=request.id)
    desk.go(None, notifying=request.id, added=more)
    in_chat = await desk.casebook.in_chat(request)
    ways = [("told-send", CHAT)] if in_chat else [("told-at-counter", COUNTER), ("told-by-phone", PHONE)]
    choices = [desk.button(key, Act(act="notify", id=request.id, arg=arg)) for key, arg in ways]
    choices.append(desk.button("told-add-words", Act(act="notify", id=request.id, arg="words")))
    return desk.say(
        "told-preview" if in_chat else "told-preview-aloud",
        [*choices, _cancel(desk)],
        columns=2,
        name=name,
        content=pause_words.content(desk.voice, told),
        request_id=request.id,
    )


# -- 补正: ticked off the list of materials, or in words


@router.callback_query(Act.filter(F.act == "ask_supplement"))
async def on_supplement(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await desk.casebook.may(Action.ASK_SUPPLEMENT, callback_data.id, desk.me.id)
    materials = desk.office.rules.catalogue.recorded(request.service_id).materials
    arg = callback_data.arg
    if not arg or desk.chat.state != Step.supplement.state or desk.data.get("request") != request.id:
        desk.go(Step.supplement, request=request.id, lacking=[], words=[])
        arg = arg if arg != "send" else ""
    if arg == "send":
        return await _ask_resident(desk, request)
    if arg:
        if not (arg.isascii() and arg.isdecimal() and len(arg) < 4 and int(arg) < len(materials)):
            return desk.say("button-old")
        ticked = set(desk.data["lacking"]) ^ {int(arg)}
        desk.keep(lacking=sorted(ticked))
    return await _what_is_missing(desk, request)


@router.message(Answering(Step.supplement))
async def take_supplement_words(message: Message, desk: Desk) -> Answer:
    text = read(message, desk.channel).text
    if not text:
        return desk.say("words-please", [_cancel(desk)])
    request = await desk.casebook.may(Action.ASK_SUPPLEMENT, desk.data["request"], desk.me.id)
    desk.keep(words=[*desk.data["words"], text])
    return await _what_is_missing(desk, request)


async def _what_is_missing(desk: Desk, request: Request) -> Say:
    """The one question: what is missing; with what was said so far, and whether the clock will stop for it."""
    materials = desk.office.rules.catalogue.recorded(request.service_id).materials
    ticked, reason = desk.data["lacking"], await desk.casebook.why_no_pause(request)
    choices = [
        Choice(
            f"{'✓ ' if i in ticked else ''}{name[:_LABEL]}", Act(act="ask_supplement", id=request.id, arg=str(i)).pack()
        )
        for i, name in enumerate(materials)
    ]
    effect = desk.t(f"supplement-effect-{reason or 'pauses'}")
    name = (await desk.people.get(request.resident_id)).name
    if not _missing(desk, request):
        if reason == "told":
            choices.insert(0, desk.button("act-notify", Act(act="notify", id=request.id)))
        return desk.say("supplement-ask", [*choices, _cancel(desk)], name=name, effect=effect, request_id=request.id)
    send = desk.button("told-send", Act(act="ask_supplement", id=request.id, arg="send"))
    return desk.say(
        "supplement-list",
        [send, *choices, _cancel(desk)],
        name=name,
        what=_missing(desk, request),
        effect=effect,
        request_id=request.id,
    )


def _missing(desk: Desk, request: Request) -> str:
    materials = desk.office.rules.catalogue.recorded(request.service_id).materials
    listed = [materials[i] for i in desk.data["lacking"] if i < len(materials)]
    return "\n".join([*listed, *desk.data["words"]])


async def _ask_resident(desk: Desk, request: Request) -> Say:
    asked = await desk.casebook.ask_supplement(request.id, desk.me.id, _missing(desk, request))
    desk.go(None)
    name = (await desk.people.get(request.resident_id)).name
    key = "supplement-sent-pauses" if asked.pauses else "supplement-sent"
    return desk.say(
        key,
        [_back(desk, request)],
        name=name,
        until=desk.voice.when(asked.due_at),
        when=cards.by(desk.voice, request),
        request_id=request.id,
    )


@router.callback_query(Act.filter(F.act == "supplemented"))
async def on_supplemented(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """材料已补齐 by the resident, 材料已收到 by staff. A second press, or one after the day, is no mistake."""
    request, roles = await desk.casebook.look(callback_data.id, desk.me.id)
    key = "supplement-thanks" if Role.RESIDENT in roles else "supplement-received-staff"
    try:
        await desk.casebook.supplemented(request.id, desk.me.id)
    except NotAllowed as refused:
        if refused.reason == "role" or request.status is not Status.IN_PROGRESS:
            raise
        key = "supplement-goes-on"
    handler = await desk.people.get(request.handler_id)
    choices = [_back(desk, request)]
    return desk.say(key, choices, name=handler.name, when=cards.by(desk.voice, request), request_id=request.id)


# -- 延期: how long, why; then a manager's word


@router.callback_query(Act.filter(F.act == "ask_extension"))
async def on_extension(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    open_ = await desk.casebook.extension_choices(callback_data.id, desk.me.id)
    request = await desk.casebook.may(Action.ASK_EXTENSION, callback_data.id, desk.me.id)
    asked = desk.chat.state == Step.extension_days.state and desk.data.get("request") == request.id
    why = desk.data.get("why", "") if asked else ""
    if not callback_data.arg:
        return _ask_days(desk, request, open_, why)
    if callback_data.arg not in {str(days) for days, _ in open_}:
        return desk.say("button-old")
    return await _days_chosen(desk, request, dict(open_), int(callback_data.arg), why)


def _ask_days(
    desk: Desk, request: Request, open_: list[tuple[int, datetime]], why: str, key: str = "extension-ask"
) -> Say:
    """How long: one of the buttons, or a number of days in words. A reason that came first is kept."""
    desk.go(Step.extension_days, request=request.id, why=why)
    buttons = [
        desk.button(
            "extension-days",
            Act(act="ask_extension", id=request.id, arg=str(days)),
            days=days,
            when=desk.voice.when(moment),
        )
        for days, moment in open_
    ]
    when = cards.by(desk.voice, request)
    return desk.say(key, [*buttons, _cancel(desk)], when=when, request_id=request.id)


@router.message(Answering(Step.extension_days))
async def take_days(message: Message, desk: Desk) -> Answer:
    """「5天」, or 「5天，材料还没到」; words without a number are the reason, and the question stays."""
    said = read(message, desk.channel).text
    request_id, why = desk.data["request"], desk.data.get("why", "")
    open_ = await desk.casebook.extension_choices(request_id, desk.me.id)
    request = await desk.casebook.may(Action.ASK_EXTENSION, request_id, desk.me.id)
    counted = read_count(said)
    if counted is None:
        why = "\n".join(filter(None, [why, said]))
        return _ask_days(desk, request, open_, why, "extension-ask-kept" if said else "extension-ask")
    days, more = counted
    why = "\n".join(filter(None, [why, said if more else ""]))
    offered = [count for count, _ in open_]
    if days not in offered and not more and 0 < days <= len(offered):
        days = offered[days - 1]  # the place of a button
    if days not in offered:
        return _ask_days(desk, request, open_, why, "extension-ask-offered")
    return await _days_chosen(desk, request, dict(open_), days, why)


async def _days_chosen(desk: Desk, request: Request, until: dict[int, datetime], days: int, why: str) -> Say:
    if why:
        return await _ask_managers(desk, request.id, days, why)
    desk.go(Step.extension_reason, request=request.id, days=days)
    name = (await desk.people.get(request.resident_id)).name
    when = desk.voice.when(until[days])
    return desk.say("extension-why", [_cancel(desk)], name=name, when=when, request_id=request.id)


@router.message(Answering(Step.extension_reason))
async def take_extension_reason(message: Message, desk: Desk) -> Answer:
    reason = read(message, desk.channel).text
    if not reason:
        return desk.say("words-please", [_cancel(desk)])
    return await _ask_managers(desk, desk.data["request"], desk.data["days"], reason)


async def _ask_managers(desk: Desk, request_id: int, days: int, why: str) -> Say:
    asked = await desk.casebook.ask_extension(request_id, desk.me.id, days, why)
    request, _ = await desk.casebook.look(asked.request_id, desk.me.id)
    desk.go(None)
    return desk.say(
        "extension-sent",
        menu=True,
        number=cards.tail(request.number),
        until=desk.voice.when(asked.until),
        when=cards.by(desk.voice, request),
        request_id=request.id,
    )


@router.callback_query(Act.filter(F.act == "grant_extension"))
async def on_grant(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await desk.casebook.grant_extension(callback_data.id, desk.me.id)
    return desk.say("extension-granted-you", when=cards.by(desk.voice, request), request_id=request.id)


@router.callback_query(Act.filter(F.act == "refuse_extension"))
async def on_refuse(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request, asked = await desk.casebook.deciding(Action.REFUSE_EXTENSION, callback_data.id, desk.me.id)
    desk.go(Step.extension_refused, request=request.id)
    name = (await desk.people.get(asked.asked_by_id)).name
    return desk.say("extension-refuse-why", [_cancel(desk)], name=name, request_id=request.id)


@router.message(Answering(Step.extension_refused))
async def take_refusal(message: Message, desk: Desk) -> Answer:
    reason = read(message, desk.channel).text
    if not reason:
        return desk.say("words-please", [_cancel(desk)])
    request = await desk.casebook.refuse_extension(desk.data["request"], desk.me.id, reason)
    desk.go(None)
    return desk.say("extension-refused-you", menu=True, number=cards.tail(request.number), request_id=request.id)


def _back(desk: Desk, request: Request) -> Choice:
    return desk.button("act-open", Act(act="open", id=request.id))
