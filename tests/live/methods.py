"""The methods of the Bot API stand-in, by their lower-case names, with Telegram's words of refusal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.live.markup import caption_of, inline_of, text_of
from tests.live.records import MEDIA, Account, Json, Params, RefusedError, bad, now

if TYPE_CHECKING:
    from tests.live.botapi import BotApi

DOWNLOAD_LIMIT, TOAST_LIMIT = 20 << 20, 200
Method = Callable[["BotApi", Account, Params], Any]


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
    await api.stop_delivery(bot)
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
        bot.delivery = asyncio.create_task(api.deliver(bot, bot.webhook))
    return True


async def _delete_webhook(api: BotApi, bot: Account, p: Params) -> bool:
    p.values.pop("url", None)
    return await _set_webhook(api, bot, p)


def _webhook_info(_api: BotApi, bot: Account, _p: Params) -> Json:
    known = {k: v for k, v in (bot.webhook or {"url": ""}).items() if k != "secret"}
    info = known | {"has_custom_certificate": False, "pending_update_count": len(bot.pending)}
    return info | ({"allowed_updates": sorted(bot.allowed)} if bot.allowed else {})


def _send_message(api: BotApi, bot: Account, p: Params) -> Json:
    return api.say(bot, p, api.chat(bot, p), text_of(p))


def _send_media(kind: str) -> Method:
    def send(api: BotApi, bot: Account, p: Params) -> Json:
        chat, caption = api.chat(bot, p), {} if kind == "sticker" else caption_of(p)
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
        api.describe(api.upload(bot, p, item["type"], item.get("media"))) | caption_of(Params(item, {})) | group
        for item in media
    ]
    return [api.say(bot, p, chat, content) for content in contents]


def _send_location(api: BotApi, bot: Account, p: Params) -> Json:
    try:
        place = {key: float(p.get(key)) for key in ("latitude", "longitude")}
    except (TypeError, ValueError):
        raise bad("wrong location specified") from None
    return api.say(bot, p, api.chat(bot, p), {"location": place})


def _edit(part: str) -> Method:
    def edit(api: BotApi, bot: Account, p: Params) -> Json:
        message = api.chat(bot, p).find(p.get("message_id"))
        if message is None:
            raise bad("message to edit not found")
        if not message.by_bot:
            raise bad("message can't be edited")
        if (part == "text") != (message.kind == "text"):
            raise bad(f"there is no {part} in the message to edit")
        words = text_of(p, "MESSAGE_TOO_LONG") if part == "text" else caption_of(p)
        parts = (part, "entities" if part == "text" else "caption_entities")
        new = {k: v for k, v in message.raw.items() if k not in (*parts, "reply_markup", "edit_date")}
        new |= words | inline_of(p)
        if new == {k: v for k, v in message.raw.items() if k != "edit_date"}:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        if any(new.get(k) != message.raw.get(k) for k in parts):
            message.shown = api.next()
        message.raw = new | {"edit_date": now()}
        return message.raw

    return edit


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


def _set_commands(_api: BotApi, bot: Account, p: Params) -> bool:
    for command in p.get("commands") or []:
        if not re.fullmatch("[a-z0-9_]{1,32}", command.get("command", "").removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    bot.commands[str(p.get("language_code") or "")] = p.get("commands")
    return True


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
    "editmessagetext": _edit("text"),
    "editmessagecaption": _edit("caption"),
    "answercallbackquery": _answer_callback,
    "getfile": _get_file,
    "setmycommands": _set_commands,
}
