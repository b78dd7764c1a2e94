"""The question of consent, asked of somebody who writes small words, cannot read it, or answers in their own way."""

import pytest

from tests.conversations.chat import Actor, World
from tests.conversations.stories import MEALS, standing


@pytest.fixture
async def newcomer(world: World) -> Actor:
    """Somebody new, in a place where a worker answers."""
    await world.staff("李敏")
    return world.person("张秀英")


async def test_the_whole_question_comes_once(world: World, newcomer: Actor) -> None:
    """The second time it is one line, with the buttons, which says that her words are kept."""
    await newcomer.says("恩")
    newcomer.sees("您好", "存多久", "您同意吗")
    await newcomer.says("你好")
    again = newcomer.sees("要接着办，请点「同意」")
    assert "您说的我先记着" not in again.text
    assert [words for words, _ in again.buttons] == ["同意", "不同意"]
    await newcomer.says("我老伴脚杆痛，屋头没人煮饭")
    newcomer.sees("您说的我先记着")
    await newcomer.clicks("同意")
    await newcomer.clicks("确认登记")
    assert (await world.requests())[0].text == "我老伴脚杆痛，屋头没人煮饭"


@pytest.mark.parametrize("yes", ["要得嘛", "可以", "好的。", "同意嘛", "Yes"])
async def test_a_yes_in_ones_own_words_is_taken(world: World, newcomer: Actor, yes: str) -> None:
    """And it does not become part of the need."""
    await newcomer.says(MEALS)
    await newcomer.says(yes)
    newcomer.sees("谢谢您")
    newcomer.sees("老年助餐")
    await newcomer.clicks("确认登记")
    assert (await world.requests())[0].text == MEALS


@pytest.mark.parametrize("said", ["可以", "要得"])
async def test_a_yes_to_nothing_is_no_consent(world: World, newcomer: Actor, said: str) -> None:
    """Before the question was asked, and hours after it."""
    await newcomer.says(said)
    newcomer.sees("您同意吗")
    await world.later(hours=3)
    await newcomer.says(said)
    newcomer.sees("您同意吗")


@pytest.mark.parametrize("said", ["恩", "可以嘛是可以，要好多钱"])
async def test_what_is_not_quite_a_yes_is_none(world: World, newcomer: Actor, said: str) -> None:
    """Consent is a clear act."""
    await newcomer.says(MEALS)
    await newcomer.says(said)
    newcomer.sees("请点「同意」")
    assert (await standing(world, newcomer)).state == "Step:consent"


async def test_a_no_in_ones_own_words_keeps_nothing(world: World, newcomer: Actor) -> None:
    """Like the button."""
    await newcomer.says(MEALS)
    await newcomer.says("我不同意")
    newcomer.sees("都没有保存")
    assert (await standing(world, newcomer)).data.get("draft") is None


@pytest.mark.parametrize("said", ["字太小了看不清", "开长辈模式", "看不见", "长辈模式"])
async def test_whoever_cannot_read_it_gets_it_large(world: World, newcomer: Actor, said: str) -> None:
    """Short, with digits, before anything is agreed; and so it stays, with no such word in the need."""
    await newcomer.says("/start")
    long = newcomer.last.text
    await newcomer.says(said)
    question = newcomer.sees("您同意吗")
    assert len(question.text) < len(long)
    assert [words for words, _ in question.buttons] == ["1 同意", "2 不同意"]
    await newcomer.says(MEALS)
    assert newcomer.last.buttons[0][0] == "1 同意"
    await newcomer.says("1")
    await newcomer.says("1")
    newcomer.sees("登记好了")
    assert (await world.who(newcomer)).elder_mode
    assert (await world.requests())[0].text == MEALS


async def test_an_answer_to_those_who_were_alerted_is_no_consent(world: World) -> None:
    """Whoever is in danger and writes 好的 answers the staff."""
    worker = await world.staff("李敏")
    newcomer = world.person("张秀英")
    await newcomer.says("/start")
    await newcomer.says("救命，有人要杀我")
    newcomer.sees("110")
    await newcomer.says("好的")
    newcomer.sees("已经转给工作人员")
    worker.sees("好的")
    assert (await world.who(newcomer)).consented_at is None
