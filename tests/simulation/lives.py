"""What becomes of one request: its resident, its workers and its manager, with chance deciding what they do.

Each chapter looks at the request as it stands then, as people do, and does nothing when it has gone another way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from knowledge.lifecycle import OPEN, Intake, Status
from storage.case_tables import Rectification
from storage.ledger import Need, Source
from storage.tables import Person, Request
from tests.simulation.district import Community
from tests.simulation.year import Year, between, spread

_SERVICES = (
    ("elderly.meals", 9), ("elderly.home_care", 7), ("elderly.age_allowance", 8), ("elderly.subsistence_allowance", 4),
    ("elderly.medical_escort", 4), ("elderly.pension_certification", 7), ("legal.consultation", 8),
    ("legal.wage_labour", 3), ("employment.unemployment_registration", 7), ("employment.job_matching", 6),
    ("employment.skill_training", 4), ("employment.wage_arrears", 3), ("mediation.noise", 5),
    ("mediation.neighbour", 4), ("mediation.property_management", 5), ("general.window", 16),
)  # fmt: skip
_LEVELS = ((5, 4, 3, 2, 1), (46, 30, 15, 6, 3), (12, 24, 30, 20, 14))
"""The five ratings: how often each is given in time, and late."""


class Lives:
    """Every request of a year."""

    def __init__(self, year: Year, chapters: Sequence[tuple[float, float, Callable[..., Awaitable[None]]]]) -> None:
        self.year, self.random, self.chapters = year, year.random, chapters
        self.communities = {community.id: community for community in year.district.communities}
        self._messages = 0

    def arrive(self, when: datetime) -> None:
        """Somebody needs something."""
        self.year.at(when, self._record)

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    async def load(self, request_id: int) -> Request:
        return await self.year.books._load(request_id)

    def manager(self, request: Request) -> int:
        return self.year.district.managers[request.area_id]

    def service(self) -> str:
        """What is asked for, as often as it is."""
        names, weights = zip(*_SERVICES, strict=True)
        return str(self.random.choices(names, weights)[0])

    def _colleague(self, request: Request) -> int | None:
        others = [w for w in self.communities[request.area_id].workers if w != request.handler_id]
        present = [w for w in others if self.year.is_away(w) is None]
        return self.random.choice(present or others) if others else None

    # -- recorded

    async def _record(self) -> None:
        year, random = self.year, self.random
        community = random.choice(year.district.communities)
        service, danger = self.service(), None
        office = year.rules.office(community.code)
        open_now = next(office.spans(year.now))[0] <= year.now
        on_behalf = open_now and self.chance(0.25)
        intake = random.choice((Intake.COUNTER, Intake.COUNTER, Intake.PHONE, Intake.VISIT))
        asked = self._at_the_counter(community) if on_behalf else None
        chatless = on_behalf and self.chance(0.5)
        resident = random.choice(community.chatless if chatless else community.residents)
        if asked is None:
            intake = Intake.CHAT
            if self.chance(0.004):
                intake, service, danger = (
                    Intake.DANGER,
                    "general.window",
                    random.choice(("medical", "violence", "fire")),
                )
        served = await year.session.get(Person, resident)
        assert served is not None
        request = await year.books.record(
            Need(
                served,
                community.id,
                service,
                "请帮我办一下",
                intake=intake,
                danger=danger,
                recorded_by=await year.session.get(Person, asked) if asked else None,
            )
        )
        if asked is None:
            slow = 20 if request.handler_id in year.district.silent else 1
            wait = spread(random, 0.1 if danger else 0.2 * slow)
            year.at(year.now + timedelta(hours=wait) if danger else year.worked(wait), partial(self._take, request.id))
            if self.chance(0.02):
                year.at(year.worked(spread(random, 12)), partial(self._withdraw, request.id))
        else:
            self._go_on(request)

    def _at_the_counter(self, community: Community) -> int | None:
        present = [w for w in community.workers if self.year.is_away(w) is None]
        return self.random.choice(present) if present else None

    async def _take(self, request_id: int) -> None:
        """受理, or the handler is away and somebody has to do something about it."""
        request, year = await self.load(request_id), self.year
        if request.status is not Status.RECORDED:
            return
        if await self._absent(request, partial(self._take, request_id)):
            return
        await year.books.acknowledge(request_id, request.handler_id)
        self._go_on(request)

    async def _absent(self, request: Request, again: partial) -> bool:  # type: ignore[type-arg]
        """Whether the handler cannot act now; then the manager hands it on, or it waits for them to come back."""
        year, absence = self.year, self.year.is_away(request.handler_id)
        if request.handler_id in year.gone:
            year.at(year.worked(10), again)
            return True
        if absence is None:
            return False
        if (
            absence.substitute is not None
            and self.chance(0.5)
            and request.status in (Status.RECORDED, Status.IN_PROGRESS)
        ):
            await year.books.acknowledge(request.id, absence.substitute)  # AB岗: whoever stands in takes it
            year.at(year.worked(0.5), again)
            return True
        colleague = self._colleague(request)
        if colleague is not None and request.offered_to_id is None and self.chance(0.6):
            await year.books.transfer(request.id, self.manager(request), colleague, "承办人请假")
            year.at(year.worked(spread(self.random, 0.5)), partial(self._accept, request.id))
            year.at(year.worked(2), again)
        else:
            year.at(year.worked(self.random.uniform(2, 9)), again)
        return True

    def _go_on(self, request: Request) -> None:
        """Plan the work: talk, perhaps hand on, finish."""
        year, random = self.year, self.random
        year.at(year.worked(spread(random, 2)), partial(self._talk, request.id))
        late = self.chance(0.3 if request.handler_id in year.district.silent else 0.04)
        part = random.betavariate(2, 3) * 0.95
        done = between(year.now, request.resolve_by, part)
        if late:
            done = request.resolve_by + timedelta(hours=spread(random, 30))
            year.at(request.resolve_by + timedelta(hours=3), partial(self._urge, request.id))
        if self.chance(0.07):
            year.at(between(year.now, done, 0.3), partial(self._pass_on, request.id))
        self._soon(done, partial(self._finish, request.id))
        for chance, part, chapter in self.chapters:
            if self.chance(chance):
                self._soon(between(year.now, done, part), partial(chapter, self, request.id))

    def _soon(self, when: datetime, act: partial) -> None:  # type: ignore[type-arg]
        """At this moment, or when service hours begin again."""
        self.year.at(next(self.year.rules.office().spans(when))[0], act)

    # -- worked on

    async def _talk(self, request_id: int) -> None:
        request, year = await self.load(request_id), self.year
        if request.status is not Status.IN_PROGRESS or await self._absent(request, partial(self._talk, request_id)):
            return
        self._messages += 1
        source = Source("telegram", request.handler_id, self._messages)
        await year.books.say(request_id, request.handler_id, "您好，我来办", [], source)
        if self.chance(0.4):
            year.at(year.now + timedelta(hours=spread(self.random, 1)), partial(self._answer_back, request_id))

    async def _answer_back(self, request_id: int) -> None:
        request = await self.load(request_id)
        if request.status in OPEN:
            self._messages += 1
            source = Source("telegram", request.resident_id, self._messages)
            await self.year.books.say(request_id, request.resident_id, "好的", [], source)

    async def _pass_on(self, request_id: int) -> None:
        """转办 to a colleague, now and then to the street's manager, who may never answer."""
        request, year = await self.load(request_id), self.year
        if request.status is not Status.IN_PROGRESS or request.offered_to_id or year.is_away(request.handler_id):
            return
        above = year.district.managers[year.district.above[request.area_id]]
        receiver = above if self.chance(0.1) else self._colleague(request)
        if receiver is None or request.handler_id in year.gone:
            return
        await year.books.transfer(request_id, request.handler_id, receiver, "对方更熟悉")
        if self.chance(0.85):
            year.at(year.worked(spread(self.random, 1)), partial(self._accept, request_id))

    async def _accept(self, request_id: int) -> None:
        request = await self.load(request_id)
        if request.offered_to_id is not None and self.year.is_away(request.offered_to_id) is None:
            await self.year.books.acknowledge(request_id, request.offered_to_id)

    async def _finish(self, request_id: int) -> None:
        request, year = await self.load(request_id), self.year
        if request.status not in OPEN:
            return
        again = partial(self._finish, request_id)
        if await self._absent(request, again):
            return
        if request.status is not Status.IN_PROGRESS:
            year.at(year.worked(9), again)
            return
        await year.books.resolve(request_id, request.handler_id, "已办好，材料在窗口")
        late = year.now > request.resolve_by
        self.judged(request, late=late)

    # -- what the resident says

    def judged(self, request: Request, *, late: bool) -> None:
        year, random, said = self.year, self.random, self.random.random()
        resident = next((r for r in self.communities[request.area_id].chatless if r == request.resident_id), None)
        wait = timedelta(days=spread(random, 0.8))
        if resident is not None:
            year.at(year.worked(spread(random, 6)), partial(self._call, request.id, late))
            return
        if said < (0.10 if late else 0.05):
            year.at(year.now + wait, partial(self._reopen, request.id))
        elif said < 0.62:
            year.at(year.now + wait, partial(self._rate, request.id, late))
        elif said < 0.72:
            year.at(year.now + timedelta(days=3, hours=spread(random, 9)), partial(self._rate, request.id, late))

    async def _rate(self, request_id: int, late: bool) -> None:
        request, year = await self.load(request_id), self.year
        if request.status is not Status.RESOLVED:
            return
        if self.chance(0.3):
            await year.books.settle(request_id, request.resident_id)
        levels, in_time, too_late = _LEVELS
        level = self.random.choices(levels, too_late if late else in_time)[0]
        await year.books.rate(request_id, request.resident_id, level)
        self._mend(request_id)
        if self.chance(0.03):
            year.at(year.now + timedelta(days=1), partial(self._revise, request_id))
        if self.chance(0.02):
            year.at(year.now + timedelta(days=2), partial(self._reopen, request_id))

    async def _call(self, request_id: int, late: bool) -> None:
        """Whoever has no chat is called by whoever answers; many are not at home, some are not content."""
        request, year = await self.load(request_id), self.year
        caller = request.first_responder_id
        if request.status is not Status.RESOLVED or caller in year.gone or self.chance(0.3):
            return
        if self.chance(0.06):
            await year.books.take_reopen(request_id, caller, "还没办好")
            year.at(year.worked(spread(self.random, 12)), partial(self._finish, request_id))
            return
        levels, in_time, too_late = _LEVELS
        level = self.random.choices(levels, too_late if late else in_time)[0]
        await year.books.take_rating(request_id, caller, level)
        self._mend(request_id)

    def _mend(self, request_id: int) -> None:
        """整改, if the rating was a poor one: its manager contacts, settles and calls again, most of them in time."""
        year, random = self.year, self.random
        year.at(year.worked(spread(random, 4)), partial(self._contact, request_id))

    async def _contact(self, request_id: int) -> None:
        row = await self._rectification(request_id)
        if row is not None and row.contacted_at is None:
            await self.year.books.rectify_contact(row.id, row.manager_id)
            if self.chance(0.08):
                await self.year.books.rectify_complex(row.id, row.manager_id, "要几个部门一起办")
            self.year.at(self.year.worked(spread(self.random, 20)), partial(self._settle, request_id))

    async def _settle(self, request_id: int) -> None:
        row = await self._rectification(request_id)
        if row is not None and row.settled_at is None:
            await self.year.books.rectify_settle(row.id, row.manager_id, "已当面说明并补办")
            self.year.at(self.year.worked(spread(self.random, 12)), partial(self._follow_up, request_id))

    async def _follow_up(self, request_id: int) -> None:
        row = await self._rectification(request_id)
        if row is not None and row.settled_at is not None and row.followed_up_at is None:
            satisfied = self.random.choice((True, True, True, False, None))
            words = "" if satisfied is not None else "三次都没有接电话"
            await self.year.books.follow_up(row.id, row.manager_id, satisfied=satisfied, words=words)

    async def _rectification(self, request_id: int) -> Rectification | None:
        rows = await self.year.session.execute(
            select(Rectification).where(Rectification.request_id == request_id).order_by(Rectification.id.desc())
        )
        return rows.scalars().first()

    async def _revise(self, request_id: int) -> None:
        request = await self.load(request_id)
        if request.status is Status.CLOSED:
            await self.year.books.rate(request_id, request.resident_id, self.random.randint(1, 5))
            self._mend(request_id)

    async def _reopen(self, request_id: int) -> None:
        request, year = await self.load(request_id), self.year
        if request.status in (Status.RESOLVED, Status.CLOSED):
            await year.books.reopen(request_id, request.resident_id)
            year.at(year.worked(spread(self.random, 12)), partial(self._finish, request_id))

    async def _urge(self, request_id: int) -> None:
        request = await self.load(request_id)
        if request.status in OPEN:
            await self.year.books.urge(request_id, request.resident_id)

    async def _withdraw(self, request_id: int) -> None:
        request = await self.load(request_id)
        if request.status in OPEN:
            await self.year.books.withdraw(request_id, request.resident_id)
