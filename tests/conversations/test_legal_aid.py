"""法援进度: every step with its day, told to the resident; the legal days watched."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Role
from storage.tables import Event, Request
from tests.conversations.chat import Actor, World
from tests.conversations.stories import record, traces

NEED = "没钱请律师，想申请法律援助"


@pytest.fixture
async def aid(world: World) -> tuple[Actor, Actor, Request]:
    """A resident who applies, and the worker who has it in hand."""
    worker = await world.staff("李敏")
    resident = await world.resident("张秀英")
    request = await record(world, resident, NEED)
    assert request.kind == "legal_aid"
    await worker.clicks("受理")
    await worker.clicks("法援进度")
    return resident, worker, request


async def at(world: World, *moment: int) -> None:
    """The sweep at a moment of Chongqing's clock (eight hours ahead of UTC)."""
    world.now = datetime(*moment, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[arg-type,misc]
    await world.app.clock.case_reminders()
    await world.quiet()


async def test_the_whole_way(world: World, aid: tuple[Actor, Actor, Request]) -> None:
    """Complete, granted, assigned: the resident hears each step with its date."""
    resident, worker, _ = aid
    await worker.clicks("受理，材料齐")
    worker.sees("11月30日", "前决定")
    resident.sees("材料齐了", "11月30日", "23:59")
    await worker.clicks("决定给予")
    resident.sees("决定给予法律援助", "11月26日", "23:59")
    await worker.clicks("已指派")
    worker.sees("姓名")
    await worker.says("王律师")
    await worker.says("不知道号码")
    worker.sees("不像电话")
    await worker.says("139-1234-5678")
    worker.sees("已指派", "王律师")
    resident.sees("王律师", "13912345678")
    assert [words for words, _ in worker.last.buttons] == ["查看诉求"]
    async with world.app.database.read() as session:
        rows = (await session.execute(select(Event).where(Event.action == "legal_aid").order_by(Event.id))).scalars()
        assert [event.data["step"] for event in rows] == ["complete", "grant", "assign"]


async def test_a_refusal_with_its_reason_and_the_way_to_object(world: World, aid: tuple[Actor, Actor, Request]) -> None:
    """不予 needs words; the resident reads them, and where to object (第49条)."""
    resident, worker, request = aid
    await worker.clicks("受理，材料齐")
    await worker.clicks("决定不予")
    await worker.photo()
    worker.sees("请用文字写")
    await worker.says("家庭收入超过标准")
    resident.sees("不予", "家庭收入超过标准", "司法局", "第49条")
    await worker.presses(f"r:legal-aid:{request.id}:grant")
    worker.sees("不能做这一步")


async def test_urgent_aid_comes_first(world: World, aid: tuple[Actor, Actor, Request]) -> None:
    """第44条: with a ground, a lawyer before the papers; the formalities follow, and the lawyer stays."""
    resident, worker, _ = aid
    await worker.clicks("情况紧急")
    worker.sees("为什么紧急")
    await worker.clicks("时效或期限不足七天")
    resident.sees("先提供援助，手续后补")
    await worker.clicks("已指派")
    await worker.says("王律师")
    await worker.clicks("没有电话")
    resident.sees("王律师", "12348")
    await worker.clicks("受理，材料齐")
    await worker.clicks("决定给予")
    resident.sees("决定给予", "还是由王律师帮您")


async def test_the_legal_days_are_watched(world: World, aid: tuple[Actor, Actor, Request]) -> None:
    """The handler hears the day before, the manager too once it is past; each once, and nothing after the decision."""
    manager = await world.staff("王芳", Role.MANAGER)
    _, worker, _ = aid
    await worker.clicks("受理，材料齐")
    worker.seen = len(worker.shown)
    await at(world, 2026, 11, 29, 8, 59)
    worker.sees_not("要决定")
    await at(world, 2026, 11, 29, 9, 0)
    worker.sees("11月30日", "前要决定")
    manager.sees_not("决定")
    for minute in (0, 5):
        await at(world, 2026, 12, 1, 0, minute)
    assert sum("超过法定期限" in m.text for m in worker.unread) == 1
    manager.sees("超过法定期限", "李敏")
    await worker.clicks("法援进度")
    await worker.clicks("决定给予")
    await worker.clicks("已指派")
    await worker.says("王律师")
    await worker.clicks("没有电话")
    worker.seen = len(worker.shown)
    await at(world, 2026, 12, 6, 9, 0)
    worker.sees_not("法律援助")


async def test_only_legal_aid_has_these_steps(world: World, aid: tuple[Actor, Actor, Request]) -> None:
    """No other request has the button, a forged one is refused, and so is whoever does not conduct it."""
    _, worker, request = aid
    other = await world.resident("刘洋")
    meals = await record(world, other, "屋头没人煮饭，社区有没有送饭的")
    await worker.presses(f"r:acknowledge:{meals.id}:")
    assert "法援进度" not in [words for words, _ in worker.last.buttons]
    await worker.presses(f"r:legal-aid:{meals.id}:complete")
    worker.sees("不能做这一步")
    await worker.presses(f"r:mediation:{meals.id}:")
    worker.sees("不归您看")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.presses(f"r:legal-aid:{request.id}:complete")
    manager.sees("不归您办")
    for arg in ("nonsense", "urgent.whim", "no_phone"):
        await worker.presses(f"r:legal-aid:{request.id}:{arg}")
        worker.sees("过时")


async def test_the_lawyer_is_forgotten_with_the_resident(world: World, aid: tuple[Actor, Actor, Request]) -> None:
    """注销 blanks the reason and the lawyer of one's own case."""
    resident, worker, _ = aid
    await worker.clicks("情况紧急")
    await worker.clicks("其他情形")
    await worker.clicks("已指派")
    await worker.says("欧阳独孤律师")
    await worker.clicks("没有电话")
    await resident.says("设置")
    await resident.clicks("注销")
    await resident.clicks("是，注销")
    assert [t for t in await traces(world, "欧阳独孤律师") if t.startswith("legal_aid")] == []
