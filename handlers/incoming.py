"""What a person sent, cleaned and in one shape: words, files, where it was typed and what it answers."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from aiogram.types import Message

from knowledge import identity

_LONGEST = 200_000
PASSABLE = 20 * 1024 * 1024
"""Bytes of a file that a bot may fetch from Telegram, by the Bot API; a larger one stays inside Telegram."""
_JOINERS = "\u200c\u200d"  # invisible, but they hold emoji and some scripts together
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufe0f" + _JOINERS)
"""Signs that count as letters or marks and show nothing."""
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*+\n){2,}+")
_WIDE_GAP = re.compile(r"[^\S\n]{9,}")


@dataclass(frozen=True)
class Content:
    """:ivar files: each a dict with `kind`, and `file` (the channel's id), `channel`, `name`, `mime`, `size`,
    `seconds`, or for a place `latitude` and `longitude`"""

    text: str
    files: list[dict[str, Any]] = field(default_factory=list)
    album: str | None = None
    message_id: int = 0
    reply_to: int | None = None

    @property
    def empty(self) -> bool:
        return not self.text and not self.files

    @property
    def only_pictographs(self) -> bool:
        """Emoji and signs without a single letter or digit, or a sticker."""
        wordless = not any(c.isalnum() for c in self.text)
        return not self.empty and wordless and all(f["kind"] == "sticker" for f in self.files)


@lru_cache(maxsize=32)  # every button's words are compared with what was said
def clean(text: str) -> str:
    """Text without what nobody can see or what breaks a display: control, bidirectional and zero-width signs; and
    without numbers of identity cards. Long runs of blanks are shortened; text that shows nothing at all is empty."""
    kept = "".join(c for c in text[:_LONGEST] if c in "\n\t" or c in _JOINERS or _shown(c))
    kept = _WIDE_GAP.sub("        ", _BLANK_LINES.sub("\n\n", kept)).strip().strip(_JOINERS)
    return identity.mask(kept) if any(not c.isspace() and c not in _BLANK for c in kept) else ""


def bare(text: str) -> str:
    """Cleaned words as short answers are compared: in lower case, without marks at their ends."""
    return clean(text).strip(" 。！!.，,").lower()


def _shown(character: str) -> bool:
    if ord(character) & 0xFFFE == 0xFFFE:  # noncharacters, which XML and some databases refuse
        return False
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def too_large(file: dict[str, Any]) -> bool:
    """Whether a file cannot leave the channel over which it came."""
    return file.get("channel") == "telegram" and (file.get("size") or 0) > PASSABLE


def megabytes(file: dict[str, Any]) -> int:
    """The size of a file in whole megabytes, for people."""
    return round((file.get("size") or 0) / 1024 / 1024)


def read(message: Message, channel: str) -> Content:
    """The content of a message of any type; a type that carries nothing for people is empty."""
    files: list[dict[str, Any]] = []

    def add(kind: str, thing: Any) -> None:
        found = {
            "kind": kind,
            "channel": channel,
            "file": thing.file_id,
            "name": clean(getattr(thing, "file_name", None) or "") or None,
            "mime": getattr(thing, "mime_type", None),
            "size": thing.file_size,
            "seconds": getattr(thing, "duration", None),
        }
        files.append({key: value for key, value in found.items() if value is not None})

    if message.photo:
        add("photo", message.photo[-1])
    for kind in ("voice", "video", "video_note", "audio", "animation", "document", "sticker"):
        thing = getattr(message, kind)
        if thing is not None and not (kind == "document" and message.animation):
            add(kind, thing)
    if message.location is not None:
        found = {"kind": "location", "latitude": message.location.latitude, "longitude": message.location.longitude}
        place = clean(message.venue.title) if message.venue else ""
        files.append({**found, "name": place} if place else found)
    text = message.text or message.caption or ""
    if message.contact is not None:
        text = f"{message.contact.first_name} {message.contact.phone_number}"
    if message.poll is not None:
        text = message.poll.question
    return Content(
        text=clean(text),
        files=files,
        album=message.media_group_id,
        message_id=message.message_id,
        reply_to=message.reply_to_message.message_id if message.reply_to_message else None,
    )


_PHONE = re.compile(r"\+?[0-9]{5,15}")
_GAPS = str.maketrans("０１２３４５６７８９＋", "0123456789+", " \u3000\t-－–—()（）")


def phone_in(said: str) -> str | None:
    """The phone number that somebody typed, in plain digits; None when it looks like none."""
    phone = said.translate(_GAPS)
    return phone if _PHONE.fullmatch(phone) else None
