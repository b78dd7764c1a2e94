"""What is said again says so, however the repeat came about; and what a start does not forget."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import SendMessage, TelegramMethod
from aiohttp import ConnectionTimeoutError, ServerDisconnectedError
from sqlalchemy.exc import OperationalError

from bot import courier as courier_module
from bot.courier import Courier
from bot.faults import doubtful
from bot.pace import Pace
from handlers.speech import Say
from storage import outbox
from storage.outbox import LEASE, WRITTEN, OutboxWriter
from tests.bot.test_courier import ASK, kept, leased, say, shown
from tests.conversations.chat import World

AGAIN = "（怕您没收到，再发一次）\n"


def caused(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


def limit(seconds: int) -> TelegramRetryAfter:
    return TelegramRetryAfter(ASK, "Too Many Requests", seconds)


@pytest.mark.parametrize(
    ("error", "may_have_been_done"),
    [
        (caused(TelegramNetworkError(ASK, "Request timeout error"), TimeoutError()), True),
        (caused(TelegramNetworkError(ASK, "ServerDisconnectedError"), ServerDisconnectedError()), True),
        (TelegramServerError(ASK, "Bad Gateway"), True),
        (ClientDecodeError("Failed to decode object", ValueError(), "<html>"), True),
        (caused(TelegramNetworkError(ASK, "Request timeout error"), ConnectionTimeoutError()), False),
        (caused(TelegramNetworkError(ASK, "OperationalError"), OperationalError("", {}, Exception("locked"))), False),
        (limit(5), False),
        (TelegramBadRequest(ASK, "Bad Request: message is too long"), False),
    ],
)
def test_after_which_errors_it_may_have_been_shown(error: Exception, may_have_been_done: bool) -> None:
    """No answer, or one that is none; not: nobody was reached, or it was refused."""
    assert doubtful(error) is may_have_been_done


@asynccontextmanager
async def next_process(world: World) -> AsyncIterator[Courier]:
    """The courier of the process that is started after the last one."""
    made = Courier(world.app.database, world.app.office, world.app.bots, lambda: world.now)
    first, world.app.courier = world.app.courier, made
    world.app.gate.courier = made
    made.start()
    yield made
    await made.stop()
    world.app.courier = first


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not ready():  # noqa: ASYNC110 - the courier has no bell for this
            await asyncio.sleep(0.01)


async def test_a_stop_while_a_message_is_on_its_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chat has it, the answer does not come before the process must end: it is said again with a word. What stood
    behind it was never on its way, and comes plainly."""
    monkeypatch.setattr(courier_module, "GRACE", 0.01)
    one, wire, reached = world.person("张秀英"), world.wires["telegram"], asyncio.Event()
    make = wire.make_request

    async def slow(bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        await make(bot, method, timeout)
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(wire, "make_request", slow)
    rows = await say(world, one, "一", "二")
    await reached.wait()
    await world.app.courier.stop()
    assert [outbox.again(await kept(world, row)) for row in rows] == [True, False]
    monkeypatch.setattr(wire, "make_request", make)
    async with next_process(world):
        await world.quiet()
        assert shown(one) == ["一", f"{AGAIN}一", "二"]


async def test_a_stop_while_a_message_waits_for_its_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was not on its way yet: nothing is said twice, and nothing says so."""
    monkeypatch.setattr(courier_module, "GRACE", 0.01)
    asked = asyncio.Event()

    class Never(Pace):
        async def turn(self, chat_id: int, rank: int, count: int = 1) -> None:
            asked.set()
            await asyncio.Event().wait()

    world.app.courier.paces = {"telegram": Never()}
    one = world.person("张秀英")
    await say(world, one, "一")
    await asked.wait()
    await world.app.courier.stop()
    async with next_process(world):
        await world.quiet()
        assert shown(one) == ["一"]


@pytest.mark.parametrize(
    ("error", "before"),
    [
        (TelegramNetworkError(ASK, "Request timeout error"), ["一"]),
        (TelegramServerError(ASK, "Bad Gateway"), ["一"]),
        (caused(TelegramNetworkError(ASK, "ClientConnectorError"), ConnectionTimeoutError()), []),
    ],
)
async def test_an_answer_that_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, before: list[str]
) -> None:
    """What was taken and not answered comes with a word when it comes again; what reached nobody comes plainly."""
    one, wire, errors = world.person("张秀英"), world.wires["telegram"], [error]
    make = wire.make_request

    async def lossy(bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if errors and not before:
            raise errors.pop()
        made = await make(bot, method, timeout)
        if errors:
            raise errors.pop()
        return made

    monkeypatch.setattr(wire, "make_request", lossy)
    await say(world, one, "一")
    await world.quiet()
    await world.later(seconds=5)
    assert shown(one) == [*before, f"{AGAIN if before else ''}一"]


async def test_the_word_is_kept_through_every_delay(world: World) -> None:
    """A process died with two rows in hand; the next one is told to wait at the first, and the second waits behind."""
    one, wire = world.person("张秀英"), world.wires["telegram"]
    await leased(world, one, "一")
    await leased(world, one, "二")
    wire.faults += [limit(20), TelegramNetworkError(ASK, "Request timeout error"), limit(20)]
    await world.later(seconds=LEASE.total_seconds() + 1)
    for _ in range(3):
        assert shown(one) == []
        await world.later(seconds=21)
    assert shown(one) == [f"{AGAIN}一", f"{AGAIN}二"]


async def test_a_start_does_not_forget_that_it_was_told_to_wait(world: World) -> None:
    """Telegram said: not before an hour. The next process writes nothing to this chat meanwhile, and then in order."""
    one, other, wire = world.person("张秀英"), world.person("王秀英"), world.wires["telegram"]
    wire.faults.append(limit(3600))
    await say(world, one, "一", "二")
    await world.quiet()
    await world.app.courier.stop()
    async with next_process(world) as courier:
        await until(lambda: bool(courier._late))
        asked = len(wire.calls)
        await say(world, one, "三")
        await say(world, other, "甲")
        await world.later(seconds=5)
        assert shown(other) == ["甲"]
        assert len(wire.calls) == asked + 1
        await world.later(hours=1)
        assert shown(one) == ["一", "二", "三"]


async def test_a_clock_that_was_put_right_before_the_start_delays_nothing(world: World) -> None:
    """Written under a clock three hours ahead, by a process that died before anybody had it in hand."""
    one = world.person("张秀英")
    await world.app.courier.stop()
    async with world.app.database.write() as session:
        row = OutboxWriter(session, world.now + timedelta(hours=3)).reply(one.channel, one.id, Say("一").pack())
        row.leased_until = None
        session.info.pop(WRITTEN)
    async with next_process(world):
        await until(lambda: bool(shown(one)))
        assert shown(one) == ["一"]


async def test_who_has_enough_in_hand_takes_nothing_new(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of the day wait in the outbox until there is room; who is answered, and who must be told again, need not
    wait for that."""
    monkeypatch.setattr(courier_module, "MOST_HELD", 50)
    courier, one, gate = world.app.courier, world.person("张秀英"), asyncio.Event()

    class Crowded(Pace):
        async def turn(self, chat_id: int, rank: int, count: int = 1) -> None:
            if chat_id != one.id:
                await gate.wait()

    courier.paces = {"telegram": Crowded()}
    async with world.app.database.write() as session:
        writer = OutboxWriter(session, world.now)
        for number in range(250):
            writer.reply("telegram", 5_000 + number, Say("通知").pack()).leased_until = None
        session.info.pop(WRITTEN)
    courier.wake()
    await until(lambda: len(courier._held) == outbox.CLAIMED)
    wire = world.wires["telegram"]
    wire.faults.append(limit(5))
    await say(world, one, "一")
    await until(lambda: not wire.faults and one.id not in {chat for _, chat in courier._held.values()})
    world.now += timedelta(seconds=6)
    courier.wake()
    await until(lambda: shown(one) == ["一"])
    await courier.settled(one.channel, one.id)
    assert len(courier._held) == outbox.CLAIMED
    gate.set()
    await world.quiet()
    assert sum(len(wire.chats.get(5_000 + number, [])) for number in range(250)) == 250
    assert all(isinstance(method, SendMessage) for method in wire.calls)
