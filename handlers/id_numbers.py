"""Numbers of identity cards are taken out before anything is kept (`incoming.clean`); here that is said."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import Message, TelegramObject

from handlers.desk import Desk
from knowledge import identity


async def warn(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject, data: dict[str, Any]
) -> Any:
    """Say behind what cannot wait (a number to call), and before the answer, that the number was not kept."""
    answer = await handler(event, data)
    words = (event.text or event.caption or "") if isinstance(event, Message) else ""
    if answer is not UNHANDLED and event.chat.type == "private" and identity.holds(words):  # type: ignore[attr-defined]
        desk: Desk = data["desk"]
        desk.first(desk.say("id-number-staff" if desk.is_staff else "id-number"))
    return answer
