"""Files that are too large to leave Telegram: whoever sends one hears it at once, and it is kept all the same."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import Message, TelegramObject

from handlers.desk import Desk
from handlers.incoming import megabytes, read, too_large
from handlers.speech import Say


async def warn(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject, data: dict[str, Any]
) -> Any:
    """Say before the answer that not everybody can be shown this file, and what to send instead."""
    answer = await handler(event, data)
    desk: Desk = data["desk"]
    large = [file for file in read(event, desk.channel).files if too_large(file)] if isinstance(event, Message) else []
    if not large or answer is UNHANDLED:
        return answer
    told = desk.say("file-too-large", size=megabytes(large[0]))
    return [told, *([answer] if isinstance(answer, Say) else answer or [])]
