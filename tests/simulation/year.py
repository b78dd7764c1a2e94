"""The simulated year: what happens when, day by day, through the casebook and the sweeps of the running desk.

A day is one transaction: its acts and sweeps run in the order of time, each flushed as a commit would."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, cast

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import rota as duty
from knowledge.deadlines import WorkingTime
from knowledge.lifecycle import NotAllowed
from storage import outbox, rota
from storage.case_tables import OneTimeNotice
from storage.casebook import Casebook
from storage.database import Database, UTCDateTime, write_rows
from storage.ledger import CaseError, Rules
from storage.people import PeopleError
from storage.tables import Area, Outbox, Person, Staff
from tests.proof.books import Away
from tests.proof.sweeps import Sweep, sweeps
from tests.simulation.district import BEGINS, Absence, Community, District, moment

Act = Callable[[], Awaitable[None]]
TAIL = 45
"""Days after the last need in which what is open comes to its end."""

_SEEN = MetaData()
SAID = Table(
    "simulated_said",
    _SEEN,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("request_id", Integer, index=True),
    Column("payload", JSON, nullable=False),
    Column("key", String(128)),
    Column("at", UTCDateTime(), nullable=False),
)
"""Every notice that was ever written: the office itself forgets the words of those delivered after three days."""

_EVERY = {"watch_promises": [f"{h:02}:{m}" for h in range(7, 20) for m in ("02", "32")] + ["00:02", "03:02", "22:02"]}
_ONCE = {"morning": ["08:47"], "forget": ["02:10"], "case_reminders": ["09:10", "16:10"]}
_OTHERS = ["09:05", "13:05", "17:05"]
"""When sweeps run. The desk runs them far more often; what matters is that none depends on when it runs."""

STOPPED = (100, 101, 250)
"""Days of the year on which no sweep runs at all: the desk was down."""


class _Day:
    """In the place of the database, for the sweeps: their units of work are parts of the day's transaction."""

    def __init__(self) -> None:
        self.session: AsyncSession | None = None

    @asynccontextmanager
    async def write(self, *, aside: bool = False) -> AsyncIterator[AsyncSession]:
        assert self.session is not None
        yield self.session
        await self.session.flush()

    read = write


class Year:
    """One run.

    :ivar waits: everything to come, by its moment
    :ivar refused: how often an act was refused, by its reason: people try what they may not
    :ivar swept: when the promises were watched
    """

    def __init__(self, database: Database, rules: Rules, district: District, random: Random, days: int) -> None:
        self.database, self.rules, self.district, self.random, self.days = database, rules, district, random, days
        self.now = moment(BEGINS, time())
        self.waits: list[tuple[datetime, int, Act]] = []
        self.refused: Counter[str] = Counter()
        self.acts = 0
        self.swept: list[datetime] = []
        self.looked: list[datetime] = []
        self.findings: list[str] = []
        self.away: list[Absence] = []
        self.unreachable: dict[int, list[tuple[datetime, datetime | None]]] = {}
        self.gone: set[int] = set()
        self._order = itertools.count()
        self._day = _Day()
        self._last_said = 0
        self._sweeps = sweeps(cast(Database, self._day), rules, lambda: self.now)
        self._offices: dict[int, WorkingTime] = {}
        self._kept: list[Any] = []

    # -- for the lives

    @property
    def session(self) -> AsyncSession:
        assert self._day.session is not None
        return self._day.session

    @property
    def books(self) -> Casebook:
        return Casebook(self.session, self.rules, self.now)

    def at(self, when: datetime, act: Act) -> None:
        """Have this happen then, or now if that is over."""
        heapq.heappush(self.waits, (max(when, self.now), next(self._order), act))

    def worked(self, hours: float) -> datetime:
        """When so many hours of service time have passed."""
        return self._office.after(self.now, timedelta(hours=max(hours, 0.01)))

    @property
    def leaves(self) -> list[Away]:
        """Every leave so far."""
        return [Away(a.area, a.person, a.first, a.last, a.substitute) for a in self.away]

    @property
    def _office(self) -> WorkingTime:
        return self.rules.office()

    def today(self) -> date:
        return self._office.local(self.now).date()

    def is_away(self, person_id: int) -> Absence | None:
        """The leave somebody is on today."""
        today = self.today()
        return next((a for a in self.away if a.person == person_id and a.first <= today <= a.last), None)

    # -- the run

    async def run(self) -> AsyncIterator[date]:
        """Live through it; gives each day when it is over."""
        async with self.database.engine.begin() as connection:
            await connection.run_sync(_SEEN.create_all)
        for offset in range(self.days + TAIL):
            day = BEGINS + timedelta(days=offset)
            self._plan(day, stopped=offset in STOPPED and offset < self.days)
            async with self.database.write() as session:
                self._day.session = session
                areas = (await session.execute(select(Area))).scalars()
                staff = (await session.execute(select(Person).join(Staff, Staff.person_id == Person.id))).scalars()
                self._kept = [*areas, *staff]
                await self._until(moment(day + timedelta(days=1), time()))
                await self._deliver()
                self._day.session = None
            yield day

    def _plan(self, day: date, *, stopped: bool) -> None:
        for name, (sweep, _) in self._sweeps.items():
            for clock in _EVERY.get(name) or _ONCE.get(name) or _OTHERS:
                if not stopped:
                    self.at(moment(day, time.fromisoformat(clock)), self._sweeping(name, sweep))
        for absence in self.district.absences:
            if absence.first == day:
                self.at(moment(day, time(8)), self._leave(absence))
        for leaver, last in self.district.leavers.items():
            if last == day:
                self.at(moment(day, time(17)), self._departure(leaver))

    def _sweeping(self, name: str, sweep: Sweep) -> Act:
        async def act() -> None:
            await sweep()
            await self._deliver()
            if name == "watch_promises":
                self.swept.append(self.now)
            if name == "departures":
                self.looked.append(self.now)

        return act

    async def _until(self, end: datetime) -> None:
        while self.waits and self.waits[0][0] < end:
            self.now, _, act = heapq.heappop(self.waits)
            try:
                await act()
                await self.session.flush()
                await write_rows(self.session)
            except (CaseError, PeopleError) as error:
                await self._refused(error.code)
            except NotAllowed as error:
                await self._refused(f"{error.action} on {error.status}")
            self.session.info.clear()  # each act is a unit of work of its own, and remembers nothing of the others
            self.acts += 1
        self.now = end - timedelta(seconds=1)

    async def _refused(self, why: str) -> None:
        """What was refused leaves nothing behind: its transaction would have been rolled back."""
        self.refused[why] += 1
        for made in list(self.session.new):
            self.session.expunge(made)
        for changed in list(self.session.dirty):
            await self.session.refresh(changed)

    async def _deliver(self) -> None:
        """The courier's part: everything that waits is shown, and kept for the proof."""
        await write_rows(self.session)
        rows = await self.session.execute(
            select(
                Outbox.id, Outbox.person_id, Outbox.kind, Outbox.request_id, Outbox.payload,
                Outbox.unique_key, Outbox.created_at,
            )
            .where(Outbox.id > self._last_said, Outbox.person_id.is_not(None))
            .order_by(Outbox.id)
        )  # fmt: skip
        said = [dict(zip(SAID.columns.keys(), row, strict=True)) for row in rows]
        if not said:
            return
        self._last_said = said[-1]["id"]
        await self.session.execute(insert(SAID), said)
        shown = [row["payload"]["notice"] for row in said if row["kind"] == outbox.ONE_TIME_NOTICE]
        if shown:
            await self.session.execute(
                update(OneTimeNotice).where(OneTimeNotice.id.in_(shown)).values(delivered_at=self.now)
            )
        waiting = Outbox.sent_at.is_(None) & (Outbox.due_at <= self.now)
        await self.session.execute(
            update(Outbox)
            .where(waiting)
            .values(sent_at=self.now, leased_until=None)
            .execution_options(synchronize_session=False)
        )

    # -- absence

    def _leave(self, absence: Absence) -> Act:
        async def act() -> None:
            leave = duty.Leave(absence.person, absence.first, absence.last, absence.substitute)
            manager = self.district.managers[absence.area]
            await rota.add_leave(self.session, absence.area, leave, by=manager, now=self.now, today=self.today())
            self.away.append(absence)

        return act

    def _departure(self, person_id: int) -> Act:
        async def act() -> None:
            area = next(c for c in self.district.communities if person_id in c.workers)
            await rota.end_post(self.session, area.id, person_id, self.now)
            area.workers.remove(person_id)
            self.gone.add(person_id)
            self.at(self.worked(self.random.uniform(1.3, 9)), self._handing_over(area, person_id))

        return act

    def _handing_over(self, community: Community, person_id: int) -> Act:
        """The morning's list says what somebody held who has left: the manager gives it to colleagues."""

        async def act() -> None:
            manager = self.district.managers[community.id]
            for request in await rota.held(self.session, [community.id], person_id):
                colleague = self.random.choice(community.workers)
                await self.books.take_over(request.id, manager, person_id, colleague, "前任离岗")
                await self.session.flush()
                if request.offered_to_id is not None:
                    self.at(self.worked(1), self._taking(request.id))

        return act

    def _taking(self, request_id: int) -> Act:
        async def act() -> None:
            request = await self.books._load(request_id)
            if request.offered_to_id is not None:
                await self.books.acknowledge(request_id, request.offered_to_id)

        return act


def spread(random: Random, middle: float) -> float:
    """A length around `middle`, mostly shorter, sometimes much longer."""
    return random.lognormvariate(0, 0.8) * middle


def between(start: datetime, end: datetime, part: float) -> datetime:
    return start + max(end - start, timedelta()) * part
