"""What is said on the way stays out of the request, a changed mind is heard, and nothing that may count is lost."""

import pytest

from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, LEAK, MEALS


@pytest.fixture
async def resident(world: World) -> Actor:
    await world.staff("李敏")
    return await world.resident()


async def test_the_worker_reads_the_need_and_nothing_else(world: World) -> None:
    """The whole way of an old woman, from before consent to the number."""
    worker = await world.staff("李敏")
    her = world.person("罗婆婆")
    for said in ("恩", "字太小了看不清", "我老伴脚杆痛，想有人来照护", "要得嘛", "不换", "恩恩", "9"):
        await her.says(said)
    await her.says("算了 不搞那个了 我想喊人送哈饭")
    her.sees("前面那件不登记了")
    await her.clicks("老年助餐")
    await her.says("对头")
    her.sees("登记好了")
    [request] = await world.requests()
    assert (request.service_id, request.text) == ("elderly.meals", "算了 不搞那个了 我想喊人送哈饭")
    assert "脚杆痛" not in worker.sees("送哈饭").text


@pytest.mark.parametrize("said", ["都不是", "5", "对头", "不换", "好的吧", "恩"])
async def test_a_small_word_comes_first(world: World, resident: Actor, said: str) -> None:
    """It is no need, and is not offered the general window."""
    await resident.says(said)
    assert not resident.last.buttons
    await resident.says(MEALS)
    await resident.clicks("确认登记")
    assert (await world.requests())[0].text == MEALS


async def test_a_phone_number_comes_first(world: World, resident: Actor) -> None:
    """It is kept, and the need is asked for."""
    await resident.says("138 0013 8000")
    resident.sees("请说说您要办什么事")
    assert await world.requests() == []
    await resident.says(MEALS)
    resident.sees("老年助餐")
    await resident.clicks("确认登记")
    assert (await world.requests())[0].text == f"138 0013 8000\n{MEALS}"


async def test_none_of_the_choices_asks_for_more(world: World, resident: Actor) -> None:
    """都不是, typed, is no part of the need; a person is one tap away."""
    await resident.says("想领补贴")
    await resident.says("都不是")
    more = resident.sees("再说说")
    assert [words for words, _ in more.buttons] == ["都不是，转人工"]
    await resident.says("恩")
    resident.sees("再说说")
    await resident.clicks("转人工")
    assert (await world.requests())[0].text == "想领补贴"


async def test_a_small_word_shows_the_chosen_card_again(world: World, resident: Actor) -> None:
    """And not another one."""
    await resident.says(MEALS)
    await resident.clicks("不是这个")
    await resident.clicks("看全部事项")
    await resident.clicks("养老服务")
    await resident.clicks("高龄津贴")
    await resident.says("9")
    resident.sees("您要办的是：高龄津贴")
    await resident.says("恩")
    resident.sees("登记好了")
    assert (await world.requests())[0].service_id == "elderly.age_allowance"


async def test_small_words_are_not_recorded_for_a_person(world: World, resident: Actor) -> None:
    """After 转人工, 恩 is not what a person is called for."""
    await resident.says("转人工")
    await resident.says("恩")
    resident.sees("请说您的事")
    assert await world.requests() == []
    await resident.says("302的灯坏了")
    resident.sees("编号")
    assert (await world.requests())[0].text == "302的灯坏了"


@pytest.mark.parametrize("said", ["不是这个，是小区门口那个", "算了，明天再看", "没得人", "两个人", "302"])
async def test_in_doubt_it_is_kept(world: World, resident: Actor, said: str) -> None:
    """Words that let go of something and name nothing else, and whatever may tell something."""
    await resident.says("社区能不能安个路灯")
    await resident.says(said)
    await resident.clicks("转人工")
    assert (await world.requests())[0].text == f"社区能不能安个路灯\n{said}"


async def test_a_changed_mind_leaves_the_other_needs(world: World, resident: Actor) -> None:
    """Only the one on the table is let go of."""
    await resident.says(ALLOWANCE)
    await resident.says(LEAK)
    await resident.says("算了，我想喊人送饭")
    await resident.clicks("确认登记")
    resident.sees("下一件")
    await resident.clicks("确认登记")
    assert [r.text for r in await world.requests()] == ["算了，我想喊人送饭", ALLOWANCE]
