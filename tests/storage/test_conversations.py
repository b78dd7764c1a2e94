"""Where a chat stands survives a restart; an update is handled once."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from storage import conversations
from storage.conversations import Chat
from storage.database import Database
from storage.outbox import FORGET
from storage.tables import Conversation, Outbox, WebMessage
from tests.storage.office import NOON, Office


async def test_a_chat_is_found_as_it_was_left(any_database: Database) -> None:
    """State, what was typed and the buttons come back; another bot's chat of the same number is another chat."""
    chat = Chat(7, 900, "step", {"draft": "屋头"}, [["确认", "p:confirm:x"]])
    async with any_database.write() as session:
        await conversations.save(session, chat, NOON)
    async with any_database.read() as session:
        assert await conversations.load(session, 7, 900) == chat
        assert await conversations.load(session, 8, 900) == Chat(8, 900)


async def test_saving_again_replaces(any_database: Database) -> None:
    """The last word counts, also when it is nothing."""
    for state, data in (("step", {"a": 1}), (None, {})):
        async with any_database.write() as session:
            await conversations.save(session, Chat(7, 900, state, data), NOON)
    async with any_database.read() as session:
        assert await conversations.load(session, 7, 900) == Chat(7, 900)


async def test_what_is_changed_in_hand_is_not_changed_in_the_book(any_database: Database) -> None:
    """A chat that was loaded and not saved leaves no trace."""
    async with any_database.write() as session:
        await conversations.save(session, Chat(7, 900, "step", {"a": 1}), NOON)
    async with any_database.write() as session:
        (await conversations.load(session, 7, 900)).data["a"] = 2
    async with any_database.read() as session:
        assert (await conversations.load(session, 7, 900)).data == {"a": 1}


@pytest.mark.parametrize("known", [True, False])
async def test_two_that_change_a_chat_at_once_do_not_overwrite_each_other(any_database: Database, known: bool) -> None:
    """The update being handled and the courier, which remembers buttons: whoever comes second finds what the first one
    wrote, also in a chat of which nothing was known."""
    loaded = asyncio.Event()
    if known:
        async with any_database.write() as session:
            await conversations.save(session, Chat(7, 900), NOON)

    async def remembers_buttons() -> None:
        await loaded.wait()
        async with any_database.write() as session:
            chat = await conversations.load(session, 7, 900)
            chat.choices = [["好", "p:ok:"]]
            await conversations.save(session, chat, NOON)

    courier = asyncio.create_task(remembers_buttons())
    async with any_database.write() as session:
        chat = await conversations.load(session, 7, 900)
        loaded.set()
        if not any_database.is_sqlite:
            await _waits_or_has_ended(courier, any_database)
        chat.state = "step"
        await conversations.save(session, chat, NOON)
    await courier
    async with any_database.read() as session:
        assert await conversations.load(session, 7, 900) == Chat(7, 900, "step", {}, [["好", "p:ok:"]])


async def _waits_or_has_ended(task: asyncio.Task[None], database: Database) -> None:
    """Until it waits for a lock, or need not."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(20), database.read() as session:
        while not task.done() and not (await session.execute(waiting)).scalar_one():
            await asyncio.wait([task], timeout=0.01)


async def test_an_update_is_new_once(any_database: Database) -> None:
    """The first time, for each bot by itself."""
    for bot, update, new in ((7, 1, True), (7, 1, False), (8, 1, True), (7, 2, True)):
        async with any_database.write() as session:
            assert await conversations.first_time(session, bot, update, NOON) is new


async def test_an_update_that_was_rolled_back_is_new_again(any_database: Database) -> None:
    """What failed half-way is handled when it is delivered again."""
    try:
        async with any_database.write() as session:
            assert await conversations.first_time(session, 7, 1, NOON)
            raise RuntimeError("the power went out")
    except RuntimeError:
        pass
    async with any_database.write() as session:
        assert await conversations.first_time(session, 7, 1, NOON)


async def test_a_poisoned_update_does_not_come_again(any_database: Database) -> None:
    """One that no handler could take counts as handled, with why."""
    async with any_database.write() as session:
        await conversations.failed(session, 7, 1, "ValueError" * 50, NOON)
    async with any_database.write() as session:
        assert not await conversations.first_time(session, 7, 1, NOON)


async def test_old_updates_are_forgotten(any_database: Database) -> None:
    """Those that no channel can deliver again."""
    async with any_database.write() as session:
        await conversations.first_time(session, 7, 1, NOON)
        await conversations.first_time(session, 7, 2, NOON + timedelta(days=1))
    async with any_database.write() as session:
        assert await conversations.prune(session, NOON + timedelta(hours=1)) == 1
        assert await conversations.first_time(session, 7, 1, NOON)
        assert not await conversations.first_time(session, 7, 2, NOON)


async def test_what_strangers_said_is_forgotten(any_office: Office) -> None:
    """Whoever did not consent in three days: where their chat stood goes, and the web chat is told to forget its lines.
    Whoever is known, by consent or by an emergency, keeps theirs, and so does a stranger of yesterday."""
    office, web = any_office, 41
    async with office.database.write() as session:
        for chat_id, days in ((web, 4), (42, 4), (43, 1), (900, 4)):
            chat = Chat(7, chat_id, "consent", {"draft": "我得了病"})
            await conversations.save(session, chat, NOON - timedelta(days=days))
        for chat_id in (web, 43, 900):
            session.add(WebMessage(chat_id=chat_id, change=1, from_bot=False, payload={}, created_at=NOON))
    for _ in range(2):
        async with office.database.write() as session:
            await conversations.prune(session, NOON - timedelta(days=3))
    async with office.database.read() as session:
        assert set(await session.scalars(select(Conversation.chat_id))) == {43, 900}
        rows = await session.execute(select(Outbox.channel, Outbox.chat_id).where(Outbox.kind == FORGET))
        assert [tuple(row) for row in rows] == [("web", web)]
