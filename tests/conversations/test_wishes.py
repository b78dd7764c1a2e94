"""A wish to the desk is heard in the middle of a talk, and before words go to a person."""

import pytest

from tests.conversations.chat import Actor, World
from tests.conversations.stories import asked, events, messages, speaks

pytestmark = pytest.mark.usefixtures("nothing_fails")


async def talking(world: World) -> tuple[Actor, Actor]:
    """A resident in a talk with the worker, who has not asked anything."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says("要软的")
    worker.seen = len(worker.shown)
    return resident, worker


async def test_how_it_stands_right_after_registering(world: World) -> None:
    """「到哪步了」 is answered, and nobody is bothered."""
    resident, worker, _ = await asked(world)
    await resident.says("到哪步了")
    resident.sees("首问责任人：李敏", "待受理")
    assert await messages(world) == []


@pytest.mark.parametrize("words", ["到哪步了", "进度", "看一下我的诉求"])
async def test_how_it_stands_in_a_talk(world: World, words: str) -> None:
    """The request of the talk, which goes on."""
    resident, worker = await talking(world)
    await resident.says(words)
    resident.sees("首问责任人：李敏", "待受理")
    assert worker.unread == []
    await resident.says("要软一点")
    worker.sees("要软一点")


@pytest.mark.parametrize("words", ["status", "status of my request", "what's happening with my request?"])
async def test_how_it_stands_in_english(world: World, words: str) -> None:
    resident, worker = await talking(world)
    await speaks(world, resident, "en")
    await resident.says(words)
    resident.sees("李敏", "261123")
    assert worker.unread == []


async def test_a_reminder_in_a_talk_is_one(world: World) -> None:
    """「催一下」 is counted and answered; twice a day is said so."""
    resident, worker = await talking(world)
    await resident.says("催一下")
    resident.sees("已经催了李敏")
    worker.sees("催办")
    assert (await world.requests())[0].urged == 1
    await resident.says("催一下")
    resident.sees("今天已经催过了")


@pytest.mark.parametrize(
    ("words", "sees"), [("还没办好", "待受理"), ("好了没有嘛 办好了没有", ""), ("催一下", "已经催了")]
)
async def test_what_a_worker_asked_for_still_goes_to_the_worker(world: World, words: str, sees: str) -> None:
    """An answer that is also a wish is both."""
    resident, worker = await talking(world)
    await worker.says("那边给你办好了没有？", reply_to=worker.shown[-1])
    await resident.says(words)
    worker.sees(words)
    if sees:
        resident.sees(sees)


@pytest.mark.parametrize("words", ["搞快点嘛", "都等了一天了还没人来", "still waiting"])
async def test_words_that_urge_the_worker_reach_the_worker(world: World, words: str) -> None:
    """Counted, and read."""
    resident, worker = await talking(world)
    await resident.says(words)
    worker.sees(words)
    worker.sees("催办")
    resident.sees("已经催了李敏")


async def test_not_solved_in_a_talk_reaches_the_worker_and_is_answered(world: World) -> None:
    resident, worker = await talking(world)
    await resident.says("还没解决")
    worker.sees("还没解决")
    resident.sees("首问责任人：李敏")


@pytest.mark.parametrize(("words", "sees"), [("进度", "首问责任人：李敏"), ("催一下", "已经催了李敏")])
async def test_before_words_go_to_a_person(world: World, words: str, sees: str) -> None:
    """转人工, then a wish: no new request."""
    resident, _, _ = await asked(world)
    await resident.says("转人工")
    await resident.says(words)
    resident.sees(sees)
    assert len(await world.requests()) == 1


async def test_a_story_with_such_a_word_goes_to_the_person(world: World) -> None:
    """Only a message that is a wish and nothing else is taken for one."""
    resident, _, _ = await asked(world)
    await resident.says("转人工")
    await resident.says("我老汉的医保报销材料交了一个月了，想问哈进度，哪个来跟我说一声")
    assert len(await world.requests()) == 2


async def test_a_worker_in_a_talk_says_what_they_say(world: World) -> None:
    """Words of staff go to the resident."""
    resident, worker, _ = await asked(world)
    await worker.clicks("联系居民")
    await worker.says("还没办好")
    resident.sees("还没办好")
    assert "urge" not in await events(world)


@pytest.mark.parametrize("words", ["到哪步了", "看一下我的诉求", "status"])
async def test_how_it_stands_before_it_is_recorded(world: World, words: str) -> None:
    """Nobody is left thinking that a need was recorded because its card was shown."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says("屋头没人煮饭，社区有没有送饭的")
    await resident.says(words)
    resident.sees("还没登记")
    resident.sees("老年助餐")
    await resident.says("1")
    resident.sees("登记好了")


async def test_how_the_other_one_stands_meanwhile(world: World) -> None:
    """Somebody with a request who has told another need hears of both."""
    resident, _, request = await asked(world)
    await resident.says("我想找份工作")
    await resident.says("到哪步了")
    resident.sees(request.number[6:-1], "首问责任人：李敏")
    resident.sees("还没登记")
    await resident.says("1")
    resident.sees("登记好了")
