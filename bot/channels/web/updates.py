"""Between the transcript and the Bot API's own shapes: messages and updates as aiogram knows them."""

from typing import Any

from aiogram import Bot
from aiogram.types import Message, Update

from storage.transcript import Line, Payload, Waiting

_TIMED = {"voice", "audio", "video", "animation"}
_SIZED = {"video", "animation", "sticker"}


def bot_user(bot: Bot) -> Payload:
    """The bot as a Bot API user."""
    return {"id": bot.id, "is_bot": True, "first_name": "首问", "username": "shouwen_bot"}


def chat_user(chat_id: int, language: str | None = None) -> Payload:
    """Whoever speaks in a chat. Nobody gives a name to the web chat, so they go by four digits."""
    user: Payload = {"id": chat_id, "is_bot": False, "first_name": f"居民{chat_id % 10000:04d}"}
    return {**user, "language_code": language} if language else user


def _chat(chat_id: int) -> Payload:
    return {"id": chat_id, "type": "private", "first_name": chat_user(chat_id)["first_name"]}


def _content(content: Payload) -> Payload:
    """The part of a Bot API message that says what was said."""
    kind, text = content["kind"], content.get("text") or ""
    if kind == "text":
        return {"text": text}
    fields: Payload = {"caption": text} if text else {}
    if album := content.get("album"):
        fields["media_group_id"] = album
    if kind in {"location", "contact"}:
        fields[kind] = content[kind]
        return fields
    file = content["file"]
    sent: Payload = {
        "file_id": file["name"],
        "file_unique_id": file["name"].partition(".")[0],
        "file_size": file["size"],
    }
    if kind == "photo":
        fields["photo"] = [{**sent, "width": 0, "height": 0}]
        return fields
    sent["mime_type"] = file["mime"]
    if file.get("title"):
        sent["file_name"] = file["title"]
    if kind in _TIMED:
        sent["duration"] = file.get("seconds", 0)
    if kind in _SIZED:
        sent |= {"width": 0, "height": 0}
    if kind == "sticker":
        sent |= {"type": "regular", "is_animated": False, "is_video": False}
    return {**fields, kind: sent}


def _inline(content: Payload) -> Payload:
    rows = [
        [
            {"text": button["text"]}
            | ({"url": button["url"]} if "url" in button else {"callback_data": button["data"]})
            for button in row
        ]
        for row in content.get("buttons") or []
    ]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _quoted(content: Payload, chat_id: int, bot: Bot, date: int) -> Payload:
    """The message answered, as far as the quote kept of it tells."""
    quote = content.get("reply")
    if not quote:
        return {}
    sender = bot_user(bot) if quote["from_bot"] else chat_user(chat_id)
    answered = {"message_id": quote["id"], "date": date, "chat": _chat(chat_id), "from": sender}
    return {"reply_to_message": {**answered, "text": quote["text"]}}


def _message(line: Line, bot: Bot) -> Payload:
    date = int(line.created_at.timestamp())
    message = {
        "message_id": line.id,
        "date": date,
        "chat": _chat(line.chat_id),
        "from": bot_user(bot) if line.from_bot else chat_user(line.chat_id),
    }
    if line.edited_at is not None:
        message["edit_date"] = int(line.edited_at.timestamp())
    quoted = _quoted(line.payload, line.chat_id, bot, date)
    return {**message, **_content(line.payload), **_inline(line.payload), **quoted}


def to_message(line: Line, bot: Bot) -> Message:
    """A line as the Bot API would return it."""
    return Message.model_validate(_message(line, bot), context={"bot": bot})


def to_update(waiting: Waiting, answered: Line | None, bot: Bot) -> Update:
    """What a browser did as the update Telegram would have sent.

    :param answered: for a click, the bot's message as it stands now, None when it is gone.
    """
    payload, chat_id, date = waiting.payload, waiting.chat_id, int(waiting.created_at.timestamp())
    sender = chat_user(chat_id, payload.get("language"))
    if payload["type"] == "click":
        gone = {"message_id": payload["message_id"], "date": 0, "chat": _chat(chat_id)}
        query: dict[str, Any] = {
            "id": str(waiting.id),
            "from": sender,
            "chat_instance": str(chat_id),
            "data": payload["data"],
            "message": _message(answered, bot) if answered else gone,
        }
        return Update.model_validate({"update_id": waiting.id, "callback_query": query}, context={"bot": bot})
    content = payload["content"]
    message = {"message_id": payload["message_id"], "date": date, "chat": _chat(chat_id), "from": sender}
    field = "message"
    if payload["type"] == "edit":
        field = "edited_message"
        message |= {"date": payload["sent_at"], "edit_date": date}
    message |= _content(content) | _quoted(content, chat_id, bot, date)
    if field == "message" and content["kind"] == "text" and content["text"].startswith("/"):
        # Telegram marks commands; some filters look for the mark.
        length = len(content["text"].split()[0])
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    return Update.model_validate({"update_id": waiting.id, field: message}, context={"bot": bot})
