"""What the clock does to requests: promises are watched, silence is asked once and then closes (rules 8 and 9).

When to look at a request again is a column (`look_at`), worked out anew after every act; a sweep finds what is due,
whatever happened meanwhile, and finds nothing the second time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import matters
from knowledge.ladder import Owed, Rung, Step, due_between, next_look
from knowledge.lifecycle import OPEN, TABLE, Action, Role, Status, check
from knowledge.matters import Hearer
from storage import closures
from storage.ledger import Ledger, Rules
from storage.outbox import OutboxWriter
from storage.people import People
from storage.sweeps import FEW, Part, found
from storage.tables import Event, Person, Request, Staff

ASKED_AGAIN = timedelta(days=3)
"""After so long without a rating the resident is asked once more."""

SILENCE = timedelta(days=7)
"""After so long without a word a resolved request closes as unrated (rule 9)."""

_MOVES_A_PROMISE = {Action.RECORD, Action.LOOK_UP, Action.GRANT_EXTENSION, Action.RECKON, Action.CORRECT}
_CHANGES_WHAT_IS_OWED = frozenset({rule.action for rule in TABLE if rule.to is not None} | _MOVES_A_PROMISE)
_ACTS = {Rung.WARN: Action.WARN, Rung.BREACH: Action.BREACH, Rung.ESCALATE: Action.ESCALATE}


class Clockwork(Ledger):
    """The acts of nobody: what time does to a request."""

    async def _event(
        self,
        request: Request,
        action: Action,
        actor_id: int | None,
        role: Role,
        *,
        why: str | None = None,
        **data: Any,
    ) -> Event:
        """Write the act down, and when it changes what is owed, when to look at the promises again."""
        event = await super()._event(request, action, actor_id, role, why=why, **data)
        if action in _CHANGES_WHAT_IS_OWED or request.contacted_at == self._now:
            office = await self._office(request)
            request.look_at = next_look(owed_of(request), office, request.looked_at or request.created_at)
        return event

    async def climb(self, request: Request) -> list[tuple[int, Step]]:
        """Write down every step of the request's promises that is due, and say who must hear of each."""
        office = await self._office(request)
        owed = owed_of(request)
        told: list[tuple[int, Step]] = []
        due = due_between(owed, office, request.looked_at or request.created_at, self._now)
        said = await self._said(request) if due else set()
        for step in due:
            if (_ACTS[step.rung].value, step.stage.value, step.due.isoformat()) in said:
                continue
            act = _ACTS[step.rung]
            check(act, request.status, {Role.SYSTEM})
            await self._event(request, act, None, Role.SYSTEM, stage=step.stage.value, due=step.due.isoformat())
            told += [(person_id, step) for person_id in await self._hearers(request, step.rung)]
        request.looked_at = self._now
        request.look_at = next_look(owed, office, self._now)
        return told

    async def _said(self, request: Request) -> set[tuple[str, str, str]]:
        """The steps that are written down already: a promise that moved (`correct`) is looked at from its beginning."""
        rows = await self._session.execute(
            select(Event.action, Event.data).where(
                Event.request_id == request.id, Event.action.in_([act.value for act in _ACTS.values()])
            )
        )
        return {(action, data["stage"], data["due"]) for action, data in rows}

    async def _hearers(self, request: Request, rung: Rung) -> list[int]:
        """Who hears of it, by the table of `knowledge.matters`: the handler (with whoever a transfer waits for, or
        stands in), the first responder, the manager, those above. Where nobody can act, the manager does."""
        who = matters.hearers(self._rules.catalogue.recorded(request.service_id).matter, matters.Moment(rung.value))
        lines = await self._people.lines(request.area_id)
        found: list[int] = []
        working: list[int] = []
        if Hearer.HANDLER in who:
            standing_in = await self._standing_in(request, request.handler_id)
            working = [p for p in (request.handler_id, request.offered_to_id, *standing_in) if p is not None]
        if Hearer.FIRST_RESPONDER in who:
            working.append(request.first_responder_id)
        if working:
            found += await self._in_office(request, *working)
        for place, hearer in enumerate((Hearer.MANAGER, Hearer.ABOVE, Hearer.HIGHER)):
            if hearer in who:
                found += lines[place] if place < len(lines) else []
        return list(dict.fromkeys(found or next(iter(lines), [])))

    async def ask_again(self, request_id: int) -> bool:
        """Ask for the rating once more, once a closure; False when there is nothing to ask."""
        request = await self._load(request_id)
        if request.status is not Status.RESOLVED or request.reminded_at is not None:
            return False
        request.reminded_at = self._now
        await self._tell_resident(request, "rating_reminder")
        return True

    async def close_unrated(self, request_id: int) -> Request | None:
        """Silence closes as unrated, never as satisfied (rule 9); None when somebody spoke meanwhile."""
        request = await self._load(request_id)
        if request.status is not Status.RESOLVED:
            return None
        request.status = check(Action.CLOSE_UNRATED, request.status, {Role.SYSTEM})
        request.closed_at = self._now
        self._session.add(closures.closed(request, self._now, None))
        await self._event(
            request,
            Action.CLOSE_UNRATED,
            None,
            Role.SYSTEM,
            round=request.round,
            first_responder=request.first_responder_id,
            handler=request.handler_id,
        )
        await self._tell_resident(request, "closed_unrated")
        return request


def owed_of(request: Request) -> Owed:
    """What a request still owes, from its columns."""
    return Owed(
        status=request.status,
        urgent=request.urgent,
        created_at=request.created_at,
        acknowledge_by=request.acknowledge_by,
        contact_by=request.contact_by,
        resolve_by=request.resolve_by,
        acknowledged=request.acknowledged_at is not None,
        contacted=request.contacted_at is not None,
        paused=request.paused_at is not None,
    )


def _watched(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Request.status.in_(OPEN), Request.look_at <= now


async def _due(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    return await found(session, select(Request.id).where(*_watched(now)).order_by(Request.look_at), but)


async def _climb(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    """The promises of these requests are looked at; returns how many requests there were. Whoever would get more than
    `FEW` notices gets one digest, so that a day of downtime ends in one message a person."""
    due = await session.execute(
        select(Request)
        .where(Request.id.in_(ids), *_watched(now))
        .order_by(Request.look_at)
        .with_for_update(skip_locked=True)
    )
    clockwork = Clockwork(session, rules, now)
    requests = due.scalars().all()
    heard: dict[int, list[tuple[int, Step]]] = defaultdict(list)
    for request in requests:
        for person_id, step in await clockwork.climb(request):
            heard[person_id].append((request.id, step))
    outbox = OutboxWriter(session, now)
    for person_id, news in heard.items():
        if len(news) > FEW:
            listed = [[request_id, step.rung.value, step.stage.value] for request_id, step in news]
            key = f"digest:{person_id}:{now.isoformat()}:{listed[0][0]}"
            await outbox.once(key, person_id, "promise_digest", steps=listed)
            continue
        for request_id, step in news:
            key = f"{step.key(request_id)}:{person_id}"
            said = {"stage": step.stage.value, "due": step.due.isoformat()}
            await outbox.once(key, person_id, f"promise_{step.rung.value}", request_id=request_id, **said)
    return len(requests)


PROMISES = Part("the promises of request", _due, _climb)


def owed_by(request: Request) -> datetime:
    """The promise of an open request that comes next."""
    return request.resolve_by if request.acknowledged_at else min(request.acknowledge_by, request.resolve_by)


def overdue(request: Request, now: datetime) -> bool:
    """Whether a promise of an open request has passed; while it is paused, whether it had passed before."""
    return request.status in OPEN and owed_by(request) < (request.paused_at or now)


async def list_for_the_day(session: AsyncSession, rules: Rules, now: datetime) -> int:
    """今日待办: each morning of a working day, everybody with open work is told of it once; returns how many were."""
    day = now.astimezone(rules.zone).date()
    people, outbox = People(session, now), OutboxWriter(session, now)
    told = 0
    for person_id in await _with_open_work(session):
        areas = {post.area_id for post in await people.posts(person_id)}
        lines = [await people.codes(area_id) for area_id in areas]
        if any(rules.calendar.is_working_day(day, codes) for codes in lines):
            told += await outbox.once(f"today:{day.isoformat()}:{person_id}", person_id, "today")
    return told


async def _with_open_work(session: AsyncSession) -> Iterable[int]:
    rows = await session.execute(
        select(Staff.person_id)
        .join(Person, Person.id == Staff.person_id)
        .join(Request, (Request.handler_id == Staff.person_id) | (Request.offered_to_id == Staff.person_id))
        .where(Request.status.in_(OPEN), Staff.until.is_(None), Person.unreachable_at.is_(None))
        .group_by(Staff.person_id)
        .having(func.count() > 0)
    )
    return list(rows.scalars())
