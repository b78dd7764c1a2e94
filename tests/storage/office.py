"""A small office to test the storage floor with: one unit of work for every act, as in earnest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Role
from storage.casebook import Casebook
from storage.database import Database
from storage.ledger import Need, Rules, Source
from storage.people import People
from storage.sweeps import Part
from storage.tables import Event, Level, Outbox, Person, Request, Staff


async def swept(session: AsyncSession, rules: Rules, now: datetime, *parts: Part) -> int:
    """What is due by these parts of a sweep, found and taken in this unit of work."""
    return sum([await part.take(session, rules, now, await part.due(session, rules, now, ())) for part in parts])


NOON = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
"""A Monday, 10:30 in Chongqing: service hours."""


@dataclass
class Office:
    """People by name; `books` is one committed unit of work on the casebook at the office's clock."""

    database: Database
    rules: Rules
    now: datetime = NOON
    ids: dict[str, int] = field(default_factory=dict)
    areas: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def found(cls, database: Database, rules: Rules) -> Office:
        office = cls(database, rules)
        async with database.write() as session:
            people = People(session, office.now)
            for code, parent, level in (("ST", None, Level.STREET), ("HJ", "ST", Level.COMMUNITY)):
                office.areas[code] = (await people.add_area(code, f"{code}社区", parent=parent, level=level)).id
        await office.staff("李敏")
        await office.staff("周强")
        await office.staff("王芳", Role.MANAGER)
        await office.staff("赵云", Role.MANAGER, area="ST")
        await office.person("张秀英", chat_id=900)
        return office

    async def area(self, code: str, parent: str | None = None) -> int:
        async with self.database.write() as session:
            self.areas[code] = (await People(session, self.now).add_area(code, code, parent=parent)).id
        return self.areas[code]

    async def person(self, name: str, *, chat_id: int | None = None, **more: Any) -> int:
        async with self.database.write() as session:
            channel = "telegram" if chat_id is not None else None
            made = await People(session, self.now).add(name=name, channel=channel, chat_id=chat_id, **more)
            self.ids[name] = made.id
        return made.id

    async def staff(self, name: str, role: Role = Role.WORKER, *, area: str = "HJ", domains: Sequence[str] = ()) -> int:
        person_id = await self.person(name, chat_id=100 + len(self.ids))
        async with self.database.write() as session:
            session.add(
                Staff(person_id=person_id, area_id=self.areas[area], role=role, domains=list(domains), since=self.now)
            )
        return person_id

    async def leaves(self, name: str) -> None:
        """Somebody's posts end now."""
        async with self.database.write() as session:
            for post in (await session.execute(select(Staff).where(Staff.person_id == self.ids[name]))).scalars():
                post.until = self.now

    @asynccontextmanager
    async def books(self) -> AsyncIterator[Casebook]:
        async with self.database.write() as session:
            yield Casebook(session, self.rules, self.now)

    async def need(self, resident: str = "张秀英", *, area: str = "HJ", **more: Any) -> Need:
        async with self.database.read() as session:
            person = await session.get(Person, self.ids[resident])
            by = more.pop("recorded_by", None)
            assert person is not None
            return Need(
                **{
                    "resident": person,
                    "area_id": self.areas[area],
                    "service_id": "elderly.meals",
                    "text": "屋头没人煮饭",
                    "recorded_by": await session.get(Person, self.ids[by]) if by else None,
                    **more,
                }
            )

    async def record(self, resident: str = "张秀英", **more: Any) -> Request:
        need = await self.need(resident, **more)
        async with self.books() as books:
            return await books.record(need)

    async def act(self, name: str, request: Request, who: str, *given: Any) -> Any:
        """One act of the casebook by somebody, committed."""
        async with self.books() as books:
            return await getattr(books, name)(request.id, self.ids[who], *given)

    async def say(self, request: Request, who: str, text: str, *, message_id: int = 1, **more: Any) -> Any:
        source = Source("telegram", 900, message_id, **more)
        async with self.books() as books:
            return await books.say(request.id, self.ids[who], text, [], source)

    async def request(self, request: Request) -> Request:
        async with self.database.read() as session:
            found = await session.get(Request, request.id)
            assert found is not None
            return found

    async def events(self, request: Request) -> list[Event]:
        async with self.database.read() as session:
            rows = await session.execute(select(Event).where(Event.request_id == request.id).order_by(Event.position))
            return list(rows.scalars())

    async def told(self, who: str) -> list[str]:
        """The kinds of notices written for somebody so far, in order."""
        async with self.database.read() as session:
            rows = await session.execute(
                select(Outbox.kind).where(Outbox.person_id == self.ids[who]).order_by(Outbox.id)
            )
            return list(rows.scalars())

    async def resolved(self, **more: Any) -> Request:
        """A request that its first responder has taken and resolved."""
        request = await self.record(**more)
        who = await self.name(request.first_responder_id)
        await self.act("acknowledge", request, who)
        await self.act("resolve", request, who, "已安排送餐")
        return await self.request(request)

    async def name(self, person_id: int) -> str:
        return next(name for name, known in self.ids.items() if known == person_id)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)
