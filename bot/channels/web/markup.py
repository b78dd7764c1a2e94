"""What a bot message may contain, made safe for a page: Telegram's HTML subset and its keyboards.

The limits are those of https://core.telegram.org/bots/api (formatting options, inline keyboards), so that
what would fail on Telegram fails here too. Everything raises `ValueError` with Telegram's words.
"""

from html import escape
from html.parser import HTMLParser
from typing import Any

from aiogram.types import (
    InlineKeyboardMarkup,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

_SHOWN_AS = {
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "u": "u",
    "ins": "u",
    "s": "s",
    "strike": "s",
    "del": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "a",
    # Allowed on Telegram, of no meaning on the page: only what is inside is shown.
    "span": "",
    "tg-spoiler": "",
    "tg-emoji": "",
}
_LINKS = ("http://", "https://", "tel:")
_CALLBACK_BYTES = 64


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.html: list[str] = []
        self.text: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._after_quote = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SHOWN_AS:
            raise ValueError(f'can\'t parse entities: Unsupported start tag "{tag}"')
        shown = _SHOWN_AS[tag]
        if tag == "a":
            address = (dict(attrs).get("href") or "").strip()
            if address.lower().startswith(_LINKS):
                self.html.append(f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">')
            else:
                shown = ""
        elif shown:
            self.html.append(f"<{shown}>")
        self._open.append((tag, shown))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise ValueError(f'can\'t parse entities: Unexpected end tag "{tag}"')
        _, shown = self._open.pop()
        if shown:
            self.html.append(f"</{shown}>")
        self._after_quote = shown == "blockquote"

    def handle_data(self, data: str) -> None:
        # A quotation is a block of its own: the line break after it would show as an empty line.
        self.html.append(escape(data.removeprefix("\n") if self._after_quote else data))
        self._after_quote = False
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise ValueError("can't parse entities: Unsupported markup")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    def finish(self) -> None:
        self.close()
        if self._open:
            raise ValueError(f"can't parse entities: Can't find end tag corresponding to \"{self._open[-1][0]}\"")


def clean_html(markup: str) -> tuple[str, str]:
    """Safe HTML for the page and the plain text of a message in Telegram's HTML.

    :raises ValueError: a tag outside the subset, or tags that do not close.
    """
    cleaner = _Cleaner()
    cleaner.feed(markup.replace("\x00", ""))
    cleaner.finish()
    # A quotation ends its line by itself: the line end after it would show as an empty line.
    html = "".join(cleaner.html).replace("</blockquote>\n", "</blockquote>").strip()
    return html, "".join(cleaner.text).strip()


def inline_buttons(markup: InlineKeyboardMarkup | None) -> list[list[dict[str, str]]]:
    """Rows of buttons under a message, each with its `text` and either `data` or `url`.

    :raises ValueError: callback data over 64 bytes, or an address that is not http(s) or tel.
    """
    rows = []
    for row in markup.inline_keyboard if markup else []:
        buttons = []
        for button in row:
            if button.callback_data is not None:
                if not 1 <= len(button.callback_data.encode()) <= _CALLBACK_BYTES:
                    raise ValueError("BUTTON_DATA_INVALID")
                buttons.append({"text": button.text, "data": button.callback_data})
            elif button.url is not None and button.url.lower().startswith(_LINKS):
                buttons.append({"text": button.text, "url": button.url})
            else:
                raise ValueError("BUTTON_TYPE_INVALID")
        if buttons:
            rows.append(buttons)
    return rows


def menu_bar(markup: object) -> dict[str, Any] | None:
    """What a message does to the menu bar at the bottom; None: nothing.

    `rows` holds the buttons (`text`, and `ask` = location or contact), `placeholder` the hint of the box,
    `once` that the bar goes after one tap, `large` that the person is best served with large text.
    """
    if isinstance(markup, ReplyKeyboardMarkup):
        rows: list[list[dict[str, str]]] = []
        for row in markup.keyboard:
            shown = []
            for button in row:
                ask = "location" if button.request_location else "contact" if button.request_contact else None
                shown.append({"text": button.text, **({"ask": ask} if ask else {})})
            rows.append(shown)
        bar: dict[str, Any] = {"rows": rows, "once": bool(markup.one_time_keyboard)}
        if not markup.resize_keyboard:
            bar["large"] = True
        if markup.input_field_placeholder:
            bar["placeholder"] = markup.input_field_placeholder
        return bar
    if isinstance(markup, ReplyKeyboardRemove):
        return {"rows": []}
    return None
