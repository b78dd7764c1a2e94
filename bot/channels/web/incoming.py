"""What a browser may say over its WebSocket, checked, and how it is kept before it is acknowledged."""

import hashlib
import logging
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web.session import CAPTION_LIMIT, TEXT_LIMIT, quote_of
from knowledge import identity
from storage.transcript import Payload, Receipt, Transcript

log = logging.getLogger(__name__)

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,60}$")]
MessageId = Annotated[int, Field(ge=1, le=2**53)]

_GROUPED = {"photo", "video"}  # what Telegram would put into one album


class _Sent(BaseModel):
    client_id: ClientId


class _Text(_Sent):
    type: Literal["text"]
    text: Annotated[str, Field(max_length=TEXT_LIMIT)]
    reply_to: MessageId | None = None


class _Click(_Sent):
    type: Literal["click"]
    message_id: MessageId
    data: Annotated[str, Field(min_length=1, max_length=64)]


class _Files(_Sent):
    type: Literal["files"]
    files: Annotated[list[str], Field(min_length=1, max_length=10)]
    caption: Annotated[str, Field(max_length=CAPTION_LIMIT)] = ""
    reply_to: MessageId | None = None


class _Voice(_Sent):
    type: Literal["voice"]
    file: str
    seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]
    reply_to: MessageId | None = None


class _Location(_Sent):
    type: Literal["location"]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    reply_to: MessageId | None = None


class _Edit(_Sent):
    type: Literal["edit"]
    message_id: MessageId
    text: Annotated[str, Field(max_length=TEXT_LIMIT)]


_Anything = Annotated[_Text | _Click | _Files | _Voice | _Location | _Edit, Field(discriminator="type")]
_FORMS: TypeAdapter[_Anything] = TypeAdapter(_Anything)


class _RefusedError(Exception):
    """Will not do, however often it is sent: `empty`, or `gone` (what it speaks of is not there)."""


def clean_text(text: str) -> str:
    """Text as it can be stored and shown: no NUL or other control characters, no blank ends, no numbers of identity
    cards. Zero-width and direction marks stay: they belong to some scripts and to emoji."""
    plain = _whole(text).replace("\r\n", "\n")
    return identity.mask("".join(c for c in plain if c in "\n\t" or unicodedata.category(c) != "Cc").strip())


def _whole(text: str) -> str:
    """Without halves of characters, which JSON can carry but nothing can store."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def kind_of(mime: str) -> str:
    """Which Bot API kind of message a file of this type becomes."""
    if mime in {"image/jpeg", "image/png", "image/webp"}:
        return "photo"
    if mime == "image/gif":
        return "animation"
    group = mime.partition("/")[0]
    return group if group in {"audio", "video"} else "document"


class Intake:
    """Keeps what browsers send; `take` never raises for what they sent."""

    def __init__(self, transcript: Transcript, now: Callable[[], datetime]) -> None:
        self._transcript = transcript
        self._now = now
        self._keep: dict[type[_Sent], Callable[[int, Any, str | None], Awaitable[Receipt | None]]] = {
            _Text: self._text,
            _Click: self._click,
            _Files: self._files,
            _Voice: self._voice,
            _Location: self._location,
            _Edit: self._edit,
        }

    async def take(self, chat_id: int, said: Payload, language: str | None) -> Payload:
        """Keep one thing and give the answer: `ack`, or `refused` with a reason (`unavailable`: send it
        again; `invalid`, `empty`, `gone`: do not)."""
        said = {key: _whole(value) if isinstance(value, str) else value for key, value in said.items()}
        client_id = said["client_id"] if isinstance(said.get("client_id"), str) else None
        try:
            form = _FORMS.validate_python(said)
            receipt = await self._keep[type(form)](chat_id, form, language)
        except ValidationError:
            return {"type": "refused", "client_id": client_id, "reason": "invalid"}
        except _RefusedError as error:
            return {"type": "refused", "client_id": client_id, "reason": str(error)}
        except (SQLAlchemyError, OSError) as error:
            log.warning("could not keep a web message: %s", type(error).__name__)
            return {"type": "refused", "client_id": client_id, "reason": "unavailable"}
        if receipt is None:
            return {"type": "refused", "client_id": client_id, "reason": "gone"}
        return {"type": "ack", "client_id": client_id, "message_ids": receipt.message_ids}

    async def _text(self, chat_id: int, form: _Text, language: str | None) -> Receipt:
        text = clean_text(form.text)
        if not text:
            raise _RefusedError("empty")
        content = {"kind": "text", "text": text} | await self._quote(chat_id, form.reply_to)
        return await self._receive(chat_id, form, [content], language)

    async def _click(self, chat_id: int, form: _Click, language: str | None) -> Receipt | None:
        return await self._transcript.click(
            chat_id, form.client_id, form.message_id, clean_text(form.data), at=self._now(), language=language
        )

    async def _files(self, chat_id: int, form: _Files, language: str | None) -> Receipt:
        files = [await self._file(chat_id, name) for name in form.files]
        contents: list[Payload] = [{"kind": kind_of(file["mime"]), "file": file} for file in files]
        grouped = [content for content in contents if content["kind"] in _GROUPED]
        if len(grouped) > 1:
            album = hashlib.sha256(f"{chat_id}:{form.client_id}".encode()).hexdigest()[:32]
            for content in grouped:
                content["album"] = album
        contents[0] |= await self._quote(chat_id, form.reply_to)
        if caption := clean_text(form.caption):
            contents[0]["text"] = caption
        return await self._receive(chat_id, form, contents, language)

    async def _voice(self, chat_id: int, form: _Voice, language: str | None) -> Receipt:
        file = await self._file(chat_id, form.file)
        if not file["mime"].startswith("audio/"):
            raise _RefusedError("gone")
        file["seconds"] = max(1, round(form.seconds))
        content = {"kind": "voice", "file": file} | await self._quote(chat_id, form.reply_to)
        return await self._receive(chat_id, form, [content], language)

    async def _location(self, chat_id: int, form: _Location, language: str | None) -> Receipt:
        place = {"latitude": form.latitude, "longitude": form.longitude}
        content = {"kind": "location", "location": place} | await self._quote(chat_id, form.reply_to)
        return await self._receive(chat_id, form, [content], language)

    async def _edit(self, chat_id: int, form: _Edit, language: str | None) -> Receipt | None:
        text = clean_text(form.text)
        if not text:
            raise _RefusedError("empty")
        return await self._transcript.correct(
            chat_id, form.client_id, form.message_id, text, at=self._now(), language=language
        )

    async def _receive(self, chat_id: int, form: _Sent, contents: list[Payload], language: str | None) -> Receipt:
        return await self._transcript.receive(chat_id, form.client_id, contents, at=self._now(), language=language)

    async def _quote(self, chat_id: int, reply_to: int | None) -> Payload:
        if reply_to is None:
            return {}
        quote = quote_of(await self._transcript.line(chat_id, reply_to))
        return {"reply": quote} if quote else {}

    async def _file(self, chat_id: int, name: str) -> Payload:
        stored = await self._transcript.file(name)
        if stored is None or stored.chat_id != chat_id:
            raise _RefusedError("gone")
        return {"name": stored.name, "title": stored.title, "mime": stored.mime, "size": stored.size}
