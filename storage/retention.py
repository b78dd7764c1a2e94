"""What the consent promises of time: two years after a request is over its words go, and whoever has had nothing to do
with the desk for so long is anonymised. Requests, events and ratings stay, as counts."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage import privacy
from storage.case_tables import Claim, Contact
from storage.mediation_tables import (
    LegalAidCase,
    MediationAgreement,
    MediationCase,
    MediationMessage,
    MediationSession,
    MediationShown,
)
from storage.outbox import REPLY
from storage.tables import Conversation, Message, Outbox, Person, Request, Shown, Staff, WebFile, WebMessage, WebUpdate

KEPT = timedelta(days=730)
"""两年, as the consent says: how long words are kept after the request is over."""

TRANSCRIPT_KEPT = KEPT + timedelta(days=180)
"""Lines of the web chat belong to no request that could say when it was over; no request takes longer than this
adds, its calls and its 整改 included."""

INBOX_KEPT = timedelta(days=30)
"""What a browser sent is known again for so long, should it send it once more."""

BATCH = 50
LINES = 500
_UNSEEN = {"synchronize_session": False}


async def due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """Requests that were over for so long and still have words, the longest first, at most `BATCH`."""
    found = await session.execute(
        select(Request.id)
        .where(Request.closed_at <= now - KEPT, Request.blanked_at.is_(None))
        .order_by(Request.closed_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return found.scalars().all()


async def blank(session: AsyncSession, request_ids: Collection[int], now: datetime) -> None:
    """Remove every word, name, number and file of these requests; who acted on them, when, and how they were rated
    stays."""
    own = select(Request.id).where(Request.id.in_(request_ids))
    await privacy.blank_requests(session, own)
    cases = select(MediationCase.id).where(MediationCase.request_id.in_(request_ids))
    for change in (
        update(Request).where(Request.id.in_(request_ids)).values(blanked_at=now),
        update(Message)
        .where(Message.request_id.in_(request_ids))
        .values(channel="", chat_id=0, message_id=0, album=None),
        update(MediationMessage).where(MediationMessage.case_id.in_(cases)).values(text="", files=[]),
        update(MediationAgreement).where(MediationAgreement.case_id.in_(cases)).values(text=""),
        update(MediationSession).where(MediationSession.case_id.in_(cases)).values(place=""),
        delete(MediationShown).where(MediationShown.case_id.in_(cases)),
        update(MediationCase)
        .where(MediationCase.request_id.in_(request_ids))
        .values(other_name=None, other_phone=None, digest=None, other_id=None),
        update(LegalAidCase)
        .where(LegalAidCase.request_id.in_(request_ids))
        .values(reason=None, lawyer_name=None, lawyer_phone=None),
        update(Contact)
        .where(Contact.request_id.in_(request_ids))
        .values(name="", phone=None, relation=None, person_id=None),
        delete(Claim).where(Claim.request_id.in_(request_ids)),
        update(Outbox).where(Outbox.request_id.in_(request_ids), Outbox.kind == REPLY).values(payload={}),
    ):
        await session.execute(change, execution_options=_UNSEEN)
    lines = await session.execute(
        select(Shown.chat_id, Shown.message_id).where(Shown.request_id.in_(request_ids), Shown.channel == "web")
    )
    await privacy.delete_lines(session, {(chat_id, line) for chat_id, line in lines}, now)
    await session.execute(delete(Shown).where(Shown.request_id.in_(request_ids)), execution_options=_UNSEEN)


async def strangers(session: AsyncSession, now: datetime, after: int = 0) -> Sequence[Person]:
    """People who have had nothing to do with the desk for so long, in the order of their ids from `after` on, at most
    `BATCH`: no post ever, no request that is kept, in whatever part of it, and not a word."""
    before = now - KEPT
    kept = or_(Request.closed_at.is_(None), Request.blanked_at.is_(None))
    spoke = exists().where(Conversation.chat_id == Person.chat_id, Conversation.updated_at > before)
    found = await session.execute(
        select(Person)
        .where(
            Person.id > after,
            Person.created_at <= before,
            Person.erased_at.is_(None),
            func.coalesce(Person.consented_at, Person.created_at) <= before,
            ~exists().where(Staff.person_id == Person.id),
            ~exists().where(Request.resident_id == Person.id, kept),
            ~exists().where(Contact.person_id == Person.id),
            ~exists().where(MediationCase.other_id == Person.id),
            ~and_(Person.chat_id.is_not(None), spoke),
        )
        .order_by(Person.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return found.scalars().all()


async def anonymise(session: AsyncSession, person: Person, now: datetime) -> None:
    """As if they had said 注销: nothing tells any more who they were, and their channel forgets the chat."""
    await privacy.erase(session, person, now)


async def old_lines(session: AsyncSession, now: datetime) -> tuple[int, list[str]]:
    """Drop lines and files of the web chat that are older than `TRANSCRIPT_KEPT`, and what was handled of its inbox
    long ago, some at a time. Gives how many lines there were, and the names of the files whose bytes are to be
    removed."""
    before = now - TRANSCRIPT_KEPT
    names = list(await session.scalars(select(WebFile.name).where(WebFile.created_at < before).limit(LINES)))
    await session.execute(delete(WebFile).where(WebFile.name.in_(names)), execution_options=_UNSEEN)
    lines = list(await session.scalars(select(WebMessage.id).where(WebMessage.created_at < before).limit(LINES)))
    await session.execute(delete(WebMessage).where(WebMessage.id.in_(lines)), execution_options=_UNSEEN)
    # The last row stays, for an update id must never be given twice.
    last = select(func.max(WebUpdate.id)).scalar_subquery()
    await session.execute(
        delete(WebUpdate).where(WebUpdate.handled_at < now - INBOX_KEPT, WebUpdate.id < last),
        execution_options=_UNSEEN,
    )
    return len(lines), names
