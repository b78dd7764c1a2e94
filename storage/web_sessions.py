"""Browsers of staff are signed out when their last post ends, and sessions that are over are forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Person, WebLink, WebSession

AT_A_DESK = timedelta(days=1)
"""A session with less than this to go was opened by a link, at a desk. One with more is somebody's own browser, in
which they are a resident as well and stay one."""

KEPT = timedelta(days=7)
"""Sessions and links that are over are forgotten after this."""


async def sign_out_desk(session: AsyncSession, person_id: int, now: datetime) -> None:
    """End every desk session of somebody on the web chat, and every link into their chat that was not used."""
    chat = select(Person.chat_id).where(Person.id == person_id, Person.channel == "web").scalar_subquery()
    unseen = {"synchronize_session": False}
    await session.execute(
        update(WebSession)
        .where(WebSession.chat_id == chat, WebSession.revoked_at.is_(None), WebSession.expires_at <= now + AT_A_DESK)
        .values(revoked_at=now),
        execution_options=unseen,
    )
    await session.execute(
        update(WebLink).where(WebLink.chat_id == chat, WebLink.used_at.is_(None)).values(used_at=now),
        execution_options=unseen,
    )


async def prune(session: AsyncSession, now: datetime) -> None:
    """Forget sessions and links that opened nothing for `KEPT`."""
    before = now - KEPT
    await session.execute(delete(WebSession).where(or_(WebSession.expires_at < before, WebSession.revoked_at < before)))
    await session.execute(delete(WebLink).where(or_(WebLink.expires_at < before, WebLink.used_at < before)))
