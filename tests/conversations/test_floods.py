"""Somebody who tries codes, and somebody who writes without end: slowed with a word, nothing lost, nobody else."""

import asyncio

from aiogram.types import Update

from bot.channels.web.doors import Pace
from knowledge.lifecycle import Role
from storage.people import People
from tests.conversations.chat import World
from tests.conversations.stories import asked, messages


async def _code(world: World) -> str:
    async with world.app.database.write() as session:
        people = People(session, world.now)
        area = await people.area_by_code("HJ")
        assert area is not None
        return await people.invite(area, Role.WORKER, name="新来的")


async def test_wrong_codes_are_not_tried_for_ever(world: World) -> None:
    """After five even the right one has to wait an hour; for others nothing changes."""
    code, other = await _code(world), await _code(world)
    guesser, honest = world.person("试码的"), world.person("老实人")
    for number in range(5):
        await guesser.says(f"/start guess{number}")
        guesser.sees("邀请码不对")
    await guesser.says(f"/start {code}")
    guesser.sees("过一个小时")
    await honest.says(f"/start {other}")
    assert (await world.who(honest)).name == "新来的"
    await world.later(minutes=61)
    await guesser.says(f"/start {code}")
    assert (await world.who(guesser)).name == "新来的"


async def test_a_code_works_once(world: World) -> None:
    """Two who send it at the same moment: one post."""
    code = await _code(world)
    first, second = world.person("甲"), world.person("乙")
    await asyncio.gather(first.says(f"/start {code}"), second.says(f"/start {code}"))
    said = first.transcript() + second.transcript()
    assert said.count("已经用过") == 1


async def test_a_flood_is_told_so_once_and_nothing_is_lost(world: World) -> None:
    """Every message reaches the worker; the word comes once; whoever else writes meanwhile hears nothing of it."""
    resident, worker, request = await asked(world)
    other = await world.resident("王大爷")
    await worker.clicks("受理")
    await worker.says("什么时候方便", reply_to=worker.shown[0])
    updates = 70
    world.app.gate._flood = Pace(60, 60.0, lambda: 0.0)  # all in the same moment, however slow the machine is
    for number in range(updates):
        update = Update(update_id=90_000 + number, message=resident._message(f"我家的灯坏了，是第{number}盏灯泡", None))
        await world.app.gate.handle(world.app.bots["telegram"], update)
    await other.says("我的诉求")
    await world.quiet()
    said = [m.text for m in await messages(world)]
    assert [text for text in said if text.startswith("我家")] == [
        f"我家的灯坏了，是第{n}盏灯泡" for n in range(updates)
    ]
    assert sum("一条不会丢" in m.text for m in resident.shown) == 1
    assert not any("一条不会丢" in m.text for m in (*other.shown, *worker.shown))
