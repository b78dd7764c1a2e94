"""What no handler can take, and what cannot even be read: it stands in the record, and whoever wrote hears of it."""

import asyncio
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import Chat, Update, User

from bot.gate import Unavailable, Unreadable
from storage import conversations
from storage.tables import HandledUpdate
from tests.bot.test_gate import _IDS, count, hand_in, locked, said
from tests.conversations.chat import World


async def _faults(world: World) -> list[tuple[int, str | None]]:
    async with world.app.database.read() as session:
        return [(fault.update_id, fault.error) for fault in await conversations.faults(session)]


# -- what stands nowhere is never confirmed


async def test_a_fault_that_cannot_be_answered_is_set_down_and_told_past_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is wrong with the answer: the update does not come for ever, its kind stands in the record, and whoever
    wrote hears that it did not work."""
    resident = await world.resident()

    async def broken(_: Bot, update: Update, **__: Any) -> Any:
        raise ZeroDivisionError(update.message.text if update.message else "")

    async def broken_too(*_: Any) -> Any:
        raise LookupError(update.message.text if update.message else "")

    monkeypatch.setattr(world.app.dispatcher, "feed_update", broken)
    monkeypatch.setattr(world.app.gate, "_close", broken_too)
    update = said(resident, "我的电话是13812345678")
    await hand_in(world, update)
    await asyncio.gather(*world.app.gate._decorations)
    assert await _faults(world) == [(update.update_id, "ZeroDivisionError")]
    assert [message.text for message in resident.shown if "没办成" in message.text] == [resident.last.text]
    assert "LookupError" in caplog.text
    assert "13812345678" not in caplog.text


async def test_a_fault_that_cannot_even_be_set_down_is_handed_in_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reason: it stands nowhere."""
    resident = await world.resident()

    async def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(world.app.dispatcher, "feed_update", broken)
        patch.setattr("storage.conversations.failed", broken)
        update = said(resident, "谢谢")
        with pytest.raises(Unavailable):
            await world.app.gate.handle(world.app.bots["telegram"], update)
    assert await count(world, HandledUpdate) == 0
    await hand_in(world, update)
    assert "不客气" in resident.last.text
    assert await _faults(world) == []


# -- what cannot be read


async def test_what_cannot_be_read_is_answered_and_recorded_like_any_fault(world: World) -> None:
    """Who said it in private hears that it did not work, once; and it is among what `check` names."""
    resident = await world.resident()
    unread = Unreadable(
        update_id=next(_IDS),
        chat=Chat(id=resident.id, type="private"),
        sender=User(id=resident.id, is_bot=False, first_name=""),
    )
    for _ in range(2):
        await world.feed("telegram", unread)
    assert sum("没办成" in message.text for message in resident.shown) == 1
    assert await _faults(world) == [(unread.update_id, "Unreadable")]


async def test_what_cannot_be_read_at_all_is_recorded(world: World) -> None:
    """Nobody is known to tell."""
    unread = Unreadable(update_id=next(_IDS))
    async with locked(world):
        with pytest.raises(Unavailable):
            await world.app.gate.handle(world.app.bots["telegram"], unread)
    await world.feed("telegram", unread)
    assert await _faults(world) == [(unread.update_id, "Unreadable")]
