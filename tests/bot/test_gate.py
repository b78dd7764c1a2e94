"""The gate: one update, one transaction; what is typed, doubled, too early or too much."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot
from aiogram.fsm.storage.base import BaseEventIsolation, StorageKey
from aiogram.types import CallbackQuery, Update
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from bot.gate import Unavailable, typed_choice
from bot.pace import Pace
from storage import casebook
from storage.tables import Base, HandledUpdate, Message, Request
from tests.conversations.chat import Actor, World

_IDS = itertools.count(50_000)
BUTTONS = [["同意", "p:consent:yes"], ["不同意", "p:consent:no"], ["Read & more", "p:more:"]]


def said(actor: Actor, text: str | None, **more: Any) -> Update:
    """A message of this person, as an update that can be handed in again."""
    return Update(update_id=next(_IDS), message=actor._message(text, None, **more))


async def hand_in(world: World, update: Update, channel: str = "telegram") -> None:
    await world.feed(channel, update)


async def count(world: World, table: type[Base]) -> int:
    async with world.app.database.read() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


# -- what is typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1", 0),
        ("１", 0),
        ("一", 0),
        ("第二个", 1),
        ("2️⃣", 1),
        (" 不同意 ", 1),
        ("Read & more", 2),
        ("4", None),
        ("0", None),
        ("同意吗", None),
        ("1个人", None),
        ("/start", None),
    ],
)
async def test_what_is_typed_presses_the_button_it_means(world: World, typed: str, meant: int | None) -> None:
    """A digit in any script, or the words of a button; everything else stays words."""
    update = typed_choice(said(world.person("张秀英"), typed), BUTTONS)
    pressed = update.callback_query.data if update.callback_query else None
    assert pressed == (None if meant is None else BUTTONS[meant][1])
    assert (update.message is None) == (meant is not None)


async def test_a_quoted_digit_is_words_for_whoever_is_quoted(world: World) -> None:
    """「1」 as an answer to a message is said to somebody; and without buttons there is nothing to press."""
    person = world.person("张秀英")
    quoting = person._message("1", None).model_copy(update={"reply_to_message": person._message("几个人？", None)})
    assert typed_choice(Update(update_id=1, message=quoting), BUTTONS).message is not None
    assert typed_choice(said(person, "1"), []).message is not None


# -- exactly once


async def test_the_same_update_twice_has_one_effect(world: World) -> None:
    """Also when both arrive at the same moment."""
    resident = await world.resident()
    await world.staff("李敏")
    update = said(resident, "转人工")
    await asyncio.gather(*(world.app.gate.handle(world.app.bots["telegram"], update) for _ in range(3)))
    await world.quiet()
    assert len(resident.shown) == 1


async def test_the_same_number_on_another_channel_is_another_update(world: World) -> None:
    """Update ids are counted by each bot for itself."""
    here, there = await world.resident("张秀英"), await world.resident("王秀英", channel="web")
    update = said(here, "谢谢")
    await hand_in(world, update)
    message = there._message("谢谢", None)
    await hand_in(world, Update(update_id=update.update_id, message=message), "web")
    assert len(here.shown) == len(there.shown) == 1


async def test_updates_of_a_chat_wait_for_each_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a chat one after another, however slow; other chats do not wait."""
    slow, quick = await world.resident("慢慢"), await world.resident("快快")
    goes_on, order = asyncio.Event(), []
    feed = world.app.dispatcher.feed_update

    async def feeding(bot: Bot, update: Update, **more: Any) -> Any:
        text = update.message.text if update.message else ""
        if text == "谢谢" and update.message.chat.id == slow.id:  # type: ignore[union-attr]
            await goes_on.wait()
        order.append(text)
        return await feed(bot, update, **more)

    monkeypatch.setattr(world.app.dispatcher, "feed_update", feeding)
    many = asyncio.Semaphore(9)  # one writer at a time is SQLite's order, not the gate's
    monkeypatch.setattr(world.app.database, "_turn", many)
    handle, bot = world.app.gate.handle, world.app.bots["telegram"]
    first = asyncio.create_task(handle(bot, said(slow, "谢谢")))
    second = asyncio.create_task(handle(bot, said(slow, "你好")))
    await asyncio.sleep(0)
    assert not first.done()
    assert not second.done()
    goes_on.set()
    await asyncio.gather(first, second)
    await handle(bot, said(quick, "谢谢"))
    await world.quiet()
    assert order == ["谢谢", "你好", "谢谢"]


async def test_two_transactions_that_met_are_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that changed meanwhile is no error for whoever pressed: the update is simply handled again."""
    resident, feed, tries = await world.resident(), world.app.dispatcher.feed_update, []

    async def meeting(*args: Any, **more: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise StaleDataError("somebody else was quicker")
        return await feed(*args, **more)

    monkeypatch.setattr(world.app.dispatcher, "feed_update", meeting)
    await resident.says("谢谢")
    resident.sees("不客气")
    assert len(tries) == 3


async def test_a_collision_in_the_middle_of_a_handler_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be asked of the database after it, not even who is speaking."""
    await world.staff("李敏")
    resident, put, tries = await world.resident(), casebook.put, []

    async def meeting(session: AsyncSession, row: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            await session.rollback()
            raise IntegrityError("INSERT", None, Exception("somebody else was quicker"))
        await put(session, row)

    monkeypatch.setattr(casebook, "put", meeting)
    await resident.says("屋头没人煮饭，社区有没有送饭的")
    await resident.says("1")
    resident.sees("登记好了", "261123-0001-6")
    assert len(tries) == 2
    assert len(await world.requests()) == 1


# -- what goes wrong


async def test_a_fault_is_answered_recorded_and_logged_without_words(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The person hears that it did not work, the update does not come for ever, the log tells where and not what."""
    resident = await world.resident()
    feed = world.app.dispatcher.feed_update

    async def broken(bot: Bot, update: Update, **more: Any) -> Any:
        raise ZeroDivisionError(update.message.text if update.message else "")

    monkeypatch.setattr(world.app.dispatcher, "feed_update", broken)
    update = said(resident, "我的电话是13812345678")
    await hand_in(world, update)
    resident.sees("没办成")
    assert "ZeroDivisionError" in caplog.text
    assert "test_gate.py" in caplog.text
    assert "13812345678" not in caplog.text
    async with world.app.database.read() as session:
        kept = await session.get(HandledUpdate, (world.app.bots["telegram"].id, update.update_id))
    assert kept is not None
    assert kept.error == "ZeroDivisionError"
    monkeypatch.setattr(world.app.dispatcher, "feed_update", feed)
    before = len(resident.shown)
    await hand_in(world, update)
    assert len(resident.shown) == before


async def test_what_a_failed_update_did_is_undone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a transaction that failed at its end is kept, and nothing of it is said."""
    resident = await world.resident()
    worker = await world.staff("李敏")
    await resident.says("转人工")
    feed = world.app.dispatcher.feed_update

    async def late_fault(*args: Any, **more: Any) -> Any:
        await feed(*args, **more)
        raise ZeroDivisionError

    monkeypatch.setattr(world.app.dispatcher, "feed_update", late_fault)
    await resident.says("楼道灯坏了")
    resident.sees("没办成")
    assert await count(world, Request) == 0
    assert not worker.shown
    monkeypatch.setattr(world.app.dispatcher, "feed_update", feed)
    await resident.says("楼道灯坏了")
    worker.sees("楼道灯坏了")


@asynccontextmanager
async def full(world: World) -> AsyncIterator[None]:
    """The disk is full: SQLite may not make the file one page longer."""

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.cursor().execute("PRAGMA max_page_count=1")  # never less than it has

    def lift(connection: Any, *_: Any) -> None:
        connection.cursor().execute("PRAGMA max_page_count=1000000")

    engine = world.app.database.engine.sync_engine
    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        event.remove(engine, "checkout", limit)
        event.listen(engine, "checkout", lift)


@asynccontextmanager
async def locked(world: World) -> AsyncIterator[None]:
    """Another process holds the database, and nobody has the patience to wait."""

    driver = world.app.database.driver
    assert driver is not None
    patience, driver.patience = driver.patience, 0.02
    path = str(world.app.database.url.database)
    other = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        driver.patience = patience


@pytest.mark.parametrize("trouble", [full, locked])
async def test_what_cannot_be_kept_is_handed_in_again_and_told_once(world: World, trouble: Any) -> None:
    """While the database cannot be written the update is not handled, and whoever wrote hears once that it waits;
    when it can be written again everything goes on, and the next outage is told anew."""
    resident = await world.resident()
    worker = await world.staff("李敏")
    await resident.says("转人工")
    updates = [said(resident, "厨房漏水" + "，很久了" * 10_000), said(resident, "厕所也漏" + "，很久了" * 10_000)]
    async with trouble(world):
        for update in [*updates, *updates]:
            with pytest.raises(Unavailable):
                await world.app.gate.handle(world.app.bots["telegram"], update)
        await asyncio.gather(*world.app.gate._decorations)
    assert sum("暂时存不上" in m.text for m in resident.shown) == 1
    assert await count(world, Request) == 0
    for update in updates:
        await hand_in(world, update)
    worker.sees("厨房漏水")
    assert await count(world, Request) == 1
    assert await count(world, Message) == 1
    async with trouble(world):
        with pytest.raises(Unavailable):
            await world.app.gate.handle(world.app.bots["telegram"], said(resident, "还在漏" * 50_000))
    await asyncio.gather(*world.app.gate._decorations)
    assert sum("暂时存不上" in m.text for m in resident.shown) == 2


async def test_an_english_speaker_is_asked_to_wait_in_english(world: World) -> None:
    """Past the database only the language of the app is known."""
    person = world.person("John")
    person.language = "en-GB"
    async with locked(world):
        with pytest.raises(Unavailable):
            await world.app.gate.handle(world.app.bots["telegram"], said(person, "hello"))
    await asyncio.gather(*world.app.gate._decorations)
    assert "12345" in person.shown[-1].text
    assert "存" not in person.shown[-1].text


async def test_asking_to_wait_keeps_the_pace(world: World) -> None:
    """An outage makes everybody hear that they wait: no faster than the channel takes messages, before anything else
    that waits; and that a button stops turning is no message."""
    turns = []

    class Kept(Pace):
        async def turn(self, chat_id: int, rank: int, count: int = 1) -> None:
            turns.append((chat_id, rank, count))

    person, world.app.courier.paces = world.person("张秀英"), {"telegram": Kept()}
    async with locked(world):
        with pytest.raises(Unavailable):
            await world.app.gate.handle(world.app.bots["telegram"], said(person, "谢谢"))
    await asyncio.gather(*world.app.gate._decorations)
    assert len(person.shown) == 1
    assert turns == [(person.id, 0, 1)]
    world.app.courier.paces = {}


class Away(BaseEventIsolation):
    """Whoever keeps the locks of several processes is away."""

    @asynccontextmanager
    async def lock(self, key: StorageKey) -> AsyncIterator[None]:
        raise ConnectionError("nobody there")
        yield

    async def close(self) -> None:
        return None


async def test_without_locks_nothing_is_handled(world: World) -> None:
    """Updates wait while their order cannot be kept."""
    resident = await world.resident()
    world.app.gate.isolation = Away()
    with pytest.raises(Unavailable):
        await world.app.gate.handle(world.app.bots["telegram"], said(resident, "谢谢"))
    assert await count(world, HandledUpdate) == 0


class Cut(BaseEventIsolation):
    """Whoever keeps the locks goes away while one is held."""

    @asynccontextmanager
    async def lock(self, key: StorageKey) -> AsyncIterator[None]:
        yield
        raise ConnectionError("nobody there any more")

    async def close(self) -> None:
        return None


async def test_what_was_committed_is_answered_though_its_lock_cannot_be_given_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wrote and who is to know hear of it at once, and not as something repeated; nothing is handed in again."""
    resident = await world.resident()
    worker = await world.staff("李敏")
    await resident.says("转人工")
    world.app.gate.isolation, given = Cut(), []
    submit = world.app.courier.submit
    monkeypatch.setattr(world.app.courier, "submit", lambda rows: (given.extend(rows), submit(rows)))
    await hand_in(world, said(resident, "楼道灯坏了"))
    assert given
    worker.sees("楼道灯坏了")
    resident.sees("登记好了")
    assert not any("重复" in message.text for message in [*resident.shown, *worker.shown])
    assert await count(world, Request) == 1


async def test_a_fault_under_a_lock_that_cannot_be_given_back_waits_for_the_database_only(world: World) -> None:
    """What is raised is what happened inside."""
    resident = await world.resident()
    world.app.gate.isolation = Cut()
    async with locked(world):
        with pytest.raises(Unavailable):
            await world.app.gate.handle(world.app.bots["telegram"], said(resident, "谢谢"))
    assert await count(world, HandledUpdate) == 0


async def test_a_pressed_button_is_answered_even_when_the_answer_fails(world: World) -> None:
    """The spinner is stopped after the transaction; a press that came from typing has none."""
    resident = await world.resident()
    await resident.presses("p:consent:yes")
    await asyncio.gather(*world.app.gate._decorations)
    calls = [type(c).__name__ for c in world.wires["telegram"].calls]
    assert calls.count("AnswerCallbackQuery") == 1
    await resident.says("设置")
    await resident.says("1")
    await asyncio.gather(*world.app.gate._decorations)
    assert [type(c).__name__ for c in world.wires["telegram"].calls].count("AnswerCallbackQuery") == 1


async def test_a_press_on_a_message_that_is_gone_still_has_a_chat(world: World) -> None:
    """Telegram leaves the message out when it is too old: the presser's own chat is meant."""
    resident = await world.resident()
    user = resident._user()
    query = CallbackQuery(id="1", from_user=user, chat_instance="c", data="p:domains:")
    await hand_in(world, Update(update_id=next(_IDS), callback_query=query))
    assert resident.shown
