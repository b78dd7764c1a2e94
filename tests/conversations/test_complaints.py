"""What a resident says of whoever works on their request goes to a manager, and not to them."""

import pytest

from knowledge.lifecycle import Role
from tests.conversations.chat import Actor, World
from tests.conversations.stories import MEALS, asked, events, messages, record, speaks

pytestmark = pytest.mark.usefixtures("nothing_fails")


async def with_manager(world: World) -> tuple[Actor, Actor, Actor]:
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await asked(world)
    worker.seen, manager.seen = len(worker.shown), len(manager.shown)
    return resident, worker, manager


@pytest.mark.parametrize("talking", [False, True])
@pytest.mark.parametrize("words", ["我要投诉李敏 不管事", "我要找你们领导", "我要投诉你们"])
async def test_it_is_asked_and_goes_to_the_manager_alone(world: World, words: str, talking: bool) -> None:
    """The worker reads nothing of it, in chat or in the history; the manager answers, and so does the resident."""
    resident, worker, manager = await with_manager(world)
    if talking:
        await resident.says("我的诉求")
        await resident.clicks("补充说明")
        await resident.says("要软的")
        worker.seen = len(worker.shown)
    await resident.says(words)
    question = resident.sees("这句话转给管理者王芳，不给李敏看。要转吗？")
    assert [label for label, _ in question.buttons] == ["转给管理者王芳", "说给李敏"]
    assert "complain" not in await events(world)
    await resident.clicks("转给管理者王芳")
    resident.sees("只转给了管理者王芳", "李敏看不到")
    heard = manager.sees("张秀英对李敏有意见", words)
    await resident.says("他昨天骂我")
    manager.sees("他昨天骂我")
    await resident.says("说完了")

    await manager.says("我来问问他，您别急", reply_to=heard)
    resident.sees("王芳", "您别急")
    spoken = await resident.says("好，麻烦您")
    manager.sees("麻烦您")
    await resident.edits(spoken, "好，麻烦您了")
    assert worker.unread == [], worker.transcript()
    assert (await events(world)).count("complain") == 4

    [request] = await world.requests()
    await manager.says("说完了")
    for actor, reads in ((worker, False), (manager, True)):
        await actor.says(request.number)
        await actor.clicks("经过")
        history = actor.sees("登记了诉求")
        assert ("骂我" in history.text, "意见" in history.text) == (reads, reads), actor.name
    await resident.says("说完了")
    await resident.says(request.number)
    await resident.clicks("经过")
    assert "说给了管理者" in resident.last.text


async def test_the_manager_answers_with_a_talk(world: World) -> None:
    """联系居民 below the words; what the resident says then is not for the worker."""
    resident, worker, manager = await with_manager(world)
    await resident.says("我要投诉李敏")
    await resident.says("要转")
    heard = manager.sees("有意见")
    assert [label for label, _ in heard.buttons] == ["联系居民", "查看诉求"]
    await manager.clicks("联系居民", heard)
    await manager.says("哪里没办好？")
    resident.sees("哪里没办好")
    await world.later(hours=2)
    await resident.says("喊了三天没来")
    manager.sees("喊了三天没来")
    assert worker.unread == []


async def test_the_worker_speaks_meanwhile(world: World) -> None:
    """For whom the next words are is asked again, so that nothing slips to the wrong side."""
    resident, worker, manager = await with_manager(world)
    await resident.says("我要投诉李敏")
    await resident.clicks("转给管理者王芳")
    await world.later(seconds=30)
    await worker.clicks("联系居民")
    await worker.says("我下午来")
    resident.sees("我下午来")
    worker.seen, manager.seen = len(worker.shown), len(manager.shown)
    await world.later(seconds=30)
    await resident.says("他又骗我")
    resident.sees("不给李敏看。要转吗")
    assert (worker.unread, manager.unread) == ([], [])
    await resident.clicks("转给管理者王芳")
    manager.sees("他又骗我")
    await resident.says("每回都这样")
    manager.sees("每回都这样")
    assert worker.unread == []


async def test_it_can_be_said_to_the_worker_or_dropped(world: World) -> None:
    """说给李敏 passes the same words on; 算了 keeps nothing."""
    resident, worker, manager = await with_manager(world)
    await resident.says("我要投诉李敏 不管事")
    await resident.clicks("说给李敏")
    worker.sees("不管事")
    await resident.says("说完了")
    await resident.says("举报李敏")
    resident.sees("要转吗")
    await resident.says("算了")
    assert manager.unread == []
    assert len(await messages(world)) == 1


async def test_the_manager_who_does_the_work_does_not_hear_of_it(world: World) -> None:
    """It goes to somebody above; where there is nobody, it is said where to call."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    await record(world, resident, MEALS)
    manager.seen = len(manager.shown)
    await resident.says("我要投诉王芳")
    resident.sees("没有别的管理者", "12345", "王芳")
    assert manager.unread == []


async def test_in_english(world: World) -> None:
    """The same question."""
    resident, _, manager = await with_manager(world)
    await speaks(world, resident, "en")
    await resident.says("I want to complain about the worker")
    resident.sees("Shall this go to the manager, 王芳, and not to 李敏?")
    await resident.clicks("To the manager")
    manager.sees("I want to complain")


@pytest.mark.parametrize(
    "words", ["我要投诉楼下噪音", "我要投诉物业乱收费", "我要找领导反映一下楼道的路灯坏了好久都没人修"]
)
async def test_a_complaint_about_others_is_a_need(world: World, words: str) -> None:
    """Only whoever works on a request is spoken of there."""
    resident, _, _ = await with_manager(world)
    await resident.says(words)
    resident.sees_not("要转吗")


async def test_without_a_request_it_is_no_complaint_of_one(world: World) -> None:
    """There is nobody yet to complain of: 转人工, as before."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says("我要找你们领导")
    resident.sees("请说您的事")


async def test_with_two_workers_it_is_asked_of_whom(world: World) -> None:
    """One tap, then the same question."""
    await world.staff("王芳", Role.MANAGER)
    await world.staff("李敏", domains=("elderly_care",))
    await world.staff("周强", domains=("employment",))
    resident = await world.resident()
    await record(world, resident, MEALS)
    await record(world, resident, "失业了想找工作")
    await resident.says("我要投诉你们")
    resident.sees("您说的是哪一位")
    await resident.clicks("周强")
    resident.sees("不给周强看")
    await resident.clicks("转给管理者")
    resident.sees("周强看不到")
