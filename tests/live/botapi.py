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
import json
import mimetypes
import re
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

Json = dict[str, Any]
T = TypeVar("T")
TEXT_LIMIT, CAPTION_LIMIT, BUTTON_BYTES, TOAST_LIMIT = 4096, 1024, 64, 200  # the first two in characters
DOWNLOAD_LIMIT, UPLOAD_LIMIT, PHOTO_LIMIT = 20 << 20, 50 << 20, 10 << 20
PROFILE = ("MyCommands", "MyDescription", "MyShortDescription", "MyName", "ChatMenuButton")
BY_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}  # only when asked for by name
JSON_FIELDS = {"reply_markup", "reply_parameters", "media", "allowed_updates", "entities", "caption_entities"}
JSON_FIELDS |= {"commands", "scope", "menu_button", "link_preview_options"}
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")
STYLES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
STYLES |= {"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "a": "text_link"}
STYLES |= {"span": "spoiler", "tg-spoiler": "spoiler", "code": "code", "pre": "pre"}
STYLES |= {"blockquote": "blockquote", "tg-emoji": "custom_emoji"}
MEDIA: dict[str, Json] = {  # kind: what Telegram says of such a file beside its ids and size
    "photo": {"width": 1280, "height": 960},
    "voice": {"duration": 3, "mime_type": "audio/ogg"},
    "audio": {"duration": 3, "mime_type": "audio/mpeg"},
    "video": {"duration": 3, "width": 640, "height": 480, "mime_type": "video/mp4"},
    "animation": {"duration": 3, "width": 320, "height": 240, "mime_type": "video/mp4"},
    "document": {"mime_type": "application/octet-stream"},
    "sticker": {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
}


class RefusedError(Exception):
    """An answer with `ok: false`, in Telegram's words."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad(reason: str) -> RefusedError:
    """The usual refusal, 400."""
    return RefusedError(400, f"Bad Request: {reason}")


@dataclass
class Message:
    """One message of one chat, as it stands now. `raw` is what the Bot API says of it."""

    raw: Json
    by_bot: bool
    shown: int  # order of appearance; a bot's edit of the words makes it new again
    deleted: bool = False

    @property
    def id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def text(self) -> str:
        """Its words: the text, or the caption, or nothing."""
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def kind(self) -> str:
        """text, photo, voice, … location, contact."""
        kinds = [k for k in ("text", "animation", *MEDIA, "location", "contact") if k in self.raw]
        return kinds[0] if kinds else "other"

    @property
    def buttons(self) -> list[Json]:
        """Its inline buttons, row by row."""
        return [b for row in self.raw.get("reply_markup", {}).get("inline_keyboard", []) for b in row]

    @property
    def file_id(self) -> str | None:
        """The file it carries (of a photo the largest size), if any."""
        media = self.raw.get(self.kind)
        media = media[-1] if isinstance(media, list) else media
        return media.get("file_id") if isinstance(media, dict) else None


@dataclass
class Chat:
    """A bot's conversation with one person or group."""

    raw: Json
    messages: list[Message] = field(default_factory=list)
    keyboard: list[Json] = field(default_factory=list)  # buttons of the reply keyboard now open
    toasts: list[str] = field(default_factory=list)  # what answerCallbackQuery showed

    def find(self, message_id: object) -> Message | None:
        return next((m for m in self.messages if str(m.id) == str(message_id) and not m.deleted), None)


@dataclass
class Stored:
    """A file, whoever sent it. `size` may claim more than `data` holds."""

    file_id: str
    bot: Account
    kind: str
    name: str
    data: bytes
    size: int


@dataclass
class Account:
    """One bot: who it is, what waits for it, what it set."""

    token: str
    raw: Json
    chats: dict[int, Chat] = field(default_factory=dict)
    pending: list[Json] = field(default_factory=list)  # not yet confirmed, oldest first
    again: list[Json] = field(default_factory=list)  # to be delivered once more, whatever the offset
    sent: dict[int, Json] = field(default_factory=dict)  # every update there was, by id
    allowed: frozenset[str] = frozenset()  # empty: all but BY_REQUEST
    polling: bool = False
    webhook: Json | None = None
    delivery: asyncio.Task[None] | None = None
    queries: dict[str, Chat] = field(default_factory=dict)  # button presses not yet answered
    profile: dict[str, Any] = field(default_factory=dict)  # setMyCommands and its like: method -> parameters


@dataclass
class Call:
    """One call a bot made; `error` is the refusal it got, `at` when (UTC)."""

    bot: Account
    method: str
    params: Json
    at: datetime
    error: str | None = None


@dataclass
class Fault:
    method: str | None
    chat_id: int | None
    times: int | None
    code: int | Literal["drop", "slow"]
    retry_after: int
    description: str | None
    delay: float
    late: bool


@dataclass
class Params:
    """A call's parameters, with the parts that are JSON read, and the files sent along (name, content)."""

    values: Json
    files: dict[str, tuple[str, bytes]]

    @classmethod
    async def read(cls, source: web.Request | aiohttp.ClientResponse) -> Params:
        """Of a request, or of a webhook's answer that carries a call."""
        values: Json = dict(source.query) if isinstance(source, web.Request) else {}
        files: dict[str, tuple[str, bytes]] = {}
        if source.content_type == "application/json":
            values |= await source.json()
        elif source.content_type.startswith("multipart/"):
            async for part in aiohttp.MultipartReader(source.headers, source.content):
                if not isinstance(part, aiohttp.BodyPartReader):
                    raise bad("nested multipart")
                data = bytes(await part.read())
                if part.filename is None:
                    values[str(part.name)] = data.decode()
                else:
                    files[str(part.name)] = part.filename, data
        elif isinstance(source, web.Request):
            values |= await source.post()
        for key, value in values.items():
            if key in JSON_FIELDS and isinstance(value, str):
                try:
                    values[key] = json.loads(value)
                except ValueError:
                    raise bad(f"can't parse {key} JSON object") from None
            elif key.endswith("chat_id") and re.fullmatch(r"-?\d{1,16}", str(value)):
                values[key] = int(value)
        if sum(len(data) for _, data in files.values()) > UPLOAD_LIMIT:
            raise RefusedError(413, "Request Entity Too Large")
        return cls(values, files)

    def get(self, key: str) -> Any:
        return self.values.get(key)

    def number(self, key: str, default: int = 0) -> int:
        try:
            return int(self.values.get(key, default))
        except (TypeError, ValueError):
            raise bad(f'parameter "{key}" must be an integer') from None

    def yes(self, key: str) -> bool:
        return str(self.values.get(key)).lower() in ("true", "1")


def utf16(text: str) -> int:
    """Length in the units of entity offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _unescape(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        hexa, decimal, name = found.groups()
        if name:
            return {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name]
        code = int(hexa, 16) if hexa else int(decimal)
        return chr(code) if 0 < code < 0x10FFFF else found.group()

    # As Telegram does, whatever is no reference it knows stays as it was typed.
    return re.sub(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?", one, text)


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of `parse_mode=HTML`; raises RefusedError where Telegram cannot parse it."""

    def wrong(reason: str) -> RefusedError:
        return bad(f"can't parse entities: {reason}")

    text, entities, opened, at = "", [], list[tuple[str, dict[str, str], int]](), 0
    while (start := source.find("<", at)) >= 0:
        text += _unescape(source[at:start])
        offset = len(source[:start].encode())
        head = re.compile(r"<(/?)([^\s>]*)(?=[\s>])").match(source, start)
        if not head:
            raise wrong(f"Unclosed {'end' if source[start + 1 : start + 2] == '/' else 'start'} tag "
                        f"at byte offset {offset}")  # fmt: skip
        closing, tag = head.group(1), head.group(2).lower()
        if not closing and tag not in STYLES:
            raise wrong(f'Unsupported start tag "{tag}" at byte offset {offset}')
        if closing and not opened:
            raise wrong(f"Unexpected end tag at byte offset {offset}")
        whole = re.compile(r"""((?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[\w.-]+))?)*)\s*>""").match(
            source, head.end()
        )
        if not whole:
            raise wrong(f'Unclosed start tag "{tag}" at byte offset {offset}')
        at = whole.end()
        if not closing:
            found = re.findall(r"""([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[\w.-]+))?""", whole.group(1))
            attributes = {name.lower(): _unescape(value.strip("\"'")) for name, value in found}
            if tag == "span" and attributes.get("class") != "tg-spoiler":
                raise wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
            opened.append((tag, attributes, len(text)))
            continue
        name, attributes, begin = opened.pop()
        if tag not in ("", name):
            raise wrong(f'Unmatched end tag at byte offset {offset}, expected "</{name}>", found "</{tag}>"')
        entity: Json = {"type": STYLES[name], "offset": utf16(text[:begin]), "length": utf16(text[begin:])}
        if name == "a":
            entity["url"] = attributes.get("href") or text[begin:]
        elif name == "code" and attributes.get("class", "").startswith("language-"):
            entity["language"] = attributes["class"][9:]
        elif name == "blockquote" and "expandable" in attributes:
            entity["type"] = "expandable_blockquote"
        elif name == "tg-emoji":
            entity["custom_emoji_id"] = attributes.get("emoji-id", "")
        if entity["length"]:
            entities.append(entity)
    if opened:
        raise wrong(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return text + _unescape(source[at:]), sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def _words(p: Params, key: str, limit: int, too_long: str) -> Json:
    """The text or caption of a call as Telegram keeps it: parsed, cleaned, trimmed, measured."""
    text, entities_key = str(p.get(key) or ""), "entities" if key == "text" else "caption_entities"
    entities: list[Json] = p.get(entities_key) or []
    if mode := p.get("parse_mode"):
        if str(mode).lower() != "html":
            raise bad("unsupported parse_mode")
        text, entities = parse_html(text)
    text = re.sub("[\x00-\x08\x0b-\x1f\u202a-\u202e]", lambda m: "" if m.group() >= "\u202a" else " ", text)
    lead, text = utf16(text) - utf16(text.lstrip()), text.strip()
    if len(text) > limit:
        raise bad(too_long)
    kept = []
    for e in entities:
        begin, end = max(e["offset"] - lead, 0), min(e["offset"] - lead + e["length"], utf16(text))
        if begin < end:
            kept.append(e | {"offset": begin, "length": end - begin})
    return ({key: text} if text else {}) | ({entities_key: kept} if kept else {})


def _text(p: Params, too_long: str = "message is too long") -> Json:
    said = _words(p, "text", TEXT_LIMIT, too_long)
    if not said:
        raise bad("message text is empty")
    return said


def _caption(p: Params) -> Json:
    return _words(p, "caption", CAPTION_LIMIT, "message caption is too long")


def _inline(p: Params) -> Json:
    """The inline keyboard of a call, as a part of a message; checks every button."""
    markup = p.get("reply_markup") or {}
    rows = markup.get("inline_keyboard") or []
    if sum(len(row) for row in rows) > 100:
        raise bad("reply markup is too long")
    for button in (b for row in rows for b in row):
        if not str(button.get("text", "")).strip() or len(button) < 2:
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= BUTTON_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        if url := button.get("url"):
            parts = urlsplit(url)
            if parts.scheme != "tg" and (parts.scheme not in ("http", "https") or "." not in parts.netloc):
                raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


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
            await self._stop_delivery(bot)
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
                change: Json = {"chat": chat.raw, "from": who, "date": _now()}
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
        raw: Json = {"message_id": self.next(), "date": _now(), "chat": chat.raw, "from": sender, **content}
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
        content |= _inline(p)
        markup = p.get("reply_markup") or {}
        if markup.get("keyboard") or markup.get("remove_keyboard"):
            rows = markup.get("keyboard") or []
            chat.keyboard = [b if isinstance(b, dict) else {"text": b} for row in rows for b in row]
        return self.add(bot, chat, bot.raw, content, to).raw

    async def _stop_delivery(self, bot: Account) -> None:
        bot.webhook = None
        if bot.delivery:
            bot.delivery.cancel()
            await asyncio.gather(bot.delivery, return_exceptions=True)
            bot.delivery = None

    async def _deliver(self, bot: Account, hook: Json) -> None:
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
                    p = await Params.read(got) if taken else None
            except (aiohttp.ClientError, TimeoutError) as error:
                trouble, taken, p = f"Connection failed: {type(error).__name__}", False, None
            if not taken:
                hook |= {"last_error_date": _now(), "last_error_message": trouble}
                await self.until(lambda: False, pause)
                pause = min(pause * 2, 2)
                continue
            if update in waiting:  # it may have been dropped meanwhile
                waiting.remove(update)
            pause = 0.05
            # The answer to a webhook may itself be a call, whose outcome nobody hears.
            if p and p.get("method"):
                with suppress(RefusedError, ConnectionAbortedError):
                    await self.perform(bot, str(p.get("method")), p)


def _now() -> int:
    return int(datetime.now(UTC).timestamp())


def _spoilt(fault: Fault) -> Exception:
    if isinstance(fault.code, str):
        return ConnectionAbortedError("dropped")
    words = {429: f"Too Many Requests: retry after {fault.retry_after}", 502: "Bad Gateway"}
    words |= {403: "Forbidden: bot was blocked by the user", 500: "Internal Server Error"}
    extra = {"retry_after": fault.retry_after} if fault.code == 429 else {}
    return RefusedError(fault.code, fault.description or words.get(fault.code, "Bad Request"), **extra)


# The methods, by their lower-case names

Method = Callable[[BotApi, Account, Params], Any]


async def _get_updates(api: BotApi, bot: Account, p: Params) -> list[Json]:
    if bot.webhook:
        reason = "can't use getUpdates method while webhook is active"
        raise RefusedError(409, f"Conflict: {reason}; use deleteWebhook to delete the webhook first")
    if bot.polling:
        reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
        raise RefusedError(409, f"Conflict: {reason}")
    _allow(bot, p)
    offset, limit = p.number("offset"), min(max(p.number("limit", 100), 1), 100)
    if offset > 0:
        bot.pending = [u for u in bot.pending if u["update_id"] >= offset]
    elif offset < 0:
        bot.pending = bot.pending[offset:]
    bot.polling = True
    api.ring()
    try:
        await api.until(lambda: bot.again or bot.pending or bot.webhook, min(p.number("timeout"), 50))
    finally:
        bot.polling = False
    if bot.webhook:
        raise RefusedError(409, "Conflict: terminated by setWebhook request")
    batch = (bot.again + bot.pending)[:limit]
    bot.again = bot.again[limit:]
    return batch


def _allow(bot: Account, p: Params) -> None:
    if p.get("allowed_updates") is not None:  # absent: as it was before
        bot.allowed = frozenset(p.get("allowed_updates"))


async def _set_webhook(api: BotApi, bot: Account, p: Params) -> bool:
    await api._stop_delivery(bot)
    if p.yes("drop_pending_updates"):
        bot.pending.clear()
    if url := p.get("url"):
        if urlsplit(url).scheme != "https" and urlsplit(url).hostname != "127.0.0.1":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        secret = p.get("secret_token") or ""
        if not re.fullmatch(r"[\w-]{0,256}", secret, re.ASCII):
            raise bad("secret token contains unallowed characters")
        _allow(bot, p)
        bot.webhook = {"url": url, "secret": secret, "max_connections": p.number("max_connections", 40)}
        bot.delivery = asyncio.create_task(api._deliver(bot, bot.webhook))
    return True


async def _delete_webhook(api: BotApi, bot: Account, p: Params) -> bool:
    p.values.pop("url", None)
    return await _set_webhook(api, bot, p)


def _webhook_info(_api: BotApi, bot: Account, _p: Params) -> Json:
    known = {k: v for k, v in (bot.webhook or {"url": ""}).items() if k != "secret"}
    info = known | {"has_custom_certificate": False, "pending_update_count": len(bot.pending)}
    return info | ({"allowed_updates": sorted(bot.allowed)} if bot.allowed else {})


def _send_message(api: BotApi, bot: Account, p: Params) -> Json:
    return api.say(bot, p, api.chat(bot, p), _text(p))


def _send_media(kind: str) -> Method:
    def send(api: BotApi, bot: Account, p: Params) -> Json:
        chat, caption = api.chat(bot, p), {} if kind == "sticker" else _caption(p)
        return api.say(bot, p, chat, api.describe(api.upload(bot, p, kind, p.get(kind))) | caption)

    return send


def _send_media_group(api: BotApi, bot: Account, p: Params) -> list[Json]:
    chat, media = api.chat(bot, p), p.get("media") or []
    if not 2 <= len(media) <= 10:
        many = "too many messages to send as an album"
        raise bad(many if len(media) > 10 else "media group must include 2-10 items" if media else
                  "there are no messages to send")  # fmt: skip
    kinds = {str(item.get("type")) for item in media}
    if kinds - {"photo", "video", "document", "audio"}:
        raise bad("can't parse InputMedia: type is unsupported")
    if len(kinds) > 1 and kinds & {"document", "audio"}:
        raise bad(f"{sorted(kinds & {'document', 'audio'})[-1]} can't be mixed with other media types")
    group = {"media_group_id": str(api.next())}
    # All of it is checked before any of it is shown.
    contents = [
        api.describe(api.upload(bot, p, item["type"], item.get("media"))) | _caption(Params(item, {})) | group
        for item in media
    ]
    return [api.say(bot, p, chat, content) for content in contents]


def _send_location(api: BotApi, bot: Account, p: Params) -> Json:
    try:
        place = {key: float(p.get(key)) for key in ("latitude", "longitude")}
    except (TypeError, ValueError):
        raise bad("wrong location specified") from None
    return api.say(bot, p, api.chat(bot, p), {"location": place})


def _send_contact(api: BotApi, bot: Account, p: Params) -> Json:
    card = {k: p.get(k) for k in ("phone_number", "first_name", "last_name") if p.get(k)}
    if not {"phone_number", "first_name"} <= card.keys():
        raise bad("contact phone number is empty" if "phone_number" not in card else "first name is empty")
    return api.say(bot, p, api.chat(bot, p), {"contact": card})


def _edit(part: str) -> Method:
    def edit(api: BotApi, bot: Account, p: Params) -> Json:
        message = api.chat(bot, p).find(p.get("message_id"))
        if message is None:
            raise bad("message to edit not found")
        if not message.by_bot:
            raise bad("message can't be edited")
        if part and (part == "text") != (message.kind == "text"):
            raise bad(f"there is no {part} in the message to edit")
        words = _text(p, "MESSAGE_TOO_LONG") if part == "text" else _caption(p) if part else {}
        parts = {"text": ("text", "entities"), "caption": ("caption", "caption_entities"), "": ()}[part]
        new = {k: v for k, v in message.raw.items() if k not in (*parts, "reply_markup", "edit_date")}
        new |= words | _inline(p)
        if new == {k: v for k, v in message.raw.items() if k != "edit_date"}:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        if any(new.get(k) != message.raw.get(k) for k in parts):
            message.shown = api.next()
        message.raw = new | {"edit_date": _now()}
        return message.raw

    return edit


def _delete_message(api: BotApi, bot: Account, p: Params) -> bool:
    message = api.chat(bot, p).find(p.get("message_id"))
    if message is None:
        raise bad("message to delete not found")
    message.deleted = True
    return True


def _answer_callback(_api: BotApi, bot: Account, p: Params) -> bool:
    if len(str(p.get("text") or "")) > TOAST_LIMIT:
        raise bad("MESSAGE_TOO_LONG")
    chat = bot.queries.pop(str(p.get("callback_query_id")), None)
    if chat is None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if p.get("text"):
        chat.toasts.append(str(p.get("text")))
    return True


def _get_file(api: BotApi, bot: Account, p: Params) -> Json:
    file = api.files.get(str(p.get("file_id")))
    if file is None or file.bot is not bot:
        raise bad("invalid file_id" if p.get("file_id") else "file_id not specified")
    if file.size > DOWNLOAD_LIMIT:
        raise bad("file is too big")
    suffix = {"photo": ".jpg", "voice": ".oga", "video": ".mp4"}.get(file.kind, "")
    suffix = suffix or "".join(re.findall(r"\.\w{1,8}$", file.name, re.ASCII))
    ids = {"file_id": file.file_id, "file_unique_id": f"u{file.file_id}", "file_size": file.size}
    return ids | {"file_path": f"{file.kind}s/{file.file_id}{suffix}"}


def _get_chat(api: BotApi, bot: Account, p: Params) -> Json:
    more = {"accent_color_id": 0, "max_reaction_count": 11}
    gifts = [f"{kind}_gifts" for kind in ("unlimited", "limited", "unique")]
    gifts += ["premium_subscription", "gifts_from_channels"]
    return api.chat(bot, p).raw | more | {"accepted_gift_types": dict.fromkeys(gifts, False)}


def _profile(name: str) -> Method:
    limits = {"description": 512, "short_description": 120, "name": 64}

    def remember(_api: BotApi, bot: Account, p: Params) -> bool:
        for command in p.get("commands") or []:
            if not re.fullmatch("[a-z0-9_]{1,32}", command.get("command", "").removeprefix("/")):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(command.get("description", "")) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        for key, limit in limits.items():
            if len(str(p.get(key) or "")) > limit:
                raise bad(f"bot {key.replace('_', ' ')} is too long")
        bot.profile[name] = p.values
        return True

    return remember


METHODS: dict[str, Method] = {
    "getme": lambda _api, bot, _p: bot.raw | {"can_join_groups": True, "can_read_all_group_messages": True},
    "getupdates": _get_updates,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "getwebhookinfo": _webhook_info,
    "sendmessage": _send_message,
    **{f"send{kind}": _send_media(kind) for kind in MEDIA},
    "sendmediagroup": _send_media_group,
    "sendlocation": _send_location,
    "sendcontact": _send_contact,
    "editmessagetext": _edit("text"),
    "editmessagecaption": _edit("caption"),
    "editmessagereplymarkup": _edit(""),
    "deletemessage": _delete_message,
    "answercallbackquery": _answer_callback,
    "sendchataction": lambda api, bot, p: bool(api.chat(bot, p)),
    "getfile": _get_file,
    "getchat": _get_chat,
    **{f"set{name}".lower(): _profile(f"set{name}") for name in PROFILE},
    "logout": lambda _api, _bot, _p: True,
    "close": lambda _api, _bot, _p: True,
}
