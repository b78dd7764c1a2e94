"""Speed, as ratios against a bare baseline in the same run: `python -m tests.benchmarks`.

The baseline is aiogram with one router and one committed insert an update, on the same database settings
(WAL, synchronous=FULL). Medians of several runs; nothing here is asserted as seconds."""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiogram import Bot, Dispatcher, Router
from aiogram.types import Message, Update
from sqlalchemy import text

from knowledge import Matcher
from storage.database import Database
from storage.schema import upgrade
from tests.conversations.chat import Wire, World

RUNS = 5
PEOPLE = 60
NOON = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
NEED = "屋头没人煮饭，社区有没有送饭的"


def _message(number: int, chat: int, words: str, name: str = "居民") -> Update:
    return Update.model_validate(
        {
            "update_id": number,
            "message": {
                "message_id": number,
                "date": int(NOON.timestamp()),
                "chat": {"id": chat, "type": "private"},
                "from": {"id": chat, "is_bot": False, "first_name": name},
                "text": words,
            },
        }
    )


async def _rate(count: int, work: Callable[[], Awaitable[None]]) -> float:
    """Updates a second of one run."""
    begun = time.perf_counter()
    await work()
    return count / (time.perf_counter() - begun)


async def bare(folder: Path) -> float:
    """One committed insert an update and a reply that goes nowhere."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'bare.db'}")
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE said (id INTEGER PRIMARY KEY, chat INTEGER, words TEXT)"))
    router = Router()

    @router.message()
    async def keep(message: Message) -> None:
        async with database.write() as session:
            await session.execute(
                text("INSERT INTO said (chat, words) VALUES (:chat, :words)"),
                {"chat": message.chat.id, "words": message.text},
            )
        await message.answer("ok")

    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    bot = Bot("1:bare", session=Wire())
    updates = [_message(i, 100 + i % PEOPLE, NEED) for i in range(1, 4 * PEOPLE + 1)]

    async def work() -> None:
        await asyncio.gather(*(dispatcher.feed_update(bot, update) for update in updates))

    rate = await _rate(len(updates), work)
    await database.close()
    return rate


@asynccontextmanager
async def _world(folder: Path, matcher: Matcher) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{folder / 'world.db'}"
    database = Database(url)
    await upgrade(database)
    await database.close()
    async with World.open(url, folder, matcher, NOON) as world:
        yield world


async def rounds(folder: Path, matcher: Matcher) -> float:
    """A need, matched; its card confirmed; the request recorded: two updates a person."""
    async with _world(folder, matcher) as world:
        await world.staff("李敏")
        residents = [await world.resident(f"居民{i}") for i in range(PEOPLE)]
        bot = world.app.bots["telegram"]
        gate = world.app.gate

        async def one(number: int, chat: int) -> None:
            await gate.handle(bot, _message(10_000 + 2 * number, chat, NEED))
            await gate.handle(bot, _message(10_001 + 2 * number, chat, "1"))

        async def work() -> None:
            await asyncio.gather(*(one(i, actor.id) for i, actor in enumerate(residents)))

        rate = await _rate(2 * len(residents), work)
        await world.quiet()
        recorded = len(await world.requests())
        if recorded != len(residents):
            raise RuntimeError(f"{recorded} requests for {len(residents)} residents")
        return rate


async def relays(folder: Path, matcher: Matcher) -> float:
    """A message from a resident passed on to the worker, in talks that are open."""
    async with _world(folder, matcher) as world:
        await world.staff("李敏")
        residents = [await world.resident(f"居民{i}") for i in range(PEOPLE)]
        for actor in residents:
            await actor.says(NEED)
            await actor.says("1")
            await actor.clicks("补充说明")
        bot = world.app.bots["telegram"]
        gate = world.app.gate
        each = 3

        async def one(number: int, chat: int) -> None:
            for i in range(each):
                await gate.handle(bot, _message(20_000 + each * number + i, chat, "我明天上午在家"))

        async def work() -> None:
            await asyncio.gather(*(one(i, actor.id) for i, actor in enumerate(residents)))

        rate = await _rate(each * len(residents), work)
        await world.quiet()
        return rate


async def main() -> None:
    matcher = Matcher.load()
    found: dict[str, list[float]] = {"bare": [], "round": [], "relay": []}
    for run in range(RUNS):
        print(f"run {run + 1} of {RUNS}", file=sys.stderr)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found["bare"].append(await bare(folder))
            found["round"].append(await rounds(folder, matcher))
            (folder / "world.db").unlink()
            found["relay"].append(await relays(folder, matcher))
    median = {key: statistics.median(values) for key, values in found.items()}
    report = {
        "updates_per_second": {key: round(value, 1) for key, value in median.items()},
        "ratio_to_bare": {key: round(median[key] / median["bare"], 2) for key in ("round", "relay")},
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
