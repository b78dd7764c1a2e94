"""代为登记: a worker records what somebody said at the counter, by phone or at home, and answers for it."""

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Intake, Role, Status
from storage.tables import Person
from tests.conversations.chat import Actor, World
from tests.conversations.stories import events


async def intake(
    worker: Actor,
    *,
    way: str = "来窗口",
    name: str = "周婆婆",
    phone: str | None = "13900001234",
    need: str = "屋头没人煮饭，社区有没有送饭的",
) -> None:
    """Up to the choice of the service."""
    await worker.says("代为登记")
    worker.sees("居民是怎么说的")
    await worker.clicks(way)
    worker.sees("怎么称呼")
    await worker.says(name)
    worker.sees(f"{name}的电话")
    if phone is None:
        await worker.clicks("没有电话")
    else:
        await worker.says(phone)
    await agreed(worker)
    worker.sees(f"{name}要办什么事")
    await worker.says(need)
    worker.sees("登记成哪一项")


async def agreed(worker: Actor) -> None:
    """No contact of their own, and the consent read out."""
    worker.sees("平时联系谁")
    await worker.clicks("就联系本人")
    worker.sees("请念给")
    await worker.clicks("念了，同意")


async def served(world: World) -> Person:
    [request] = await world.requests()
    async with world.app.database.read() as session:
        return (await session.execute(select(Person).where(Person.id == request.resident_id))).scalar_one()


@pytest.mark.parametrize(
    ("way", "kept"), [("来窗口", Intake.COUNTER), ("打电话", Intake.PHONE), ("上门走访", Intake.VISIT)]
)
async def test_rule_2_who_was_asked_answers(world: World, way: str, kept: Intake) -> None:
    """However it came in, the worker who records it is the first responder and has it in hand."""
    await world.staff("没事做")
    worker = await world.staff("李敏")
    await intake(worker, way=way)
    await worker.clicks("老年助餐")
    card = worker.sees("新诉求", "周婆婆（139****1234）", "办理中")
    worker.sees("已登记周婆婆的诉求", "261123-0001-", "您是首问责任人")
    assert [words for words, _ in card.buttons] == [
        "联系居民",
        "一次性告知",
        "补正",
        "转办",
        "申请延期",
        "办结",
        "看电话",
        "经过",
    ]
    [request] = await world.requests()
    assert (request.intake, request.status) == (kept, Status.IN_PROGRESS)
    assert request.first_responder_id == request.handler_id == (await world.who(worker)).id
    person = await served(world)
    assert (person.name, person.phone, person.chat_id, person.consented_at) == (
        "周婆婆",
        "13900001234",
        None,
        world.now,
    )
    assert await events(world) == ["record", "acknowledge"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("139 0000 1234", "13900001234"),
        ("１３９００００１２３４", "13900001234"),
        ("+86 139-0000-1234", "+8613900001234"),
        ("(023) 6789－1234", "02367891234"),
        ("12345", "12345"),
    ],
)
async def test_phone_numbers_as_people_write_them(world: World, typed: str, kept: str) -> None:
    """Gaps, brackets and full-width digits do no harm."""
    worker = await world.staff("李敏")
    await intake(worker, phone=typed)
    await worker.clicks("老年助餐")
    assert (await served(world)).phone == kept


@pytest.mark.parametrize("typed", ["不晓得", "139", "5月3号", "1" * 16, "<b>1</b>"])
async def test_what_is_no_phone_number(world: World, typed: str) -> None:
    """Asked again, and 没有电话 goes on."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("打电话")
    await worker.says("周婆婆")
    await worker.says(typed)
    worker.sees("不像电话")
    await worker.clicks("没有电话")
    worker.sees("平时联系谁")


async def test_a_contact_card_is_a_phone_number(world: World) -> None:
    """A contact sent from the address book."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("打电话")
    await worker.says("周婆婆")
    await worker.says(contact={"phone_number": "+86 13900001234", "first_name": "周婆婆"})
    await agreed(worker)
    await worker.says("灯坏了")
    await worker.clicks("其他诉求")
    assert (await served(world)).phone == "+8613900001234"


async def test_without_a_phone_number(world: World) -> None:
    """Nothing to look up, nothing in the way."""
    worker = await world.staff("李敏")
    await intake(worker, phone=None)
    await worker.clicks("老年助餐")
    card = worker.sees("新诉求", "周婆婆")
    assert "看电话" not in [words for words, _ in card.buttons]


async def test_more_words_and_pictures_belong_to_the_need(world: World) -> None:
    """Everything said before the service is chosen is kept, an album asked about once."""
    worker = await world.staff("李敏")
    await intake(worker)
    await worker.says("要软的")
    for _ in range(3):
        await worker.photo(album="a")
    assert sum("登记成哪一项" in shown.text for shown in worker.shown) == 3
    await worker.clicks("老年助餐")
    [request] = await world.requests()
    assert request.text == "屋头没人煮饭，社区有没有送饭的\n要软的"
    assert len(request.files) == 3


async def test_a_picture_alone_is_a_need(world: World) -> None:
    """A photo of a form, nothing else: the general window."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("周婆婆")
    await worker.clicks("没有电话")
    await agreed(worker)
    await worker.photo()
    worker.sees("登记成哪一项")
    await worker.clicks("其他诉求")
    [request] = await world.requests()
    assert (request.service_id, len(request.files)) == ("general.window", 1)


async def test_news_for_somebody_without_a_chat_is_phoned(world: World) -> None:
    """The first responder is told what to tell, with the number behind a recorded look; a colleague's work too."""
    worker, colleague = await world.staff("李敏"), await world.staff("周强")
    await intake(worker)
    await worker.clicks("老年助餐")
    await worker.clicks("转办")
    await worker.clicks("周强")
    await worker.says("他管这一片")
    await colleague.clicks("受理")
    colleague.sees("周婆婆没有用聊天", "首问责任人会打电话")
    call = worker.sees("周婆婆在聊天里收不到消息", "请打电话", "换了承办人")
    assert "13900001234" not in call.text
    await worker.clicks("看电话", call)
    worker.sees("13900001234", "已留痕")
    await colleague.clicks("办结")
    await colleague.says("已送饭")
    worker.sees("请打电话", "已办结")


async def test_news_for_somebody_without_chat_and_phone(world: World) -> None:
    """Nobody is asked to phone where no number was left."""
    worker, colleague = await world.staff("李敏"), await world.staff("周强")
    await intake(worker, phone=None)
    await worker.clicks("老年助餐")
    worker.sees("新诉求", "周婆婆（没有留电话）")
    await worker.clicks("转办")
    await worker.clicks("周强")
    await worker.says("他管这一片")
    await colleague.clicks("受理")
    colleague.sees("没有留电话", "首问责任人会当面告诉")
    worker.sees("周婆婆在聊天里收不到消息，也没有留电话，请当面告诉", "换了承办人")
    await colleague.clicks("办结")
    await colleague.says("已送饭")
    colleague.sees("没有留电话", "当面告诉结果")
    worker.sees("周婆婆没有留电话，请当面告诉结果")
    for actor in (worker, colleague):
        assert "请打电话" not in actor.transcript()


async def test_talking_to_somebody_without_a_chat(world: World) -> None:
    """What is written stays on record, and the worker is told that it did not reach anybody."""
    worker = await world.staff("李敏")
    await intake(worker)
    await worker.clicks("老年助餐")
    await worker.clicks("联系居民")
    worker.sees("没有用聊天", "请打电话")
    await worker.says("说好明天来")
    worker.sees("没有送到，只留了记录")
    worker.sees("已记下", "没有用聊天")
    assert "已转给" not in worker.transcript()
    await worker.says("说完了")
    await worker.says("我的任务")
    await worker.clicks("老年助餐")
    await worker.clicks("经过")
    worker.sees("联系了居民", "说好明天来")


async def test_silence_of_somebody_without_a_chat(world: World) -> None:
    """Nobody can rate it: after seven days it closes unrated, and the first responder tells them."""
    worker = await world.staff("李敏")
    await intake(worker)
    await worker.clicks("老年助餐")
    await worker.clicks("办结")
    await worker.says("已送饭")
    await world.later(days=7, seconds=1)
    assert await world.app.clock.close_silent() == 1
    await world.quiet()
    worker.sees("未评价")
    [request] = await world.requests()
    assert request.status is Status.CLOSED


@pytest.mark.parametrize("words", ["我的任务", "设置", "/tasks"])
async def test_leaving_in_the_middle(world: World, words: str) -> None:
    """A word of the menu is not a name, a number or a need; nothing is recorded."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says(words)
    worker.sees_not("的电话是多少")
    await intake(worker)
    await worker.says(words)
    worker.sees_not("登记成哪一项")
    assert await world.requests() == []


async def test_cancelling(world: World) -> None:
    """At any step; the old buttons then say that they are old."""
    worker = await world.staff("李敏")
    await intake(worker)
    choice = worker.last
    await worker.clicks("取消")
    worker.sees("没有动")
    await worker.clicks("老年助餐", choice)
    worker.sees("过时")
    assert await world.requests() == []


async def test_pressed_twice(world: World) -> None:
    """The choice of the service pressed twice records once."""
    worker = await world.staff("李敏")
    await intake(worker)
    choice = worker.last
    await worker.clicks("老年助餐", choice)
    await worker.clicks("老年助餐", choice)
    worker.sees("过时")
    assert len(await world.requests()) == 1


async def test_danger_told_at_the_counter(world: World) -> None:
    """It is urgent and the manager hears of it; the worker reads what to do at once."""
    manager = await world.staff("王芳", Role.MANAGER)
    worker = await world.staff("李敏")
    await intake(worker, need="我老汉刚才晕倒了，叫不醒")
    await worker.clicks("其他诉求")
    worker.sees("请马上打 120")
    manager.sees("险情", "李敏")
    [request] = await world.requests()
    assert request.urgent
    assert request.first_responder_id == (await world.who(worker)).id


async def test_markup_in_every_field(world: World) -> None:
    """Names and needs that look like HTML are shown as they were typed."""
    worker = await world.staff("李敏")
    await intake(worker, name="<b>周&婆婆", need="送<i>饭 & 菜")
    await worker.clicks("其他诉求")
    worker.sees("新诉求", "送<i>饭 & 菜", "<b>周&婆婆")
    worker.sees("已登记<b>周&婆婆的诉求")


@pytest.mark.parametrize("who", ["resident", "stranger"])
async def test_only_staff_record_for_others(world: World, who: str) -> None:
    """Neither the words nor a forged button open it for anybody else."""
    await world.staff("李敏")
    actor = await world.resident() if who == "resident" else world.person("丁")
    await actor.says("代为登记")
    actor.sees_not("居民是怎么说的")
    await actor.presses("p:behalf:counter")
    actor.sees_not("怎么称呼")
    assert await world.requests() == []
