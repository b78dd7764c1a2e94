"""调解: whoever conducts a mediation request invites the other party, arranges meetings, writes down what comes of it.

The other party's side is `handlers.mediation_party`; words between the two pass through `handlers.mediation_talk`."""

from datetime import date, datetime, timedelta

from aiogram import F
from aiogram.types import CallbackQuery, Message

from handlers import mediation_words as words
from handlers.cards import CONDUCTING
from handlers.desk import Act, Desk, Step
from handlers.incoming import phone_in, read
from handlers.mediation_party import LINK
from handlers.mediation_talk import start_talk
from handlers.mediation_words import Turn, cases, names_of
from handlers.routing import DeskRouter
from handlers.speech import Answer, Choice, Say, quoted
from handlers.texts import Markup
from handlers.worker import Answering, IsStaff
from knowledge.appointments import Trouble, read_day, read_moment
from knowledge.mediation import PERFORMANCE_DAYS, Who, allowed, confirmation_ends, perform_by
from knowledge.mediation import Step as CaseStep
from storage.ledger import CaseError
from storage.mediation_docket import Docket

router = DeskRouter(name="mediation")

_DAYS = (0, 7, 15, PERFORMANCE_DAYS)
_MOST_DAYS = 3650
_OLDEST = timedelta(days=365)
"""An agreement that took effect longer ago is a slip of the pen."""
_PLAIN = ("accept_mediator", "performed", "unperformed", "ask_confirmation", "confirmed")
"""Steps that one tap takes."""
_SURE = ("accept", "refuse", "fail")
"""Steps that are asked about once more: they cannot be taken back."""


# -- the card


@router.callback_query(IsStaff(), Act.filter(F.act == "mediation"))
async def opened(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    desk.go(None)
    return await _card(desk, await cases(desk).look_case(callback_data.id, desk.me.id))


async def _card(desk: Desk, docket: Docket, note: Markup | None = None) -> Say:
    item = desk.office.rules.catalogue.recorded(docket.request.service_id)
    text = words.card(desk.voice, docket, item, await names_of(desk, docket))
    roles = await desk.casebook.roles(docket.request, desk.me.id)
    choices = words.choices(desk.voice, docket, conducts=bool(roles & CONDUCTING))
    return Say(f"{note}\n\n{text}" if note else text, choices, 2)


@router.callback_query(Turn.filter(F.act == "mediator"))
async def judge_mediator(query: CallbackQuery, callback_data: Turn, desk: Desk) -> Answer:
    """The applicant takes the mediator, or asks for another (第19条)."""
    docket = await cases(desk).judge_mediator(callback_data.id, desk.me.id, accepts=callback_data.arg == "yes")
    mediator = await desk.people.get(docket.case.mediator_id)
    key = "mediation-mediator-taken" if callback_data.arg == "yes" else "mediation-mediator-other"
    return desk.say(key, mediator=mediator.name, request_id=docket.request.id)


@router.callback_query(IsStaff(), Turn.filter())
async def turn(query: CallbackQuery, callback_data: Turn, desk: Desk) -> Answer:
    """Every button of the staff; which are open, the case says."""
    docket = await cases(desk).look_case(callback_data.id, desk.me.id)
    act, arg = callback_data.act, callback_data.arg
    if act in _OWN:
        return await _OWN[act](desk, docket, arg)
    if act in _PLAIN or act in _SURE:
        return await _take(desk, docket, act, sure=arg == "yes")
    return desk.say("button-old")


@router.callback_query(Turn.filter())
async def not_theirs(query: CallbackQuery, desk: Desk) -> Answer:
    """Somebody without a post, or no longer with one."""
    return desk.say("error-not-your-turn")


async def _show(desk: Desk, docket: Docket, arg: str) -> Answer:
    desk.go(None)
    return await _card(desk, docket)


async def _take(desk: Desk, docket: Docket, act: str, *, sure: bool) -> Answer:
    request_id, me, book = docket.request.id, desk.me.id, cases(desk)
    if act in _SURE and not sure:
        _judge(docket, CaseStep(act))
        yes = desk.button(f"mediation-sure-{act}", Turn(act=act, id=request_id, arg="yes"))
        return desk.say(f"mediation-ask-{act}", [yes, _back(desk, docket)])
    match act:
        case "accept" | "refuse":
            docket = await book.answer(request_id, me, accepts=act == "accept")
        case "fail":
            docket = await book.fail(request_id, me)
        case "accept_mediator":
            docket = await book.accept_mediator(request_id, me)
        case "performed" | "unperformed":
            docket = await book.performed(request_id, me, kept=act == "performed")
        case _:
            docket = await book.confirmation(request_id, me, done=act == "confirmed")
    desk.go(None)
    return await _card(desk, docket, desk.t(f"mediation-done-{act.replace('_', '-')}"))


def _judge(docket: Docket, step: CaseStep) -> None:
    if not allowed(step, Who.STAFF, docket.standing):
        raise CaseError("mediation_not_now")


def _back(desk: Desk, docket: Docket) -> Choice:
    return desk.button("cancel", Turn(act="card", id=docket.request.id))


def _ask(desk: Desk, docket: Docket, key: str, choices: list[Choice] | None = None, **values: object) -> Say:
    """Wait for the words that answer this question; `data` keeps what was answered before."""
    desk.stay(Step.case, request=docket.request.id, asks=key)
    return Say(desk.t(f"mediation-ask-{key}", **values), [*(choices or []), _back(desk, docket)])


# -- asking the other party


async def _invite_link(desk: Desk, docket: Docket, arg: str) -> Answer:
    """A message to be handed on as it is: it names the place and the matter, and nobody."""
    token = await cases(desk).invite_by_link(docket.request.id, desk.me.id)
    desk.go(None)
    area = await desk.people.area(docket.request.area_id)
    links = "\n".join(base + LINK + token for base in desk.office.links().values())
    docket = await cases(desk).look_case(docket.request.id, desk.me.id)
    until = docket.case.link_until or desk.now
    invitation = desk.say(
        "mediation-invite",
        area=area.name,
        service=desk.service_name(docket.request.service_id),
        links=links or desk.t("mediation-invite-here"),
        command=f"/start {LINK}{token}",
        until=desk.voice.when(until),
    )
    return [desk.say("mediation-invite-how"), invitation, await _card(desk, docket)]


async def _invite_phone(desk: Desk, docket: Docket, arg: str) -> Answer:
    _judge(docket, CaseStep.INVITE_PHONE)
    desk.go(None)
    return _ask(desk, docket, "other-name")


async def _take_name(desk: Desk, docket: Docket, text: str) -> Answer:
    name = text.split("\n", maxsplit=1)[0][:40]
    skip = desk.button("behalf-no-phone", Turn(act="no_phone", id=docket.request.id))
    desk.keep(name=name)
    return _ask(desk, docket, "other-phone", [skip], name=name)


async def _take_phone(desk: Desk, docket: Docket, text: str) -> Answer:
    phone = phone_in(text)
    if phone is None:
        skip = desk.button("behalf-no-phone", Turn(act="no_phone", id=docket.request.id))
        return desk.say("behalf-phone-wrong", [skip, _back(desk, docket)])
    desk.keep(phone=phone)
    return _ask_said(desk, docket)


async def _no_phone(desk: Desk, docket: Docket, arg: str) -> Answer:
    if "name" not in desk.data or desk.data.get("request") != docket.request.id:
        return desk.say("button-old")
    desk.keep(phone=None)
    return _ask_said(desk, docket)


def _ask_said(desk: Desk, docket: Docket) -> Say:
    choices = [
        desk.button(f"mediation-said-{said}", Turn(act="said", id=docket.request.id, arg=said))
        for said in ("yes", "no", "later")
    ]
    return _ask(desk, docket, "other-said", choices, name=desk.data["name"])


async def _take_said(desk: Desk, docket: Docket, text: str) -> Answer:
    """What the other party said on the phone, in words; what it means is a tap."""
    desk.keep(said="\n".join(filter(None, [desk.data.get("said"), text])))
    return _ask_said(desk, docket)


async def _said(desk: Desk, docket: Docket, arg: str) -> Answer:
    data, book, request_id = desk.data, cases(desk), docket.request.id
    if data.get("request") != request_id or "phone" not in data or arg not in ("yes", "no", "later"):
        return desk.say("button-old")
    docket = await book.invite_by_phone(request_id, desk.me.id, data["name"], data["phone"], data.get("said", ""))
    if arg != "later":
        docket = await book.answer(request_id, desk.me.id, accepts=arg == "yes")
    desk.go(None)
    done = {"yes": "accept", "no": "refuse", "later": "invite-phone"}[arg]
    return await _card(desk, docket, desk.t(f"mediation-done-{done}"))


async def _phone_number(desk: Desk, docket: Docket, arg: str) -> Answer:
    phone = await cases(desk).look_up_other(docket.request.id, desk.me.id)
    return desk.say("phone-none" if phone is None else "phone", phone=phone or "")


async def _name_mediator(desk: Desk, docket: Docket, arg: str) -> Answer:
    _judge(docket, CaseStep.NAME_MEDIATOR)
    colleagues = await desk.people.colleagues(docket.request.area_id)
    others = {str(p.id): p.name for p in colleagues if p.id != docket.case.mediator_id}
    if arg in others:
        docket = await cases(desk).name_mediator(docket.request.id, desk.me.id, int(arg))
        return await _card(desk, docket, desk.t("mediation-done-name-mediator", mediator=others[arg]))
    if not others:
        return desk.say("no-colleague")
    choices = [
        Choice(name, Turn(act="name_mediator", id=docket.request.id, arg=person_id).pack())
        for person_id, name in others.items()
    ]
    return desk.say("mediation-ask-mediator", [*choices, _back(desk, docket)], columns=2)


# -- meetings


async def _schedule(desk: Desk, docket: Docket, arg: str) -> Answer:
    _judge(docket, CaseStep.SCHEDULE)
    desk.go(None)
    return _ask(desk, docket, "time")


async def _take_time(desk: Desk, docket: Docket, text: str) -> Answer:
    at = read_moment(text, desk.now, desk.office.rules.zone)
    if isinstance(at, Trouble):
        return desk.say(f"mediation-time-{at.value}", [_back(desk, docket)])
    desk.keep(at_time=at.isoformat())
    office = desk.button("mediation-place-office", Turn(act="place", id=docket.request.id))
    return _ask(desk, docket, "place", [office], when=desk.voice.when(at))


async def _place(desk: Desk, docket: Docket, arg: str) -> Answer:
    area = await desk.people.area(docket.request.area_id)
    return await _arrange(desk, docket, area.address or desk.label("mediation-place-office"))


async def _arrange(desk: Desk, docket: Docket, place: str) -> Answer:
    if desk.data.get("request") != docket.request.id or "at_time" not in desk.data:
        return desk.say("button-old")
    at = datetime.fromisoformat(desk.data["at_time"])
    docket = await cases(desk).schedule(docket.request.id, desk.me.id, at, place[:200])
    desk.go(None)
    return await _card(desk, docket, desk.t("mediation-done-schedule"))


# -- the agreement: its words, its day, the time to perform it; shown once more before it goes to both


async def _settle(desk: Desk, docket: Docket, arg: str) -> Answer:
    _judge(docket, CaseStep.SETTLE)
    desk.go(None)
    return _ask(desk, docket, "agreement")


async def _take_agreement(desk: Desk, docket: Docket, text: str) -> Answer:
    desk.keep(agreement=text)
    request_id = docket.request.id
    choices = [
        desk.button(f"mediation-effective-{ago}", Turn(act="effective", id=request_id, arg=str(ago))) for ago in (0, 1)
    ]
    return _ask(desk, docket, "effective", choices)


async def _effective(desk: Desk, docket: Docket, arg: str) -> Answer:
    return await _take_effective(desk, docket, "昨天" if arg == "1" else "今天")


async def _take_effective(desk: Desk, docket: Docket, text: str) -> Answer:
    today = desk.now.astimezone(desk.office.rules.zone).date()
    day = read_day(text, today)
    if "agreement" not in desk.data or desk.data.get("request") != docket.request.id:
        return desk.say("button-old")
    if day is None or not today - _OLDEST <= day <= today:
        return desk.say("mediation-effective-wrong", [_back(desk, docket)])
    desk.keep(effective=day.isoformat())
    choices = [
        desk.button(f"mediation-days-{days}", Turn(act="days", id=docket.request.id, arg=str(days))) for days in _DAYS
    ]
    return _ask(desk, docket, "days", choices, day=words.day(desk.voice, day))


async def _take_days(desk: Desk, docket: Docket, text: str) -> Answer:
    said = text.strip().removesuffix("天").removesuffix("日").removesuffix("days").strip()
    if not said.isdecimal() or len(said) > 4 or int(said) > _MOST_DAYS or "effective" not in desk.data:
        return desk.say("mediation-days-wrong", [_back(desk, docket)])
    effective, days = _day(desk), int(said)
    desk.keep(days=days)
    yes = desk.button("mediation-sure-settle", Turn(act="settled", id=docket.request.id))
    again = desk.button("mediation-again", Turn(act="settle", id=docket.request.id))
    return desk.say(
        "mediation-ask-settle",
        [yes, again, _back(desk, docket)],
        text=Markup(quoted(desk.data["agreement"])),
        effective=words.day(desk.voice, effective),
        perform=words.day(desk.voice, perform_by(effective, days)),
        until=words.day(desk.voice, confirmation_ends(effective)),
    )


def _day(desk: Desk) -> date:
    return date.fromisoformat(desk.data["effective"])


async def _days(desk: Desk, docket: Docket, arg: str) -> Answer:
    if desk.data.get("request") != docket.request.id:
        return desk.say("button-old")
    return await _take_days(desk, docket, arg)


async def _settled(desk: Desk, docket: Docket, arg: str) -> Answer:
    data = desk.data
    if data.get("request") != docket.request.id or "days" not in data:
        return desk.say("button-old")
    docket = await cases(desk).settle(docket.request.id, desk.me.id, data["agreement"], _day(desk), data["days"])
    desk.go(None)
    return await _card(desk, docket, desk.t("mediation-done-settle"))


# -- words that answer the questions above


@router.message(Answering(Step.case))
async def answered(message: Message, desk: Desk) -> Answer:
    take = _WORDS.get(desk.data.get("asks", ""))
    if take is None:
        desk.go(None)
        return desk.say("button-old")
    text = message.contact.phone_number if message.contact else read(message, desk.channel).text
    docket = await cases(desk).look_case(desk.data["request"], desk.me.id)
    if not text:
        return desk.say("mediation-in-words", [_back(desk, docket)])
    return await take(desk, docket, text)


_OWN = {
    "card": _show,
    "invite_link": _invite_link,
    "invite_phone": _invite_phone,
    "no_phone": _no_phone,
    "said": _said,
    "phone_number": _phone_number,
    "name_mediator": _name_mediator,
    "schedule": _schedule,
    "place": _place,
    "settle": _settle,
    "effective": _effective,
    "days": _days,
    "settled": _settled,
    "talk": start_talk,
}
_WORDS = {
    "other-name": _take_name,
    "other-phone": _take_phone,
    "other-said": _take_said,
    "time": _take_time,
    "place": _arrange,
    "agreement": _take_agreement,
    "effective": _take_effective,
    "days": _take_days,
}
