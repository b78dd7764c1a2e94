"""The work behind the commands: checks, the export, erasure."""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from errno import ENOENT
from pathlib import Path

from sqlalchemy import select

from bot.settings import Settings
from knowledge import numbers
from knowledge.calendar import Calendar
from knowledge.catalogue import Catalogue
from knowledge.periods import Period
from knowledge.responsibility import first_responder
from storage import conversations, privacy, reports
from storage.database import Database
from storage.figures import figures
from storage.outcomes import outcomes
from storage.people import People, PeopleError, current, digest
from storage.report_tables import ExportRecord
from storage.schema import upgrade
from storage.tables import Area, Level, Person, Request, Staff
from storage.transcript import Transcript

LINK_LIFE = timedelta(hours=1)


async def unanswered_areas(database: Database, now: datetime) -> list[Area]:
    """Communities, villages and grids in which nobody could be first responder (rule 1)."""
    async with database.read() as session:
        people = People(session, now)
        found = await session.execute(
            select(Area).where(Area.level.in_([Level.COMMUNITY, Level.GRID])).order_by(Area.code)
        )
        return [area for area in found.scalars() if first_responder(await people.candidates(area.id), "") is None]


async def unlisted_services(database: Database, catalogue: Catalogue) -> list[str]:
    """What to say of services that open requests name and no list has any more, a line each."""
    async with database.read(aside=True) as session:
        found = await reports.unlisted(session, catalogue.services)
    return [
        f"service {id}: no list has it, and open requests name it ({count}): they are shown as the general window; "
        "bring it back, or correct their service in chat"
        for id, count in found.items()
    ]


async def check_all(settings: Settings) -> list[str]:
    """Everything that is wrong, a line each.

    :raises CatalogueError, CalendarError, SchemaError: the first thing that stops any start
    """
    catalogue = Catalogue.load(settings.catalogue)
    Calendar.load(settings.calendar)
    database = Database(settings.database_url)
    try:
        await upgrade(database)
        async with database.read() as session:
            if (await session.execute(select(Area.id).limit(1))).scalar_one_or_none() is None:
                return ["no area yet: python -m bot area add CODE NAME"]
        async with database.read() as session:
            faults = await conversations.faults(session)
        silent = [
            f"area {a.code} {a.name}: nobody answers; python -m bot invite worker --area {a.code}"
            for a in await unanswered_areas(database, datetime.now(UTC))
        ]
        gone = await unlisted_services(database, catalogue)
        return [*silent, *gone] + [
            f"update {f.update_id} of bot {f.bot_id} could not be handled at {f.at:%Y-%m-%d %H:%M} UTC: {f.error}; "
            "whoever wrote was told so, and the log says where"
            for f in faults
        ]
    finally:
        await database.close()


@dataclass(frozen=True)
class Wanted:
    """What `export` was asked for.

    :ivar code: an area with those under it; None: the whole office
    :ivar personal: names and phone numbers as they are
    :ivar by: who runs the export; it is written down
    """

    period: Period
    code: str | None
    personal: bool
    by: str


async def export(
    database: Database, settings: Settings, wanted: Wanted, out: Path, progress: Callable[[str, int], None]
) -> int:
    """Write what was asked for to `out`, and into the book of exports; returns how many requests it has.

    :param progress: told of each table of a large export: its title, and how many rows it has

    :raises PeopleError: `no_area`
    :raises OSError: it cannot be written there
    """
    from handlers import bulletin
    from handlers.export_job import carry_out, large
    from handlers.summary import Order
    from handlers.texts import Voice, texts

    now = datetime.now(UTC)
    catalogue = Catalogue.load(settings.catalogue)
    voice = Voice(texts(), "zh", False, settings.zone)
    async with database.read() as session:
        area = await People(session, now).area_by_code(wanted.code) if wanted.code is not None else None
        if wanted.code is not None and area is None:
            raise PeopleError("no_area", given=wanted.code)
    if not out.parent.is_dir():
        raise FileNotFoundError(ENOENT, "No such file or directory", str(out.parent))
    async with database.write() as session:
        session.add(
            ExportRecord(
                at=now,
                taken_by=wanted.by[:64],
                area_id=area.id if area else None,
                first=wanted.period.first,
                last=wanted.period.last,
                kind=out.suffix.removeprefix("."),
                personal=wanted.personal,
            )
        )
    title = f"{area.name if area else ''}{voice.t('export-name')}"
    areas = [area.id] if area else None
    order = Order.make(wanted.period, now, voice, catalogue, title, areas=areas, personal=wanted.personal)
    if out.suffix != ".html":
        async with database.read() as session:
            told = progress if await large(session, order.scope(None)) else lambda title, rows: None
        return await carry_out(database, order, out, told)
    async with database.read() as session:
        inside = await People(session, now).within([area.id]) if area else None
        scope = order.scope(inside)
        phone = area.phone if area and area.phone else "12345"
        name = area.name if area else ""
        text = await bulletin.page(session, voice, order.domains, name, phone, wanted.period, scope)
        await asyncio.to_thread(out.write_text, text, "utf-8")
        return (await figures(session, scope, times=False))[None].requests


async def outcome_lines(database: Database, settings: Settings, first: date, last: date, code: str | None) -> list[str]:
    """What `python -m knowledge suggest` reads, a line for each need recorded from `first` to `last`, both included.

    :raises PeopleError: `no_area`
    """
    services = Catalogue.load(settings.catalogue).services.keys()
    start = datetime.combine(first, time(), settings.zone)
    end = datetime.combine(last + timedelta(days=1), time(), settings.zone)
    async with database.read() as session:
        people = People(session, datetime.now(UTC))
        area = None if code is None else await people.area_by_code(code)
        if code is not None and area is None:
            raise PeopleError("no_area", given=code)
        areas = await people.within([area.id]) if area else frozenset(a.id for a in await people.areas())
        found = await outcomes(session, start, end, areas, services)
    return [json.dumps(row, ensure_ascii=False) + "\n" for row in found]


def write_private(lines: Iterable[str], out: Path) -> None:
    """Write lines that only the owner of the file may read: residents' words are in them.

    :raises OSError: it cannot be written there
    """
    out.touch(mode=0o600)
    out.chmod(0o600)
    out.write_text("".join(lines), encoding="utf-8")


async def staff_link(database: Database, settings: Settings, code: str, name: str, now: datetime) -> str:
    """A one-time link, good for `LINK_LIFE`, that lets a member of staff back in on the web chat.

    :raises PeopleError: `no_area`, `no_staff` or `many_staff`
    """
    async with database.read() as session:
        people = People(session, now)
        area = await people.area_by_code(code)
        if area is None:
            raise PeopleError("no_area", given=code)
        rows = await session.execute(
            select(Person.chat_id)
            .join(Staff, Staff.person_id == Person.id)
            .where(Staff.area_id == area.id, current(now), Person.name == name, Person.channel == "web")
            .distinct()
        )
        chats = list(rows.scalars())
    if len(chats) != 1 or chats[0] is None:
        raise PeopleError("many_staff" if len(chats) > 1 else "no_staff", given=name)
    link = secrets.token_urlsafe(32)
    await Transcript(database).add_link(digest(link), chats[0], expires_at=now + LINK_LIFE)
    address = (settings.web_url or f"http://{settings.web_host}:{settings.web_port}").rstrip("/")
    return f"{address}/enter/{link}"


async def erase_resident(database: Database, number: str, now: datetime) -> bool:
    """Erase the resident of a request; False when there is no such request. The number may be written as people
    write it, with spaces or hyphens."""
    number = numbers.read(number) or number
    async with database.write() as session:
        found = await session.execute(
            select(Person).join(Request, Request.resident_id == Person.id).where(Request.number == number)
        )
        person = found.scalar_one_or_none()
        if person is None:
            return False
        await privacy.erase(session, person, now)
        return True
