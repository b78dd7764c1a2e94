"""Coming in: consent, what was said before it, and the community."""

from datetime import datetime
from typing import Any

import pytest

from knowledge.lifecycle import Role
from storage.tables import Person
from tests.conversations.chat import Actor, World
from tests.conversations.stories import FILES, MEALS, count, standing, traces


@pytest.fixture
async def newcomer(world: World) -> Actor:
    """Somebody new, in a place where a worker answers."""
    await world.staff("李敏")
    return world.person("张秀英")


async def test_everything_said_before_consent_is_kept(world: World, newcomer: Actor) -> None:
    """Several messages before the tap become one need; nothing is asked again."""
    await newcomer.says("我妈八十了")
    newcomer.sees("您同意吗")
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    newcomer.sees("老年助餐")
    await newcomer.clicks("确认登记")
    [request] = await world.requests()
    assert request.text == f"我妈八十了\n{MEALS}"


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_before_consent_is_the_need(world: World, newcomer: Actor, kind: str) -> None:
    """Whatever kind of message comes first goes to a person once consent is given."""
    await newcomer.says(None, **FILES[kind])
    newcomer.sees("您同意吗")
    await newcomer.clicks("同意")
    newcomer.sees("编号")
    [request] = await world.requests()
    assert request.service_id == "general.window"
    assert len(request.files) == 1


async def test_an_album_before_consent_is_one_request_with_all_pictures(world: World, newcomer: Actor) -> None:
    """Consent is asked once for an album, and no picture is lost."""
    for _ in range(3):
        await newcomer.photo(album="a1")
    assert sum("您同意吗" in m.text for m in newcomer.shown) == 1
    await newcomer.clicks("同意")
    [request] = await world.requests()
    assert len(request.files) == 3


async def test_a_link_and_words_before_consent_are_both_kept(world: World, newcomer: Actor) -> None:
    """The community of the link is not asked for, and the need goes on."""
    await world.add_area("DP", "大坪社区")
    await newcomer.says("/start area-hj")
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    newcomer.sees("老年助餐")
    assert (await world.who(newcomer)).area_id == 1


async def test_a_link_alone_leads_to_the_welcome(world: World, newcomer: Actor) -> None:
    """Somebody who scanned the code and agreed is greeted by the community's name, with the menu."""
    await newcomer.says("/start area-HJ")
    await newcomer.clicks("同意")
    assert newcomer.sees("黄桷社区").menu == ["我要办事", "我的诉求", "转人工", "设置"]


async def test_an_unknown_link_is_said_so(newcomer: Actor) -> None:
    """A wrong code does not stop anybody from going on."""
    await newcomer.says("/start area-NOWHERE")
    newcomer.sees("不认识了")
    newcomer.sees("您同意吗")


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_a_refusal_keeps_nothing(world: World, channel: str) -> None:
    """After 不同意 there is no person and no word of theirs in any table; the channel forgets the chat too."""
    forgotten: list[int] = []
    world.app.courier.forget = {"web": _collect(forgotten)}
    newcomer = world.person("赵小明", channel)
    await newcomer.says("这是秘密记号")
    await newcomer.photo("这是秘密记号")
    await newcomer.clicks("不同意")
    newcomer.sees("都没有保存", "12345")
    await world.later(seconds=30)
    assert await traces(world, "秘密记号") == []
    assert await traces(world, "赵小明") == []
    assert await count(world, Person) == 0
    assert forgotten == ([newcomer.id] if channel == "web" else [])


def _collect(into: list[int]) -> Any:
    async def forget(chat_id: int, _before: datetime) -> None:
        into.append(chat_id)

    return forget


async def test_who_refused_may_still_agree(world: World, newcomer: Actor) -> None:
    """The old button still works, and starts without what was refused."""
    await newcomer.says(MEALS)
    question = newcomer.last
    await newcomer.clicks("不同意")
    await newcomer.clicks("同意", question)
    newcomer.sees("您好")
    assert await world.requests() == []
    assert (await standing(world, newcomer)).data.get("draft") is None


@pytest.mark.parametrize("leaves", [False, True])
async def test_who_agrees_after_a_goodbye_is_not_erased_with_it(world: World, newcomer: Actor, leaves: bool) -> None:
    """不同意 by mistake, or 注销 and back within twenty seconds: the channel is told to forget only what came before
    that goodbye, and person, chat and request stay."""
    forgotten: list[datetime] = []

    async def forget(_chat_id: int, before: datetime) -> None:
        forgotten.append(before)

    world.app.courier.forget = {"web": forget}
    resident = world.person("王大爷", "web")
    await resident.says("/start")
    if leaves:
        await resident.clicks("同意")
        await resident.says("注销")
        await resident.clicks("是，注销")
    else:
        await resident.clicks("不同意")
    goodbye = world.now
    await world.later(seconds=5)
    await resident.says(MEALS)
    await resident.clicks("同意")
    await resident.clicks("确认登记")
    resident.sees("登记好了")
    await world.later(seconds=30)
    assert forgotten == [goodbye]
    [request] = await world.requests()
    assert request.resident_id == (await world.who(resident)).id
    await resident.says("我的诉求")
    resident.sees("老年助餐")


async def test_a_greeting_before_consent_is_no_need(newcomer: Actor) -> None:
    """你好, a word of the menu or an emoji is not offered a service afterwards."""
    for said in ("你好", "我的诉求", "😀", "/services", "谢谢"):
        await newcomer.says(said)
        newcomer.sees("同意")
    await newcomer.clicks("同意")
    newcomer.sees("您好！这里是黄桷社区首问台")


async def test_an_edit_before_consent_replaces_the_words(world: World, newcomer: Actor) -> None:
    """Only the corrected words are matched and recorded; the other message stays as it was."""
    await newcomer.says("我妈八十了")
    message = await newcomer.says("屋头没人主饭")
    await newcomer.edits(message, MEALS)
    await newcomer.clicks("同意")
    newcomer.sees("老年助餐")
    await newcomer.clicks("确认登记")
    assert (await world.requests())[0].text == f"我妈八十了\n{MEALS}"


async def test_a_person_can_be_reached_before_consent(world: World, newcomer: Actor) -> None:
    """转人工 gives a phone number at once, and a person after the tap."""
    await newcomer.says("转人工")
    newcomer.sees("12345")
    newcomer.sees("您同意吗")
    await newcomer.clicks("同意")
    newcomer.sees("请说您的事")
    await newcomer.says("想和人说说")
    newcomer.sees("编号")
    assert (await world.requests())[0].service_id == "general.window"


async def test_the_only_community_is_not_asked_for(newcomer: Actor) -> None:
    """With one community nobody is asked where they live."""
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    newcomer.sees_not("哪个社区")
    newcomer.sees("老年助餐")


@pytest.mark.parametrize("words", ["黄桷", "黄角社区", "黄桷村", "我住黄桷"])
async def test_a_community_is_found_by_its_name_with_typos(world: World, newcomer: Actor, words: str) -> None:
    """Several communities: typed name, button, and on with the need that was said first."""
    await world.add_area("DP", "大坪社区")
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    newcomer.sees("哪个社区")
    await newcomer.says(words)
    found = newcomer.sees("哪一个")
    assert found.buttons[0][0] == "黄桷社区"
    await newcomer.clicks("黄桷社区")
    newcomer.sees("您在黄桷社区")
    newcomer.sees("老年助餐")


async def test_an_exact_name_needs_no_second_question(world: World, newcomer: Actor) -> None:
    """The whole name, typed, is taken."""
    await world.add_area("DP", "大坪社区")
    await newcomer.says("/start")
    await newcomer.clicks("同意")
    await newcomer.says("黄桷社区")
    newcomer.sees("您在黄桷社区")


async def test_a_need_told_instead_of_the_community_is_kept(world: World, newcomer: Actor) -> None:
    """Words and pictures that come while the community is asked for are part of the need."""
    await world.add_area("DP", "大坪社区")
    await newcomer.says("/start")
    await newcomer.clicks("同意")
    newcomer.sees("哪个社区")
    await newcomer.says(MEALS)
    newcomer.sees("记下了")
    newcomer.sees("社区")
    await newcomer.photo()
    await newcomer.clicks("黄桷社区")
    newcomer.sees("老年助餐")
    await newcomer.clicks("确认登记")
    [request] = await world.requests()
    assert request.text == MEALS
    assert len(request.files) == 1


async def test_a_name_that_is_not_there_is_asked_again(world: World, newcomer: Actor) -> None:
    """A name like no other is said so, with what was typed."""
    await world.add_area("DP", "大坪社区")
    await newcomer.says("/start")
    await newcomer.clicks("同意")
    await newcomer.says("外星")
    newcomer.sees("没找到「外星」")


async def test_a_service_chosen_before_the_community_is_not_chosen_again(world: World, newcomer: Actor) -> None:
    """Menu first, community second, then the card of what was chosen."""
    await world.add_area("DP", "大坪社区")
    await newcomer.says("/start")
    await newcomer.clicks("同意")
    await newcomer.says("我要办事")
    await newcomer.clicks("养老服务")
    await newcomer.clicks("老年助餐")
    newcomer.sees("哪个社区")
    await newcomer.clicks("黄桷社区")
    newcomer.sees("您要办的是：老年助餐")


async def test_a_place_without_anybody_says_where_to_call(world: World) -> None:
    """Nobody answers there yet: phone and 12345, the need kept, another community one tap away (rule 1)."""
    await world.add_area("DP", "大坪社区")
    await world.staff("李敏", area="DP")
    newcomer = world.person("张秀英")
    await newcomer.says("/start area-HJ")
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    newcomer.sees("黄桷社区的首问台还没开通", "12345")
    await newcomer.says("转人工")
    newcomer.sees("还没开通")
    await newcomer.clicks("换社区")
    await newcomer.clicks("大坪社区")
    newcomer.sees("老年助餐")


async def test_a_manager_above_makes_a_place_open(world: World) -> None:
    """Where a manager of the area above answers, needs are taken."""
    await world.add_area("JD", "街道")
    await world.add_area("CY", "朝阳社区", "JD")
    await world.staff("王芳", Role.MANAGER, area="JD")
    newcomer = world.person("张秀英")
    await newcomer.says("/start area-CY")
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    await newcomer.clicks("确认登记")
    newcomer.sees("王芳")


async def test_only_telegram_says_that_it_stores_abroad(world: World) -> None:
    """The consent of the web chat does not speak of Telegram."""
    abroad, home = world.person("甲"), world.person("乙", "web")
    await abroad.says("/start")
    abroad.sees("Telegram", "境外")
    await home.says("/start")
    home.sees("您同意吗")
    assert "Telegram" not in home.last.text


async def test_somebody_who_uses_english_is_spoken_to_in_english(world: World, newcomer: Actor) -> None:
    """From consent to the number, and the worker reads Chinese."""
    newcomer.language = "en"
    await newcomer.says("elderly meals")
    newcomer.sees("Do you agree?")
    await newcomer.clicks("I agree")
    newcomer.sees("Thank you")
    await newcomer.clicks("Talk to a person" if newcomer.last.buttons else "Yes")
    newcomer.sees("Number")
    assert (await world.who(newcomer)).language == "en"
