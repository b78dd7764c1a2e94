"""The end of the year: what broke a rule, and the tables a manager would see."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import OPEN, Action, Status
from knowledge.satisfaction import Summary, together
from storage import history
from storage.figures import By, Scope, satisfaction
from storage.tables import Area, Event, Request
from tests.proof.books import Books, Told
from tests.proof.rules import findings
from tests.simulation.district import BEGINS, FOUNDED
from tests.simulation.year import SAID, Year

CHUNK = 1000
"""Requests proven at a time."""


@dataclass
class Ledger:
    """What one line of a table counts."""

    recorded: int = 0
    acknowledged: int = 0
    resolved: int = 0
    resolvable: int = 0
    transfers: int = 0
    reopened: int = 0
    said: list[Summary] = field(default_factory=list)

    def row(self) -> list[str]:
        """The figures as they are shown."""
        said = together(self.said)
        return [
            f"{self.recorded:,}",
            percent(self.acknowledged, self.recorded),
            percent(self.resolved, self.resolvable),
            f"{self.transfers:,}",
            f"{self.reopened:,}",
            "–" if said.coverage is None else f"{said.coverage:.0%}",
            "–" if said.satisfaction is None else f"{said.satisfaction:.1%}",
        ]


HEAD = ["诉求 recorded", "按时受理", "按时办结", "转办", "重办", "评价覆盖", "满意度"]


def percent(part: int, whole: int) -> str:
    return "–" if not whole else f"{part / whole:.1%}"


async def prove(session: AsyncSession, year: Year) -> AsyncIterator[tuple[int, list[str]]]:
    """Ask the books for every rule, some requests at a time; gives how many were asked about and what was found."""
    digests = [_told(row) for row in (await session.execute(_said().where(SAID.c.request_id.is_(None)))).all()]
    last = 0
    while ids := list(
        (await session.execute(select(Request.id).where(Request.id > last).order_by(Request.id).limit(CHUNK))).scalars()
    ):
        last = ids[-1]
        rows = await session.execute(_said().where(SAID.c.request_id.in_(ids)))
        told = [*(_told(row) for row in rows.all()), *digests]
        books = await Books.read(
            session,
            year.rules,
            year.now,
            told=told,
            swept=year.swept,
            looked=year.looked,
            leaves=year.leaves,
            away=year.unreachable,
            only=ids,
        )
        yield len(ids), findings(books)
        session.expunge_all()
    twice = await session.execute(
        select(SAID.c.key, func.count()).where(SAID.c.key.is_not(None)).group_by(SAID.c.key).having(func.count() > 1)
    )
    yield 0, [f"the key {key} was used {times} times" for key, times in twice.all()]
    yield 0, [f"{flaw.number}: event {flaw.position}: {flaw.what}" async for flaw in history.audit(session)]


def _said() -> Any:
    return select(SAID).order_by(SAID.c.id)


def _told(row: Any) -> Told:
    return Told(row.id, row.person_id, row.kind, row.request_id, row.payload, row.key, row.at)


async def ledgers(session: AsyncSession, year: Year) -> dict[str, dict[str, Ledger]]:
    """The year by domain, by street and by community."""
    areas = {area.id: area for area in (await session.execute(select(Area))).scalars()}
    books: dict[str, dict[str, Ledger]] = {"领域": {}, "街道": {}, "社区": {}}
    names = {domain.id: domain.name for domain in year.rules.catalogue.domains}

    def lines(area_id: int, domain: str) -> list[Ledger]:
        area = areas[area_id]
        street = areas[area.parent_id or area_id]
        keys = {"领域": names[domain], "街道": street.name, "社区": area.name}
        return [books[table].setdefault(key, Ledger()) for table, key in keys.items()]

    done = select(Event.request_id, func.max(Event.at).label("at")).where(Event.status == Status.RESOLVED)
    done = done.where(Event.action.in_([Action.RESOLVE.value, Action.UPHOLD.value])).group_by(Event.request_id)
    resolved = {request_id: at for request_id, at in (await session.execute(done)).all()}  # noqa: C416
    acts = await session.execute(
        select(Event.request_id, Event.action, func.count())
        .where(Event.action.in_([Action.TRANSFER.value, Action.REOPEN.value, Action.TAKE_REOPEN.value]))
        .group_by(Event.request_id, Event.action)
    )
    counted: dict[int, Counter[str]] = {}
    for request_id, action, times in acts.all():
        counted.setdefault(request_id, Counter())[action] += times
    columns = (
        Request.id, Request.area_id, Request.domain, Request.status, Request.acknowledged_at, Request.acknowledge_by,
        Request.resolve_by,
    )  # fmt: skip
    for request in (await session.execute(select(*columns))).all():
        for line in lines(request.area_id, request.domain):
            line.recorded += 1
            line.acknowledged += (
                request.acknowledged_at is not None and request.acknowledged_at <= request.acknowledge_by
            )
            if request.status is not Status.WITHDRAWN:
                line.resolvable += 1
                line.resolved += request.id in resolved and resolved[request.id] <= request.resolve_by
            did = counted.get(request.id, Counter())
            line.transfers += did[Action.TRANSFER.value]
            line.reopened += did[Action.REOPEN.value] + did[Action.TAKE_REOPEN.value]
    scope = Scope(FOUNDED, year.now, year.now)
    for key, said in (await satisfaction(session, scope, By.DOMAIN)).items():
        books["领域"][names[str(key)]].said.append(said)
    for key, said in (await satisfaction(session, scope, By.AREA)).items():
        name = areas[int(key or 0)].name
        for table in ("街道", "社区"):
            if name in books[table]:
                books[table][name].said.append(said)
    return books


async def counts(session: AsyncSession) -> dict[str, Counter[str]]:
    """How many events of each act, and notices of each kind, there were."""
    acts = await session.execute(select(Event.action, func.count()).group_by(Event.action))
    said = await session.execute(select(SAID.c.kind, func.count()).group_by(SAID.c.kind))
    still = select(func.count()).select_from(Request).where(Request.status.in_(OPEN))
    return {
        "acts": Counter(dict(acts.all())),
        "notices": Counter(dict(said.all())),
        "open": Counter({"open": (await session.execute(still)).scalar_one()}),
    }


def table(first: str, rows: dict[str, list[str]]) -> list[str]:
    """A Markdown table."""
    head = [first, *HEAD]
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join([name, *row]) + " |" for name, row in rows.items()),
    ]


def report(books: dict[str, dict[str, Ledger]], counted: dict[str, Counter[str]], every: bool) -> list[str]:
    """The closing tables. Of the communities the ten with the most to do, and of these rates the ten lowest, unless
    `every` one is asked for."""
    total = Ledger()
    for line in books["领域"].values():
        for name in ("recorded", "acknowledged", "resolved", "resolvable", "transfers", "reopened"):
            setattr(total, name, getattr(total, name) + getattr(line, name))
        total.said += line.said
    found: list[str] = []
    domains = {name: line.row() for name, line in books["领域"].items()}
    found += ["### 按领域 By domain", "", *table("领域", {**domains, "**全区 all**": total.row()}), ""]
    found += [
        "### 按街道 By street",
        "",
        *table("街道", {n: line.row() for n, line in sorted(books["街道"].items())}),
        "",
    ]
    communities = sorted(books["社区"].items(), key=lambda pair: pair[1].resolved / max(pair[1].resolvable, 1))
    shown = sorted(communities) if every or len(communities) <= 10 else communities[:5] + communities[-5:]
    which = "" if len(shown) == len(communities) else ": the five least and the five most in time"
    found += [f"### 按社区 By community{which}", "", *table("社区", {n: line.row() for n, line in shown}), ""]
    found += ["### Acts and notices", "", "| act | times | | notice | times |", "|---|---|---|---|---|"]
    acts, notices = counted["acts"].most_common(), counted["notices"].most_common()
    for place in range(max(len(acts), len(notices))):
        act, times = acts[place] if place < len(acts) else ("", None)
        kind, told = notices[place] if place < len(notices) else ("", None)
        cells = [act, "" if times is None else f"{times:,}", "", kind, "" if told is None else f"{told:,}"]
        found.append("| " + " | ".join(cells) + " |")
    return found


def lived(year: Year, end: datetime) -> str:
    """How much was simulated, in a line."""
    communities = year.district.communities
    return (
        f"{len(communities)} communities, {year.district.workers} workers still in office, "
        f"{len(year.leaves)} leaves, {BEGINS} to {end:%Y-%m-%d}: {year.acts:,} acts and sweeps, "
        f"{len(year.swept):,} of them over the promises"
    )
