"""What the books say, read in one go, and every request replayed from its events by hand-written steps.

Nothing here calls the casebook or the lifecycle of the program: it is the other side of the ledger."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Action, Role, Status
from storage.case_tables import Extension, OneTimeNotice, OutsideTransfer, Rectification, Refusal, Supplement
from storage.ledger import Rules
from storage.tables import Area, Base, Event, Outbox, Person, Rating, Request, Staff

OWING = (Status.RECORDED, Status.IN_PROGRESS)


@dataclass(frozen=True)
class Told:
    """One notice as it was written, kept also after the office has forgotten it."""

    id: int
    person_id: int
    kind: str
    request_id: int | None
    payload: dict[str, Any]
    key: str | None
    at: datetime

    @classmethod
    def of(cls, row: Outbox) -> Told:
        assert row.person_id is not None
        return cls(row.id, row.person_id, row.kind, row.request_id, row.payload, row.unique_key, row.created_at)


@dataclass(frozen=True)
class Away:
    """A leave as it was written down, kept also when it was struck out."""

    area: int
    person: int
    first: date
    last: date
    substitute: int | None


@dataclass(frozen=True)
class Held:
    """How a request stands after an event, by replaying what is written."""

    status: Status
    first_responder: int
    handler: int
    offered: int | None
    round: int
    promise: datetime


@dataclass(frozen=True)
class Move:
    """One event with how the request stood before and after it (`before` is None for the recording)."""

    event: Event
    before: Held | None
    after: Held

    @property
    def action(self) -> Action:
        return Action(self.event.action)

    @property
    def holders(self) -> tuple[int, ...]:
        held = self.before or self.after
        return tuple(p for p in (held.handler, held.offered, held.first_responder) if p is not None)


def replay(request: Request, events: Iterable[Event]) -> list[Move]:
    """Every move of a request, from what its events say and nothing else."""
    moves: list[Move] = []
    held: Held | None = None
    for event in events:
        after = _after(held, event, request)
        moves.append(Move(event, held, after))
        held = after
    return moves


def _after(held: Held | None, event: Event, request: Request) -> Held:
    said = event.data
    if held is None:
        assert event.action == Action.RECORD, "a history begins with the recording"
        who = said["first_responder"]
        return Held(event.status, who, who, None, 1, datetime.fromisoformat(said["resolve_by"]))
    now = replace(held, status=event.status)
    match event.action:
        case Action.ACKNOWLEDGE:
            return replace(now, handler=said.get("handler") or event.actor_id or held.handler, offered=None)
        case Action.TRANSFER:
            # Whoever cannot act any more holds nothing: then the transfer says who does from now on.
            handler, receiver = said.get("handler", held.handler), said["receiver"]
            return replace(now, handler=handler, offered=None if receiver == handler else receiver)
        case Action.HAND_OUTSIDE:
            return replace(now, handler=said.get("handler", held.handler), offered=None)
        case Action.REPLACE:
            before, new = said["before"], said["after"]
            return replace(
                now,
                first_responder=new,
                handler=new if held.handler == before else held.handler,
                offered=None if held.offered == new else held.offered,
            )
        case Action.REOPEN | Action.TAKE_REOPEN:
            return replace(now, handler=held.first_responder, offered=None, round=held.round + 1)
        case Action.RESOLVE | Action.UPHOLD | Action.WITHDRAW:
            return replace(now, offered=None)
    return now


@dataclass
class Books:
    """Everything that the rules ask about.

    :ivar swept: the moments at which the sweep over the promises ran to its end, in order
    :ivar looked: when it was looked for work that nobody can act on
    :ivar leaves: every leave that was ever written down
    :ivar away: from when to when somebody could not be reached
    """

    rules: Rules
    now: datetime
    swept: Sequence[datetime] = ()
    away: Mapping[int, Sequence[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    leaves: Collection[Away] = ()
    looked: Sequence[datetime] = ()
    requests: list[Request] = field(default_factory=list)
    moves: dict[int, list[Move]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    told_of: dict[int, list[Told]] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    areas: dict[int, Area] = field(default_factory=dict)
    posts: dict[int, list[Staff]] = field(default_factory=dict)
    ratings: dict[int, list[Rating]] = field(default_factory=dict)
    notices: dict[int, list[OneTimeNotice]] = field(default_factory=dict)
    supplements: dict[int, list[Supplement]] = field(default_factory=dict)
    extensions: dict[int, list[Extension]] = field(default_factory=dict)
    outside: dict[int, list[OutsideTransfer]] = field(default_factory=dict)
    refusals: dict[int, list[Refusal]] = field(default_factory=dict)
    rectifications: dict[int, list[Rectification]] = field(default_factory=dict)

    @classmethod
    async def read(
        cls,
        session: AsyncSession,
        rules: Rules,
        now: datetime,
        *,
        told: Sequence[Told],
        swept: Sequence[datetime] = (),
        away: Mapping[int, Sequence[tuple[datetime, datetime | None]]] | None = None,
        leaves: Collection[Away] = (),
        looked: Sequence[datetime] = (),
        only: Collection[int] | None = None,
    ) -> Books:
        """The books as they are; with `only`, of these requests."""
        books = cls(rules, now, swept, away or {}, leaves, looked, told=list(told))

        async def rows(table: type[Base], column: Any = None) -> list[Any]:
            query = select(table).order_by(*inspect(table).primary_key)
            if only is not None and column is not None:
                query = query.where(column.in_(only))
            return list((await session.execute(query)).scalars())

        books.requests = await rows(Request, Request.id)
        books.people = {person.id: person for person in await rows(Person)}
        books.areas = {area.id: area for area in await rows(Area)}
        for post in await rows(Staff):
            books.posts.setdefault(post.person_id, []).append(post)
        for name, table in (
            ("ratings", Rating), ("notices", OneTimeNotice), ("supplements", Supplement), ("extensions", Extension),
            ("outside", OutsideTransfer), ("refusals", Refusal), ("rectifications", Rectification),
        ):  # fmt: skip
            grouped: dict[int, list[Any]] = defaultdict(list)
            for row in await rows(table, table.request_id):
                grouped[row.request_id].append(row)
            setattr(books, name, grouped)
        events: dict[int, list[Event]] = defaultdict(list)
        for event in sorted(await rows(Event, Event.request_id), key=lambda e: e.position):
            events[event.request_id].append(event)
        books.moves = {request.id: replay(request, events[request.id]) for request in books.requests}
        known = {request.id for request in books.requests}
        grouped_told: dict[int, list[Told]] = defaultdict(list)
        for notice in told:
            for request_id in _about(notice) & known:
                grouped_told[request_id].append(notice)
        books.told_of = grouped_told
        return books

    # -- who could act at a moment, from the posts alone

    def line(self, area_id: int) -> list[int]:
        """The area and those above it."""
        found: list[int] = []
        following: int | None = area_id
        while following is not None:
            found.append(following)
            following = self.areas[following].parent_id
        return found

    def in_office(self, person_id: int, area_id: int, at: datetime, role: Role | None = None) -> bool:
        """Whether somebody held a post in the area or above it at that moment."""
        line = self.line(area_id)
        return any(
            post.area_id in line
            and post.since <= at
            and (post.until is None or post.until > at)
            and role in (None, post.role)
            for post in self.posts.get(person_id, ())
        )

    def able(self, person_id: int, area_id: int, at: datetime) -> bool:
        """Whether somebody held a post then and could be reached."""
        gone = self.away.get(person_id, ())
        reached = not any(start <= at and (end is None or at < end) for start, end in gone)
        return reached and self.in_office(person_id, area_id, at)

    def unable_since(self, person_id: int, area_id: int) -> datetime | None:
        """Since when somebody cannot act here now; None when they can."""
        gone = [start for start, end in self.away.get(person_id, ()) if end is None]
        if gone:
            return gone[0]
        if self.in_office(person_id, area_id, self.now):
            return None
        line = self.line(area_id)
        return max((p.until for p in self.posts.get(person_id, ()) if p.until and p.area_id in line), default=None)

    def stand_ins(self, person_id: int, area_id: int, at: datetime) -> set[int]:
        """Who might stand in for somebody on that day (AB岗): their substitute, and the substitute's."""
        day = self.rules.office().local(at).date()
        found: set[int] = set()
        asked = {person_id}
        while asked - found:
            found |= asked
            asked = {
                leave.substitute
                for leave in self.leaves
                if leave.person in found and leave.area == area_id and leave.first <= day <= leave.last
                and leave.substitute is not None
            } | found  # fmt: skip
        return found - {person_id}

    def heard(self, request: Request, kind: str, at: datetime) -> list[Told]:
        """Notices of this kind that were written about a request at this moment."""
        return [notice for notice in self.told_of.get(request.id, ()) if notice.kind == kind and notice.at == at]

    def resident_heard(self, request: Request, kind: str, at: datetime) -> bool:
        """Whether the resident was told at this moment, or somebody was told to call them; nobody calls whoever has
        left the desk (注销)."""
        if self.people[request.resident_id].erased_at is not None:
            return True
        if any(notice.person_id == request.resident_id for notice in self.heard(request, kind, at)):
            return True
        return any(notice.payload.get("news") == kind for notice in self.heard(request, "call_resident", at))

    def swept_between(self, start: datetime, end: datetime | None) -> bool:
        """Whether a sweep over the promises ran between the two moments, neither included."""
        at = bisect_right(self.swept, start)
        return at < len(self.swept) and (end is None or self.swept[at] < end)


def _about(notice: Told) -> set[int]:
    """The requests that a notice tells of: its own, or those of a digest."""
    steps = notice.payload.get("steps")
    listed = {step[0] for step in steps} if isinstance(steps, list) else set()
    return listed if notice.request_id is None else listed | {notice.request_id}
