"""What the desk says to somebody in danger is true, asks where they are, and is no form."""

import pytest

from knowledge.lifecycle import Role
from storage.tables import Area
from tests.conversations.chat import World
from tests.conversations.stories import MEALS, asked, record, speaks

LEAK = "屋头煤气漏了，味道好大"
WEARY = "我不想活了，儿女都不管我"


async def test_where_somebody_is_goes_to_the_manager_too(world: World) -> None:
    """Nobody is said to be calling; the door and the phone reach both who were alerted, until one takes it."""
    worker = await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    await resident.says(LEAK)
    resident.sees("已经发给社区工作人员和管理者", "您在哪里", "电话多少")
    assert not any("正在" in shown.text for shown in resident.shown)
    assert "三事" not in manager.sees("险情", LEAK).text
    door = await resident.says("三栋五楼二号，13812345678")
    worker.sees("三栋五楼二号", "13812345678")
    manager.sees("三栋五楼二号", "13812345678")
    await resident.edits(door, "三栋五楼三号，13812345678")
    assert any("三号" in shown.text for shown in manager.shown)
    await worker.clicks("受理", worker.sees("催办"))
    await resident.says("门开着的")
    worker.sees("门开着的")
    manager.sees_not("门开着的")


async def test_where_a_newcomer_is_goes_to_the_manager_too(world: World) -> None:
    """Before any consent, and said again: no claim that anybody looks at it."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    newcomer = world.person("张秀英")
    await newcomer.says(LEAK)
    await newcomer.says("三栋五楼二号")
    assert newcomer.last.text == "已经转给工作人员。"
    manager.sees("三栋五楼二号")


async def test_only_who_was_told_is_named(world: World) -> None:
    """Where there is no manager, none is spoken of."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says(LEAK)
    resident.sees("已经告诉李敏，请李敏马上联系您")
    resident.sees("已经发给社区工作人员。", "您在哪里")
    resident.sees_not("管理者")


@pytest.mark.parametrize(
    ("language", "told", "taken"),
    [
        ("zh", "已经告诉李敏和社区管理者，请他们马上联系您。编号", "接手了您的事"),
        (
            "en",
            "李敏 and the community manager have been told and asked to contact you at once. Number",
            "has taken over",
        ),
    ],
)
async def test_who_may_die_gets_no_form(world: World, language: str, told: str, taken: str) -> None:
    """Neither the name of a service nor a promise weeks away, when it is recorded and when it is taken."""
    worker = await world.staff("李敏")
    await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    await speaks(world, resident, language)
    await resident.says(WEARY)
    assert "12356" in resident.unread[0].text
    resident.sees(told)
    await worker.clicks("受理")
    resident.sees(taken, "李敏")
    for words in ("其他诉求", "一窗受理", "承诺", "办结", "Other", "Promised", "resolved"):
        assert not any(words in shown.text for shown in resident.shown)


async def test_the_city_hotline_is_called_by_its_name(world: World) -> None:
    """12345 is no community's phone; a community that has one gives it."""
    await world.staff("李敏")
    resident = await world.resident()
    await record(world, resident, MEALS)
    assert any("市民热线：12345" in shown.text for shown in resident.shown)
    await resident.says("转人工")
    resident.sees("市民热线：12345")
    await resident.says("/start")
    await resident.says("你们几点上班")
    resident.sees("市民热线：12345")
    async with world.app.database.write() as session:
        area = await session.get(Area, (await world.who(resident)).area_id)
        assert area is not None
        area.phone = "023-1234"
    other = await world.resident("王大爷")
    await record(world, other, MEALS)
    assert any("社区电话：023-1234" in shown.text for shown in other.shown)


@pytest.mark.parametrize(
    ("language", "asks", "said"),
    [
        ("zh", "你是机器人吗", "自动应答"),
        ("zh", "是真人还是机器人", "自动应答"),
        ("en", "are you a robot?", "automatic"),
    ],
)
async def test_whoever_asks_learns_that_it_is_a_machine(world: World, language: str, asks: str, said: str) -> None:
    """Before consent and after, and how to reach a person."""
    await world.staff("李敏")
    newcomer = world.person("张秀英")
    newcomer.language = language
    await newcomer.says(asks)
    newcomer.sees(said)
    resident = await world.resident("王大爷")
    await speaks(world, resident, language)
    await resident.says(asks)
    resident.sees(said)
    assert await world.requests() == []


@pytest.mark.parametrize("words", ["说好今天来 到现在都没看到人", "工作人员找不到人", "一个人在屋头好无聊 没得人说话"])
async def test_the_commonest_complaints_alarm_nobody(world: World, words: str) -> None:
    """Who did not come is not missing, and who is bored smells no gas."""
    resident, worker, _ = await asked(world)
    manager = await world.staff("王芳", Role.MANAGER)
    await resident.says(words)
    for number in ("110", "119", "120"):
        resident.sees_not(number)
    worker.sees_not("紧急")
    manager.sees_not("险情")
    assert len(await world.requests()) == 1
