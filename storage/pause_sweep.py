"""The sweep over what waits for papers, and over promises whose calendar is announced by now."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import OPEN, Status
from knowledge.pauses import LOOK_AHEAD
from storage.case_pauses import Pauses
from storage.case_tables import Supplement
from storage.ledger import Rules
from storage.outbox import OutboxWriter
from storage.sweeps import FEW, Due, Part, found
from storage.tables import Request


def _late(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Supplement.due_at <= now,)


def _soon(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Supplement.due_at > now, Supplement.due_at <= now + LOOK_AHEAD, Supplement.reminded_at.is_(None)


_WAITING = (Request.status == Status.SUPPLEMENT, Supplement.pauses.is_(True), Supplement.ended_at.is_(None))


def _waiting(which: Callable[[datetime], Iterable[ColumnElement[bool]]]) -> Due:
    """Finds the requests that wait for such papers."""

    async def due(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
        query = select(Request.id).join(Supplement, Supplement.request_id == Request.id)
        return await found(session, query.where(*_WAITING, *which(now)).order_by(Supplement.due_at), but)

    return due


async def _these(
    session: AsyncSession, ids: Collection[int], *which: ColumnElement[bool]
) -> list[tuple[Request, Supplement]]:
    rows = await session.execute(
        select(Request, Supplement)
        .join(Supplement, Supplement.request_id == Request.id)
        .where(Request.id.in_(ids), *_WAITING, *which)
        .order_by(Supplement.due_at)
        .with_for_update(skip_locked=True, of=Request)
    )
    return [(request, supplement) for request, supplement in rows.all()]


async def _lapse(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    book, news, done = Pauses(session, rules, now), _News(session, now), 0
    for request, supplement in await _these(session, ids, *_late(now)):
        done += 1
        for person_id in await book.lapse(request):
            news.of(person_id, f"lapse:{supplement.id}", request.id, "supplement_lapsed")
    await news.tell()
    return done


async def _remind(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    book = Pauses(session, rules, now)
    return sum([await book.remind(request, paper) for request, paper in await _these(session, ids, *_soon(now))])


def _unreckoned(rules: Rules, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Open requests whose promise was provisional under another calendar, and lies in announced years by now. What a
    service that no list has any more would promise is not known: there the promise stays."""
    year = now.astimezone(rules.zone).year
    unknown = next(y for y in count(year) if y not in rules.calendar.announced)
    return (
        Request.status.in_(OPEN),
        Request.provisional.is_(True),
        Request.calendar_version != rules.calendar.version,
        Request.resolve_by < datetime(unknown, 1, 1, tzinfo=rules.zone),
        Request.service_id.in_(rules.catalogue.services),
    )


async def _to_reckon(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    return await found(session, select(Request.id).where(*_unreckoned(rules, now)).order_by(Request.id), but)


async def _reckon(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    book, news, done = Pauses(session, rules, now), _News(session, now), 0
    rows = await session.execute(
        select(Request)
        .where(Request.id.in_(ids), *_unreckoned(rules, now))
        .order_by(Request.id)
        .with_for_update(skip_locked=True)
    )
    for request in rows.scalars().all():
        done += 1
        version = request.calendar_version
        if await book.reckon(request):
            for person_id in await book.holders(request):
                news.of(person_id, f"reckon:{request.id}:{version}", request.id, "reckoned_staff")
    await news.tell()
    return done


class _News:
    """Word to staff; whoever would get more than `FEW` notices gets one digest."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._outbox, self._now = OutboxWriter(session, now), now
        self._heard: dict[int, list[tuple[str, int, str]]] = defaultdict(list)

    def of(self, person_id: int, key: str, request_id: int, kind: str) -> None:
        self._heard[person_id].append((key, request_id, kind))

    async def tell(self) -> None:
        for person_id, news in self._heard.items():
            if len(news) > FEW:
                listed = [[request_id, kind] for _, request_id, kind in news]
                key = f"pauses:{person_id}:{self._now.isoformat()}:{news[0][0]}"
                await self._outbox.once(key, person_id, "pause_digest", news=listed)
                continue
            for key, request_id, kind in news:
                await self._outbox.once(f"{key}:{person_id}", person_id, kind, request_id=request_id)


PARTS = (
    Part("the lapsed papers of request", _waiting(_late), _lapse),
    Part("the reminder of papers of request", _waiting(_soon), _remind),
    Part("the provisional promise of request", _to_reckon, _reckon),
)
"""Papers that did not come in time, papers that soon must, promises whose year is announced."""
