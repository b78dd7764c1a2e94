"""代为登记 takes a while: what has changed by its end, and what a typed number tells."""

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Role
from storage import rota
from storage.people import People
from storage.tables import Event, Person, Staff
from tests.conversations.chat import Actor, World
from tests.conversations.stories import MEALS, events, record


async def begun(worker: Actor, phone: str = "138 1234 5678") -> None:
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("张婆婆")
    await worker.says(phone)


@pytest.mark.parametrize("again", [True, False])
async def test_a_post_that_ended_meanwhile(world: World, again: bool) -> None:
    """Whoever has no post in that community any more, but one elsewhere, records nothing there and answers for nothing;
    what they wrote stays, and counts once they have one again."""
    await world.add_area("DP", "大坪社区")
    worker = await world.staff("李敏")
    await world.staff("刘洋")
    who = await world.who(worker)
    async with world.app.database.write() as session:
        there = await People(session, world.now).area_by_code("DP")
        here = await People(session, world.now).area_by_code("HJ")
        assert there is not None
        assert here is not None
        session.add(Staff(person_id=who.id, area_id=there.id, role=Role.WORKER, domains=[], since=world.now))
    await begun(worker)
    await worker.clicks("黄桷社区")
    await worker.clicks("就联系本人")
    await worker.clicks("念了，同意")
    await worker.says(MEALS)
    async with world.app.database.write() as session:
        await rota.end_post(session, here.id, who.id, world.now)
    await worker.clicks("老年助餐")
    worker.sees("没有岗位", "还在")
    assert await world.requests() == []
    async with world.app.database.read() as session:
        assert (await session.scalars(select(Person).where(Person.name == "张婆婆"))).all() == []
    if again:
        async with world.app.database.write() as session:
            session.add(Staff(person_id=who.id, area_id=here.id, role=Role.WORKER, domains=[], since=world.now))
        await worker.clicks("老年助餐")
        [request] = await world.requests()
        assert (request.text, request.first_responder_id) == (MEALS, who.id)


async def test_somebody_who_left_meanwhile(world: World) -> None:
    """A resident was recognised by their number and then erased themselves: nothing of them is written down again, and
    the worker begins anew."""
    worker = await world.staff("李敏")
    resident = await world.resident("张秀英", phone="13812345678")
    await begun(worker)
    await worker.clicks("是，张*英")
    await worker.says(MEALS)
    await resident.says("注销")
    await resident.clicks("是，注销")
    await worker.clicks("老年助餐")
    worker.sees("刚刚注销", "怎么称呼")
    assert await world.requests() == []
    async with world.app.database.read() as session:
        [gone] = await session.scalars(select(Person).where(Person.erased_at.is_not(None)))
    assert (gone.name, gone.phone, gone.consented_at) == ("—", None, None)
    await worker.says("张婆婆")
    worker.sees("张婆婆的电话")


async def test_a_typed_number_leaves_a_trace_and_half_a_name(world: World) -> None:
    """Who a number belongs to is a look like any other: written down with the resident's newest request, and their
    history names who looked. The name is whole once it was said that it is them."""
    worker = await world.staff("李敏")
    resident = await world.resident("张秀英", phone="13812345678")
    request = await record(world, resident, MEALS)
    await begun(worker)
    shown = worker.sees("以前登记过")
    assert shown.buttons[0][0] == "是，张*英"
    assert "张秀英" not in shown.text
    assert (await events(world))[-1] == "look_up"
    async with world.app.database.read() as session:
        [look] = await session.scalars(select(Event).where(Event.action == "look_up"))
    assert (look.request_id, look.actor_id, look.role) == (request.id, (await world.who(worker)).id, Role.WORKER)
    await worker.clicks("是，张*英")
    worker.sees("张秀英要办什么事")
    await worker.presses(f"r:history:{request.id}:")
    worker.sees("代为登记时按电话号码查到了居民")
