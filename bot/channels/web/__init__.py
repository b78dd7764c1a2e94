"""The built-in web chat: one page, one WebSocket, the same handlers as everywhere."""

from bot.channels.web.pump import Handle
from bot.channels.web.server import WebChannel
from bot.channels.web.session import WebChatSession

__all__ = ["Handle", "WebChannel", "WebChatSession"]
