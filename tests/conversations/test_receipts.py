"""Nothing a resident says is met with silence while it matters: in danger, in 补正, and once it is resolved."""

import pytest

from knowledge.lifecycle import Role
from tests.conversations.chat import Actor, World
from tests.conversations.stories import asked, events, finished, speaks, standing

pytestmark = pytest.mark.usefixtures("nothing_fails")


# -- in danger


async def test_somebody_in_danger_is_answered_until_somebody_comes(world: World) -> None:
    """The number once more and who was urged, a short receipt a moment later, and again after a while."""
    worker = await world.staff("李敏")
    resident = await world.resident()
    await resident.says("我不想活了")
    resident.sees("12356")
    worker.seen = len(worker.shown)
    await resident.says("没得啥子 就是想找人摆哈龙门阵")
    resident.sees("我们收到了，已经催李敏马上联系您", "12356")
    worker.sees("摆哈龙门阵")
    worker.sees("催办")
    for words in ("有人在吗", "说话啊"):
        await resident.says(words)
        resident.sees("收到，也转给李敏了")
        resident.sees_not("12356")
    await world.later(minutes=6)
    await resident.says("还在不在")
    resident.sees("已经催李敏马上联系您", "12356")
    assert (await events(world)).count("urge") == 1


async def test_in_english_and_before_somebody_has_taken_it_only(world: World) -> None:
    """Once it is acknowledged, a talk is a talk."""
    worker = await world.staff("李敏")
    resident = await world.resident()
    await speaks(world, resident, "en")
    await resident.says("家里着火了")
    await resident.says("is anybody there")
    resident.sees("We have this, and have asked 李敏 to contact you now", "you can call 119")
    await worker.clicks("受理")
    await resident.says("third floor")
    worker.sees("third floor")
    assert resident.unread == []


# -- asked how it went


@pytest.mark.parametrize(
    ("words", "level"),
    [("送是送了 搞了恁个久 撇得很 太不安逸了", "非常不满意"), ("两星嘛 等了半天没得人管", "不满意")],
)
async def test_words_that_judge_are_answered_with_the_rating_they_sound_like(
    world: World, words: str, level: str
) -> None:
    """It stands first, one tap away; nothing is rated unless it is tapped."""
    resident, worker, _ = await finished(world)
    await resident.says(words)
    asked_ = resident.sees("您的话转给李敏了", f"「{level}」")
    assert asked_.buttons[0][0] == level
    assert {"非常满意", "还没解决"} <= {label for label, _ in asked_.buttons}
    worker.sees(words)
    assert "rate" not in await events(world)
    await resident.clicks(level, asked_)
    resident.sees(f"您的评价是{level}")


async def test_in_an_open_talk_it_is_answered_too(world: World) -> None:
    """Also where one went on talking with the worker."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says("要软的")
    await worker.clicks("办结")
    await worker.says("已安排送饭到家")
    await resident.says("手套忘在我屋头了")
    shown = resident.sees("您的话转给李敏了", "满意不满意")
    assert "满意" in [label for label, _ in shown.buttons]
    await resident.says("蓝色的那双")
    resident.sees("收到，也转给李敏了")


async def test_not_solved_with_more_words_reopens_it_and_passes_them_on(world: World) -> None:
    """「还没解决得嘛 饭都没看到」 answers the question 解决了吗."""
    resident, worker, _ = await finished(world)
    await resident.says("还没解决得嘛 饭都没看到")
    resident.sees("李敏")
    worker.sees("饭都没看到")
    assert "reopen" in await events(world)


async def test_the_receipt_of_a_poor_rating_comes_before_who_will_call(world: World) -> None:
    """First that it was heard; its buttons can be typed as digits."""
    await world.staff("王芳", Role.MANAGER)
    resident, _, _ = await finished(world)
    await resident.clicks("不满意")
    texts = [message.text for message in resident.unread]
    assert ["收到，您的评价是不满意" in texts[0], "管理者王芳会" in texts[1]] == [True, True], texts
    await resident.says("2")
    resident.sees("记下了")


async def test_why_it_was_rated_poorly_reaches_whoever_puts_it_right(world: World) -> None:
    """Not only whoever is blamed; the card of it is one tap away."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await finished(world)
    await resident.clicks("非常不满意")
    manager.seen = len(manager.shown)
    await resident.says("没得人理我")
    told = manager.sees("没得人理我")
    worker.sees("没得人理我")
    await manager.clicks("整改", told)
    manager.sees("评价非常不满意")


# -- papers are waited for


async def papers(world: World) -> tuple[Actor, Actor]:
    """A resident who was asked for papers, and the worker who asked."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("一次性告知")
    await worker.clicks("发给居民")
    await worker.clicks("补正")
    await worker.says("户口本")
    await worker.clicks("发给居民")
    resident.sees("请您补材料")
    return resident, worker


async def test_papers_that_come_are_said_to_be_complete_with_one_tap(world: World) -> None:
    """材料已补齐 comes first below the receipt; nobody is left waiting for it."""
    resident, worker = await papers(world)
    await resident.photo()
    first = resident.sees("收到，转给李敏了", "材料已补齐")
    assert first.buttons[0][0] == "材料已补齐"
    await resident.says("户口本发你了")
    again = resident.sees("收到，也转给李敏了")
    assert again.buttons[0][0] == "材料已补齐"
    await resident.clicks("材料已补齐", again)
    resident.sees("接着办")
    assert (await events(world))[-1] == "supplemented"
    assert (await standing(world, resident)).state is not None


async def test_the_worker_goes_on_from_the_picture(world: World) -> None:
    """材料齐了，接着办 stands below it, and a digit is no press of it."""
    resident, worker = await papers(world)
    await resident.photo("户口本")
    picture = worker.sees("户口本")
    assert [label for label, _ in picture.buttons] == ["材料齐了，接着办"]
    await worker.says("1")
    assert "supplemented" not in await events(world)
    await worker.clicks("材料齐了，接着办", picture)
    assert "supplemented" in await events(world)
