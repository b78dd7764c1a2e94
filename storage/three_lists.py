"""三张清单: what people need (居民需求), what there is for it (服务资源), what the rest should become (民生项目)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.catalogue import GENERAL
from knowledge.deadlines import WorkingTime
from knowledge.lifecycle import OPEN, Role
from knowledge.likeness import MOST, Group, scrub
from storage import rota
from storage.database import insert_or
from storage.figures import Scope, inside
from storage.people import People, current
from storage.report_tables import Project, ProjectState
from storage.tables import Area, Person, Request, Staff

ENOUGH = 5
"""So many alike needs that no service meets are proposed as a project."""
LOOKED_BACK = timedelta(days=90)
_MOST_ROTAS = 60


@dataclass(frozen=True)
class Need:
    """How often a service was needed in an area in the period, and in the one before."""

    area: str
    domain: str
    service_id: str
    count: int
    before: int


@dataclass(frozen=True)
class Resource:
    """Somebody who holds a post, and what they have in hand."""

    person_id: int
    name: str
    area_id: int
    area: str
    role: Role
    domains: tuple[str, ...]
    load: int


async def needs(session: AsyncSession, scope: Scope, *, by_area: bool = True) -> list[Need]:
    """What was recorded, by service (and area), the most wanted first."""
    earlier = scope.start - (scope.end - scope.start)
    recent = func.sum(case((Request.created_at >= scope.start, 1), else_=0))
    query = (
        select(Area.name if by_area else literal(""), Request.domain, Request.service_id, recent, func.count())
        .join(Area, Area.id == Request.area_id)
        .where(Request.created_at >= earlier, Request.created_at < scope.end)
        .group_by(Request.domain, Request.service_id, *([Area.id, Area.name] if by_area else []))
    )
    if scope.areas is not None:
        query = query.where(inside(scope.areas))
    found = [
        Need(area, domain, service, int(now), count - int(now))
        for area, domain, service, now, count in await session.execute(query)
    ]
    return sorted(found, key=_most_wanted)


def overall(found: Iterable[Need]) -> list[Need]:
    """The needs of all areas together, the most wanted first."""
    sums: dict[tuple[str, str], list[int]] = {}
    for need in found:
        counts = sums.setdefault((need.domain, need.service_id), [0, 0])
        counts[0] += need.count
        counts[1] += need.before
    return sorted((Need("", *key, *counts) for key, counts in sums.items()), key=_most_wanted)


def _most_wanted(need: Need) -> tuple[int, int, str, str]:
    return -need.count, -need.before, need.service_id, need.area


async def unmatched(session: AsyncSession, scope: Scope) -> tuple[list[str], list[int]]:
    """What people said that no service took, the newest first, without names and numbers; and the area of each.
    Mediation and danger are never among them: they have services of their own."""
    query = (
        select(Request.text, Request.area_id, Person.name)
        .join(Person, Person.id == Request.resident_id)
        .where(
            Request.service_id == GENERAL,
            Request.danger.is_(None),
            Request.text != "",
            Request.created_at >= scope.start,
            Request.created_at < scope.end,
        )
        .order_by(Request.id.desc())
        .limit(MOST)
    )
    if scope.areas is not None:
        query = query.where(inside(scope.areas))
    rows = list(await session.execute(query))
    return [scrub(text, [name]) for text, _, name in rows], [area for _, area, _ in rows]


async def resources(session: AsyncSession, areas: Collection[int] | None, now: datetime) -> list[Resource]:
    """Everybody who holds a post there, with the open requests they handle, the most loaded first."""
    load = (
        select(Request.handler_id, func.count().label("load"))
        .where(Request.status.in_(OPEN))
        .group_by(Request.handler_id)
        .subquery()
    )
    query = (
        select(Staff, Person.name, Area.name, func.coalesce(load.c.load, 0))
        .join(Person, Person.id == Staff.person_id)
        .join(Area, Area.id == Staff.area_id)
        .outerjoin(load, load.c.handler_id == Staff.person_id)
        .where(current(now), Person.erased_at.is_(None))
    )
    if areas is not None:
        query = query.where(Staff.area_id.in_(sorted(areas)))
    found = [
        Resource(post.person_id, name, post.area_id, area, post.role, tuple(post.domains), count)
        for post, name, area, count in await session.execute(query)
    ]
    return sorted(found, key=lambda r: (-r.load, r.area, r.name, r.person_id))


async def on_duty(session: AsyncSession, areas: Collection[int], now: datetime, office: WorkingTime) -> frozenset[int]:
    """Who of these areas is on duty now by the rota; nobody where too many areas are asked about at once, for the
    rota is looked at one by one."""
    if len(areas) > _MOST_ROTAS:
        return frozenset()
    found: set[int] = set()
    for area_id in sorted(areas):
        candidates = [c for c in await People(session, now).candidates(area_id) if c.distance == 0]
        found |= {c.person_id for c in await rota.available(session, area_id, candidates, now, office)}
    return frozenset(found)


async def propose(session: AsyncSession, area_id: int, found: Iterable[Group], now: datetime) -> int:
    """Keep needs that are many as projects of an area; those known already are counted anew, their state stays.
    Returns how many are new."""
    insert = insert_or(session.get_bind().dialect.name)
    before = (await session.execute(select(func.count()).where(Project.area_id == area_id))).scalar_one()
    for group in found:
        if len(group.members) < ENOUGH or not group.name:
            continue
        await session.execute(
            insert(Project)
            .values(
                area_id=area_id,
                name=group.name,
                needs=len(group.members),
                state=ProjectState.PROPOSED,
                proposed_at=now,
                counted_at=now,
            )
            .on_conflict_do_update(
                index_elements=["area_id", "name"], set_={"needs": len(group.members), "counted_at": now}
            )
        )
    after = (await session.execute(select(func.count()).where(Project.area_id == area_id))).scalar_one()
    return int(after - before)


async def without_service(session: AsyncSession, now: datetime) -> list[tuple[int, list[str]]]:
    """What no service met in the last 90 days, of every area that has a manager and enough of it to propose."""
    people = People(session, now)
    words, areas = await unmatched(session, Scope(now - LOOKED_BACK, now, now))
    if len(words) < ENOUGH:
        return []
    managed = await session.execute(
        select(Staff.area_id).where(Staff.role == Role.MANAGER, current(now)).distinct().order_by(Staff.area_id)
    )
    found = []
    for area_id in managed.scalars().all():
        under = await people.within([area_id])
        mine = [said for said, area in zip(words, areas, strict=True) if area in under]
        if len(mine) >= ENOUGH:
            found.append((area_id, mine))
    return found


async def projects(session: AsyncSession, areas: Collection[int] | None) -> list[tuple[Project, str]]:
    """Projects of these areas with the area's name: those to be decided first, the most needed first."""
    query = select(Project, Area.name).join(Area, Area.id == Project.area_id)
    if areas is not None:
        query = query.where(Project.area_id.in_(sorted(areas)))
    order = list(ProjectState)
    found = [(project, area) for project, area in await session.execute(query)]
    return sorted(found, key=lambda row: (order.index(row[0].state), -row[0].needs, row[0].id))
