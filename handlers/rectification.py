"""After 办结, for staff: 整改 by a manager, and calls that ask a resident for a rating (电话回访)."""

from aiogram import F
from aiogram.types import CallbackQuery, Message

from handlers import aftercare_words as words
from handlers import cards
from handlers.aftercare_notices import call_lines
from handlers.aftercare_words import Mend
from handlers.desk import Act, Desk, Pick, Step
from handlers.front import Says
from handlers.incoming import read
from handlers.manager import IsManager
from handlers.requests import REASONS
from handlers.routing import DeskRouter
from handlers.speech import Answer, Choice, Say
from handlers.texts import Markup
from handlers.worker import Answering, IsStaff
from knowledge.lifecycle import Action, check
from knowledge.satisfaction import CALLS, POOR
from storage.case_tables import Rectification
from storage.ledger import CaseError

router = DeskRouter(name="rectification")

_LISTED = 12
_LEVELS = {"1", "2", "3", "4", "5"}
_SAID = {"yes": True, "no": False, "none": None}
"""What came of a follow-up: satisfied now, not, or nobody was reached."""


# -- 整改: the list, the card


@router.message(IsManager(), Says("menu-mending"))
async def list_typed(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    return await _list(desk)


@router.callback_query(IsManager(), Pick.filter(F.what == "mending"))
async def list_pressed(query: CallbackQuery, desk: Desk) -> Answer:
    return await _list(desk)


async def _list(desk: Desk) -> Say:
    found = await desk.casebook.rectifications(desk.me.id, _LISTED)
    if not found:
        return desk.say("mending-none", menu=True)
    recorded = desk.office.rules.catalogue.recorded
    choices = [words.mend_line(desk.voice, r, q, recorded(q.service_id), desk.now) for r, q in found]
    count, mine = await desk.casebook.rectifications_counted(desk.me.id)
    return desk.say("mending-list", choices, count=count, mine=mine)


async def _card(desk: Desk, rectification_id: int, note: Markup | None = None) -> Say:
    rect, request, rating = await desk.casebook.look_rectification(rectification_id, desk.me.id)
    people = cards.People(
        await desk.people.get(request.resident_id),
        await desk.people.get(rating.first_responder_id),
        await desk.people.get(rating.handler_id),
        await desk.casebook.contact_of(request),
    )
    area = await desk.people.area(request.area_id)
    manager = await desk.people.get(rect.manager_id)
    item = desk.office.rules.catalogue.recorded(request.service_id)
    card = words.mend_card(desk.voice, words.Mending(rect, rating, request, item, area.name, people, manager.name))
    choices = words.mend_choices(desk.voice, rect, desk.now, phone=people.phone)
    return Say(f"{note}\n\n{card}" if note else card, choices, 2, request_id=request.id)


@router.callback_query(IsStaff(), Mend.filter(F.act == "card"))
async def on_card(query: CallbackQuery, callback_data: Mend, desk: Desk) -> Answer:
    return await _card(desk, callback_data.id)


@router.callback_query(IsStaff(), Mend.filter(F.act == "phoned"))
async def on_phoned(query: CallbackQuery, callback_data: Mend, desk: Desk) -> Answer:
    rect = await desk.casebook.rectify_contact(callback_data.id, desk.me.id)
    return await _card(desk, rect.id, desk.t("mend-phoned", when=desk.voice.when(rect.settle_by)))


@router.callback_query(IsStaff(), Mend.filter(F.act.in_({"settle", "complex"})))
async def on_words_needed(query: CallbackQuery, callback_data: Mend, desk: Desk) -> Answer:
    """整改完成, or 情况复杂: both need words, which the resident reads."""
    rect, request, _ = await desk.casebook.look_rectification(callback_data.id, desk.me.id)
    _judge(rect, callback_data.act)
    name = (await desk.people.get(request.resident_id)).name
    desk.go(Step.care, asks=callback_data.act, mend=rect.id)
    return desk.say(f"mend-ask-{callback_data.act}", [_cancel(desk)], name=name, request_id=request.id)


def _judge(rect: Rectification, act: str) -> None:
    """Refuse before anything is typed in vain; the casebook judges again."""
    if rect.settled_at is not None:
        raise CaseError("rectified")
    if act == "complex" and rect.complicated:
        raise CaseError("complex_already")


@router.callback_query(IsStaff(), Mend.filter(F.act == "ask"))
async def on_follow_up(query: CallbackQuery, callback_data: Mend, desk: Desk) -> Answer:
    """回访: what the resident says now, then their words."""
    if callback_data.arg not in _SAID:
        return desk.say("button-old")
    rect, request, _ = await desk.casebook.look_rectification(callback_data.id, desk.me.id)
    check(Action.FOLLOW_UP, request.status, await desk.casebook.roles(request, desk.me.id))
    if rect.settled_at is None:
        raise CaseError("not_rectified")
    if rect.followed_up_at is not None:
        raise CaseError("followed_up")
    desk.go(Step.care, asks=f"said-{callback_data.arg}", mend=rect.id)
    choices = [_cancel(desk)]
    if callback_data.arg != "none":
        choices.insert(0, desk.button("nothing-said", Mend(act="said", id=rect.id, arg=callback_data.arg)))
    return desk.say(f"mend-ask-{callback_data.arg}", choices, request_id=request.id)


@router.callback_query(IsStaff(), Mend.filter(F.act == "said"))
async def on_nothing_said(query: CallbackQuery, callback_data: Mend, desk: Desk) -> Answer:
    if callback_data.arg not in ("yes", "no"):
        return desk.say("button-old")
    return await _followed_up(desk, callback_data.id, callback_data.arg, "")


async def _followed_up(desk: Desk, rectification_id: int, said: str, in_words: str) -> Answer:
    rect = await desk.casebook.follow_up(rectification_id, desk.me.id, satisfied=_SAID[said], words=in_words)
    desk.go(None)
    return desk.say(f"mend-followed-up-{said}", menu=True, request_id=rect.request_id)


@router.callback_query(Mend.filter())
async def not_theirs(query: CallbackQuery, desk: Desk) -> Answer:
    """Somebody without a post, or a button that is none."""
    return desk.say("button-old" if desk.is_staff else "error-not-your-turn")


@router.callback_query(Pick.filter(F.what.in_({"mending", "calls"})))
async def not_a_manager(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    """Somebody who is no manager, or no staff; staff see whom they are to call."""
    if callback_data.what == "calls" and desk.is_staff:
        found = await desk.casebook.calls(desk.me.id)
        if not found:
            return desk.say("calls-none", menu=True)
        return desk.say("calls", call_lines(desk.voice, desk.office, found[:_LISTED]), count=len(found))
    return desk.say("error-not-your-turn")


# -- calls that ask for a rating


@router.callback_query(IsStaff(), Act.filter(F.act == "call"))
async def on_call(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request, call, own = await desk.casebook.may_call(callback_data.id, desk.me.id)
    people = cards.People(
        await desk.people.get(request.resident_id),
        await desk.people.get(request.first_responder_id),
        await desk.people.get(request.handler_id),
        await desk.casebook.contact_of(request),
    )
    item = desk.office.rules.catalogue.recorded(request.service_id)
    text = words.call_card(desk.voice, request, item, people, tried=call.tried if call else 0, own=own)
    choices = words.call_choices(desk.voice, request.id, phone=people.phone, own=own)
    return Say(text, choices, 2, request_id=request.id)


@router.callback_query(IsStaff(), Act.filter(F.act == "call-rate"))
async def on_call_rate(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """One of the five, said on the phone. Why is asked for, never required; who calls after a poor one is read out."""
    if callback_data.arg not in _LEVELS:
        return desk.say("button-old")
    level = int(callback_data.arg)
    rating = await desk.casebook.take_rating(callback_data.id, desk.me.id, level)
    desk.go(Step.care, asks="comment", request=callback_data.id)
    said = desk.t("call-rated-own" if rating.conflict else "call-rated", level=desk.t(cards.level_key(level)))
    skip = desk.button("skip", Pick(what="skip"))
    if level not in POOR:
        return Say(f"{said}\n{desk.t('call-ask-words')}", [skip], request_id=callback_data.id)
    reasons = [desk.button(f"reason-{r}", Act(act="call-reason", id=callback_data.id, arg=r)) for r in REASONS]
    rect = await desk.casebook.rectification_of(callback_data.id)
    told = ""
    if rect is not None and rect.rating_id == rating.id:
        manager = await desk.people.get(rect.manager_id)
        told = f"\n{desk.t('call-tell-manager', manager=manager.name, when=desk.voice.when(rect.contact_by))}"
    return Say(f"{said}{told}\n{desk.t('call-ask-why')}", [*reasons, skip], 2, request_id=callback_data.id)


@router.callback_query(IsStaff(), Act.filter(F.act == "call-reason"))
async def on_call_reason(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    if callback_data.arg not in REASONS:
        return desk.say("button-old")
    await desk.casebook.explain_rating(callback_data.id, desk.me.id, reason=callback_data.arg)
    desk.go(Step.care, asks="comment", request=callback_data.id)
    return desk.say("call-reason-kept", [desk.button("skip", Pick(what="skip"))])


@router.callback_query(IsStaff(), Act.filter(F.act == "call-reopen"))
async def on_call_reopen(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """还没解决, said on the phone: in which words, if in any."""
    request = await desk.casebook.may(Action.TAKE_REOPEN, callback_data.id, desk.me.id)
    if callback_data.arg == "none":
        return await _reopened(desk, request.id, "")
    desk.go(Step.care, asks="reopen", request=request.id)
    none = desk.button("nothing-said", Act(act="call-reopen", id=request.id, arg="none"))
    return desk.say("call-reopen-ask", [none, _cancel(desk)], request_id=request.id)


async def _reopened(desk: Desk, request_id: int, in_words: str) -> Say:
    request = await desk.casebook.take_reopen(request_id, desk.me.id, in_words)
    responder = await desk.people.get(request.first_responder_id)
    desk.go(None)
    when = desk.voice.when(request.resolve_by)
    return desk.say("call-reopened", menu=True, name=responder.name, when=when, request_id=request.id)


@router.callback_query(IsStaff(), Act.filter(F.act == "call-missed"))
async def on_call_missed(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    call = await desk.casebook.missed_call(callback_data.id, desk.me.id)
    if call.call_at is None:
        return desk.say("call-missed-last", most=CALLS, request_id=callback_data.id)
    when = desk.voice.when(call.call_at)
    return desk.say("call-missed-again", tried=call.tried, when=when, request_id=callback_data.id)


@router.callback_query(IsStaff(), Act.filter(F.act == "call-pass"))
async def on_call_pass(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    manager = await desk.people.get(await desk.casebook.pass_call(callback_data.id, desk.me.id))
    return desk.say("call-passed", name=manager.name, request_id=callback_data.id)


# -- words


@router.message(Answering(Step.care))
async def take_words(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    data = desk.data
    if not content.text:
        return desk.say("care-words", [_cancel(desk)])
    match data["asks"]:
        case "settle":
            rect = await desk.casebook.rectify_settle(data["mend"], desk.me.id, content.text)
            request, _ = await desk.casebook.look(rect.request_id, desk.me.id)
            desk.go(None)
            when = desk.voice.when(rect.follow_up_by or desk.now)
            phone = await desk.casebook.phone_of(request)
            return await _card(desk, rect.id, desk.t("mend-settled" if phone else "mend-settled-met", when=when))
        case "complex":
            rect = await desk.casebook.rectify_complex(data["mend"], desk.me.id, content.text)
            desk.go(None)
            return await _card(desk, rect.id, desk.t("mend-complex", when=desk.voice.when(rect.settle_by)))
        case "reopen":
            return await _reopened(desk, data["request"], content.text)
        case "comment":
            await desk.casebook.explain_rating(data["request"], desk.me.id, comment=content.text)
            desk.go(None)
            return desk.say("call-words-kept", menu=True)
        case said:
            return await _followed_up(desk, data["mend"], said.removeprefix("said-"), content.text)


def _cancel(desk: Desk) -> Choice:
    return desk.button("cancel", Pick(what="cancel"))
