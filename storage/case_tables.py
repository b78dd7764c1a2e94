"""What the rules of 首问负责 keep beside a request: the contact, what was told once, asked for, granted, handed out,
refused, put right."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base

_NOT_FOLLOWED_UP = text("followed_up_at IS NULL")


class Contact(Base):
    """Who is spoken with for somebody served on their behalf (代为登记): a child, a neighbour.

    :ivar relation: to the person served, in words: 女儿, 邻居
    :ivar person_id: when they have a chat of their own, news goes there
    """

    __tablename__ = "contact"
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    name: Mapped[str]
    phone: Mapped[str | None]
    relation: Mapped[str | None] = mapped_column(String(32))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)


class OneTimeNotice(Base):
    """一次性告知: the full list of conditions, materials, places and times, told once (rule 6).

    :ivar content: `who`, `materials` (a list), `steps` (a list), `where`, `hours`, `fee`, `phone`, `more`
    :ivar told_by: how: `chat`, `phone` or `counter`
    :ivar delivered_at: when the resident had it: shown in their chat, or said to them by whoever told it
    """

    __tablename__ = "one_time_notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    service_id: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    told_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


class Supplement(Base):
    """补正: what the resident must supply, and for how long the clock stood still for it (rule 5).

    :ivar pauses: only the first of a request does; a later one is counted
    :ivar due_at: when the clock goes on even if nothing came
    :ivar ended_by: `resident`, `staff`, `lapse` or `over` (the request was withdrawn)
    """

    __tablename__ = "supplement"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_notice.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))
    pauses: Mapped[bool]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(16))


class Extension(Base):
    """延期: once, before it is due, with a reason, decided by a manager. `granted` is None until then."""

    __tablename__ = "extension"
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))
    asked_at: Mapped[datetime]
    before: Mapped[datetime]
    until: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]


class OutsideTransfer(Base):
    """转办 to a body outside (court, legal-aid centre, hospital): the first responder asks after it at
    `follow_up_at`."""

    __tablename__ = "outside_transfer"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    body: Mapped[str]
    contact: Mapped[str]
    handed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    handed_at: Mapped[datetime]
    follow_up_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class Refusal(Base):
    """否定报备: it cannot be done here; the ground, and whose business it is. `upheld` is None until a manager
    decides."""

    __tablename__ = "refusal"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))
    body: Mapped[str]
    contact: Mapped[str]
    reported_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    upheld: Mapped[bool | None]


class Rectification(Base):
    """整改: what a bad rating starts (rule 11). A manager contacts by `contact_by`, settles by `settle_by`, then calls
    again (回访).

    :ivar manager_id: who answers for it; never the handler of that closure
    :ivar complicated: 15 working days instead of 5, said in advance
    :ivar satisfied: what the resident said in the follow-up; None until then, or when nobody could be reached
    :ivar look_at: when a sweep must look at it again
    """

    __tablename__ = "rectification"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"))
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    contact_by: Mapped[datetime]
    settle_by: Mapped[datetime]
    complicated: Mapped[bool] = mapped_column(default=False)
    contacted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    note_id: Mapped[int | None] = mapped_column(ForeignKey("note.id"))
    follow_up_by: Mapped[datetime | None]
    followed_up_at: Mapped[datetime | None]
    satisfied: Mapped[bool | None]
    look_at: Mapped[datetime | None]
    looked_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("rating_id"),
        Index("rectification_to_look_at", "look_at"),
        Index("rectification_open", "request_id", sqlite_where=_NOT_FOLLOWED_UP),
    )


class Closure(Base):
    """One closure in a narrow row, for reports: where, of what and by whom it was when it closed, and how it was rated.
    Whatever happens later (a correction after a reopening, another first responder) changes nothing in it.

    :ivar asked: whether a rating could be asked for in chat
    :ivar level: None when silence closed it; this and what follows is said of its rating
    """

    __tablename__ = "closure"
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime]
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    domain: Mapped[str] = mapped_column(String(32))
    service_id: Mapped[str] = mapped_column(String(64))
    asked: Mapped[bool]
    first_responder_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    handler_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level: Mapped[int | None]
    staff_taken: Mapped[bool] = mapped_column(default=False)
    conflict: Mapped[bool] = mapped_column(default=False)
    revised_level: Mapped[int | None]
    __table_args__ = (
        Index(
            "closure_by_time",  # what a year's satisfaction is counted from: nothing else is read
            "closed_at",
            "area_id",
            "domain",
            "asked",
            "level",
            "staff_taken",
            "conflict",
            "revised_level",
        ),
    )


class RatingCall(Base):
    """The phone call that asks how a closure was (电话回访), where no rating can be given in chat or none came.

    :ivar round: of the request; one call a closure
    :ivar caller_id: who is to call; the first responder, until they pass it to a manager
    :ivar tried: how often nobody was reached
    :ivar call_at: when whoever calls is told (again); None once they were told
    """

    __tablename__ = "rating_call"
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    caller_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    tried: Mapped[int] = mapped_column(default=0)
    call_at: Mapped[datetime | None] = mapped_column(index=True)


class Claim(Base):
    """A one-time link by which whoever was recorded on behalf, or their contact, comes to the chat; only its digest
    is kept.

    :ivar whose: `resident` or `contact`: in whose place somebody comes who opens it
    """

    __tablename__ = "claim"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    whose: Mapped[str] = mapped_column(String(16))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
