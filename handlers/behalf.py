"""代为登记: a worker records what somebody said at the counter, by phone or at home, one question at a time.
The worker who was asked is the first responder (rule 2)."""

import re

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from handlers.alarm import danger_words
from handlers.desk import Desk, Pick, Step
from handlers.front import Says
from handlers.incoming import read
from handlers.speech import Answer, Choice, Say
from handlers.worker import Answering, IsStaff
from knowledge import danger
from knowledge.catalogue import GENERAL
from knowledge.danger import Tier
from knowledge.lifecycle import Intake
from knowledge.numbers import spoken
from storage.ledger import Need

router = Router(name="behalf")

_WAYS = (Intake.COUNTER, Intake.PHONE, Intake.VISIT)
_PHONE = re.compile(r"\+?[0-9]{5,15}")
_GAPS = str.maketrans("０１２３４５６７８９＋", "0123456789+", " \u3000\t-－–—()（）")


@router.message(IsStaff(), Says("menu-behalf"))
async def begin(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    choices = [desk.button(f"behalf-way-{way.value}", Pick(what="behalf", arg=way.value)) for way in _WAYS]
    return desk.say("behalf-how", [*choices, _cancel(desk)])


def _cancel(desk: Desk) -> Choice:
    return desk.button("cancel", Pick(what="cancel"))


@router.callback_query(IsStaff(), Pick.filter(F.what == "behalf"))
async def ask_name(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in {way.value for way in _WAYS}:
        return desk.say("button-old")
    desk.go(Step.behalf_name, way=callback_data.arg)
    return desk.say("behalf-name", [_cancel(desk)])


@router.message(Answering(Step.behalf_name))
async def take_name(message: Message, desk: Desk) -> Answer:
    name = read(message, desk.channel).text.split("\n")[0][:40]
    if not name:
        return desk.say("behalf-name", [_cancel(desk)])
    desk.keep(name=name)
    desk.chat.state = Step.behalf_phone.state
    return desk.say("behalf-phone", [desk.button("behalf-no-phone", Pick(what="no-phone")), _cancel(desk)], name=name)


@router.message(Answering(Step.behalf_phone))
async def take_phone(message: Message, desk: Desk) -> Answer:
    """A phone number in digits, however they are set apart, or somebody's contact card."""
    said = message.contact.phone_number if message.contact else read(message, desk.channel).text
    phone = phone_in(said)
    if phone is None:
        return desk.say("behalf-phone-wrong", [desk.button("behalf-no-phone", Pick(what="no-phone")), _cancel(desk)])
    return _ask_need(desk, phone)


@router.callback_query(StateFilter(Step.behalf_phone), Pick.filter(F.what == "no-phone"))
async def no_phone(query: CallbackQuery, desk: Desk) -> Answer:
    return _ask_need(desk, None)


def phone_in(said: str) -> str | None:
    """The phone number that somebody typed, in plain digits; None when it looks like none."""
    phone = said.translate(_GAPS)
    return phone if _PHONE.fullmatch(phone) else None


def _ask_need(desk: Desk, phone: str | None) -> Say:
    desk.keep(phone=phone)
    desk.chat.state = Step.behalf_need.state
    return desk.say("behalf-need", [_cancel(desk)], name=desk.data["name"])


@router.message(Answering(Step.behalf_need))
async def take_need(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    asked = content.album is not None and content.album == desk.data.get("album")
    text = "\n".join(filter(None, [desk.data.get("text"), content.text]))
    ranked = [c.id for c in desk.office.matcher.match(text).ranked[:3] if c.id != GENERAL] if text else []
    desk.keep(text=text, files=[*desk.data.get("files", []), *content.files], ranked=ranked, album=content.album)
    if asked and not content.text:
        return None
    choices = [Choice(desk.service_name(s), Pick(what="behalf-as", arg=s).pack()) for s in [*ranked, GENERAL]]
    return desk.say("behalf-as", [*choices, _cancel(desk)], name=desk.data["name"])


@router.callback_query(StateFilter(Step.behalf_need), Pick.filter(F.what == "behalf-as"))
async def record(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    """Record it: the person served has no account; the desk keeps the name and, if given, a phone number."""
    if callback_data.arg not in desk.office.rules.catalogue.services or "text" not in desk.data or not desk.posts:
        return desk.say("button-old")
    data = desk.data
    area_id = desk.posts[0].area_id
    resident = await desk.people.add(name=data["name"], phone=data.get("phone"), area_id=area_id)
    found = danger.find(data["text"])
    present = found is not None and found.tier is Tier.PRESENT
    request = await desk.casebook.record(
        Need(
            resident=resident,
            area_id=area_id,
            service_id=callback_data.arg,
            text=data["text"],
            files=data.get("files", []),
            intake=Intake(data["way"]),
            recorded_by=desk.me,
            danger=found.kind.value if found and present else None,
            matched=tuple(data.get("ranked", ())),
        )
    )
    desk.go(None)
    said = desk.say("behalf-done", menu=True, name=resident.name, number=spoken(request.number), request_id=request.id)
    return [Say(danger_words(desk, found)), said] if found and present else said
