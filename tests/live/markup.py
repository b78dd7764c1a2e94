"""Words as Telegram keeps them: markup parsed into entities, cleaned, measured; keyboards checked."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.live.records import Json, Params, RefusedError, bad

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_BYTES = 4096, 1024, 64  # the first two in characters
STYLES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
STYLES |= {"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "a": "text_link"}
STYLES |= {"span": "spoiler", "tg-spoiler": "spoiler", "code": "code", "pre": "pre"}
STYLES |= {"blockquote": "blockquote", "tg-emoji": "custom_emoji"}


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


def text_of(p: Params, too_long: str = "message is too long") -> Json:
    said = _words(p, "text", TEXT_LIMIT, too_long)
    if not said:
        raise bad("message text is empty")
    return said


def caption_of(p: Params) -> Json:
    return _words(p, "caption", CAPTION_LIMIT, "message caption is too long")


def inline_of(p: Params) -> Json:
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
