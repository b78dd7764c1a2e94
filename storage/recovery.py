"""What a courier finds when it starts: rows of a process that died, rows that were held back, and what was written
under a clock that was wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox import AGAIN, HELD_BACK, LEASE, PENDING
from storage.tables import Outbox

PUT_OFF_AT_MOST = timedelta(minutes=2)
"""No row waits longer than this to be tried again, unless its channel asked for it."""

_HELD_BACK = Outbox.error.like(f"%{HELD_BACK}")
_TRIED_SOON = Outbox.error.is_not(None) & ~_HELD_BACK


async def recover(session: AsyncSession, now: datetime) -> None:
    """Take over everything at once: only for a process that knows that it is the only one. What a channel asked to
    hold back is held back."""
    leased = Outbox.leased_until.is_not(None)
    await session.execute(update(Outbox).where(*PENDING, leased).values(leased_until=None, error=AGAIN))
    await session.execute(update(Outbox).where(*PENDING, _TRIED_SOON).values(due_at=now))


async def put_right(session: AsyncSession, now: datetime) -> None:
    """Undo what was written under a clock that was ahead and has been set back: rows that would wait for hours, and
    leases that would not end. What differs by a minute, as clocks of several machines may, is left alone."""
    ahead = (Outbox.created_at > now + LEASE) | _TRIED_SOON
    late = Outbox.due_at > now + PUT_OFF_AT_MOST
    await session.execute(update(Outbox).where(*PENDING, late, ahead).values(due_at=now))
    endless = Outbox.leased_until > now + 2 * LEASE
    await session.execute(update(Outbox).where(*PENDING, endless).values(leased_until=None, error=AGAIN))


async def held_back(session: AsyncSession, now: datetime) -> Sequence[Outbox]:
    """Rows that wait because their channel asked for it: what comes after them in their chats has to wait as well."""
    rows = await session.execute(select(Outbox).where(*PENDING, Outbox.due_at > now, _HELD_BACK).order_by(Outbox.id))
    return rows.scalars().all()
