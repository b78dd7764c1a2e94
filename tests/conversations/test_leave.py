"""请假 of somebody with work in hand: the manager hears what is due, and the substitute is asked to take it."""

import pytest

from handlers.desk import Act
from knowledge.lifecycle import Role, Status
from tests.conversations.chat import Actor, World
from tests.conversations.stories import JOBS, LEAK, MEALS, asked, events, record

pytestmark = pytest.mark.usefixtures("nothing_fails")


async def office(world: World) -> tuple[Actor, Actor, Actor]:
    """A worker with one request due today, one that is urgent, and one due much later; a colleague, a manager."""
    manager, worker = await world.staff("王芳", Role.MANAGER), await world.staff("李敏")
    for name, need in (("甲居民", MEALS), ("乙居民", JOBS)):
        request = await record(world, await world.resident(name), need)
    await worker.presses(Act(act="acknowledge", id=request.id).pack())
    await (await world.resident("丙居民")).says("屋头煤气泄漏了，好大的味道")
    return manager, worker, await world.staff("周强")


async def test_what_is_due_meanwhile_goes_to_the_substitute(world: World) -> None:
    """The manager reads how many, and one tap asks the substitute; who answers from first to last stays the same."""
    manager, worker, colleague = await office(world)
    await manager.says("李敏今天请假")
    manager.sees("谁替（AB岗）")
    await manager.clicks("周强")
    manager.sees("请假记下了")
    asked_ = manager.sees("李敏手上有 3 件，其中 2 件紧急或者在请假期间到期。要转给周强吗？")
    assert [words for words, _ in asked_.buttons] == ["转紧急和到期的（2）", "全部转（3）", "不转"]
    await manager.clicks("转紧急和到期的", asked_)
    manager.sees("已请周强接手 2 件", "首问责任人不变")
    colleague.sees("请您接手", "李敏请假", "甲居民")
    await colleague.clicks("受理")
    mine = (await world.who(worker)).id
    requests = await world.requests()
    assert {r.first_responder_id for r in requests} == {mine}
    assert [r.offered_to_id is None for r in requests].count(False) == 1
    assert [r.handler_id for r in requests].count((await world.who(colleague)).id) == 1
    await manager.clicks("转紧急和到期的", asked_)
    manager.sees("接手 0 件")
    assert (await events(world)).count("transfer") == 2


async def test_all_or_nothing_of_it(world: World) -> None:
    """不转 changes nothing; 全部转 asks the substitute for all."""
    manager, _, colleague = await office(world)
    await manager.says("李敏今天请假")
    await manager.clicks("周强")
    question = manager.sees("要转给周强吗")
    await manager.clicks("不转", question)
    manager.sees("值班表")
    assert "transfer" not in await events(world)
    await manager.clicks("全部转", question)
    colleague.sees("请您接手")
    assert (await events(world)).count("transfer") == 3


async def test_nobody_stands_in(world: World) -> None:
    """What is in hand is said all the same; with nothing in hand nothing is."""
    manager, _, _ = await office(world)
    await manager.says("李敏明天到后天请假")
    await manager.clicks("没有人替")
    manager.sees("手上有 3 件", "没有人替")
    await manager.says("周强明天请假")
    await manager.clicks("没有人替")
    manager.sees("周强的请假记下了")
    manager.sees_not("手上有")


@pytest.mark.parametrize("typed", ["明天到后天", "下周一到周三", "明天", "11-30 到 12-2"])
async def test_days_as_people_say_them(world: World, typed: str) -> None:
    """The dates that were asked for, typed; the example is still to come."""
    manager, _, _ = await office(world)
    await manager.says("李敏请假")
    question = manager.sees("请哪几天", "比如 11-24 到 11-26")
    assert question.text.count("11-2") == 2
    await manager.says(typed)
    manager.sees("谁替（AB岗）")


async def test_sentences_that_only_hold_the_word(world: World) -> None:
    """Words about leave that say more, or come from a worker, are no order to write it down."""
    manager, worker, _ = await office(world)
    for actor, words in ((manager, "李敏请假了怎么办"), (worker, "李敏明天请假")):
        await actor.says(words)
        actor.sees_not("谁替")
    _, _, request = await asked(world, LEAK, name="丁居民")
    assert request.status is Status.RECORDED
