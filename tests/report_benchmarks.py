"""How fast reports are on a district of years: `python -m tests.report_benchmarks --count 1000000 [--url URL]`.

Prints JSON: seconds and processor seconds of each report in chat, of the monthly workbook with the memory it took, and
how long residents wait for a reply meanwhile. `--url` measures a database that is built already."""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers import charts, report_words
from handlers.report_words import Asked
from handlers.summary import Order
from handlers.texts import Voice, texts
from knowledge.catalogue import Catalogue
from knowledge.periods import Period
from storage.database import Database
from storage.people import People
from storage.schema import upgrade
from storage.tables import Person, Request, WebUpdate
from tests.district import LAST, build

MONTH = "2026-10"
_REPLIES = 300
_VOICE = Voice(texts(), "zh", False, ZoneInfo("Asia/Shanghai"))
_MEASURED = """
import json, resource, sys, time
from handlers import export_job
begun = time.perf_counter()
job = json.load(sys.stdin)
export_job.asyncio.run(export_job._work(job))
peak = resource.getrusage(resource.RUSAGE_SELF)
took, worked = time.perf_counter() - begun, peak.ru_utime + peak.ru_stime
print(json.dumps({"seconds": round(took, 2), "processor": round(worked, 2), "megabytes": peak.ru_maxrss // 1024}))
"""


async def chat(database: Database) -> dict[str, dict[str, float]]:
    """Each report that can be asked for in chat, with its picture, as the district's manager sees it."""
    catalogue = Catalogue.load()
    found = {}
    for words in ("2026-11-16~2026-11-22", MONTH, "2025"):
        period = Period.read(words, date(2026, 11, 23))
        if period is None:
            raise ValueError(words)
        times = []
        for _ in range(3):
            begun, worked = time.perf_counter(), time.process_time()
            async with database.read() as session:
                areas = await People(session, LAST).managed(1)
                asked = Asked(period)
                report = await report_words.count(session, asked, asked.scope(areas, LAST, _VOICE), _VOICE)
            report_words.words(_VOICE, catalogue, asked, "月报", report)
            charts.draw(report_words.picture(_VOICE, catalogue, asked, "月报", report))
            times.append((time.perf_counter() - begun, time.process_time() - worked))
        found[words] = {
            "seconds": round(min(t for t, _ in times), 2),
            "processor": round(min(t for _, t in times), 2),
            "requests": report.total.requests,
        }
    return found


def _job(url: str, folder: Path) -> bytes:
    period = Period.read(MONTH, date(2026, 11, 23))
    if period is None:
        raise ValueError(MONTH)
    order = Order.make(period, LAST, _VOICE, Catalogue.load(), "满意度汇总", areas=[1])
    return json.dumps({"database": url, "order": order.pack(), "out": str(folder / "month.xlsx")}).encode()


def workbook(url: str, folder: Path) -> dict[str, float]:
    """The whole monthly workbook, in a process of its own as in earnest."""
    done = subprocess.run([sys.executable, "-c", _MEASURED], input=_job(url, folder), capture_output=True, check=True)
    return {**json.loads(done.stdout), "kilobytes": (folder / "month.xlsx").stat().st_size // 1024}


async def replies(database: Database, url: str, folder: Path) -> dict[str, float]:
    """The 99th percentile of a stand-in for a reply (two reads and a committed write), alone and during an export."""

    async def reply(session: AsyncSession, number: int) -> None:
        await session.get(Person, number % 1000 + 1)
        await session.execute(select(Request.id).where(Request.resident_id == 2000 + number).limit(3))
        session.add(WebUpdate(chat_id=1, client_id=f"{time.time_ns()}", payload={}, created_at=LAST))

    async def measured(until: Callable[[], bool]) -> float:
        times = []
        while len(times) < _REPLIES or not until():
            begun = time.perf_counter()
            async with database.write() as session:
                await reply(session, len(times))
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(0.005)
        return statistics.quantiles(times, n=100)[98]

    alone = await measured(lambda: True)
    export = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "handlers.export_job", stdin=asyncio.subprocess.PIPE
    )
    pouring: Awaitable[object] = asyncio.create_task(export.communicate(_job(url, folder)))
    during = await measured(lambda: export.returncode is not None)
    await pouring
    return {"alone_ms": round(alone * 1000, 1), "during_ms": round(during * 1000, 1), "ratio": round(during / alone, 2)}


async def main(count: int, url: str | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = url or f"sqlite+aiosqlite:///{folder / 'district.db'}"
        database = Database(url)
        await upgrade(database)
        async with database.read() as session:
            empty = (await session.execute(select(Request.id).limit(1))).scalar_one_or_none() is None
        if empty:
            print(f"building {count} requests", file=sys.stderr)
            await build(database, count)
        report = {
            "chat": await chat(database),
            "workbook": await asyncio.to_thread(workbook, url, folder),
            "replies": await replies(database, url, folder),
        }
        await database.close()
    print(json.dumps(report, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--url")
    given = parser.parse_args()
    asyncio.run(main(given.count, given.url))
