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
    """A promise moved by a pause: one of days by the time that passed, another by the hours of service in it."""
    if start >= promise:
        return promise
    if length.unit is Unit.DAY:
        return promise + (end - start)
    paused = sum((min(closes, end) - opens for opens, closes in _service(start, end, office)), timedelta())
    for opens, closes in _service(promise, promise + paused + 40 * _DAY, office):
        if paused <= closes - opens:
            return opens + paused if paused else promise
        paused -= closes - opens
    raise AssertionError("forty days hold more service than a pause")


def _service(start: datetime, end: datetime, office: WorkingTime) -> list[tuple[datetime, datetime]]:
    """The stretches of service between two moments, day by day."""
    day, last = office.local(start).date(), office.local(end).date()
    found = []
    while day <= last:
        if office.calendar.is_working_day(day, office.area):
            spans = [(office.at(day, opens), office.at(day, closes)) for opens, closes in office.hours.spans]
            found += [(max(opens, start), closes) for opens, closes in spans if closes > start and opens < end]
        day += _DAY
    return found


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
