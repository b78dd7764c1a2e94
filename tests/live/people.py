"""People who chat through the stand-in: a `Person` does what somebody does in the app: types, taps, sends
pictures, reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from tests.live.botapi import BotApi
from tests.live.markup import TEXT_LIMIT, utf16
from tests.live.records import Account, Chat, Json, Message

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")
Pattern = str | re.Pattern[str]


def _grey_jpeg() -> bytes:
    """The smallest picture a browser shows: eight by eight grey pixels."""

    def part(marker: int, body: bytes) -> bytes:
        return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body

    one_code = bytes((1, *[0] * 15, 0))  # a Huffman table with the single code «0», meaning zero
    picture = part(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + part(0xDB, bytes((0, *[1] * 64)))
    picture += part(0xC0, bytes((8, 0, 8, 0, 8, 1, 1, 0x11, 0)))
    picture += part(0xC4, b"\x00" + one_code) + part(0xC4, b"\x10" + one_code)
    return b"\xff\xd8" + picture + part(0xDA, bytes((1, 1, 0, 0, 63, 0))) + b"\x3f\xff\xd9"


JPEG = _grey_jpeg()
OGG = b"OggS" + bytes(22) + b"\x01\x13OpusHead\x01\x01" + bytes(9)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00\x00\x00\x08mdat"


def _matches(pattern: Pattern, text: str) -> bool:
    return pattern in text if isinstance(pattern, str) else pattern.search(text) is not None


def _command(text: str) -> Json:
    """The entity the app marks a leading command with."""
    found = re.match(r"/\w+(@\w+)?", text, re.ASCII)
    length = utf16(found.group()) if found else 0
    return {"entities": [{"type": "bot_command", "offset": 0, "length": length}]} if found else {}


def _line(message: Message, who: str) -> str:
    what = message.text if message.kind == "text" else f"<{message.kind}> {message.text}".rstrip()
    buttons = "".join(f" [{b['text']}]" for b in message.buttons)
    marks = " (edited)" if "edit_date" in message.raw else ""
    return f"  #{message.id} {who}{marks}: {what}{buttons}"


class Person:
    """Somebody in a private chat with the bot; `in_group` gives the same person in a group."""

    def __init__(
        self,
        api: BotApi,
        user_id: int,
        first_name: str,
        language_code: str = "zh",
        *,
        bot: Account | None = None,
        group: Json | None = None,
    ) -> None:
        self.api, self.bot, self.user_id, self.name = api, bot or api.bot, user_id, first_name
        self.user: Json = {"id": user_id, "is_bot": False, "first_name": first_name}
        self.user["language_code"] = language_code
        self._chat = group or {"id": user_id, "type": "private", "first_name": first_name}
        self._silent = Chat(self._chat)
        self.mark = 0  # everything the bot showed up to here has been read
        self._toasts_read = 0

    def in_group(self, chat_id: int, title: str = "业主群") -> Person:
        """This person in a group of that (negative) id; the bot is an administrator there: it sees all."""
        group = {"id": chat_id, "type": "supergroup", "title": title}
        language = self.user["language_code"]
        return Person(self.api, self.user_id, self.name, language, bot=self.bot, group=group)

    @property
    def chat(self) -> Chat:
        """The conversation; it exists for the bot once the person has said something."""
        return self.bot.chats.get(self._chat["id"], self._silent)

    def _open(self) -> Chat:
        return self.bot.chats.setdefault(self._chat["id"], self._silent)

    # What this person does

    async def send(self, text: str, reply_to: Message | None = None) -> Message:
        """Types `text`; the app cuts what is too long into several messages. Returns the last."""
        parts = [text[i : i + TEXT_LIMIT] for i in range(0, len(text), TEXT_LIMIT)] or [""]
        sent = [self._say({"text": part} | _command(part), reply_to) for part in parts]
        return sent[-1]

    async def photo(
        self, data: bytes | None = None, caption: str | None = None, reply_to: Message | None = None
    ) -> Message:
        return self._file("photo", "photo.jpg", data or JPEG, caption, reply_to)

    async def voice(self, data: bytes = OGG, reply_to: Message | None = None) -> Message:
        return self._file("voice", "voice.ogg", data, None, reply_to)

    async def video(self, data: bytes = MP4, caption: str | None = None, reply_to: Message | None = None) -> Message:
        return self._file("video", "video.mp4", data, caption, reply_to)

    async def document(
        self,
        name: str,
        data: bytes,
        caption: str | None = None,
        reply_to: Message | None = None,
        size: int | None = None,
    ) -> Message:
        """Sends a file; `size` claims more bytes than there are, to be over a limit cheaply."""
        return self._file("document", name, data, caption, reply_to, size)

    async def sticker(self) -> Message:
        return self._file("sticker", "sticker.webp", b"RIFF\0\0\0\0WEBP", None, None)

    async def album(self, pictures: Sequence[bytes | None], caption: str | None = None) -> list[Message]:
        """Sends pictures together: one update each, all of one media group, the caption on the first."""
        group = {"media_group_id": str(self.api.next())}
        captions = [caption, *[None] * len(pictures)]
        both = zip(pictures, captions, strict=False)
        return [self._file("photo", "photo.jpg", d or JPEG, said, None, None, group) for d, said in both]

    async def location(self, latitude: float, longitude: float) -> Message:
        return self._say({"location": {"latitude": latitude, "longitude": longitude}})

    async def contact(self, phone_number: str) -> Message:
        """Shares the person's own phone number."""
        card = {"phone_number": phone_number, "first_name": self.name, "user_id": self.user_id}
        return self._say({"contact": card})

    async def edit(self, message: Message, text: str) -> Message:
        """Changes the words of a message sent earlier."""
        kept = {k: v for k, v in message.raw.items() if k != "entities"}
        words = {"text": text} | _command(text) if message.kind == "text" else {"caption": text}
        message.raw = kept | words | {"edit_date": message.raw["date"]}
        self.api.push("edited_message", message.raw, self.bot)
        return message

    async def click(self, label: str, message: Message | None = None) -> str:
        """Taps the button of that label, or with `label` in it, on `message` or the newest that has one.

        Returns the id of the press; an open reply keyboard comes last, and there a tap types the label.
        """
        places = [message] if message else [m for m in reversed(self.messages) if m.buttons]
        shown = [(button, place) for place in places for button in place.buttons if label in button["text"]]
        # A list that came in between has buttons of its own: 「… · 待受理」 is not 「受理」.
        if shown:
            button, place = next((pair for pair in shown if pair[0]["text"] == label), shown[0])
            assert "callback_data" in button, f"{self.name}: «{button['text']}» is no answer but {button}"
            return await self.press(button["callback_data"], place)
        keys = [] if message else sorted(self.chat.keyboard, key=lambda b: b["text"] != label)
        key = next((b for b in keys if label in b["text"]), None)
        assert key, self._tell(f"sees no button «{label}»; there are {self.buttons()}")
        if key.get("request_contact"):
            await self.contact("13800138000")
        elif key.get("request_location"):
            await self.location(29.56, 106.55)
        else:
            await self.send(key["text"])
        return ""

    async def press(self, data: str, message: Message) -> str:
        """Presses a button with this data on a message, whether it is there or not (stale, forged)."""
        query = str(self.api.next())
        self.bot.queries[query] = self._open()
        instance = str(self._chat["id"])
        press = {"id": query, "from": self.user, "message": message.raw, "chat_instance": instance}
        self.api.push("callback_query", press | {"data": data}, self.bot)
        return query

    def send_raw(self, update: Json) -> int:
        """Gives the bot an update as it is; an `update_id` is added where there is none. Returns it."""
        self._open()
        return self.api.push_raw({"update_id": self.api.next()} | update, self.bot)

    def resend(self, update_id: int) -> None:
        """Delivers an update of this bot again."""
        self.api.resend(update_id, self.bot)

    @property
    def last_update_id(self) -> int:
        """The newest update there is, for `resend`."""
        return max(self.bot.sent)

    # What this person sees

    @property
    def messages(self) -> list[Message]:
        """What the bot shows in this chat, oldest first, edits applied."""
        return [m for m in self.chat.messages if m.by_bot]

    @property
    def unread(self) -> list[Message]:
        """What the bot showed, or edited to say something else, since the read mark, in that order."""
        return sorted((m for m in self.messages if m.shown > self.mark), key=lambda m: m.shown)

    def buttons(self, message: Message | None = None) -> list[str]:
        """Labels on `message`, or on the newest message that has any, and on the open reply keyboard."""
        newest = message or next((m for m in reversed(self.messages) if m.buttons), None)
        labels = [b["text"] for b in newest.buttons] if newest else []
        return labels + ([] if message else [b["text"] for b in self.chat.keyboard])

    def read_all(self) -> int:
        """Moves the read mark to the end, and returns it (for `sees(since=…)`)."""
        self.mark = max([self.mark, *(m.shown for m in self.messages)])
        return self.mark

    def data_of(self, message: Message) -> bytes:
        """The content of the file a message carries."""
        assert message.file_id, self._tell(f"finds no file in #{message.id}")
        return self.api.files[message.file_id].data

    async def sees(
        self,
        what: Pattern,
        since: int | None = None,
        timeout: float = 10,
        kind: str | None = None,
    ) -> Message:
        """Waits for a message with `what` in it (and of this kind, say "photo") that has not been read.

        Everything up to it then counts as read. Fails with the whole chat.
        """
        if since is not None:
            self.mark = since

        def found() -> Message | None:
            wanted = (m for m in self.unread if kind in (None, m.kind))
            return next((m for m in wanted if _matches(what, m.text)), None)

        message = await self._wait(found, timeout)
        assert message, self._tell(f"did not see «{what}» within {timeout:g} s")
        self.mark = message.shown
        return message

    async def toast(self, what: Pattern, timeout: float = 10) -> str:
        """Waits for the little notice that answers a press."""

        def found() -> str | None:
            return next((t for t in self.chat.toasts[self._toasts_read :] if _matches(what, t)), None)

        text = await self._wait(found, timeout)
        assert text is not None, self._tell(f"got no notice «{what}», only {self.chat.toasts}")
        self._toasts_read = self.chat.toasts.index(text, self._toasts_read) + 1
        return text

    async def answered(self, press: str, timeout: float = 10) -> None:
        """Waits until the bot has answered a press: the little clock on the button is gone."""
        done = await self._wait(lambda: press not in self.bot.queries or None, timeout)
        assert done, self._tell("pressed a button that was never answered")

    def transcript(self) -> str:
        """This chat, line by line."""
        lines = [_line(m, "bot" if m.by_bot else m.raw["from"]["first_name"]) for m in self.chat.messages]
        return "\n".join(lines) or "  (nothing was said)"

    async def _wait(self, found: Callable[[], T | None], seconds: float) -> T | None:
        """What `found` says once it says something; gives up early when the bot is known to be dead."""
        await self.api.until(lambda: found() is not None or self.api.trouble(), seconds)
        return found()

    def _tell(self, complaint: str) -> str:
        trouble = self.api.trouble()
        return f"{self.name} {complaint}\n{self.transcript()}" + (f"\n{trouble}" if trouble else "")

    def _say(self, content: Json, reply_to: Message | None = None) -> Message:
        message = self.api.add(self.bot, self._open(), self.user, content, reply_to)
        self.api.push("message", message.raw, self.bot)
        return message

    def _file(
        self,
        kind: str,
        name: str,
        data: bytes,
        caption: str | None,
        reply_to: Message | None,
        size: int | None = None,
        more: Json | None = None,
    ) -> Message:
        content = self.api.describe(self.api.store(self.bot, kind, name, data, size))
        return self._say(content | ({"caption": caption} if caption else {}) | (more or {}), reply_to)
