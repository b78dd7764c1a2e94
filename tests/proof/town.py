"""A district › street › two communities with everybody whom the rules can meet, for the state machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from knowledge.lifecycle import Role
from storage.database import Database
from storage.people import People
from storage.tables import Level, Staff

FOUNDED = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
"""A Monday, 08:30 in Chongqing."""

SERVICES = (
    "elderly.meals",
    "elderly.subsistence_allowance",
    "legal.consultation",
    "legal.aid_application",
    "mediation.noise",
    "employment.job_matching",
    "general.window",
)
"""Of every domain and every kind of promise; two have a statutory limit."""

_POSTS: tuple[tuple[str, tuple[tuple[str, Role, tuple[str, ...]], ...]], ...] = (
    ("李敏", (("A", Role.WORKER, ()),)),
    ("周强", (("A", Role.WORKER, ("elderly_care", "mediation")),)),
    ("孙磊", (("A", Role.WORKER, ("legal_aid",)), ("A", Role.MANAGER, ()))),
    ("王芳", (("A", Role.MANAGER, ()),)),
    ("陈静", (("B", Role.WORKER, ()),)),
    ("何勇", (("B", Role.WORKER, ("employment",)),)),
    ("赵云", (("S", Role.MANAGER, ()),)),
    ("钱宁", (("D", Role.MANAGER, ()),)),
)
STAYS = "钱宁"
"""Never leaves and can always be reached: an office that has nobody left at all is not open."""


@dataclass
class Town:
    """Everybody's id by name, and every area's by code."""

    areas: dict[str, int] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def staff(self) -> list[str]:
        return [name for name, _ in _POSTS]

    @property
    def workers(self) -> list[str]:
        return [name for name, posts in _POSTS if any(role is Role.WORKER for _, role, _ in posts)]

    @staticmethod
    def posts(name: str) -> tuple[tuple[str, Role, tuple[str, ...]], ...]:
        """The posts that somebody has when they are there: area, role, domains."""
        return dict(_POSTS)[name]

    @classmethod
    async def found(cls, database: Database) -> Town:
        town = cls()
        async with database.write() as session:
            people = People(session, FOUNDED)
            for code, parent, level in (
                ("D", None, Level.DISTRICT),
                ("S", "D", Level.STREET),
                ("A", "S", Level.COMMUNITY),
                ("B", "S", Level.COMMUNITY),
            ):
                town.areas[code] = (await people.add_area(code, code, parent=parent, level=level)).id
            for chat, (name, posts) in enumerate(_POSTS, 100):
                town.ids[name] = (await people.add(name=name, channel="telegram", chat_id=chat)).id
                for code, role, domains in posts:
                    area_id, person_id = town.areas[code], town.ids[name]
                    session.add(
                        Staff(person_id=person_id, area_id=area_id, role=role, domains=list(domains), since=FOUNDED)
                    )
            for name, own in (("张秀英", 900), ("刘洋", 901), ("吴奶奶", None)):
                channel = "telegram" if own else None
                town.ids[name] = (await people.add(name=name, channel=channel, chat_id=own, phone="13800001111")).id
        return town
