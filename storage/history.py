"""The append-only history of requests: every act is one event that carries the hash of the one before."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Action, Role
from storage import closures
from storage.quick import ask, put
from storage.tables import Event, Message, Note, Rating, Request

_WRITE = insert(Event)
_SAID = tuple(column.name for column in Event.__table__.columns if column.name != "id")


async def append(
    session: AsyncSession,
    request: Request,
    action: Action,
    *,
    actor_id: int | None,
    role: Role,
    now: datetime,
    why: str | None = None,
    **data: Any,
) -> Event:
    """Write the act down. `why` is kept as an erasable note; the event carries its salted digest and its id."""
    if why:
        note = Note(request_id=request.id, author_id=actor_id, text=why, salt=secrets.token_hex(16), created_at=now)
        await put(session, note)
        data |= {"note": note.id, "note_digest": _note_digest(note)}
    event = Event(
        request_id=request.id,
        position=request.events + 1,
        at=now,
        actor_id=actor_id,
        role=role,
        action=action.value,
        status=request.status,
        data=data,
        previous=request.last_hash,
        hash="",
    )
    event.hash = fingerprint(event)
    await ask(session, _WRITE, {name: getattr(event, name) for name in _SAID})
    request.events, request.last_hash = event.position, event.hash
    return event


def fingerprint(event: Event) -> str:
    """SHA-256 over everything an event says, in a canonical form (microsecond UTC times, sorted keys)."""
    said = [
        event.request_id,
        event.position,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.role.value,
        event.action,
        event.status.value,
        event.data,
        event.previous,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _note_digest(note: Note) -> str:
    return hashlib.sha256(f"{note.salt}\n{note.text}".encode()).hexdigest()


async def timeline(session: AsyncSession, request_id: int) -> list[tuple[Event, Note | Message | None]]:
    """The request's acts in order, each with the words that go with it: a reason, an outcome, what was said (None
    when there are none)."""
    notes = {n.id: n for n in (await session.execute(select(Note).where(Note.request_id == request_id))).scalars()}
    said = {m.id: m for m in (await session.execute(select(Message).where(Message.request_id == request_id))).scalars()}
    return [
        (event, notes.get(event.data.get("note", 0)) or said.get(event.data.get("message", 0)))
        for event in await _events(session, request_id)
    ]


async def _events(session: AsyncSession, request_id: int) -> Sequence[Event]:
    found = await session.execute(select(Event).where(Event.request_id == request_id).order_by(Event.position))
    return found.scalars().all()


@dataclass(frozen=True)
class Flaw:
    """Something wrong with a request's history.

    :ivar what: `altered`, `missing`, `reordered` or `extra` for an event; `note_altered` for the words of one;
        `status_altered`, `responder_altered`, `service_altered`, `rating_altered` or `closure_altered` where the
        request, or what reports count of it, says other than its history
    """

    number: str
    position: int
    what: str


async def audit(session: AsyncSession) -> AsyncIterator[Flaw]:
    """Check every chain, every note against its digest (an erased one is not a flaw), and what requests and ratings
    say against their history."""
    last_id = 0
    while True:
        requests = (
            (await session.execute(select(Request).where(Request.id > last_id).order_by(Request.id).limit(500)))
            .scalars()
            .all()
        )
        if not requests:
            return
        for request in requests:
            last_id = request.id
            events = await _events(session, request.id)
            for flaw in (
                *_chain(request, events),
                *await _notes(session, request, events),
                *await _outcome(session, request, events),
            ):
                yield flaw
        session.expunge_all()


def _chain(request: Request, events: Sequence[Event]) -> list[Flaw]:
    flaws: list[Flaw] = []
    previous = ""
    expected = 1
    for event in events:
        if event.position > expected:
            flaws += [Flaw(request.number, gap, "missing") for gap in range(expected, event.position)]
        elif fingerprint(event) != event.hash:
            flaws.append(Flaw(request.number, event.position, "altered"))
        elif event.previous != previous:
            flaws.append(Flaw(request.number, event.position, "reordered"))
        previous, expected = event.hash, event.position + 1
    if expected <= request.events:
        flaws += [Flaw(request.number, gap, "missing") for gap in range(expected, request.events + 1)]
    elif expected > request.events + 1:
        flaws.append(Flaw(request.number, expected - 1, "extra"))
    elif previous != request.last_hash:
        flaws.append(Flaw(request.number, expected - 1, "altered"))
    return flaws


async def _notes(session: AsyncSession, request: Request, events: Sequence[Event]) -> list[Flaw]:
    notes = {n.id: n for n in (await session.execute(select(Note).where(Note.request_id == request.id))).scalars()}
    flaws: list[Flaw] = []
    for event in events:
        if "note" not in event.data:
            continue
        note = notes.get(event.data["note"])
        erased = note is not None and not note.text and not note.salt
        if note is None or (not erased and _note_digest(note) != event.data.get("note_digest")):
            flaws.append(Flaw(request.number, event.position, "note_altered"))
    return flaws


async def _outcome(session: AsyncSession, request: Request, events: Sequence[Event]) -> list[Flaw]:
    """Where the request, or a rating of it, says other than what was done."""
    responder: int | None = None
    service: str | None = None
    levels: dict[int, tuple[int | None, int | None]] = {}
    for event in events:
        said = event.data
        match event.action:
            case Action.RECORD:
                responder, service = said.get("first_responder"), said.get("service")
            case Action.REPLACE:
                responder = said.get("after")
            case Action.CORRECT:
                service = said.get("after")
            case Action.RATE | Action.TAKE_RATING:
                levels[said.get("round", 0)] = (said.get("level"), None)
            case Action.REVISE:
                first, _ = levels.get(said.get("round", 0), (None, None))
                levels[said.get("round", 0)] = (first, said.get("level"))
    ratings = list((await session.execute(select(Rating).where(Rating.request_id == request.id))).scalars())
    silent = [event for event in events if event.action == Action.CLOSE_UNRATED]
    at = len(events)
    flaws: list[Flaw] = []
    if events and events[-1].status is not request.status:
        flaws.append(Flaw(request.number, at, "status_altered"))
    if responder != request.first_responder_id:
        flaws.append(Flaw(request.number, at, "responder_altered"))
    if service != request.service_id:
        flaws.append(Flaw(request.number, at, "service_altered"))
    if {r.round: (r.level, r.revised_level) for r in ratings} != levels:
        flaws.append(Flaw(request.number, at, "rating_altered"))
    elif await closures.differ(session, request.id, ratings, silent):
        flaws.append(Flaw(request.number, at, "closure_altered"))
    return flaws
