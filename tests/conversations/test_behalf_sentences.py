"""代为登记 of somebody who types everything at once, a digit too few, or an answer instead of a tap; and steps back."""

import pytest

from tests.conversations.chat import World
from tests.conversations.test_behalf import agreed, served


async def test_a_sentence_instead_of_a_name(world: World) -> None:
    """Name, number and matter are taken out and shown; nothing of it is asked again, and the number stays masked."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("张素芳婆婆 想申请高龄津贴 82岁 电话 13900001111")
    worker.sees("我这样记，对吗", "称呼：张素芳婆婆", "电话：13900001111", "事情：想申请高龄津贴 82岁")
    await worker.clicks("对")
    worker.sees("电话记下了：139 0000 1111", "平时联系谁")
    await worker.clicks("就联系本人")
    worker.sees("请念给张素芳婆婆听")
    await worker.says("同意了")
    worker.sees("张素芳婆婆的事", "想申请高龄津贴 82岁", "登记成哪一项")
    await worker.clicks("高龄津贴")
    card = worker.sees("新诉求", "张素芳婆婆（139****1111）")
    assert "13900001111" not in card.text
    [request] = await world.requests()
    assert request.text == "想申请高龄津贴 82岁"


async def test_a_sentence_without_a_plain_name(world: World) -> None:
    """The name is asked again, and what was written is the matter, with its number."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("打电话")
    await worker.says("82岁了想办高龄津贴，不晓得要带啥子，13900001111")
    worker.sees("只写称呼就行", "怎么称呼")
    await worker.says("张婆婆")
    worker.sees("称呼：张婆婆", "电话：13900001111", "事情：82岁了想办高龄津贴，不晓得要带啥子")
    await worker.clicks("改称呼")
    await worker.says("张素芳")
    await worker.says("对")
    await agreed(worker)
    worker.sees("82岁了想办高龄津贴", "登记成哪一项")


@pytest.mark.parametrize(("typed", "digits"), [("1390000111", "10 位"), ("139000011112", "12 位")])
async def test_a_mobile_number_has_eleven_digits(world: World, typed: str, digits: str) -> None:
    """One too few or too many is said, with the number; the right one is repeated in the next question."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("打电话")
    await worker.says("周婆婆")
    await worker.says(typed)
    worker.sees("手机号是 11 位", typed, digits)
    await worker.says("13900001112")
    worker.sees("139 0000 1112", "平时联系谁")


async def test_a_step_back(world: World) -> None:
    """Every question but the first can be taken back; what is answered anew counts."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("周婆婆")
    await worker.says("13900001112")
    await worker.clicks("联系家里人")
    await worker.says("周强")
    worker.sees("周强的电话")
    for asked in ("联系人怎么称呼", "平时联系谁", "周婆婆的电话", "怎么称呼"):
        await worker.clicks("返回")
        worker.sees(asked)
    await worker.says("吴婆婆")
    worker.sees("我这样记", "吴婆婆", "13900001112")
    await worker.clicks("对")
    await agreed(worker)
    await worker.says("灯坏了")
    await worker.clicks("返回")
    worker.sees("吴婆婆要办什么事")
    await worker.says("屋头没人煮饭，社区有没有送饭的")
    await worker.clicks("老年助餐")
    person = await served(world)
    assert (person.name, person.phone) == ("吴婆婆", "13900001112")
    [request] = await world.requests()
    assert request.text == "屋头没人煮饭，社区有没有送饭的"


@pytest.mark.parametrize(
    ("typed", "then"),
    [("同意", "要办什么事"), ("可以", "要办什么事"), ("不同意", "没有登记"), ("听不清", "请念给")],
)
async def test_consent_in_words(world: World, typed: str, then: str) -> None:
    """What plainly answers the question is taken; anything else asks it again."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("周婆婆")
    await worker.clicks("没有电话")
    await worker.says("本人")
    worker.sees("请念给")
    await worker.says(typed)
    worker.sees(then)
