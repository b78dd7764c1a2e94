"""代为登记: a worker records what somebody said at the counter, by phone or at home, one question at a time.
The worker who was asked is the first responder (rule 2).

What is asked: the name; a phone number, a contact (a child, a neighbour), which may be left out; the community where
there are several; whether they agree, which is read out to them; the need. A known person with the same number is
offered, never taken silently."""

from aiogram import F
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import cards
from handlers.alarm import danger_words
from handlers.desk import CONSENT_VERSION, Act, Desk, Pick, Step
from handlers.front import Says
from handlers.incoming import phone_in, read
from handlers.routing import DeskRouter
from handlers.speech import Answer, Choice, Say
from handlers.worker import Answering, IsStaff
from knowledge import danger
from knowledge.catalogue import GENERAL
from knowledge.danger import Tier
from knowledge.lifecycle import Intake
from knowledge.numbers import spoken
from storage.case_people import ContactOf
from storage.ledger import Need
from storage.tables import Area, Level, Person

router = DeskRouter(name="behalf")

_WAYS = (Intake.COUNTER, Intake.PHONE, Intake.VISIT)
_RELATIONS = ("daughter", "son", "spouse", "neighbour")
_SHOWN = 8


def _cancel(desk: Desk) -> Choice:
    return desk.button("cancel", Pick(what="cancel"))


def _number(message: Message, desk: Desk) -> str | None:
    """A number in digits, however they are set apart, or somebody's contact card."""
    return phone_in(message.contact.phone_number if message.contact else read(message, desk.channel).text)


@router.message(IsStaff(), Says("menu-behalf"))
async def begin(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    choices = [desk.button(f"behalf-way-{way.value}", Pick(what="behalf", arg=way.value)) for way in _WAYS]
    return desk.say("behalf-how", [*choices, _cancel(desk)])


# -- the person served: name, number, whether they are known


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
    desk.stay(Step.behalf_phone, name=name)
    return desk.say("behalf-phone", [desk.button("behalf-no-phone", Pick(what="no-phone")), _cancel(desk)], name=name)


@router.message(Answering(Step.behalf_phone))
async def take_phone(message: Message, desk: Desk) -> Answer:
    phone = _number(message, desk)
    if phone is None:
        return desk.say("behalf-phone-wrong", [desk.button("behalf-no-phone", Pick(what="no-phone")), _cancel(desk)])
    desk.keep(phone=phone)
    known = await _known(desk)
    if not known:
        return await _ask_area(desk)
    await desk.casebook.looked_up([person.id for person in known], desk.me.id)
    desk.stay(Step.behalf_ask, asks="known")
    return _ask_known(desk, known)


async def _known(desk: Desk) -> list[Person]:
    """Who is known with this number in the areas of this worker, themselves left out."""
    areas = await desk.people.within(post.area_id for post in desk.posts)
    found = await desk.casebook.known_by_phone(desk.data["phone"], sorted(areas))
    return [person for person in found if person.id != desk.me.id][:_SHOWN]


def _ask_known(desk: Desk, known: list[Person]) -> Say:
    choices = [
        desk.button("behalf-known-is", Pick(what="behalf-known", arg=str(p.id)), name=cards.half(p.name)) for p in known
    ]
    other = desk.button("behalf-known-no", Pick(what="behalf-known", arg="no"))
    return desk.say("behalf-known", [*choices, other, _cancel(desk)], phone=cards.masked(desk.data["phone"]))


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-known"))
async def on_known(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "known":
        return desk.say("button-old")
    chosen = next((p for p in await _known(desk) if str(p.id) == callback_data.arg), None)
    if chosen is not None:
        desk.keep(person=chosen.id, name=chosen.name)
    elif callback_data.arg != "no":
        return desk.say("button-old")
    return await _ask_area(desk)


@router.callback_query(StateFilter(Step.behalf_phone), Pick.filter(F.what == "no-phone"))
async def no_phone(query: CallbackQuery, desk: Desk) -> Answer:
    desk.keep(phone=None)
    return await _ask_area(desk)


# -- the community, asked where there are several


async def _communities(desk: Desk) -> list[Area]:
    within = await desk.people.within(post.area_id for post in desk.posts)
    return [a for a in await desk.people.areas() if a.id in within and a.level in (Level.COMMUNITY, Level.GRID)]


async def _ask_area(desk: Desk) -> Say:
    areas = await _communities(desk)
    if len(areas) < 2:
        desk.keep(area_id=areas[0].id if areas else desk.posts[0].area_id)
        return await _ask_contact(desk)
    desk.stay(Step.behalf_ask, asks="area")
    return await _area_question(desk, areas)


async def _area_question(desk: Desk, areas: list[Area]) -> Say:
    choices = [Choice(a.name, Pick(what="behalf-area", arg=a.code).pack()) for a in areas[:_SHOWN]]
    return desk.say("behalf-area", [*choices, _cancel(desk)], name=desk.data["name"])


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-area"))
async def on_area(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    chosen = next((a for a in await _communities(desk) if a.code == callback_data.arg), None)
    if chosen is None or desk.data.get("asks") != "area":
        return desk.say("button-old")
    desk.keep(area_id=chosen.id)
    return await _ask_contact(desk)


# -- who is spoken with: themselves, or a child, a neighbour


async def _ask_contact(desk: Desk) -> Say:
    """Whoever has a chat of their own is spoken with there."""
    person = await desk.people.get(desk.data["person"]) if desk.data.get("person") else None
    if person is not None and person.chat_id is not None:
        return await _ask_consent(desk)
    desk.stay(Step.behalf_ask, asks="contact")
    return _contact_question(desk)


def _contact_question(desk: Desk) -> Say:
    choices = [
        desk.button("behalf-contact-self", Pick(what="behalf-contact", arg="self")),
        desk.button("behalf-contact-other", Pick(what="behalf-contact", arg="other")),
    ]
    return desk.say("behalf-contact", [*choices, _cancel(desk)], name=desk.data["name"])


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-contact"))
async def on_contact(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "contact":
        return desk.say("button-old")
    if callback_data.arg == "self":
        return await _ask_consent(desk)
    desk.stay(Step.behalf_contact, asks="name")
    return desk.say("behalf-contact-name", [_cancel(desk)], name=desk.data["name"])


@router.message(Answering(Step.behalf_contact))
async def take_contact(message: Message, desk: Desk) -> Answer:
    """The contact's name, number and relation, one after another."""
    said = read(message, desk.channel).text.split("\n")[0]
    match desk.data["asks"]:
        case "name" if said:
            desk.keep(asks="phone", contact=said[:40])
            return _contact_phone(desk, "behalf-phone")
        case "name":
            return desk.say("behalf-contact-name", [_cancel(desk)], name=desk.data["name"])
        case "phone":
            phone = _number(message, desk)
            if phone is None:
                return _contact_phone(desk, "behalf-phone-wrong")
            return _ask_relation(desk, phone)
        case _ if said:
            desk.keep(relation=said[:32])
            return await _ask_consent(desk)
    return _relation_question(desk)


def _contact_phone(desk: Desk, key: str) -> Say:
    choices = [desk.button("behalf-no-phone", Pick(what="behalf-no-number")), _cancel(desk)]
    named = {"name": desk.data["contact"]} if key == "behalf-phone" else {}
    return desk.say(key, choices, **named)


@router.callback_query(StateFilter(Step.behalf_contact), Pick.filter(F.what == "behalf-no-number"))
async def no_number(query: CallbackQuery, desk: Desk) -> Answer:
    return _ask_relation(desk, None) if desk.data.get("asks") == "phone" else desk.say("button-old")


def _ask_relation(desk: Desk, phone: str | None) -> Say:
    desk.keep(asks="relation", contact_phone=phone)
    return _relation_question(desk)


def _relation_question(desk: Desk) -> Say:
    choices = [desk.button(f"relation-{r}", Pick(what="behalf-relation", arg=r)) for r in (*_RELATIONS, "none")]
    about = {"contact": desk.data["contact"], "name": desk.data["name"]}
    return desk.say("behalf-relation", [*choices, _cancel(desk)], columns=2, **about)


@router.callback_query(StateFilter(Step.behalf_contact), Pick.filter(F.what == "behalf-relation"))
async def on_relation(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "relation" or callback_data.arg not in (*_RELATIONS, "none"):
        return desk.say("button-old")
    named = None if callback_data.arg == "none" else desk.label(f"relation-{callback_data.arg}")
    desk.keep(relation=named)
    return await _ask_consent(desk)


# -- consent, said aloud


async def _ask_consent(desk: Desk) -> Say:
    person = await desk.people.get(desk.data["person"]) if desk.data.get("person") else None
    if person is not None and person.consented_at is not None and person.withdrawn_at is None:
        return _ask_need(desk)
    desk.stay(Step.behalf_ask, asks="consent")
    return _consent_question(desk)


def _consent_question(desk: Desk) -> Say:
    choices = [
        desk.button("behalf-consent-yes", Pick(what="behalf-consent", arg="yes")),
        desk.button("behalf-consent-no", Pick(what="behalf-consent", arg="no")),
    ]
    return desk.say("behalf-consent", choices, name=desk.data["name"])


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-consent"))
async def on_consent(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "consent":
        return desk.say("button-old")
    if callback_data.arg != "yes":
        desk.go(None)
        return desk.say("behalf-refused", menu=True)
    desk.keep(agreed=True)
    return _ask_need(desk)


@router.message(Answering(Step.behalf_ask))
async def tap_please(message: Message, desk: Desk) -> Answer:
    """Words where a tap is asked for: the question once more."""
    match desk.data["asks"]:
        case "known":
            return _ask_known(desk, await _known(desk))
        case "area":
            said = read(message, desk.channel).text
            areas = await _communities(desk)
            return await _area_question(
                desk, [a for a in areas if said and (said in a.name or a.name in said)] or areas
            )
        case "contact":
            return _contact_question(desk)
    return _consent_question(desk)


# -- the need


def _ask_need(desk: Desk) -> Say:
    desk.stay(Step.behalf_need)
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
    """Record it for whoever was served, known or new; their contact's chat is found by the number confirmed there."""
    if callback_data.arg not in desk.office.rules.catalogue.services or "text" not in desk.data or not desk.posts:
        return desk.say("button-old")
    data = desk.data
    resident = await _served(desk)
    if resident is None:  # they have just left the desk: what was known of them is not written down again
        desk.go(Step.behalf_name, way=data["way"])
        return desk.say("behalf-left", [_cancel(desk)])
    found = danger.find(data["text"])
    present = found is not None and found.tier is Tier.PRESENT
    request = await desk.casebook.record(
        Need(
            resident=resident,
            area_id=data["area_id"],
            service_id=callback_data.arg,
            text=data["text"],
            files=data.get("files", []),
            intake=Intake(data["way"]),
            recorded_by=desk.me,
            danger=found.kind.value if found and present else None,
            matched=tuple(data.get("ranked", ())),
            contact=await _contact(desk),
        )
    )
    desk.go(None)
    number = spoken(request.number)
    choices = [desk.button("behalf-slip-show", Act(act="slip", id=request.id))]
    said = desk.say("behalf-done", choices, name=resident.name, number=number, request_id=request.id)
    return [Say(danger_words(desk, found)), said] if found and present else said


async def _served(desk: Desk) -> Person | None:
    """Whoever is recorded; None when they were known and have erased themselves meanwhile."""
    data = desk.data
    if data.get("person"):
        person = await desk.people.get(data["person"])
        if person.erased_at is not None:
            return None
        person.phone = person.phone or data.get("phone")
    else:
        person = await desk.people.add(name=data["name"], phone=data.get("phone"), area_id=data["area_id"])
    if data.get("agreed"):
        person.consented_at, person.consent_version, person.withdrawn_at = desk.now, CONSENT_VERSION, None
    return person


async def _contact(desk: Desk) -> ContactOf | None:
    data = desk.data
    if "contact" not in data:
        return None
    phone = data.get("contact_phone")
    chat = await desk.casebook.chat_of(phone)
    return ContactOf(data["contact"], phone, data.get("relation"), None if chat == desk.me.id else chat)
