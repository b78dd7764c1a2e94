"""A browser as the web chat sees one, and an office with nobody behind the desk but a test."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiogram import Bot
from aiogram.types import Update
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType

from bot.channels.web import WebChannel
from storage.database import Database
from storage.tables import Base
from storage.transcript import Transcript

PATIENCE = 10.0


class Office:
    """A running web channel whose handler writes down what it gets and does what the test asks."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder, self.settings = folder, settings
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.updates: list[Update] = []
        self.answer: Callable[[Bot, Update], Awaitable[Any]] | None = None
        self.arrived = asyncio.Condition()
        self.database = Database(f"sqlite+aiosqlite:///{folder / 'web.db'}")
        self.transcript = Transcript(self.database)
        self.channel = self.make_channel()

    def make_channel(self) -> WebChannel:
        return WebChannel(
            self.database,
            self.folder / "files",
            host="127.0.0.1",
            port=0,
            handle=self.handle,
            now=lambda: self.time,
            **self.settings,
        )

    @property
    def base(self) -> str:
        """Where the server itself listens, whatever stands before it."""
        assert self.channel._runner is not None
        host, port = self.channel._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def handle(self, bot: Bot, update: Update) -> None:
        if self.answer is not None:
            await self.answer(bot, update)
        async with self.arrived:
            self.updates.append(update)
            self.arrived.notify_all()

    async def got(self, count: int) -> list[Update]:
        """The updates, once there are that many."""
        async with asyncio.timeout(PATIENCE), self.arrived:
            await self.arrived.wait_for(lambda: len(self.updates) >= count)
        return self.updates

    async def restart(self) -> None:
        await self.channel.stop()
        self.channel = self.make_channel()
        await self.channel.start()

    @asynccontextmanager
    async def browser(self, place: str = "/") -> AsyncIterator["Browser"]:
        """A browser that was never here before."""
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
            browser = Browser(self, http, place)
            yield browser
            await browser.leave()

    def later(self, **span: float) -> None:
        self.time += timedelta(**span)


@asynccontextmanager
async def open_office(folder: Path, **settings: Any) -> AsyncIterator[Office]:
    office = Office(folder, **settings)
    async with office.database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await office.channel.start()
    yield office
    await office.channel.stop()
    await office.database.close()


class Browser:
    def __init__(self, office: Office, http: ClientSession, place: str) -> None:
        self.office = office
        self.http = http
        self.place = place
        self.socket: ClientWebSocketResponse | None = None
        self.chat = 0
        self.seen: list[dict[str, Any]] = []
        self.count = 0

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": self.office.channel.url}

    def url(self, path: str) -> str:
        return self.office.channel.url + self.place + path

    async def enter(self) -> "Browser":
        """Ask for a session as the page does, then look at the chat."""
        async with self.http.post(self.url("session"), headers=self.origin) as answer:
            assert answer.status == 200
            self.chat = (await answer.json())["chat"]
        await self.look()
        return self

    async def look(self, since: int | None = None) -> dict[str, Any]:
        """Open the socket; what the server says first."""
        await self.leave()
        self.socket = await self.http.ws_connect(self.url("socket"), headers=self.origin)
        await self.say({"type": "hello", "since": since, "language": "zh"})
        hello = await self.hear("hello")
        if since is None:
            self.seen = (await self.hear("history"))["messages"]
        return hello

    async def leave(self) -> None:
        if self.socket is not None:
            await self.socket.close()
            self.socket = None

    async def say(self, thing: dict[str, Any]) -> None:
        assert self.socket is not None
        await self.socket.send_json(thing)

    async def send(self, **form: Any) -> dict[str, Any]:
        """Say one thing and give the server's answer to it."""
        self.count += 1
        form = {"client_id": f"c{self.count}", **form}
        await self.say(form)
        return await self.hear("ack", "refused")

    async def hear(self, *kinds: str) -> dict[str, Any]:
        """The next of these kinds; messages heard on the way are kept in `seen`."""
        assert self.socket is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.socket.receive()
                assert frame.type is WSMsgType.TEXT, frame
                said = frame.json()
                if said["type"] == "messages":
                    self.seen += said["messages"]
                if said["type"] in kinds:
                    return said

    async def sees(self, predicate: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The newest message that is so, waited for."""
        while not (found := [message for message in self.seen if predicate(message)]):
            await self.hear("messages")
        return found[-1]

    async def closed(self) -> int:
        """The code the server closes with."""
        assert self.socket is not None
        async with asyncio.timeout(PATIENCE):
            while (message := await self.socket.receive()).type is WSMsgType.TEXT:
                pass
        if message.type is WSMsgType.CLOSE:  # the answer to it may find nobody there any more, and aiohttp forgets it
            return int(message.data)
        assert self.socket.close_code is not None
        return self.socket.close_code

    async def upload(self, data: bytes | BytesIO, title: str, mime: str = "application/octet-stream") -> Any:
        headers = {**self.origin, "X-Title": quote(title), "Content-Type": mime}
        async with self.http.post(self.url("files"), data=data, headers=headers) as answer:
            return answer.status, await answer.json()
