"""What became of residents' words: the services proposed, and the one they were recorded under. Reads only.

For `python -m knowledge suggest`, which proposes phrases from it. What leaves the database here is to be read by
whoever keeps the service lists, so it holds no more than a phrase needs.
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Action, Intake
from storage.tables import Event, Person, Request, Staff

_LONGEST = 80
"""Characters; longer words are a story about somebody, and no phrase."""

_CONFIDENTIAL = "mediation"
"""Of what is told a mediator only the services are counted, not the words (人民调解法第15条)."""

_NUMBER = re.compile(r"[0-9０-９][0-9０-９\- ]{4,}")
_SOMEBODY = "某某"


async def outcomes(
    session: AsyncSession, start: datetime, end: datetime, areas: Collection[int], services: Collection[str]
) -> list[dict[str, Any]]:
    """One mapping a request recorded from `start` up to, not including, `end`: text, offered, chosen.

    Requests made by danger, and those of services that are in no list any more, are left out. The text is empty
    where it is too long for a phrase, holds a number that may be somebody's, or is confidential; names of the
    resident and of the staff are replaced.
    """
    staff = await session.execute(select(Person.name).join(Staff, Staff.person_id == Person.id).distinct())
    names = {name for name in staff.scalars() if len(name) > 1}
    rows = await session.execute(
        select(Event.data, Request.service_id, Request.domain, Request.text, Person.name)
        .join(Request, Request.id == Event.request_id)
        .join(Person, Person.id == Request.resident_id)
        .where(
            Event.action == Action.RECORD,
            Event.at >= start,
            Event.at < end,
            Request.area_id.in_(areas),
            Request.intake != Intake.DANGER,
            Request.danger.is_(None),
            Request.service_id.in_(services),
        )
        .order_by(Event.id)
    )
    return [
        {
            "text": "" if _confidential(domain, data) else _phrase(text, names | {name}),
            "offered": [service for service in data.get("matched", ()) if service in services],
            "chosen": chosen,
        }
        for data, chosen, domain, text, name in rows
    ]


def _confidential(domain: str, data: dict[str, Any]) -> bool:
    """Whether it is, or was before it was corrected, told a mediator."""
    return _CONFIDENTIAL in (domain, str(data.get("service", "")).partition(".")[0])


def _phrase(text: str, names: Collection[str]) -> str:
    """The text without names, or nothing when it is no phrase."""
    if len(text) > _LONGEST or _NUMBER.search(text):
        return ""
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, _SOMEBODY)
    return " ".join(text.split())
