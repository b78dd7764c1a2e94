"""What staff and residents are told, and when nothing is said."""

import inspect
import re

import pytest

from handlers import notices
from handlers.desk import Act
from knowledge.lifecycle import Intake, Role
from storage import casebook, ledger, privacy
from storage.tables import Person
from tests.conversations.chat import World
from tests.conversations.stories import MEALS, asked, finished, record


async def blocked(world: World, person: str) -> None:
    """Somebody blocks the bot."""
    actor = next(a for a in world.people.values() if a.name == person)
    world.wires["telegram"].blocked.add(actor.id)


async def test_everybody_who_must_know_hears_of_it(world: World) -> None:
    """One round: who is told what, and nobody twice."""
    resident, worker, _ = await asked(world)
    manager = await world.staff("王芳", Role.MANAGER)
    await resident.says("催办")
    worker.sees("张秀英催办", "第 1 次")
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("办好了")
    await resident.clicks("还没解决")
    again = worker.sees("居民说还没解决", "答应的时间不变")
    manager.sees("居民说还没解决")
    assert [words for words, _ in again.buttons] == [
        "联系居民",
        "一次性告知",
        "补正",
        "转办",
        "申请延期",
        "办结",
        "经过",
    ]
    assert sum("还没解决" in shown.text for shown in worker.shown) == 1


async def test_a_card_that_was_handed_on_meanwhile_says_nothing(world: World) -> None:
    """A card whose delivery failed at first is not shown to somebody who has nothing to do with it any more."""
    manager = await world.staff("王芳", Role.MANAGER)
    worker, successor = await world.staff("李敏"), await world.staff("周强")
    resident = await world.resident()
    await resident.says(MEALS)
    world.wires["telegram"].faults.extend([TimeoutError(), TimeoutError()])
    await resident.clicks("确认登记")
    assert worker.shown == []
    [request] = await world.requests()
    await manager.says(request.number)
    await manager.clicks("换首问责任人")
    await manager.clicks("周强")
    await manager.says("李敏休假")
    await world.later(seconds=5)
    worker.sees("首问责任人换成了周强")
    worker.sees_not("没人煮饭")
    assert not any("没人煮饭" in shown.text for shown in worker.shown)
    successor.sees("您是首问责任人", "没人煮饭")


async def test_news_for_a_resident_who_blocked_the_bot(world: World) -> None:
    """Once it is known, the first responder is told to phone or visit instead; a word from the resident ends it."""
    resident, worker, _ = await asked(world)
    await blocked(world, "张秀英")
    await worker.clicks("联系居民")
    await worker.says("在吗")  # finds out
    await worker.says("您好")
    worker.sees("张秀英在聊天里收不到消息", "没有送到")
    await worker.says("说完了")
    await worker.clicks("受理")
    worker.sees("请当面告诉", "已受理")
    world.wires["telegram"].blocked.clear()
    await resident.says("我回来了", reply_to=resident.last)
    await worker.clicks("办结")
    await worker.says("办好了")
    resident.sees("办结了")


async def test_the_manager_hears_of_a_worker_who_is_gone(world: World) -> None:
    """A worker who blocks the bot: the manager is told, and the next need goes to somebody else."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await asked(world)
    other = await world.staff("周强")
    await blocked(world, "李敏")
    await resident.says("在吗", reply_to=resident.last)
    manager.sees("李敏在聊天里联系不上了")
    assert worker.name == "李敏"
    second = await world.resident("陈光明")
    await record(world, second, MEALS)
    other.sees("新诉求", "陈光明")


async def test_danger_reaches_worker_and_manager_with_everything(world: World) -> None:
    """Both see the card at once; the manager's says whose it is."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    await resident.says("救命，我老汉晕倒了叫不醒")
    resident.sees("请马上打 120")
    worker.sees("紧急！请马上联系居民", "晕倒")
    manager.sees("险情！已派给李敏", "晕倒")
    [request] = await world.requests()
    assert (request.intake, request.urgent) == (Intake.DANGER, True)


async def test_a_manager_who_answers_alone_is_told_once(world: World) -> None:
    """Where the manager is the first responder, danger is one card, not two."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    await resident.says("救命，我老汉晕倒了叫不醒")
    manager.sees("紧急！请马上联系居民")
    assert not any("险情！已派给" in shown.text for shown in manager.shown)


async def test_silence_for_seven_days(world: World) -> None:
    """The resident hears that it closed as unrated and can still say that it is not solved."""
    resident, worker, _ = await finished(world)
    await world.later(days=6, hours=23)
    assert await world.app.clock.close_silent() == 0
    await world.later(hours=1, seconds=1)
    assert await world.app.clock.close_silent() == 1
    await world.quiet()
    told = resident.sees("办结七天了", "未评价")
    await resident.clicks("还没解决", told)
    worker.sees("居民说还没解决")


async def test_an_outcome_of_any_length_arrives_whole(world: World) -> None:
    """The resident's notice is cut to what a message holds; the request opens with all of it."""
    resident, worker, request = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    outcome = "一句。" * 2500
    await worker.says(outcome)
    resident.sees("办结了")
    await resident.presses(Act(act="open", id=request.id).pack())
    whole = "".join(shown.text for shown in resident.unread)
    assert whole.count("一句。") == 2500


@pytest.mark.parametrize("markup", ["<b>x", "&amp;", "</blockquote>", "<a href='x'>", "*x*_y_`z`"])
async def test_whatever_is_typed_is_shown_as_typed(world: World, markup: str) -> None:
    """Reason, outcome, words and comment with signs of a markup language reach the others unchanged."""
    resident, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    await worker.clicks("转办")
    await worker.clicks("周强")
    await worker.says(markup)
    colleague.sees("请您接手", markup)
    await colleague.clicks("受理")
    await colleague.clicks("联系居民")
    await colleague.says(markup)
    resident.sees("周强", markup)
    await colleague.clicks("办结")
    await colleague.says(markup)
    resident.sees("办结了", markup)
    worker.sees("周强已办结", markup)
    await resident.clicks("不满意")
    await resident.says(markup)
    colleague.sees("张秀英说", markup)


async def test_notices_about_somebody_erased_say_no_name(world: World) -> None:
    """A notice that is delivered after its resident has left speaks of nobody."""
    resident, worker, request = await asked(world)
    async with world.app.database.write() as session:
        person = await session.get(Person, request.resident_id)
        assert person is not None
        await privacy.erase(session, person, world.now)
    await worker.says("我的任务")
    await worker.clicks("老年助餐")
    worker.sees("居民：—")
    worker.sees_not("张秀英")
    assert resident.shown


async def test_english_staff_read_english(world: World) -> None:
    """Cards and notices in the language of the reader, whatever the writer's is."""
    worker = await world.staff("Lee")
    async with world.app.database.write() as session:
        person = await session.get(Person, (await world.who(worker)).id)
        assert person is not None
        person.language = "en"
    resident = await world.resident()
    await record(world, resident, MEALS)
    card = worker.sees("New request: you are the first responder")
    assert [words for words, _ in card.buttons] == ["Acknowledge", "Contact resident", "Transfer", "History"]
    await worker.clicks("Acknowledge")
    resident.sees("Lee已受理")


def test_every_kind_of_notice_has_its_words() -> None:
    """Kinds that the casebook writes are kinds that can be put into words."""
    source = inspect.getsource(casebook) + inspect.getsource(ledger)
    written = set(re.findall(r'_tell(?:_resident)?\(\s*request,\s*(?:[\w.]+,\s*)?"(\w+)"', source))
    assert {"recorded", "assigned", "offer_over", "relay", "call_resident"} <= written
    assert written <= notices.KINDS
