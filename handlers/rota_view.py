"""What every part of the rota's desk shares: its buttons, whose it is to change, and how it is shown."""

from datetime import date

from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup

from handlers import rota_words
from handlers.desk import Desk, Id, Pick
from handlers.speech import Choice, Say
from storage import rota
from storage.tables import Area, Person


class RotaStep(StatesGroup):
    """What the rota waits for in a chat."""

    day = State()  # a date, typed
    leave = State()  # a first and a last day, typed
    file = State()


class Turn(CallbackData, prefix="d"):
    """Something to do with one area's rota; `arg` is what was chosen so far."""

    act: str
    area: Id
    person: Id = 0
    arg: str = ""


def number(text: str) -> int:
    """An id in the argument of a button.

    :raises ValueError: it is none
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError(text)
    return int(text)


async def my_area(desk: Desk, area_id: int) -> Area | None:
    """The area, when it is this manager's to plan."""
    return await desk.people.area(area_id) if area_id in await desk.people.managed(desk.me.id) else None


async def show(desk: Desk, area: Area) -> Say:
    """This week from today, the leave to come, the holes of two weeks, and everything that can be done."""
    first = today(desk)
    found = await rota.read(desk.session, area.id, desk.now)
    parts = [await rota_words.week(desk.session, desk.voice, desk.office, area, first, found)]
    if leaves := await rota.leaves(desk.session, area.id, first):
        lines = await rota_words.leave_lines(desk.session, desk.voice, leaves)
        parts.append("\n".join([desk.t("rota-leaves"), *lines]))
    if found.written:
        domains = [domain.id for domain in desk.office.rules.catalogue.domains]
        holes = await rota.holes(desk.session, area, desk.now, desk.office.rules.office(), domains)
        lines = [desk.t("rota-holes"), *rota_words.hole_lines(desk.voice, desk.office, holes)]
        parts.append("\n".join(lines) if holes else desk.t("rota-holes-none"))
    else:
        parts.append(desk.t("rota-unwritten"))
    acts = ("edit", "leave", "import", "export", "depart")
    choices = [desk.button(f"rota-{act}", Turn(act=act, area=area.id)) for act in acts]
    if leaves:
        choices.insert(2, desk.button("rota-unleave", Turn(act="unleave", area=area.id)))
    return Say("\n\n".join(parts), choices, columns=2)


def today(desk: Desk) -> date:
    """The office's date."""
    return desk.now.astimezone(desk.office.rules.zone).date()


async def member(desk: Desk, area: Area, person_id: int) -> Person | None:
    """Somebody with a post in the area; None when they have none (any more)."""
    return next((p for p in await rota.staff(desk.session, area.id, desk.now) if p.id == person_id), None)


async def people(desk: Desk, area: Area, act: str, *, without: int = 0) -> list[Choice]:
    """Everybody with a post in the area, as buttons."""
    return [
        Choice(p.name, Turn(act=act, area=area.id, person=p.id).pack())
        for p in await rota.staff(desk.session, area.id, desk.now)
        if p.id != without
    ]


def back(desk: Desk, area: Area) -> Choice:
    """Changes nothing and shows the rota again."""
    return desk.button("cancel", Pick(what="rota", arg=str(area.id)))
