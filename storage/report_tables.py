"""What reports keep: who took figures out of the house, and the projects that needs without a service became."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base, _enum


class ExportRecord(Base):
    """One export: who took out what, and whether it told who people are. Written before the file is made.

    :ivar person_id: a manager in chat or on the page; None from the command line, where `taken_by` is who ran it
    """

    __tablename__ = "export_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_by: Mapped[str] = mapped_column(String(64))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    first: Mapped[date]
    last: Mapped[date]
    kind: Mapped[str] = mapped_column(String(16))
    personal: Mapped[bool]
    __table_args__ = (Index("export_record_by_time", "at"),)


class ReportGiven(Base):
    """The last report of a week, or of a month, that a manager got by itself. The outbox forgets after some days what
    it said."""

    __tablename__ = "report_given"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(String(8), primary_key=True)
    period: Mapped[str] = mapped_column(String(32))


class ProjectState(StrEnum):
    """Where a project of the list 民生项目 stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DONE = "done"
    DROPPED = "dropped"


class Project(Base):
    """民生项目: something that several people asked for and no service offers.

    :ivar name: what their words have in common; never the words of one person
    :ivar needs: how many asked, when it was last counted
    """

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    name: Mapped[str] = mapped_column(String(64))
    needs: Mapped[int]
    state: Mapped[ProjectState] = mapped_column(_enum(ProjectState))
    proposed_at: Mapped[datetime]
    counted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (UniqueConstraint("area_id", "name"),)
