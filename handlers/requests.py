"""One's own requests: the list, each with where it stands, and what its resident may do; ratings."""

import re
from collections.abc import Collection, Sequence
from html import escape
from typing import Any

from aiogram import F
from aiogram.filters import Command, Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import aftercare_words, cards, drafts, handover_words, needs, pause_words, talk, timeline, whole_card
from handlers.desk import Act, Desk, Pick, Step
from handlers.front import Asks, Says
from handlers.incoming import Content, clean, read
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Choice, Say
from handlers.texts import Markup
from knowledge import numbers
from knowledge.intents import Intent, find
from knowledge.lifecycle import OPEN, TALKABLE, Role, Status
from knowledge.satisfaction import POOR
from storage.tables import Request

router = DeskRouter(name="requests")

_LISTED = 8
_NUMBER_WORDS = re.compile(r"[\W\d]|编号|单号|诉求|number", re.IGNORECASE)
_A_QUESTION = 8
"""Characters beside a number that only ask how it stands."""
_BRIEF, _BRIEF_ENGLISH = 12, 40
"""Characters of a wish to the desk in the middle of something else."""
REASONS = ("slow", "attitude", "result", "passed-around", "other")
"""Why somebody is not satisfied; asked for, never required (rule 11)."""


def brief(text: str) -> bool:
    """Whether a message is short enough to be a wish to the desk and nothing else."""
    said = clean(text)
    return len(said) <= (_BRIEF_ENGLISH if said.isascii() else _BRIEF)


class Brief(Plain):
    """A wish and nothing else, by its length."""

    def holds(self, event: Message, desk: Desk) -> bool:
        return brief(event.text or "")


async def open_request(desk: Desk, request_id: int) -> Say:
    """A request as this person sees it, with the buttons that are theirs.

    :raises CaseError: `not_yours`
    """
    request, roles = await desk.casebook.look(request_id, desk.me.id)
    item = desk.office.rules.catalogue.recorded(request.service_id)
    people = cards.People(
        await desk.people.get(request.resident_id),
        await desk.people.get(request.first_responder_id),
        await desk.people.get(request.handler_id),
        await desk.casebook.contact_of(request),
    )
    beside = await aftercare_words.beside(desk, request, roles)
    if roles == {Role.RESIDENT}:
        lines, _ = await handover_words.about(
            desk.casebook, desk.voice, desk.office, request, roles, desk.me.id, people.first_responder.name
        )
        standing = await pause_words.standing(desk.casebook, desk.voice, request, staff=False)
        more = Markup("\n".join([*lines, *([standing] if standing else [])])) or None
        level = await desk.casebook.rating_level(request)
        text = cards.for_resident(desk.voice, request, item, people, level, more=more)
        choices = cards.resident_choices(desk.voice, request, rated=level is not None)
        return Say(f"{text}{beside.line}", choices, columns=2, request_id=request.id)
    area = await desk.people.area(request.area_id)
    text, choices = await whole_card.for_staff(
        desk.casebook, desk.voice, desk.office, request, roles, reader=desk.me.id, people=people, area=area.name
    )
    return Say(f"{text}{beside.line}", [*choices, *beside.choices], columns=2, request_id=request.id)


@router.callback_query(Act.filter(F.act == "open"))
async def on_open(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    return await open_request(desk, callback_data.id)


class ANumber(Plain):
    """The message is a request number that can be read (its check digit is right)."""

    def holds(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        number = numbers.read(event.text or "")
        return {"number": number} if number else False


@router.message(StateFilter(None, Step.confirm, Step.human, Step.area, Step.whose), ANumber())
async def on_number(message: Message, number: str, desk: Desk) -> Answer:
    request = await desk.casebook.by_number(number, desk.me.id)
    return await open_request(desk, request.id)


class Mistyped(Plain):
    """The message was meant to be a request number; its check digit shows that a digit is wrong."""

    def holds(self, event: Message, desk: Desk) -> bool:
        return numbers.mistyped(event.text or "")


@router.message(StateFilter(None, Step.confirm, Step.human, Step.area, Step.whose), Mistyped())
async def on_mistyped(message: Message, desk: Desk) -> Answer:
    return desk.say("number-mistyped", [desk.button("menu-requests", Pick(what="mine", arg="0"))])


class WithNumber(Plain):
    """A sentence with the number of a request in it, and no quote."""

    def holds(self, event: Message, desk: Desk) -> bool:
        return event.reply_to_message is None and numbers.find(event.text or "") is not None


class TellsNumber(Filter):
    """That number is of one of one's own requests: the sentence says itself what it is about."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        number = numbers.find(message.text or "")
        mine = await desk.casebook.of_resident(desk.me.id, (*OPEN, Status.RESOLVED, Status.CLOSED, Status.WITHDRAWN))
        about = next((request for request in mine if request.number == number), None)
        return {"about": about} if about else False


@router.message(StateFilter(None, Step.whose), WithNumber(), TellsNumber())
async def on_sentence_with_number(message: Message, about: Request, desk: Desk) -> Answer:
    """「编号…怎么样了」 opens the request; anything longer is for whoever works on it."""
    content = read(message, desk.channel)
    rest = _NUMBER_WORDS.sub("", content.text)
    if len(rest) <= _A_QUESTION or about.status not in TALKABLE:
        return await open_request(desk, about.id)
    return await talk.pass_on(desk, about.id, [content])


@router.message(Command("requests"))
@router.message(Says("menu-requests"))
@router.message(StateFilter(None), Asks(Intent.MY_REQUESTS))
@router.message(StateFilter(None), Asks(Intent.PROGRESS))
@router.message(StateFilter(Step.human), Brief(), Asks(Intent.MY_REQUESTS, Intent.PROGRESS))
async def my_requests(message: Message, desk: Desk) -> Answer:
    if (number := numbers.find(message.text or "")) is not None:
        request = await desk.casebook.by_number(number, desk.me.id)
        return await open_request(desk, request.id)
    return await listed(desk, 0)


@router.callback_query(Pick.filter(F.what == "mine"))
async def more_requests(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if not (callback_data.arg.isascii() and callback_data.arg.isdecimal()):
        return desk.say("button-old")
    return await listed(desk, int(callback_data.arg[:6]))


async def listed(desk: Desk, start: int) -> Say:
    """All one's own requests, what is open first; the one there is, opened."""
    mine = await desk.casebook.of_resident(desk.me.id, (*OPEN, Status.RESOLVED, Status.CLOSED, Status.WITHDRAWN))
    mine.sort(key=lambda r: (r.status not in OPEN, r.status is not Status.RESOLVED, -r.id))
    if not mine:
        return desk.say("my-requests-none", [desk.button("all-services", Pick(what="domains"))])
    if len(mine) == 1:
        return await open_request(desk, mine[0].id)
    recorded = desk.office.rules.catalogue.recorded
    page = mine[start : start + _LISTED]
    text = desk.t("my-requests", count=len(mine), open=sum(r.status in OPEN for r in mine))
    shown = text if desk.elder else "\n".join([text, *(_summary(desk, r) for r in page if r.status in OPEN)])
    choices = cards.lines(desk.voice, [(r, recorded(r.service_id)) for r in page])
    if start + _LISTED < len(mine):
        choices.append(desk.button("next-page", Pick(what="mine", arg=str(start + _LISTED))))
    return Say(shown, choices)


def _summary(desk: Desk, request: Request) -> str:
    due = cards.next_promise(desk.voice, request)
    name = escape(desk.service_name(request.service_id), quote=False)
    return f"· {cards.tail(request.number)} {name}" + (f"\n  {due}" if due else "")


# -- the resident's acts


async def _only(desk: Desk, query_key: str, act: str, statuses: Collection[Status] = OPEN) -> Say | int:
    """The one request in these statuses that is meant, or the question which."""
    mine = await desk.casebook.of_resident(desk.me.id, statuses)
    if not mine:
        return desk.say("my-requests-none", [desk.button("all-services", Pick(what="domains"))])
    if len(mine) == 1:
        return mine[0].id
    recorded = desk.office.rules.catalogue.recorded
    choices = [
        Choice(cards.line(desk.voice, r, recorded(r.service_id)), Act(act=act, id=r.id).pack()) for r in mine[:_LISTED]
    ]
    return desk.say(query_key, choices)


@router.callback_query(Act.filter(F.act == "urge"))
async def on_urge(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    return await urge(desk, callback_data.id)


@router.message(Says("act-urge"))
@router.message(StateFilter(None), Asks(Intent.URGE))
@router.message(StateFilter(Step.human), Brief(), Asks(Intent.URGE))
async def urge_typed(message: Message, desk: Desk) -> Answer:
    mine = await desk.casebook.of_resident(desk.me.id, TALKABLE)
    if mine and all(request.status is Status.RESOLVED for request in mine):
        return await talk.words(desk, read(message, desk.channel))  # there is nothing to urge: they say how it went
    which = await _only(desk, "which-urge", "urge")
    return which if isinstance(which, Say) else await urge(desk, which)


async def urge(desk: Desk, request_id: int) -> Say:
    """催办, and by when it is promised.

    :raises CaseError: `urged_today`
    """
    request = await desk.casebook.urge(request_id, desk.me.id)
    handler = await desk.people.get(request.handler_id)
    if request.paused_at is not None:
        return desk.say("urged-waiting", name=handler.name, request_id=request.id)
    return desk.say("urged", name=handler.name, when=cards.by(desk.voice, request), request_id=request.id)


@router.message(Says("act-withdraw"))
@router.message(StateFilter(None), Asks(Intent.WITHDRAW))
async def withdraw_typed(message: Message, desk: Desk) -> Answer:
    which = await _only(desk, "which-withdraw", "withdraw")
    return which if isinstance(which, Say) else await _ask_withdraw(desk, which)


@router.callback_query(Act.filter(F.act == "withdraw"))
async def on_withdraw(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    if callback_data.arg != "yes":
        return await _ask_withdraw(desk, callback_data.id)
    request = await desk.casebook.withdraw(callback_data.id, desk.me.id)
    desk.go(None)
    return desk.say("withdrawn", number=numbers.spoken(request.number))


async def _ask_withdraw(desk: Desk, request_id: int) -> Say:
    request, _ = await desk.casebook.look(request_id, desk.me.id)
    choices = [
        desk.button("withdraw-yes", Act(act="withdraw", id=request.id, arg="yes")),
        desk.button("withdraw-no", Act(act="open", id=request.id)),
    ]
    return desk.say("withdraw-ask", choices, service=desk.service_name(request.service_id))


@router.message(Says("act-talk"))
async def supply_typed(message: Message, desk: Desk) -> Answer:
    which = await _only(desk, "which-talk", "supply", TALKABLE)
    return which if isinstance(which, Say) else await talk.begin(desk, which)


@router.callback_query(Act.filter(F.act == "history"))
async def on_history(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request, roles = await desk.casebook.look(callback_data.id, desk.me.id)
    text = await timeline.tell(desk, request, plain=roles == {Role.RESIDENT})
    return Say(text, [desk.button("back", Act(act="open", id=request.id))], request_id=request.id)


# -- after 办结: the rating, or 还没解决


@router.callback_query(Act.filter(F.act == "settle"))
async def on_settle(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await desk.casebook.settle(callback_data.id, desk.me.id)
    return desk.say("rate-ask", cards.rating_choices(desk.voice, request.id, reopen=False), request_id=request.id)


@router.callback_query(Act.filter(F.act == "levels"))
async def on_levels(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request, _ = await desk.casebook.look(callback_data.id, desk.me.id)
    return desk.say("revise-ask", cards.rating_choices(desk.voice, request.id, reopen=False), request_id=request.id)


@router.callback_query(Act.filter(F.act == "rate"))
async def on_rate(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    if callback_data.arg not in {"1", "2", "3", "4", "5"}:
        return desk.say("button-old")
    return await _rate(desk, callback_data.id, int(callback_data.arg))


class Judges(Plain):
    """Something is judged in words."""

    def holds(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        level = talk.judged(event.text or "")
        return False if level is None else {"level": level}


class RatesInWords(Filter):
    """It is finished work that is judged: the one that was quoted, or all that wait for a rating."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        waiting = await desk.casebook.of_resident(desk.me.id, (Status.RESOLVED,))
        if message.reply_to_message is not None:
            found = await desk.shown(message.reply_to_message.message_id)
            waiting = [r for r in waiting if found is None or r.id == found.request_id]
        elif desk.chat.state == Step.talk.state:
            waiting = [r for r in waiting if r.id == desk.data.get("request")]
        return {"waiting": waiting} if waiting else False


@router.message(StateFilter(None, Step.talk, Step.whose), Judges(), RatesInWords())
async def rate_in_words(message: Message, waiting: list[Request], level: int, desk: Desk) -> Answer:
    if len(waiting) > 1:
        recorded = desk.office.rules.catalogue.recorded
        return desk.say("which-rate", cards.lines(desk.voice, [(r, recorded(r.service_id)) for r in waiting[:_LISTED]]))
    if level > 0:
        return await _rate(desk, waiting[0].id, level)
    content = read(message, desk.channel)
    more = [] if Intent.NOT_SOLVED in find(content.text) else [content]
    return await _reopen(desk, waiting[0].id, more)


@router.message(Says("act-reopen"))
@router.message(StateFilter(None), Asks(Intent.NOT_SOLVED))
async def not_solved(message: Message, desk: Desk) -> Answer:
    """还没解决 of something that is closed already: the request itself says what can be done."""
    finished = (Status.RESOLVED, Status.CLOSED)
    if await desk.casebook.of_resident(desk.me.id) or not await desk.casebook.of_resident(desk.me.id, finished):
        return await talk.words(desk, read(message, desk.channel))
    which = await _only(desk, "which-reopen", "open", finished)
    return which if isinstance(which, Say) else await open_request(desk, which)


async def _rate(desk: Desk, request_id: int, level: int) -> Answer:
    """The receipt before the notice of who calls after a poor one."""
    skip = desk.button("skip", Pick(what="skip"))
    said = desk.say("rated", [skip], level=desk.t(cards.level_key(level)))
    if level in POOR:
        reasons = [desk.button(f"reason-{r}", Act(act="reason", id=request_id, arg=r)) for r in REASONS]
        said = desk.say("rated-poor", [*reasons, skip], columns=2, level=desk.t(cards.level_key(level)))
    desk.first(said)
    await desk.casebook.rate(request_id, desk.me.id, level)
    _ask_comment(desk, request_id)
    return None


def _ask_comment(desk: Desk, request_id: int) -> None:
    """Wait for words to a rating; what waits for the choice of its request goes on waiting."""
    needs.clear(desk)
    desk.stay(Step.comment, request=request_id)


async def _after_rating(desk: Desk, thanks: Say) -> list[Say]:
    """Words that waited while the rating was given are asked about now."""
    needs.clear(desk)
    return [thanks, await talk.whose(desk)] if needs.on_table(desk) else [thanks]


@router.callback_query(Act.filter(F.act == "reason"))
async def on_reason(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    if callback_data.arg not in REASONS:
        return desk.say("button-old")
    await desk.casebook.explain_rating(callback_data.id, desk.me.id, reason=callback_data.arg)
    _ask_comment(desk, callback_data.id)
    return desk.say("reason-thanks", [desk.button("skip", Pick(what="skip"))])


@router.callback_query(Pick.filter(F.what == "skip"))
async def on_skip(query: CallbackQuery, desk: Desk) -> Answer:
    return await _after_rating(desk, desk.say("all-done", menu=True))


@router.message(StateFilter(Step.comment), F.text, ~F.text.startswith("/"))
async def on_comment(message: Message, desk: Desk) -> Answer:
    """Words to a rating, unless they come much later or are clearly something new."""
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    request, _ = await desk.casebook.look(desk.data["request"], desk.me.id)
    if desk.stale or needs.is_new(desk, content, request.service_id):
        needs.clear(desk)
        return await talk.words(desk, content)
    await desk.casebook.explain_rating(desk.data["request"], desk.me.id, comment=content.text)
    return await _after_rating(desk, desk.say("comment-thanks", menu=True))


@router.callback_query(Act.filter(F.act == "reopen"))
async def on_reopen(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    return await _reopen(desk, callback_data.id)


async def _reopen(desk: Desk, request_id: int, more: Sequence[Content] = ()) -> Answer:
    """Back to the first responder; words that were said to it after it was over, or say more than that, go with it."""
    request = await desk.casebook.reopen(request_id, desk.me.id)
    responder = await desk.people.get(request.first_responder_id)
    draft = needs.on_table(desk) if desk.data.get("over") == request.id else None
    desk.go(Step.talk, request=request.id, fresh=True)
    when = cards.by(desk.voice, request)
    said = desk.say("reopened", name=responder.name, when=when, request_id=request.id)
    words = [*(drafts.parts(draft) if draft else []), *more]
    passed = await talk.pass_on(desk, request.id, words) if words else []
    return [said, *passed]
