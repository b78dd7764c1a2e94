"""Notices: what became of a request, put into words for whoever must know, when it is delivered."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from html import escape

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from handlers import (
    aftercare_notices,
    cards,
    clock_notices,
    handover_notices,
    mediation_notices,
    my_data,
    names,
    overview,
    pause_notices,
    report_notices,
    rota_words,
    whole_card,
)
from handlers.about import About, Document, NotYet, Parcel
from handlers.desk import Office, Pick
from handlers.speech import Choice, Say, quoted
from handlers.texts import NO_PHONE, Markup, Voice
from knowledge.lifecycle import Action, Role, offered
from storage import outbox, privacy
from storage.case_tables import Contact
from storage.casebook import Casebook
from storage.people import People
from storage.quick import ask
from storage.tables import Area, Message, Outbox, Person, Rating, Request

_RESIDENT, _RESPONDER, _HANDLER = aliased(Person), aliased(Person), aliased(Person)
_ABOUT = (
    select(Request, Area, Contact, _RESIDENT, _RESPONDER, _HANDLER)
    .join(Area, Area.id == Request.area_id)
    .join(_RESIDENT, _RESIDENT.id == Request.resident_id)
    .join(_RESPONDER, _RESPONDER.id == Request.first_responder_id)
    .join(_HANDLER, _HANDLER.id == Request.handler_id)
    .outerjoin(Contact, Contact.request_id == Request.id)
    .where(Request.id == bindparam("request_id"))
)
"""A request with whom and what a notice of it may name."""

Renderer = Callable[[About], Awaitable[list[Parcel]]]


async def render(row: Outbox, person: Person, office: Office, session: AsyncSession, now: datetime) -> list[Parcel]:
    """What to send for a notice. Whoever has no part in the request any more hears only that it is so, if they still
    have a post: what was said goes to whoever holds it now (`storage.case_unread`)."""
    voice = Voice(office.texts, person.language, person.elder_mode, office.rules.zone)
    if row.kind in _PLAIN:
        return await _PLAIN[row.kind](row, person, voice, office, session, now)
    found = await ask(session, _ABOUT, {"request_id": row.request_id})
    if not found:
        return []
    [(request, area, contact, resident, responder, handler)] = found
    people = People(session, now)
    roles = await Casebook(session, office.rules, now).roles(request, person.id)
    if not roles and (row.kind not in _PARTED or not await people.posts(person.id)):
        return []
    about = About(
        row=row,
        person=person,
        voice=voice,
        office=office,
        session=session,
        now=now,
        request=request,
        item=office.rules.catalogue.recorded(request.service_id),
        area=area,
        people=cards.People(resident, responder, handler, contact),
        roles=roles,
    )
    return await _RENDERERS[row.kind](about)


# -- to the resident


async def _recorded(a: About) -> list[Parcel]:
    choices = [a.button("act-talk", "supply"), a.button("act-open", "open")]
    if a.request.danger is not None:  # neither a service nor a promise weeks away for whoever is in danger
        managers = await Casebook(a.session, a.office.rules, a.now).overseers(a.request)
        return [a.say("notice-recorded-danger", choices[:1], managers=len(managers))]
    return [a.say("notice-recorded", choices, phone=a.area.phone or NO_PHONE)]


async def _acknowledged(a: About) -> list[Parcel]:
    key = "notice-acknowledged" if a.request.danger is None else "notice-acknowledged-danger"
    return [a.say(key, handler=await a.name_of("handler"))]


async def _handed_over(a: About) -> list[Parcel]:
    return [a.say("notice-handed-over", handler=await a.name_of("handler"))]


async def _resolved(a: About) -> list[Parcel]:
    outcome = Markup(quoted(a.request.outcome or "", cards.LONG))
    choices = cards.rating_choices(a.voice, a.request.id)
    if a.voice.elder:
        choices = [a.button("act-settle", "settle"), a.button("act-reopen", "reopen")]
    parcels = [a.say("notice-resolved", choices, outcome=outcome)]
    if a.request.outcome_files:
        parcels.insert(0, Parcel(files=list(a.request.outcome_files)))
    return parcels


async def _replaced(a: About) -> list[Parcel]:
    return [a.say("notice-replaced", [a.button("act-open", "open")], responder=await a.name_of("responder"))]


async def _closed_unrated(a: About) -> list[Parcel]:
    choices = [a.button("act-reopen", "reopen")]
    return [a.say("notice-closed-unrated", choices)]


# -- to staff


async def _card(a: About, role: Role, head: str, *, files: bool = False, **values: object) -> list[Parcel]:
    """The request with its buttons, for whoever has this role in it; somebody who lost it meanwhile gets nothing."""
    if role not in a.roles:
        return []
    text, choices = await whole_card.of(a)
    title = a.voice.t(head, **values)
    parcels = [Parcel(Say(f"{title}\n{text}", choices, 2, request_id=a.request.id))]
    if len(a.request.text) > cards.LONG:
        whole = a.request.text.encode()
        parcels.append(Parcel(documents=[Document(f"{a.request.number}.txt", lambda: whole)]))
    if files and a.request.files:
        parcels.append(_attached(a))
    return parcels


def _attached(a: About) -> Parcel:
    """The files of the need, with whose they are: a voice alone says nothing of that."""
    about = {"name": a.people.resident.name, "tail": cards.tail(a.request.number), "service": a.voice.named(a.item)}
    return Parcel(Say(a.voice.t("relay-from-resident", **about), request_id=a.request.id), list(a.request.files))


async def _assigned(a: About) -> list[Parcel]:
    head = "notice-assigned-urgent" if a.request.urgent else "notice-assigned"
    return await _card(a, Role.FIRST_RESPONDER, head, files=True, why=await a.note())


async def _danger_alert(a: About) -> list[Parcel]:
    return await _card(a, Role.MANAGER, "notice-danger-alert", files=True, handler=a.people.handler.name)


async def _offered(a: About) -> list[Parcel]:
    sender, why = await a.name_of("sender"), await a.note()
    return await _card(a, Role.RECEIVER, "notice-offered", files=True, sender=sender, why=why)


async def _offer_over(a: About) -> list[Parcel]:
    return [a.say("notice-offer-over")]


async def _transfer_taken(a: About) -> list[Parcel]:
    return [a.say("notice-transfer-taken", handler=await a.name_of("handler"))]


async def _resolved_by(a: About) -> list[Parcel]:
    outcome = Markup(quoted(a.request.outcome or "", cards.LONG))
    return [a.say("notice-resolved-by", handler=await a.name_of("handler"), outcome=outcome)]


async def _replaced_you(a: About) -> list[Parcel]:
    return [a.say("notice-replaced-you", responder=await a.name_of("responder"), why=await a.note())]


async def _urged(a: About) -> list[Parcel]:
    choices = await whole_card.buttons_of(a)
    return [a.say("notice-urged", choices, times=a.row.payload["times"])]


async def _withdrawn(a: About) -> list[Parcel]:
    return [a.say("notice-withdrawn")]


async def _rated(a: About) -> list[Parcel]:
    level = a.voice.t(cards.level_key(a.row.payload["level"]))
    choices = [a.button("act-open", "open")]
    if (before := a.row.payload.get("was")) is not None:
        return [a.say("notice-rating-changed", choices, level=level, was=a.voice.t(cards.level_key(before)))]
    return [a.say("notice-rated", choices, level=level)]


async def _rating_comment(a: About) -> list[Parcel]:
    rating = await a.session.get(Rating, a.row.payload["rating"])
    if rating is None or not rating.comment:
        return []
    return [a.say("notice-rating-comment", comment=Markup(quoted(rating.comment, cards.LONG)))]


async def _reopened(a: About) -> list[Parcel]:
    role = Role.FIRST_RESPONDER if Role.FIRST_RESPONDER in a.roles else Role.MANAGER
    return await _card(a, role, "notice-reopened")


async def _call_resident(a: About) -> list[Parcel]:
    if a.named("news") in ("resolved", "rating_reminder") and Action.TAKE_RATING in offered(a.request.status, a.roles):
        return await aftercare_notices.rating_call(a)
    news = a.voice.t(f"news-{a.named('news').replace('_', '-')}")
    choices = [a.button("act-open", "open")]
    if a.people.phone and Action.LOOK_UP in offered(a.request.status, a.roles):
        choices.insert(0, a.button("act-look-up", "look_up"))
    return [a.say("notice-call-resident" if a.people.phone else "notice-tell-resident", choices, news=news)]


async def _files(a: About) -> list[Parcel]:
    return [_attached(a)]


# -- talk


async def _relay(a: About) -> list[Parcel]:
    message = await a.session.get(Message, a.row.payload["message"])
    if message is None:
        return []
    return [
        Parcel(
            Say(await _relayed(a, message), request_id=a.request.id),
            files=list(message.files),
            reply_to=await _answered(a, message),
        )
    ]


async def _relay_edit(a: About) -> list[Parcel]:
    message = await a.session.get(Message, a.row.payload["message"])
    if message is None or a.person.channel is None or a.person.chat_id is None:
        return []
    shown = await outbox.copies(a.session, message.id, a.person.channel, a.person.chat_id)
    if not shown and await outbox.on_its_way(a.session, a.person.id, message.id):
        raise NotYet
    return [
        Parcel(
            Say(await _relayed(a, message), request_id=a.request.id),
            files=list(message.files),
            edits=shown[:1],
            only_edit=True,
        )
    ]


async def _relayed(a: About, message: Message) -> Markup:
    key = "relay-from-resident" if message.role is Role.RESIDENT else "relay-from-staff"
    said_by = await a.session.get(Person, message.sender_id)
    sender = said_by.name if said_by else a.people.handler.name
    head = a.voice.t(key, name=sender, tail=cards.tail(a.request.number), service=a.voice.named(a.item))
    edited = a.voice.t("edited") if message.edited_at else ""
    return Markup(f"{head}{edited}\n{escape(message.text, quote=False)}" if message.text else head)


async def _answered(a: About, message: Message) -> int | None:
    """The message of the receiver's chat that this one answers: their own, or the copy they were shown."""
    earlier = await a.session.get(Message, message.reply_to_id) if message.reply_to_id else None
    if earlier is None or a.person.channel is None or a.person.chat_id is None:
        return None
    if (earlier.channel, earlier.chat_id) == (a.person.channel, a.person.chat_id):
        return earlier.message_id
    shown = await outbox.copies(a.session, earlier.id, a.person.channel, a.person.chat_id)
    return shown[0] if shown else None


# -- files made here, and notices without a request


async def _my_data(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    known = await privacy.about(session, person)
    read = my_data.page(voice, office.rules.catalogue, known, now)
    moved = json.dumps(known, ensure_ascii=False, indent=2).encode()
    text = voice.t("my-data-is", name=person.name, phone=person.phone or "—", count=len(known["requests"]))
    # the second is for whoever takes it to another office (个人信息保护法第45条)
    files = [
        Document(f"{voice.t('my-data')}.html", lambda: read),
        Document(f"{voice.t('my-data-to-move')}.json", lambda: moved),
    ]
    return [Parcel(Say(text), documents=files)]


async def _name_ask(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    return [Parcel(names.question(voice))]


async def _undelivered(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    choices = [Choice(voice.t("undelivered"), Pick(what="undelivered").pack())]
    return [Parcel(Say(voice.t("notice-undelivered"), choices))]


async def _rota(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    if row.kind not in rota_words.FILES:
        return [Parcel(await rota_words.say(row, voice, office, session))]
    name, make = await rota_words.file(row, voice, office, session)
    return [Parcel(documents=[Document(name, make)])]


_PLAIN = {
    "promise_digest": clock_notices.promise_digest,
    "today": clock_notices.today,
    **aftercare_notices.PLAIN,
    "export": report_notices.export,
    "overview": overview.overview,
    "report": report_notices.report,
    "three_lists": report_notices.three_lists,
    "my_data": _my_data,
    "name_ask": _name_ask,
    **handover_notices.PLAIN,
    **pause_notices.PLAIN,
    "undelivered": _undelivered,
    **dict.fromkeys(rota_words.KINDS, _rota),
    **dict.fromkeys(mediation_notices.KINDS, mediation_notices.render),
}
_RENDERERS: dict[str, Renderer] = {
    "promise_warn": clock_notices.promise_warn,
    "promise_breach": clock_notices.promise_breach,
    "promise_escalate": clock_notices.promise_escalate,
    "rating_reminder": clock_notices.rating_reminder,
    "recorded": _recorded,
    "acknowledged": _acknowledged,
    "handed_over": _handed_over,
    "resolved": _resolved,
    "replaced": _replaced,
    "closed_unrated": _closed_unrated,
    "assigned": _assigned,
    "danger_alert": _danger_alert,
    "offered": _offered,
    "offer_over": _offer_over,
    "transfer_taken": _transfer_taken,
    "resolved_by": _resolved_by,
    "replaced_you": _replaced_you,
    "urged": _urged,
    "withdrawn": _withdrawn,
    "rated": _rated,
    "rating_comment": _rating_comment,
    "reopened": _reopened,
    "call_resident": _call_resident,
    "files": _files,
    outbox.RELAY: _relay,
    "relay_edit": _relay_edit,
    **mediation_notices.LEGAL_AID,
    **aftercare_notices.RENDERERS,
    **handover_notices.RENDERERS,
    **pause_notices.RENDERERS,
}
_PARTED = frozenset({"offer_over", "transfer_taken", "replaced_you", "refusal_decided", "withdrawn"})
"""Kinds that tell somebody that they have no part in a request any more; nothing in them was said by a resident."""

DIGESTS = frozenset({"promise_digest", "today", "rating_reminder", "export", "my_data", *rota_words.KINDS})
"""Kinds for which nobody waits: in a rush they go last."""

LONG = frozenset({"export", "my_data", "overview", "report", "three_lists"})
"""Kinds for which much is read."""

KINDS = frozenset({*_PLAIN, *_RENDERERS})
"""Every kind of notice that can be delivered."""
