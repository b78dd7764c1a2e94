"""Stories of a poor rating: a manager answers for putting it right, to the follow-up call."""

from datetime import datetime

import pytest

from handlers.aftercare_words import Mend
from knowledge.lifecycle import Role
from tests.conversations.chat import Actor, World
from tests.conversations.stories import events, finished

pytestmark = pytest.mark.usefixtures("nothing_fails")


async def poorly(world: World) -> tuple[Actor, Actor, Actor]:
    """A resident who was not satisfied, the worker who did the work, and the manager who puts it right."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await finished(world, phone="13900001234")
    await resident.clicks("非常不满意")
    return resident, worker, manager


async def sweep(world: World) -> None:
    await world.app.clock.aftercare()
    await world.quiet()


async def test_to_the_end(world: World) -> None:
    """Who calls by when; a talk in chat; settled in words; called again: each side sees it happen."""
    resident, worker, manager = await poorly(world)
    resident.sees("对不住", "为什么")
    resident.sees("管理者王芳会在 11月24日（周二）18:00 前联系您")
    card = manager.sees("差评，请您负责整改", "评价非常不满意", "承办人：李敏", "11月24日（周二）18:00 前联系居民")
    assert [words for words, _ in card.buttons] == [
        "联系居民", "看电话", "已电话联系", "整改完成", "情况复杂，要15天", "查看诉求",
    ]  # fmt: skip
    await resident.clicks("态度不好")
    await resident.clicks("不用了")

    await manager.clicks("联系居民", card)
    await manager.says("您好，我是王芳，哪里没办好？")
    resident.sees("王芳", "哪里没办好")
    await resident.says("他说话不好听")
    resident.sees("已转给王芳")
    manager.sees("张秀英", "他说话不好听")
    worker.sees_not("不好听")
    await manager.says("说完了")

    await manager.says("整改")
    await manager.clicks("老年助餐")
    again = manager.sees("11月30日（周一）18:00 前整改完成", "原因：态度不好")
    assert "已电话联系" not in [words for words, _ in again.buttons]
    await manager.clicks("整改完成", again)
    manager.sees("怎么整改的")
    await manager.says("换了送餐员，他向您道歉")
    settled = manager.sees("整改完成", "11月26日（周四）18:00 前打电话回访")
    resident.sees("处理了，王芳说", "换了送餐员", "会打电话再问问您")
    await manager.clicks("回访：满意了", settled)
    await manager.says("现在蛮好")
    manager.sees("居民满意了", "结束了")
    await manager.says("整改")
    manager.sees("没有要整改的诉求")
    assert (await events(world))[-5:] == [
        "rectify", "rectify_contact", "rectify_contact", "rectify_settle", "follow_up",
    ]  # fmt: skip

    request = (await world.requests())[0]
    for actor, reads in ((worker, False), (manager, True)):
        await actor.says(request.number)
        await actor.clicks("经过")
        history = actor.sees("整改完成", "换了送餐员", "回访：居民满意了")
        assert ("不好听" in history.text, "现在蛮好" in history.text) == (reads, reads), actor.name


async def test_without_a_phone_number(world: World) -> None:
    """Where nobody left a number, no word of a telephone: the chat, or the door."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, _, _ = await finished(world)
    await resident.clicks("非常不满意")
    card = manager.sees("差评，请您负责整改")
    labels = [words for words, _ in card.buttons]
    assert "已当面联系" in labels
    assert "已电话联系" not in labels
    await manager.clicks("整改完成", card)
    await manager.says("换了送餐员")
    manager.sees("前回访（在聊天里问，或者上门）", "已整改，请在")
    resident.sees("处理了，王芳说", "会再问问您")
    for actor in (manager, resident):
        assert "打电话" not in actor.transcript()


async def test_by_phone_and_complicated(world: World) -> None:
    """已电话联系 is the contact; more time is said with words, which the resident reads."""
    resident, _, manager = await poorly(world)
    card = manager.sees("请您负责整改")
    await manager.clicks("看电话", card)
    manager.sees("13900001234", "已留痕")
    await manager.clicks("已电话联系", card)
    manager.sees("已经联系居民")
    await manager.clicks("情况复杂")
    await manager.says("要查三个月的账")
    more = manager.sees("整改期限改到 12月14日（周一）18:00", "按 15 个工作日")
    assert "情况复杂" not in "".join(words for words, _ in more.buttons)
    resident.sees("12月14日（周一）18:00 前处理好", "要查三个月的账")
    await manager.clicks("情况复杂", card)
    manager.sees("已经说过")


@pytest.mark.parametrize(("label", "answer"), [("还不满意", "还不满意"), ("满意了", "居民满意了")])
async def test_nothing_more_was_said(world: World, label: str, answer: str) -> None:
    """The words of the follow-up are asked for, never required."""
    _, _, manager = await poorly(world)
    await manager.clicks("整改完成")
    await manager.says("换人了")
    await manager.clicks(f"回访：{label}")
    await manager.clicks("没细说")
    manager.sees("回访记下了", answer)


async def test_not_reached_needs_a_sentence(world: World) -> None:
    """When it was tried."""
    _, _, manager = await poorly(world)
    await manager.clicks("整改完成")
    await manager.photo()
    manager.sees("请用文字写")
    await manager.says("换人了")
    await manager.clicks("回访：联系不上")
    assert "没细说" not in [words for words, _ in manager.last.buttons]
    await manager.says("昨天今天都没接")
    manager.sees("没有联系上")
    await manager.clicks("回访：满意了")
    manager.sees("已经回访过了")


async def test_the_handler_sees_it_and_does_not_run_it(world: World) -> None:
    """Who sees to it stands on the card; forged buttons of it do nothing for workers and residents."""
    resident, worker, manager = await poorly(world)
    request = (await world.requests())[0]
    await worker.says(request.number)
    card = worker.sees("整改：由王芳负责跟进")
    assert "整改" not in [words for words, _ in card.buttons]
    await resident.says("我的诉求")
    resident.sees("整改：由王芳负责跟进")
    before = await events(world)
    for actor in (worker, resident, world.person("陌生人")):
        for act in ("card", "phoned", "settle", "complex", "ask", "said", "nonsense"):
            await actor.presses(Mend(act=act, id=1, arg="yes").pack())
            assert actor.unread, (actor.name, act)
            actor.sees_not("当时的承办人")
    for data in ("q:settle:99:", "q:ask:1:nix", "q:said:1:none", "q:nonsense:1:"):
        await manager.presses(data)
        assert manager.unread
    assert await events(world) == before


async def test_reopened_it_goes_on_beside_the_request(world: World) -> None:
    """The worker works again; what is said to the manager stays with the manager."""
    resident, worker, manager = await poorly(world)
    card = manager.sees("请您负责整改")
    await resident.clicks("不用了")
    await resident.says("我的诉求")
    await resident.clicks("还没解决")
    worker.sees("还没解决")
    await manager.clicks("联系居民", card)
    await manager.says("我来看看怎么回事")
    said = resident.sees("我来看看")
    await resident.says("等了两个小时", reply_to=said)
    manager.sees("等了两个小时")
    worker.sees_not("两个小时")


async def test_its_clocks(world: World) -> None:
    """Overview and list show what is late; the manager is told, and the manager above a working day later."""
    await world.add_area("JD", "黄桷街道")
    async with world.app.database.write() as session:
        from storage.people import People

        people = People(session, world.now)
        street, community = await people.area_by_code("JD"), await people.area_by_code("HJ")
        assert street is not None
        assert community is not None
        community.parent_id = street.id
    above = await world.staff("周主任", Role.MANAGER, area="JD")
    _, _, manager = await poorly(world)
    world.now = datetime.fromisoformat("2026-11-24T16:00:00+08:00")
    await sweep(world)
    manager.sees("整改快到时间了", "联系居民")
    world.now = datetime.fromisoformat("2026-11-25T09:00:00+08:00")
    await sweep(world)
    late = manager.sees("整改超时了", "联系居民，还没做到")
    above.sees_not("整改")
    world.now = datetime.fromisoformat("2026-11-26T09:00:00+08:00")
    await sweep(world)
    above.sees("整改超时一天", "王芳应在", "请您督办")
    await above.says("总览")
    await above.clicks("整改（1）")
    above.sees("正在整改 1 件，其中您负责 0 件")
    await above.clicks("！")
    above.sees("整改负责人：王芳")
    await manager.clicks("已电话联系", late)
    manager.sees("已经联系居民")


async def test_a_rating_changed_for_the_worse_starts_it_too(world: World) -> None:
    """追评 to a poor level; back to a good one it goes on all the same."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, _, _ = await finished(world)
    outcome = resident.last
    await resident.clicks("满意", outcome)
    await resident.clicks("不用了")
    assert manager.shown == []
    await resident.says("我的诉求")
    await resident.clicks("改评价")
    resident.sees("可以改一次评价")
    await resident.clicks("不满意")
    resident.sees("您的评价是不满意")
    resident.sees("管理者王芳会在")
    manager.sees("请您负责整改", "评价不满意")


async def test_elder_mode_is_told_shortly(world: World) -> None:
    """Who calls, by when."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, _, _ = await finished(world, elder_mode=True)
    await resident.says("太差了")
    resident.sees("管理者王芳会在 11月24日（周二）18:00 前联系您")
    manager.sees("请您负责整改")
