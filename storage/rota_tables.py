"""The tables of the duty rota. They hold ids, days and times: nothing that anybody wrote."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import Base


class Duty(Base):
    """One line of an area's duty rota (值班表): a weekday of every week (0 is Monday), or one date. A date without
    times is a day off. Times are the area's clock; midnight as the end is the end of the day."""

    __tablename__ = "duty"
    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    weekday: Mapped[int | None]
    day: Mapped[date | None]
    start: Mapped[time | None]
    end: Mapped[time | None]
    domains: Mapped[list[Any]] = mapped_column(default=list)
    __table_args__ = (CheckConstraint("(weekday IS NULL) <> (day IS NULL)"),)


class Leave(Base):
    """Somebody's leave in an area, both days included; the substitute (AB岗) does their duty meanwhile."""

    __tablename__ = "leave"
    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first: Mapped[date]
    last: Mapped[date]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
