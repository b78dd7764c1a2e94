"""A district with years of requests, written in bulk, to measure reports on: `build(database, count)`.

The rows are what the casebook would leave behind, as far as reports read it (no hashes, no words)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import numbers
from knowledge.catalogue import Catalogue
from knowledge.lifecycle import Action, Intake, Role, Status
from knowledge.satisfaction import POOR
from storage.case_tables import Closure, Rectification
from storage.database import Database
from storage.tables import Area, Event, Level, Person, Rating, Request, Serial, Staff

COMMUNITIES, STREETS = 600, 20
WORKERS, RESIDENTS = 1_200, 20_000
YEARS = 3
LAST = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
FIRST = LAST - timedelta(days=365 * YEARS)
_CHUNK = 20_000
_REASONS = ("slow", "attitude", "result", "passed-around", None)

Rows = list[dict[str, Any]]


async def build(database: Database, count: int, *, seed: int = 1) -> None:
    """Fill a migrated database: one district, 20 streets, 600 communities, `count` requests over three years."""
    made = random.Random(seed)
    catalogue = Catalogue.load()
    services = [(s.id, s.domain, s.kind.value) for s in catalogue.services.values()]
    weights = [made.paretovariate(1.2) for _ in services]
    await _people(database, _per_day(count))
    for begun in range(0, count, _CHUNK):
        chunk = _requests(made, range(begun + 1, min(begun + _CHUNK, count) + 1), count, services, weights)
        async with database.write() as session:
            for table, rows in chunk.items():
                await _keep(session, table, rows)
    if database.is_sqlite:
        return  # the desk never has it ANALYZE either
    async with database.engine.connect() as connection:
        automatic = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in ("area", "person", "request", "rating"):  # it goes on counting behind what was given
            last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            await automatic.execute(text(last))
        await automatic.execute(text("VACUUM ANALYZE"))


async def _keep(session: AsyncSession, table: Any, rows: Rows) -> None:
    """PostgreSQL has COPY, ten times as fast as INSERT; values go in as they are stored."""
    if not rows or session.get_bind().dialect.name == "sqlite":
        for part in _parts(rows):
            await session.execute(insert(table), part)
        return
    names = list(rows[0])
    kept = [[_stored(row[name]) for name in names] for row in rows]
    raw = await (await session.connection()).get_raw_connection()
    copier: Any = raw.driver_connection
    await copier.copy_records_to_table(table.__tablename__, columns=names, records=kept)


def _stored(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return json.dumps(value) if isinstance(value, dict | list) else value


def _per_day(count: int) -> int:
    return count // (365 * YEARS) + 2


def _parts(rows: Rows, size: int = 5_000) -> Iterator[Rows]:
    for begun in range(0, len(rows), size):
        yield rows[begun : begun + size]


async def _people(database: Database, count: int) -> None:
    areas: Rows = [_area(1, "D", "示范区", Level.DISTRICT, None)]
    areas += [_area(n, f"S{n}", f"第{n - 1}街道", Level.STREET, 1) for n in range(2, STREETS + 2)]
    areas += [
        _area(STREETS + 1 + n, f"C{n}", f"第{n}社区", Level.COMMUNITY, 2 + n % STREETS)
        for n in range(1, COMMUNITIES + 1)
    ]
    people: Rows = [
        {"id": n, "channel": "web" if n == 1 else None, "chat_id": 1 if n == 1 else None, "name": f"工作人员{n}"}
        for n in range(1, WORKERS + 1)
    ]
    people += [
        {"id": WORKERS + n, "channel": None, "chat_id": None, "name": f"居民{n}"} for n in range(1, RESIDENTS + 1)
    ]
    for person in people:
        person |= {
            "created_at": FIRST,
            "consented_at": LAST - timedelta(days=200),
            "language": "zh",
            "elder_mode": False,
        }
    posts: Rows = [
        {"person_id": n, "area_id": 1 if n == 1 else STREETS + 2 + n % COMMUNITIES,
         "role": Role.MANAGER if n == 1 else Role.WORKER, "domains": [], "since": FIRST}
        for n in range(1, WORKERS + 1)
    ]  # fmt: skip
    async with database.write() as session:
        await session.execute(insert(Area), areas)
        for part in _parts(people):
            await session.execute(insert(Person), part)
        await session.execute(insert(Staff), posts)
        await session.execute(insert(Serial), [{"day": LAST.date(), "last": count}])  # no number is given out twice


def _area(number: int, code: str, name: str, level: Level, parent: int | None) -> dict[str, Any]:
    return {"id": number, "code": code, "name": name, "level": level, "parent_id": parent, "created_at": FIRST}


def _requests(
    made: random.Random, span: range, count: int, services: list[tuple[str, str, str]], weights: list[float]
) -> dict[Any, Rows]:
    requests: Rows = []
    events: Rows = []
    ratings: Rows = []
    closures: Rows = []
    rectifications: Rows = []
    step = (LAST - FIRST) / count
    per_day = _per_day(count)
    kinds = made.choices(services, weights, k=len(span))
    for number, (service, domain, kind) in zip(span, kinds, strict=True):
        created = FIRST + step * number
        community = made.randrange(COMMUNITIES)
        responder = 1 + (community - 1) % COMMUNITIES + COMMUNITIES * made.randrange(WORKERS // COMMUNITIES)
        handler = responder if made.random() < 0.85 else 1 + made.randrange(WORKERS)
        acknowledged = created + timedelta(minutes=made.expovariate(1 / 25))
        contacted = acknowledged + timedelta(hours=made.expovariate(1 / 3))
        resolved = contacted + timedelta(hours=made.expovariate(1 / 50))
        closed = resolved + timedelta(hours=made.expovariate(1 / 30))
        late = resolved > LAST
        request: dict[str, Any] = {
            "id": number, "number": numbers.make(created.date(), number % per_day + 1),
            "area_id": STREETS + 2 + community, "domain": domain,
            "service_id": service, "kind": kind, "resident_id": WORKERS + 1 + made.randrange(RESIDENTS),
            "intake": Intake.CHAT if made.random() < 0.8 else Intake.PHONE, "first_responder_id": responder,
            "handler_id": handler, "status": Status.CLOSED if closed <= LAST else Status.IN_PROGRESS,
            "text": "屋头没人煮饭，社区有没有送饭的，一天多少钱，怎么报名" * 2, "files": [], "outcome_files": [],
            "outcome": None if late else "已联系社区食堂，每天中午送餐上门，首月先试吃，费用每餐十二元",
            "created_at": created, "acknowledged_at": acknowledged if acknowledged <= LAST else None,
            "contacted_at": contacted if contacted <= LAST else None, "resolved_at": None if late else resolved,
            "closed_at": closed if closed <= LAST else None, "acknowledge_by": created + timedelta(minutes=60),
            "contact_by": created + timedelta(hours=8), "resolve_by": created + timedelta(days=5),
            "calendar_version": "2026", "urgent": False, "provisional": False, "round": 1, "urged": 0,
            "events": 4, "last_hash": "", "version": 1,
        }  # fmt: skip
        requests.append(request)
        acts: list[tuple[datetime, Action, dict[str, Any]]] = [
            (created, Action.RECORD, {"service": service}),
            (acknowledged, Action.ACKNOWLEDGE, {"handler": handler}),
        ]
        if made.random() < 0.1:
            taken = acknowledged + timedelta(hours=made.expovariate(1 / 4))
            acts += [(acknowledged, Action.TRANSFER, {"sender": responder}), (taken, Action.ACKNOWLEDGE, {})]
        if made.random() < 0.03:
            acts.append((contacted, Action.ASK_AGAIN, {}))
        if not late:
            acts.append((resolved, Action.RESOLVE, {"round": 1}))
        if closed <= LAST:
            closure = {
                "request_id": number, "round": 1, "closed_at": closed, "area_id": request["area_id"], "domain": domain,
                "service_id": service, "asked": request["intake"] is Intake.CHAT, "first_responder_id": responder,
                "handler_id": handler, "level": None, "staff_taken": False, "conflict": False, "revised_level": None,
            }  # fmt: skip
            closures.append(closure)
            if made.random() < 0.65:
                level = made.choices((5, 4, 3, 2, 1), (50, 30, 12, 5, 3))[0]
                acts.append((closed, Action.RATE, {"level": level}))
                ratings.append(
                    {"id": number, "request_id": number, "round": 1, "level": level, "rated_at": closed,
                     "reason": made.choice(_REASONS) if level in POOR else None,
                     "comment": "来得慢，打了三次电话" if level in POOR else None,
                     "rated_by_id": request["resident_id"], "first_responder_id": responder, "handler_id": handler,
                     "staff_taken": request["intake"] is Intake.PHONE, "conflict": made.random() < 0.005,
                     "revised_level": 4 if level in POOR and made.random() < 0.3 else None}
                )  # fmt: skip
                closure |= {key: ratings[-1][key] for key in ("level", "staff_taken", "conflict", "revised_level")}
                if level in POOR:
                    settled = closed + timedelta(days=made.expovariate(1 / 4))
                    following = settled + timedelta(days=7)
                    rectifications.append(
                        {"request_id": number, "rating_id": number, "manager_id": 1, "opened_at": closed,
                         "contact_by": closed + timedelta(days=1), "settle_by": closed + timedelta(days=7),
                         "complicated": False, "settled_at": settled if settled <= LAST else None,
                         "followed_up_at": following if following <= LAST else None}
                    )  # fmt: skip
            else:
                acts.append(
                    (closed, Action.CLOSE_UNRATED, {"round": 1, "first_responder": responder, "handler": handler})
                )
        events += [
            {"request_id": number, "position": position, "at": at, "actor_id": handler, "role": Role.HANDLER,
             "action": action.value, "status": Status.IN_PROGRESS, "data": data, "previous": "", "hash": ""}
            for position, (at, action, data) in enumerate(acts, 1)
        ]  # fmt: skip
    return {Request: requests, Event: events, Rating: ratings, Closure: closures, Rectification: rectifications}
