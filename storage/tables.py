"""Every table, in the words of the design. Personal text stands only in columns that `erase` can blank:
events (which nobody can change) carry ids and digests, never what a person wrote."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Enum, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from knowledge.lifecycle import Intake, Role, Status
from storage.database import BigKey, UTCDateTime

# Migrations make these indexes partial on PostgreSQL too; to say so here would load its dialect at every start.
_PENDING = text("sent_at IS NULL AND failed_at IS NULL")
_WAITING = text("handled_at IS NULL")
_OFFERED = text("offered_to_id IS NOT NULL")
_NOT_BLANKED = text("blanked_at IS NULL")
_FAILED = text("failed_at IS NOT NULL")


def _enum(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=24, values_callable=lambda k: [m.value for m in k])


class Level(StrEnum):
    """Where an area stands: 区县 › 街道（乡镇）› 社区（村）› 网格."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        int: BigKey,
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: Text,
    }


class Area(Base):
    """区县, 街道, 社区 or 网格; its parent answers when nobody in it can."""

    __tablename__ = "area"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    level: Mapped[Level] = mapped_column(_enum(Level))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    phone: Mapped[str | None]
    address: Mapped[str | None]
    created_at: Mapped[datetime]


class LocalFact(Base):
    """What only this community knows of a service: address, phone, hours, amount, contact."""

    __tablename__ = "local_fact"
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    service_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    field: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str]


class Person(Base):
    """Anybody known to the desk. A person without a chat was recorded on behalf (代为登记)."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str | None] = mapped_column(String(16))
    chat_id: Mapped[int | None]
    name: Mapped[str]
    phone: Mapped[str | None]
    language: Mapped[str] = mapped_column(String(8), default="zh")
    elder_mode: Mapped[bool] = mapped_column(default=False)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    created_at: Mapped[datetime]
    consented_at: Mapped[datetime | None]
    consent_version: Mapped[str | None] = mapped_column(String(16))
    withdrawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("channel", "chat_id"), Index("person_phone", "phone"))


class Staff(Base):
    """A person's post in an area. No domains means all of them; `until` ends it."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    role: Mapped[Role] = mapped_column(_enum(Role))
    domains: Mapped[list[Any]] = mapped_column(default=list)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    last_assigned_at: Mapped[datetime | None]


class Invite(Base):
    """A one-time code for staff; only its digest is kept."""

    __tablename__ = "invite"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(_enum(Role))
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    domains: Mapped[list[Any]] = mapped_column(default=list)
    name: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Request(Base):
    """诉求: one need with a number, one first responder and a promise. Written by the casebook only."""

    __tablename__ = "request"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    domain: Mapped[str] = mapped_column(String(32))
    service_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    resident_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    intake: Mapped[Intake] = mapped_column(_enum(Intake))
    first_responder_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    handler_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    offered_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    status: Mapped[Status] = mapped_column(_enum(Status))
    urgent: Mapped[bool] = mapped_column(default=False)
    danger: Mapped[str | None] = mapped_column(String(24))
    text: Mapped[str]
    files: Mapped[list[Any]] = mapped_column(default=list)
    outcome: Mapped[str | None]
    outcome_files: Mapped[list[Any]] = mapped_column(default=list)
    round: Mapped[int] = mapped_column(default=1)
    urged: Mapped[int] = mapped_column(default=0)
    urged_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    acknowledge_by: Mapped[datetime]
    contact_by: Mapped[datetime]
    resolve_by: Mapped[datetime]
    calendar_version: Mapped[str] = mapped_column(String(64))
    provisional: Mapped[bool] = mapped_column(default=False)
    events: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=0)
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    looked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    blanked_at: Mapped[datetime | None]
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class
    __table_args__ = (
        Index("request_of_resident", "resident_id", "status"),
        Index("request_of_handler", "handler_id", "status"),
        Index("request_of_first_responder", "first_responder_id", "status"),
        Index("request_of_area", "area_id", "status"),
        Index("request_by_time", "created_at", "area_id"),
        Index("request_closed", "closed_at"),
        Index("request_offered", "offered_to_id", sqlite_where=_OFFERED),
        Index("request_resolved", "status", "resolved_at"),
        Index("request_to_blank", "closed_at", sqlite_where=_NOT_BLANKED),
    )


class Event(Base):
    """One act on one request: who, what, when, why. Never changed: triggers refuse it, the chain shows it."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    position: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    role: Mapped[Role] = mapped_column(_enum(Role))
    action: Mapped[str] = mapped_column(String(32))
    status: Mapped[Status] = mapped_column(_enum(Status))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("request_id", "position"), Index("event_by_action", "action", "at"))


class Note(Base):
    """Words that belong to an event (a reason, an outcome). Erasable: the event keeps a salted digest."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str]
    salt: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]


class Message(Base):
    """Something said within a request, by the resident or by staff; edits keep the older version."""

    __tablename__ = "message"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(_enum(Role))
    text: Mapped[str]
    files: Mapped[list[Any]] = mapped_column(default=list)
    channel: Mapped[str] = mapped_column(String(16))
    chat_id: Mapped[int]
    message_id: Mapped[int]
    album: Mapped[str | None] = mapped_column(String(64))
    reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    earlier: Mapped[list[Any]] = mapped_column(default=list)
    __table_args__ = (Index("message_by_source", "channel", "chat_id", "message_id"),)


class Rating(Base):
    """What the resident said of one closure; who answered and who did the work are as they were then."""

    __tablename__ = "rating"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    round: Mapped[int]
    level: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(32))
    comment: Mapped[str | None]
    rated_at: Mapped[datetime]
    rated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_responder_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    handler_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    staff_taken: Mapped[bool] = mapped_column(default=False)
    conflict: Mapped[bool] = mapped_column(default=False)
    revised_level: Mapped[int | None]
    revised_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("request_id", "round"),
        CheckConstraint("level BETWEEN 1 AND 5"),
        Index("rating_by_time", "rated_at"),
        Index("rating_revised", "revised_at"),
    )


class Outbox(Base):
    """Something that must be said. A notice names a person and is put into words when it is delivered; a
    reply is already a Bot API method for one chat. `unique_key` makes a repeated sweep harmless."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str | None] = mapped_column(String(16))
    chat_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(32))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    unique_key: Mapped[str | None] = mapped_column(String(128), unique=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
    __table_args__ = (
        Index(
            "outbox_pending",
            "due_at",
            sqlite_where=_PENDING,
        ),
        Index("outbox_sent", "sent_at"),
        Index("outbox_failed", "failed_at", sqlite_where=_FAILED),
        Index("outbox_chat", "channel", "chat_id"),
    )


class Shown(Base):
    """Which request (and which relayed message) a message in somebody's chat belongs to, so that a reply to it
    finds its way and an edit reaches every copy."""

    __tablename__ = "shown"
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    relayed_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)


class Conversation(Base):
    """Where a chat stands: state, what has been typed so far, and the buttons of the last message."""

    __tablename__ = "conversation"
    bot_id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    choices: Mapped[list[Any]] = mapped_column(default=list)
    updated_at: Mapped[datetime]


class HandledUpdate(Base):
    """Written in the transaction that handled the update: the same update twice is handled once."""

    __tablename__ = "handled_update"
    bot_id: Mapped[int] = mapped_column(primary_key=True)
    update_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    error: Mapped[str | None] = mapped_column(String(200))


class Serial(Base):
    """The last serial of a day's request numbers (`numbering`)."""

    __tablename__ = "serial"
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Kept(Base):
    """Small things the office keeps about itself, such as the key that signs web cookies."""

    __tablename__ = "kept"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str]


class WebSession(Base):
    """A browser that may speak as a chat; the cookie holds the token, the table its digest."""

    __tablename__ = "web_session"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    chat_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class WebLink(Base):
    """A one-time link that lets another browser in as a chat that exists already."""

    __tablename__ = "web_link"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    chat_id: Mapped[int]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebMessage(Base):
    """The web chat's transcript, both sides. `change` grows with every insert and edit: a browser that comes
    back asks for what changed after the last one it saw."""

    __tablename__ = "web_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int]
    change: Mapped[int]
    from_bot: Mapped[bool]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    __table_args__ = (Index("web_message_change", "chat_id", "change"), Index("web_message_age", "created_at"))


class WebUpdate(Base):
    """What a browser did, kept before it is acknowledged; `client_id` makes a resent one harmless. Its id is
    the update id."""

    __tablename__ = "web_update"
    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int]
    client_id: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("chat_id", "client_id"),
        Index("web_update_handled", "handled_at"),
        Index("web_update_waiting", "id", sqlite_where=_WAITING),
    )


class WebFile(Base):
    """A file of the web chat; its bytes lie under the data folder by its random name."""

    __tablename__ = "web_file"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    chat_id: Mapped[int] = mapped_column(index=True)
    title: Mapped[str | None]
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(index=True)
