"""The command line: `python -m bot` and its commands. One-line errors, no tracebacks; 0 done, 1 found something
wrong, 2 wrong use."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from enum import StrEnum
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar, cast

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.logs import log_to
from bot.settings import Settings, SettingsError, load
from knowledge.calendar import CalendarError
from knowledge.catalogue import CatalogueError
from knowledge.lifecycle import Role
from storage.backup import BackupError
from storage.database import Database, is_unavailable
from storage.people import PeopleError
from storage.schema import SchemaError
from storage.tables import Level

cli = typer.Typer(no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False, help="首问 · Shouwen")
areas = typer.Typer(help="Areas: 区县 › 街道 › 社区 › 网格")
cli.add_typer(areas, name="area")

T = TypeVar("T")
_WRONG_USE = cast(type[Exception], typer.BadParameter.__mro__[2])
"""What typer raises for wrong use of the command line."""


class InviteRole(StrEnum):
    worker = "worker"
    manager = "manager"


class FactField(StrEnum):
    address = "address"
    phone = "phone"
    hours = "hours"
    amount = "amount"
    contact = "contact"


def fail(words: str, code: int = 1) -> NoReturn:
    """Say in one line (or one each) what is wrong, and leave."""
    for line in words.splitlines():
        print(line, file=sys.stderr)
    raise typer.Exit(code)


def settings() -> Settings:
    try:
        return load()
    except SettingsError as error:
        fail(str(error), 2)


def run_now(work: Coroutine[Any, Any, T]) -> T:
    """Run it; what can go wrong is said in one line."""
    try:
        return asyncio.run(work)
    except (CatalogueError, CalendarError, SchemaError, BackupError) as error:
        fail(str(error))
    except PeopleError as error:
        fail(_PEOPLE.get(error.code, error.code).format(**error.details), 2)
    except Exception as error:
        if isinstance(error, OSError) and error.filename:
            fail(f"{error.filename}: {error.strerror}")
        if not is_unavailable(error) and not isinstance(error, SQLAlchemyError):
            raise
        fail(f"SHOUWEN_DATABASE_URL: the database cannot be used: {str(error.__cause__ or error).splitlines()[0]}")


_PEOPLE = {
    "area_code": "an area code is 1 to 32 letters, digits, - or _; not {given!r}",
    "area_exists": "there is an area {given!r} already",
    "no_parent": "there is no area {given!r} to be the parent",
    "no_area": "there is no area {given!r}; see `python -m bot area list`",
    "no_staff": "nobody called {given!r} has a post there and uses the web chat",
    "many_staff": "several people are called {given!r} there; invite this one anew",
    "no_service": "there is no service {given!r}; its id stands in the service lists, such as elderly.meals",
    "no_domain": "there is no domain {given!r}; the domains are {known}",
}


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Serve every channel that is configured (the same as `run`)."""
    if context.invoked_subcommand is None:
        run()


@cli.command()
def run() -> None:
    """Serve every channel that is configured."""
    chosen = settings()
    log_to(chosen.log_format)
    for noisy in ("aiogram.event", "aiogram.dispatcher", "apscheduler", "alembic", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    gc.disable()  # nothing that is made while the program loads is garbage: looking for it costs half a second
    from bot.light import load_aiogram

    load_aiogram()
    from bot.serve import CannotServe, serve

    gc.freeze()
    gc.enable()
    try:
        run_now(serve(chosen))
    except CannotServe as error:
        fail(str(error))


@areas.command("add")
def area_add(
    code: str,
    name: str,
    parent: Annotated[str | None, typer.Option(help="code of the area above")] = None,
    level: Annotated[Level, typer.Option()] = Level.COMMUNITY,
    phone: Annotated[str | None, typer.Option(help="the office's telephone")] = None,
) -> None:
    """Add an area."""

    async def add(database: Database) -> None:
        from storage.people import People

        async with database.write() as session:
            area = await People(session, _now()).add_area(code, name, parent=parent, level=level)
            area.phone = phone

    run_now(_with_database(add))


@areas.command("list")
def area_list() -> None:
    """List areas: code, level, name, parent."""

    async def show(database: Database) -> None:
        from storage.people import People

        async with database.read() as session:
            found = await People(session, _now()).areas()
        codes = {a.id: a.code for a in found}
        for a in found:
            print(f"{a.code}\t{a.level.value}\t{a.name}\t{codes.get(a.parent_id or 0, '')}")

    run_now(_with_database(show))


@areas.command("fact")
def area_fact(code: str, service: str, field: FactField, value: str) -> None:
    """Fill in what only this community knows of a service (`*`: of every service); it is shown on the card."""

    async def put(database: Database) -> None:
        from knowledge.catalogue import Catalogue
        from storage import local_facts
        from storage.people import People

        if service != "*" and service not in Catalogue.load(settings().catalogue).services:
            raise PeopleError("no_service", given=service)
        async with database.write() as session:
            area = await People(session, _now()).area_by_code(code)
            if area is None:
                raise PeopleError("no_area", given=code)
            await local_facts.put(session, area.id, service, field.value, value.strip())

    run_now(_with_database(put))


@cli.command()
def invite(
    role: InviteRole,
    area: Annotated[str, typer.Option(help="code of the area")],
    domain: Annotated[list[str] | None, typer.Option(help="only these domains; none: all")] = None,
    name: Annotated[str | None, typer.Option(help="the name residents will see")] = None,
) -> None:
    """Print a one-time code for a worker or a manager: `/start CODE`, or /enter/CODE on the web chat."""

    async def make(database: Database) -> str:
        from knowledge.catalogue import Catalogue
        from storage.people import People

        known = [d.id for d in Catalogue.load(settings().catalogue).domains]
        for wanted in domain or []:
            if wanted not in known:
                raise PeopleError("no_domain", given=wanted, known=", ".join(known))
        async with database.write() as session:
            people = People(session, _now())
            found = await people.area_by_code(area)
            if found is None:
                raise PeopleError("no_area", given=area)
            return await people.invite(found, Role(role.value), domains=domain or [], name=name)

    print(run_now(_with_database(make)))


@cli.command()
def link(
    name: str,
    area: Annotated[str, typer.Option(help="code of the area")],
) -> None:
    """Print a one-time link that lets a member of staff back in on the web chat, on any browser."""
    from bot.tools import staff_link

    print(run_now(_with_database(lambda db: staff_link(db, settings(), area, name, _now()))))


def _expect_folder(out: Path) -> None:
    """Say at once, before anything is loaded and counted, that there is no folder to write into."""
    if not out.parent.is_dir():
        fail(f"{out}: there is no folder {out.parent}")


@cli.command()
def export(
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="the last day")],
    out: Annotated[Path, typer.Option(help="summary.xlsx, summary.csv, or bulletin.html to print")],
    area: Annotated[str | None, typer.Option(help="only this area and those under it")] = None,
    personal: Annotated[
        bool, typer.Option("--with-personal-data", help="names, phone numbers and words of residents; it is recorded")
    ] = False,
    by: Annotated[str | None, typer.Option(help="who exports, for the record; else who runs this")] = None,
) -> None:
    """Write the satisfaction summary of a period; nobody's name or number in it, unless asked for."""
    if out.suffix not in (".xlsx", ".csv", ".html"):
        fail(f"--out: expected a name that ends in .xlsx, .csv or .html, not {out.name}", 2)
    if end < start:
        fail("--to: expected a day that is not before --from", 2)
    _expect_folder(out)
    from bot.tools import Wanted
    from bot.tools import export as carry_out
    from knowledge.periods import Period

    wanted = Wanted(Period.between(start.date(), end.date()), area, personal, by or getuser())

    def progress(title: str, rows: int) -> None:
        print(f"{title}: {rows}", file=sys.stderr)

    found = run_now(_with_database(lambda db: carry_out(db, settings(), wanted, out, progress)))
    print(f"{out}: {found} requests", file=sys.stderr)


@cli.command()
def outcomes(
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="the last day")],
    out: Annotated[Path, typer.Option(help="outcomes.jsonl")],
    area: Annotated[str | None, typer.Option(help="only this area and those under it")] = None,
) -> None:
    """Write what was proposed and chosen for residents' words, for `python -m knowledge suggest`."""
    if end < start:
        fail("--to: expected a day that is not before --from", 2)
    _expect_folder(out)
    from bot.tools import outcome_lines, write_private

    lines = run_now(_with_database(lambda db: outcome_lines(db, settings(), start.date(), end.date(), area)))
    try:
        write_private(lines, out)
    except OSError as error:
        fail(f"{out}: {error.strerror}")
    print(f"{out}: {len(lines)} needs", file=sys.stderr)


@cli.command()
def check() -> None:
    """Check settings, catalogue, database, and that every area has somebody who answers; warn of what is not safe."""
    from bot.tools import check_all
    from bot.unsafe import unsafe

    problems = run_now(check_all(settings()))
    for problem in problems:
        print(problem)
    for warning in unsafe(settings()):
        print(f"warning: {warning}", file=sys.stderr)
    if problems:
        raise typer.Exit(1)
    print("all is well", file=sys.stderr)


@cli.command()
def audit() -> None:
    """Check that no request's history was altered, shortened or reordered."""

    async def look(database: Database) -> list[str]:
        from storage import history

        async with database.read() as session:
            return [f"{f.number} event {f.position}: {f.what}" async for f in history.audit(session)]

    flaws = run_now(_with_database(look))
    for flaw in flaws:
        print(flaw)
    if flaws:
        raise typer.Exit(1)
    print("every history is whole", file=sys.stderr)


@cli.command()
def backup(file: Annotated[Path, typer.Argument(help="where to; .zip")]) -> None:
    """Write everything the office knows, rows and files, into one file, while the bot runs."""
    from bot.backup import backup as take

    counts = run_now(_with_database(lambda db: take(db, settings().data, file, _now())))
    print(f"{file}: {sum(counts.values())} rows", file=sys.stderr)


@cli.command()
def restore(file: Path) -> None:
    """Put a backup into an empty database (SHOUWEN_DATABASE_URL) of either kind, and its files into the data folder."""
    from bot.backup import restore as put_back

    async def put(database: Database) -> tuple[dict[str, int], list[str]]:
        return await put_back(database, settings().data, file)

    _say_moved(run_now(_with_database(put, fresh=True)))


@cli.command()
def move(url: Annotated[str, typer.Argument(help="postgresql+asyncpg://… or sqlite+aiosqlite:///…")]) -> None:
    """Copy everything into another, empty database, with every id and every history; stop the bot before."""
    from bot.backup import move as copy

    async def across(database: Database) -> tuple[dict[str, int], list[str]]:
        target = Database(Settings(database_url=url).database_url)
        try:
            return await copy(database, target, _now())
        finally:
            await target.close()

    _say_moved(run_now(_with_database(across)))


def _say_moved(result: tuple[dict[str, int], list[str]]) -> None:
    counts, flaws = result
    for flaw in flaws:
        print(flaw)
    if flaws:
        raise typer.Exit(1)
    print(f"{sum(counts.values())} rows; every history is whole", file=sys.stderr)


@cli.command()
def erase(
    number: Annotated[str, typer.Option(help="the number of any request of the person served")],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Erase a person who asked for it in writing: everything that tells who they were; counts stay."""
    from bot.tools import erase_resident

    if not yes:
        typer.confirm(f"Erase everything about the resident of {number}?", abort=True)
    if not run_now(_with_database(lambda db: erase_resident(db, number, _now()))):
        fail(f"there is no request {number}", 2)
    print("erased", file=sys.stderr)


async def _with_database(work: Any, *, fresh: bool = False) -> Any:
    """Open the database with its schema up to date (`fresh`: as it is), work, close."""
    from storage.schema import upgrade

    database = Database(settings().database_url)
    try:
        if not fresh:
            await upgrade(database)
        return await work(database)
    finally:
        await database.close()


def _now() -> datetime:
    return datetime.now(UTC)


def start(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; wrong use, too, is said in one line."""
    os.umask(0o077)  # what is written here holds what people said: it is for its owner only
    try:
        result = cli(arguments, standalone_mode=False)
    except _WRONG_USE as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    except typer.Abort:
        print("Aborted.", file=sys.stderr)
        return 1
    return result if isinstance(result, int) else 0


if __name__ == "__main__":
    sys.exit(start())
