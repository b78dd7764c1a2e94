"""A person's own data: everything about oneself (我的数据), and erasure (注销) that leaves only counts."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, delete, false, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Role
from storage import case_privacy
from storage.case_privacy import Known
from storage.case_tables import OneTimeNotice, OutsideTransfer, Refusal
from storage.database import remembered, write_rows
from storage.outbox import REPLY, OutboxWriter
from storage.people import POSTS
from storage.tables import (
    Conversation,
    Invite,
    Message,
    Note,
    Outbox,
    Person,
    Rating,
    Request,
    Shown,
    Staff,
    WebFile,
    WebMessage,
)
from storage.visitors import NOBODYS

NAMELESS = "—"
"""What stands where a name was."""
WEB = "web"
"""The channel whose chats are kept here."""


async def about(session: AsyncSession, person: Person) -> dict[str, Any]:
    """Everything the desk keeps about somebody, as plain data (times in ISO 8601, UTC)."""
    mine = (
        (await session.execute(select(Request).where(Request.resident_id == person.id).order_by(Request.id)))
        .scalars()
        .all()
    )
    ids = [r.id for r in mine]
    said = (
        (await session.execute(select(Message).where(Message.request_id.in_(ids)).order_by(Message.id))).scalars().all()
    )
    told = (
        (
            await session.execute(
                select(OneTimeNotice).where(OneTimeNotice.request_id.in_(ids)).order_by(OneTimeNotice.id)
            )
        )
        .scalars()
        .all()
    )
    ratings = (
        (await session.execute(select(Rating).where(Rating.request_id.in_(ids)).order_by(Rating.id))).scalars().all()
    )
    handed = await session.execute(select(OutsideTransfer).where(OutsideTransfer.request_id.in_(ids)))
    refused = await session.execute(select(Refusal).where(Refusal.request_id.in_(ids)))
    elsewhere = [(row.request_id, row.body, row.contact) for row in (*handed.scalars(), *refused.scalars())]
    return {
        "name": person.name,
        "phone": person.phone,
        "channel": person.channel,
        "chat": person.chat_id,
        "language": person.language,
        "elder_mode": person.elder_mode,
        "known_since": _iso(person.created_at),
        "consented_at": _iso(person.consented_at),
        "consent_version": person.consent_version,
        "requests": [
            {
                "number": r.number,
                "service": r.service_id,
                "text": r.text,
                "files": [f["kind"] for f in r.files],
                "recorded_at": _iso(r.created_at),
                "status": r.status.value,
                "outcome": r.outcome,
                "elsewhere": [{"body": b, "contact": c} for request_id, b, c in elsewhere if request_id == r.id],
                "told": [
                    {"at": _iso(n.created_at), "delivered_at": _iso(n.delivered_at), "content": n.content}
                    for n in told
                    if n.request_id == r.id
                ],
                "messages": [
                    {
                        "at": _iso(m.created_at),
                        "from": "me" if m.role is Role.RESIDENT else "staff",
                        "text": m.text,
                        "files": [f["kind"] for f in m.files],
                        "earlier": m.earlier,
                    }
                    for m in said
                    if m.request_id == r.id
                ],
                "ratings": [
                    {
                        "level": g.level,
                        "changed_to": g.revised_level,
                        "reason": g.reason,
                        "comment": g.comment,
                        "at": _iso(g.rated_at),
                    }
                    for g in ratings
                    if g.request_id == r.id
                ],
            }
            for r in mine
        ],
        "mediations": await case_privacy.about(session, person),
        **await case_privacy.aftercare(session, person),
    }


async def erase(session: AsyncSession, person: Person, now: datetime) -> None:
    """Blank everything that tells who somebody was: name, phone, chat, words and files, wherever they stand, also in
    the chats of staff as far as they are kept here. Requests, events and ratings stay, as counts; what a member of
    staff wrote in the course of their work belongs to the requests and stays too.

    The web chat's own lines of this person, and the bytes of files, are the channel's to remove: it is told here, a
    moment after the goodbye, so that no way to erase somebody can miss it.
    """
    await session.flush()
    await write_rows(session)
    own = select(Request.id).where(Request.resident_id == person.id)
    channel, chat_id = person.channel, person.chat_id
    await _blank_chats(session, person, own, now)
    await blank_requests(session, own)
    await case_privacy.blank(session, person, own, now)
    await case_privacy.blank_contacts(session, person, own)
    await session.execute(
        update(Message).where(Message.sender_id == person.id).values(channel="", chat_id=0, message_id=0, album=None)
    )
    await session.execute(update(Staff).where(Staff.person_id == person.id, Staff.until.is_(None)).values(until=now))
    remembered(session, POSTS).pop(person.id, None)
    await session.execute(update(Invite).where(Invite.used_by_id == person.id).values(name=None))
    person.name, person.phone, person.channel, person.chat_id = NAMELESS, None, None, None
    person.area_id = person.consented_at = person.consent_version = None
    person.erased_at = now
    if channel == WEB and chat_id is not None:  # elsewhere what stands in a chat is not ours to delete
        OutboxWriter(session, now).forget(WEB, chat_id)


async def blank_requests(session: AsyncSession, own: Any) -> None:
    """Remove what was said in these requests. :param own: a selection of their ids"""
    await session.execute(
        update(Request).where(Request.id.in_(own)).values(text="", files=[], outcome=None, outcome_files=[])
    )
    await session.execute(update(Message).where(Message.request_id.in_(own)).values(text="", files=[], earlier=[]))
    await session.execute(update(Note).where(Note.request_id.in_(own)).values(text="", salt=""))
    await session.execute(update(Rating).where(Rating.request_id.in_(own)).values(comment=None))
    for elsewhere in (OutsideTransfer, Refusal):
        await session.execute(update(elsewhere).where(elsewhere.request_id.in_(own)).values(body="", contact=""))
    await session.execute(update(OneTimeNotice).where(OneTimeNotice.request_id.in_(own)).values(content={}))


async def _blank_chats(session: AsyncSession, person: Person, own: Any, now: datetime) -> None:
    """What was shown about this person, in their chat and in those of staff."""
    here = and_(Outbox.channel == person.channel, Outbox.chat_id == person.chat_id) if person.chat_id else false()
    mine = or_(here, Outbox.person_id == person.id, and_(Outbox.request_id.in_(own), Outbox.kind == REPLY))
    await session.execute(
        update(Outbox)
        .where(mine, Outbox.sent_at.is_(None), Outbox.failed_at.is_(None))
        .values(failed_at=now, error="erased")
    )
    await session.execute(update(Outbox).where(mine).values(payload={}, channel=None, chat_id=None))
    shown = (await session.execute(select(Shown).where(Shown.request_id.in_(own)))).scalars().all()
    case_lines, case_chats = await case_privacy.shown(session, person, own)
    at_the_counter = await session.execute(
        select(Person.chat_id, Request.text)
        .join(Request, Request.recorded_by_id == Person.id)
        .where(Request.resident_id == person.id, Person.chat_id.is_not(None))
    )
    typed = {(chat_id, words) for chat_id, words in at_the_counter if chat_id is not None}
    chats = {s.chat_id for s in shown} | case_chats | {chat_id for chat_id, _ in typed}
    known = await case_privacy.known_as(session, person, own)
    await _scrub(session, Outbox, ("payload",), Outbox.kind == REPLY, known)
    await _scrub(session, Conversation, ("data", "choices"), Conversation.chat_id.in_(chats), known)
    await _scrub(session, WebMessage, ("payload",), WebMessage.chat_id.in_(chats), known)
    lines = {(s.chat_id, s.message_id) for s in shown if s.channel == WEB} | case_lines
    await delete_lines(session, lines | await _brought(session, own, typed), now)
    await session.execute(delete(Shown).where(Shown.channel == person.channel, Shown.chat_id == person.chat_id))
    await session.execute(delete(Conversation).where(Conversation.chat_id == person.chat_id))


async def _brought(session: AsyncSession, own: Any, typed: Collection[tuple[int, str]]) -> set[tuple[int, int]]:
    """Lines of web chats, of staff too, that hold what was brought along: files of these requests, and the need as
    whoever recorded it at the counter typed it.

    :param typed: chats of staff, each with the words of a request that was recorded there
    """
    given = [
        *await session.scalars(select(Request.files).where(Request.id.in_(own))),
        *await session.scalars(select(Message.files).where(Message.request_id.in_(own), Message.role == Role.RESIDENT)),
    ]
    names = {str(file["file"]) for files in given for file in files if file.get("channel") == WEB}
    places = await session.execute(select(WebFile.chat_id, WebFile.name).where(WebFile.name.in_(sorted(names))))
    wanted: dict[int, set[str]] = defaultdict(set)
    for chat_id, name in places:
        wanted[chat_id].add(name)
    for chat_id, words in typed:
        wanted[chat_id] |= set(filter(None, (words, *words.split("\n"))))
    found: set[tuple[int, int]] = set()
    for chat_id, these in wanted.items():
        holds = WebMessage.payload["file"]["name"].as_string().in_(sorted(these))
        said = and_(WebMessage.from_bot.is_(False), WebMessage.payload["text"].as_string().in_(sorted(these)))
        rows = await session.scalars(select(WebMessage.id).where(WebMessage.chat_id == chat_id, or_(holds, said)))
        found |= {(chat_id, line_id) for line_id in rows}
    return found


async def _scrub(
    session: AsyncSession, table: Any, fields: Collection[str], where: ColumnElement[bool], words: Collection[Known]
) -> None:
    """Replace names and numbers in JSON columns. JSON is stored with everything beyond ASCII escaped."""
    if not words:
        return
    found = [cast(getattr(table, field), Text).like(word.pattern, escape="/") for field in fields for word in words]
    for row in (await session.execute(select(table).where(where, or_(*found)))).scalars():
        for field in fields:
            if (clean := _without(getattr(row, field), words)) != getattr(row, field):
                setattr(row, field, clean)
    await session.flush()


def _without(value: Any, words: Collection[Known]) -> Any:
    if isinstance(value, str):
        for word in words:
            value = word.written.sub(NAMELESS, value)
        return value
    if isinstance(value, dict):
        return {key: _without(item, words) for key, item in value.items()}
    return [_without(item, words) for item in value] if isinstance(value, list) else value


async def delete_lines(session: AsyncSession, lines: Collection[tuple[int, int]], now: datetime) -> None:
    """Delete lines of web chats the way the channel does, so that open pages drop them as well. Files that they show
    belong to nobody from now on, and the channel removes their bytes."""
    if not lines:
        return
    rows = await session.scalars(
        select(WebMessage)
        .where(tuple_(WebMessage.chat_id, WebMessage.id).in_(sorted(lines)))
        .order_by(WebMessage.chat_id, WebMessage.id)
    )
    files: set[str] = set()
    for row in rows.all():
        if file := row.payload.get("file"):
            files.add(file["name"])
        await _rewrite(session, row, {"kind": row.payload.get("kind", "text"), "deleted": True})
    quoted = await session.scalars(
        select(WebMessage).where(
            WebMessage.chat_id.in_(sorted({chat_id for chat_id, _ in lines})),
            WebMessage.payload["reply"]["id"].as_integer().in_(sorted(line_id for _, line_id in lines)),
        )
    )
    for row in quoted.all():
        await _rewrite(session, row, {**row.payload, "reply": {**row.payload["reply"], "text": ""}})
    if files:
        await session.execute(update(WebFile).where(WebFile.name.in_(sorted(files))).values(chat_id=NOBODYS))
        OutboxWriter(session, now).forget(WEB, NOBODYS)


async def _rewrite(session: AsyncSession, row: WebMessage, payload: dict[str, Any]) -> None:
    """Change a line so that an open page asks for it again."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.pg_advisory_xact_lock(row.chat_id)))
    last = await session.scalar(select(func.max(WebMessage.change)).where(WebMessage.chat_id == row.chat_id))
    row.payload, row.change = payload, (last or 0) + 1
    await session.flush()


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
