"""By when a request was promised, and in which stretches it was owed: worked out from its history, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from knowledge.deadlines import RESOLVE, Duration, Stage, Unit, WorkingTime
from knowledge.lifecycle import Action, Status
from storage.tables import Request
from tests.proof.books import OWING, Books, Move

_DAY = timedelta(days=1)


def promised(books: Books, request: Request, moves: list[Move]) -> list[datetime]:
    """By when it was promised after each move: as recorded, moved by the pause and by a granted extension."""
    office = books.rules.office(books.areas[request.area_id].code)
    pauses = [s for s in books.supplements.get(request.id, ()) if s.pauses]
    grants = [e for e in books.extensions.get(request.id, ()) if e.granted]
    promise, found = moves[0].after.promise, []
    service = moves[0].event.data["service"]
    for move in moves:
        if move.before and move.before.status is Status.SUPPLEMENT and move.after.status is Status.IN_PROGRESS:
            for pause in pauses:
                if pause.ended_at is not None and pause.ended_by != "over":
                    promise = _moved(promise, pause.asked_at, pause.ended_at, length_of(books, service), office)
        if move.action is Action.GRANT_EXTENSION and grants:
            promise = grants[0].until
        if move.action is Action.CORRECT:
            service = move.event.data["after"]
            promise = min(promise, datetime.fromisoformat(move.event.data["resolve_by"]))
        if move.action is Action.RECKON:  # a year was announced: its calendar decides
            promise = datetime.fromisoformat(move.event.data["resolve_by"])
        found.append(promise)
    return found


def length_of(books: Books, service_id: str) -> Duration:
    """How long a service may take."""
    service = books.rules.catalogue.service(service_id)
    stated = service.promise.resolve
    return RESOLVE[service.kind.value] if stated is None else Duration.parse(stated)


def counted(first: date, length: Duration, office: WorkingTime) -> date:
    """The day on which a promise of so many (working) days from `first` on ends, counted one by one."""
    day, left = first, length.count
    while left:
        day += _DAY
        left -= length.unit is Unit.DAY or office.calendar.is_working_day(day, office.area)
    return day


def _moved(promise: datetime, start: datetime, end: datetime, length: Duration, office: WorkingTime) -> datetime:
    """A promise moved by a pause: by the time that passed, or by the working days that began in it."""
    if start >= promise:
        return promise
    if length.unit is Unit.DAY:
        return promise + (end - start)
    day, last, passed = office.local(start).date(), office.local(end).date(), 0
    while day < last:
        day += _DAY
        passed += office.calendar.is_working_day(day, office.area)
    local = office.local(promise)
    return office.at(counted(local.date(), Duration(passed, Unit.WORKING_DAY), office), local.time())


def owed(
    request: Request, moves: list[Move], promises: list[datetime]
) -> Iterator[tuple[Stage, datetime, datetime, datetime | None]]:
    """Every stretch in which a promise was owed: stage, by when, from, until (None: it still is)."""
    begun: tuple[datetime, datetime] | None = None
    for move, promise in zip(moves, promises, strict=True):
        at, owing = move.event.at, move.after.status in OWING
        if begun is not None and (not owing or promise != begun[0]):
            yield from _stages(request, *begun, at)
            begun = None
        if owing and begun is None:
            begun = (promise, at)
    if begun is not None:
        yield from _stages(request, *begun, None)


def _stages(
    request: Request, promise: datetime, start: datetime, end: datetime | None
) -> Iterator[tuple[Stage, datetime, datetime, datetime | None]]:
    yield Stage.RESOLVE, promise, start, end
    for stage, due, done in (
        (Stage.ACKNOWLEDGE, request.acknowledge_by, request.acknowledged_at),
        (Stage.CONTACT, request.contact_by, request.contacted_at),
    ):
        until = min((moment for moment in (done, end) if moment is not None), default=None)
        if until is None or start < until:
            yield stage, due, start, until
