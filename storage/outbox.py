"""What must still be said. Rows are written in the transaction of the act they tell of; the courier delivers
them at least once. A claim is a lease: a courier that dies lets go of its rows when the lease ends."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.case_tables import OneTimeNotice
from storage.database import UTCDateTime, insert_or, write_late
from storage.mediation_tables import MediationShown
from storage.tables import Message, Outbox, Person, Shown, Staff

LEASE = timedelta(seconds=60)
CLAIMED = 100
"""Rows that are claimed at most at once."""
WRITTEN = "shouwen_outbox"
"""Key in `session.info` under which this unit of work's rows wait to be handed to the courier."""

REPLY = "reply"
"""The kind of a row that is a finished Bot API method for one chat; every other kind is a notice."""

FORGET = "forget"
"""The kind of a row that tells a channel to erase what it holds itself of a chat until the row was written."""
RELAY = "relay"
"""The kind of a row that shows somebody what the other one said."""
ONE_TIME_NOTICE = "one_time_notice"
"""The kind of a row that shows a one-time notice (一次性告知), whose delivery is kept with the notice itself."""

WORDS = frozenset({REPLY, FORGET, "undelivered", "name_ask"})
"""Kinds that nobody misses when they were not delivered."""

NOBODY = "nobody to tell"
"""The error of a notice for somebody who has no chat: they are told by phone, as the casebook arranges."""

AGAIN = "may have been sent"
"""How the error begins of a row that was on its way and of which nobody knows whether it was shown; it stays so until
the row is delivered, whatever else becomes of it."""

HELD_BACK = "TelegramRetryAfter"
"""How the error ends of a row that its channel asked to hold back for a while, and of those behind it in its chat."""


LISTED = timedelta(days=14)
"""How long what could not be delivered is listed for the managers."""
_READ = timedelta(seconds=20)
"""How long a goodbye is left on the screen before the channel forgets the chat."""


PENDING = (Outbox.sent_at.is_(None), Outbox.failed_at.is_(None))
"""What makes a row one that must still be delivered."""
_ROWS: Any = Outbox.__table__
_SLICE = 5_000
"""Ids in one statement: PostgreSQL takes 32,767."""
_LOOK = 0x73686F75
"""The lock of PostgreSQL under which rows are claimed."""


@dataclass(frozen=True)
class Sent:
    """What became of one row: the ids of the messages it was shown as, or why it was not."""

    row: Outbox
    message_ids: tuple[int, ...] = ()
    retry_at: datetime | None = None
    error: str | None = None
    spent: bool = True


class OutboxWriter:
    """Adds rows inside a unit of work, already leased to this process, which delivers them after the commit."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session, self._now = session, now

    def notice(
        self,
        person_id: int,
        kind: str,
        *,
        request_id: int | None = None,
        delay: timedelta = timedelta(),
        **payload: Any,
    ) -> Outbox:
        """Tell a person of something; words are found when it is delivered, in their language."""
        row = Outbox(person_id=person_id, kind=kind, payload=payload, request_id=request_id)
        return self._add(row, delay)

    def reply(self, channel: str, chat_id: int, method: dict[str, Any], *, request_id: int | None = None) -> Outbox:
        """Say this to a chat: `method` is a Bot API method by name with its arguments."""
        row = Outbox(channel=channel, chat_id=chat_id, kind=REPLY, payload=method, request_id=request_id)
        return self._add(row, timedelta())

    def forget(self, channel: str, chat_id: int) -> Outbox:
        """Have the channel erase its own copy of this chat, a moment after the goodbye was shown. What is said or
        agreed after this moment is not touched, whenever the row is delivered."""
        return self._add(Outbox(channel=channel, chat_id=chat_id, kind=FORGET, payload={}), _READ)

    async def once(self, key: str, person_id: int, kind: str, *, request_id: int | None = None, **payload: Any) -> bool:
        """A notice that is written once however often a sweep comes by; False when it was there already."""
        insert = insert_or(self._session.get_bind().dialect.name)
        done = await self._session.execute(
            insert(Outbox)
            .values(
                person_id=person_id,
                kind=kind,
                payload=payload,
                request_id=request_id,
                unique_key=key,
                created_at=self._now,
                due_at=self._now,
                attempts=0,
            )
            .on_conflict_do_nothing(index_elements=["unique_key"])
        )
        return bool(done.rowcount == 1)  # type: ignore[attr-defined]

    def _add(self, row: Outbox, delay: timedelta) -> Outbox:
        row.created_at = self._now
        row.due_at = self._now + delay
        row.attempts = 0
        if delay:
            self._session.add(row)  # what waits can still be added to, also in this unit of work
            return row
        row.leased_until = self._now + LEASE
        self._session.info.setdefault(WRITTEN, []).append(row)
        write_late(self._session, row)
        return row


def again(row: Outbox) -> bool:
    """Whether this may have been shown before, so that it must say so."""
    return (row.error or "").startswith(AGAIN)


def noted(why: str, *, again: bool) -> str:
    """The error of a row that is to be tried again."""
    return f"{AGAIN}: {why}" if again else why


async def claim(
    session: AsyncSession, now: datetime, limit: int = CLAIMED, *, only_begun: bool = False
) -> Sequence[Outbox]:
    """Lease the oldest due rows to this process; rows that another process holds are passed over.

    :param only_begun: take no row that was in nobody's hands yet
    """
    if session.get_bind().dialect.name == "postgresql":  # or two that claim at once share the rows of one chat
        await session.execute(select(func.pg_advisory_xact_lock(_LOOK)))
    due = (
        select(Outbox.id)
        .where(*PENDING, Outbox.due_at <= now, Outbox.leased_until.is_(None) | (Outbox.leased_until < now))
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (
        await session.execute(
            update(Outbox)
            .where(Outbox.id.in_(due.where(_BEGUN) if only_begun else due))
            .values(
                leased_until=now + LEASE,
                error=case((Outbox.leased_until.is_not(None), AGAIN), else_=Outbox.error),  # whoever had it died
            )
            .returning(Outbox)
        )
    ).scalars()
    return sorted(rows, key=lambda row: row.id)


async def release(session: AsyncSession, row_ids: Collection[int], error: str | None = None) -> None:
    """Let go of rows that this process will not deliver, so that the next one need not wait for the lease to end.

    :param error: what is to be known of them from now on
    """
    changed: dict[str, Any] = {"leased_until": None} | ({"error": error} if error else {})
    for some in _slices(row_ids):
        await session.execute(update(_ROWS).where(_ROWS.c.id.in_(some), *PENDING).values(changed))


async def renew(session: AsyncSession, row_ids: Collection[int], now: datetime) -> None:
    """Go on holding rows that wait for their turn, so that no other process takes them when the lease ends."""
    for some in _slices(row_ids):
        await session.execute(
            update(_ROWS)
            .where(_ROWS.c.id.in_(some), *PENDING, _ROWS.c.leased_until < now + LEASE / 2)
            .values(leased_until=now + LEASE)
        )


async def next_due(session: AsyncSession, *, only_begun: bool = False) -> datetime | None:
    """When the courier must look again, if nothing new is written before."""
    rows = await session.execute(
        select(Outbox.due_at, Outbox.leased_until)
        .where(*PENDING, *((_BEGUN,) if only_begun else ()))
        .order_by(Outbox.due_at)
        .limit(50)
    )
    return min((max(due, leased) if leased else due for due, leased in rows), default=None)


def _slices(row_ids: Collection[int]) -> Iterable[list[int]]:
    """So many ids at a time as one statement takes; in order, so that two that lock them do not block each other."""
    ids = sorted(row_ids)
    return (ids[at : at + _SLICE] for at in range(0, len(ids), _SLICE))


_BEGUN = Outbox.error.is_not(None) | Outbox.leased_until.is_not(None)


async def settle(session: AsyncSession, results: Sequence[Sent], now: datetime) -> None:
    """Write down what became of delivered rows, and which chat message shows which request."""
    for spent in (True, False):
        done = [r.row.id for r in results if r.error is None and r.retry_at is None and r.spent is spent]
        if done:
            await session.execute(_DELIVERED, {"ids": done, "now": now, "spent": int(spent)})
    others = [
        {
            "of": r.row.id,
            "spent": int(r.spent),
            "error": (r.error or "")[:200] or None,
            "due": r.retry_at,
            "failed": now if r.retry_at is None else None,
        }
        for r in results
        if r.error is not None or r.retry_at is not None
    ]
    if others:
        await session.execute(_PUT_OFF, others)
    requests, cases = [], []
    for result in results:
        row = result.row
        if row.kind == ONE_TIME_NOTICE and result.message_ids:
            await _delivered(session, row.payload["notice"], now)
        for message_id in result.message_ids if row.channel is not None else ():
            place = {"channel": row.channel, "chat_id": row.chat_id, "message_id": message_id}
            if row.request_id is not None:
                place |= {"request_id": row.request_id, "relayed_id": row.payload.get("message")}
                requests.append(place)
            elif (case_id := row.payload.get("case")) is not None:
                cases.append(place | {"case_id": case_id})
    dialect = session.get_bind().dialect.name
    if requests:
        await session.execute(_put(Shown.__table__, dialect), requests)
    if cases:
        await session.execute(_put(MediationShown.__table__, dialect), cases)


_DELIVERED = (
    update(_ROWS)
    .where(_ROWS.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        leased_until=None,
        error=None,
        sent_at=bindparam("now"),
        attempts=_ROWS.c.attempts + bindparam("spent", type_=Integer),
    )
)
_PUT_OFF = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("of"))
    .values(
        leased_until=None,
        error=bindparam("error"),
        due_at=func.coalesce(bindparam("due", type_=UTCDateTime), _ROWS.c.due_at),
        failed_at=bindparam("failed"),
        attempts=_ROWS.c.attempts + bindparam("spent", type_=Integer),
    )
)


@cache
def _put(table: Any, dialect: str) -> Any:
    """Write rows of `table`; one that is there already says what the new one says."""
    put = insert_or(dialect)(table)
    said = {c.name: put.excluded[c.name] for c in table.columns if not c.primary_key}
    return put.on_conflict_do_update(index_elements=[c.name for c in table.primary_key], set_=said)


async def _delivered(session: AsyncSession, notice_id: int, now: datetime) -> None:
    """A one-time notice was shown: the first time counts, however often the row is delivered (rule 6)."""
    await session.execute(
        update(OneTimeNotice)
        .where(OneTimeNotice.id == notice_id, OneTimeNotice.delivered_at.is_(None))
        .values(delivered_at=now)
    )


async def shown(session: AsyncSession, channel: str, chat_id: int, message_id: int) -> Shown | None:
    """Which request a message in this chat belongs to: one that was shown here, or one that was written here."""
    if (found := await session.get(Shown, (channel, chat_id, message_id))) is not None:
        return found
    written = await session.execute(
        select(Message.request_id, Message.id).where(
            Message.channel == channel, Message.chat_id == chat_id, Message.message_id == message_id
        )
    )
    own = written.first()
    return own and Shown(
        channel=channel, chat_id=chat_id, message_id=message_id, request_id=own.request_id, relayed_id=own.id
    )


async def copies(session: AsyncSession, relayed_id: int, channel: str, chat_id: int) -> list[int]:
    """The message ids under which a relayed message stands in a chat."""
    rows = await session.execute(
        select(Shown.message_id)
        .where(Shown.relayed_id == relayed_id, Shown.channel == channel, Shown.chat_id == chat_id)
        .order_by(Shown.message_id)
    )
    return list(rows.scalars())


async def on_its_way(session: AsyncSession, person_id: int, relayed_id: int) -> bool:
    """Whether it is not written down yet what became of a relayed message that this person is to be shown."""
    rows = await session.execute(
        select(Outbox.payload).where(
            Outbox.person_id == person_id,
            Outbox.kind == RELAY,
            Outbox.sent_at.is_(None),
            Outbox.failed_at.is_(None),
        )
    )
    return any(payload["message"] == relayed_id for payload in rows.scalars())


@dataclass(frozen=True)
class Undelivered:
    """Something that a person was never shown.

    :ivar gone: whether they cannot be reached in chat now; otherwise the channel refused this one
    """

    at: datetime
    kind: str
    name: str
    gone: bool
    request_id: int | None


async def undelivered(
    session: AsyncSession, area_ids: Collection[int], start: int, limit: int
) -> tuple[list[Undelivered], int]:
    """What was given up for the people of these areas, the newest first, and how much there is in all. An answer that
    only went on with a chat is not counted: whoever comes back is spoken to anew."""
    staff = select(Staff.person_id).where(Staff.area_id.in_(area_ids), Staff.until.is_(None))
    lost = (
        select(Outbox.failed_at, Outbox.kind, Person.name, Person.unreachable_at, Outbox.request_id)
        .join(Person, Person.id == Outbox.person_id)
        .where(
            Outbox.failed_at.is_not(None),
            Outbox.error != NOBODY,
            Outbox.kind.not_in(WORDS),
            Person.erased_at.is_(None),
            Person.area_id.in_(area_ids) | Person.id.in_(staff),
        )
    )
    total = (await session.execute(select(func.count()).select_from(lost.subquery()))).scalar_one()
    found = await session.execute(lost.order_by(Outbox.id.desc()).offset(start).limit(limit))
    return [Undelivered(at, kind, name, gone is not None, of) for at, kind, name, gone, of in found if at], total


async def prune(session: AsyncSession, before: datetime) -> int:
    """Forget rows that were delivered, or given up, before this: their words are personal data; `Shown` still tells
    which request a message belongs to. What stands in the list of the undelivered stays there `LISTED` longer."""
    words = Outbox.kind.in_(WORDS) | (Outbox.error == NOBODY)
    done = await session.execute(
        delete(Outbox).where(
            (Outbox.sent_at < before) | ((Outbox.failed_at < before) & words) | (Outbox.failed_at < before - LISTED)
        )
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
