"""The sweep over what waits for papers, and over promises whose calendar is announced by now."""

from collections import defaultdict
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import OPEN, Status
from knowledge.pauses import LOOK_AHEAD
from storage.case_pauses import Pauses
from storage.case_tables import Supplement
from storage.clockwork import BATCH, FEW
from storage.ledger import Rules
from storage.outbox import OutboxWriter
from storage.tables import Request


async def watch_pauses(session: AsyncSession, rules: Rules, now: datetime) -> int:
    """One sweep over supplements that are due, or soon, and over provisional promises whose year is announced; returns
    how many requests it changed. Whoever of staff would get more than `FEW` notices gets one digest."""
    book, outbox = Pauses(session, rules, now), OutboxWriter(session, now)
    heard: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    done = 0
    for request, supplement in await _waiting(session, Supplement.due_at <= now):
        done += 1
        for person_id in await book.lapse(request):
            heard[person_id].append((f"lapse:{supplement.id}", request.id, "supplement_lapsed"))
    for request, supplement in await _waiting(
        session, Supplement.due_at > now, Supplement.due_at <= now + LOOK_AHEAD, Supplement.reminded_at.is_(None)
    ):
        done += await book.remind(request, supplement)
    for request in await _to_reckon(session, rules, now):
        done += 1
        version = request.calendar_version
        if await book.reckon(request):
            for person_id in await book.holders(request):
                heard[person_id].append((f"reckon:{request.id}:{version}", request.id, "reckoned_staff"))
    for person_id, news in heard.items():
        if len(news) > FEW:
            listed = [[request_id, kind] for _, request_id, kind in news]
            await outbox.once(f"pauses:{person_id}:{now.isoformat()}", person_id, "pause_digest", news=listed)
            continue
        for key, request_id, kind in news:
            await outbox.once(f"{key}:{person_id}", person_id, kind, request_id=request_id)
    return done


async def _waiting(session: AsyncSession, *which: Any) -> list[tuple[Request, Supplement]]:
    found = await session.execute(
        select(Request, Supplement)
        .join(Supplement, Supplement.request_id == Request.id)
        .where(Request.status == Status.SUPPLEMENT, Supplement.pauses.is_(True), Supplement.ended_at.is_(None), *which)
        .order_by(Supplement.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Request)
    )
    return [(request, supplement) for request, supplement in found.all()]


async def _to_reckon(session: AsyncSession, rules: Rules, now: datetime) -> list[Request]:
    """Open requests whose promise was provisional under another calendar, and lies in announced years by now. What a
    service that no list has any more would promise is not known: there the promise stays."""
    year = now.astimezone(rules.zone).year
    unknown = next(y for y in count(year) if y not in rules.calendar.announced)
    found = await session.execute(
        select(Request)
        .where(
            Request.status.in_(OPEN),
            Request.provisional.is_(True),
            Request.calendar_version != rules.calendar.version,
            Request.resolve_by < datetime(unknown, 1, 1, tzinfo=rules.zone),
            Request.service_id.in_(rules.catalogue.services),
        )
        .order_by(Request.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return list(found.scalars())
