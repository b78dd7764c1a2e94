"""The front door: /start and its links, consent, the community, a person at once, and danger before everything."""

from typing import Any

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.filters import Command, CommandObject, CommandStart, Filter, StateFilter
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from handlers import needs
from handlers.desk import CONSENT_VERSION, Desk, Pick, Step
from handlers.incoming import Content, read
from handlers.speech import MORE, Answer, Choice, Say
from knowledge import danger
from knowledge.catalogue import GENERAL
from knowledge.danger import Danger, Tier
from knowledge.intents import Intent, find
from knowledge.lifecycle import OPEN, Intake, Role
from storage.ledger import Need, Source
from storage.people import PeopleError
from storage.reports import open_danger
from storage.tables import Area, Person

router = Router(name="front")

_AREA_LINK = "area-"
_OWN_WORDS = (
    Step.outcome,
    Step.transfer_reason,
    Step.replace_reason,
    Step.behalf_name,
    Step.behalf_phone,
    Step.behalf_need,
    Step.fact,
)
"""Steps in which staff write about somebody else: their words are a report, not a cry."""


class InDanger(Filter):
    """A person tells of danger that is happening now."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        own_words = desk.chat.state in {step.state for step in _OWN_WORDS}
        if own_words or (desk.is_staff and (message.reply_to_message or desk.chat.state == Step.talk.state)):
            return False
        content = read(message, desk.channel)
        found = danger.find(content.text) if content.text else None
        return {"found": found, "content": content} if found and found.tier is Tier.PRESENT else False


class Says(Filter):
    """The message is the words of this button, in any language, and nothing else."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys

    async def __call__(self, message: Message, desk: Desk) -> bool:
        said = (message.text or "").strip()
        return any(said in desk.office.texts.every(key) for key in self._keys)


class Asks(Filter):
    """The whole message is this wish, in words of one's own."""

    def __init__(self, intent: Intent) -> None:
        self._intent = intent

    async def __call__(self, message: Message, desk: Desk) -> bool:
        return self._intent in find(message.text or "")


class Unknown(Filter):
    """Nobody has agreed yet that anything is kept."""

    async def __call__(self, event: Message | CallbackQuery, desk: Desk) -> bool:
        return not desk.known


# -- danger (rule 13): before consent, before any menu


@router.message(F.chat.type == ChatType.PRIVATE, InDanger())
async def on_danger(message: Message, desk: Desk, found: Danger, content: Content) -> Answer:
    answers = [desk.say(f"danger-{found.kind.value}")]
    area = await _danger_area(desk)
    if area is None:
        return answers
    person = desk.person or await _meet(desk)
    begun = await open_danger(desk.session, person.id, desk.now)
    if begun is not None:
        await desk.casebook.say(begun, person.id, content.text, content.files, source(desk, content))
        return [*answers, desk.say("danger-passed-on", request_id=begun)]
    await desk.casebook.record(
        Need(
            resident=person,
            area_id=area.id,
            service_id=GENERAL,
            text=content.text,
            files=content.files,
            intake=Intake.DANGER,
            danger=found.kind.value,
        )
    )
    return answers


async def _danger_area(desk: Desk) -> Area | None:
    if desk.person and desk.person.area_id:
        return await desk.people.area(desk.person.area_id)
    if code := desk.data.get("area"):
        return await desk.people.area_by_code(code)
    return await desk.people.only_area() or await desk.people.answering_area()


async def _meet(desk: Desk) -> Person:
    desk.person = await desk.people.add(
        name=desk.first_name or desk.t("somebody"),
        channel=desk.channel,
        chat_id=desk.chat.chat_id,
        language=desk.locale,
    )
    return desk.person


def source(desk: Desk, content: Content, reply_to_id: int | None = None) -> Source:
    """Where these words were typed."""
    return Source(desk.channel, desk.chat.chat_id, content.message_id, content.album, reply_to_id)


# -- groups


@router.message(F.chat.type != ChatType.PRIVATE)
async def in_group(message: Message, desk: Desk) -> Answer:
    called = (message.text or "").startswith("/") or message.reply_to_message is not None
    return desk.say("write-privately") if called else None


@router.callback_query(F.message.chat.type != ChatType.PRIVATE)
async def in_group_click(query: CallbackQuery, desk: Desk) -> Answer:
    return desk.say("write-privately")


# -- /start


@router.message(CommandStart(deep_link=True))
async def start_with_link(message: Message, command: CommandObject, desk: Desk) -> Answer:
    payload = (command.args or "").strip()
    if payload.lower().startswith(_AREA_LINK):
        return await _start_in_area(desk, payload[len(_AREA_LINK) :])
    return await _join(desk, payload)


@router.message(CommandStart())
async def start(message: Message, desk: Desk) -> Answer:
    if not desk.known:
        return ask_consent(desk)
    desk.go(None)
    return await greet(desk)


async def greet(desk: Desk) -> Say:
    """What this desk is, and the menu of this person's role."""
    if desk.is_staff:
        return desk.say("welcome-staff", menu=True, name=desk.me.name)
    area = await desk.people.area(desk.me.area_id) if desk.me.area_id else None
    return desk.say("welcome", menu=True, area=area.name if area else "")


async def _start_in_area(desk: Desk, code: str) -> Answer:
    area = await desk.people.area_by_code(code)
    if area is None:
        desk.keep()
        return desk.say("area-unknown") if desk.known else [desk.say("area-unknown"), ask_consent(desk)]
    if not desk.known:
        desk.keep(area=area.code)
        return ask_consent(desk)
    desk.me.area_id = area.id
    return [desk.say("area-chosen", area=area.name), *await needs.resume(desk)]


async def _join(desk: Desk, code: str) -> Answer:
    try:
        if await desk.people.find_invite(code) is None:
            raise PeopleError("invite_wrong")
        person = desk.person or await _meet(desk)
        invite = await desk.people.join(code, person)
    except PeopleError as error:
        return desk.say(f"error-{error.code.replace('_', '-')}")
    area = await desk.people.area(invite.area_id)
    person.area_id = person.area_id or area.id
    _agree(desk, person)
    desk.posts = await desk.people.posts(person.id)
    desk.go(None)
    role = "joined-manager" if invite.role is Role.MANAGER else "joined-worker"
    return desk.say(role, menu=True, name=person.name, area=area.name)


# -- consent: one message, one tap; what was said before is kept for after it


def ask_consent(desk: Desk) -> Say:
    """Ask for consent and wait; drafts stay where they are."""
    desk.chat.state = Step.consent.state
    desk.chat.changed = True
    key = "consent-telegram" if desk.channel == "telegram" else "consent"
    return desk.say(
        key,
        [
            desk.button("consent-yes", Pick(what="consent", arg="yes")),
            desk.button("consent-no", Pick(what="consent", arg="no")),
        ],
        columns=2,
    )


@router.callback_query(Pick.filter(F.what == "consent"))
async def on_consent(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg != "yes":
        if desk.known:
            return desk.say("consent-given-already")
        desk.go(None)
        return desk.say("consent-refused")
    if desk.known:
        return await needs.resume(desk) or await greet(desk)
    person = desk.person or await _meet(desk)
    _agree(desk, person)
    if code := desk.data.get("area"):
        area = await desk.people.area_by_code(code)
        person.area_id = area.id if area else person.area_id
    if _has_draft(desk) or not person.area_id:
        return [desk.say("consent-thanks", menu=True), *await needs.resume(desk)]
    desk.go(None)
    return await greet(desk)


def _has_draft(desk: Desk) -> bool:
    return bool(desk.data.get("draft"))


def _agree(desk: Desk, person: Person) -> None:
    person.consented_at, person.consent_version, person.withdrawn_at = desk.now, CONSENT_VERSION, None


@router.message(Command("help", "menu"))
async def on_help(message: Message, desk: Desk) -> Answer:
    return await greet(desk) if desk.known else ask_consent(desk)


@router.message(Unknown())
async def before_consent(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if not content.empty and not (message.text or "").startswith("/"):
        needs.keep_draft(desk, content)
        if content.album and desk.data.get("asked_album") == content.album:
            return None
        desk.keep(asked_album=content.album)
    return ask_consent(desk)


@router.callback_query(Unknown())
async def click_before_consent(query: CallbackQuery, desk: Desk) -> Answer:
    return ask_consent(desk)


# -- the community


@router.callback_query(Pick.filter(F.what == "area"))
async def on_area(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    area = await desk.people.area_by_code(callback_data.arg)
    if area is None:
        return desk.say("area-unknown")
    desk.me.area_id = area.id
    return [desk.say("area-chosen", area=area.name), *await needs.resume(desk)]


@router.callback_query(Pick.filter(F.what == "change-area"))
async def change_area(query: CallbackQuery, desk: Desk) -> Answer:
    return await needs.ask_area(desk)


@router.message(StateFilter(Step.area), F.text, ~F.text.startswith("/"), ~Says("menu-human", "human"))
async def search_area(message: Message, desk: Desk) -> Answer:
    return await needs.ask_area(desk, message.text or "")


# -- whoever blocks the bot, or comes back


@router.my_chat_member(F.chat.type == ChatType.PRIVATE)
async def membership(event: ChatMemberUpdated, desk: Desk) -> Answer:
    if desk.person is not None:
        gone = event.new_chat_member.status in (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)
        desk.person.unreachable_at = desk.now if gone else None
    return None


@router.callback_query(F.data == MORE)
async def more(query: CallbackQuery, desk: Desk) -> Answer:
    rest = [Choice(label, data) for label, data in desk.data.get("more", [])]
    return desk.say("more-choices", rest) if rest else desk.say("button-old")


# -- small talk, and the office itself


@router.message(StateFilter(None), Asks(Intent.HELP))
@router.message(StateFilter(None), Asks(Intent.GREETING))
async def on_greeting(message: Message, desk: Desk) -> Answer:
    return await greet(desk)


@router.message(StateFilter(None), Asks(Intent.THANKS), ~F.reply_to_message)
async def on_thanks(message: Message, desk: Desk) -> Answer:
    return desk.say("you-are-welcome", menu=True)


@router.message(StateFilter(None), Asks(Intent.OFFICE))
async def on_office(message: Message, desk: Desk) -> Answer:
    if desk.me.area_id is None:
        return await needs.ask_area(desk)
    area = await desk.people.area(desk.me.area_id)
    hours = "、".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in desk.office.rules.hours.spans)
    where = area.address or desk.t("office-address-unknown")
    return desk.say("office", area=area.name, hours=hours, address=where, phone=area.phone or "12345")


# -- a person, from anywhere


@router.message(Command("human"))
@router.message(Says("menu-human", "human"))
@router.message(Asks(Intent.HUMAN))
async def on_human(message: Message, desk: Desk) -> Answer:
    return await to_a_person(desk)


@router.callback_query(Pick.filter(F.what == "human"))
async def click_human(query: CallbackQuery, desk: Desk) -> Answer:
    return await to_a_person(desk)


async def to_a_person(desk: Desk) -> Answer:
    """转人工 (rule 14): what is on the table is recorded for a person as it is; with nothing on the table the
    people who answer already are named, and the next words go to a person."""
    if desk.me.area_id is None:
        return await needs.ask_area(desk)
    if _has_draft(desk):
        return await needs.record(desk, GENERAL)
    mine = await desk.casebook.of_resident(desk.me.id, OPEN)
    desk.go(Step.human)
    area = await desk.people.area(desk.me.area_id)
    choices = [await needs.talk_choice(desk, request) for request in mine[:3]]
    return desk.say("human-say", choices, phone=area.phone or "12345", area=area.name)
