"""Where each chat stands, and which updates were handled: one row a chat, one row an update."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import String, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import insert_or
from storage.outbox import OutboxWriter
from storage.quick import ask, first
from storage.tables import Conversation, HandledUpdate, Person, WebMessage

_BATCH = 500


@dataclass
class Chat:
    """The conversation of one chat while an update is handled; `changed` says that it must be saved.

    :ivar choices: the buttons of the last message that had any, as `[label, callback data]`, in order
    """

    bot_id: int
    chat_id: int
    state: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    choices: list[list[str]] = field(default_factory=list)
    changed: bool = False


_LOAD = (
    select(Conversation.state, Conversation.data, Conversation.choices)
    .where(Conversation.bot_id == bindparam("bot_id"), Conversation.chat_id == bindparam("chat_id"))
    .with_for_update()
)

_ALONE = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("chat", type_=String), 0)))


async def _forget_strangers(session: AsyncSession, before: datetime) -> None:
    """Drop where chats stand in which nobody is known (an emergency makes its speaker known), and have the web chat
    forget what was said in them, some at a time."""
    stranger = ~select(Person.id).where(Person.chat_id == Conversation.chat_id).exists()
    old = select(Conversation.chat_id).where(Conversation.updated_at < before, stranger).limit(_BATCH)
    gone = await session.scalars(
        delete(Conversation)
        .where(Conversation.chat_id.in_(old.scalar_subquery()), Conversation.updated_at < before, stranger)
        .returning(Conversation.chat_id),
        execution_options={"synchronize_session": False},
    )
    said = select(WebMessage.chat_id).where(WebMessage.chat_id.in_(gone.all())).distinct()
    for chat_id in (await session.scalars(said)).all():
        OutboxWriter(session, before).forget("web", chat_id)


async def load(session: AsyncSession, bot_id: int, chat_id: int) -> Chat:
    """Where the chat stands; nobody else changes it until this unit of work ends."""
    which = {"bot_id": bot_id, "chat_id": chat_id}
    found = await ask(session, _LOAD, which)
    if not found and session.get_bind().dialect.name != "sqlite":
        # A row that is not there cannot be locked: two would begin with nothing, and one overwrite the other.
        await ask(session, _ALONE, {"chat": f"conversation {bot_id} {chat_id}"})
        found = await ask(session, _LOAD, which)
    for state, data, choices in found:
        return Chat(bot_id, chat_id, state, dict(data), list(choices))
    return Chat(bot_id, chat_id)


async def save(session: AsyncSession, chat: Chat, now: datetime) -> None:
    await ask(
        session,
        _save(session.get_bind().dialect.name),
        {
            "bot_id": chat.bot_id,
            "chat_id": chat.chat_id,
            "state": chat.state,
            "data": chat.data,
            "choices": chat.choices,
            "updated_at": now,
        },
    )


@cache
def _save(dialect: str) -> Any:
    put = insert_or(dialect)(Conversation.__table__)
    changed = {name: put.excluded[name] for name in ("state", "data", "choices", "updated_at")}
    return put.on_conflict_do_update(index_elements=["bot_id", "chat_id"], set_=changed)


async def first_time(session: AsyncSession, bot_id: int, update_id: int, now: datetime) -> bool:
    """Mark the update as handled in this transaction; False when it was handled before."""
    values = {"bot_id": bot_id, "update_id": update_id, "at": now}
    return await first(session, _mark(session.get_bind().dialect.name), values) is not None


@cache
def _mark(dialect: str) -> Any:
    put = insert_or(dialect)(HandledUpdate.__table__)
    return put.on_conflict_do_nothing().returning(HandledUpdate.update_id)


async def failed(session: AsyncSession, bot_id: int, update_id: int, error: str, now: datetime) -> None:
    """Record an update that no handler could take, so that it does not come again for ever."""
    await session.merge(HandledUpdate(bot_id=bot_id, update_id=update_id, at=now, error=error[:200]))


async def faults(session: AsyncSession) -> Sequence[HandledUpdate]:
    """The updates of the last days that ended in a fault of the program (its kind stands there by the name of its
    class; what was only refused has a code in small letters), the newest first."""
    found = await session.execute(
        select(HandledUpdate).where(HandledUpdate.error.is_not(None)).order_by(HandledUpdate.at.desc())
    )
    return [update for update in found.scalars() if (update.error or "")[:1].isupper()]


async def prune(session: AsyncSession, before: datetime) -> int:
    """Forget handled updates that no channel can deliver again, and what was said before consent by whoever did not
    come back to give it."""
    await _forget_strangers(session, before)
    done = await session.execute(delete(HandledUpdate).where(HandledUpdate.at < before))
    return int(done.rowcount)  # type: ignore[attr-defined]
