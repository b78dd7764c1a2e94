"""A person's own data: everything about oneself (我的数据), and erasure (注销) that leaves only counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Message, Note, Outbox, Person, Rating, Request, Staff


async def about(session: AsyncSession, person: Person) -> dict[str, Any]:
    """Everything the desk keeps about somebody, as plain data (times in ISO 8601, UTC)."""
    mine = (
        (await session.execute(select(Request).where(Request.resident_id == person.id).order_by(Request.id)))
        .scalars()
        .all()
    )
    said = (
        (await session.execute(select(Message).where(Message.sender_id == person.id).order_by(Message.id)))
        .scalars()
        .all()
    )
    ratings = {
        (r.request_id, r.round): r
        for r in (await session.execute(select(Rating).where(Rating.rated_by_id == person.id))).scalars()
    }
    return {
        "name": person.name,
        "phone": person.phone,
        "channel": person.channel,
        "language": person.language,
        "consented_at": _iso(person.consented_at),
        "consent_version": person.consent_version,
        "requests": [
            {
                "number": r.number,
                "service": r.service_id,
                "text": r.text,
                "files": [f["kind"] for f in r.files],
                "recorded_at": _iso(r.created_at),
                "status": r.status.value,
                "outcome": r.outcome,
                "messages": [
                    {
                        "at": _iso(m.created_at),
                        "text": m.text,
                        "files": [f["kind"] for f in m.files],
                        "earlier": m.earlier,
                    }
                    for m in said
                    if m.request_id == r.id
                ],
                "ratings": [
                    {
                        "level": g.level,
                        "changed_to": g.revised_level,
                        "comment": g.comment,
                        "at": _iso(g.rated_at),
                    }
                    for (request_id, _), g in ratings.items()
                    if request_id == r.id
                ],
            }
            for r in mine
        ],
    }


async def erase(session: AsyncSession, person: Person, now: datetime) -> None:
    """Blank everything that tells who somebody was: name, phone, chat, words and files. Requests, events and
    ratings stay as counts."""
    own = select(Request.id).where(Request.resident_id == person.id)
    await session.execute(
        update(Request).where(Request.id.in_(own)).values(text="", files=[], outcome=None, outcome_files=[])
    )
    await session.execute(update(Message).where(Message.sender_id == person.id).values(text="", files=[], earlier=[]))
    await session.execute(update(Message).where(Message.request_id.in_(own)).values(text="", files=[], earlier=[]))
    await session.execute(
        update(Note).where(Note.request_id.in_(own) | (Note.author_id == person.id)).values(text="", salt="")
    )
    await session.execute(update(Rating).where(Rating.rated_by_id == person.id).values(comment=None))
    await session.execute(
        update(Outbox)
        .where(Outbox.person_id == person.id, Outbox.sent_at.is_(None), Outbox.failed_at.is_(None))
        .values(failed_at=now, error="erased")
    )
    await session.execute(update(Staff).where(Staff.person_id == person.id, Staff.until.is_(None)).values(until=now))
    person.name, person.phone, person.channel, person.chat_id = "—", None, None, None
    person.area_id = person.consented_at = person.consent_version = None
    person.erased_at = now


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
