"""The demo community: offered when nothing is configured and the database is empty."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.channels.web import WebChannel
from handlers.desk import CONSENT_VERSION
from knowledge.lifecycle import Role
from storage.database import Database
from storage.people import People
from storage.tables import Area, Level, Person, Staff

CODE = "DEMO"
_LINK_LIFE = timedelta(hours=12)
_AREAS = (
    ("DEMO-D", "示范区", None, Level.DISTRICT),
    ("DEMO-S", "黄桷街道", "DEMO-D", Level.STREET),
    (CODE, "黄桷社区", "DEMO-S", Level.COMMUNITY),
)
_STAFF = (("李敏", Role.WORKER), ("王芳", Role.MANAGER))


async def is_empty(database: Database) -> bool:
    """Whether no area was ever added."""
    async with database.read() as session:
        return (await session.execute(select(func.count()).select_from(Area))).scalar_one() == 0


async def exists(database: Database) -> bool:
    async with database.read() as session:
        found = await session.execute(select(Area.id).where(Area.code == CODE))
        return found.scalar_one_or_none() is not None


async def build(database: Database, now: Callable[[], datetime]) -> None:
    """Add the demo areas, a worker and a manager, each with a chat of their own on the web."""
    async with database.write() as session:
        people = People(session, now())
        for code, name, parent, level in _AREAS:
            area = await people.add_area(code, name, parent=parent, level=level)
        for name, role in _STAFF:
            person = await people.add(
                name=name,
                channel=WebChannel.name,
                chat_id=secrets.randbits(48) or 1,
                area_id=area.id,
                consented_at=now(),
                consent_version=CONSENT_VERSION,
            )
            session.add(Staff(person_id=person.id, area_id=area.id, role=role, domains=[], since=now()))


async def links(database: Database, web: WebChannel) -> list[tuple[str, str]]:
    """Three links, each with whom it makes you; the staff links let one browser in, once."""
    async with database.read() as session:
        area = (await session.execute(select(Area).where(Area.code == CODE))).scalar_one()
        rows = await session.execute(
            select(Staff.role, Person)
            .join(Person, Person.id == Staff.person_id)
            .where(Staff.area_id == area.id, Person.channel == WebChannel.name, Staff.until.is_(None))
            .order_by(Staff.id)
        )
        staff: dict[Role, Person] = {}
        for role, person in rows:
            staff.setdefault(role, person)
    found = [("居民 resident", f"{web.url}/?start=area-{CODE}")]
    for role, title in ((Role.WORKER, "社区工作者 worker"), (Role.MANAGER, "管理者 manager")):
        if role in staff and staff[role].chat_id is not None:
            found.append((title, await web.login_link(staff[role].chat_id or 0, life=_LINK_LIFE)))
    return found
