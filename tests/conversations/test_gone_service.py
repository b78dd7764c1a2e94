"""A service leaves the lists while people wait for it: what was recorded is seen, worked on, finished all the same."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from knowledge.lifecycle import Role, Status
from tests.conversations import every_role
from tests.conversations.chat import World
from tests.conversations.every_role import Scene

pytestmark = pytest.mark.usefixtures("nothing_fails")

GONE = "elderly.gone"
SHOWN = "其他诉求"
"""What the general window is called."""


async def leave_the_lists(world: World) -> None:
    async with world.app.database.write() as session:
        await session.execute(text("UPDATE request SET service_id = :gone"), {"gone": GONE})
    async with world.app.database.write() as session:
        await session.execute(text("UPDATE one_time_notice SET service_id = :gone"), {"gone": GONE})


async def test_a_request_is_brought_to_its_end(world: World) -> None:
    """Two residents, so that lists are shown as well as cards: seen, warned of, told all, resolved and rated."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    resident, other = await world.resident(), await world.resident("王大爷")
    for who in (resident, resident, other):
        await who.says("转人工")
        await who.says("屋头没人煮饭")
    await leave_the_lists(world)

    await resident.says("我的诉求")
    assert any(SHOWN in label for label, _ in resident.sees("诉求").buttons)
    await worker.says("我的任务")
    assert any(SHOWN in label for label, _ in worker.sees("件").buttons)
    await worker.clicks(SHOWN)
    await worker.clicks("受理")
    await world.later(hours=1)
    assert await world.app.clock.watch_promises() == 2
    await world.quiet()
    manager.sees("超时")
    await manager.says("总览")
    await manager.presses("p:list:overdue")
    assert any(SHOWN in label for label, _ in manager.last.buttons)
    for words in ("月报", "三张清单"):
        await manager.says(words)

    for request in await world.requests():
        if request.status is Status.RECORDED:
            await worker.presses(f"r:acknowledge:{request.id}:")
        await worker.presses(f"r:resolve:{request.id}:")
        await worker.says("已安排送餐")
    await resident.presses("r:rate:1:5")
    await other.presses("r:rate:3:1")
    await world.quiet()
    assert [r.status for r in await world.requests()] == [Status.CLOSED, Status.RESOLVED, Status.CLOSED]
    await world.later(days=8)
    for sweep in (world.app.clock.aftercare, world.app.clock.ask_again, world.app.clock.close_silent):
        assert await sweep()
    await world.quiet()
    assert {r.status for r in await world.requests()} == {Status.CLOSED}
    resident.sees(SHOWN)


@pytest.mark.parametrize("who", ["resident", "other_party", "first_responder", "manager"])
async def test_every_screen(world: World, tmp_path: Path, who: str) -> None:
    """Whoever has a part in a request may press whatever there is, and say every command."""
    scene = await Scene.set(world)
    await leave_the_lists(world)
    kept = tmp_path / "kept.db"
    scene.keep(kept)
    before = scene.digest()
    for command in every_role.COMMANDS:
        await scene.says(who, command)
    for _, data in scene.buttons(who):
        if len(data.encode()) <= 64:
            await scene.presses(who, data)
            if scene.digest() != before:
                scene.bring_back(kept)


async def test_a_card_that_still_lies_on_the_table(world: World) -> None:
    """Its service left the lists before it was confirmed: nothing is recorded under it."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says("屋头没人煮饭，社区有没有送饭的")
    [confirm] = [data for label, data in resident.last.buttons if label == "确认登记"]
    rules = world.app.office.rules
    left = {id: item for id, item in rules.catalogue.services.items() if not confirm.endswith(f":{id}")}
    assert len(left) == len(rules.catalogue.services) - 1
    shorter = replace(rules, catalogue=replace(rules.catalogue, services=left))
    world.app.gate.office = replace(world.app.office, rules=shorter)
    await resident.presses(confirm)
    assert await world.requests() == []
