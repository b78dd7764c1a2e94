"""整改: opened once a closure, answered for by the right manager, contacted, settled, followed up (rule 11)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge.lifecycle import NotAllowed, Role, Status
from storage import aftercare_clock, history
from storage.case_rectification import next_due
from storage.case_tables import Rectification
from storage.ledger import CaseError, Source
from storage.tables import Outbox, Person, Request
from tests.storage.office import NOON, Office, swept

DAY = timedelta(days=1)


async def poor(office: Office, level: int = 1, **more: Any) -> Request:
    request = await office.resolved(**more)
    await office.act("rate", request, "张秀英", level)
    return await office.request(request)


async def mending(office: Office, request: Request | None = None) -> Rectification:
    """The newest rectification (of this request)."""
    async with office.database.read() as session:
        query = select(Rectification).order_by(Rectification.id.desc())
        if request is not None:
            query = query.where(Rectification.request_id == request.id)
        found = (await session.execute(query)).scalars().first()
        assert found is not None
        return found


async def count(office: Office) -> int:
    async with office.database.read() as session:
        return (await session.execute(select(func.count(Rectification.id)))).scalar_one()


async def does(office: Office, name: str, rect: Rectification, who: str, *given: Any, **more: Any) -> Any:
    async with office.books() as books:
        return await getattr(books, name)(rect.id, office.ids[who], *given, **more)


async def sweep(office: Office) -> int:
    async with office.database.write() as session:
        return await swept(session, office.rules, office.now, *aftercare_clock.RECTIFICATIONS)


async def notices(office: Office, who: str) -> list[str]:
    return [kind for kind in await office.told(who) if kind.startswith("rectify")]


@pytest.mark.parametrize("level", [1, 2])
async def test_a_poor_rating_opens_one(any_office: Office, level: int) -> None:
    """The area's manager answers; the resident is told who calls, by when; one event."""
    request = await poor(any_office, level)
    rect = await mending(any_office, request)
    assert rect.manager_id == any_office.ids["王芳"]
    assert rect.contact_by == datetime.fromisoformat("2026-11-24T18:00:00+08:00")
    assert rect.settle_by == datetime.fromisoformat("2026-11-30T18:00:00+08:00")
    assert (await any_office.told("张秀英"))[-1] == "rectifying"
    assert (await any_office.told("王芳"))[-1] == "rectify"
    assert [e.action for e in await any_office.events(request)][-2:] == ["rate", "rectify"]
    async with any_office.database.read() as session:
        assert [flaw async for flaw in history.audit(session)] == []


async def test_one_for_each_closure_however_it_is_rated(office: Office) -> None:
    """A good one opens none; changed to a poor one it does; poor and poorer is one; the next closure has its own."""
    request = await office.resolved()
    await office.act("rate", request, "张秀英", 4)
    assert await count(office) == 0
    await office.act("rate", request, "张秀英", 2)
    assert await count(office) == 1
    again = await poor(office, 2)
    await office.act("rate", again, "张秀英", 1)
    assert await count(office) == 2
    await office.act("reopen", again, "张秀英")
    await office.act("resolve", again, await office.name(again.first_responder_id), "再送一次")
    await office.act("rate", again, "张秀英", 1)
    assert await count(office) == 3


async def test_never_whoever_did_the_work(office: Office) -> None:
    """The area's manager did it: the manager above answers, and the other cannot run it."""
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["王芳"], "我不会")
    await office.act("acknowledge", request, "王芳")
    await office.act("resolve", request, "王芳", "办了")
    await office.act("rate", request, "张秀英", 1)
    rect = await mending(office)
    assert rect.manager_id == office.ids["赵云"]
    for act, given in (("rectify_contact", ()), ("rectify_settle", ("好了",)), ("rectify_complex", ("难",))):
        with pytest.raises(NotAllowed):
            await does(office, act, rect, "王芳", *given)
    assert await does(office, "rectify_contact", rect, "赵云")


async def test_where_there_is_nobody_else_it_is_said(office: Office) -> None:
    """A manager alone in the line, who did the work: theirs all the same, and on record."""
    await office.leaves("赵云")
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["王芳"], "我不会")
    await office.act("acknowledge", request, "王芳")
    await office.act("resolve", request, "王芳", "办了")
    await office.act("rate", request, "张秀英", 1)
    assert (await mending(office)).manager_id == office.ids["王芳"]
    assert (await office.events(request))[-1].data["own_work"] is True


async def test_without_any_manager_it_waits_for_one(office: Office) -> None:
    """Nobody could answer when the rating came; as soon as somebody can, it is opened, once."""
    await office.leaves("赵云")
    await office.leaves("王芳")
    await poor(office)
    assert await count(office) == 0
    assert await sweep(office) == 0
    await office.staff("新经理", Role.MANAGER)
    office.later(minutes=5)
    assert await sweep(office) == 1
    assert (await mending(office)).manager_id == office.ids["新经理"]
    await sweep(office)
    assert await count(office) == 1


async def test_to_the_end(any_office: Office) -> None:
    """Contacted by phone, settled, followed up: each once, each an event, the resident told."""
    request = await poor(any_office)
    rect = await mending(any_office)
    with pytest.raises(CaseError) as early:
        await does(any_office, "follow_up", rect, "王芳", satisfied=True)
    assert early.value.code == "not_rectified"
    await does(any_office, "rectify_contact", rect, "王芳")
    any_office.later(days=1)
    with pytest.raises(CaseError) as empty:
        await does(any_office, "rectify_settle", rect, "王芳", " ")
    assert empty.value.code == "outcome_empty"
    await does(any_office, "rectify_settle", rect, "王芳", "换了送餐员")
    for act, given in (("rectify_settle", ("又好了",)), ("rectify_contact", ()), ("rectify_complex", ("难",))):
        with pytest.raises(CaseError) as twice:
            await does(any_office, act, rect, "王芳", *given)
        assert twice.value.code == "rectified"
    any_office.later(days=1)
    await does(any_office, "follow_up", rect, "王芳", satisfied=True, words="现在好了")
    with pytest.raises(CaseError) as over:
        await does(any_office, "follow_up", rect, "王芳", satisfied=False)
    assert over.value.code == "followed_up"
    done = await mending(any_office)
    assert (done.contacted_at, done.settled_at, done.satisfied) == (NOON, NOON + DAY, True)
    assert done.follow_up_by == datetime.fromisoformat("2026-11-27T18:00:00+08:00")
    assert done.look_at is None
    kept = ["rectify", "rectify_contact", "rectify_settle", "follow_up"]
    assert [e.action for e in await any_office.events(request)][-4:] == kept
    assert (await any_office.told("张秀英"))[-1] == "rectify_settled"
    async with any_office.database.read() as session:
        assert [flaw async for flaw in history.audit(session)] == []


async def test_complicated_is_said_in_advance_and_once(office: Office) -> None:
    """15 working days from the rating, with words, and the resident is told; too late once the 5 are over."""
    await poor(office)
    rect = await mending(office)
    with pytest.raises(CaseError) as silent:
        await does(office, "rectify_complex", rect, "王芳", "")
    assert silent.value.code == "reason_empty"
    await does(office, "rectify_complex", rect, "王芳", "要查账")
    assert (await mending(office)).settle_by == datetime.fromisoformat("2026-12-14T18:00:00+08:00")
    assert (await office.told("张秀英"))[-1] == "rectify_complex"
    with pytest.raises(CaseError) as twice:
        await does(office, "rectify_complex", rect, "王芳", "再查")
    assert twice.value.code == "complex_already"
    await poor(office)
    late = await mending(office)
    office.now = late.settle_by + timedelta(seconds=1)
    with pytest.raises(CaseError) as over:
        await does(office, "rectify_complex", late, "王芳", "要查账")
    assert over.value.code == "complex_late"


async def test_words_through_the_desk_are_the_contact_and_so_is_the_answer(office: Office) -> None:
    """A manager writes on a closed request; the resident's answer goes to them, not to whoever did the work; what
    others write there is refused as before."""
    request = await poor(office)
    await office.say(request, "王芳", "您好，哪里没办好？", message_id=8)
    assert (await mending(office)).contacted_at == NOON
    assert (await office.told("张秀英"))[-1] == "relay"
    before = await office.told("李敏")
    await office.say(request, "张秀英", "他说话不好听", message_id=9)
    assert (await office.told("王芳"))[-1] == "relay"
    assert await office.told("李敏") == before
    assert [e.action for e in await office.events(request)][-2:] == ["rectify_contact", "rectify_contact"]
    with pytest.raises(NotAllowed):
        await office.say(request, "李敏", "我解释一下", message_id=10)


async def test_reopened_it_goes_on_beside_the_request(office: Office) -> None:
    """Words to a manager stay apart from words about the work, also by quoting."""
    request = await poor(office)
    await office.act("reopen", request, "张秀英")
    await office.say(request, "李敏", "马上去", message_id=7)
    await office.say(request, "张秀英", "好", message_id=8)
    assert (await office.told("李敏"))[-1] == "relay"
    asked = await office.say(request, "王芳", "怎么回事？", message_id=9)
    await office.say(request, "李敏", "在路上", message_id=10)
    async with office.books() as books:
        source = Source("telegram", 900, 11, reply_to_id=asked.id)
        await books.say(request.id, office.ids["张秀英"], "他迟到了", [], source)
    assert (await office.told("王芳"))[-1] == "relay"
    assert (await office.told("李敏")).count("relay") == 1
    await does(office, "rectify_settle", await mending(office), "王芳", "换人送")
    assert (await office.request(request)).status is Status.IN_PROGRESS
    await office.act("withdraw", request, "张秀英")
    office.later(days=30)
    await sweep(office)
    assert (await mending(office)).look_at is None


async def test_its_clocks_are_heard_of(any_office: Office) -> None:
    """Warned, told, the manager above a working day later; a second sweep says nothing."""
    await poor(any_office)
    for moment, manager, above in (
        ("2026-11-24T16:00:00+08:00", ["rectify", "rectify_warn"], []),
        ("2026-11-25T09:00:00+08:00", ["rectify", "rectify_warn", "rectify_breach"], []),
        ("2026-11-26T09:00:00+08:00", ["rectify", "rectify_warn", "rectify_breach"], ["rectify_escalate"]),
    ):
        any_office.now = datetime.fromisoformat(moment)
        assert await sweep(any_office) == 1
        assert await sweep(any_office) == 0
        assert (await notices(any_office, "王芳"), await notices(any_office, "赵云")) == (manager, above)


async def test_what_is_kept_is_not_reminded_of(office: Office) -> None:
    """Settled in time: the next clock is the follow-up's."""
    await poor(office)
    rect = await mending(office)
    await does(office, "rectify_settle", rect, "王芳", "好了")
    told = ["rectify"]
    for moment, more in (("11-25T08:59", []), ("11-25T09:00", ["rectify_warn"]), ("11-27T09:00", ["rectify_breach"])):
        office.now = datetime.fromisoformat(f"2026-{moment}:00+08:00")
        await sweep(office)
        told += more
        assert await notices(office, "王芳") == told


async def test_downtime_ends_in_one_digest(office: Office) -> None:
    """Five clocks broken at once are one message a manager."""
    for _ in range(5):
        await poor(office)
    office.later(days=3)
    await sweep(office)
    assert (await notices(office, "王芳"))[5:] == ["rectify_digest"]
    async with office.database.read() as session:
        digest = (await session.execute(select(Outbox).where(Outbox.kind == "rectify_digest"))).scalars().first()
    assert digest is not None
    assert {rung for _, _, rung in digest.payload["steps"]} == {"breach"}


@pytest.mark.parametrize("how", ["leaves", "unreachable"])
async def test_a_manager_who_is_gone_hands_it_on(any_office: Office, how: str) -> None:
    """Left or out of reach: it goes to another with its clocks as they were; where there is nobody, it stays."""
    await poor(any_office)
    before = await mending(any_office)
    if how == "leaves":
        await any_office.leaves("王芳")
    else:
        async with any_office.database.write() as session:
            person = await session.get(Person, any_office.ids["王芳"])
            assert person is not None
            person.unreachable_at = any_office.now
    assert await sweep(any_office) == 1
    after = await mending(any_office)
    assert (after.manager_id, after.contact_by) == (any_office.ids["赵云"], before.contact_by)
    assert await notices(any_office, "赵云") == ["rectify"]
    assert (await any_office.told("张秀英"))[-1] == "rectify_passed"
    await any_office.leaves("赵云")
    assert await sweep(any_office) == 0
    assert (await mending(any_office)).manager_id == any_office.ids["赵云"]


async def test_the_list_is_of_ones_own_areas(office: Office) -> None:
    """A manager sees what is put right in their areas, not what they did themselves, and no worker sees it."""
    await poor(office)
    async with office.books() as books:
        for name, expected in (("王芳", 1), ("赵云", 1), ("李敏", 0), ("张秀英", 0)):
            assert len(await books.rectifications(office.ids[name], 9)) == expected, name
            assert (await books.rectifications_counted(office.ids[name]))[0] == expected, name


async def test_the_list_begins_with_ones_own_and_the_soonest_due(any_office: Office) -> None:
    """In every state in which one is open; it ends where it was asked to, and the whole is counted."""
    states = [
        {"contacted_at": contacted, "settled_at": settled, "follow_up_by": follow, "manager_id": any_office.ids[who]}
        for who in ("赵云", "王芳")
        for contacted, settled, follow in (
            (None, None, None), (NOON, None, None), (None, NOON, NOON + 9 * DAY), (NOON, NOON, NOON),
            (NOON, NOON, None),
        )
    ]  # fmt: skip
    for number, state in enumerate(states):
        request = await poor(any_office)
        async with any_office.database.write() as session:
            found = await session.execute(select(Rectification).where(Rectification.request_id == request.id))
            rect = found.scalar_one()
            rect.contact_by, rect.settle_by = NOON + (9 - number % 4) * DAY, NOON + (4 + number % 7) * DAY
            for name, value in state.items():
                setattr(rect, name, value)
    async with any_office.books() as books:
        me = any_office.ids["王芳"]
        everything = [rect for rect, _ in await books.rectifications(me, 99)]
        assert len(everything) == len(states)
        expected = sorted(everything, key=lambda r: (r.manager_id != me, next_due(r), r.id))
        assert [rect.id for rect in everything] == [rect.id for rect in expected]
        assert [rect.id for rect, _ in await books.rectifications(me, 4)] == [rect.id for rect in expected[:4]]
        assert await books.rectifications_counted(me) == (len(states), len(states) // 2)


async def test_a_follow_up_that_reached_nobody_says_so(office: Office) -> None:
    """With words; it counts as followed up, and as neither satisfied nor not."""
    await poor(office)
    rect = await mending(office)
    await does(office, "rectify_settle", rect, "王芳", "好了")
    with pytest.raises(CaseError) as silent:
        await does(office, "follow_up", rect, "王芳", satisfied=None)
    assert silent.value.code == "reason_empty"
    await does(office, "follow_up", rect, "王芳", satisfied=None, words="打了三次没接")
    done = await mending(office)
    assert (done.followed_up_at, done.satisfied) == (NOON, None)
