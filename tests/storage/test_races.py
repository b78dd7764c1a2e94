"""Two at the same moment, over two connections: exactly one wins, and the other is told or tries again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from knowledge import numbers
from knowledge.lifecycle import NotAllowed, Role, Status
from storage import aftercare_clock, conversations
from storage.casebook import Casebook
from storage.database import Database
from storage.ledger import CaseError, Rules
from storage.people import People, PeopleError
from storage.tables import Event, HandledUpdate, Invite, Person, Rating, Request, Staff
from tests.storage.office import NOON, Office, swept

Work = Callable[[Any], Awaitable[Any]]

REFUSED = (CaseError, NotAllowed, PeopleError)
COLLIDED = (StaleDataError, IntegrityError, DBAPIError)


@pytest.fixture
async def rivals(any_office: Office, any_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes, as it were: each has its own engine, its own connections and no common lock."""
    other = Database(any_url)
    yield any_office.database, other
    await other.close()


async def race(rivals: tuple[Database, Database], first: Work, second: Work) -> tuple[list[Any], list[Exception]]:
    """Do both at once, each in a transaction of its own database, and collide them on purpose: both begin, both have
    read, then both write. Whoever collides tries again, as the gate does. Gives results and refusals."""
    results: list[Any] = []
    refusals: list[Exception] = []

    async def run(database: Database, work: Work) -> None:
        for _ in range(4):
            try:
                async with database.write() as session:
                    found = await work(session)
                    await session.flush()
                results.append(found)
                return
            except REFUSED as error:
                refusals.append(error)
                return
            except COLLIDED:
                continue
        raise AssertionError("four collisions in a row")

    await asyncio.gather(run(rivals[0], first), run(rivals[1], second))
    return results, refusals


def act(rules: Rules, name: str, *given: Any) -> Work:
    async def work(session: Any) -> Any:
        return await getattr(Casebook(session, rules, NOON), name)(*given)

    return work


async def offered(office: Office) -> Request:
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    return await office.request(request)


@pytest.mark.parametrize("order", [("李敏", "周强"), ("周强", "李敏")])
async def test_two_take_what_was_offered(
    any_office: Office, rivals: tuple[Database, Database], order: tuple[str, str]
) -> None:
    """The sender and the receiver acknowledge at once: one has it, the other is refused."""
    request, ids = await offered(any_office), any_office.ids
    works = [act(any_office.rules, "acknowledge", request.id, ids[name]) for name in order]
    results, refusals = await race(rivals, works[0], works[1])
    assert (len(results), len(refusals)) == (1, 1)
    now = await any_office.request(request)
    assert now.status is Status.IN_PROGRESS
    assert now.offered_to_id is None
    acknowledged = [e for e in await any_office.events(request) if e.action == "acknowledge"]
    assert [e.actor_id for e in acknowledged] == [now.handler_id]


async def test_the_same_press_twice(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """受理 from two devices of one worker at once counts once."""
    request = await any_office.record()
    press = act(any_office.rules, "acknowledge", request.id, any_office.ids["李敏"])
    results, refusals = await race(rivals, press, press)
    assert (len(results), len(refusals)) == (1, 1)
    assert [e.action for e in await any_office.events(request)] == ["record", "acknowledge"]


async def test_transfer_against_resolve(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Either it is resolved and not handed on, or handed on and then resolved by who still held it; never torn."""
    request, ids = await any_office.record(), any_office.ids
    await any_office.act("acknowledge", request, "李敏")
    results, refusals = await race(
        rivals,
        act(any_office.rules, "transfer", request.id, ids["王芳"], ids["周强"], "他更熟"),
        act(any_office.rules, "resolve", request.id, ids["李敏"], "办好了"),
    )
    now = await any_office.request(request)
    actions = [e.action for e in await any_office.events(request)][2:]
    assert (now.status, now.offered_to_id) == (Status.RESOLVED, None)
    assert (actions, len(results), len(refusals)) in (
        (["resolve"], 1, 1),
        (["transfer", "resolve"], 2, 0),
    )


async def test_rate_against_reopen(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """A resident's two devices: the rating comes first and the request is reopened after it, or it is refused."""
    request, me = await any_office.resolved(), any_office.ids["张秀英"]
    results, refusals = await race(
        rivals,
        act(any_office.rules, "rate", request.id, me, 5),
        act(any_office.rules, "reopen", request.id, me),
    )
    now = await any_office.request(request)
    actions = [e.action for e in await any_office.events(request)][3:]
    assert (now.status, now.round) == (Status.IN_PROGRESS, 2)
    assert (actions, len(results), len(refusals)) in ((["rate", "reopen"], 2, 0), (["reopen"], 1, 1))


async def test_rating_twice_at_once(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Two ratings pressed at once are one rating and its one change, never two ratings."""
    request, me = await any_office.resolved(), any_office.ids["张秀英"]
    await race(
        rivals,
        act(any_office.rules, "rate", request.id, me, 5),
        act(any_office.rules, "rate", request.id, me, 1),
    )
    async with any_office.database.read() as session:
        [rating] = (await session.execute(select(Rating))).scalars().all()
    assert {rating.level, rating.revised_level} == {1, 5}


async def test_one_code_two_people(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """A one-time code used by two at once makes one member of staff."""
    async with any_office.database.write() as session:
        people = People(session, NOON)
        area = await people.area_by_code("HJ")
        assert area is not None
        code = await people.invite(area, Role.WORKER)
        newcomers = [(await people.add(name=name, channel="web", chat_id=n)).id for n, name in ((1, "甲"), (2, "乙"))]

    def joining(person_id: int) -> Work:
        async def work(session: Any) -> Any:
            person = await session.get(Person, person_id)
            return await People(session, NOON).join(code, person)

        return work

    results, refusals = await race(rivals, joining(newcomers[0]), joining(newcomers[1]))
    assert len(results) == 1
    assert [error.code for error in refusals if isinstance(error, PeopleError)] == ["invite_used"]
    async with any_office.database.read() as session:
        [post] = (await session.execute(select(Staff).where(Staff.person_id.in_(newcomers)))).scalars()
        assert (await session.execute(select(Invite.used_by_id))).scalar_one() == post.person_id


async def test_one_update_delivered_twice(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Two processes get the same update at once: it has its effect once."""
    need = await any_office.need()

    async def handling(session: Any) -> Any:
        if not await conversations.first_time(session, 7, 4711, NOON):
            return None
        resident = await session.get(Person, need.resident.id)
        return await Casebook(session, any_office.rules, NOON).record(
            type(need)(resident=resident, area_id=need.area_id, service_id=need.service_id, text=need.text)
        )

    results, refusals = await race(rivals, handling, handling)
    assert refusals == []
    assert sorted(result is None for result in results) == [False, True]
    async with any_office.database.read() as session:
        assert (await session.execute(select(func.count(Request.id)))).scalar_one() == 1
        assert (await session.execute(select(func.count(HandledUpdate.update_id)))).scalar_one() == 1


async def test_numbers_of_a_day_are_unique(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Many recorded at once by two processes: consecutive numbers, none twice, none left out."""

    async def one(database: Database) -> str:
        need = await any_office.need()
        async with database.write() as session:
            return (await Casebook(session, any_office.rules, NOON).record(need)).number

    made = await asyncio.gather(*(one(rivals[i % 2]) for i in range(20)))
    assert all(numbers.read(number) == number for number in made)
    assert sorted(int(number[6:10]) for number in made) == list(range(1, 21))


async def test_every_event_has_its_place(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Many acts on one request at once, from two processes, leave one unbroken chain."""
    request, me = await any_office.record(), any_office.ids["李敏"]
    await any_office.act("acknowledge", request, "李敏")
    phone = act(any_office.rules, "look_up_phone", request.id, me)
    async with any_office.database.write() as session:
        person = await session.get(Person, any_office.ids["张秀英"])
        assert person is not None
        person.phone = "13800001111"
    await asyncio.gather(*(race(rivals, phone, phone) for _ in range(5)))
    async with any_office.database.read() as session:
        rows = await session.execute(select(Event.position).where(Event.request_id == request.id))
        assert sorted(rows.scalars()) == list(range(1, 13))


async def test_rating_in_chat_against_one_taken_on_the_phone(
    any_office: Office, rivals: tuple[Database, Database]
) -> None:
    """Both at once are one rating: whoever comes second is told that it is closed, or it is the one later change."""
    request, ids = await any_office.resolved(), any_office.ids
    works = [("rate", ids["张秀英"], 5), ("take_rating", ids["王芳"], 2)]
    await race(rivals, *(act(any_office.rules, name, request.id, who, level) for name, who, level in works))
    async with any_office.database.read() as session:
        [rating] = (await session.execute(select(Rating))).scalars().all()
    assert (await any_office.request(request)).status is Status.CLOSED
    assert (rating.level, rating.revised_level, rating.staff_taken) in ((5, None, False), (2, 5, True))


async def test_a_rating_taken_down_against_reopening(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Said on the phone and tapped at the same moment: the rating and then the reopening, or only the reopening."""
    request, ids = await any_office.resolved(), any_office.ids
    results, refusals = await race(
        rivals,
        act(any_office.rules, "take_rating", request.id, ids["王芳"], 1),
        act(any_office.rules, "reopen", request.id, ids["张秀英"]),
    )
    now = await any_office.request(request)
    actions = [e.action for e in await any_office.events(request)][3:]
    assert (now.status, now.round) == (Status.IN_PROGRESS, 2)
    assert (actions, len(results), len(refusals)) in (
        (["take_rating", "rectify", "reopen"], 2, 0),
        (["reopen"], 1, 1),
    )


async def test_two_managers_settle(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """One of them has settled it; the other is told that it is done."""
    request, ids = await any_office.resolved(), any_office.ids
    await any_office.act("rate", request, "张秀英", 1)
    works = [act(any_office.rules, "rectify_settle", 1, ids[name], f"{name}处理了") for name in ("王芳", "赵云")]
    results, refusals = await race(rivals, works[0], works[1])
    assert (len(results), [getattr(error, "code", "") for error in refusals]) == (1, ["rectified"])
    assert [e.action for e in await any_office.events(request)].count("rectify_settle") == 1


async def test_two_sweeps_open_what_was_missed(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Two processes find a manager at last, at the same moment: one rectification."""
    await any_office.leaves("王芳")
    await any_office.leaves("赵云")
    request = await any_office.resolved()
    await any_office.act("rate", request, "张秀英", 1)
    await any_office.staff("新经理", Role.MANAGER)

    async def sweep(session: Any) -> Any:
        return await swept(session, any_office.rules, NOON, *aftercare_clock.RECTIFICATIONS)

    results, refusals = await race(rivals, sweep, sweep)
    assert (sorted(results), refusals) == ([0, 1], [])
    assert [e.action for e in await any_office.events(request)].count("rectify") == 1
    assert (await any_office.told("新经理")).count("rectify") == 1


async def test_two_managers_decide_at_once(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """否定报备: one agrees and one sends it back at the same moment; the first holds, the other is told."""
    await any_office.staff("陈静", Role.MANAGER)
    request, ids = await any_office.record(), any_office.ids
    await any_office.act("acknowledge", request, "李敏")
    await any_office.act("report_refusal", request, "李敏", "不归社区", "区法院", "12368")
    results, refusals = await race(
        rivals,
        act(any_office.rules, "uphold", request.id, ids["王芳"]),
        act(any_office.rules, "overrule", request.id, ids["陈静"], "接着办"),
    )
    assert (len(results), len(refusals)) == (1, 1)
    now = await any_office.request(request)
    [decided] = [e.action for e in await any_office.events(request) if e.action in ("uphold", "overrule")]
    assert now.status is (Status.RESOLVED if decided == "uphold" else Status.IN_PROGRESS)


async def test_take_against_withdraw(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """The colleague takes what the resident withdraws: it ends withdrawn, and was taken before or not at all."""
    request, ids = await offered(any_office), any_office.ids
    results, refusals = await race(
        rivals,
        act(any_office.rules, "acknowledge", request.id, ids["周强"]),
        act(any_office.rules, "withdraw", request.id, ids["张秀英"]),
    )
    now = await any_office.request(request)
    actions = [e.action for e in await any_office.events(request)][2:]
    assert (now.status, now.offered_to_id) == (Status.WITHDRAWN, None)
    assert (actions, len(results), len(refusals)) in (
        (["acknowledge", "withdraw"], 2, 0),
        (["withdraw"], 1, 1),
    )


async def test_outside_against_resolve(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Handed outside while the handler resolves it: nobody is left asking after what is done."""
    request, ids = await any_office.record(), any_office.ids
    await any_office.act("acknowledge", request, "李敏")
    day = NOON.date() + timedelta(days=3)
    await race(
        rivals,
        act(any_office.rules, "hand_outside", request.id, ids["王芳"], "区法院", "12368", "要法院判", day),
        act(any_office.rules, "resolve", request.id, ids["李敏"], "办好了"),
    )
    assert (await any_office.request(request)).status is Status.RESOLVED
    async with any_office.books() as books:
        assert await books.outside(request.id) is None
