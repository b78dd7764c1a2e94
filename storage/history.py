"""The append-only history of requests: every act is one event that carries the hash of the one before."""

import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Action, Role
from storage.tables import Event, Note, Request


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
        session.add(note)
        await session.flush()
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
    session.add(event)
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


async def timeline(session: AsyncSession, request_id: int) -> list[tuple[Event, Note | None]]:
    """The request's acts in order, each with the words that go with it (None when there are none)."""
    notes = {
        note.id: note for note in (await session.execute(select(Note).where(Note.request_id == request_id))).scalars()
    }
    events = await session.execute(select(Event).where(Event.request_id == request_id).order_by(Event.position))
    return [(event, notes.get(event.data.get("note", 0))) for event in events.scalars()]


@dataclass(frozen=True)
class Flaw:
    """Something wrong with a request's history: `altered`, `missing`, `reordered`, `extra` or `note_altered`."""

    number: str
    position: int
    what: str


async def audit(session: AsyncSession) -> AsyncIterator[Flaw]:
    """Check every chain and every note against its digest (an erased note is not a flaw)."""
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
            for flaw in await _audit_one(session, request):
                yield flaw
        session.expunge_all()


async def _audit_one(session: AsyncSession, request: Request) -> list[Flaw]:
    flaws: list[Flaw] = []
    previous = ""
    expected = 1
    for event, note in await timeline(session, request.id):
        if event.position > expected:
            flaws += [Flaw(request.number, gap, "missing") for gap in range(expected, event.position)]
        elif fingerprint(event) != event.hash:
            flaws.append(Flaw(request.number, event.position, "altered"))
        elif event.previous != previous:
            flaws.append(Flaw(request.number, event.position, "reordered"))
        if note is not None and note.salt and _note_digest(note) != event.data.get("note_digest"):
            flaws.append(Flaw(request.number, event.position, "note_altered"))
        previous, expected = event.hash, event.position + 1
    if expected <= request.events:
        flaws += [Flaw(request.number, gap, "missing") for gap in range(expected, request.events + 1)]
    elif expected > request.events + 1 or previous != request.last_hash:
        flaws.append(Flaw(request.number, expected - 1, "extra" if expected > request.events + 1 else "altered"))
    return flaws
