"""长辈模式: one short question a message, at most three large choices, digits; and digits for everybody."""

import pytest

from knowledge.lifecycle import Status
from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, MEALS, asked, finished, record


@pytest.fixture
async def worker(world: World) -> Actor:
    return await world.staff("李敏")


@pytest.fixture
async def elder(world: World, worker: Actor) -> Actor:
    return await world.resident(elder_mode=True)


def well_shown(actor: Actor) -> bool:
    """Every message: at most three choices (or the five ratings), one a row, each with its digit."""
    for message in actor.shown:
        rows = getattr(getattr(message.method, "reply_markup", None), "inline_keyboard", [])
        assert len(rows) <= 3 or [row[0].callback_data[:7] for row in rows] == ["r:rate:"] * 5, message.text
        assert all(len(row) == 1 for row in rows)
        assert [row[0].text[:2] for row in rows] == [f"{n} " for n in range(1, len(rows) + 1)]
    return True


async def test_the_whole_round_has_three_choices_at_most(world: World, worker: Actor, elder: Actor) -> None:
    """From the need to the rating, and every list and setting on the way, by digits alone."""
    await elder.says(MEALS)
    card = elder.sees("老年助餐")
    assert [words for words, _ in card.buttons] == ["1 确认登记", "2 不是这个", "3 转人工"]
    await elder.says("1")
    elder.sees("登记好了", "李敏负责到底")
    await elder.says("2")
    elder.sees("老年助餐")
    await elder.says("设置")
    await elder.says("3")
    elder.sees("还有这些")
    await elder.says("我的诉求")
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("已安排")
    done = elder.sees("办好了", "解决了吗")
    assert [words for words, _ in done.buttons] == ["1 已解决", "2 还没解决"]
    await elder.says("1")
    asked = elder.sees("满意吗")
    assert [words for words, _ in asked.buttons] == ["1 非常满意", "2 满意", "3 基本满意", "4 不满意", "5 非常不满意"]
    await elder.says("3")
    elder.sees("基本满意")
    await elder.says("1")
    elder.sees("有事随时说")
    await elder.says("我要办事")
    await elder.says("3")
    await elder.says("3")
    assert well_shown(elder)
    assert (await world.requests())[0].status is Status.CLOSED


async def test_not_solved_is_one_digit(world: World, worker: Actor, elder: Actor) -> None:
    """2 returns it."""
    await record(world, elder, MEALS)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("已安排")
    await elder.says("2")
    elder.sees("退回给首问责任人")


@pytest.mark.parametrize("said", ["2", "２", "二", "第二个", "2️⃣", "②", "选2", "第2个", "2。"])
async def test_a_digit_chooses_on_every_message(world: World, worker: Actor, said: str) -> None:
    """However a digit is written, with or without 长辈模式, on every channel."""
    resident = await world.resident(channel="web")
    await resident.says(MEALS)
    await resident.says(said)
    resident.sees("那是哪一件呢")


async def test_a_digit_out_of_range_is_words(world: World, worker: Actor) -> None:
    """7 of three is no choice, and is not lost."""
    resident = await world.resident()
    await resident.says(MEALS)
    await resident.says("7个人")
    await resident.clicks("确认登记")
    assert (await world.requests())[0].text == f"{MEALS}\n7个人"


async def test_a_notice_without_buttons_leaves_the_digits(world: World) -> None:
    """已受理 comes in between: 1 is still the card's."""
    resident, worker, _ = await asked(world)
    await resident.says(ALLOWANCE)
    await worker.clicks("受理")
    resident.sees("已受理")
    await resident.says("1")
    resident.sees("登记好了")
    assert len(await world.requests()) == 2


async def test_a_notice_with_buttons_takes_the_digits(world: World) -> None:
    """The outcome is the last message that asks: 1 is its best rating."""
    resident, worker, _ = await finished(world)
    await resident.says("1")
    resident.sees("非常满意")


async def test_the_words_of_a_button_behind_more_work_too(world: World, worker: Actor, elder: Actor) -> None:
    """转人工 stands behind 更多, and can be typed."""
    await elder.says(MEALS)
    await elder.says("转人工")
    elder.sees("登记好了")
    assert (await world.requests())[0].service_id == "general.window"


async def test_a_chain_of_more_reaches_every_service(world: World, worker: Actor, elder: Actor) -> None:
    """Two at a time, to the last one of the list."""
    await elder.says("我要办事")
    await elder.clicks("养老服务")
    seen: list[str] = []
    while True:
        labels = [words[2:] for words, _ in elder.last.buttons]
        seen += [w for w in labels if w != "更多"]
        if "更多" not in labels:
            break
        await elder.says(str(len(labels)))
    assert seen == [s.name for s in world.app.office.rules.catalogue.domains[0].services]


async def test_questions_are_short(world: World, worker: Actor, elder: Actor) -> None:
    """The short form of a sentence where there is one."""
    plain = await world.resident("小王")
    for actor in (elder, plain):
        await actor.says("转人工")
    assert len(elder.last.text) < len(plain.last.text)


async def test_switching_it_on_keeps_the_place(world: World, worker: Actor) -> None:
    """What was asked is asked again with its digits; the settings, which have none, are pressed by no digit."""
    resident = await world.resident()
    await resident.says("设置")
    await resident.clicks("打开长辈模式")
    resident.sees("长辈模式打开了")
    await resident.says("3")
    resident.sees_not("哪个社区")
    await resident.says("关闭长辈模式")
    await resident.says("我老伴脚杆痛，想有人来照护")
    await resident.says("字太小了看不清")
    resident.sees("长辈模式打开了")
    asked = resident.sees("")
    assert asked.buttons[0][0].startswith("1 ")
    await resident.says("1")
    resident.sees("您要办的是")
    await resident.says("1")
    assert (await world.requests())[0].text == "我老伴脚杆痛，想有人来照护"


async def test_a_chosen_card_is_shown_again(world: World, worker: Actor) -> None:
    """The one that was chosen, not the one that was likeliest."""
    resident = await world.resident()
    await resident.says("我要办事")
    await resident.clicks("养老服务")
    await resident.clicks("高龄津贴")
    await resident.says("长辈模式")
    card = resident.sees("您要办的是：高龄津贴")
    assert card.buttons[0][0] == "1 确认登记"
