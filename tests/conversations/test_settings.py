"""设置: language, 长辈模式, the community, one's own data, and leaving."""

import json
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.tools import erase_resident
from knowledge.lifecycle import Role, Status
from storage.tables import Event, Person
from tests.conversations.chat import World
from tests.conversations.stories import ALLOWANCE, MEALS, asked, finished, messages, record, standing, traces


async def test_the_language_changes_at_once(world: World) -> None:
    """Menu, cards and notices are in the language chosen, and it goes back as easily."""
    resident, worker, _ = await asked(world)
    await resident.says("设置")
    await resident.clicks("English")
    assert resident.sees("English from now on").menu[0] == "Get something done"
    await worker.clicks("受理")
    resident.sees("李敏", "Meals")
    await resident.says("My requests")
    resident.sees("In progress")
    await resident.says("Settings")
    await resident.clicks("中文")
    resident.sees("现在用中文")


@pytest.mark.parametrize("typed", [False, True])
async def test_easy_mode_goes_on_and_off(world: World, typed: bool) -> None:
    """From the settings, or by saying 长辈模式."""
    await world.staff("李敏")
    resident = await world.resident()
    for expected in (True, False):
        if typed:
            await resident.says("长辈模式")
        else:
            await resident.says("设置")
            await resident.clicks("长辈模式")
        assert (await world.who(resident)).elder_mode is expected
    resident.sees("关闭了")


@pytest.mark.parametrize("typed", [False, True])
async def test_the_community_can_be_changed(world: World, typed: bool) -> None:
    """The next need goes to the people of the new one."""
    await world.add_area("DP", "大坪社区")
    await world.staff("李敏")
    other = await world.staff("周强", area="DP")
    resident = await world.resident()
    if typed:
        await resident.says("换社区")
    else:
        await resident.says("设置")
        await resident.clicks("换社区")
    await resident.clicks("大坪社区")
    resident.sees("您在大坪社区")
    await record(world, resident, MEALS)
    other.sees("新诉求")


async def test_a_change_of_the_community_can_be_let_be(world: World) -> None:
    """算了 leaves everything as it was."""
    await world.add_area("DP", "大坪社区")
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says("换社区")
    await resident.says("算了")
    resident.sees("好的")
    assert (await standing(world, resident)).state is None
    assert (await world.who(resident)).area_id == 1


@pytest.mark.parametrize("said", ["不换", "不换，还在黄桷社区", "算了", "1"])
async def test_who_stays_in_their_community_goes_on_where_they_were(world: World, said: str) -> None:
    """The card comes back, and 「不换」 is no part of the need."""
    await world.add_area("DP", "大坪社区")
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says(MEALS)
    await resident.says("换社区")
    asked = resident.sees("哪个社区")
    assert [words for words, _ in asked.buttons] == ["不换，还在黄桷社区", "大坪社区"]
    await resident.says(said)
    resident.sees("您在黄桷社区")
    resident.sees("老年助餐")
    await resident.clicks("确认登记")
    assert (await world.requests())[0].text == MEALS


@pytest.mark.parametrize("said", ["外星", "9"])
async def test_a_wrong_word_for_a_community_shows_the_choices_again(world: World, said: str) -> None:
    """Nobody stands before a sentence without buttons."""
    await world.add_area("DP", "大坪社区")
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says("换社区")
    await resident.says(said)
    assert [words for words, _ in resident.last.buttons] == ["不换，还在黄桷社区", "大坪社区"]


@pytest.mark.parametrize("words", ["我的数据", "/mydata"])
async def test_my_data_holds_everything_of_oneself_and_nobody_else(world: World, words: str) -> None:
    """Words, edits, ratings; not what belongs to others."""
    resident, worker, _ = await finished(world)
    await resident.clicks("非常满意")
    await resident.says("很及时")
    other = await world.resident("王大爷")
    await record(world, other, ALLOWANCE)
    await resident.says(words)
    resident.sees("正在整理")
    resident.sees("全部内容", "1 件")
    read, moved = (m.method.document for m in resident.shown[-2:])  # type: ignore[attr-defined]
    assert (read.filename, moved.filename) == ("我的数据.html", "我的数据（转给别的系统用）.json")
    page = read.data.decode()
    for words in ("张秀英", MEALS, "已安排送饭到家", "非常满意", "很及时", "老年助餐", "一次性告知", "2026-11-23"):
        assert words in page
    assert ALLOWANCE not in page
    held = json.loads(moved.data)
    assert held["name"] == "张秀英"
    assert held["requests"][0]["text"] == MEALS
    assert held["requests"][0]["ratings"][0]["comment"] == "很及时"
    assert ALLOWANCE not in json.dumps(held, ensure_ascii=False)


async def test_leaving_asks_once_more(world: World) -> None:
    """With the open requests counted; 不，留着 changes nothing."""
    resident, _, _ = await asked(world)
    await resident.says("注销")
    resident.sees("1 件在办", "找不回来")
    await resident.clicks("不，留着")
    resident.sees("有事随时说")
    assert (await world.who(resident)).name == "张秀英"


async def test_erased_on_paper_the_web_chat_is_forgotten_too(world: World) -> None:
    """`python -m bot erase` does what 注销 does: the channel is told to forget the chat."""
    forgotten: list[int] = []

    async def forget(chat_id: int) -> None:
        forgotten.append(chat_id)

    world.app.courier.forget = {"web": forget}
    await world.staff("李敏")
    resident = await world.resident("张秀英", channel="web")
    request = await record(world, resident, MEALS)
    assert await erase_resident(world.app.database, request.number, world.now)
    await world.later(seconds=30)
    assert forgotten == [resident.id]


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_leaving_erases_everything_personal(world: World, channel: str) -> None:
    """Name, words, files, comment and conversation are gone; the counts stay; the worker stops; the channel is
    told to forget its copy after the goodbye was shown."""
    forgotten: list[tuple[int, str]] = []

    async def forget(chat_id: int, _before: datetime) -> None:
        forgotten.append((chat_id, resident.last.text))

    world.app.courier.forget = {"web": forget}
    worker = await world.staff("李敏")
    resident = await world.resident("秘密的人", channel=channel)
    await record(world, resident, f"{MEALS}，秘密的事")
    await resident.clicks("补充说明")
    written = await resident.says("秘密的话")
    await resident.edits(written, "秘密的改动")
    await resident.photo("秘密的图")
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("秘密的结果")
    await resident.clicks("非常满意")
    await resident.says("秘密的评价")
    await resident.says("我要办低保，秘密的第二件")
    await resident.says("秘密的没说完的话")
    await resident.says("注销")
    await resident.clicks("是，注销")
    resident.sees("已经注销")
    await world.later(seconds=30)
    assert forgotten == ([(resident.id, resident.last.text)] if channel == "web" else [])
    own = [t for t in await traces(world, "秘密") if not t.startswith(("web_", "conversation."))]
    assert own == []
    chat = await standing(world, resident)
    assert (chat.choices, chat.data.get("draft")) == ([], None)
    async with world.app.database.read() as session:
        assert (await session.execute(select(Event.id))).scalars().first() is not None
        assert (await session.execute(select(Person.name).where(Person.erased_at.is_not(None)))).scalars().all() == [
            "—"
        ]
    assert len(await world.requests()) == 1
    assert all(m.text == "" for m in await messages(world))


async def test_leaving_withdraws_what_is_open(world: World) -> None:
    """Nobody works for nothing."""
    resident, worker, _ = await asked(world)
    await resident.says("注销")
    await resident.clicks("是，注销")
    resident.sees("已经注销")
    worker.sees("撤回")
    assert (await world.requests())[0].status is Status.WITHDRAWN


async def test_whoever_left_can_come_back_as_somebody_new(world: World) -> None:
    """Consent is asked again, and nothing of before is known."""
    resident, _, _ = await asked(world)
    await resident.says("注销")
    await resident.clicks("是，注销")
    await resident.says(MEALS)
    resident.sees("您同意吗")
    await resident.clicks("同意")
    await resident.says("算了")
    await resident.says("我的诉求")
    resident.sees("没有在办的诉求")


async def test_old_buttons_are_worth_nothing_after_leaving(world: World) -> None:
    """The card of a request that was one's own asks for consent first."""
    resident, _, _ = await asked(world)
    card = resident.last
    await resident.says("注销")
    await resident.clicks("是，注销")
    await resident.clicks("查看诉求", card)
    resident.sees("您同意吗")


async def test_staff_hand_over_before_they_leave(world: World) -> None:
    """With work in hand, leaving is refused with the reason."""
    _, worker, _ = await asked(world)
    await worker.says("注销")
    await worker.clicks("是，注销")
    worker.sees("没办完的诉求")
    assert (await world.who(worker)).name == "李敏"


async def test_the_settings_are_there_for_staff_too(world: World) -> None:
    """A manager changes language and keeps a manager's menu."""
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("设置")
    await manager.clicks("English")
    assert manager.sees("English").menu[0] == "Overview"


async def test_a_forged_language_is_refused(world: World) -> None:
    """Only languages that are there."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.presses("p:language:xx")
    resident.sees("过时")
