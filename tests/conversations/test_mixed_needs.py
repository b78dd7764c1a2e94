"""A resident who says something else while a card lies on the table: two needs stay two, and nothing typed is lost."""

import pytest

from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, JOBS, LEAK, MEALS, standing

WHEELCHAIR = "我妈走不动路，想要个轮椅"


@pytest.fixture
async def worker(world: World) -> Actor:
    return await world.staff("李敏")


@pytest.fixture
async def resident(world: World, worker: Actor) -> Actor:
    return await world.resident()


async def test_another_need_puts_the_first_behind_it(world: World, resident: Actor) -> None:
    """The wheelchair and the leak become two requests, each with its own words and files."""
    await resident.photo(WHEELCHAIR)
    await resident.says(LEAK)
    resident.sees("另外一件事", "接着办")
    card = resident.sees("漏水")
    assert "同一件事" in card.buttons[-1][0]
    await resident.clicks("确认登记")
    resident.sees("下一件")
    await resident.clicks(resident.last.buttons[0][0])
    if len(await world.requests()) == 1:
        await resident.clicks("确认登记")
    leak, wheelchair = await world.requests()
    assert (leak.service_id, leak.text, leak.files) == ("mediation.water_leak", LEAK, [])
    assert wheelchair.text == WHEELCHAIR
    assert len(wheelchair.files) == 1


async def test_three_needs_in_a_row_are_three(world: World, resident: Actor) -> None:
    """Whoever ignores two cards comes back to both."""
    for words in (MEALS, LEAK, JOBS):
        await resident.says(words)
    for _ in range(3):
        await resident.clicks("确认登记")
    assert {r.text for r in await world.requests()} == {MEALS, LEAK, JOBS}
    assert (await standing(world, resident)).state is None


@pytest.mark.parametrize("words", ["我妈八十岁了", "最好是中午送", "她住三楼没有电梯", "需要带身份证吗"])
async def test_what_only_tells_more_joins_the_same_need(world: World, resident: Actor, words: str) -> None:
    """Facts beside a need are no need of their own, whatever service they sound like."""
    await resident.says(MEALS)
    await resident.says(words)
    resident.sees_not("另外一件事")
    await resident.clicks("确认登记")
    [request] = await world.requests()
    assert request.text == f"{MEALS}\n{words}"


async def test_a_beginning_without_a_need_joins_what_follows(world: World, resident: Actor) -> None:
    """「有个事想问哈」 is not kept as a need."""
    await resident.says("有个事想问哈")
    await resident.says(LEAK)
    await resident.clicks("确认登记")
    [request] = await world.requests()
    assert (request.service_id, request.text) == ("mediation.water_leak", f"有个事想问哈\n{LEAK}")


async def test_it_was_the_same_matter_after_all(world: World, resident: Actor) -> None:
    """One tap joins them again, in the order in which they were said."""
    await resident.says(MEALS)
    await resident.says(LEAK)
    await resident.clicks("这是同一件事")
    await resident.clicks("转人工")
    [request] = await world.requests()
    assert request.text == f"{MEALS}\n{LEAK}"


async def test_letting_one_go_comes_back_to_the_other(world: World, resident: Actor) -> None:
    """算了 is said of the card that lies there."""
    await resident.says(MEALS)
    await resident.says(ALLOWANCE)
    await resident.says("算了")
    resident.sees("下一件")
    resident.sees("老年助餐")
    await resident.clicks("确认登记")
    assert [r.text for r in await world.requests()] == [MEALS]


async def test_a_service_chosen_from_the_list_comes_back_too(world: World, resident: Actor) -> None:
    """Nothing was typed for it, but it was chosen."""
    await resident.says("我要办事")
    await resident.clicks("养老服务")
    await resident.clicks("高龄津贴")
    await resident.says(LEAK)
    await resident.clicks("确认登记")
    await resident.clicks("确认登记")
    assert [r.service_id for r in await world.requests()] == ["mediation.water_leak", "elderly.age_allowance"]


async def test_words_for_somebody_leave_the_other_need_waiting(world: World, resident: Actor) -> None:
    """The second is for whoever works on an open request; the first lies there when that talk ends."""
    await resident.says(JOBS)
    await resident.clicks("确认登记")
    await resident.says(MEALS)
    if any("新的事" in words for words, _ in resident.last.buttons):
        await resident.clicks("这是新的事")
    await resident.says(LEAK)
    await resident.clicks("说给李敏")
    await resident.clicks("说完了")
    resident.sees("老年助餐")
    await resident.clicks("确认登记")
    assert [r.text for r in await world.requests()] == [JOBS, MEALS]


async def test_a_correction_keeps_what_waits_behind(world: World, resident: Actor) -> None:
    await resident.says(MEALS)
    said = await resident.says(LEAK)
    await resident.edits(said, "楼上漏水两个月了")
    await resident.clicks("确认登记")
    await resident.clicks("确认登记")
    assert [r.text for r in await world.requests()] == ["楼上漏水两个月了", MEALS]
