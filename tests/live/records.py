"""What the Bot API stand-in keeps: messages, chats, files, bots, calls, faults; and a call's parameters."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import aiohttp
from aiohttp import web

Json = dict[str, Any]
UPLOAD_LIMIT = 50 << 20
JSON_FIELDS = {"reply_markup", "reply_parameters", "media", "allowed_updates", "entities", "caption_entities"}
JSON_FIELDS |= {"commands", "scope", "link_preview_options"}
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
        return next((m for m in self.messages if str(m.id) == str(message_id)), None)


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
    commands: dict[str, Any] = field(default_factory=dict)  # what setMyCommands set, by language


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
    async def read(cls, source: web.Request) -> Params:
        """Those of a request."""
        values: Json = dict(source.query)
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
        else:
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


def now() -> int:
    """The second it is, as the Bot API writes it."""
    return int(datetime.now(UTC).timestamp())
