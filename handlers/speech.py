"""How the desk speaks: a `Say` is what one message means; here it becomes Bot API methods of any channel."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

LIMIT = 4096
"""Characters in a message, by the Bot API; counted here with markup, which is the safe side."""

ELDER_CHOICES = 3
"""长辈模式 shows at most so many choices at a time, except the steps of a scale."""

MORE = "more"
_SENTENCE_END = re.compile(r"(?<=[。！？!?；;\n])|(?<=\. )")
_TAG = re.compile(r"<(/?)([a-z]+)[^>]*>")


@dataclass(frozen=True)
class Choice:
    """A button: what it says and what pressing it means (callback data of at most 64 bytes).

    :ivar scale: one of the steps of a scale, which are only shown all together
    """

    label: str
    data: str
    scale: bool = False


@dataclass
class Say:
    """One thing to say to one chat.

    :ivar text: HTML that is safe to send
    :ivar choices: buttons, in the order in which a typed digit counts them
    :ivar columns: buttons a row (elder mode: always one)
    :ivar menu: the words of the menu that stays at the bottom; None leaves it as it is
    :ivar request_id: what it is about, so that a reply to it finds its way
    """

    text: str
    choices: list[Choice] = field(default_factory=list)
    columns: int = 1
    menu: list[str] | None = None
    request_id: int | None = None

    def pack(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> "Say":
        """What `pack` made; whoever keeps it may have put something of their own beside it."""
        known = {name: packed[name] for name in cls.__dataclass_fields__ if name in packed}
        return cls(**{**known, "choices": [Choice(**c) for c in packed["choices"]]})


Answer = Say | Sequence[Say] | None
"""What a handler returns."""


def page(choices: Sequence[Choice], elder: bool, more: str) -> tuple[list[Choice], list[Choice]]:
    """The choices to show now, and the rest that stands behind 「更多」. A scale is never cut: whoever sees its upper
    half only answers in it."""
    if not elder or len(choices) <= ELDER_CHOICES or any(choice.scale for choice in choices):
        return list(choices), []
    return [*choices[: ELDER_CHOICES - 1], Choice(more, MORE)], list(choices[ELDER_CHOICES - 1 :])


def keyboard(choices: Sequence[Choice], *, columns: int, elder: bool) -> InlineKeyboardMarkup | None:
    """Buttons under a message; in elder mode one a row with the digit in front."""
    if not choices:
        return None
    buttons = [
        InlineKeyboardButton(text=f"{i} {c.label}" if elder else c.label, callback_data=c.data)
        for i, c in enumerate(choices, 1)
    ]
    width = 1 if elder else columns
    rows = [buttons[i : i + width] for i in range(0, len(buttons), width)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def methods(
    say: Say, chat_id: int, *, elder: bool, more: str, reply_to: int | None = None
) -> list[TelegramMethod[Any]]:
    """The Bot API methods that say it; a long text is split at a sentence and the buttons go under the last part."""
    shown, _ = page(say.choices, elder, more)
    markup: Any = keyboard(shown, columns=say.columns, elder=elder)
    if say.menu is not None and markup is None:
        markup = ReplyKeyboardMarkup(
            keyboard=[[KeyboardButton(text=word) for word in say.menu[i : i + 4]] for i in range(0, len(say.menu), 4)],
            resize_keyboard=not elder,  # elder mode: the tall buttons, and the web page's large text
            is_persistent=True,
        )
    parts = split(say.text)
    built: list[TelegramMethod[Any]] = []
    for i, part in enumerate(parts):
        quoted = ReplyParameters(message_id=reply_to, allow_sending_without_reply=True) if reply_to and i == 0 else None
        built.append(
            SendMessage(
                chat_id=chat_id,
                text=part,
                parse_mode="HTML",
                reply_markup=markup if i == len(parts) - 1 else None,
                reply_parameters=quoted,
            )
        )
    return built


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Cut HTML into parts of at most `limit` UTF-16 units, at the end of a sentence where there is one; tags that
    are open at a cut are closed and opened again. A part that would show nothing is left out."""
    parts: list[str] = []
    current, size = "", 0
    for piece in _pieces(text, limit // 2):
        added = _units(piece)
        if current and size + added > limit - 200:
            closing, opening = _open_tags(current)
            parts.append(current + closing)
            current, size = opening, len(opening)
        current, size = current + piece, size + added
    shown = [part for part in (*parts, current) if _TAG.sub("", part).strip()]
    return shown or [current]


def _pieces(text: str, longest: int) -> list[str]:
    pieces: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        rest = sentence
        while len(rest) > longest or _units(rest) > longest:
            cut = _safe_cut(rest, longest // 2)
            pieces.append(rest[:cut])
            rest = rest[cut:]
        pieces.append(rest)
    return pieces


def _safe_cut(text: str, near: int) -> int:
    """A place to cut that is not inside a tag or an entity: behind a comma where there is one."""
    near = max(text.rfind(mark, near // 2, near) for mark in "，,、 ") + 1 or near
    for opener, closer in (("<", ">"), ("&", ";")):
        start = text.rfind(opener, max(0, near - 12), near)
        if start > 0 and text.find(closer, start, near) < 0 and text.find(closer, start) >= 0:
            return start
    return near


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _open_tags(html: str) -> tuple[str, str]:
    stack: list[str] = []
    for match in _TAG.finditer(html):
        if match.group(1):
            if stack and _TAG.fullmatch(stack[-1]).group(2) == match.group(2):  # type: ignore[union-attr]
                stack.pop()
        else:
            stack.append(match.group(0))
    closing = "".join(f"</{_TAG.fullmatch(tag).group(2)}>" for tag in reversed(stack))  # type: ignore[union-attr]
    return closing, "".join(stack)


def quoted(text: str, limit: int = 600) -> str:
    """What a person wrote, escaped, in a quotation; the head of it when it is long."""
    head = text if len(text) <= limit else text[:limit].rstrip() + "…"
    return f"<blockquote>{escape(head, quote=False)}</blockquote>"
