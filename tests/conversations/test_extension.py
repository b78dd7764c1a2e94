"""申请延期 in chat: how long, why, a manager's word, the resident's new date; 暂定 and what an announcement changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import Clock
from knowledge.calendar import Calendar
from knowledge.lifecycle import Role
from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, asked, events, speaks
from tests.knowledge.test_deadlines import at
from tests.knowledge.test_pauses import ANNOUNCED_2027

pytestmark = pytest.mark.usefixtures("nothing_fails")


async def asks(world: World, **more: object) -> tuple[Actor, Actor, Actor]:
    """A resident, the worker who asked for five days more, and the manager."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await asked(world, **more)  # type: ignore[arg-type]
    await worker.clicks("受理")
    await worker.clicks("申请延期")
    question = worker.sees("12月2日（周三）18:00", "只能延一次")
    assert [words[:7] for words, _ in question.buttons] == ["3 个工作日（", "5 个工作日（", "7 个工作日（", "取消"]
    await worker.clicks("5 个工作日")
    worker.sees("12月9日（周三）18:00", "请写原因")
    await worker.photo()
    worker.sees("请用文字写")
    await worker.says("等评估机构排期")
    worker.sees("交给管理者了")
    return resident, worker, manager


async def test_granted(world: World) -> None:
    """The manager sees who, why and until when; the resident hears the date and why, the handler too."""
    resident, worker, manager = await asks(world)
    card = manager.sees("李敏申请延期", "5 个工作日", "12月9日", "等评估机构排期")
    assert [words for words, _ in card.buttons] == ["同意延期", "不同意", "查看诉求"]
    await manager.clicks("查看诉求")
    manager.sees("等管理者决定")
    await manager.clicks("同意延期")
    manager.sees("已同意延期", "12月9日")
    resident.sees("延期", "12月9日（周三）18:00", "等评估机构排期")
    worker.sees("王芳同意延期")
    await manager.clicks("同意延期", card)
    manager.sees("已经有管理者决定过了")
    assert "申请延期" not in [words for words, _ in worker.last.buttons]
    await worker.presses("r:ask_extension:1:")
    worker.sees("已经申请过了")
    await resident.says("我的诉求")
    resident.sees("12月9日（周三）18:00")


@pytest.mark.parametrize(
    "typed",
    [("5天", "等评估机构排期"), ("等评估机构排期", "五个工作日"), ("延5天，等评估机构排期",), ("5", "等评估机构排期")],
)
async def test_typed_instead_of_tapped(world: World, typed: tuple[str, ...]) -> None:
    """A number of days and a reason, in either order or in one sentence; nothing of it goes to the resident."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("申请延期")
    for words in typed:
        await worker.says(words)
        worker.sees_not("发给谁")
    worker.sees("交给管理者了", "12月9日")
    manager.sees("5 个工作日", "等评估机构排期")
    resident.sees_not("评估")


async def test_days_that_are_not_offered(world: World) -> None:
    """Asked again; a number on a button's place still means that button."""
    await world.staff("王芳", Role.MANAGER)
    _, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("申请延期")
    await worker.says("30天")
    worker.sees("只能延这几种")
    await worker.says("2")
    worker.sees("12月9日", "请写原因")


async def test_refused(world: World) -> None:
    """Why is asked for; the resident hears nothing, as nothing changed."""
    resident, worker, manager = await asks(world)
    await manager.clicks("不同意")
    manager.sees("请写原因")
    await manager.says("评估今天就能排上")
    manager.sees("没有同意延期")
    worker.sees("王芳不同意延期", "12月2日", "评估今天就能排上")
    resident.sees_not("延期")
    await worker.presses("r:open:1:")
    worker.sees("没有同意延到")


async def test_the_first_word_counts(world: World) -> None:
    """Two managers of the community: the second is told that it is decided, also while writing why not."""
    second = await world.staff("钱红", Role.MANAGER)
    _, _, manager = await asks(world)
    await second.clicks("不同意")
    await manager.clicks("同意延期")
    await second.says("不必延")
    second.sees("已经有管理者决定过了")
    assert "refuse_extension" not in await events(world)


async def test_the_only_manager_cannot_ask(world: World) -> None:
    """A clear sentence, before anything is typed."""
    manager, resident = await world.staff("王芳", Role.MANAGER), await world.resident()
    await resident.says("转人工")
    await resident.says("楼道灯坏了")
    await manager.clicks("受理")
    await manager.clicks("申请延期")
    manager.sees("没有别的管理者可以决定")


async def test_the_law_leaves_no_room(world: World) -> None:
    """低保 is decided within thirty days."""
    await world.staff("王芳", Role.MANAGER)
    _, worker, _ = await asked(world, ALLOWANCE)
    await worker.clicks("受理")
    await worker.clicks("申请延期")
    worker.sees("超过法定时限")


async def test_too_late(world: World) -> None:
    """Nobody decided in time: the card's buttons say so, and the promise is broken as usual."""
    _, worker, manager = await asks(world)
    await world.later(days=10)
    await world.app.clock.watch_promises()
    await world.quiet()
    manager.sees("超时了", "办结")
    await manager.clicks("同意延期")
    manager.sees("作废")
    await worker.presses("r:open:1:")
    worker.sees("到期没有决定")


async def test_in_elder_mode_and_in_english(world: World) -> None:
    """Short for an old person; the words of the reason as they were written."""
    resident, _, manager = await asks(world, elder_mode=True)
    await speaks(world, resident, "en")
    await manager.clicks("同意延期")
    resident.sees("takes longer", "Wed 9 Dec, 18:00", "等评估机构排期")


async def test_a_provisional_date_says_so_and_follows_the_announcement(world: World, tmp_path: Path) -> None:
    """暂定 on the card, in the notice and for the worker, until the year is announced; a changed date is told."""
    world.now = at("2027-02-01 10:30")
    resident, worker, _ = await asked(world)
    assert any("2月16日（周二）18:00（暂定） 前办结" in m.text for m in resident.shown[:1])
    assert any("登记好了" in m.text and "（暂定）" in m.text for m in resident.shown)
    await worker.clicks("受理")
    worker.sees("2月16日（周二）18:00（暂定）")
    extra = tmp_path / "2027.yaml"
    extra.write_text(ANNOUNCED_2027, "utf-8")
    assert await world.app.clock.watch_pauses() == 0
    office = world.app.office
    announced = replace(office, rules=replace(office.rules, calendar=Calendar.load(extra)))
    clock = Clock(world.app.database, announced, world.app.now, world.app.courier)
    assert await clock.watch_pauses() == 1
    assert await clock.watch_pauses() == 0
    await world.quiet()
    resident.sees("国家公布了放假安排", "2月18日（周四）18:00", "原来说的是 2月16日")
    worker.sees("国家公布了放假安排", "2月18日（周四）18:00")
    await resident.says("我的诉求")
    assert "暂定" not in resident.sees("2月18日（周四）18:00").text
