"""What only a community knows of a service: its address, hours, who to call. Shown on the card."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.people import People
from storage.quick import ask
from storage.tables import LocalFact


async def known(session: AsyncSession, people: People, area_id: int, service_id: str) -> dict[str, str]:
    """Local facts of a service by field, the nearest area's first; `*` stands for every service."""
    line = [a.id for a in await people.upward(area_id)]
    rows = await ask(session, _KNOWN, {"areas": line, "services": [service_id, "*"]})
    found: dict[str, str] = {}
    for fact in sorted(rows, key=lambda f: (f.service_id == "*", line.index(f.area_id))):
        found.setdefault(fact.field, fact.value)
    return found


async def put(session: AsyncSession, area_id: int, service_id: str, field: str, value: str) -> None:
    """Fill in a fact, or change it."""
    fact = await session.get(LocalFact, (area_id, service_id, field))
    if fact is None:
        session.add(LocalFact(area_id=area_id, service_id=service_id, field=field, value=value))
    else:
        fact.value = value
    await session.flush()


_KNOWN = select(LocalFact.area_id, LocalFact.service_id, LocalFact.field, LocalFact.value).where(
    LocalFact.area_id.in_(bindparam("areas", expanding=True)),
    LocalFact.service_id.in_(bindparam("services", expanding=True)),
)
