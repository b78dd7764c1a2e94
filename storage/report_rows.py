"""One row a request, and one a 差评: streamed, so that a month of a district does not stand in memory. Reads only."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, null, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from knowledge.lifecycle import OPEN
from knowledge.satisfaction import POOR
from storage.case_tables import Closure, Rectification
from storage.figures import Scope, inside
from storage.tables import Area, Person, Rating, Request

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One request that was recorded or closed in the period, with its rating of the period if it has one.

    First responder and handler are those of the rating, else those of today."""

    id: int
    number: str
    area: str
    domain: str
    service_id: str
    intake: str
    status: str
    resident: str
    phone: str | None
    first_responder: str
    handler: str
    recorded: datetime
    acknowledged: datetime | None
    contacted: datetime | None
    resolved: datetime | None
    closed: datetime | None
    resolve_by: datetime
    rounds: int
    urged: int
    level: int | None
    revised: int | None
    staff_taken: bool | None
    conflict: bool | None
    reason: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Poor:
    """A 差评 and what came of it: the first rating or its 追评 is one of the last two."""

    number: str
    area: str
    domain: str
    service_id: str
    resident: str
    first_responder: str
    handler: str
    rated: datetime
    level: int
    revised: int | None
    staff_taken: bool
    conflict: bool
    reason: str | None
    comment: str | None
    manager: str | None
    contact_by: datetime | None
    contacted: datetime | None
    settle_by: datetime | None
    settled: datetime | None
    followed_up: datetime | None
    satisfied: bool | None


async def rows(session: AsyncSession, scope: Scope) -> AsyncIterator[Row]:
    """Every request of the period, in the order in which they were recorded."""
    async for found in _stream(session, _narrow(_requests(scope).order_by(Request.id), scope)):
        yield Row(*found)


async def listed(session: AsyncSession, scope: Scope, which: str, offset: int, limit: int) -> list[Row]:
    """A page of them, the newest first: `all`, `poor` (rated so in the period), or `late` (open, and its promise has
    passed)."""
    query = _narrow(_requests(scope), scope).order_by(Request.id.desc()).offset(offset).limit(limit)
    if which == "poor":
        query = query.where(Rating.level.in_([int(level) for level in POOR]))
    elif which == "late":
        query = query.where(Request.resolve_by < scope.now, Request.status.in_(OPEN))
    return [Row(*found) for found in await session.execute(query)]


def _requests(scope: Scope) -> Any:
    touched = (
        select(Request.id, null().label("round"))
        .where(Request.created_at >= scope.start, Request.created_at < scope.end)
        .union_all(
            select(Closure.request_id, case((Closure.level.is_not(None), Closure.round))).where(
                Closure.closed_at >= scope.start, Closure.closed_at < scope.end
            )
        )
        .subquery()
    )
    ids = select(touched.c.id, func.max(touched.c.round).label("round")).group_by(touched.c.id).subquery()
    responder, handler, resident = aliased(Person), aliased(Person), aliased(Person)
    return (
        select(
            Request.id, Request.number, Area.name, Request.domain, Request.service_id, Request.intake, Request.status,
            resident.name, resident.phone, responder.name, handler.name, Request.created_at, Request.acknowledged_at,
            Request.contacted_at, Request.resolved_at, Request.closed_at, Request.resolve_by, Request.round,
            Request.urged, Rating.level, Rating.revised_level, Rating.staff_taken, Rating.conflict, Rating.reason,
            Rating.comment,
        )
        .select_from(ids)
        .join(Request, Request.id == ids.c.id)
        .join(Area, Area.id == Request.area_id)
        .outerjoin(Rating, and_(Rating.request_id == ids.c.id, Rating.round == ids.c.round))
        .join(resident, resident.id == Request.resident_id)
        .join(responder, responder.id == func.coalesce(Rating.first_responder_id, Request.first_responder_id))
        .join(handler, handler.id == func.coalesce(Rating.handler_id, Request.handler_id))
    )  # fmt: skip


async def poor(session: AsyncSession, scope: Scope) -> AsyncIterator[Poor]:
    """Every 差评 of the period, the oldest first, with its 整改."""
    bad = [int(level) for level in POOR]
    responder, handler, resident, manager = aliased(Person), aliased(Person), aliased(Person), aliased(Person)
    query = (
        select(
            Request.number, Area.name, Request.domain, Request.service_id, resident.name, responder.name, handler.name,
            Rating.rated_at, Rating.level, Rating.revised_level, Rating.staff_taken, Rating.conflict, Rating.reason,
            Rating.comment, manager.name, Rectification.contact_by, Rectification.contacted_at,
            Rectification.settle_by, Rectification.settled_at, Rectification.followed_up_at, Rectification.satisfied,
        )
        .select_from(Rating)
        .join(Request, Request.id == Rating.request_id)
        .join(Area, Area.id == Request.area_id)
        .join(resident, resident.id == Request.resident_id)
        .join(responder, responder.id == Rating.first_responder_id)
        .join(handler, handler.id == Rating.handler_id)
        .outerjoin(Rectification, Rectification.rating_id == Rating.id)
        .outerjoin(manager, manager.id == Rectification.manager_id)
        .where(
            Rating.rated_at >= scope.start,
            Rating.rated_at < scope.end,
            Rating.level.in_(bad) | Rating.revised_level.in_(bad),
        )
        .order_by(Rating.rated_at, Rating.id)
    )  # fmt: skip
    async for found in _stream(session, _narrow(query, scope)):
        yield Poor(*found)


def _narrow(query: Any, scope: Scope) -> Any:
    if scope.areas is not None:
        query = query.where(inside(scope.areas))
    for column, wanted in ((Request.domain, scope.domain), (Request.service_id, scope.service_id)):
        if wanted is not None:
            query = query.where(column == wanted)
    for rated, now, wanted_id in (
        (Rating.first_responder_id, Request.first_responder_id, scope.first_responder_id),
        (Rating.handler_id, Request.handler_id, scope.handler_id),
    ):
        if wanted_id is not None:
            query = query.where(func.coalesce(rated, now) == wanted_id)
    return query


async def _stream(session: AsyncSession, query: Any) -> AsyncIterator[Any]:
    found = await session.stream(query.execution_options(yield_per=_AT_ONCE))
    async for part in found.partitions():
        for row in part:
            yield row
