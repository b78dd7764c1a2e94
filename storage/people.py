"""People, areas, posts and invitations: who somebody is and where they belong."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import BindParameter, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.areas import ALIKE, likeness
from knowledge.lifecycle import OPEN, Role
from knowledge.responsibility import Candidate
from storage.database import UTCDateTime, remembered
from storage.quick import ask, first
from storage.tables import Area, Invite, Level, Person, Request, Staff

INVITE_LIFE = timedelta(days=7)

POSTS = "posts"
"""What a unit of work remembers of people's posts (`database.remembered`)."""
_PEOPLE = "people"


class PeopleError(Exception):
    """What was asked of people or areas cannot be done; `code` names the sentence to show."""

    def __init__(self, code: str, **details: object) -> None:
        self.code, self.details = code, details
        super().__init__(f"{code} {details}" if details else code)


@dataclass(frozen=True)
class Post:
    """One current post of somebody: worker or manager of an area."""

    area_id: int
    role: Role
    domains: frozenset[str]


def digest(secret: str) -> str:
    """What is kept of a secret that only its holder knows (256-bit random, so no salt is needed)."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def find(session: AsyncSession, person_id: int) -> Person | None:
    """Somebody by id, read once in a unit of work."""
    known: dict[int, Person | None] = remembered(session, _PEOPLE)  # the session would forget whom nobody holds
    if person_id not in known:
        known[person_id] = await first(session, _PERSON, {"person_id": person_id})
    return known[person_id]


class People:
    """Reads and changes people and areas inside one unit of work."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session, self._now = session, now

    # -- people

    async def get(self, person_id: int) -> Person:
        """:raises PeopleError: `no_person`"""
        if (person := await find(self._session, person_id)) is None:
            raise PeopleError("no_person")
        return person

    async def by_chat(self, channel: str, chat_id: int) -> Person | None:
        return cast(Person | None, await first(self._session, _BY_CHAT, {"channel": channel, "chat_id": chat_id}))

    async def present(self, channel: str, chat_id: int) -> tuple[Person | None, list[Post]]:
        """Who somebody is and which posts they hold, asked in one."""
        values = {"channel": channel, "chat_id": chat_id, "now": self._now}
        return self._remember(await ask(self._session, _PRESENT, values))

    async def add(self, *, name: str, channel: str | None = None, chat_id: int | None = None, **more: Any) -> Person:
        person = Person(name=name, channel=channel, chat_id=chat_id, created_at=self._now, **more)
        self._session.add(person)
        await self._session.flush()
        return person

    async def posts(self, person_id: int) -> list[Post]:
        known = remembered(self._session, POSTS)
        if person_id not in known:
            known[person_id] = []
            self._remember(await ask(self._session, _WITH_POSTS, {"person_id": person_id, "now": self._now}))
        return list(known[person_id])

    def _remember(self, rows: Sequence[Any]) -> tuple[Person | None, list[Post]]:
        """Somebody and their posts, which are mostly asked for together, out of one answer."""
        if not rows:
            return None, []
        person: Person = rows[0][0]
        posts = [Post(area_id, role, frozenset(domains)) for _, area_id, role, domains in rows if area_id is not None]
        remembered(self._session, _PEOPLE)[person.id] = person
        remembered(self._session, POSTS)[person.id] = posts
        return person, list(posts)

    # -- areas

    async def area(self, area_id: int) -> Area:
        known = remembered(self._session, "areas")  # as in `find`; those above it are mostly asked for next
        if area_id not in known:
            known |= {found.id: found for (found,) in await ask(self._session, _LINE, {"area_id": area_id})}
        area: Area | None = known.get(area_id)
        if area is None:
            raise PeopleError("no_area")
        return area

    async def area_by_code(self, code: str) -> Area | None:
        found = await self._session.execute(select(Area).where(func.lower(Area.code) == code.lower()))
        return found.scalar_one_or_none()

    async def add_area(self, code: str, name: str, *, parent: str | None = None, level: Level | None = None) -> Area:
        """:raises PeopleError: `area_exists`, `no_parent` or `area_code`"""
        if not code or len(code) > 32 or not all(c.isalnum() or c in "_-" for c in code) or not code.isascii():
            raise PeopleError("area_code", given=code)
        if await self.area_by_code(code):
            raise PeopleError("area_exists", given=code)
        above = await self.area_by_code(parent) if parent else None
        if parent and above is None:
            raise PeopleError("no_parent", given=parent)
        area = Area(
            code=code,
            name=name.strip() or code,
            level=level or Level.COMMUNITY,
            parent_id=above.id if above else None,
            created_at=self._now,
        )
        self._session.add(area)
        await self._session.flush()
        return area

    async def areas(self) -> Sequence[Area]:
        rows = await self._session.execute(select(Area).order_by(Area.code))
        return rows.scalars().all()

    async def upward(self, area_id: int) -> list[Area]:
        """The area and those above it, nearest first."""
        known: dict[int, list[Area]] = remembered(self._session, "lines")
        if area_id not in known:
            line: list[Area] = []
            following: int | None = area_id
            while following is not None and all(a.id != following for a in line):
                line.append(await self.area(following))
                following = line[-1].parent_id
            known[area_id] = line
        return list(known[area_id])

    async def codes(self, area_id: int) -> tuple[str, ...]:
        """The codes of the area and of those above it: days off of any of them hold for it."""
        return tuple(area.code for area in await self.upward(area_id))

    async def within(self, area_ids: Iterable[int]) -> frozenset[int]:
        """These areas and everything under them."""
        found = set(area_ids)
        frontier = set(found)
        while frontier:
            rows = await self._session.execute(select(Area.id).where(Area.parent_id.in_(frontier)))
            frontier = set(rows.scalars()) - found
            found |= frontier
        return frozenset(found)

    async def search_areas(self, words: str, limit: int = 6) -> list[Area]:
        """Communities (and villages, grids) whose name is like these words, best first; empty words list the first."""
        rows = await self._session.execute(
            select(Area).where(Area.level.in_([Level.COMMUNITY, Level.GRID])).order_by(Area.name)
        )
        areas = list(rows.scalars())
        if not words.strip():
            return areas[:limit]
        scored = [(likeness(words.strip(), a.name), a) for a in areas]
        return [a for score, a in sorted(scored, key=lambda pair: -pair[0]) if score >= ALIKE][:limit]

    async def only_area(self) -> Area | None:
        """The one community there is, when there is just one."""
        rows = (await self._session.execute(select(Area).where(Area.level == Level.COMMUNITY).limit(2))).scalars().all()
        return rows[0] if len(rows) == 1 else None

    async def answering_area(self) -> Area | None:
        """Where an emergency goes when nobody knows the community: the highest area that has a manager."""
        rows = await self._session.execute(
            select(Area).join(Staff, Staff.area_id == Area.id).where(current(self._now)).distinct()
        )
        order = list(Level)
        return min(rows.scalars(), key=lambda a: (order.index(a.level), a.id), default=None)

    # -- who could answer

    async def candidates(self, area_id: int) -> list[Candidate]:
        """Everybody who could be first responder in this area: its workers, and managers from here upward."""
        distance = {a.id: i for i, a in enumerate(await self.upward(area_id))}
        rows = await ask(self._session, _CANDIDATES, {"areas": list(distance), "area_id": area_id, "now": self._now})
        return [
            Candidate(
                person_id=person_id,
                role=role,
                distance=distance[at],
                domains=frozenset(domains),
                on_duty=True,
                load=load,
                last_assigned=last_assigned,
            )
            for person_id, role, at, domains, last_assigned, load in rows
        ]

    async def managed(self, person_id: int) -> frozenset[int]:
        """Every area that somebody manages today, with all those under it."""
        return await self.within(p.area_id for p in await self.posts(person_id) if p.role is Role.MANAGER)

    async def managers(self, area_id: int) -> list[int]:
        """Managers of the area; where it has none, those of the nearest area above that has."""
        for area in await self.upward(area_id):
            if found := await self.managers_at(area.id):
                return found
        return []

    async def managers_at(self, area_id: int) -> list[int]:
        """Managers of just this area who can be reached."""
        return [person for (person,) in await ask(self._session, _MANAGERS, {"area_id": area_id, "now": self._now})]

    async def lines(self, area_id: int) -> list[list[int]]:
        """The managers of the area, of the next area above that has others, and so on; nobody twice."""
        found: list[list[int]] = []
        for area in await self.upward(area_id):
            if fresh := [p for p in await self.managers_at(area.id) if all(p not in line for line in found)]:
                found.append(fresh)
        return found

    async def colleagues(self, area_id: int) -> list[Person]:
        """Who can be given a request of this area: its workers and managers by name, then the managers above it."""
        return [person for person, _ in await self.receivers(area_id, near=1)]

    async def receivers(self, area_id: int, *, near: int = 2) -> list[tuple[Person, Area]]:
        """Who can be given a request of this area, each with the area of their post, nearest first: everybody of the
        `near` nearest areas (its own, and the one above); further up the managers."""
        line = await self.upward(area_id)
        rows = await self._session.execute(
            select(Person, Staff.area_id)
            .join(Staff, Staff.person_id == Person.id)
            .where(
                Staff.area_id.in_([area.id for area in line]),
                current(self._now),
                Person.unreachable_at.is_(None),
                Person.erased_at.is_(None),
                or_(Staff.area_id.in_([area.id for area in line[:near]]), Staff.role == Role.MANAGER),
            )
            .order_by(Person.name, Person.id)
        )
        people = [(person, at) for person, at in rows.all()]
        found: dict[int, tuple[Person, Area]] = {}
        for area in line:
            for person, at in people:
                if at == area.id:
                    found.setdefault(person.id, (person, area))
        return list(found.values())

    async def assigned(self, person_id: int) -> None:
        """Remember that somebody was just given a request, so that the next goes to another."""
        await ask(self._session, _ASSIGNED, {"of": person_id, "now": self._now})

    # -- invitations

    async def invite(self, area: Area, role: Role, *, domains: Sequence[str] = (), name: str | None = None) -> str:
        """A new one-time code (128 bit). Only its digest is kept; it lives `INVITE_LIFE`."""
        code = secrets.token_urlsafe(16)
        self._session.add(
            Invite(
                digest=digest(code),
                role=role,
                area_id=area.id,
                domains=list(domains),
                name=name,
                created_at=self._now,
                expires_at=self._now + INVITE_LIFE,
            )
        )
        await self._session.flush()
        return code

    async def find_invite(self, code: str) -> Invite | None:
        found = await self._session.execute(select(Invite).where(Invite.digest == digest(code)))
        return found.scalar_one_or_none()

    async def join(self, code: str, person: Person) -> Invite:
        """Give this person the post that the code stands for; the same code gives nothing twice.

        :raises PeopleError: `invite_wrong`, `invite_used` or `invite_expired`
        """
        invite = await self.find_invite(code)
        if invite is None:
            raise PeopleError("invite_wrong")
        if invite.used_at is not None:
            raise PeopleError("invite_used")
        if invite.expires_at <= self._now:
            raise PeopleError("invite_expired")
        claimed = await self._session.execute(
            update(Invite)
            .where(Invite.id == invite.id, Invite.used_at.is_(None))
            .values(used_at=self._now, used_by_id=person.id)
            .execution_options(synchronize_session=False)
        )
        if claimed.rowcount != 1:  # type: ignore[attr-defined]
            raise PeopleError("invite_used")
        if invite.name:
            person.name = invite.name
        # The same post again is the post as it is meant now, not a second one.
        await self._session.execute(
            update(Staff)
            .where(
                Staff.person_id == person.id,
                Staff.area_id == invite.area_id,
                Staff.role == invite.role,
                Staff.until.is_(None),
            )
            .values(until=self._now)
        )
        self._session.add(
            Staff(
                person_id=person.id,
                area_id=invite.area_id,
                role=invite.role,
                domains=invite.domains,
                since=self._now,
            )
        )
        await self._session.flush()
        remembered(self._session, POSTS).pop(person.id, None)
        return invite


def current(now: datetime | BindParameter[datetime]) -> Any:
    """Posts that are held now."""
    return (Staff.since <= now) & (Staff.until.is_(None) | (Staff.until > now))


# What every update asks is put together once.
_STAFF: Any = Staff.__table__
_NOW = current(bindparam("now", type_=UTCDateTime()))
_HELD_LOAD = (
    select(func.count())
    .where(Request.handler_id == Staff.person_id, Request.status.in_(OPEN))
    .correlate(Staff)
    .scalar_subquery()
)
_PERSON = select(Person).where(Person.id == bindparam("person_id"))
_UP = select(Area.id, Area.parent_id).where(Area.id == bindparam("area_id")).cte("up", recursive=True)
_LINE = select(Area).where(
    Area.id.in_(select(_UP.union(select(Area.id, Area.parent_id).join(_UP, Area.id == _UP.c.parent_id)).c.id))
)
_BY_CHAT = select(Person).where(Person.channel == bindparam("channel"), Person.chat_id == bindparam("chat_id"))
_SOMEBODY = (
    select(Person, Staff.area_id, Staff.role, Staff.domains)
    .outerjoin(Staff, (Staff.person_id == Person.id) & _NOW)
    .order_by(Staff.id)
)
_PRESENT = _SOMEBODY.where(Person.channel == bindparam("channel"), Person.chat_id == bindparam("chat_id"))
_WITH_POSTS = _SOMEBODY.where(Person.id == bindparam("person_id"))
_CANDIDATES = (
    select(Staff.person_id, Staff.role, Staff.area_id, Staff.domains, Staff.last_assigned_at, _HELD_LOAD)
    .join(Person, Person.id == Staff.person_id)
    .where(
        Staff.area_id.in_(bindparam("areas", expanding=True)),
        _NOW,
        Person.unreachable_at.is_(None),
        Person.erased_at.is_(None),
        or_(Staff.area_id == bindparam("area_id"), Staff.role == Role.MANAGER),
    )
)
_MANAGERS = (
    select(Staff.person_id)
    .join(Person, Person.id == Staff.person_id)
    .where(Staff.area_id == bindparam("area_id"), Staff.role == Role.MANAGER, _NOW, Person.unreachable_at.is_(None))
    .distinct()
)
_POSTS = select(_STAFF.c.id).where(_STAFF.c.person_id == bindparam("of"))
# Nobody waits for whoever gives them another request in the same moment: that says the same.
_ASSIGNED = (
    update(_STAFF)
    .where(_STAFF.c.id.in_(_POSTS.with_for_update(skip_locked=True)))
    .values(last_assigned_at=bindparam("now"))
)
