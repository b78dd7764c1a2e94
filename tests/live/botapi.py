"""A stand-in for the Telegram Bot API over HTTP, for tests that run the real bot process.

It answers `/bot<token>/<method>` (query, JSON, form, multipart) and `/file/bot<token>/<path>` on a free
loopback port, with Telegram's rules, limits and words of refusal, keeps every message and unconfirmed
update in memory while bots come and go, and can be told to fail. Differences from Telegram, on purpose:
webhooks may be plain HTTP and are retried within two seconds, one update after the other; of two long
polls the newer is refused; Markdown is not parsed; nothing is sent too fast.
"""

from __future__ import annotations

import asyncio
import copy
import mimetypes
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, Self, TypeVar

import aiohttp
from aiohttp import web

from tests.live.markup import inline_of
from tests.live.methods import METHODS
from tests.live.records import (
    MEDIA,
    UPLOAD_LIMIT,
    Account,
    Call,
    Chat,
    Fault,
    Json,
    Message,
    Params,
    RefusedError,
    Stored,
    bad,
    now,
)

T = TypeVar("T")
DOWNLOAD_LIMIT, PHOTO_LIMIT = 20 << 20, 10 << 20
BY_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}  # only when asked for by name
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")


class BotApi:
    """The server. `async with BotApi() as api:` serves at `api.url`; the first bot's token is `api.token`."""

    def __init__(self, *tokens: str) -> None:
        self.bots: dict[str, Account] = {}
        for number, token in enumerate(tokens or ("100200300:stand-in",), 1):
            who = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": f"Bot {number}"}
            self.bots[token] = Account(token, who | {"username": f"stand_in_{number}_bot"})
        self.bot = next(iter(self.bots.values()))
        self.token, self.url = self.bot.token, ""
        self.calls: list[Call] = []
        self.files: dict[str, Stored] = {}
        self.watchers: list[Callable[[], str | None]] = []  # each says what has gone wrong, if anything has
        self._blocked: set[int] = set()
        self._vanished: set[int] = set()
        self._faults: list[Fault] = []
        self._bell, self._last, self._closing = asyncio.Event(), 1000, False
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * UPLOAD_LIMIT)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        # A poll whose client is gone must end at once, or a killed bot could not come back.
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        await web.SockSite(self._runner, listening).start()
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        self.ring()
        for bot in self.bots.values():
            await self.stop_delivery(bot)
        if self._runner and self._http:
            await self._http.close()
            await self._runner.cleanup()

    # What tests and people do

    def next(self) -> int:
        """A number that was never used: for ids, and for the order of appearance."""
        self._last += 1
        return self._last

    def ring(self) -> None:
        """Tells everybody who waits that something has changed."""
        self._bell.set()
        self._bell = asyncio.Event()

    async def until(self, ready: Callable[[], T], seconds: float) -> T:
        """What `ready()` says as soon as that is true, or when so many `seconds` are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (got := ready()) and not self._closing:
                    await self._bell.wait()
                return got
        return ready()

    def trouble(self) -> str:
        """What the watchers know to have gone wrong, for the message of a failure."""
        return "\n".join(filter(None, (watch() for watch in self.watchers)))

    def fail(
        self,
        method: str | None = None,
        chat_id: int | None = None,
        times: int | None = 1,
        code: int | Literal["drop", "slow"] = 500,
        *,
        retry_after: int = 1,
        description: str | None = None,
        delay: float = 2.0,
        late: bool = False,
    ) -> None:
        """Makes the next `times` (None: all) matching calls fail; without `method`, any but getUpdates.

        `code`: an HTTP status; "drop" closes the connection without an answer; "slow" answers, `delay`
        seconds after the work is done. `late` does the work first, then fails: the bot cannot know.
        """
        self._faults.append(Fault(method, chat_id, times, code, retry_after, description, delay, late))

    def heal(self) -> None:
        """Forgets every fault not yet used."""
        self._faults.clear()

    def block(self, chat_id: int) -> None:
        """The person blocks every bot, which is told so and gets 403 from then on."""
        self._blocked.add(chat_id)
        self._membership(chat_id, "member", "kicked")

    def unblock(self, chat_id: int) -> None:
        self._blocked.discard(chat_id)
        self._membership(chat_id, "kicked", "member")

    def vanish(self, chat_id: int) -> None:
        """The chat is gone for good: «chat not found»."""
        self._vanished.add(chat_id)

    def _membership(self, chat_id: int, old: str, new: str) -> None:
        for bot in self.bots.values():
            if chat := bot.chats.get(chat_id):
                who = {"id": chat_id, "is_bot": False, "first_name": chat.raw.get("first_name", "")}
                change: Json = {"chat": chat.raw, "from": who, "date": now()}
                for key, status in (("old_chat_member", old), ("new_chat_member", new)):
                    until = {"until_date": 0} if status == "kicked" else {}
                    change[key] = {"user": bot.raw, "status": status, **until}
                self.push("my_chat_member", change, bot)

    def push(self, kind: str, payload: Json, bot: Account | None = None) -> int:
        """Makes an update of `kind` wait for the bot; returns its id. Kinds the bot never wanted are lost."""
        return self.push_raw({"update_id": self.next(), kind: copy.deepcopy(payload)}, bot)

    def push_raw(self, update: Json, bot: Account | None = None) -> int:
        """The same with an update as it is, however hostile."""
        bot = bot or self.bot
        bot.sent[update["update_id"]] = update
        kinds = update.keys() - {"update_id"}
        if not kinds or (kinds & bot.allowed if bot.allowed else kinds - BY_REQUEST):
            bot.pending.append(update)
        self.ring()
        return int(update["update_id"])

    def resend(self, update_id: int, bot: Account | None = None) -> None:
        """Delivers an update again, once, even if it was confirmed."""
        bot = bot or self.bot
        bot.again.append(bot.sent[update_id])
        self.ring()

    def store(self, bot: Account, kind: str, name: str, data: bytes, size: int | None = None) -> Stored:
        """Keeps a file; `size` may claim more bytes than there are."""
        file_id = f"{kind}-{bot.raw['id']}-{self.next()}"
        self.files[file_id] = Stored(file_id, bot, kind, name, data, len(data) if size is None else size)
        return self.files[file_id]

    def describe(self, file: Stored) -> Json:
        """A stored file as a part of a message."""

        def ids(of: Stored) -> Json:
            return {"file_id": of.file_id, "file_unique_id": f"u{of.file_id}", "file_size": of.size}

        shape = dict(MEDIA[file.kind])
        if file.kind in ("document", "audio", "video", "animation"):
            shape["file_name"] = file.name
        if file.kind == "document":
            shape["mime_type"] = mimetypes.guess_type(file.name)[0] or shape["mime_type"]
        if file.kind == "photo":  # the small one first, with other content: whoever takes it is found out
            small = self.store(file.bot, "photo", "small", file.data[:64])
            return {"photo": [ids(small) | {"width": 90, "height": 67}, ids(file) | shape]}
        both = {"document": ids(file) | {"mime_type": "video/mp4"}} if file.kind == "animation" else {}
        return {file.kind: ids(file) | shape, **both}

    def add(self, bot: Account, chat: Chat, sender: Json, content: Json, reply_to: Message | None) -> Message:
        """Writes a message down in a chat, whoever says it."""
        raw: Json = {"message_id": self.next(), "date": now(), "chat": chat.raw, "from": sender, **content}
        if reply_to:
            quoted = {k: v for k, v in reply_to.raw.items() if k != "reply_to_message"}
            raw["reply_to_message"] = copy.deepcopy(quoted)
        message = Message(raw, sender is bot.raw, self.next())
        chat.messages.append(message)
        self.ring()
        return message

    # HTTP

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            bot = self.bots.get(request.match_info["token"])
            if bot is None:
                raise RefusedError(401, "Unauthorized")
            result = await self.perform(bot, request.match_info["method"], await Params.read(request))
        except ConnectionAbortedError:
            if request.transport:
                request.transport.abort()
            return web.Response()
        except RefusedError as no:
            body = {"ok": False, "error_code": no.code, "description": no.description}
            body |= {"parameters": no.parameters} if no.parameters else {}
            return web.json_response(body, status=no.code)
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.Response:
        bot, file_id = self.bots.get(request.match_info["token"]), request.match_info["path"].split("/")[-1]
        file = self.files.get(file_id.split(".")[0])
        if file is None or file.bot is not bot or file.size > DOWNLOAD_LIMIT:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def perform(self, bot: Account, name: str, p: Params) -> Any:
        """One call: written down, perhaps spoilt by a fault, carried out. Raises RefusedError."""
        call = Call(bot, name, copy.deepcopy(p.values), datetime.now(UTC))
        self.calls.append(call)
        try:
            fault = self._fault(name, p.get("chat_id"))
            if fault and fault.code != "slow" and not fault.late:
                raise _spoilt(fault)
            method = METHODS.get(name.lower())
            if method is None:
                raise RefusedError(404, "Not Found")
            result = method(self, bot, p)
            result = await result if isinstance(result, Awaitable) else result
            if fault and fault.code == "slow":
                await self.until(lambda: False, fault.delay)
            elif fault:
                raise _spoilt(fault)
        except (RefusedError, ConnectionAbortedError) as no:
            call.error = str(no)
            raise
        finally:
            self.ring()
        return copy.deepcopy(result)

    def _fault(self, name: str, chat_id: object) -> Fault | None:
        for fault in self._faults:
            meant = name.lower() == fault.method.lower() if fault.method else name != "getUpdates"
            if meant and fault.chat_id in (None, chat_id):
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self._faults.remove(fault)
                return fault
        return None

    def chat(self, bot: Account, p: Params) -> Chat:
        """The chat a call is for, if the bot may speak there."""
        chat_id = p.get("chat_id")
        chat = bot.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or chat_id in self._vanished:
            raise bad("chat not found" if chat_id not in (None, "") else "chat_id is empty")
        if chat_id in self._blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        return chat

    def upload(self, bot: Account, p: Params, kind: str, value: object) -> Stored:
        """The file a call sends: one that came along, or one Telegram already has."""
        key = str(value).removeprefix("attach://") if str(value).startswith("attach://") else kind
        if key in p.files:
            name, data = p.files[key]
            if not data:
                raise bad("file must be non-empty")
            if kind == "photo" and len(data) > PHOTO_LIMIT:
                raise bad(f"file of size {len(data)} bytes is too big for a photo; "
                          f"the maximum size is {PHOTO_LIMIT} bytes")  # fmt: skip
            if kind == "photo" and not data.startswith(PICTURES):
                raise bad("IMAGE_PROCESS_FAILED")
            return self.store(bot, kind, name, data)
        if not value:
            raise bad(f"there is no {kind} in the request")
        file = self.files.get(str(value))
        if file is None or file.bot is not bot:
            raise bad("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            raise bad(f"can't use file of type {file.kind.title()} as {kind.title()}")
        return file

    def say(self, bot: Account, p: Params, chat: Chat, content: Json) -> Json:
        """A bot's new message, with its reply and its keyboard."""
        reply = p.get("reply_parameters") or {"message_id": p.get("reply_to_message_id")}
        to = chat.find(reply["message_id"])
        anyway = reply.get("allow_sending_without_reply") or p.yes("allow_sending_without_reply")
        if to is None and reply["message_id"] and not anyway:
            raise bad("message to be replied not found")
        content |= inline_of(p)
        markup = p.get("reply_markup") or {}
        if markup.get("keyboard") or markup.get("remove_keyboard"):
            rows = markup.get("keyboard") or []
            chat.keyboard = [b if isinstance(b, dict) else {"text": b} for row in rows for b in row]
        return self.add(bot, chat, bot.raw, content, to).raw

    async def stop_delivery(self, bot: Account) -> None:
        bot.webhook = None
        if bot.delivery:
            bot.delivery.cancel()
            await asyncio.gather(bot.delivery, return_exceptions=True)
            bot.delivery = None

    async def deliver(self, bot: Account, hook: Json) -> None:
        """Brings the bot's updates to its webhook, oldest first, each until it is taken."""
        assert self._http
        pause = 0.05
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook["secret"]} if hook["secret"] else {}
        while bot.webhook is hook and not self._closing:
            waiting = await self.until(lambda: bot.again or bot.pending, 60)
            if not waiting:
                continue
            update = waiting[0]
            try:
                async with self._http.post(hook["url"], json=update, headers=headers) as got:
                    trouble = f"Wrong response from the webhook: {got.status} {got.reason}"
                    taken = got.status < 300
            except (aiohttp.ClientError, TimeoutError) as error:
                trouble, taken = f"Connection failed: {type(error).__name__}", False
            if not taken:
                hook |= {"last_error_date": now(), "last_error_message": trouble}
                await self.until(lambda: False, pause)
                pause = min(pause * 2, 2)
                continue
            if update in waiting:  # it may have been dropped meanwhile
                waiting.remove(update)
            pause = 0.05


def _spoilt(fault: Fault) -> Exception:
    if isinstance(fault.code, str):
        return ConnectionAbortedError("dropped")
    words = {429: f"Too Many Requests: retry after {fault.retry_after}", 502: "Bad Gateway"}
    words |= {403: "Forbidden: bot was blocked by the user", 500: "Internal Server Error"}
    extra = {"retry_after": fault.retry_after} if fault.code == 429 else {}
    return RefusedError(fault.code, fault.description or words.get(fault.code, "Bad Request"), **extra)
