"""The state machine's machinery: one town, one clock, one database; people come and go, sweeps run or do not."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple, precondition, rule
from sqlalchemy import select, update

from knowledge import rota as duty
from knowledge.lifecycle import Action, Intake, NotAllowed, Role
from knowledge.pauses import notice
from storage import outbox, rota
from storage.casebook import Casebook
from storage.database import Database
from storage.ledger import CaseError, Need, Rules
from storage.people import PeopleError
from storage.rota_tables import Leave
from storage.tables import Outbox, Person, Request, Staff
from tests.lifecycle_table import ALLOWED
from tests.proof.books import Away, Books, Told
from tests.proof.choice import who_answers
from tests.proof.sweeps import sweeps
from tests.proof.town import FOUNDED, SERVICES, STAYS, Town

T = TypeVar("T")
Meaning = Callable[[Request, set[Role]], Action]
"""Which act is meant, where one button stands for several."""

MOMENT = timedelta(seconds=1)
"""Between two steps, so that nothing happens at the same time as a sweep."""

FEW = 4
"""Requests at a time: what happens to each counts for more than how many there are."""

REFUSED = (CaseError, NotAllowed, PeopleError)


STAFF = st.sampled_from(Town().staff)
WORKERS = st.sampled_from(Town().workers)
RESIDENTS = st.sampled_from(("张秀英", "刘洋", "周强"))
LENGTHS = st.sampled_from(
    (
        timedelta(minutes=7),
        timedelta(minutes=40),
        timedelta(hours=3),
        timedelta(hours=14),
        timedelta(days=1),
        timedelta(days=3),
        timedelta(days=8),
        timedelta(days=16),
    )
)


class Machinery(RuleBasedStateMachine):
    """One town in one database: recording, absence and time. Acts and rules are added by those who inherit."""

    office: ClassVar[Rules]
    steps: ClassVar[int] = 0
    done: ClassVar[Counter[Action]]

    requests = Bundle("requests")

    @classmethod
    def opened(cls) -> tuple[Database, Town]:
        """A new database with the town in it."""
        raise NotImplementedError

    @classmethod
    def closed(cls, loop: asyncio.AbstractEventLoop, database: Database) -> None:
        """Throw the database away."""
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.database, self.town = type(self).opened()
        self.now = FOUNDED
        self.sweeps = sweeps(self.database, self.office, lambda: self.now)
        self.swept: list[datetime] = []
        self.looked: list[datetime] = []
        self.told: list[Told] = []
        self.leaves: set[Away] = set()
        self.now_away: list[Away] = []
        self.away: dict[int, list[tuple[datetime, datetime | None]]] = {}
        self.messages = 0
        self._books: Books | None = None

    def teardown(self) -> None:
        type(self).closed(self.loop, self.database)
        self.loop.close()

    # -- the machinery

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def tick(self) -> None:
        """One step: a moment passes, and what was read of the books is old."""
        type(self).steps += 1
        self.now += MOMENT
        self.books  # noqa: B018 - what stands before the step is asked in the step
        self.before, self._books = self.books, None
        self.before.now = self.now

    @property
    def books(self) -> Books:
        if self._books is None:
            self._books = self.run(self._read())
        return self._books

    async def _read(self) -> Books:
        async with self.database.read() as session:
            last = self.told[-1].id if self.told else 0
            new = await session.execute(select(Outbox).where(Outbox.id > last).order_by(Outbox.id))
            self.told += [Told.of(row) for row in new.scalars()]
            rows = (await session.execute(select(Leave).order_by(Leave.id))).scalars()
            self.now_away = [Away(x.area_id, x.person_id, x.first, x.last, x.substitute_id) for x in rows]
            self.leaves |= set(self.now_away)
            return await Books.read(
                session,
                self.office,
                self.now,
                told=self.told,
                swept=self.swept,
                looked=self.looked,
                away=self.away,
                leaves=self.leaves,
            )

    def request(self, request_id: int) -> Request:
        """As it stood before this step."""
        return next(request for request in self.before.requests if request.id == request_id)

    def roles(self, request: Request, person_id: int) -> set[Role]:
        """What somebody is towards a request, worked out from the names on it and the posts."""
        found = {Role.RESIDENT} if person_id == request.resident_id else set()
        if self.before.in_office(person_id, request.area_id, self.now):
            found |= {Role.FIRST_RESPONDER} if person_id == request.first_responder_id else set()
            found |= {Role.HANDLER} if person_id == request.handler_id else set()
            found |= {Role.RECEIVER} if person_id == request.offered_to_id else set()
        if self.before.in_office(person_id, request.area_id, self.now, Role.MANAGER):
            found |= {Role.MANAGER}
        standing_in = person_id in self.substitutes(request) and Role.HANDLER not in found
        if standing_in and self.before.in_office(person_id, request.area_id, self.now):
            found |= {Role.RECEIVER}
        return found

    def substitutes(self, request: Request) -> list[int]:
        """Who stands in today for the handler (AB岗)."""
        today = self.office.office().local(self.now).date()
        return [
            leave.substitute
            for leave in self.now_away
            if (leave.person, leave.area) == (request.handler_id, request.area_id)
            and leave.first <= today <= leave.last
            and leave.substitute is not None
        ]

    def person(self, request: Request, who: str) -> int:
        """The person whom a part in a request stands for."""
        manager = "王芳" if request.area_id == self.town.areas["A"] else "赵云"
        return {
            "handler": request.handler_id,
            "first_responder": request.first_responder_id,
            "receiver": request.offered_to_id or self.town.ids["李敏"],
            "substitute": next(iter(self.substitutes(request)), None),
            "resident": request.resident_id,
            "manager": self.town.ids[manager],
            "above": self.town.ids[STAYS],
        }.get(who) or self.town.ids["何勇" if manager == "王芳" else "周强"]

    def act(
        self,
        meant: Action | Meaning,
        request_id: int,
        who: str,
        do: Callable[[Casebook, int], Awaitable[Any]],
        otherwise: Collection[Action] = (),
    ) -> Request | None:
        """Try an act as somebody; the request as it stood before, or None when it was refused. Whether the table
        allows it is looked up in the table written by hand; `otherwise` names what the same words may count as."""
        self.tick()
        request = self.request(request_id)
        person_id = self.person(request, who)
        roles = self.roles(request, person_id)
        action = meant if isinstance(meant, Action) else meant(request, roles)
        allowed = any((action, request.status, role) in ALLOWED for role in roles)
        instead = any((other, request.status, role) in ALLOWED for other in otherwise for role in roles)

        async def work() -> None:
            async with self.database.write() as session:
                await do(Casebook(session, self.office, self.now), person_id)

        try:
            self.run(work())
        except NotAllowed:
            assert not allowed, f"{action} on {request.status} was refused to {roles}"
            return None
        except CaseError as error:
            refused = error.code
        else:
            assert allowed or instead, f"{action} on {request.status} was let through to {roles}"
            self.done[action] += 1
            return request
        assert (refused == "not_yours") == (not roles), f"{action}: {refused} to {roles}"
        return None

    # -- recording

    @initialize(target=requests, area=st.sampled_from("AB"), service=st.sampled_from(SERVICES))
    def begin(self, area: str, service: str) -> Any:
        """There is something to do from the beginning."""
        return self.record("张秀英", area, service, None, True)

    @precondition(lambda self: len(self.books.requests) < FEW)
    @rule(
        target=requests,
        resident=RESIDENTS,
        area=st.sampled_from("AB"),
        service=st.sampled_from(SERVICES),
        danger=st.sampled_from((None, None, None, "medical")),
        read=st.booleans(),
    )
    def record(self, resident: str, area: str, service: str, danger: str | None, read: bool) -> int:
        """A resident asks in chat, and so can be reached; who answers is whoever rule 1 names."""
        self.run(self._reach(resident, None))
        self.tick()
        intake = Intake.CHAT if danger is None else Intake.DANGER
        request = self.run(self._record(resident, area, service, intake=intake, danger=danger, read=read))
        assert request.first_responder_id in who_answers(
            self.before, self.now_away, self.town.areas[area], request.domain, urgent=danger is not None
        )
        return request.id

    @precondition(lambda self: len(self.books.requests) < FEW)
    @rule(
        target=requests,
        worker=WORKERS,
        resident=st.sampled_from(("吴奶奶", "张秀英")),
        service=st.sampled_from(SERVICES),
        intake=st.sampled_from((Intake.COUNTER, Intake.PHONE, Intake.VISIT)),
    )
    def record_on_behalf(self, worker: str, resident: str, service: str, intake: Intake) -> int | MultipleResults[int]:
        """代为登记 by whoever was asked at the counter; only staff in office are asked."""
        self.tick()
        posts = [p for p in self.before.posts[self.town.ids[worker]] if p.until is None]
        if not posts:
            return multiple()
        area = next(code for code, area_id in self.town.areas.items() if area_id == posts[0].area_id)
        return self.run(self._record(resident, area, service, intake=intake, recorded_by=worker)).id

    async def _record(self, resident: str, area: str, service: str, **more: Any) -> Request:
        async with self.database.write() as session:
            served = await session.get(Person, self.town.ids[resident])
            assert served is not None
            if worker := more.pop("recorded_by", None):
                more["recorded_by"] = await session.get(Person, self.town.ids[worker])
            if more.pop("read", False):  # the card that they confirmed
                more["told"] = notice(self.office.catalogue.service(service), {})
            need = Need(served, self.town.areas[area], service, "屋头没人煮饭", **more)
            return await Casebook(session, self.office, self.now).record(need)

    # -- absence

    @rule(worker=WORKERS, days=st.integers(0, 9), substitute=st.none() | WORKERS)
    def takes_leave(self, worker: str, days: int, substitute: str | None) -> None:
        """请假 from today on, with a substitute (AB岗) or without; refused where it makes no sense."""
        self.tick()
        code = self.town.posts(worker)[0][0]
        today = self.office.office(code).local(self.now).date()
        other = self.town.ids[substitute] if substitute else None
        leave = duty.Leave(self.town.ids[worker], today, today + timedelta(days=days), other)

        async def work() -> None:
            async with self.database.write() as session:
                manager = self.town.ids[STAYS]
                await rota.add_leave(session, self.town.areas[code], leave, by=manager, now=self.now, today=today)

        self.tried(work())

    @rule(name=STAFF.filter(lambda name: name != STAYS))
    def leaves_the_office(self, name: str) -> None:
        """Departure: all posts end."""
        self.tick()

        async def work() -> None:
            async with self.database.write() as session:
                for code, *_ in self.town.posts(name)[:1]:
                    await rota.end_post(session, self.town.areas[code], self.town.ids[name], self.now)

        self.tried(work())

    @rule(name=STAFF)
    def comes_back(self, name: str) -> None:
        """Somebody who had left has their posts again."""
        self.tick()
        person_id = self.town.ids[name]
        if any(post.until is None for post in self.before.posts[person_id]):
            return

        async def work() -> None:
            async with self.database.write() as session:
                for code, role, domains in self.town.posts(name):
                    post = {"person_id": person_id, "area_id": self.town.areas[code], "domains": list(domains)}
                    session.add(Staff(**post, role=role, since=self.now))

        self.run(work())

    @rule(name=st.sampled_from([name for name in Town().staff if name != STAYS] + ["刘洋"]), gone=st.booleans())
    def is_out_of_reach(self, name: str, gone: bool) -> None:
        """Somebody blocks the bot, or writes again."""
        self.tick()
        self.run(self._reach(name, self.now if gone else None))

    async def _reach(self, name: str, unreachable_at: datetime | None) -> None:
        spans = self.away.setdefault(self.town.ids[name], [])
        if spans and spans[-1][1] is None:
            spans[-1] = (spans[-1][0], self.now)
        if unreachable_at is not None:
            spans.append((unreachable_at, None))
        async with self.database.write() as session:
            chosen = Person.id == self.town.ids[name]
            await session.execute(update(Person).where(chosen).values(unreachable_at=unreachable_at))

    def tried(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it, or be refused with a reason."""
        with contextlib.suppress(*REFUSED):
            self.run(work)

    # -- time

    @rule(length=LENGTHS, swept=st.booleans())
    def time_passes(self, length: timedelta, swept: bool) -> None:
        """With every sweep at its end, or with none: the desk was down."""
        self.tick()
        self.now += length
        if swept:
            for name in self.sweeps:
                self.run(self._sweep(name))

    @rule(name=st.runner().flatmap(lambda machine: st.sampled_from(sorted(machine.sweeps))), times=st.integers(1, 2))
    def sweep(self, name: str, times: int) -> None:
        """One sweep at an arbitrary moment, once or twice."""
        self.tick()
        for _ in range(times):
            self.run(self._sweep(name))

    @rule()
    def the_courier_delivers(self) -> None:
        """Everything that waits is delivered, so that old words may be forgotten."""
        self.tick()

        async def work() -> None:
            async with self.database.write() as session:
                rows = await outbox.claim(session, self.now, 10**6)
                await outbox.settle(session, [outbox.Sent(row, (row.id,)) for row in rows], self.now)

        self.run(work())

    async def _sweep(self, name: str) -> None:
        await self.sweeps[name][0]()
        if name == "watch_promises":
            self.swept.append(self.now)
        if name == "departures":
            self.looked.append(self.now)
        self.now += MOMENT
