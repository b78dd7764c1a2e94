"""The number of an identity card is not kept, whoever writes it and wherever."""

import pytest

from tests.conversations.chat import World
from tests.conversations.stories import MEALS, asked, traces

NUMBER = "510212194411052233"


@pytest.mark.parametrize("known", [True, False])
async def test_a_residents_number_is_kept_nowhere(world: World, known: bool) -> None:
    """With the need, before consent, with a picture, in a correction, to the worker: it is gone, and that is said."""
    worker = await world.staff("李敏")
    resident = await world.resident() if known else world.person("张秀英")
    written = await resident.says(f"我的身份证号是{NUMBER} 帮我办高龄津贴")
    resident.sees("身份证号不用发，我们没有记")
    if not known:
        await resident.clicks("同意")
    await resident.edits(written, f"身份证{NUMBER}，帮我办高龄津贴")
    resident.sees("没有记")
    if any("高龄津贴" in words for words, _ in resident.last.buttons):
        await resident.clicks("高龄津贴")
    await resident.clicks("确认登记")
    worker.sees("身份证510212************，帮我办高龄津贴")
    await resident.clicks("补充说明")
    await resident.photo(f"身份证号 {NUMBER}")
    resident.sees("没有记")
    assert await traces(world, NUMBER) == []
    assert await traces(world, "19441105") == []
    await resident.says("就这些")
    resident.sees_not("身份证号不用发")


async def test_a_workers_words_are_kept_without_it_too(world: World) -> None:
    """In an outcome."""
    resident, worker, _ = await asked(world, MEALS)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says(f"已为身份证{NUMBER}的老人办好")
    worker.sees("身份证号没有记下来")
    resident.sees("510212************")
    assert await traces(world, NUMBER) == []


async def test_danger_comes_before_it(world: World) -> None:
    """The number to call is the first thing on the screen."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says(f"救命，有人要杀我，身份证{NUMBER}")
    assert "110" in resident.unread[0].text
    resident.sees("没有记")
