"""Notices: what became of a request, put into words for whoever must know, when it is delivered."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import cards, spreadsheets
from handlers.desk import Act, Office
from handlers.speech import Choice, Say, quoted
from handlers.texts import Markup, Voice
from knowledge.catalogue import Service
from knowledge.lifecycle import Role
from knowledge.numbers import spoken
from storage import outbox, privacy, reports
from storage.casebook import Casebook
from storage.people import People
from storage.tables import Area, Message, Note, Outbox, Person, Rating, Request


@dataclass
class Document:
    """A file made here: its name, and a function that makes its bytes (slow ones run outside the database)."""

    name: str
    make: Callable[[], bytes]


@dataclass
class Parcel:
    """What one notice is, before it becomes the methods of a channel.

    :ivar say: words (with `files`, their caption)
    :ivar files: files of people, as `handlers.incoming` describes them
    :ivar reply_to: the message of this chat that it answers
    :ivar edits: the messages of this chat whose words it replaces
    """

    say: Say | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    reply_to: int | None = None
    edits: list[int] = field(default_factory=list)
    only_edit: bool = False


@dataclass
class About:
    """Everything a notice may need to speak of its request."""

    row: Outbox
    person: Person
    voice: Voice
    office: Office
    session: AsyncSession
    now: datetime
    request: Request
    item: Service
    area: Area
    people: cards.People
    roles: frozenset[Role]

    def named(self, key: str) -> str:
        return str(self.row.payload.get(key, ""))

    async def name_of(self, key: str) -> str:
        found = await self.session.get(Person, self.row.payload.get(key))
        return found.name if found else "—"

    async def note(self) -> Markup:
        """The words of the act, quoted; nothing when there are none."""
        note = await self.session.get(Note, self.row.payload.get("note") or 0)
        return Markup(f"\n{quoted(note.text)}") if note and note.text else Markup("")

    def say(self, key: str, choices: list[Choice] | None = None, *, columns: int = 2, **values: object) -> Parcel:
        known = {
            "number": spoken(self.request.number),
            "tail": cards.tail(self.request.number),
            "service": self.voice.named(self.item),
            "resident": self.people.resident.name,
            "handler": self.people.handler.name,
            "responder": self.people.first_responder.name,
            "resolve": self.voice.when(self.request.resolve_by),
            "acknowledge": self.voice.when(self.request.acknowledge_by),
        }
        text = self.voice.t(key, **{**known, **values})
        return Parcel(Say(text, choices or [], columns, request_id=self.request.id))

    def button(self, key: str, act: str) -> Choice:
        return Choice(self.voice.t(key), Act(act=act, id=self.request.id).pack())


Renderer = Callable[[About], Awaitable[list[Parcel]]]


async def render(row: Outbox, person: Person, office: Office, session: AsyncSession, now: datetime) -> list[Parcel]:
    """What to send for a notice. A notice about a request that this person has nothing to do with any more (a
    card that was handed on meanwhile) says nothing."""
    voice = Voice(office.texts, person.language, person.elder_mode, office.rules.zone)
    if row.kind in _PLAIN:
        return await _PLAIN[row.kind](row, person, voice, office, session)
    request = await session.get(Request, row.request_id)
    area = await session.get(Area, request.area_id) if request else None
    if request is None or area is None:
        return []
    people = People(session, now)
    about = About(
        row=row,
        person=person,
        voice=voice,
        office=office,
        session=session,
        now=now,
        request=request,
        item=office.rules.catalogue.service(request.service_id),
        area=area,
        people=cards.People(
            await people.get(request.resident_id),
            await people.get(request.first_responder_id),
            await people.get(request.handler_id),
        ),
        roles=await Casebook(session, office.rules, now).roles(request, person.id),
    )
    return await _RENDERERS[row.kind](about)


# -- to the resident


async def _recorded(a: About) -> list[Parcel]:
    choices = [a.button("act-talk", "supply"), a.button("act-open", "open")]
    return [a.say("notice-recorded", choices, phone=a.area.phone or "12345")]


async def _acknowledged(a: About) -> list[Parcel]:
    return [a.say("notice-acknowledged", handler=await a.name_of("handler"))]


async def _resolved(a: About) -> list[Parcel]:
    outcome = Markup(quoted(a.request.outcome or "", 3000))
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


async def _card(a: About, head: str, **values: object) -> list[Parcel]:
    text = cards.for_staff(a.voice, a.request, a.item, a.people, a.area.name)
    title = a.voice.t(head, **values)
    choices = [c for c in cards.staff_choices(a.voice, a.request, a.roles) if a.roles]
    return [Parcel(Say(f"{title}\n{text}", choices, 2, request_id=a.request.id))]


async def _assigned(a: About) -> list[Parcel]:
    parcels = await _card(a, "notice-assigned-urgent" if a.request.urgent else "notice-assigned", why=await a.note())
    if a.request.files:
        parcels.append(Parcel(files=list(a.request.files)))
    return parcels


async def _danger_alert(a: About) -> list[Parcel]:
    return await _card(a, "notice-danger-alert", handler=a.people.handler.name)


async def _offered(a: About) -> list[Parcel]:
    parcels = await _card(a, "notice-offered", sender=await a.name_of("sender"), why=await a.note())
    if a.request.files:
        parcels.append(Parcel(files=list(a.request.files)))
    return parcels


async def _transfer_taken(a: About) -> list[Parcel]:
    return [a.say("notice-transfer-taken", handler=await a.name_of("handler"))]


async def _resolved_by(a: About) -> list[Parcel]:
    outcome = Markup(quoted(a.request.outcome or ""))
    return [a.say("notice-resolved-by", handler=await a.name_of("handler"), outcome=outcome)]


async def _replaced_you(a: About) -> list[Parcel]:
    return [a.say("notice-replaced-you", responder=await a.name_of("responder"), why=await a.note())]


async def _urged(a: About) -> list[Parcel]:
    choices = cards.staff_choices(a.voice, a.request, a.roles)
    return [a.say("notice-urged", choices, times=a.row.payload["times"])]


async def _withdrawn(a: About) -> list[Parcel]:
    return [a.say("notice-withdrawn")]


async def _rated(a: About) -> list[Parcel]:
    level = a.voice.t(cards.level_key(a.row.payload["level"]))
    return [a.say("notice-rated", [a.button("act-open", "open")], level=level)]


async def _rating_comment(a: About) -> list[Parcel]:
    rating = await a.session.get(Rating, a.row.payload["rating"])
    if rating is None or not rating.comment:
        return []
    return [a.say("notice-rating-comment", comment=Markup(quoted(rating.comment)))]


async def _reopened(a: About) -> list[Parcel]:
    return await _card(a, "notice-reopened")


async def _call_resident(a: About) -> list[Parcel]:
    news = a.voice.t(f"news-{a.named('news').replace('_', '-')}")
    choices = [a.button("act-look-up", "look_up"), a.button("act-open", "open")]
    return [a.say("notice-call-resident", choices, news=news)]


async def _files(a: About) -> list[Parcel]:
    return [
        Parcel(
            Say(a.voice.t("files-of", number=cards.tail(a.request.number)), request_id=a.request.id),
            list(a.request.files),
        )
    ]


# -- talk


async def _relay(a: About) -> list[Parcel]:
    message = await a.session.get(Message, a.row.payload["message"])
    if message is None:
        return []
    return [
        Parcel(
            Say(_relayed(a, message), request_id=a.request.id),
            files=list(message.files),
            reply_to=await _answered(a, message),
        )
    ]


async def _relay_edit(a: About) -> list[Parcel]:
    message = await a.session.get(Message, a.row.payload["message"])
    if message is None or a.person.channel is None or a.person.chat_id is None:
        return []
    shown = await outbox.copies(a.session, message.id, a.person.channel, a.person.chat_id)
    return [
        Parcel(
            Say(_relayed(a, message), request_id=a.request.id),
            files=list(message.files),
            edits=shown[:1],
            only_edit=True,
        )
    ]


def _relayed(a: About, message: Message) -> Markup:
    key = "relay-from-resident" if message.role is Role.RESIDENT else "relay-from-staff"
    sender = a.people.resident.name if message.role is Role.RESIDENT else a.people.handler.name
    if message.role is not Role.RESIDENT and message.sender_id == a.request.first_responder_id:
        sender = a.people.first_responder.name
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


async def _export(row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession) -> list[Parcel]:
    start, end = datetime.fromisoformat(row.payload["start"]), datetime.fromisoformat(row.payload["end"])
    closures = await reports.closures(session, row.payload["areas"], start, end)
    sheets = spreadsheets.tables(voice, office.rules.catalogue, closures, start, end)
    first = start.astimezone(voice.zone).strftime("%Y%m%d")
    stem = f"{voice.t('export-name')}-{first}"
    if row.payload["format"] == "xlsx":
        return [Parcel(documents=[Document(f"{stem}.xlsx", lambda: spreadsheets.workbook(sheets))])]

    def one(table: spreadsheets.Table) -> Document:
        return Document(f"{stem}-{table.title}.csv", lambda: spreadsheets.comma_separated(table))

    return [Parcel(documents=[one(table) for table in sheets])]


async def _my_data(row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession) -> list[Parcel]:
    known = await privacy.about(session, person)
    made = json.dumps(known, ensure_ascii=False, indent=2).encode()
    text = voice.t("my-data-is", name=person.name, phone=person.phone or "—", count=len(known["requests"]))
    return [Parcel(Say(text), documents=[Document("my-data.json", lambda: made)])]


async def _unreachable(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession
) -> list[Parcel]:
    gone = await session.get(Person, row.payload["who"])
    return [Parcel(Say(voice.t("notice-unreachable", name=gone.name if gone else "—")))]


_PLAIN = {"export": _export, "my_data": _my_data, "unreachable": _unreachable}
_RENDERERS: dict[str, Renderer] = {
    "recorded": _recorded,
    "acknowledged": _acknowledged,
    "resolved": _resolved,
    "replaced": _replaced,
    "closed_unrated": _closed_unrated,
    "assigned": _assigned,
    "danger_alert": _danger_alert,
    "offered": _offered,
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
    "relay": _relay,
    "relay_edit": _relay_edit,
}
KINDS = frozenset({*_PLAIN, *_RENDERERS})
"""Every kind of notice that can be delivered."""
