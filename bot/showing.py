"""One call that shows something in a chat: how many messages it is, and what is shown when it is refused."""

from datetime import datetime
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramEntityTooLarge
from aiogram.methods import EditMessageCaption, EditMessageText, SendMediaGroup, SendMessage, TelegramMethod
from aiogram.types import Message

from bot.faults import Gone, policy
from handlers.texts import Voice


def messages(method: TelegramMethod[Any]) -> int:
    """How many messages a call counts for: each picture of an album is one."""
    return len(method.media) if isinstance(method, SendMediaGroup) else 1


async def show(bot: Bot, method: TelegramMethod[Any], voice: Voice, now: datetime) -> list[int]:
    """Make one call; what cannot be shown as meant is shown as words. Returns the ids of new messages."""
    edit = isinstance(method, EditMessageText | EditMessageCaption)
    try:
        shown = await bot(method)
    except (TelegramBadRequest, TelegramEntityTooLarge) as error:
        if edit and "not modified" in str(error):
            return []
        if isinstance(method, SendMessage) or isinstance(policy(error, 0, now), Gone):
            raise
        words = _words(method)
        shown = await bot(
            SendMessage(
                chat_id=getattr(method, "chat_id"),  # noqa: B009
                text=words if edit else f"{words}\n{voice.t('file-lost')}".strip(),
                parse_mode="HTML",
                reply_markup=getattr(method, "reply_markup", None),
            )
        )
    return [m.message_id for m in (shown if isinstance(shown, list) else [shown]) if isinstance(m, Message)]


def _words(method: TelegramMethod[Any]) -> str:
    media = getattr(method, "media", None)
    caption = media[0].caption if media else getattr(method, "caption", None)
    return caption or getattr(method, "text", None) or ""
