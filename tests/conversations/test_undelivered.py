"""未送达: what never reached somebody stands in a list that a manager sees, not only in a log."""

from datetime import timedelta

from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendMessage

from knowledge.lifecycle import Role
from storage.outbox import LISTED, WRITTEN, OutboxWriter
from tests.conversations.chat import World
from tests.conversations.stories import MEALS, record


async def test_a_manager_sees_what_was_not_delivered(world: World) -> None:
    """The channel refuses a notice for good: the manager hears of it, finds for whom and about what, and opens it."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    resident = await world.resident("张秀英")
    await record(world, resident, MEALS)
    await manager.says("总览")
    assert not any("未送达" in words for words, _ in manager.last.buttons)
    refused = TelegramBadRequest(SendMessage(chat_id=1, text="-"), "Bad Request: something is wrong")
    await worker.clicks("受理")
    [request] = await world.requests()
    world.wires["telegram"].faults += [refused]
    async with world.app.database.write() as session:
        OutboxWriter(session, world.now).notice(
            request.resident_id, "acknowledged", request_id=request.id, handler=request.handler_id
        )
        await session.flush()
        written = session.info.pop(WRITTEN)
    world.app.courier.submit(written)
    await world.quiet()
    manager.sees("有消息送不到")
    await manager.clicks("未送达")
    manager.sees("未送达：1 条", "张秀英：消息发不出去")
    await manager.clicks("老年助餐")
    manager.sees("张秀英")


async def test_who_blocked_the_bot_stands_in_the_list(world: World) -> None:
    """And once a fortnight has passed, no more; an answer that nobody waits for any more is not listed."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    resident = await world.resident("张秀英")
    await record(world, resident, MEALS)
    world.wires["telegram"].blocked.add(resident.id)
    await worker.clicks("受理")
    await resident.says("谢谢")
    world.wires["telegram"].blocked.clear()
    await manager.says("总览")
    await manager.clicks("未送达（1）")
    manager.sees("未送达：1 条", "张秀英")
    await manager.presses("p:undelivered:1")
    manager.sees("没有送不到的消息")
    await manager.presses("p:undelivered:x")
    await worker.presses("p:undelivered:")
    worker.sees("不归您办")
    world.now += LISTED + timedelta(days=4)
    await world.app.clock.forget()
    await manager.presses("p:undelivered:")
    manager.sees("没有送不到的消息")
