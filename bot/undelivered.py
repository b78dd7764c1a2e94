"""Who must know when something does not reach somebody."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from storage import departures, outbox
from storage.database import Database
from storage.people import People
from storage.tables import Outbox, Person

log = logging.getLogger(__name__)


async def unreachable(database: Database, row: Outbox, now: datetime) -> None:
    """Remember that somebody cannot be reached in chat, and tell the managers: of staff, and of a resident who
    was to hear of a request. Once, until they come back."""
    async with database.write() as session:
        people = People(session, now)
        if row.person_id is not None:
            gone = await people.get(row.person_id)
        elif (known := await people.by_chat(row.channel or "", row.chat_id or 0)) is not None:
            gone = known
        else:
            return
        told = await departures.unreachable(session, gone, now, about_request=row.request_id is not None)
    log.info("person %s is unreachable; %s managers know", gone.id, len(told))


async def given_up(database: Database, row: Outbox, now: datetime, zone: ZoneInfo) -> None:
    """Something stays undelivered: the managers are told once a day that there is a list to look at."""
    if row.kind in outbox.WORDS or row.person_id is None:
        return
    async with database.write() as session:
        people = People(session, now)
        writer = outbox.OutboxWriter(session, now)
        day = now.astimezone(zone).date()
        for manager in await _managers_of(people, await people.get(row.person_id), row):
            await writer.once(f"undelivered:{day}:{manager}", manager, "undelivered")


async def _managers_of(people: People, person: Person, row: Outbox) -> set[int]:
    """The managers of staff, and of a resident who was to hear of a request."""
    posts = await people.posts(person.id)
    areas = {p.area_id for p in posts} or ({person.area_id} if person.area_id and row.request_id else set())
    told: set[int] = set()
    for area_id in areas:
        for above in await people.upward(area_id):
            managers = {m for m in await people.managers(above.id) if m != person.id}
            if managers:
                told |= managers
                break
    return told
