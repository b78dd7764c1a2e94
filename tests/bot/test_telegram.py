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
from bot.gate import Unavailable, Unreadable
from storage import conversations
from tests.conversations.chat import World
from tests.live.botapi import BotApi
from tests.live.people import Person

PATIENCE = 15.0


@dataclass
class Desk:
    """Whoever handles updates: writes down what came, and does what the test asks first."""

    seen: list[str] = field(default_factory=list)
    unread: list[Unreadable] = field(default_factory=list)
    before: Callable[[str], Awaitable[None]] | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, bot: Bot, update: Update | Unreadable) -> None:
        words = (update.message.text if isinstance(update, Update) and update.message else None) or ""
        if self.before is not None:
            await self.before(words)
        async with self.changed:
            self.seen.append(words)
            self.unread += [update] if isinstance(update, Unreadable) else []
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


async def test_what_cannot_be_read_is_handed_in_as_such(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    """One update that is no update is handed in with its number and whoever said it, in its place in that chat; it does
    not stop those around it, and is confirmed when it has been handled."""
    person, desk, failures = Person(api, 7, "王秀英"), Desk(), [1]
    await person.send("一")
    said = {"message_id": "x", "text": "秘密", "chat": {"id": 7, "title": 5}, "from": {"id": 7, "language_code": "en"}}
    poison = person.send_raw({"message": said})
    await person.send("二")

    async def away(words: str) -> None:
        if not words and failures:
            failures.pop()
            assert any(raw["update_id"] == poison for raw in api.bot.pending)
            raise Unavailable

    desk.before = away
    async with serving(api, desk):
        await desk.has("一", "", "二")
        assert await api.until(lambda: not api.bot.pending, PATIENCE)
    assert not failures
    [unread] = desk.unread
    assert (unread.update_id, unread.chat and unread.chat.id, unread.chat and unread.chat.type) == (
        poison,
        7,
        "private",
    )
    assert unread.sender is not None
    assert unread.sender.language_code == "en"
    assert f"update {poison} cannot be read" in caplog.text
    assert "秘密" not in caplog.text


@pytest.mark.parametrize(
    "event",
    [
        {"message": 5},
        {"message": {"chat": 7, "from": 7}},
        {"message": {"chat": {"id": -100, "type": "group"}, "from": {"id": 7}}},
        {"message": {"chat": {"id": 7}, "from": {"id": 8}}},
        {"callback_query": {"id": "1", "message": [], "from": {"id": 7}}},
        {"my_chat_member": {"chat": {"id": 7, "type": "private"}, "from": {"id": 7}}},
    ],
)
async def test_who_is_not_known_to_have_written_in_private_is_not_named(api: BotApi, event: dict[str, object]) -> None:
    """Then only its number is handed in."""
    person, desk = Person(api, 7, "王秀英"), Desk()
    poison = person.send_raw(event)
    async with serving(api, desk):
        await desk.has("")
    assert [(unread.update_id, unread.chat, unread.sender) for unread in desk.unread] == [(poison, None, None)]


async def test_what_cannot_be_read_is_recorded_and_its_sender_told(api: BotApi, world: World) -> None:
    """From Telegram to the record that `check` reads, through the app's own gate."""
    resident = await world.resident()
    person = Person(api, resident.id, resident.name)
    await person.send("谢谢")
    said = {"date": 1, "text": "煤气漏了", "chat": {"id": resident.id, "title": 5}, "from": {"id": resident.id}}
    poison = person.send_raw({"message": said})
    world.app.gate.channels[int(api.token.partition(":")[0])] = "telegram"
    channel = TelegramChannel(api.token, api=api.url, handle=world.app.gate.handle)
    await channel.start()
    assert await api.until(lambda: not api.bot.pending, PATIENCE)
    await channel.stop()
    await channel.close()
    await world.quiet()
    assert "没办成" in resident.last.text
    async with world.app.database.read() as session:
        faults = [(fault.update_id, fault.error) for fault in await conversations.faults(session)]
    assert faults == [(poison, "Unreadable")]


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


@pytest.mark.parametrize(("code", "words"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_token_that_is_refused_for_a_while_is_asked_with_again(
    api: BotApi, caplog: pytest.LogCaptureFixture, code: int, words: str
) -> None:
    """Telegram refuses good ones for a moment too: nothing ends, the log names the setting each time, and how long
    nothing has come is known to whoever watches."""
    person, desk, away = Person(api, 7, "王秀英"), Desk(), []
    api.fail("getUpdates", code=code, description=words, times=2)
    await person.send("一")
    async with serving(api, desk) as channel:

        async def looks(_: str) -> None:
            away.append(channel.away)

        desk.before = looks
        assert await api.until(lambda: "does not know this token any more" in caplog.text, PATIENCE)
        assert channel.away > 0
        await desk.has("一")
        assert not channel.stopped.is_set()
        assert channel.fault is None
    assert away == [0.0]
    told = [r for r in caplog.records if r.levelname == "ERROR"]
    assert [r.getMessage().partition(":")[0] for r in told] == ["SHOUWEN_TELEGRAM_TOKEN"] * 2


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
    to come again, also with what cannot be read; what has not even a number is taken and forgotten."""
    person, desk, failed = Person(api, 7, "王秀英"), Desk(), list[str]()

    async def away(words: str) -> None:
        if words in ("一", "") and words not in failed:
            failed.append(words)
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
                ("s-1", b"\xff", 200),
                ("s-1", b"[]", 200),
                ("s-1", b'{"message": 5}', 200),
                ("s-1", b'{"update_id": 1, "message": 5}', 503),
                ("s-1", b'{"update_id": 1, "message": 5}', 200),
            ):
                headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
                async with http.post(f"{url}/telegram/webhook", data=body, headers=headers) as answer:
                    assert answer.status == status
        assert desk.seen == ["一", "二", ""]
        assert [unread.update_id for unread in desk.unread] == [1]
        await channel.stop()
        await channel.close()
        await runner.cleanup()
