"""一次性告知 and 补正 in chat: one tap to tell all, ticks for what is missing, the clock seen by both sides."""

from datetime import timedelta

import pytest

from knowledge.lifecycle import Status
from tests.conversations.chat import Actor, World
from tests.conversations.stories import asked, events, finished, record, speaks
from tests.conversations.test_elder import well_shown

pytestmark = pytest.mark.usefixtures("nothing_fails")

MATERIALS = "带什么"
GENERAL_NEED = "楼道灯坏了"


async def taken(world: World, **more: object) -> tuple[Actor, Actor]:
    """A resident and the worker who has taken their request."""
    resident, worker, _ = await asked(world, **more)  # type: ignore[arg-type]
    await worker.clicks("受理")
    return resident, worker


async def test_everything_is_told_with_one_tap(world: World) -> None:
    """The worker sees it first, adds words, sends it; the card says when it arrived."""
    resident, worker = await taken(world)
    await worker.clicks("一次性告知")
    preview = worker.sees("张秀英会收到", MATERIALS, "身份证")
    assert [words for words, _ in preview.buttons] == ["发给居民", "加几句话", "取消"]
    await worker.clicks("加几句话")
    await worker.says("请带个饭盒来")
    worker.sees("请带个饭盒来")
    await worker.clicks("发给居民")
    worker.sees("一次性告知发给张秀英了")
    told = resident.sees("一次性告知", MATERIALS, "1. 身份证", "怎么办", "请带个饭盒来", "请留着")
    assert [words for words, _ in told.buttons] == ["补充说明"]
    await worker.clicks("查看诉求")
    worker.sees("一次性告知：", "已送达")
    await worker.clicks("经过")
    worker.sees("李敏 一次性告知（", "已送达）")
    await resident.clicks("补充说明", told)
    await resident.says("要不要带碗")
    worker.sees("要不要带碗")


async def test_a_notice_that_did_not_arrive_is_seen(world: World) -> None:
    """Blocked: the card says so, and it can be told by voice instead."""
    resident, worker = await taken(world, elder_mode=True)
    world.wires["telegram"].blocked.add(resident.id)
    await worker.clicks("一次性告知")
    await worker.clicks("发给居民")
    await worker.clicks("查看诉求")
    worker.sees("发出，还没送到")
    await worker.clicks("一次性告知")
    preview = worker.sees("请念给本人听")
    assert [words for words, _ in preview.buttons] == ["已当面告知", "已电话告知", "加几句话", "取消"]
    await worker.clicks("已电话告知")
    worker.sees("已经说给张秀英听")
    await worker.clicks("查看诉求")
    worker.sees("已当面或电话告知")


async def test_the_card_that_was_confirmed_counts(world: World) -> None:
    """Seen before 确认登记: the first supplement stops the clock without another notice."""
    _, worker = await taken(world)
    await worker.presses("r:open:1:")
    worker.sees("一次性告知：", "已送达")
    await worker.presses("r:history:1:")
    worker.sees("登记了诉求（看过事项卡片，即一次性告知）")
    await worker.clicks("补正", worker.shown[-2])
    worker.sees("时限暂停，最多 10 个工作日")


async def test_the_general_window_is_told_in_words(world: World) -> None:
    """Nothing is on its list, so the worker writes it; nothing was told before."""
    worker, resident = await world.staff("李敏"), await world.resident()
    await resident.says("转人工")
    await resident.says(GENERAL_NEED)
    await worker.clicks("受理")
    await worker.presses("r:open:1:")
    worker.sees("一次性告知：还没有")
    await worker.clicks("一次性告知")
    worker.sees("请写要告知的内容")
    await worker.photo()
    worker.sees("请用文字写")
    await worker.says("要带购房合同，去物业办")
    await worker.clicks("发给居民")
    resident.sees("一次性告知", "要带购房合同，去物业办")


async def test_what_is_missing_is_ticked_and_sent(world: World) -> None:
    """Ticks, words, one tap; the clock stands still until 材料已补齐, and both hear the new date."""
    resident, worker = await taken(world)
    await worker.clicks("补正")
    question = worker.sees("张秀英还缺什么", "时限暂停")
    material = question.buttons[0][0]
    await worker.clicks(material)
    worker.sees("请张秀英补", material[:6])
    assert any(words.startswith("✓") for words, _ in worker.last.buttons)
    await worker.says("还有近期病历")
    worker.sees("还有近期病历")
    await worker.clicks("发给居民")
    worker.sees("时限从现在起暂停", "12月7日")
    request = resident.sees("李敏请您补材料", "近期病历", "不要拍照发", "12月7日", "时限暂停")
    assert [words for words, _ in request.buttons] == ["材料已补齐", "补充说明"]
    assert (await world.requests())[0].status is Status.SUPPLEMENT
    await worker.clicks("查看诉求")
    worker.sees("补正中", "等居民补", "近期病历")
    assert "办结" not in [words for words, _ in worker.last.buttons]

    await resident.photo("病历在这里")
    worker.sees("病历在这里")
    await resident.says("我的诉求")
    resident.sees("补正中", "请您补", "近期病历")
    await resident.says("催办")
    resident.sees("现在在等您补齐材料")
    await world.later(days=1)
    await world.app.clock.watch_promises()
    await world.quiet()
    worker.sees_not("时间了")
    await resident.clicks("材料已补齐", request)
    resident.sees("告诉李敏了", "12月3日（周四）18:00")
    worker.sees("张秀英说材料齐了", "12月3日（周四）18:00")
    await resident.clicks("材料已补齐", request)
    resident.sees("已经在接着办了")
    assert (await events(world)).count("supplemented") == 1


async def test_asking_again_is_said_plainly(world: World) -> None:
    """The second time does not stop the clock: the worker is told before sending, the resident keeps the date."""
    resident, worker = await taken(world)
    await worker.clicks("补正")
    await worker.says("近期病历")
    await worker.clicks("发给居民")
    await worker.clicks("查看诉求")
    await worker.clicks("材料已收到")
    worker.sees("时限接着算")
    resident.sees("材料收到了，接着办")
    await worker.presses("r:ask_supplement:1:")
    worker.sees("已经补正过一次，这次时限不停")
    await worker.says("还有户口簿")
    await worker.clicks("发给居民")
    worker.sees("时限不停", "前办结")
    again = resident.sees("再补材料", "户口簿", "时间不变")
    assert [words for words, _ in again.buttons] == ["补充说明"]
    await worker.clicks("查看诉求")
    worker.sees("时限不停的补材料：1 次")
    assert (await world.requests())[0].status is Status.IN_PROGRESS


async def test_without_a_notice_the_worker_can_tell_first(world: World) -> None:
    """An elder saw the short card only: that is not everything, and 一次性告知 is one tap away."""
    resident, worker = await taken(world, elder_mode=True)
    await worker.presses("r:open:1:")
    worker.sees("还没有完整告知")
    await worker.clicks("补正")
    worker.sees("还没有完整的一次性告知", "时限不会暂停")
    await worker.clicks("一次性告知")
    await worker.clicks("发给居民")
    told = resident.sees("请照着准备", "1. 身份证", "请留着")
    assert [words for words, _ in told.buttons] == ["1 补充说明"]
    await worker.presses("r:ask_supplement:1:")
    await worker.says("近期病历")
    await worker.clicks("发给居民")
    worker.sees("时限从现在起暂停")
    missing = resident.sees("还缺", "近期病历", "拍照片发在这里就行")
    assert [words for words, _ in missing.buttons] == ["1 材料已补齐", "2 补充说明"]
    await resident.says("1")
    resident.sees("告诉李敏了")
    assert well_shown(resident)


async def test_in_english(world: World) -> None:
    """The same round for somebody who reads English."""
    resident, worker = await taken(world)
    await speaks(world, resident, "en")
    await worker.clicks("一次性告知")
    await worker.clicks("发给居民")
    resident.sees("One-time notice", "What to bring", "Please keep this message")
    await worker.presses("r:ask_supplement:1:")
    await worker.says("近期病历")
    await worker.clicks("发给居民")
    resident.sees("asks you for documents", "the clock is paused")
    await resident.says("我的诉求")
    resident.sees("Please supply", "the clock is paused")
    await resident.clicks("I have supplied everything")
    resident.sees("goes on", "resolved by")


async def test_it_does_not_rest_for_ever(world: World) -> None:
    """Reminded two working days before; then the clock goes on and everybody hears once."""
    resident, worker = await taken(world)
    await worker.clicks("补正")
    await worker.says("近期病历")
    await worker.clicks("发给居民")
    clock = world.app.clock
    world.now = world.now.replace(month=12, day=3, hour=1, minute=5)
    assert await clock.watch_pauses() == 1
    await world.quiet()
    reminder = resident.sees("还在等这些", "近期病历", "12月7日")
    assert [words for words, _ in reminder.buttons] == ["材料已补齐", "补充说明"]
    await world.later(days=5)
    assert await clock.watch_pauses() == 1
    assert await clock.watch_pauses() == 0
    await world.quiet()
    resident.sees("补材料的时间到了", "前办结")
    worker.sees("没有按时补齐材料", "时限接着算")
    worker.sees_not("没有按时")
    assert (await world.requests())[0].status is Status.IN_PROGRESS
    await resident.clicks("材料已补齐", reminder)
    resident.sees("已经在接着办了")


async def test_a_day_of_downtime_is_one_digest(world: World) -> None:
    """Five that lapsed meanwhile are one message with five buttons."""
    worker = await world.staff("李敏")
    for number in range(5):
        resident = await world.resident(f"居民{number}")
        request = await record(world, resident, "屋头没人煮饭，社区有没有送饭的")
        await worker.presses(f"r:acknowledge:{request.id}:")
        await worker.presses(f"r:ask_supplement:{request.id}:")
        await worker.says("近期病历")
        await worker.clicks("发给居民")
    world.now += timedelta(days=20)
    assert await world.app.clock.watch_pauses() == 5
    worker.seen = len(worker.shown)
    await world.quiet()
    assert len(worker.sees("5 件没有按时补齐材料").buttons) == 5
    assert worker.unread == []


async def test_no_chat_no_message(world: World) -> None:
    """代为登记: told at the counter; what is missing is told by phone."""
    worker = await world.staff("李敏")
    await worker.says("代为登记")
    await worker.clicks("来窗口")
    await worker.says("陈爷爷")
    await worker.says("13800001234")
    await worker.clicks("就联系本人")
    await worker.clicks("念了，同意")
    await worker.says("屋头没人煮饭")
    await worker.clicks("老年助餐")
    await worker.presses("r:open:1:")
    await worker.clicks("一次性告知")
    worker.sees("请念给本人听")
    await worker.presses("r:notify:1:chat")
    worker.sees("请当面或者打电话告知")
    await worker.clicks("已当面告知")
    await worker.presses("r:ask_supplement:1:")
    await worker.says("近期病历")
    await worker.clicks("发给居民")
    worker.sees("请打电话", "要补材料")
    assert (await world.requests())[0].status is Status.SUPPLEMENT


async def test_forged_and_old_buttons_of_pauses(world: World) -> None:
    """Answered, and nothing changes."""
    resident, worker = await taken(world)
    other, stranger = await world.resident("王大爷"), world.person("陌生人")
    before = await events(world)
    acts = ("notify", "ask_supplement", "supplemented", "ask_extension", "grant_extension", "refuse_extension")
    for act in acts:
        for arg in ("", "x", "99", "chat", "send", "-1", "٣"):
            for actor in (resident, other, stranger):
                await actor.presses(f"r:{act}:1:{arg}")
                assert actor.unread, (act, arg, actor.name)
    for act in acts[1:]:
        for arg in ("", "x", "99", "send", "-1", "٣"):
            await worker.presses(f"r:{act}:1:{arg}")
            assert worker.unread, (act, arg)
    assert await events(world) == before


async def test_resolved_is_over(world: World) -> None:
    """Nothing is asked for of what is finished."""
    _, worker, _ = await finished(world)
    for act in ("notify", "ask_supplement", "ask_extension"):
        await worker.presses(f"r:{act}:1:")
        worker.sees("已经办结")
