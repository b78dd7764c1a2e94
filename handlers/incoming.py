"""What a person sent, cleaned and in one shape: words, files, where it was typed and what it answers."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from aiogram.types import Message

_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
_LONGEST = 200_000


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
        """Emoji and signs without a single letter or digit."""
        return bool(self.text) and not self.files and not any(c.isalnum() for c in self.text)


def clean(text: str) -> str:
    """Text without what nobody can see or what breaks a display: control, bidirectional and zero-width signs."""
    kept = _INVISIBLE.sub("", text[:_LONGEST])
    kept = "".join(c for c in kept if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"})
    return kept.strip()


def read(message: Message, channel: str) -> Content:
    """The content of a message of any type; a type that carries nothing for people is empty."""
    files: list[dict[str, Any]] = []

    def add(kind: str, thing: Any, **more: Any) -> None:
        found = {
            "kind": kind,
            "channel": channel,
            "file": thing.file_id,
            "name": getattr(thing, "file_name", None),
            "mime": getattr(thing, "mime_type", None),
            "size": thing.file_size,
            "seconds": getattr(thing, "duration", None),
            **more,
        }
        files.append({key: value for key, value in found.items() if value is not None})

    if message.photo:
        add("photo", message.photo[-1])
    for kind in ("voice", "video", "video_note", "audio", "animation", "document", "sticker"):
        thing = getattr(message, kind)
        if thing is not None and not (kind == "document" and message.animation):
            add(kind, thing)
    if message.location is not None:
        place = message.venue.title if message.venue else None
        found = {
            "kind": "location",
            "latitude": message.location.latitude,
            "longitude": message.location.longitude,
        }
        files.append({**found, "name": clean(place)} if place else found)
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
