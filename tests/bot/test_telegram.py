"""The Telegram channel against the stand-in: what is confirmed when, and what is done with what cannot be read."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiogram import Bot
from aiogram.types import Update
from aiohttp import ClientSession, web

from bot.channels.telegram import TelegramChannel
from bot.gate import Unavailable
from tests.live.botapi import BotApi
from tests.live.people import Person

PATIENCE = 15.0


@dataclass
class Desk:
    """Whoever handles updates: writes down what came, and does what the test asks first."""

    seen: list[str] = field(default_factory=list)
    before: Callable[[str], Awaitable[None]] | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, bot: Bot, update: Update) -> None:
        words = (update.message.text if update.message else None) or ""
        if self.before is not None:
            await self.before(words)
        async with self.changed:
            self.seen.append(words)
            self.changed.notify_all()

    async def has(self, *words: str) -> None:
        """Wait until exactly this has been handled."""
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(lambda: len(self.seen) >= len(words))
        assert self.seen == list(words)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as running:
        yield running


@asynccontextmanager
async def serving(api: BotApi, desk: Desk, token: str | None = None) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(token or api.token, api=api.url + "/", handle=desk.handle)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()
        await channel.close()


async def test_what_was_not_handled_is_not_confirmed(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram keeps an update until the next fetch after it was handled: a crash before that loses nothing."""
    person, desk, under_way = Person(api, 7, "王秀英"), Desk(), asyncio.Event()
    monkeypatch.setattr("bot.channels.telegram._GRACE", 0.1)

    async def never(words: str) -> None:
        under_way.set()
        await asyncio.Event().wait()

    desk.before = never
    async with serving(api, desk):
        await person.send("一")
        await asyncio.wait_for(under_way.wait(), PATIENCE)
    assert [u["message"]["text"] for u in api.bot.pending] == ["一"]
    desk.before = None
    async with serving(api, desk):
        await desk.has("一")
        assert await api.until(lambda: not api.bot.pending, PATIENCE)


async def test_what_is_being_handled_ends_before_the_channel_does(api: BotApi) -> None:
    """A polite stop cuts no transaction off; nothing is begun any more."""
    person, desk, under_way, goes_on = Person(api, 7, "王秀英"), Desk(), asyncio.Event(), asyncio.Event()

    async def slow(words: str) -> None:
        under_way.set()
        await goes_on.wait()

    desk.before = slow
    for words in ("一", "二"):
        await person.send(words)
    async with serving(api, desk) as channel:
        await asyncio.wait_for(under_way.wait(), PATIENCE)
        stopping = asyncio.create_task(channel.stop())
        await asyncio.sleep(0)
        goes_on.set()
        await asyncio.wait_for(stopping, PATIENCE)
    assert desk.seen == ["一"]


async def test_an_update_waits_for_the_database_and_keeps_its_place(api: BotApi) -> None:
    """While nothing can be kept it is handed in again; what the same person said later comes after it, and others do
    not wait for it."""
    person, other, desk, failures = Person(api, 7, "王秀英"), Person(api, 8, "张强"), Desk(), [1, 2]

    async def away(words: str) -> None:
        if words == "一" and failures:
            failures.pop()
            raise Unavailable

    desk.before = away
    for words in ("一", "二"):
        await person.send(words)
    await other.send("甲")
    async with serving(api, desk):
        await desk.has("甲", "一", "二")


async def test_a_fault_lets_the_next_through(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    """What the handler cannot take is logged without its words and passed by."""
    person, desk = Person(api, 7, "王秀英"), Desk()

    async def faulty(words: str) -> None:
        if words == "十三八":
            raise ValueError(words)

    desk.before = faulty
    async with serving(api, desk):
        await person.send("十三八")
        await person.send("二")
        await desk.has("二")
    assert "ValueError" in caplog.text
    assert "十三八" not in caplog.text


async def test_what_cannot_be_read_is_left_out(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    """One update that is no update does not stop those around it, and does not come again."""
    person, desk = Person(api, 7, "王秀英"), Desk()
    await person.send("一")
    poison = person.send_raw({"message": {"message_id": "x", "text": "秘密"}})
    await person.send("二")
    async with serving(api, desk):
        await desk.has("一", "二")
        assert await api.until(lambda: not api.bot.pending, PATIENCE)
    assert f"update {poison} cannot be read" in caplog.text
    assert "秘密" not in caplog.text


@pytest.mark.parametrize("code", [500, 502, 429, "drop"])
async def test_fetching_goes_on_after_an_outage(api: BotApi, code: int) -> None:
    """Whatever the server answers instead of updates, they come in the end."""
    person, desk = Person(api, 7, "王秀英"), Desk()
    api.fail("deleteWebhook", code=code)  # type: ignore[arg-type]
    api.fail("getUpdates", code=code)  # type: ignore[arg-type]
    api.fail("setMyCommands", code=code, times=None)  # type: ignore[arg-type]
    await person.send("一")
    async with serving(api, desk):
        await desk.has("一")


@pytest.mark.parametrize(("code", "words"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_token_that_nobody_knows_is_a_fault(api: BotApi, code: int, words: str) -> None:
    """It names the setting and ends the channel."""
    api.fail("deleteWebhook", code=code, description=words)
    async with serving(api, Desk()) as channel:
        await asyncio.wait_for(channel.stopped.wait(), PATIENCE)
        assert channel.fault is not None
        assert channel.fault.startswith("SHOUWEN_TELEGRAM_TOKEN: ")


async def test_a_page_instead_of_an_answer_is_an_outage() -> None:
    """A proxy's error page is no reason to stop."""
    asked = asyncio.Event()
    answers = iter(["<html>Bad Gateway</html>"] * 2)

    async def page(request: web.Request) -> web.Response:
        text = next(answers, None)
        if text is None:
            asked.set()
        return web.Response(text=text or '{"ok": true, "result": true}', status=502 if text else 200)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    channel = TelegramChannel("1:x", api=f"http://127.0.0.1:{runner.addresses[0][1]}", handle=Desk().handle)
    await channel.start()
    await asyncio.wait_for(asked.wait(), PATIENCE)
    assert channel.fault is None
    await channel.stop()
    await channel.close()
    await runner.cleanup()


async def test_a_webhook_takes_updates_with_its_secret(api: BotApi) -> None:
    """Telegram calls with the secret; whoever calls without it is refused; while the database is away Telegram is told
    to come again; nonsense is taken and forgotten."""
    person, desk, failures = Person(api, 7, "王秀英"), Desk(), [1]

    async def away(words: str) -> None:
        if words == "一" and failures:
            failures.pop()
            raise Unavailable

    desk.before = away
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        channel = TelegramChannel(api.token, api=api.url, handle=desk.handle, webhook=url + "/", secret="s-1")
        app = web.Application()
        channel.add_routes(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        await channel.start()
        await person.send("一")
        await person.send("二")
        await desk.has("一", "二")
        async with ClientSession() as http:
            for secret, body, status in (
                ("", b"{}", 403),
                ("wrong", b"{}", 403),
                ("s-1", b"nonsense", 200),
                ("s-1", b'{"update_id": 1, "message": 5}', 200),
            ):
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with http.post(f"{url}/telegram/webhook", data=body, headers=headers) as answer:
                    assert answer.status == status
        assert desk.seen == ["一", "二"]
        await channel.stop()
        await channel.close()
        await runner.cleanup()
