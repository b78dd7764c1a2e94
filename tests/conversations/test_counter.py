"""Stories of the counter: a contact, a slip, a link home, and ratings said on the phone."""

import re

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Role, Status
from storage.case_tables import Contact
from storage.people import People
from storage.tables import Person, Rating
from tests.conversations.chat import Actor, World
from tests.conversations.stories import events

pytestmark = pytest.mark.usefixtures("nothing_fails")


async def with_daughter(worker: Actor, *, phone: str | None = "138 0000 5678", relation: str = "女儿") -> None:
    """周婆婆 at the counter, with her daughter as the contact."""
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("周婆婆")
    await worker.clicks("没有电话")
    await worker.clicks("联系家里人")
    worker.sees("联系人怎么称呼")
    await worker.says("周小妹")
    worker.sees("周小妹的电话")
    if phone is None:
        await worker.clicks("没有电话")
    else:
        await worker.says(phone)
    worker.sees("周小妹是周婆婆的什么人")
    await worker.says(relation)
    worker.sees("请念给周婆婆听", "不要身份证号")
    await worker.clicks("念了，同意")
    await worker.says("屋头没人煮饭")
    await worker.clicks("老年助餐")
    worker.sees("已登记周婆婆的诉求")


async def link_for(worker: Actor, label: str) -> str:
    """The command in the link that the worker hands out."""
    await worker.clicks("登记单")
    worker.sees("登记单", "周婆婆", "261123-0001-", "首问责任人：李敏", "前办结")
    await worker.clicks(label)
    said = worker.sees("点开链接", "只能用一次").text
    found = re.search(r"/start claim-\S+", said)
    assert found is not None
    return found[0]


async def ratings(world: World) -> list[tuple[int, bool, bool, str | None]]:
    async with world.app.database.read() as session:
        rows = (await session.execute(select(Rating).order_by(Rating.id))).scalars()
        return [(r.level, r.staff_taken, r.conflict, r.comment) for r in rows]


async def test_a_daughter_hears_and_speaks_for_her_mother(world: World) -> None:
    """By the link: consent, then the news; her words reach the worker, and what she taps is her mother's rating."""
    worker = await world.staff("李敏")
    await with_daughter(worker)
    card = next(m for m in worker.shown if "新诉求" in m.text)
    assert "联系人：周小妹（女儿，138****5678）" in card.text
    await worker.clicks("看电话", card)
    worker.sees("13800005678", "周小妹")
    command = await link_for(worker, "给联系人一个链接")
    daughter = world.person("小周")
    await daughter.says(command)
    daughter.sees("黄桷社区首问台", "在窗口登记的诉求", "您同意吗")
    assert "周婆婆" not in daughter.transcript()
    await daughter.clicks("同意")
    daughter.sees("您是周婆婆的联系人")
    daughter.sees("1 件诉求")
    await daughter.clicks("老年助餐")
    daughter.sees("首问责任人：李敏")
    await daughter.clicks("补充说明")
    await daughter.says("我妈要软的")
    worker.sees("周小妹", "我妈要软的")
    await worker.clicks("办结")
    await worker.says("已送软饭")
    daughter.sees("办结了", "已送软饭")
    await daughter.clicks("非常满意")
    assert await ratings(world) == [(5, False, False, None)]
    async with world.app.database.read() as session:
        [request] = await world.requests()
        assert (await session.execute(select(Rating.rated_by_id))).scalar_one() == request.resident_id
    another = world.person("别人")
    await another.says(command)
    another.sees("已经用过了")


async def test_the_person_served_comes_later(world: World) -> None:
    """Their own link: the request is in 我的诉求 as if they had asked in chat, under the name of the counter."""
    worker = await world.staff("李敏")
    await with_daughter(worker)
    herself = world.person("ZPP", "web")
    await herself.says(await link_for(worker, "给本人一个链接"))
    await herself.clicks("同意")
    herself.sees("周婆婆，您好")
    await herself.says("我的诉求")
    herself.sees("老年助餐", "首问责任人：李敏")
    assert (await world.who(herself)).name == "周婆婆"
    await herself.clicks("撤回")
    await herself.clicks("是，撤回")
    worker.sees("周婆婆撤回了")


async def test_a_link_and_no_consent(world: World) -> None:
    """Nothing is shown and nothing kept; the link still works for who agrees."""
    worker = await world.staff("李敏")
    await with_daughter(worker)
    command = await link_for(worker, "给本人一个链接")
    herself = world.person("ZPP")
    await herself.says(command)
    await herself.clicks("不同意")
    assert "老年助餐" not in herself.transcript()
    await herself.says(command)
    await herself.clicks("同意")
    herself.sees("周婆婆，您好")
    await worker.says(command)
    worker.sees("已经用过了")


async def test_leaving_as_a_contact_withdraws_nothing(world: World) -> None:
    """注销 of the daughter is hers alone; the mother's request goes on, and is phoned about."""
    worker = await world.staff("李敏")
    await with_daughter(worker)
    daughter = world.person("小周")
    await daughter.says(await link_for(worker, "给联系人一个链接"))
    await daughter.clicks("同意")
    await daughter.says("注销")
    daughter.sees("注销后")
    await daughter.clicks("是，注销")
    [request] = await world.requests()
    assert request.status is Status.IN_PROGRESS
    await worker.clicks("办结")
    await worker.says("送了")
    worker.sees("回访", "周婆婆没有留电话")


async def test_the_number_that_the_channel_vouches_for(world: World) -> None:
    """Their own contact card: asked first, then theirs; somebody else's card is only words."""
    worker = await world.staff("李敏")
    await with_daughter(worker)
    daughter = await world.resident("小周")
    card = {"phone_number": "+8613800005678", "first_name": "小周"}
    await daughter.says(contact=card)
    daughter.sees_not("登记诉求时")
    await daughter.says(contact={**card, "user_id": daughter.id})
    daughter.sees("周婆婆在黄桷社区登记诉求时，留的联系人是这个号码")
    await daughter.clicks("好，发给我")
    daughter.sees("您是周婆婆的联系人")
    assert (await events(world))[-1] == "claim"
    await daughter.presses("p:claim:contact.1")
    daughter.sees("过时")
    stranger = await world.resident("陌生人")
    for arg in ("contact.1", "resident.1", "resident.x", "x"):
        await stranger.presses(f"p:claim:{arg}")
        stranger.sees("过时")
    await stranger.says(contact={"phone_number": "13700000000", "first_name": "陌", "user_id": stranger.id})
    stranger.sees("没有用这个号码登记过")


async def test_a_known_number_is_offered_and_never_taken(world: World) -> None:
    """The person of that number, or another one; with a chat of their own, the news goes there."""
    worker = await world.staff("李敏")
    known = await world.resident("周婆婆", phone="13900001234")
    for label, people in (("是，周*婆", 2), ("不是", 3)):
        await worker.says("代为登记")
        await worker.clicks("打电话")
        await worker.says("周太婆")
        await worker.says("+86 139 0000 1234")
        worker.sees("1234 以前登记过", "是同一位吗")
        await worker.says("是吧")
        worker.sees("是同一位吗")
        await worker.clicks(label)
        if people == 3:
            await worker.clicks("就联系本人")
            await worker.clicks("念了，同意")
        worker.sees("要办什么事")
        await worker.says("灯坏了")
        await worker.clicks("其他诉求")
        async with world.app.database.read() as session:
            assert len((await session.execute(select(Person))).scalars().all()) == people
        (known.sees if people == 2 else known.sees_not)("登记好了")
        known.seen = len(known.shown)


async def test_without_consent_nothing_is_recorded(world: World) -> None:
    """不同意 ends it; no name and no number stay."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("周婆婆")
    await worker.says("13900001234")
    await worker.clicks("就联系本人")
    await worker.clicks("不同意")
    worker.sees("没有登记", "12345")
    assert await world.requests() == []
    async with world.app.database.read() as session:
        assert (await session.execute(select(Person).where(Person.phone.is_not(None)))).first() is None


async def test_the_community_is_asked_where_there_are_several(world: World) -> None:
    """A worker of the street."""
    await world.add_area("JD", "石门街道")
    await world.add_area("DS", "大石坝社区", "JD")
    async with world.app.database.write() as session:
        people = People(session, world.now)
        street, hj = await people.area_by_code("JD"), await people.area_by_code("HJ")
        assert street is not None
        assert hj is not None
        street.level, hj.parent_id = "street", street.id  # type: ignore[assignment]
    worker = await world.staff("李敏", area="JD")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("周婆婆")
    await worker.clicks("没有电话")
    asked = worker.sees("周婆婆住在哪个社区")
    assert {words for words, _ in asked.buttons} == {"大石坝社区", "黄桷社区", "返回", "取消"}
    await worker.says("石坝")
    assert [words for words, _ in worker.last.buttons] == ["就联系本人", "联系家里人、邻居", "返回", "取消"]
    worker.sees("平时联系谁")
    await worker.clicks("就联系本人")
    await worker.clicks("念了，同意")
    await worker.says("灯坏了")
    await worker.clicks("其他诉求")
    [request] = await world.requests()
    async with world.app.database.read() as session:
        assert (await People(session, world.now).area(request.area_id)).code == "DS"


async def test_a_contact_without_number_or_relation(world: World) -> None:
    """Everything but a name may be left out."""
    worker = await world.staff("李敏")
    await with_daughter(worker, phone=None, relation="不说")
    async with world.app.database.read() as session:
        contact = (await session.execute(select(Contact))).scalar_one()
    assert (contact.name, contact.phone, contact.relation) == ("周小妹", None, None)


# -- asked on the phone


async def resolved(world: World, worker: Actor) -> None:
    await with_daughter(worker)
    await worker.clicks("办结")
    await worker.says("已送软饭")


async def test_a_rating_said_on_the_phone(world: World) -> None:
    """Five levels, the conflict said, the words kept, who calls after a poor one read out."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await resolved(world, worker)
    call = worker.sees("电话回访", "请打电话告诉周婆婆", "已送软饭", "最好请没办过的管理者来打")
    assert [words for words, _ in call.buttons] == [
        "看电话", "非常满意", "满意", "基本满意", "不满意", "非常不满意",
        "还没解决", "打不通", "请管理者打", "查看诉求",
    ]  # fmt: skip
    await worker.clicks("不满意", call)
    worker.sees("代记", "已注明", "请告诉居民：管理者王芳会在 11月24日（周二）18:00 前联系", "为什么")
    manager.sees("请您负责整改")
    await worker.clicks("太慢")
    await worker.says("她说等了一个月")
    worker.sees("居民的话记下了")
    assert await ratings(world) == [(2, True, True, "她说等了一个月")]
    await worker.clicks("满意", call)
    assert worker.unread
    assert len(await ratings(world)) == 1
    await manager.says((await world.requests())[0].number)
    await manager.clicks("经过")
    manager.sees("李敏 电话回访，代记评价", "自己办过")


async def test_a_manager_calls_instead(world: World) -> None:
    """No conflict; the rating is still counted apart."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await resolved(world, worker)
    await worker.clicks("请管理者打")
    worker.sees("已请王芳来打")
    call = manager.sees("李敏请您打这个回访电话", "电话回访")
    assert "请没办过的管理者" not in call.text
    await manager.clicks("非常满意", call)
    manager.sees("代记，单独计", "还说了什么")
    await manager.clicks("不用了")
    assert await ratings(world) == [(5, True, False, None)]


@pytest.mark.parametrize("words", ["没细说", "饭是冷的"])
async def test_not_solved_said_on_the_phone(world: World, words: str) -> None:
    """Back to the first responder, in the resident's words."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await resolved(world, worker)
    await worker.clicks("还没解决")
    worker.sees("哪里没解决")
    if words == "没细说":
        await worker.clicks(words)
    else:
        await worker.says(words)
        manager.sees("居民在电话里说还没解决", words)
    worker.sees("已退回首问责任人李敏")
    assert (await world.requests())[0].status is Status.IN_PROGRESS
    assert (await events(world))[-1] == "take_reopen"


async def test_not_reached(world: World) -> None:
    """Tried again the next morning, from the list of tasks too; after three times no more, and silence closes it."""
    worker = await world.staff("李敏")
    await resolved(world, worker)
    await worker.clicks("打不通")
    worker.sees("第 1 次没打通", "11月24日（周二）09:00")
    await worker.clicks("打不通")
    worker.sees("今天打过了")
    await world.later(days=1)
    await world.app.clock.aftercare()
    await world.quiet()
    worker.sees("电话回访", "已经打过 1 次")
    await worker.says("我的任务")
    await worker.clicks("要打的回访电话（1）")
    await worker.clicks("老年助餐")
    await worker.clicks("打不通")
    worker.sees("第 2 次")
    await world.later(days=1)
    await worker.clicks("打不通")
    worker.sees("3 次都没打通")
    await world.later(days=5, seconds=1)
    assert await world.app.clock.close_silent() == 1
    await world.quiet()
    assert await ratings(world) == []
