"""What a notice is made of: what it is about, and the parcel that it becomes before it is sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import cards
from handlers.desk import Act, Office
from handlers.speech import Choice, Say, quoted
from handlers.texts import Markup, Voice
from knowledge.catalogue import Service
from knowledge.lifecycle import Role
from knowledge.numbers import spoken
from storage.tables import Area, Note, Outbox, Person, Request


@dataclass
class Document:
    """A file made here: its name, and a function that makes its bytes (slow ones run outside the database)."""

    name: str
    make: Callable[[], bytes]


@dataclass
class Parcel:
    """What one notice is, before it becomes the methods of a channel.

    :ivar say: words (with `files`, their caption)
    :ivar picture: a picture made here, shown with the words under it
    :ivar files: files of people, as `handlers.incoming` describes them
    :ivar reply_to: the message of this chat that it answers
    :ivar edits: the messages of this chat whose words it replaces
    """

    say: Say | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    picture: Document | None = None
    reply_to: int | None = None
    edits: list[int] = field(default_factory=list)
    only_edit: bool = False


class NotYet(Exception):  # noqa: N818 - not a fault
    """What this notice changes is still on its way: it must be tried again in a moment."""


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
            "resolve": cards.by(self.voice, self.request),
            "acknowledge": self.voice.when(self.request.acknowledge_by),
        }
        text = self.voice.t(key, **{**known, **values})
        return Parcel(Say(text, choices or [], columns, request_id=self.request.id))

    def button(self, key: str, act: str) -> Choice:
        return Choice(self.voice.t(key), Act(act=act, id=self.request.id).pack())
