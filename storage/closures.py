"""Closures as narrow rows (`Closure`), written by the casebook with the rating or the closing by silence that each is
of. Reports count them: a district's year is read in half a second, where joining ratings, events and requests took
three. `differ` is for the audit: the rows must say what ratings and events say."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Intake
from storage.case_tables import Closure
from storage.tables import Event, Rating, Request

_ASKED = (Intake.CHAT, Intake.DANGER)
"""How those came in who can be asked for a rating in chat."""


def closed(request: Request, at: datetime, rating: Rating | None) -> Closure:
    """The closure of a request that closes at this moment, with this rating or by silence."""
    return Closure(
        request_id=request.id,
        round=request.round,
        closed_at=at,
        area_id=request.area_id,
        domain=request.domain,
        service_id=request.service_id,
        asked=request.intake in _ASKED,
        first_responder_id=request.first_responder_id,
        handler_id=request.handler_id,
        level=rating and rating.level,
        staff_taken=rating is not None and rating.staff_taken,
        conflict=rating is not None and rating.conflict,
    )


async def revised(session: AsyncSession, rating: Rating) -> None:
    """The 追评 of a closure stands beside its first rating."""
    found = await session.get_one(Closure, (rating.request_id, rating.round))
    found.revised_level = rating.revised_level


async def differ(session: AsyncSession, request_id: int, ratings: list[Rating], silent: list[Event]) -> bool:
    """Whether the closures of a request are other than its ratings and its closings by silence."""
    said: set[tuple[Any, ...]] = {
        (r.round, r.rated_at, r.first_responder_id, r.handler_id, r.level, r.staff_taken, r.conflict, r.revised_level)
        for r in ratings
    }
    for event in silent:
        round_, responder, handler = (event.data.get(key, 0) for key in ("round", "first_responder", "handler"))
        said.add((round_, event.at, responder, handler, None, False, False, None))
    rows = await session.execute(select(Closure).where(Closure.request_id == request_id))
    return said != {
        (c.round, c.closed_at, c.first_responder_id, c.handler_id, c.level, c.staff_taken, c.conflict, c.revised_level)
        for c in rows.scalars()
    }
