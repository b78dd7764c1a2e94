"""某人值班: who is on duty on which days, in which part of the day, for which domains (一人多岗)."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Self

from handlers import rota_files, rota_words
from handlers.desk import Desk
from handlers.rota_view import RotaStep, Turn, back, people, show, today
from handlers.rota_words import day_name, span
from handlers.speech import Answer, Choice
from knowledge.rota import Duty
from knowledge.rota_sheet import read_dates
from storage import rota
from storage.tables import Area, Person


@dataclass(frozen=True)
class Plan:
    """A duty as far as it is chosen: on which days, when, for which domains. Travels in a button.

    :ivar mask: weekdays as bits, Monday the lowest; 0 when it is a date
    :ivar part: `m` morning, `a` afternoon, `d` the whole day, `o` no duty, or nothing yet
    :ivar domains: domains as bits in the catalogue's order; 0 is what the post says
    """

    mask: int = 0
    day: date | None = None
    part: str = ""
    domains: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """:raises ValueError: it is no plan"""
        days, part, domains = [*text.split("."), "", ""][:3]
        if part not in ("", "m", "a", "d", "o"):
            raise ValueError(text)
        if len(days) == 8:
            return cls(0, date.fromisoformat(days), part, int(domains or 0))
        return cls(int(days or 0) & 127, None, part, int(domains or 0))

    def pack(self, *, part: str | None = None, domains: int | None = None) -> str:
        days = f"{self.day:%Y%m%d}" if self.day else str(self.mask)
        return f"{days}.{self.part if part is None else part}.{self.domains if domains is None else domains}"

    @property
    def weekdays(self) -> list[int]:
        return [day for day in range(7) if self.mask >> day & 1]

    @property
    def days(self) -> list[int] | list[date]:
        return [self.day] if self.day else self.weekdays


async def _edit(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    """Who, then on which days: one weekday after another, or a single date."""
    if person is None:
        return desk.say("rota-whom", [*await people(desk, area, "edit"), back(desk, area)], columns=2)

    plan = Plan.parse(arg)

    def button(label: str, act: str, mask: int) -> Choice:
        return Choice(label, Turn(act=act, area=area.id, person=person.id, arg=Plan(mask).pack()).pack())

    choices = []
    if plan.mask:
        choices.append(button(desk.t("rota-days-done"), "part", plan.mask))
    else:
        choices.append(button(desk.t("rota-weekdays"), "part", 31))
    for day in range(7):
        mark = "√ " if plan.mask >> day & 1 else ""
        choices.append(button(mark + desk.t(f"rota-weekday-{day}"), "edit", plan.mask ^ 1 << day))
    if not plan.mask:
        choices.append(desk.button("rota-one-day", Turn(act="day", area=area.id, person=person.id)))
    chosen = rota_files.weekdays(desk.voice, plan.weekdays)
    key = "rota-days-so-far" if plan.mask else "rota-which-days"
    return desk.say(key, [*choices, back(desk, area)], columns=3, name=person.name, days=chosen)


async def _day(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    if person is None:
        raise ValueError("nobody was chosen")
    desk.go(RotaStep.day, area=area.id, person=person.id)
    return desk.say("rota-day-ask", [back(desk, area)], name=person.name, day=_example(desk))


def _example(desk: Desk) -> str:
    """A date that is still to come, as it can be typed."""
    return f"{today(desk) + timedelta(days=2):%m-%d}"


async def take_day(desk: Desk, area: Area, person: Person, said: str) -> Answer:
    """The date that was asked for."""
    found = read_dates(said, today(desk))
    if found is None or found[0] != found[1] or found[0] < today(desk):
        return desk.say("rota-day-wrong", [back(desk, area)], day=_example(desk))
    desk.go(None)
    return await _part(desk, area, person, Plan(day=found[0]).pack())


async def _part(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    plan = Plan.parse(arg)
    if person is None or not plan.days:
        raise ValueError("no day was chosen")
    choices = []
    for part in ("m", "a", "d", "o"):
        act = "save" if part == "o" else "domains"
        spoken = "" if part == "o" else span(*_times(desk, part))
        turned = Turn(act=act, area=area.id, person=person.id, arg=plan.pack(part=part))
        choices.append(desk.button(f"rota-part-{part}", turned, times=spoken))
    said = _days(desk, plan)
    return desk.say("rota-which-part", [*choices, back(desk, area)], name=person.name, days=said)


def _times(desk: Desk, part: str) -> tuple[time, time]:
    """Morning, afternoon or the whole day by the office's service hours."""
    spans = desk.office.rules.hours.spans
    return {"m": spans[0], "a": spans[-1], "d": (spans[0][0], spans[-1][1])}[part]


def _days(desk: Desk, plan: Plan) -> str:
    return day_name(desk.voice, plan.day) if plan.day else rota_files.weekdays(desk.voice, plan.weekdays)


async def _domains(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    """一人多岗: one domain after another, or everything their post says."""
    plan = Plan.parse(arg)
    if person is None or not plan.days or plan.part not in ("m", "a", "d"):
        raise ValueError("no part of a day was chosen")

    def button(label: str, act: str, domains: int) -> Choice:
        turned = Turn(act=act, area=area.id, person=person.id, arg=plan.pack(domains=domains))
        return Choice(label, turned.pack())

    choices = [button(desk.t("rota-domains-done" if plan.domains else "rota-all-domains"), "save", plan.domains)]
    for bit, domain in enumerate(desk.office.rules.catalogue.domains):
        mark = "√ " if plan.domains >> bit & 1 else ""
        choices.append(button(mark + desk.voice.named(domain), "domains", plan.domains ^ 1 << bit))
    times = span(*_times(desk, plan.part))
    return desk.say(
        "rota-which-domains",
        [*choices, back(desk, area)],
        columns=2,
        name=person.name,
        days=_days(desk, plan),
        times=times,
    )


async def _save(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    plan = Plan.parse(arg)
    if person is None or not plan.days or not plan.part:
        raise ValueError("not everything was chosen")
    catalogue = desk.office.rules.catalogue
    chosen = frozenset(d.id for bit, d in enumerate(catalogue.domains) if plan.domains >> bit & 1)
    if plan.part == "o" and plan.day is None:
        await rota.clear(desk.session, area.id, person.id, plan.weekdays)
    elif plan.part == "o":
        await rota.write(desk.session, area.id, [Duty(person.id, day, None, None) for day in plan.days])
    else:
        start, end = _times(desk, plan.part)
        await rota.write(desk.session, area.id, [Duty(person.id, day, start, end, chosen) for day in plan.days])
    days = _days(desk, plan)
    if plan.part == "o":
        return [desk.say("rota-saved-off", name=person.name, days=days), await show(desk, area)]
    times, domains = span(*_times(desk, plan.part)), rota_words.domains(desk.voice, desk.office, chosen)
    said = desk.say("rota-saved", name=person.name, days=days, times=times, domains=domains)
    return [said, await show(desk, area)]


ACTS = {"edit": _edit, "day": _day, "part": _part, "domains": _domains, "save": _save}
"""What the buttons do, by the word in them."""
