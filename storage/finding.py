"""Requests found by what somebody remembers of their number."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import TALKABLE
from knowledge.numbers import endings
from storage.tables import Request


async def ending(
    session: AsyncSession, person_id: int, area_ids: Collection[int], typed: str, limit: int
) -> list[Request]:
    """What somebody holds, or manages by its area, whose number ends in what was typed; the newest first."""
    numbers = [Request.number.like(f"______{end}") for end in endings(typed)]
    if not numbers:
        return []
    rows = await session.execute(
        select(Request)
        .where(
            Request.status.in_(TALKABLE),
            or_(
                Request.handler_id == person_id,
                Request.offered_to_id == person_id,
                Request.first_responder_id == person_id,
                Request.area_id.in_(list(area_ids)),
            ),
            or_(*numbers),
        )
        .order_by(Request.id.desc())
        .limit(limit)
    )
    return list(rows.scalars())
