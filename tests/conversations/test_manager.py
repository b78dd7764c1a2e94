"""A manager's desk: the overview, any request of the area, another first responder, the summary as files."""

import pytest

from handlers.desk import Act
from knowledge.lifecycle import Role, Status
from storage.tables import Request
from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, JOBS, MEALS, asked, events, rated, record


async def worked_example(world: World, worker: Actor) -> None:
    """Five meals rated 5 4 3 2 1, one job not rated in a week, one request open and overdue, one open in time."""
    for level in ("非常满意", "满意", "基本满意", "不满意", "非常不满意"):
        await rated(world, worker, MEALS, level)
    await rated(world, worker, JOBS, None)
    await world.later(days=7, seconds=1)
    await world.app.clock.close_silent()
    await world.quiet()
    overdue = await world.resident("陈光明")
    await record(world, overdue, ALLOWANCE)
    await world.later(hours=2)
    await record(world, await world.resident("刘洋"), ALLOWANCE)


# -- the overview


async def test_the_overview_by_hand(world: World) -> None:
    """8 recorded; 6 closed, 5 of them rated; 2 open, 1 overdue; satisfaction 3 of 5, and no share below five."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await worked_example(world, worker)
    await manager.says("总览")
    shown = manager.sees("本月总览", "登记 8 件", "结案 6 件，其中评价 5 件", "现在在办 2 件，超时 1 件")
    assert "满意度：60%（评价 5 / 结案 6）" in shown.text
    assert "养老服务：60%（评价 5 / 结案 5）" in shown.text
    assert "就业服务：结案 1 件，还没有评价" in shown.text
    assert "人民调解" not in shown.text


async def test_other_periods(world: World) -> None:
    """Last month has nothing; this year has all of it."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await rated(world, worker, MEALS, "满意")
    await manager.says("总览")
    await manager.clicks("上月")
    manager.sees("上月总览", "登记 0 件")
    await manager.clicks("今年")
    manager.sees("今年总览", "登记 1 件", "养老服务：满意 1 / 评价 1（不足 5 件，不算比例）")


async def test_the_lists(world: World) -> None:
    """Open, overdue, poor, all: each the right requests, each opens."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await worked_example(world, worker)
    for label, count in (("在办", 2), ("超时", 1), ("差评", 2), ("全部", 8)):
        await manager.says("总览")
        await manager.clicks(label)
        listed = manager.sees(f"{label}：共 {count} 件")
        assert len(listed.buttons) == count
    await manager.clicks("超时", next(s for s in manager.shown if "总览" in s.text))
    await manager.clicks("！")
    manager.sees("陈光明", "待受理")


async def test_long_lists_go_page_by_page(world: World) -> None:
    """Ten a page, every request once."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    for number in range(12):
        await record(world, await world.resident(f"居民{number}"), MEALS)
    await manager.says("总览")
    await manager.clicks("在办")
    first = manager.sees("共 12 件，第 1–10 件")
    await manager.clicks("下一页")
    second = manager.sees("共 12 件，第 11–12 件")
    opened = {data for s in (first, second) for _, data in s.buttons if data.startswith("r:open")}
    assert len(opened) == 12


@pytest.mark.parametrize(
    "data", ["p:list:nix", "p:list:open.x", "p:list:open.-1", f"p:list:open.{'9' * 30}", "p:overview:nix"]
)
async def test_forged_lists(world: World, data: str) -> None:
    """Answered as a button that is not one."""
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.presses(data)
    manager.sees("过时")


@pytest.mark.parametrize("data", ["p:overview:month", "p:list:all", "p:export:month.xlsx"])
async def test_a_worker_is_no_manager(world: World, data: str) -> None:
    """A manager's buttons do nothing for a worker or a resident."""
    worker, resident, _ = await world.staff("李敏"), *(await asked(world, name="周婆婆"))[::2]
    for actor in (worker, resident):
        await actor.presses(data)
        actor.sees("不归您办")
        actor.sees_not("登记 1 件")


# -- any request of the area


async def two_communities(world: World) -> tuple[Actor, Actor, Actor, Request, Request]:
    """Managers of HJ, of its neighbour DS and of the street above both; a request in each community."""
    await world.add_area("JD", "石门街道")
    await world.add_area("DS", "大石坝社区", "JD")
    async with world.app.database.write() as session:
        from storage.people import People

        people = People(session, world.now)
        hj, street = await people.area_by_code("HJ"), await people.area_by_code("JD")
        assert hj is not None
        assert street is not None
        hj.parent_id = street.id
    await world.staff("李敏")
    await world.staff("周强", area="DS")
    managers = [
        await world.staff(name, Role.MANAGER, area=area)
        for name, area in (("王芳", "HJ"), ("外经理", "DS"), ("街道经理", "JD"))
    ]
    here = await record(world, await world.resident("张秀英"), MEALS)
    there = await record(world, await world.resident("陈光明", area="DS"), MEALS)
    return managers[0], managers[1], managers[2], here, there


async def test_by_number_in_the_area_and_under_it_only(world: World) -> None:
    """A typed number opens a request of the area and of areas under it, and of no other area."""
    own, other, above, here, there = await two_communities(world)
    for manager, request, sees in (
        (own, here, True),
        (own, there, False),
        (other, here, False),
        (above, here, True),
        (above, there, True),
    ):
        await manager.says(request.number)
        manager.sees("老年助餐", request.number[:6]) if sees else manager.sees("没有找到这件诉求")
    spoken = f"{here.number[:6]}-{here.number[6:10]}-{here.number[10:]}"
    await own.says(spoken)
    own.sees("张秀英")
    await own.says(here.number[:-1] + str((int(here.number[-1]) + 1) % 10))
    own.sees_not("张秀英")


async def test_the_overview_is_of_the_own_areas(world: World) -> None:
    """A community sees its own, the street all under it."""
    own, _, above, _, _ = await two_communities(world)
    for manager, count in ((own, 1), (above, 2)):
        await manager.says("总览")
        manager.sees(f"登记 {count} 件")
        await manager.clicks("全部")
        manager.sees(f"共 {count} 件")


async def test_what_a_manager_may_do_with_it(world: World) -> None:
    """Contact, transfer, replace, the history; not take it, not resolve it."""
    manager = await world.staff("王芳", Role.MANAGER)
    _, _, request = await asked(world)
    await manager.says(request.number)
    assert [words for words, _ in manager.last.buttons] == ["联系居民", "转办", "换首问责任人", "经过"]
    for act in ("acknowledge", "resolve"):
        await manager.presses(Act(act=act, id=request.id).pack())
        assert not any(word in manager.last.text for word in ("已受理。", "办理结果"))
    assert await events(world) == ["record"]


# -- another first responder


async def test_replacing_the_first_responder(world: World) -> None:
    """With a reason; the resident reads the new name, both workers hear of it, the log keeps both."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, request = await asked(world)
    successor = await world.staff("周强")
    await worker.clicks("受理")
    await manager.says(request.number)
    await manager.clicks("换首问责任人")
    manager.sees("换成谁")
    await manager.clicks("周强")
    manager.sees("换成周强", "居民会知道新的姓名")
    await manager.says("李敏休产假")
    manager.sees("首问责任人已换成周强")
    resident.sees("换了首问责任人：周强", "时间不变")
    worker.sees("首问责任人换成了周强", "李敏休产假")
    successor.sees("您是首问责任人", "李敏休产假", "没人煮饭")
    await resident.says("在吗", reply_to=resident.last)
    successor.sees("在吗")
    await manager.says(request.number)
    await manager.clicks("经过")
    manager.sees("王芳 更换了首问责任人", "李敏休产假")


async def test_a_worker_cannot_replace(world: World) -> None:
    """Neither by a forged button nor by a forged choice."""
    _, worker, request = await asked(world)
    colleague = await world.staff("周强")
    chosen = (await world.who(colleague)).id
    for arg in ("", str(chosen)):
        await worker.presses(Act(act="replace", id=request.id, arg=arg).pack())
        worker.sees("不归您办")
    assert await events(world) == ["record"]


async def test_replacing_by_the_same_person(world: World) -> None:
    """Whoever answers already is not on the list."""
    manager = await world.staff("王芳", Role.MANAGER)
    _, worker, request = await asked(world)
    await manager.says(request.number)
    await manager.clicks("换首问责任人")
    assert "李敏" not in [words for words, _ in manager.last.buttons]
    await manager.presses(Act(act="replace", id=request.id, arg=str((await world.who(worker)).id)).pack())
    manager.sees("请选名单上的同事")


async def test_poor_ratings_reach_the_manager(world: World) -> None:
    """差评 with the resident's words; a good rating does not disturb the manager."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await rated(world, worker, MEALS, "满意")
    assert manager.shown == []
    await rated(world, worker, MEALS, "非常不满意", name="陈光明")
    manager.sees("陈光明评价非常不满意")


async def test_statuses_stay_in_step(world: World) -> None:
    """A guard for the example above: every request of it ended where it should."""
    worker = await world.staff("李敏")
    await worked_example(world, worker)
    assert [r.status for r in await world.requests()] == [Status.CLOSED] * 6 + [Status.RECORDED] * 2
