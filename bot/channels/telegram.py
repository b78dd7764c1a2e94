"""The Telegram channel: long polling that confirms an update only when it has been handled, or webhooks."""

import asyncio
import hmac
import json
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, GetUpdates, SetMyCommands, SetWebhook
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, Chat, Update, User
from aiohttp import web
from pydantic import ValidationError

from bot.faults import trace
from bot.gate import Unavailable, Unreadable

log = logging.getLogger(__name__)

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
_POLL = 25
_LONGEST_PAUSE = 30.0
_GRACE = 5.0
_UNKNOWN = "SHOUWEN_TELEGRAM_TOKEN: Telegram does not know this token"

Handle = Callable[[Bot, Update | Unreadable], Awaitable[None]]


class TelegramChannel:
    """One bot on Telegram.

    :param api: base of the Bot API server
    :param webhook: the public https address to be called at, with its secret; None polls instead
    """

    name = "telegram"

    def __init__(
        self, token: str, *, api: str, handle: Handle, webhook: str | None = None, secret: str | None = None
    ) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(api.rstrip("/")))
        self.bot = Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
        self._handle = handle
        self._webhook, self._secret = webhook, secret
        self._task: asyncio.Task[None] | None = None
        self._batch: asyncio.Task[None] | None = None
        self._stopping = False
        self.stopped = asyncio.Event()
        self.fault: str | None = None
        self._away_since: float | None = None
        self.link: str | None = None
        """The address that opens the bot with a word behind it, once the bot's name is known."""

    def add_routes(self, app: web.Application) -> None:
        """Where Telegram calls, when webhooks are used."""
        app.router.add_post("/telegram/webhook", self._called)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._serve())

    async def stop(self) -> None:
        """Fetch no more, and let what is being handled end; what was not confirmed comes again."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._batch is not None:
            _, late = await asyncio.wait([self._batch], timeout=_GRACE)
            for batch in late:
                batch.cancel()
            await asyncio.gather(self._batch, return_exceptions=True)

    async def close(self) -> None:
        await self.bot.session.close()

    @property
    def away(self) -> float:
        """For how many seconds nothing could be fetched; 0 when all is well, and with webhooks, where nothing is."""
        return 0.0 if self._away_since is None else time.monotonic() - self._away_since

    async def _serve(self) -> None:
        try:
            if self._webhook:
                url = self._webhook.rstrip("/") + "/telegram/webhook"
                await self._insist(
                    lambda: self.bot(SetWebhook(url=url, secret_token=self._secret, allowed_updates=ALLOWED))
                )
                await self._describe()
                return
            await self._insist(lambda: self.bot(DeleteWebhook()))
            describing = asyncio.create_task(self._describe())
            try:
                await self._poll()
            finally:
                describing.cancel()
                await asyncio.gather(describing, return_exceptions=True)
        except (TelegramUnauthorizedError, TelegramNotFound):
            self.fault = _UNKNOWN
            self.stopped.set()
        except Exception as error:
            log.error("the Telegram channel failed\n%s", trace(error))
            self.fault = "the Telegram channel failed; see the log"
            self.stopped.set()

    async def _insist(self, call: Callable[[], Awaitable[object]]) -> None:
        pause = 0.5
        while True:
            try:
                await call()
                return
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise
            except AiogramError as error:
                log.warning("Telegram cannot be reached (%s)", type(error).__name__)
                await asyncio.sleep(error.retry_after if isinstance(error, TelegramRetryAfter) else pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _describe(self) -> None:
        """The bot's name and the commands menu only decorate: without them everything still works."""
        with suppress(AiogramError):
            self.link = f"https://t.me/{(await self.bot.me()).username}?start="
        commands = {
            None: ["services 我要办事", "requests 我的诉求", "human 转人工", "settings 设置"],
            "en": [
                "services Get something done",
                "requests My requests",
                "human Talk to a person",
                "settings Settings",
            ],
        }
        for language, lines in commands.items():
            menu = [BotCommand(command=c, description=d) for c, d in (line.split(" ", 1) for line in lines)]
            with suppress(AiogramError):
                await self.bot(
                    SetMyCommands(commands=menu, scope=BotCommandScopeAllPrivateChats(), language_code=language),
                    request_timeout=10,
                )

    async def _poll(self) -> None:
        """Fetch, handle all, and only then ask for the next: what was not handled comes again after a crash.

        A token that was known when we began and is refused now is asked with again, and named in the log each time:
        Telegram refuses good ones for a moment too, and the web chat must not end for it.
        """
        offset: int | None = None
        pause = 0.5
        while True:
            ask = GetUpdates(offset=offset, timeout=_POLL, allowed_updates=ALLOWED)
            try:
                updates: list[Update | Unreadable] = [*await self.bot(ask, request_timeout=_POLL + 10)]
                last = updates[-1].update_id if updates else None
                pause = 0.5
            except AiogramError as error:
                updates, last = self._readable(error)
                if last is None:
                    self._away_since = self._away_since or time.monotonic()
                    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
                        log.error("%s any more; nothing comes from there; again in %.1f s", _UNKNOWN, pause)
                    else:
                        log.warning("fetching updates failed (%s); again in %.1f s", type(error).__name__, pause)
                    await asyncio.sleep(error.retry_after if isinstance(error, TelegramRetryAfter) else pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
            self._away_since = None
            self._batch = asyncio.create_task(self._handle_batch(updates))
            await asyncio.shield(self._batch)
            if last is not None:
                offset = last + 1

    def _readable(self, error: AiogramError) -> tuple[list[Update | Unreadable], int | None]:
        """Of an answer that aiogram cannot read: its updates, and the last id there is."""
        data = error.data if isinstance(error, ClientDecodeError) else None
        found = data.get("result") if isinstance(data, dict) else None
        given = [raw for raw in found or () if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)]
        return [self._read(raw) for raw in given], max((raw["update_id"] for raw in given), default=None)

    def _read(self, raw: dict[str, Any]) -> Update | Unreadable:
        """One that cannot be read is handed in as such, or it would come for ever and let no other through."""
        try:
            return Update.model_validate(raw, context={"bot": self.bot})
        except ValidationError:
            log.error("update %s cannot be read", raw["update_id"])
            return _unreadable(raw)

    async def _handle_batch(self, updates: Sequence[Update | Unreadable]) -> None:
        """The updates of one chat one after another, chats side by side."""
        chats: dict[int, list[Update | Unreadable]] = defaultdict(list)
        for update in updates:
            chats[_chat_of(update)].append(update)

        async def in_order(line: Sequence[Update | Unreadable]) -> None:
            for update in line:
                await self._until_handled(update)

        await asyncio.gather(*(in_order(line) for line in chats.values()))

    async def _until_handled(self, update: Update | Unreadable) -> None:
        pause = 0.2
        while not self._stopping:
            try:
                await self._handle(self.bot, update)
                return
            except Unavailable:
                log.warning("the database is away; update %s waits", update.update_id)
            except Exception as error:
                log.error("update %s could not be handled\n%s", update.update_id, trace(error))
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    async def _called(self, request: web.Request) -> web.Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(errors="replace"), (self._secret or "").encode()) or not self._secret:
            return web.Response(status=403)
        try:
            raw = json.loads(await request.read())
        except ValueError:
            raw = None
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            log.error("what came to the webhook is no update and is left out")
            return web.Response()
        update = self._read(raw)
        try:
            await self._handle(self.bot, update)
        except Unavailable:
            return web.Response(status=503)
        except Exception as error:
            log.error("update %s could not be handled\n%s", update.update_id, trace(error))
        return web.Response()


def _unreadable(raw: dict[str, Any]) -> Unreadable:
    """What can be read of an update that cannot: its number, and who said it in private, where that is plain."""
    for kind in ("message", "edited_message", "callback_query"):
        who, chat = _inside(raw, kind, "from"), _inside(raw, kind, "chat") or _inside(raw, kind, "message", "chat")
        chat_id, language = _inside(chat, "id"), _inside(who, "language_code")
        if isinstance(chat_id, int) and chat_id == _inside(who, "id"):  # a private chat has the number of its person
            user = User(id=chat_id, is_bot=False, first_name="", language_code=str(language) if language else None)
            return Unreadable(update_id=raw["update_id"], chat=Chat(id=chat_id, type="private"), sender=user)
    return Unreadable(update_id=raw["update_id"])


def _inside(raw: object, *names: str) -> Any:
    for name in names:
        raw = raw.get(name) if isinstance(raw, dict) else None
    return raw


def _chat_of(update: Update | Unreadable) -> int:
    if isinstance(update, Unreadable):
        return update.chat.id if update.chat else 0
    event = update.message or update.edited_message or update.my_chat_member
    if event is not None:
        return event.chat.id
    return update.callback_query.from_user.id if update.callback_query else 0
