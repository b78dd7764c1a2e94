"""Names of buttons that staff type: they do what a tap does, and never reach a resident as words."""

import pytest

from knowledge.lifecycle import Role, Status
from tests.conversations.chat import Actor, World
from tests.conversations.stories import JOBS, LEAK, MEALS, asked, events, messages, record


async def two(world: World) -> tuple[Actor, Actor, Actor]:
    """A worker with two requests that wait to be taken, and whose they are."""
    worker, first, second = await world.staff("李敏"), await world.resident("张秀英"), await world.resident("陈光明")
    await record(world, first, MEALS)
    await record(world, second, JOBS)
    return worker, first, second


@pytest.mark.parametrize("typed", ["{tail} 受理", "受理 {tail}", "受理{serial}", "把{tail}受理了", "{number} 受理吧"])
async def test_the_number_says_which(world: World, typed: str) -> None:
    """In front or behind, whole or its end, with small words: what the tap does is done, to this request."""
    worker, first, second = await two(world)
    number = (await world.requests())[0].number
    await worker.says(typed.format(tail=f"{number[6:-1]}-{number[-1]}", serial=number[6:-1], number=number))
    worker.sees("已受理", "张秀英")
    assert [r.status for r in await world.requests()] == [Status.IN_PROGRESS, Status.RECORDED]
    first.sees("李敏已受理")
    second.sees_not("已受理")
    assert await messages(world) == []


async def test_without_a_number_it_is_asked(world: World) -> None:
    """Two could be meant: nothing is sent, both are offered, and one tap does it."""
    worker, first, second = await two(world)
    await worker.says("我的任务")
    await worker.says("受理")
    asked = worker.sees("「受理」是按钮，没有发给居民", "点这里")
    assert len(asked.buttons) == 2
    await worker.clicks("陈光明", asked)
    second.sees("李敏已受理")
    for resident in (first, second):
        assert "受理）" not in resident.transcript()
    assert await messages(world) == []


async def test_in_a_talk(world: World) -> None:
    """It is about whoever one talks with, where it can be done; words go on to them."""
    resident, worker, _ = await asked(world)
    await worker.clicks("联系居民")
    await worker.says("受理吧")
    worker.sees("已受理")
    await worker.says("一次性告知")
    worker.sees("一次性告知", "会收到")
    await worker.clicks("联系居民")
    await worker.says("您家几口人？")
    resident.sees("您家几口人？")
    assert [m.text for m in await messages(world)] == ["您家几口人？"]


async def test_in_a_talk_about_something_else(world: World) -> None:
    """What cannot be done for whoever one talks with is asked, and goes to nobody."""
    worker, first, _ = await two(world)
    number = (await world.requests())[0].number
    await worker.says(f"{number} 受理")
    await worker.says(f"{number} 联系居民")
    worker.sees("都会转给张秀英")
    await worker.says("受理")
    assert len(worker.sees("没有发给居民").buttons) == 1
    await worker.says("转办 0099-1")
    worker.sees("没有发给居民")
    assert await messages(world) == []


async def test_what_is_told_as_done_are_words(world: World) -> None:
    """「受理了」 of what was taken long ago, and a sentence that holds the name, go to the resident."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("联系居民")
    for words in ("受理了", "受理没有，我去问一下"):
        await worker.says(words)
        resident.sees("李敏", words)


async def test_a_card_that_is_quoted(world: World) -> None:
    """受理 in answer to a card is not said to its resident."""
    worker, first, _ = await two(world)
    await worker.says("受理", reply_to=worker.sees("新诉求", "张秀英"))
    worker.sees("已受理", "张秀英")
    assert await messages(world) == []


async def test_as_an_outcome(world: World) -> None:
    """Whoever is asked for the outcome and types the button again has told no outcome."""
    _, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("办结吧")
    worker.sees("请写办理结果")
    assert "resolve" not in await events(world)


async def test_nothing_to_do_it_with(world: World) -> None:
    """With nothing in hand the desk says so, and offers no need of one's own."""
    worker = await world.staff("李敏")
    await worker.says("受理")
    worker.sees("没有发给居民", "没有一件")


async def test_a_manager_names_a_workers_request(world: World) -> None:
    """The end of a number is looked for in all that one manages; of another community's nothing is found."""
    manager = await world.staff("王芳", Role.MANAGER)
    _, _, request = await asked(world, LEAK)
    await world.add_area("BY", "白云社区")
    stranger = await world.staff("陈静", Role.MANAGER, area="BY")
    tail = f"{request.number[6:-1]}-{request.number[-1]}"
    await stranger.says(f"{tail} 经过")
    stranger.sees("没有发给居民", "没有一件")
    await manager.says(f"{tail} 经过")
    manager.sees("的经过", "登记了诉求")


async def test_residents_are_not_staff(world: World) -> None:
    """Their words are their words."""
    resident, worker, _ = await asked(world)
    await worker.clicks("联系居民")
    await worker.says("您好")
    await resident.says("受理", reply_to=resident.last)
    worker.sees("张秀英", "受理")
