"""Staff join with a one-time code."""

import asyncio

import pytest
from sqlalchemy import func, select

from knowledge.lifecycle import Role
from storage.people import INVITE_LIFE, People
from storage.tables import Person, Staff
from tests.conversations.chat import Actor, World


async def invite(world: World, role: Role = Role.WORKER, *, name: str | None = "李敏", **more: object) -> str:
    async with world.app.database.write() as session:
        people = People(session, world.now)
        area = await people.area_by_code("HJ")
        assert area is not None
        return await people.invite(area, role, name=name, **more)  # type: ignore[arg-type]


async def count(world: World, table: type[Person] | type[Staff]) -> int:
    async with world.app.database.read() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


def menu(actor: Actor) -> list[str]:
    """The menu as it was last laid out."""
    return next(shown.menu for shown in reversed(actor.shown) if shown.menu)


async def test_a_worker_joins_and_gets_work(world: World) -> None:
    """Named as residents will see them, with the worker's menu; the next need is theirs."""
    worker = world.person("minmin88")
    await worker.says(f"/start {await invite(world)}")
    worker.sees("李敏，欢迎", "黄桷社区", "社区工作者")
    assert menu(worker) == ["我的任务", "代为登记", "我要办事", "设置"]
    resident = await world.resident()
    await resident.says("屋头没人煮饭，社区有没有送饭的")
    await resident.clicks("确认登记")
    resident.sees("李敏", "负责到底")
    worker.sees("新诉求")


async def test_a_manager_joins(world: World) -> None:
    """A manager's menu begins with the overview, and it opens."""
    manager = world.person("wf")
    await manager.says(f"/start {await invite(world, Role.MANAGER, name='王芳')}")
    manager.sees("王芳，欢迎", "管理者")
    assert menu(manager)[0] == "总览"
    await manager.says("总览")
    manager.sees("本月总览")


async def test_a_resident_becomes_staff(world: World) -> None:
    """Somebody who is known already keeps what they are and gets the post; without a name in the code they keep
    their own."""
    resident = await world.resident("张秀英")
    await resident.says(f"/start {await invite(world, name=None)}")
    resident.sees("张秀英，欢迎")
    assert await count(world, Person) == 1


async def test_a_code_works_once(world: World) -> None:
    """The next one who uses it is told so and is kept nowhere; the first keeps the post."""
    code = await invite(world)
    first, second = world.person("甲"), world.person("乙")
    await first.says(f"/start {code}")
    await second.says(f"/start {code}")
    second.sees("这个邀请码已经用过了")
    await first.says(f"/start {code}")
    first.sees("这个邀请码已经用过了")
    assert (await count(world, Person), await count(world, Staff)) == (1, 1)
    await second.says("我的任务")
    second.sees("您同意吗")


async def test_two_use_one_code_at_the_same_time(world: World) -> None:
    """Exactly one gets in, the other is told that it was used, and nothing is left of them."""
    code = await invite(world)
    rivals = [world.person("甲"), world.person("乙", "web")]
    await asyncio.gather(*(rival.says(f"/start {code}") for rival in rivals))
    said = sorted("欢迎" in rival.last.text for rival in rivals)
    assert said == [False, True]
    assert any("已经用过了" in rival.last.text for rival in rivals)
    assert (await count(world, Person), await count(world, Staff)) == (1, 1)


@pytest.mark.parametrize("code", ["falsch", "area", "0" * 64, "HJ"])
async def test_a_wrong_code(world: World, code: str) -> None:
    """Said so; nothing is kept of whoever tried."""
    stranger = world.person("丙")
    await stranger.says(f"/start {code}")
    stranger.sees("这个邀请码不对")
    assert await count(world, Person) == 0


async def test_an_old_code(world: World) -> None:
    """After a week it is over."""
    code = await invite(world)
    worker = world.person("李敏")
    world.now += INVITE_LIFE
    await worker.says(f"/start {code}")
    worker.sees("这个邀请码过期了")
    assert await count(world, Staff) == 0


async def test_a_former_worker_can_do_nothing(world: World) -> None:
    """Old buttons, old cards, typed words of the menu: nothing of staff's opens any more, and no new work comes."""
    worker = await world.staff("李敏")
    await world.staff("周强")
    await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    await resident.says("屋头没人煮饭，社区有没有送饭的")
    await resident.clicks("确认登记")
    card = worker.sees("新诉求")
    acts = dict(card.buttons)
    async with world.app.database.write() as session:
        post = (await session.execute(select(Staff).order_by(Staff.id))).scalars().first()
        assert post is not None
        post.until = world.now
    for label in ("受理", "联系居民", "转办", "经过"):
        await worker.presses(acts[label], card)
        worker.sees("没有找到这件诉求")
    await worker.says("我来办", reply_to=card)
    worker.sees("没有找到这件诉求")
    for data in ("p:overview:month", "p:list:open", "p:export:month.xlsx", "p:tasks:0"):
        await worker.presses(data)
        worker.sees("过时") if data == "p:tasks:0" else worker.sees("不归您办")
    for words in ("我的任务", "总览", "代为登记"):
        await worker.says(words)
        worker.sees_not("张秀英")
    await resident.says("在吗")
    worker.sees_not("在吗")
