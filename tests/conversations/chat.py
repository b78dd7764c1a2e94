"""Chat stories: people who send, click and see, through the real Dispatcher and the app's own wiring.

Only the wire is replaced: a strict `BaseSession` that refuses what the Bot API would refuse."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import GetFile, GetMe, TelegramMethod
from aiogram.types import Chat, File, InlineKeyboardMarkup, Message, ReplyKeyboardMarkup, Update, User
from sqlalchemy import func, select

from bot.app import App
from bot.gate import Unreadable
from bot.settings import Settings
from handlers.desk import CONSENT_VERSION, Office
from knowledge import Matcher
from knowledge.calendar import Calendar
from knowledge.lifecycle import Role
from storage.ledger import Rules
from storage.people import People
from storage.tables import Outbox, Person, Request, Staff

_TAG = re.compile(r"<[^>]+>")


@dataclass
class Shown:
    """One message that the bot showed in a chat."""

    id: int
    kind: str
    text: str
    method: TelegramMethod[Any]
    edited: bool = False

    @property
    def buttons(self) -> list[tuple[str, str]]:
        markup = getattr(self.method, "reply_markup", None)
        if not isinstance(markup, InlineKeyboardMarkup):
            return []
        return [(b.text, b.callback_data or "") for row in markup.inline_keyboard for b in row]

    @property
    def menu(self) -> list[str]:
        markup = getattr(self.method, "reply_markup", None)
        return [b.text for row in markup.keyboard for b in row] if isinstance(markup, ReplyKeyboardMarkup) else []

    @property
    def reply_to(self) -> int | None:
        given = getattr(self.method, "reply_parameters", None)
        return given.message_id if given else None


class Wire(BaseSession):
    """Keeps what was sent, by chat; blocks and faults can be set."""

    def __init__(self) -> None:
        super().__init__()
        self.chats: dict[int, list[Shown]] = {}
        self.blocked: set[int] = set()
        self.faults: list[Exception] = []
        self.calls: list[TelegramMethod[Any]] = []
        self._ids = itertools.count(1_000)

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        self.calls.append(method)
        name = type(method).__name__
        if isinstance(method, GetMe):
            return User(id=bot.id, is_bot=True, first_name="首问台", username="desk_bot")
        if isinstance(method, GetFile):
            return File(file_id=method.file_id, file_unique_id=method.file_id, file_path=method.file_id)
        if not name.startswith(("Send", "Edit")) or name == "SendChatAction":
            return True
        if self.faults:
            raise self.faults.pop(0)
        chat_id = int(getattr(method, "chat_id"))  # noqa: B009
        if chat_id in self.blocked:
            raise TelegramForbiddenError(method=method, message="Forbidden: bot was blocked by the user")
        text = getattr(method, "text", None) or getattr(method, "caption", None) or ""
        _judge(method, text)
        plain = _TAG.sub("", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        here = self.chats.setdefault(chat_id, [])
        if name.startswith("Edit"):
            for shown in here:
                if shown.id == getattr(method, "message_id"):  # noqa: B009
                    shown.text, shown.edited = plain, True
            return True
        count = len(getattr(method, "media", [])) if name == "SendMediaGroup" else 1
        if name == "SendMediaGroup":
            plain = _TAG.sub("", getattr(method, "media")[0].caption or "")  # noqa: B009
        results = []
        for _ in range(count):
            shown = Shown(next(self._ids), name.removeprefix("Send").lower(), plain, method)
            here.append(shown)
            results.append(
                Message(message_id=shown.id, date=datetime.now(), chat=Chat(id=chat_id, type="private"))  # noqa: DTZ005
            )
        return results if name == "SendMediaGroup" else results[0]

    async def close(self) -> None:
        return None

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        yield b"bytes"


def _judge(method: TelegramMethod[Any], text: str) -> None:
    """Refuse what the Bot API refuses."""
    limit = 1024 if getattr(method, "caption", None) else 4096
    if len(_TAG.sub("", text)) > limit:
        raise TelegramBadRequest(method=method, message="Bad Request: message is too long")
    if type(method).__name__ == "SendMessage" and not text.strip():
        raise TelegramBadRequest(method=method, message="Bad Request: message text is empty")
    opened: list[str] = []
    for tag in _TAG.findall(text):
        name = tag.strip("</>").split()[0]
        if name not in {"b", "i", "code", "blockquote", "a", "s", "u", "pre"}:
            raise TelegramBadRequest(method=method, message=f"Bad Request: can't parse entities: {tag}")
        if tag.startswith("</"):
            if not opened or opened.pop() != name:
                raise TelegramBadRequest(method=method, message="Bad Request: can't parse entities")
        else:
            opened.append(name)
    if opened:
        raise TelegramBadRequest(method=method, message="Bad Request: can't parse entities: unclosed")
    markup = getattr(method, "reply_markup", None)
    if isinstance(markup, InlineKeyboardMarkup):
        for button in itertools.chain.from_iterable(markup.inline_keyboard):
            if len((button.callback_data or "").encode()) > 64 or not button.text:
                raise TelegramBadRequest(method=method, message="Bad Request: BUTTON_DATA_INVALID")


@dataclass
class World:
    """The running app with a clock that the story sets."""

    app: App
    wires: dict[str, Wire]
    now: datetime
    area_code: str = "HJ"
    _updates: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _messages: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    people: dict[int, Actor] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def open(cls, database_url: str, folder: Path, matcher: Matcher, now: datetime) -> AsyncIterator[World]:
        world = cls.made(database_url, folder, matcher, now, {"telegram": Wire(), "web": Wire()})
        await world.app.start()
        try:
            await world.add_area("HJ", "黄桷社区")
            yield world
        finally:
            await world.app.stop()

    @classmethod
    def made(cls, database_url: str, folder: Path, matcher: Matcher, now: datetime, wires: dict[str, Wire]) -> Self:
        """A world that is not started yet."""
        settings = Settings(_env_file=None, database_url=database_url, web_port=0, data=folder)
        app = App(settings)
        world = cls(app, wires, now)
        app.now = lambda: world.now
        app.office = Office(Rules(matcher.catalogue, Calendar.load(None), settings.zone), matcher)
        app.bots = {
            name: Bot(f"{number}:test", session=wire, default=DefaultBotProperties(parse_mode="HTML"))
            for number, (name, wire) in enumerate(world.wires.items(), 10)
        }
        return world

    async def add_area(self, code: str, name: str, parent: str | None = None) -> None:
        async with self.app.database.write() as session:
            await People(session, self.now).add_area(code, name, parent=parent)

    async def staff(
        self,
        name: str,
        role: Role = Role.WORKER,
        *,
        area: str = "HJ",
        channel: str = "telegram",
        domains: tuple[str, ...] = (),
    ) -> Actor:
        """Somebody with a post, who has agreed to everything already."""
        actor = self.person(name, channel)
        async with self.app.database.write() as session:
            people = People(session, self.now)
            found = await people.area_by_code(area)
            assert found is not None
            person = await people.add(
                name=name,
                channel=channel,
                chat_id=actor.id,
                area_id=found.id,
                consented_at=self.now,
                consent_version=CONSENT_VERSION,
            )
            session.add(Staff(person_id=person.id, area_id=found.id, role=role, domains=list(domains), since=self.now))
        return actor

    async def resident(
        self, name: str = "张秀英", *, area: str = "HJ", channel: str = "telegram", **more: Any
    ) -> Actor:
        """Somebody who has agreed and chosen a community."""
        actor = self.person(name, channel)
        async with self.app.database.write() as session:
            people = People(session, self.now)
            found = await people.area_by_code(area)
            assert found is not None
            await people.add(
                name=name,
                channel=channel,
                chat_id=actor.id,
                area_id=found.id,
                consented_at=self.now,
                consent_version=CONSENT_VERSION,
                **more,
            )
        return actor

    def person(self, name: str, channel: str = "telegram") -> Actor:
        """Somebody the desk has never met."""
        actor = Actor(self, 100 + len(self.people), name, channel)
        self.people[actor.id] = actor
        return actor

    async def feed(self, channel: str, update: Update | Unreadable) -> None:
        await self.app.gate.handle(self.app.bots[channel], update)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until everything that is due has been delivered and written down."""
        async with asyncio.timeout(20):
            while True:
                async with self.app.database.read() as session:
                    waiting = (
                        await session.execute(
                            select(func.count())
                            .select_from(Outbox)
                            .where(Outbox.sent_at.is_(None), Outbox.failed_at.is_(None), Outbox.due_at <= self.now)
                        )
                    ).scalar_one()
                if not waiting and not self.app.courier._held:
                    return
                self.app.courier.wake()
                await asyncio.sleep(0.01)

    async def later(self, **by: float) -> None:
        """Let time pass, and whatever is due then be delivered."""
        self.now += timedelta(**by)
        await self.quiet()

    async def requests(self) -> list[Request]:
        async with self.app.database.read() as session:
            return list((await session.execute(select(Request).order_by(Request.id))).scalars())

    async def who(self, actor: Actor) -> Person:
        async with self.app.database.read() as session:
            found = await People(session, self.now).by_chat(actor.channel, actor.id)
            assert found is not None
            return found


@dataclass
class Actor:
    """A person with a chat. `sees` looks at what came since the last thing seen."""

    world: World
    id: int
    name: str
    channel: str
    seen: int = 0
    language: str = "zh"

    @property
    def shown(self) -> list[Shown]:
        return self.world.wires[self.channel].chats.get(self.id, [])

    @property
    def last(self) -> Shown:
        return self.shown[-1]

    @property
    def unread(self) -> list[Shown]:
        return self.shown[self.seen :]

    async def says(self, text: str | None = None, *, reply_to: Shown | None = None, **more: Any) -> int:
        """Send a message of any kind; returns its message id."""
        message = self._message(text, reply_to, **more)
        self.seen = len(self.shown)
        await self.update(message=message)
        return message.message_id

    async def edits(self, message_id: int, text: str) -> None:
        changed = self._message(text, None).model_copy(update={"message_id": message_id, "edit_date": 1})
        self.seen = len(self.shown)
        await self.update(edited_message=changed)

    async def photo(
        self, caption: str | None = None, *, album: str | None = None, reply_to: Shown | None = None
    ) -> int:
        size = {"file_id": f"photo-{next(self.world._messages)}", "file_unique_id": "u", "width": 9, "height": 9}
        return await self.says(None, reply_to=reply_to, photo=[size], caption=caption, media_group_id=album)

    async def voice(self) -> int:
        return await self.says(None, voice={"file_id": "voice-1", "file_unique_id": "v", "duration": 3})

    async def clicks(self, label: str, shown: Shown | None = None) -> None:
        """Press the newest button of that label, or with `label` in it where none is just that."""
        found = [
            (words != label, message, data)
            for message in ([shown] if shown else reversed(self.shown))
            for words, data in message.buttons
            if label in words
        ]
        assert found, f"{self.name} has no button {label!r}:\n{self.transcript()}"
        _, message, data = min(found, key=lambda button: button[0])
        await self.presses(data, message)

    async def presses(self, data: str, shown: Shown | None = None) -> None:
        """Press a button with this callback data, forged or real."""
        self.seen = len(self.shown)
        message = Message(message_id=shown.id if shown else 1, date=self.world.now, chat=self._chat())
        query = {"id": "q", "from": self._user(), "chat_instance": "c", "message": message, "data": data}
        await self.update(callback_query=query)

    async def update(self, **event: Any) -> Update:
        update = Update.model_validate({"update_id": next(self.world._updates), **event})
        await self.world.feed(self.channel, update)
        return update

    def sees(self, *words: str) -> Shown:
        """The first new message that has all these words; what came before it counts as seen."""
        for index in range(self.seen, len(self.shown)):
            if all(word in self.shown[index].text for word in words):
                self.seen = index + 1
                return self.shown[index]
        raise AssertionError(f"{self.name} does not see {words}:\n{self.transcript()}")

    def sees_not(self, word: str) -> None:
        assert not any(word in message.text for message in self.unread), self.transcript()

    def transcript(self) -> str:
        lines = []
        for index, message in enumerate(self.shown):
            mark = "  " if index < self.seen else "* "
            buttons = " ".join(f"[{words}]" for words, _ in message.buttons)
            lines.append(f"{mark}{message.kind} {message.id}: {message.text} {buttons}")
        return "\n".join(lines) or "(nothing was shown)"

    def _chat(self) -> Chat:
        return Chat(id=self.id, type="private")

    def _user(self) -> User:
        return User(id=self.id, is_bot=False, first_name=self.name, language_code=self.language)

    def _message(self, text: str | None, reply_to: Shown | None, **more: Any) -> Message:
        given: dict[str, Any] = {
            "message_id": next(self.world._messages),
            "date": self.world.now,
            "chat": self._chat(),
            "from": self._user(),
            "text": text,
            **more,
        }
        if reply_to is not None:
            given["reply_to_message"] = Message(message_id=reply_to.id, date=self.world.now, chat=self._chat())
        return Message.model_validate(given)
