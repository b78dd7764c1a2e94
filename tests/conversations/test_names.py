"""What people are called: asked once where nobody knows it, never in the way, and put right in the settings."""

import pytest

from tests.conversations.chat import Actor, World
from tests.conversations.mediation_case import Case
from tests.conversations.stories import LEAK, MEALS, messages, record, standing


@pytest.fixture
async def visitor(world: World) -> Actor:
    """Somebody on the web chat, which knows nobody's name; their first request is recorded."""
    await world.staff("李敏")
    resident = await world.resident("居民1719", channel="web")
    await resident.says(MEALS)
    await resident.clicks("确认登记")
    resident.sees("登记好了")
    return resident


async def test_a_name_is_asked_for_once(world: World, visitor: Actor) -> None:
    """Behind the first number; the second request asks nothing."""
    asked = visitor.sees("怎么称呼您", "不说也可以")
    assert [words for words, _ in asked.buttons] == ["不说"]
    await visitor.says("罗桂芳")
    visitor.sees("罗桂芳")
    assert (await world.who(visitor)).name == "罗桂芳"
    await record(world, visitor, "我要办低保")
    visitor.sees_not("称呼")
    assert await messages(world) == []


@pytest.mark.parametrize("said", ["不说", "1"])
async def test_nobody_has_to_say_it(world: World, visitor: Actor, said: str) -> None:
    """By the button, its words or its digit."""
    await visitor.says(said)
    visitor.sees("有事随时说")
    await visitor.says("罗桂芳")
    assert (await world.who(visitor)).name == "居民1719"


async def test_another_need_comes_instead(world: World, visitor: Actor) -> None:
    """It is taken as ever; so are words for the worker and thanks."""
    await visitor.says("谢谢")
    visitor.sees("不客气")
    await visitor.says("要软的")
    visitor.sees("李敏")
    assert [m.text for m in await messages(world)] == ["要软的"]
    await visitor.clicks("说完了")
    await visitor.says("我要办老年证")
    await visitor.clicks("确认登记")
    assert len(await world.requests()) == 2
    assert (await world.who(visitor)).name == "居民1719"


async def test_whoever_has_a_name_is_not_asked(world: World) -> None:
    """On Telegram everybody has one."""
    await world.staff("李敏")
    resident = await world.resident()
    await record(world, resident, MEALS)
    resident.sees_not("称呼")


@pytest.mark.parametrize("typed", [True, False])
async def test_it_can_be_changed_in_the_settings(world: World, typed: bool) -> None:
    """Whatever is short; a need said there is a need."""
    worker = await world.staff("李敏")
    resident = await world.resident("居民1719", channel="web")
    for said in (MEALS, "幺妹"):
        if typed:
            await resident.says("我的称呼")
        else:
            await resident.says("设置")
            await resident.clicks("我的称呼")
        resident.sees("怎么称呼您")
        await resident.says(said)
        if said == MEALS:
            resident.sees("老年助餐")
            await resident.clicks("确认登记")
    resident.sees("好的，幺妹")
    assert (await world.who(resident)).name == "幺妹"
    assert (await standing(world, resident)).state is None
    await worker.clicks("查看") if any("查看" in w for w, _ in worker.last.buttons) else None


@pytest.mark.parametrize(("name", "shown"), [("居民1719", "有位居民请"), ("罗桂芳", "罗桂芳请")])
async def test_nobody_is_invited_by_a_number(world: World, name: str, shown: str) -> None:
    """Four digits of a chat are no name to the other party of a mediation."""
    mediator = await world.staff("李敏")
    applicant = await world.resident(name, channel="web")
    request = await record(world, applicant, LEAK)
    await mediator.clicks("受理")
    other = world.person("周强")
    await other.says(await Case(world, applicant, mediator, other, request).invite())
    await other.clicks("同意")
    other.sees(shown, "漏水")
    other.sees_not("1719")


async def test_staff_keep_the_name_that_residents_are_told(world: World) -> None:
    """It is given with the invitation."""
    worker = await world.staff("李敏")
    await worker.says("设置")
    assert "我的称呼" not in [words for words, _ in worker.last.buttons]
    await worker.says("我的称呼")
    worker.sees("要设置什么")
