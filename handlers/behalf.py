"""代为登记: a worker records what somebody said at the counter, by phone or at home, one question at a time.
The worker who was asked is the first responder (rule 2).

What is asked: the name; a phone number, a contact (a child, a neighbour), which may be left out; the community where
there are several; whether they agree, which is read out to them; the need. A known person with the same number is
offered, never taken silently. A sentence that tells all of it at once is taken apart and shown."""

from aiogram import F
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import behalf_questions
from handlers.alarm import danger_words
from handlers.behalf_questions import RELATIONS, WAYS, again, ask, communities, known
from handlers.desk import CONSENT_VERSION, Act, Desk, Pick, Step
from handlers.front import Says
from handlers.incoming import bare, phone_in, read
from handlers.needs import NO, YES
from handlers.routing import DeskRouter
from handlers.speech import Answer, Say
from handlers.worker import Answering, IsStaff
from knowledge import counter, danger
from knowledge.danger import Tier
from knowledge.lifecycle import Intake
from knowledge.numbers import dialled, spoken
from storage.case_people import ContactOf
from storage.ledger import Need
from storage.tables import Area, Person

router = DeskRouter(name="behalf")

_STEPS = (Step.behalf_name, Step.behalf_phone, Step.behalf_need, Step.behalf_contact, Step.behalf_ask)
_THEMSELVES = frozenset({"本人", "自己", "他自己", "她自己", "联系本人", "就联系本人", "就本人", "不用", "没有"})


@router.message(IsStaff(), Says("menu-behalf"))
async def begin(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    return await ask(desk, "how")


@router.callback_query(StateFilter(*_STEPS), Pick.filter(F.what == "behalf-back"))
async def on_back(query: CallbackQuery, desk: Desk) -> Answer:
    return await behalf_questions.back(desk) or desk.say("button-old")


# -- the person served: name, number, whether they are known


@router.callback_query(IsStaff(), Pick.filter(F.what == "behalf"))
async def on_way(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in {way.value for way in WAYS}:
        return desk.say("button-old")
    desk.go(None, way=callback_data.arg, trail=["how"])
    return await ask(desk, "name")


@router.message(Answering(Step.behalf_name))
async def take_name(message: Message, desk: Desk) -> Answer:
    """A name; of a whole sentence, its name, number and matter. Without a plain name the sentence stays the matter."""
    content = read(message, desk.channel)
    told = counter.told(content.text)
    _add(desk, told.matter)
    desk.keep(phone=told.phone or desk.data.get("phone"), files=[*desk.data.get("files", []), *content.files])
    if not told.name:
        return await again(desk, desk.t("behalf-name-only") if content.text else "")
    desk.keep(name=told.name)
    return await ask(desk, "check" if desk.data["phone"] or desk.data["text"] else "phone")


def _add(desk: Desk, words: str) -> None:
    """Words that were said before the need was asked for belong to it."""
    desk.keep(text="\n".join(filter(None, [desk.data.get("text"), words])))


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-check"))
async def on_check(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "check":
        return desk.say("button-old")
    return await _checked(desk) if callback_data.arg == "yes" else await ask(desk, "name")


async def _checked(desk: Desk) -> Answer:
    return await _with_phone(desk, desk.data["phone"]) if desk.data.get("phone") else await ask(desk, "phone")


def _number(message: Message, desk: Desk) -> str | None:
    """A number that can be dialled, in digits, however they are set apart; or somebody's contact card."""
    phone = phone_in(message.contact.phone_number if message.contact else read(message, desk.channel).text)
    return phone if phone is not None and dialled(phone) else None


def _wrong(message: Message, desk: Desk) -> str:
    """Why it was no number; of a mobile, how many digits it has."""
    phone = phone_in(message.text or "")
    return desk.t("behalf-phone-short", digits=str(len(phone)), phone=phone) if phone else desk.t("behalf-phone-wrong")


@router.message(Answering(Step.behalf_phone))
async def take_phone(message: Message, desk: Desk) -> Answer:
    phone = _number(message, desk)
    if phone is not None:
        return await _with_phone(desk, phone)
    told = counter.told(read(message, desk.channel).text)
    if told.phone is None:
        return await again(desk, _wrong(message, desk))
    _add(desk, "，".join(filter(None, [told.name, told.matter])))
    return await _with_phone(desk, told.phone)


async def _with_phone(desk: Desk, phone: str) -> Answer:
    desk.keep(phone=phone, person=None)
    kept = desk.t("behalf-phone-kept", phone=_grouped(phone))
    if not (found := await known(desk)):
        return await _ask_area(desk, kept)
    await desk.casebook.looked_up([person.id for person in found], desk.me.id)
    return await ask(desk, "known", kept)


def _grouped(phone: str) -> str:
    """A mobile number as it is read out."""
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if len(phone) == 11 and phone[0] == "1" else phone


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-known"))
async def on_known(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "known":
        return desk.say("button-old")
    chosen = next((p for p in await known(desk) if str(p.id) == callback_data.arg), None)
    if chosen is None and callback_data.arg != "no":
        return desk.say("button-old")
    return await _known_as(desk, chosen)


async def _known_as(desk: Desk, chosen: Person | None) -> Answer:
    desk.keep(person=chosen.id if chosen else None, **({"name": chosen.name} if chosen else {}))
    return await _ask_area(desk)


@router.callback_query(StateFilter(Step.behalf_phone), Pick.filter(F.what == "no-phone"))
async def no_phone(query: CallbackQuery, desk: Desk) -> Answer:
    desk.keep(phone=None, person=None)
    return await _ask_area(desk)


# -- the community, asked where there are several


async def _ask_area(desk: Desk, before: str = "") -> Say:
    areas = await communities(desk)
    if len(areas) > 1:
        return await ask(desk, "area", before)
    desk.keep(area_id=areas[0].id if areas else desk.posts[0].area_id)
    return await _ask_contact(desk, before)


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-area"))
async def on_area(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    chosen = next((a for a in await communities(desk) if a.code == callback_data.arg), None)
    if chosen is None or desk.data.get("asks") != "area":
        return desk.say("button-old")
    return await _lives_in(desk, chosen)


async def _lives_in(desk: Desk, area: Area) -> Say:
    desk.keep(area_id=area.id)
    return await _ask_contact(desk)


# -- who is spoken with: themselves, or a child, a neighbour


async def _ask_contact(desk: Desk, before: str = "") -> Say:
    """Whoever has a chat of their own is spoken with there."""
    person = await desk.people.get(desk.data["person"]) if desk.data.get("person") else None
    if person is not None and person.chat_id is not None:
        return await _ask_consent(desk, before)
    return await ask(desk, "contact", before)


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-contact"))
async def on_contact(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "contact":
        return desk.say("button-old")
    return await (_speaks_themselves(desk) if callback_data.arg == "self" else ask(desk, "contact-name"))


async def _speaks_themselves(desk: Desk) -> Say:
    desk.keep(contact=None, contact_phone=None, relation=None)
    return await _ask_consent(desk)


@router.message(Answering(Step.behalf_contact))
async def take_contact(message: Message, desk: Desk) -> Answer:
    """The contact's name, number and relation, one after another."""
    said = read(message, desk.channel).text.split("\n")[0]
    match desk.data["asks"]:
        case "name" if said:
            told = counter.told(said)
            _add(desk, told.matter)
            if not told.name:
                return await again(desk, desk.t("behalf-name-only"))
            desk.keep(contact=told.name)
            return await (_contact_at(desk, told.phone) if told.phone else ask(desk, "contact-phone"))
        case "phone":
            phone = _number(message, desk)
            return await (again(desk, _wrong(message, desk)) if phone is None else _contact_at(desk, phone))
        case "relation" if said:
            desk.keep(relation=said[:32])
            return await _ask_consent(desk)
    return await again(desk)


async def _contact_at(desk: Desk, phone: str) -> Say:
    desk.keep(contact_phone=phone)
    return await ask(desk, "relation", desk.t("behalf-phone-kept", phone=_grouped(phone)))


@router.callback_query(StateFilter(Step.behalf_contact), Pick.filter(F.what == "behalf-no-number"))
async def no_number(query: CallbackQuery, desk: Desk) -> Answer:
    if desk.data.get("asks") != "phone":
        return desk.say("button-old")
    desk.keep(contact_phone=None)
    return await ask(desk, "relation")


@router.callback_query(StateFilter(Step.behalf_contact), Pick.filter(F.what == "behalf-relation"))
async def on_relation(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "relation" or callback_data.arg not in (*RELATIONS, "none"):
        return desk.say("button-old")
    named = None if callback_data.arg == "none" else desk.label(f"relation-{callback_data.arg}")
    desk.keep(relation=named)
    return await _ask_consent(desk)


# -- consent, said aloud


async def _ask_consent(desk: Desk, before: str = "") -> Say:
    person = await desk.people.get(desk.data["person"]) if desk.data.get("person") else None
    if person is not None and person.consented_at is not None and person.withdrawn_at is None:
        return await _ask_need(desk, before)
    return await ask(desk, "consent", before)


@router.callback_query(StateFilter(Step.behalf_ask), Pick.filter(F.what == "behalf-consent"))
async def on_consent(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if desk.data.get("asks") != "consent":
        return desk.say("button-old")
    return await _consented(desk, callback_data.arg == "yes")


async def _consented(desk: Desk, agreed: bool) -> Say:
    if not agreed:
        desk.go(None)
        return desk.say("behalf-refused", menu=True)
    desk.keep(agreed=True)
    return await _ask_need(desk)


@router.message(Answering(Step.behalf_ask))
async def in_words(message: Message, desk: Desk) -> Answer:
    """Words where a tap is asked for: what they plainly answer, or the question once more."""
    said = read(message, desk.channel).text
    small = bare(said)
    match desk.data["asks"]:
        case "check" if small in YES:
            return await _checked(desk)
        case "known" if small in NO or (small in YES and len(await known(desk)) == 1):
            return await _known_as(desk, (await known(desk))[0] if small in YES else None)
        case "area" if said:
            fits = [a for a in await communities(desk) if said in a.name or a.name in said]
            if len(fits) == 1:
                return await _lives_in(desk, fits[0])
            return await (behalf_questions.area(desk, fits) if fits else again(desk))
        case "contact" if small in _THEMSELVES:
            return await _speaks_themselves(desk)
        case "consent" if (agreed := counter.consented(said)) is not None:
            return await _consented(desk, agreed)
    return await again(desk)


# -- the need


async def _ask_need(desk: Desk, before: str = "") -> Say:
    """What was told with the name needs no telling again."""
    return await ask(desk, "as" if desk.data.get("text") else "need", before)


@router.message(Answering(Step.behalf_need))
async def take_need(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    asked = content.album is not None and content.album == desk.data.get("album")
    text = "\n".join(filter(None, [desk.data.get("text"), content.text]))
    desk.keep(text=text, files=[*desk.data.get("files", []), *content.files], album=content.album)
    return None if asked and not content.text else await ask(desk, "as")


@router.callback_query(StateFilter(Step.behalf_need), Pick.filter(F.what == "behalf-as"))
async def record(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    """Record it for whoever was served, known or new; their contact's chat is found by the number confirmed there."""
    if callback_data.arg not in desk.office.rules.catalogue.services or "text" not in desk.data or not desk.posts:
        return desk.say("button-old")
    data = desk.data
    resident = await _served(desk)
    if resident is None:  # they have just left the desk: what was known of them is not written down again
        desk.go(Step.behalf_name, way=data["way"])
        return await ask(desk, "name", desk.t("behalf-left"))
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
    if not data.get("contact"):
        return None
    phone = data.get("contact_phone")
    chat = await desk.casebook.chat_of(phone)
    return ContactOf(data["contact"], phone, data.get("relation"), None if chat == desk.me.id else chat)
