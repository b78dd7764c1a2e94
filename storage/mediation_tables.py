"""The tables of mediation and legal-aid cases. Names, numbers and words stand here only, in columns that erasure
blanks; the events of the request carry steps, never words."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.legal_aid import Ground
from knowledge.mediation import Stage
from storage.tables import Base


def _enum(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=24, values_callable=lambda k: [m.value for m in k])


class MediationCase(Base):
    """The case of a mediation request: the other party, how they were asked, who mediates, where it stands.

    `digest` is what is kept of the link's token until the other party has come in by it (`other_id`); whoever was
    asked by phone has a name and a number instead. `applicant_agrees` and `other_agrees` say whether each of them
    takes the mediator (None: not said yet)."""

    __tablename__ = "mediation_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)
    stage: Mapped[Stage] = mapped_column(_enum(Stage))
    mediator_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    applicant_agrees: Mapped[bool | None]
    other_agrees: Mapped[bool | None]
    other_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    other_name: Mapped[str | None]
    other_phone: Mapped[str | None]
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class MediationSession(Base):
    """One meeting: when and where. `remind_at` is when both parties are next reminded of it; None: no more."""

    __tablename__ = "mediation_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id"), index=True)
    at: Mapped[datetime]
    place: Mapped[str]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    cancelled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class MediationAgreement(Base):
    """The agreement (调解协议): its words, the day it took effect, its performance, and 司法确认."""

    __tablename__ = "mediation_agreement"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id"), unique=True)
    text: Mapped[str]
    effective: Mapped[date]
    perform_by: Mapped[date]
    performed: Mapped[bool | None]
    follow_up_at: Mapped[datetime | None] = mapped_column(index=True)
    confirm_by: Mapped[date]
    confirm_remind_at: Mapped[datetime | None] = mapped_column(index=True)
    confirm_asked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class MediationMessage(Base):
    """Something said between the other party and the mediator; the applicant never sees it. `noted` words were
    spoken on the phone and written down by staff."""

    __tablename__ = "mediation_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id"), index=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_other: Mapped[bool]
    noted: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str]
    files: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]


class MediationShown(Base):
    """Which case a message in somebody's chat belongs to, so that a quote of it never goes to the wrong party."""

    __tablename__ = "mediation_shown"
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    chat_id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("mediation_case.id"), index=True)


class LegalAidCase(Base):
    """The way of a legal-aid application: papers complete, decided, somebody assigned, each with its day."""

    __tablename__ = "legal_aid_case"
    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)
    created_at: Mapped[datetime]
    complete_at: Mapped[datetime | None]
    decide_by: Mapped[datetime | None]
    urgent_at: Mapped[datetime | None]
    ground: Mapped[Ground | None] = mapped_column(_enum(Ground))
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None]
    reason: Mapped[str | None]
    assign_by: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    lawyer_name: Mapped[str | None]
    lawyer_phone: Mapped[str | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
