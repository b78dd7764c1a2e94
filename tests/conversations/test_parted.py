"""Somebody loses their part in a request while words for them wait in an outage: they read nothing of it, whatever post
they still have elsewhere, and whoever holds the request now reads it all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from knowledge.lifecycle import Role
from storage import rota
from storage.casebook import Casebook
from storage.outbox import WRITTEN, Sent
from storage.people import People
from storage.tables import Outbox, Request, Staff
from tests.conversations.chat import Actor, World
from tests.conversations.mediation_case import SECRET_B, Case
from tests.conversations.stories import MEALS, finished, record

SECRET = "门牌三栋，有糖尿病"


@asynccontextmanager
async def outage(world: World, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Nothing reaches this person; whatever is for them waits in the outbox for five minutes."""
    attempt, away = world.app.courier._attempt, (await world.who(actor)).id

    async def down(row: Outbox) -> Sent:
        if row.person_id != away:
            return await attempt(row)
        return Sent(row, retry_at=world.now + timedelta(minutes=5), error="TelegramNetworkError", spent=False)

    with monkeypatch.context() as cut:
        cut.setattr(world.app.courier, "_attempt", down)
        yield
    actor.seen = len(actor.shown)
    await world.later(minutes=6)


async def elsewhere(world: World, actor: Actor) -> None:
    """A second post, in another community, which stays when the one here ends."""
    await world.add_area("DP", "大坪社区")
    who = await world.who(actor)
    async with world.app.database.write() as session:
        area = await People(session, world.now).area_by_code("DP")
        assert area is not None
        session.add(Staff(person_id=who.id, area_id=area.id, role=Role.WORKER, domains=[], since=world.now))


async def moved(world: World, actor: Actor) -> None:
    """Their post here ends."""
    who = await world.who(actor)
    async with world.app.database.write() as session:
        area = await People(session, world.now).area_by_code("HJ")
        assert area is not None
        await rota.end_post(session, area.id, who.id, world.now)


async def taken_over(world: World, request: Request, manager: Actor, gone: Actor, to: Actor) -> None:
    boss, before, after = [(await world.who(actor)).id for actor in (manager, gone, to)]
    async with world.app.database.write() as session:
        await Casebook(session, world.app.office.rules, world.now).take_over(request.id, boss, before, after, "调走了")
        await session.flush()
        written = session.info.pop(WRITTEN)
    world.app.courier.submit(written)


async def test_words_go_to_whoever_holds_it_now(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words, an edit of earlier words and a picture."""
    worker = await world.staff("李敏")
    await elsewhere(world, worker)
    resident = await world.resident()
    request = await record(world, resident, MEALS)
    await worker.clicks("受理")
    successor, manager = await world.staff("刘洋"), await world.staff("王芳", Role.MANAGER)
    await resident.clicks("补充说明")
    earlier = await resident.says("我在家")
    worker.sees("我在家")
    async with outage(world, worker, monkeypatch):
        await resident.clicks("补充说明")
        await resident.says(SECRET)
        await resident.edits(earlier, "我在医院")
        await resident.photo("门口")
        await moved(world, worker)
        await taken_over(world, request, manager, worker, successor)
    assert [shown.text for shown in worker.unread if "糖尿病" in shown.text or "医院" in shown.text] == []
    assert all(shown.kind != "photo" for shown in worker.unread)
    worker.sees("首问责任人换成了刘洋")
    read = [shown.text for shown in successor.shown]
    assert sum(SECRET in text for text in read) == 1
    assert sum("我在医院" in text for text in read) == 1
    assert sum(shown.kind == "photo" for shown in successor.shown) == 1


async def test_words_withheld_before_anybody_took_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The post ended first, and the words were due before a manager handed the request on: they come with it. What was
    read before is not told again."""
    worker = await world.staff("李敏")
    await elsewhere(world, worker)
    resident = await world.resident()
    request = await record(world, resident, MEALS)
    await worker.clicks("受理")
    await resident.clicks("补充说明")
    await resident.says("早就读过的话")
    successor, manager = await world.staff("刘洋"), await world.staff("王芳", Role.MANAGER)
    async with outage(world, worker, monkeypatch):
        await resident.clicks("补充说明")
        await resident.says(SECRET)
        await moved(world, worker)
    worker.sees_not("糖尿病")
    await taken_over(world, request, manager, worker, successor)
    await world.quiet()
    successor.sees(SECRET)
    assert not any("早就读过的话" in shown.text for shown in successor.shown)
    assert not any("糖尿病" in shown.text for shown in worker.shown)


async def test_what_the_resident_says_of_it_afterwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment on a rating is nothing for somebody who has left the office."""
    resident, worker, _ = await finished(world)
    await elsewhere(world, worker)
    async with outage(world, worker, monkeypatch):
        await resident.clicks("非常满意")
        await resident.says("她帮我洗了脚，我腿上有疮")
        await moved(world, worker)
    worker.sees_not("腿上有疮")
    worker.sees_not("评价")


async def test_a_mediator_who_has_left_hears_neither_party(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other party says in confidence goes to whoever mediates now."""
    case = await Case.begin(world)
    await case.agreed()
    await elsewhere(world, case.mediator)
    successor, manager = await world.staff("刘洋"), await world.staff("王芳", Role.MANAGER)
    async with outage(world, case.mediator, monkeypatch):
        await case.other.clicks("跟调解员说")
        await case.other.says(SECRET_B)
        await moved(world, case.mediator)
        await taken_over(world, case.request, manager, case.mediator, successor)
    case.mediator.sees_not(SECRET_B)
    successor.sees(SECRET_B)
    assert not any(SECRET_B in shown.text for actor in (manager, case.applicant) for shown in actor.shown)


async def test_a_complaint_waits_for_its_manager_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was on its way to the manager when the work was handed on: whoever holds it now is
    told nothing of it."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    request = await record(world, resident, MEALS)
    await worker.clicks("受理")
    successor = await world.staff("刘洋")
    async with outage(world, manager, monkeypatch):
        await resident.says("我要投诉李敏 他骂我")
        await resident.clicks("转给管理者")
        await taken_over(world, request, manager, worker, successor)
        assert not [shown.text for shown in (*successor.shown, *worker.shown) if "骂我" in shown.text]
    manager.sees("他骂我")
    assert not [shown.text for shown in (*successor.shown, *worker.shown) if "骂我" in shown.text]
