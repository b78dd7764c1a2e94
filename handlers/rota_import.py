"""Importing a duty rota from a file that a manager sent: all of it, or nothing and why."""

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import rota_files
from handlers.desk import Office
from knowledge import rota_sheet
from knowledge.rota import Duty
from knowledge.rota_sheet import Problem
from storage import rota
from storage.database import Database
from storage.outbox import WRITTEN, OutboxWriter
from storage.people import People
from storage.tables import Outbox

KIND = "rota_import"
"""The kind of an outbox row that asks for it: `person_id` is the manager, the payload `area` and `file`. It is no
notice: the courier fetches the file and calls `carry_out`, and what came of it is a notice of its own."""


async def carry_out(
    database: Database, row: Outbox, content: bytes | None, office: Office, now: datetime
) -> list[Outbox]:
    """Replace the area's rota by the file's, tell the manager, and mark the row as done, in one transaction; a row
    that was done before (the process died, another courier was quicker) is left alone.

    :param content: the file; None when it cannot be fetched any more
    :return: the notices to deliver, leased to this process
    """
    rows: list[rota_files.Row] | None = None
    problem = Problem(1, "lost")
    if content is not None:
        try:
            rows = await asyncio.to_thread(rota_files.read, content)
        except rota_files.UnreadableError:
            problem = Problem(1, "unreadable")
    async with database.write() as session:
        asked = await session.get(Outbox, row.id, with_for_update=True)
        if asked is None or asked.sent_at is not None or asked.person_id is None:
            return []
        asked.sent_at = now
        area_id = asked.payload["area"]
        if area_id not in await People(session, now).managed(asked.person_id):
            return []
        duties, problems = ([], [problem]) if rows is None else await _read(session, area_id, rows, office, now)
        if not problems:
            await rota.replace(session, area_id, duties)
        OutboxWriter(session, now).notice(asked.person_id, "rota_imported", area=area_id, **_result(duties, problems))
        await session.flush()
        return list(session.info.pop(WRITTEN))


async def _read(
    session: AsyncSession, area_id: int, rows: list[rota_files.Row], office: Office, now: datetime
) -> tuple[list[Duty], list[Problem]]:
    people: dict[str, list[int]] = {}
    for person in await rota.staff(session, area_id, now):
        people.setdefault(person.name, []).append(person.id)
    called = {name: d.id for d in office.rules.catalogue.domains for name in (d.id, d.name, d.name_en)}
    return rota_sheet.read(rows, people, called)


def _result(duties: list[Duty], problems: list[Problem]) -> dict[str, Any]:
    return {
        "lines": len(duties),
        "people": len({duty.person_id for duty in duties}),
        "problems": [[p.row, p.code.replace("_", "-"), p.value] for p in problems],
    }
