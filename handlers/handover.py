"""Handing on: 转办 to a colleague, upward or to a body outside; 否定报备; another service.

One question a message. What was answered so far is in `data`, the question that waits in `data["asks"]`."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from aiogram import F
from aiogram.types import CallbackQuery, Message

from handlers import cards, handover_words
from handlers.desk import Act, Desk, Pick, Step
from handlers.incoming import read
from handlers.routing import DeskRouter
from handlers.speech import Answer, Choice, Say
from handlers.worker import Answering, IsStaff
from knowledge.appointments import read_count, read_day
from knowledge.handover import FOLLOW_UP_DAYS, may_ask_on
from knowledge.lifecycle import Action, allowed
from storage.tables import Area, Person, Request

router = DeskRouter(name="handover")

_FOUND = 5
"""How many services a search by words offers."""


def _cancel(desk: Desk) -> Choice:
    return desk.button("cancel", Pick(what="cancel"))


def _ask(desk: Desk, asks: str, choices: list[Choice] | None = None, **values: Any) -> Say:
    """Wait for the words that answer this question."""
    desk.stay(Step.handover, asks=asks)
    return desk.say(asks, [*(choices or []), _cancel(desk)], columns=2, **values)


async def _begin(desk: Desk, action: Action, request_id: int) -> Request:
    """The request, when this person may do this to it now; nothing is remembered of what was asked before."""
    request = await desk.casebook.may(action, request_id, desk.me.id)
    desk.go(None, request=request.id)
    return request


# -- 转办 to a colleague here or above, and a manager's change of the first responder: who, then why


@router.callback_query(Act.filter(F.act == "transfer"))
async def transfer(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """Who takes it: this community's people by name, then the ways up, outside, and back to what it should be."""
    request = await _begin(desk, Action.TRANSFER, callback_data.id)
    receivers = [(p, area) for p, area in await desk.people.receivers(request.area_id) if p.id != request.handler_id]
    if callback_data.arg:
        return _why(desk, request, [p for p, _ in receivers], callback_data.arg, "transfer")
    here = [_receiver(request, p) for p, area in receivers if area.id == request.area_id]
    above = {area.id: area for _, area in receivers if area.id != request.area_id}
    ways = [
        desk.button("transfer-up", Act(act="up", id=request.id, arg=str(area.id)), area=area.name)
        for area in above.values()
    ]
    roles = await desk.casebook.roles(request, desk.me.id)
    ways += [
        desk.button(key, Act(act=action.value, id=request.id))
        for key, action in (
            ("transfer-outside", Action.HAND_OUTSIDE),
            ("transfer-refuse", Action.REPORT_REFUSAL),
            ("transfer-correct", Action.CORRECT),
        )
        if allowed(action, request.status, roles)
    ]
    key = "transfer-whom" if here or above else "no-colleague"
    return desk.say(key, [*here, *ways, _cancel(desk)], columns=2, request_id=request.id)


def _receiver(request: Request, person: Person, act: str = "transfer") -> Choice:
    return Choice(person.name, Act(act=act, id=request.id, arg=str(person.id)).pack())


@router.callback_query(Act.filter(F.act == "up"))
async def transfer_up(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """The people of an area above."""
    request = await _begin(desk, Action.TRANSFER, callback_data.id)
    receivers = await desk.people.receivers(request.area_id)
    there = [(p, area) for p, area in receivers if str(area.id) == callback_data.arg and p.id != request.handler_id]
    if not there:
        return desk.say("error-not-colleague", request_id=request.id)
    choices = [_receiver(request, p) for p, _ in there]
    area: Area = there[0][1]
    return desk.say("transfer-above", [*choices, _cancel(desk)], columns=2, request_id=request.id, area=area.name)


@router.callback_query(Act.filter(F.act == "replace"))
async def replace(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await _begin(desk, Action.REPLACE, callback_data.id)
    colleagues = [p for p in await desk.people.colleagues(request.area_id) if p.id != request.first_responder_id]
    if callback_data.arg:
        return _why(desk, request, colleagues, callback_data.arg, "replace")
    if not colleagues:
        return desk.say("no-colleague", request_id=request.id)
    choices = [_receiver(request, p, "replace") for p in colleagues]
    return desk.say("replace-whom", [*choices, _cancel(desk)], columns=2, request_id=request.id)


def _why(desk: Desk, request: Request, people: list[Person], chosen: str, act: str) -> Say:
    found = next((p for p in people if str(p.id) == chosen), None)
    if found is None:
        return desk.say("error-not-colleague", request_id=request.id)
    desk.go(Step.transfer_reason if act == "transfer" else Step.replace_reason, request=request.id, to=found.id)
    return desk.say(f"{act}-why", [_cancel(desk)], name=found.name, request_id=request.id)


@router.message(Answering(Step.transfer_reason, Step.replace_reason))
async def take_reason(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if not content.text:
        return desk.say("reason-words", [_cancel(desk)])
    transfers = desk.chat.state == Step.transfer_reason.state
    act = desk.casebook.transfer if transfers else desk.casebook.replace
    request = await act(desk.data["request"], desk.me.id, desk.data["to"], content.text)
    receiver = await desk.people.get(desk.data["to"])
    desk.go(None)
    key = "transferred" if transfers else "replaced"
    return desk.say(key, menu=True, name=receiver.name, number=cards.tail(request.number), request_id=request.id)


# -- 转办 to a body outside, and what has become of it there


@router.callback_query(IsStaff(), Act.filter(F.act == "hand_outside"))
async def hand_outside(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    await _begin(desk, Action.HAND_OUTSIDE, callback_data.id)
    return _ask(desk, "outside-body")


async def _outside_body(desk: Desk, text: str) -> Answer:
    desk.keep(body=text)
    return _ask(desk, "outside-contact", body=text)


async def _outside_contact(desk: Desk, text: str) -> Answer:
    desk.keep(contact=text)
    return _ask(desk, "outside-why", body=desk.data["body"])


async def _outside_why(desk: Desk, text: str) -> Answer:
    desk.keep(why=text)
    return _ask(desk, "outside-when", _days(desk), body=desk.data["body"])


def _days(desk: Desk) -> list[Choice]:
    request_id = desk.data["request"]
    return [
        desk.button("outside-in", Act(act="ask_in", id=request_id, arg=str(days)), days=days) for days in FOLLOW_UP_DAYS
    ]


@router.callback_query(IsStaff(), Act.filter(F.act == "follow_outside"))
async def follow_outside(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await _begin(desk, Action.FOLLOW_OUTSIDE, callback_data.id)
    handed = await desk.casebook.outside(request.id)
    if handed is None:
        return desk.say("error-not-outside", request_id=request.id)
    return _ask(desk, "outside-follow", body=handed.body)


async def _outside_follow(desk: Desk, text: str) -> Answer:
    desk.keep(words=text)
    over = desk.button("outside-no-more", Act(act="ask_in", id=desk.data["request"], arg="0"))
    return _ask(desk, "outside-next", [*_days(desk), over])


@router.callback_query(IsStaff(), Act.filter(F.act == "ask_in"))
async def ask_in(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """A day by its distance, from one of the two questions that ask for one."""
    asks, said = desk.data.get("asks"), callback_data.arg
    fits = said in {str(days) for days in FOLLOW_UP_DAYS} or (said == "0" and asks == "outside-next")
    if asks not in ("outside-when", "outside-next") or desk.data.get("request") != callback_data.id or not fits:
        return desk.say("button-old")
    return await _dated(desk, _today(desk) + timedelta(days=int(said)) if said != "0" else None)


async def _typed_day(desk: Desk, text: str) -> Answer:
    day = read_day(text, _today(desk))
    if day is None and (counted := read_count(text)) is not None and not counted[1]:
        day = _today(desk) + timedelta(days=counted[0])
    if day is None or not may_ask_on(day, desk.now, desk.office.rules.office()):
        choices = _days(desk)
        return desk.say("outside-day-wrong", [*choices, _cancel(desk)], columns=2)
    return await _dated(desk, day)


def _today(desk: Desk) -> date:
    return desk.now.astimezone(desk.office.rules.zone).date()


async def _dated(desk: Desk, day: date | None) -> Answer:
    data, books, me = desk.data, desk.casebook, desk.me.id
    if data["asks"] == "outside-when" and day is not None:
        request = await books.hand_outside(data["request"], me, data["body"], data["contact"], data["why"], day)
    else:
        request = await books.follow_outside(data["request"], me, data["words"], day)
    first = data["asks"] == "outside-when"
    desk.go(None)
    handed = await books.outside(request.id)
    if handed is None:
        return desk.say("outside-ended", menu=True, request_id=request.id)
    when = handover_words.asked_on(desk.voice, handed)
    if not first:
        return desk.say("outside-followed", menu=True, when=when, request_id=request.id)
    name = (await desk.people.get(request.first_responder_id)).name
    about: dict[str, Any] = {"body": handed.body, "number": cards.tail(request.number), "name": name, "when": when}
    return desk.say("outside-done", menu=True, request_id=request.id, **about)


# -- 否定报备


@router.callback_query(IsStaff(), Act.filter(F.act == "report_refusal"))
async def report_refusal(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await _begin(desk, Action.REPORT_REFUSAL, callback_data.id)
    if await desk.casebook.report(request.id) is not None:
        desk.go(None)
        return desk.say("error-refusal-waits", request_id=request.id)
    return _ask(desk, "refusal-ground")


async def _refusal_ground(desk: Desk, text: str) -> Answer:
    desk.keep(ground=text)
    return _ask(desk, "refusal-body")


async def _refusal_body(desk: Desk, text: str) -> Answer:
    desk.keep(body=text)
    return _ask(desk, "refusal-contact", body=text)


async def _refusal_contact(desk: Desk, text: str) -> Answer:
    data = desk.data
    request = await desk.casebook.report_refusal(data["request"], desk.me.id, data["ground"], data["body"], text)
    desk.go(None)
    return desk.say("refusal-reported", menu=True, number=cards.tail(request.number), request_id=request.id)


@router.callback_query(IsStaff(), Act.filter(F.act == "uphold"))
async def uphold(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await desk.casebook.uphold(callback_data.id, desk.me.id)
    desk.go(None)
    return desk.say("refusal-upheld", number=cards.tail(request.number), request_id=request.id)


@router.callback_query(IsStaff(), Act.filter(F.act == "overrule"))
async def overrule(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await _begin(desk, Action.OVERRULE, callback_data.id)
    if await desk.casebook.report(request.id) is None:
        desk.go(None)
        return desk.say("error-refusal-decided", request_id=request.id)
    return _ask(desk, "overrule-why")


async def _overrule_why(desk: Desk, text: str) -> Answer:
    request = await desk.casebook.overrule(desk.data["request"], desk.me.id, text)
    desk.go(None)
    return desk.say("refusal-overruled", menu=True, number=cards.tail(request.number), request_id=request.id)


# -- another service: domain › list, or a search by words; then once more before it is done


@router.callback_query(IsStaff(), Act.filter(F.act == "correct"))
async def correct(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await _begin(desk, Action.CORRECT, callback_data.id)
    domains = desk.office.rules.catalogue.domains
    if (chosen := next((d for d in domains if d.id == callback_data.arg), None)) is not None:
        services = [s.id for s in chosen.services if s.id != request.service_id]
        return _ask(desk, "correct-of", _services(desk, request.id, services), domain=desk.voice.named(chosen))
    choices = [Choice(desk.voice.named(d), Act(act="correct", id=request.id, arg=d.id).pack()) for d in domains]
    return _ask(desk, "correct-which", choices, service=desk.service_name(request.service_id))


def _services(desk: Desk, request_id: int, service_ids: list[str]) -> list[Choice]:
    return [Choice(desk.service_name(s), Act(act="as", id=request_id, arg=s).pack()) for s in service_ids]


async def _correct_words(desk: Desk, text: str) -> Answer:
    request = await desk.casebook.may(Action.CORRECT, desk.data["request"], desk.me.id)
    ranked = [c.id for c in desk.office.matcher.match(text).ranked if c.id != request.service_id]
    return _ask(desk, "correct-found", _services(desk, request.id, ranked[:_FOUND]))


@router.callback_query(IsStaff(), Act.filter(F.act == "as"))
async def correct_as(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await _begin(desk, Action.CORRECT, callback_data.id)
    item = desk.office.rules.catalogue.services.get(callback_data.arg)
    if item is None or item.id == request.service_id:
        return desk.say("error-service-unknown" if item is None else "error-service-same", request_id=request.id)
    when = await desk.casebook.corrected_promise(request, item)
    return desk.say(
        "correct-sure-earlier" if when < request.resolve_by else "correct-sure",
        [desk.button("correct-yes", Act(act="fix", id=request.id, arg=item.id)), _cancel(desk)],
        columns=2,
        request_id=request.id,
        before=desk.service_name(request.service_id),
        after=desk.voice.named(item),
        when=desk.voice.when(when),
    )


@router.callback_query(IsStaff(), Act.filter(F.act == "fix"))
async def correct_now(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await desk.casebook.correct(callback_data.id, desk.me.id, callback_data.arg)
    desk.go(None)
    return desk.say(
        "correct-done",
        [desk.button("act-open", Act(act="open", id=request.id))],
        service=desk.service_name(request.service_id),
        number=cards.tail(request.number),
        when=desk.voice.when(request.resolve_by),
        request_id=request.id,
    )


# -- words that answer the questions above


_WORDS: dict[str, Callable[[Desk, str], Awaitable[Answer]]] = {
    "outside-body": _outside_body,
    "outside-contact": _outside_contact,
    "outside-why": _outside_why,
    "outside-when": _typed_day,
    "outside-follow": _outside_follow,
    "outside-next": _typed_day,
    "refusal-ground": _refusal_ground,
    "refusal-body": _refusal_body,
    "refusal-contact": _refusal_contact,
    "overrule-why": _overrule_why,
    "correct-which": _correct_words,
    "correct-of": _correct_words,
    "correct-found": _correct_words,
}


@router.message(Answering(Step.handover))
async def answered(message: Message, desk: Desk) -> Answer:
    text = message.contact.phone_number if message.contact else read(message, desk.channel).text
    take = _WORDS.get(desk.data.get("asks", ""))
    if take is None:
        desk.go(None)
        return desk.say("button-old")
    if not text:
        return desk.say("reason-words", [_cancel(desk)])
    return await take(desk, text)
