"""The duty rota in words: a week as a short text, its holes, and the notices about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from html import escape
from itertools import groupby

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from handlers import rota_files, spreadsheets
from handlers.desk import Office, Pick
from handlers.rota_files import clock
from handlers.speech import Choice, Say
from handlers.texts import Markup, Voice
from knowledge import rota as rules
from knowledge.rota import Hole, Rota, Shift
from storage import rota
from storage.people import People
from storage.rota_tables import Leave
from storage.tables import Area, Outbox, Person

FILES = frozenset({"rota_export", "rota_template"})
KINDS = FILES | {"rota_imported", "rota_leave", "rota_holes"}
"""The kinds of notices about the rota."""

_HOLES_SHOWN = 8
_PROBLEMS_SHOWN = 20
_DAY = {"zh": ("M月d日（EEE）", "zh_CN"), "en": ("EEE d MMM", "en_GB")}


def day_name(voice: Voice, day: date) -> str:
    """A date as people write it, with its weekday."""
    pattern, locale = _DAY.get(voice.language, _DAY["zh"])
    return format_date(day, pattern, locale=locale)


def span(start: time, end: time) -> str:
    return f"{clock(start)}–{clock(end, last=True)}"


def domains(voice: Voice, office: Office, named: Iterable[str]) -> str:
    """Domains by name; none named is all of them."""
    chosen = set(named)
    called = [voice.named(d) for d in office.rules.catalogue.domains if d.id in chosen]
    return voice.t("rota-and").join(called) if called else voice.t("rota-all-domains")


async def week(session: AsyncSession, voice: Voice, office: Office, area: Area, first: date, found: Rota) -> str:
    """Who is on duty on the seven days from `first`, after leave: who, when, for which domains."""
    names = await rota.names(session, found)
    working = office.rules.office(area.code)
    days = [first + timedelta(days=offset) for offset in range(7)]
    planned = {day: rules.shifts(found, day, working) for day in days}
    lines = [
        voice.t("rota-head", area=area.name, first=day_name(voice, days[0]), last=day_name(voice, days[-1])),
    ]
    always = dict.fromkeys(names[s.person_id] for day in days for s in planned[day] if s.always and not s.instead_of)
    if always:
        lines.append(voice.t("rota-always", names=voice.t("rota-and").join(always)))
    for day in days:
        said = [_shift(voice, office, s, names) for s in planned[day] if not s.always or s.instead_of]
        rest = not working.calendar.is_working_day(day, area.code)
        if said or not always:
            nobody = voice.t("rota-day-off" if rest else "rota-day-nobody")
            lines.append(voice.t("rota-day", day=day_name(voice, day), shifts=Markup("；".join(said)) or nobody))
    return "\n".join(lines)


def _shift(voice: Voice, office: Office, shift: Shift, names: Mapping[int, str], *, own: bool = False) -> Markup:
    """One duty; `own` leaves out whose it is."""
    said = [] if own else [escape(names[shift.person_id], quote=False)]
    if not shift.always:
        said.append(span(*shift.times))
    elif own:
        said.append(voice.t("my-rota-always"))
    if shift.domains:
        said.append(escape(domains(voice, office, shift.domains), quote=False))
    instead = "" if shift.instead_of is None else voice.t("rota-instead", name=names[shift.instead_of])
    return Markup(" ".join(said) + instead)


async def own_week(
    session: AsyncSession, voice: Voice, office: Office, area: Area, first: date, found: Rota, person_id: int
) -> str:
    """One person's duty on the seven days from `first`."""
    names = await rota.names(session, found)
    working = office.rules.office(area.code)
    lines = [voice.t("my-rota-head", area=area.name)]
    for day in (first + timedelta(days=offset) for offset in range(7)):
        mine = [s for s in rules.shifts(found, day, working) if s.person_id == person_id]
        away = next((leave for leave in found.leaves if leave.person_id == person_id and leave.holds(day)), None)
        if mine:
            said = Markup("；".join(_shift(voice, office, s, names, own=True) for s in mine))
        else:
            said = voice.t("my-rota-leave" if away else "my-rota-free")
        lines.append(voice.t("rota-day", day=day_name(voice, day), shifts=said))
    return "\n".join(lines)


async def leave_lines(session: AsyncSession, voice: Voice, leaves: Sequence[Leave]) -> list[str]:
    """Leave now and to come, a line each."""
    return [await leave_line(session, voice, row.person_id, row.first, row.last, row.substitute_id) for row in leaves]


async def leave_line(
    session: AsyncSession, voice: Voice, person_id: int, first: date, last: date, substitute_id: int | None
) -> str:
    person, other = await session.get(Person, person_id), await session.get(Person, substitute_id or 0)
    name, substitute = person.name if person else "—", other.name if other else "—"
    key = "rota-leave-line" if substitute_id else "rota-leave-alone"
    return voice.t(key, name=name, first=day_name(voice, first), last=day_name(voice, last), substitute=substitute)


def hole_lines(voice: Voice, office: Office, holes: Sequence[Hole]) -> list[str]:
    """Where nobody is on duty, a line a stretch of a day; a long list is cut, with how many more there are."""
    by_stretch = [
        (day, start, end, [hole.domain for hole in group])
        for (day, start, end), group in groupby(holes, key=lambda h: (h.day, h.start, h.end))
    ]
    lines: list[str] = [
        voice.t(
            "rota-hole",
            day=day_name(voice, day),
            times=span(start, end),
            what=voice.t("rota-hole-nobody") if None in missing else domains(voice, office, [d for d in missing if d]),
        )
        for day, start, end, missing in by_stretch[:_HOLES_SHOWN]
    ]
    if len(by_stretch) > _HOLES_SHOWN:
        lines.append(voice.t("rota-holes-more", count=len(by_stretch) - _HOLES_SHOWN))
    return lines


# -- notices


async def file(row: Outbox, voice: Voice, office: Office, session: AsyncSession) -> tuple[str, Callable[[], bytes]]:
    """The file of a notice of `FILES`: its name, and what makes its bytes."""
    area = await People(session, row.created_at).area(row.payload["area"])
    found = await rota.read(session, area.id, row.created_at, everybody=True)
    names = await rota.names(session, found)
    catalogue = office.rules.catalogue
    if row.kind == "rota_template":
        workers = [names[member.person_id] for member in found.members if not member.manager]
        tables = rota_files.template(voice, catalogue, workers, office.rules.hours.spans)
    else:
        today = row.created_at.astimezone(voice.zone).date()
        tables = rota_files.sheets(voice, catalogue, found, await rota.leaves(session, area.id, today), names)
    name = voice.t(f"{row.kind.replace('_', '-')}-name", area=area.name)
    return f"{name}.xlsx", lambda: spreadsheets.workbook(tables)


async def say(row: Outbox, voice: Voice, office: Office, session: AsyncSession) -> Say:
    """The words of any other notice of `KINDS`."""
    payload = row.payload
    if row.kind == "rota_leave":
        first, last = date.fromisoformat(payload["first"]), date.fromisoformat(payload["last"])
        line = await leave_line(session, voice, payload["who"], first, last, payload["substitute"])
        return Say(voice.t("rota-leave-over" if payload["over"] else "rota-leave-set") + f"\n{line}")
    back = [Choice(voice.t("menu-rota"), Pick(what="rota", arg=str(payload["area"])).pack())]
    if row.kind == "rota_imported":
        return Say(_imported(voice, payload["problems"], payload["lines"], payload["people"]), back)
    area = await People(session, row.created_at).area(payload["area"])
    all_domains = [domain.id for domain in office.rules.catalogue.domains]
    found = await rota.holes(session, area, row.created_at, office.rules.office(), all_domains)
    head = voice.t("rota-holes-today", area=area.name)
    return Say("\n".join([head, *hole_lines(voice, office, found)]), back)


def _imported(voice: Voice, problems: Sequence[Sequence[object]], lines: int, people: int) -> str:
    if not problems:
        return voice.t("rota-import-done", lines=lines, people=people)
    said = [voice.t("rota-import-failed", count=len(problems))]
    said += [
        voice.t(f"rota-problem-{code}", row=number, value=value) for number, code, value in problems[:_PROBLEMS_SHOWN]
    ]
    if len(problems) > _PROBLEMS_SHOWN:
        said.append(voice.t("rota-holes-more", count=len(problems) - _PROBLEMS_SHOWN))
    return "\n".join(said)
