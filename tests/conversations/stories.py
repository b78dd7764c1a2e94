"""Beginnings that many stories share, and looks behind the scenes."""

import json
from typing import Any

from sqlalchemy import func, select, text

from handlers.desk import Act
from storage import conversations
from storage.tables import Base, Event, Message, Person, Request
from tests.conversations.chat import Actor, World

MEALS = "屋头没人煮饭，社区有没有送饭的"
ALLOWANCE = "我要办低保"
JOBS = "失业了想找工作"
LEAK = "楼上漏水"

FILES: dict[str, dict[str, Any]] = {
    "photo": {"photo": [{"file_id": "P", "file_unique_id": "p", "width": 9, "height": 9}]},
    "voice": {"voice": {"file_id": "V", "file_unique_id": "v", "duration": 3}},
    "video": {"video": {"file_id": "M", "file_unique_id": "m", "width": 9, "height": 9, "duration": 3}},
    "videonote": {"video_note": {"file_id": "N", "file_unique_id": "n", "length": 9, "duration": 3}},
    "audio": {"audio": {"file_id": "A", "file_unique_id": "a", "duration": 3}},
    "document": {"document": {"file_id": "D", "file_unique_id": "d", "file_name": "证明.pdf"}},
    "location": {"location": {"latitude": 29.5, "longitude": 106.5}},
}
"""One message of every kind that carries something, by the Bot API method that passes it on."""


async def asked(world: World, need: str = MEALS, *, name: str = "张秀英", **more: Any) -> tuple[Actor, Actor, Request]:
    """A resident whose need is recorded, and the worker who answers for it."""
    worker = await world.staff("李敏")
    resident = await world.resident(name, **more)
    return resident, worker, await record(world, resident, need)


async def record(world: World, resident: Actor, need: str) -> Request:
    """Say a need and confirm its card."""
    await resident.says(need)
    if any("这是新的事" in words for words, _ in resident.last.buttons):
        await resident.clicks("这是新的事")
    await resident.clicks("确认登记")
    resident.sees("编号")
    return (await world.requests())[-1]


async def finished(world: World, outcome: str = "已安排送饭到家", **more: Any) -> tuple[Actor, Actor, Request]:
    """A request that was resolved and waits for the resident's word."""
    resident, worker, request = await asked(world, **more)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says(outcome)
    resident.sees("解决")
    return resident, worker, request


async def speaks(world: World, actor: Actor, language: str) -> None:
    """Somebody reads another language from now on."""
    async with world.app.database.write() as session:
        person = await session.get(Person, (await world.who(actor)).id)
        assert person is not None
        person.language = language


async def standing(world: World, actor: Actor) -> conversations.Chat:
    """Where a chat stands."""
    async with world.app.database.read() as session:
        return await conversations.load(session, world.app.bots[actor.channel].id, actor.id)


async def stand(world: World, actor: Actor, state: str, **data: Any) -> None:
    """Put a chat into a state."""
    async with world.app.database.write() as session:
        chat = await conversations.load(session, world.app.bots[actor.channel].id, actor.id)
        chat.state, chat.data = state, {**data, "at": world.now.isoformat()}
        await conversations.save(session, chat, world.now)


async def messages(world: World) -> list[Message]:
    async with world.app.database.read() as session:
        return list((await session.execute(select(Message).order_by(Message.id))).scalars())


async def events(world: World) -> list[str]:
    """The acts of all requests, in order."""
    async with world.app.database.read() as session:
        return list((await session.execute(select(Event.action).order_by(Event.id))).scalars())


async def count(world: World, table: type[Base]) -> int:
    async with world.app.database.read() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


async def traces(world: World, marker: str) -> list[str]:
    """Every column of every table in which this stands."""
    found = []
    async with world.app.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in (await session.execute(text(f'SELECT * FROM "{table.name}"'))).mappings():
                for column, value in row.items():
                    shown = json.dumps(json.loads(value), ensure_ascii=False) if _json(value) else str(value)
                    if marker in shown:
                        found.append(f"{table.name}.{column}")
    return found


def _json(value: object) -> bool:
    return isinstance(value, str) and value[:1] in ("{", "[")


_LEVELS = ("", "非常不满意", "不满意", "基本满意", "满意", "非常满意")


async def rated(world: World, worker: Actor, need: str, level: str | None, *, name: str = "张秀英") -> Actor:
    """A need of a new resident that was resolved, and rated unless `level` is None."""
    resident = await world.resident(name)
    request = await record(world, resident, need)
    await worker.presses(Act(act="acknowledge", id=request.id).pack())
    await worker.presses(Act(act="resolve", id=request.id).pack())
    await worker.says("办好了")
    if level is not None:
        await resident.presses(Act(act="rate", id=request.id, arg=str(_LEVELS.index(level))).pack())
    return resident
