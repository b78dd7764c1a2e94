"""The front door: /start and its links, consent, the community, a person at once."""

import re

from aiogram import F
from aiogram.filters import Command, CommandObject, CommandStart, Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import claims, mediation_party, needs, places
from handlers.desk import CONSENT_VERSION, OWN_WORDS, Desk, Pick, Step
from handlers.incoming import Content, clean, read
from handlers.routing import DeskRouter, Kind, Plain
from handlers.speech import Answer, Say
from knowledge import small_words
from knowledge.intents import Intent, find
from knowledge.lifecycle import Role
from storage.ledger import CaseError
from storage.people import PeopleError
from storage.reports import open_danger
from storage.tables import Area, Person

router = DeskRouter(name="front")
searching = DeskRouter(name="searching")
"""Asked after everything that has words of its own: what is left is the name of a community."""

_AREA_LINK = "area-"
_A_PERSON = re.compile(r"\b(?:human|person|operator)\b", re.IGNORECASE)
_SHORT = 12
"""Characters of a wish and nothing else; a longer message tells the need as well."""


class Says(Plain):
    """The message is the words of this button, in any language, and nothing else."""

    def __init__(self, *keys: str) -> None:
        self._keys = keys

    def holds(self, event: Message, desk: Desk) -> bool:
        said = clean(event.text or "")
        return any(said in desk.office.texts.every(key) for key in self._keys)


class Asks(Plain):
    """The whole message is this wish, in words of one's own."""

    def __init__(self, *intents: Intent) -> None:
        self._intents = frozenset(intents)

    def holds(self, event: Message, desk: Desk) -> bool:
        return not self._intents.isdisjoint(find(event.text or ""))


class Unknown(Plain):
    """Nobody has agreed yet that anything is kept."""

    def suits(self, kind: Kind) -> bool:
        return not kind.known

    def holds(self, event: Message | CallbackQuery, desk: Desk) -> bool:
        return not desk.known


class NobodyWaits(Filter):
    """No member of staff waits for an answer of this person, whose small words would be that answer."""

    async def __call__(self, message: Message, desk: Desk) -> bool:
        return not await desk.waiting()


# -- /start


@router.message(CommandStart(deep_link=True))
async def start_with_link(message: Message, command: CommandObject, desk: Desk) -> Answer:
    payload = clean(command.args or "")
    if payload.lower().startswith(_AREA_LINK):
        return await _start_in_area(desk, payload[len(_AREA_LINK) :])
    whose = (desk.channel, desk.chat.chat_id)
    if desk.office.guesses.too_many(whose, desk.now):
        raise PeopleError("invite_wait")
    try:
        return await _come_by_code(desk, payload)
    except (PeopleError, CaseError):
        desk.office.guesses.wrong(whose, desk.now)
        raise


async def _come_by_code(desk: Desk, payload: str) -> Answer:
    """An invitation of staff, of the other party of a mediation, or of somebody served at the counter.

    :raises PeopleError, CaseError: it opens nothing
    """
    if payload.startswith(mediation_party.LINK):
        return await mediation_party.opened(desk, payload.removeprefix(mediation_party.LINK))
    if payload.startswith(claims.LINK):
        return await claims.opened(desk, payload.removeprefix(claims.LINK))
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
    area = await desk.people.area(desk.me.area_id) if desk.me.area_id else await desk.people.only_area()
    if area is None:
        return desk.say("welcome-anywhere", menu=True)
    return await places.not_open(desk, area) or desk.say("welcome", menu=True, area=area.name)


async def _start_in_area(desk: Desk, code: str) -> Answer:
    area = await desk.people.area_by_code(code)
    if area is None:
        return desk.say("area-unknown") if desk.known else [desk.say("area-unknown"), ask_consent(desk)]
    if not desk.known:
        desk.keep(area=area.code)
        return ask_consent(desk)
    return await _settle_in(desk, area)


async def _settle_in(desk: Desk, area: Area) -> list[Say]:
    desk.me.area_id = area.id
    return [desk.say("area-chosen", area=area.name, menu=True), *await needs.resume(desk)]


async def _join(desk: Desk, code: str) -> Answer:
    if await desk.people.find_invite(code) is None:
        raise PeopleError("invite_wrong")
    person = desk.person or await desk.meet()
    invite = await desk.people.join(code, person)
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
    desk.stay(Step.consent)
    return _consent(desk, "consent-telegram" if desk.channel == "telegram" else "consent")


def _ask_again(desk: Desk) -> Say:
    """In a line for whoever was asked a moment ago, which also says that nothing they say is lost."""
    if desk.chat.state != Step.consent.state or desk.stale:
        return ask_consent(desk)
    desk.stay(Step.consent)
    return _consent(desk, "consent-kept" if needs.on_table(desk) else "consent-again")


def _consent(desk: Desk, key: str) -> Say:
    yes, no = (desk.button(f"consent-{arg}", Pick(what="consent", arg=arg)) for arg in ("yes", "no"))
    return desk.say(key, [yes, no], columns=2)


@router.callback_query(Pick.filter(F.what == "consent"))
async def on_consent(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    return _refused(desk) if callback_data.arg != "yes" else await _agreed(desk)


async def _agreed(desk: Desk) -> Answer:
    if desk.known:
        return await greet(desk)
    person = desk.person or await desk.meet()
    _agree(desk, person)
    if desk.data.get("mediate"):
        return await mediation_party.entered(desk)
    if desk.data.get("claim"):
        return await claims.entered(desk)
    if code := desk.data.get("area"):
        area = await desk.people.area_by_code(code)
        person.area_id = area.id if area else person.area_id
    if desk.data.get("human") or needs.on_table(desk) or (not person.area_id and not await desk.people.only_area()):
        desk.stay(None)
        return [desk.say("consent-thanks", menu=True), *await needs.resume(desk)]
    desk.go(None)
    return await greet(desk)


def _refused(desk: Desk) -> Say:
    """Nothing is kept: not the draft, and not what the channel itself holds of the chat."""
    if desk.known:
        return desk.say("consent-given-already")
    desk.go(None)
    if desk.person is not None:  # their danger was recorded, and stays with whoever answers for it
        return desk.say("consent-refused-danger")
    desk.casebook.outbox.forget(desk.channel, desk.chat.chat_id)
    return desk.say("consent-refused")


def _agree(desk: Desk, person: Person) -> None:
    person.consented_at, person.consent_version, person.withdrawn_at = desk.now, CONSENT_VERSION, None


@router.message(Command("help", "menu"))
async def on_help(message: Message, desk: Desk) -> Answer:
    return await greet(desk) if desk.known else ask_consent(desk)


@router.message(Unknown(), Command("human"))
@router.message(Unknown(), Says("menu-human", "human"))
async def human_before_consent(message: Message, desk: Desk) -> Answer:
    """A person can always be reached: by phone at once, here after consent."""
    desk.keep(human=True)
    code = desk.data.get("area")
    area = await (desk.people.area_by_code(code) if code else desk.people.only_area())
    phone = area.phone if area and area.phone else "12345"
    return [desk.say("human-before-consent", phone=phone), ask_consent(desk)]


class Consents(Plain):
    """A yes or no in a word to the question that was just asked."""

    def holds(self, event: Message, desk: Desk) -> bool:
        asked = desk.at(Step.consent)
        return asked and not desk.known and small_words.agrees(event.text or "") is not None


@router.message(Consents(), ~F.reply_to_message)
async def consent_typed(message: Message, desk: Desk) -> Answer:
    if desk.person and await open_danger(desk.session, desk.person.id, desk.now):
        return await _kept(desk, read(message, desk.channel))  # it answers those who were alerted
    return await _agreed(desk) if small_words.agrees(message.text or "") else _refused(desk)


class Easier(Plain):
    """Larger letters are asked for, or no longer."""

    def holds(self, event: Message, desk: Desk) -> bool:
        return small_words.easier(event.text or "") is not None


@router.message(Unknown(), Easier())
async def easier_before_consent(message: Message, desk: Desk) -> Answer:
    """Who cannot read the question gets it in large and short."""
    on = bool(small_words.easier(message.text or ""))
    if desk.person is not None:
        desk.person.elder_mode = on
    desk.keep(elder=on)
    return ask_consent(desk)


@router.message(Unknown(), Says("menu-services", "menu-requests", "menu-settings"))
@router.message(Unknown(), Asks(Intent.GREETING, Intent.THANKS, Intent.HELP, Intent.CANCEL))
async def small_words_before_consent(message: Message, desk: Desk) -> Answer:
    return _ask_again(desk)


@router.message(Unknown(), Asks(Intent.ROBOT))
async def robot_before_consent(message: Message, desk: Desk) -> Answer:
    return [desk.say("robot"), _ask_again(desk)]


@router.message(Unknown())
async def before_consent(message: Message, desk: Desk) -> Answer:
    return await _kept(desk, read(message, desk.channel))


async def _kept(desk: Desk, content: Content) -> Answer:
    """What is said is kept until consent; whoever is in danger goes on talking with those who were alerted."""
    begun = desk.person and await open_danger(desk.session, desk.person.id, desk.now)
    if desk.person and begun and not content.empty:
        await desk.casebook.say(begun, desk.person.id, content.text, content.files, desk.source(content))
        return desk.say("danger-passed-on", request_id=begun)
    if content.empty or content.only_pictographs or content.text.startswith("/"):
        return _ask_again(desk)
    asked = needs.same_album(desk, content)
    if content.files or not small_words.small(content.text):
        needs.keep_draft(desk, content)
    return None if asked else _ask_again(desk)


@router.callback_query(Unknown())
async def click_before_consent(query: CallbackQuery, desk: Desk) -> Answer:
    return _ask_again(desk)


@router.edited_message(Unknown())
async def edit_before_consent(message: Message, desk: Desk) -> Answer:
    needs.correct(desk, read(message, desk.channel))
    return None


# -- a person, from anywhere


class WantsPerson(Plain):
    """转人工 in one's own words."""

    def holds(self, event: Message, desk: Desk) -> bool:
        said = event.text or ""
        return desk.chat.state not in OWN_WORDS and ("转人工" in said or Intent.HUMAN in find(said))


class OfTheDesk(Filter):
    """It is the desk that is asked: to somebody one is talking with, 「给我打电话」 is for them."""

    async def __call__(self, message: Message, desk: Desk) -> bool:
        said = message.text or ""
        if "人工" in said or _A_PERSON.search(said):
            return True
        return desk.chat.state != Step.talk.state and not await desk.waiting()


@router.message(Command("human"))
@router.message(Says("menu-human", "human"))
async def on_human(message: Message, desk: Desk) -> Answer:
    return await needs.to_a_person(desk)


@router.message(WantsPerson(), OfTheDesk())
async def on_human_told(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if len(content.text) > _SHORT and desk.chat.state != Step.talk.state:
        needs.keep_draft(desk, content)
    return await needs.to_a_person(desk)


@router.callback_query(Pick.filter(F.what == "human"))
async def click_human(query: CallbackQuery, desk: Desk) -> Answer:
    return await needs.to_a_person(desk)


# -- the community


@router.callback_query(Pick.filter(F.what == "area"))
async def on_area(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    area = await desk.people.area_by_code(clean(callback_data.arg))
    return desk.say("area-unknown") if area is None else await _settle_in(desk, area)


@router.callback_query(Pick.filter(F.what == "change-area"))
async def change_area(query: CallbackQuery, desk: Desk) -> Answer:
    return await places.ask_area(desk)


@router.message(Says("change-area"))
async def change_area_typed(message: Message, desk: Desk) -> Answer:
    return await places.ask_area(desk)


class Stays(Plain):
    """They leave the community as it is."""

    def holds(self, event: Message, desk: Desk) -> bool:
        said = event.text or ""
        return Intent.CANCEL in find(said) or (small_words.refuses(said) and desk.known and desk.me.area_id is not None)


@router.message(StateFilter(Step.area), Stays())
async def keep_area(message: Message, desk: Desk) -> Answer:
    return await _stay(desk)


@router.callback_query(Pick.filter(F.what == "stay"))
async def click_stay(query: CallbackQuery, desk: Desk) -> Answer:
    return await _stay(desk)


async def _stay(desk: Desk) -> list[Say]:
    """Back to what was going on before the community was asked for."""
    if desk.me.area_id is None:
        desk.go(None)
        return [desk.say("dropped", menu=True)]
    needs.clear(desk)
    area = await desk.people.area(desk.me.area_id)
    said = desk.say("area-chosen", area=area.name, menu=True)
    return [said, *(await needs.again(desk) if needs.on_table(desk) else ())]


@searching.message(StateFilter(Step.area), F.text, ~F.text.startswith("/"))
async def search_area(message: Message, desk: Desk) -> Answer:
    """The name of a community. Words that tell a need instead are kept for after it."""
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    if small_words.small(content.text):
        return await places.ask_area(desk)
    found = await desk.people.search_areas(content.text)
    exact = [a for a in found if a.name == content.text]
    if len(exact) == 1:
        return await _settle_in(desk, exact[0])
    if len(content.text) > _SHORT or (not found and needs.is_new(desk, content)):
        needs.keep_draft(desk, content)
        return [desk.say("noted"), await places.ask_area(desk, content.text if found else "")]
    return await places.ask_area(desk, content.text)
