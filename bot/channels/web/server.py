"""The web chat as a channel: opens the door, keeps the connections, hands on what people say."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiohttp import web

from bot.channels.web.doors import HTTPS, LINK_LIFE, PROXIES, Doors, Networks, digest, our_page_only, safety
from bot.channels.web.files import FileRoom
from bot.channels.web.incoming import Intake
from bot.channels.web.pages import Pages, new_chat_id
from bot.channels.web.pump import Handle, Pump
from bot.channels.web.session import WebChatSession
from bot.channels.web.socket import RESTARTING, SIGNED_OUT, Sockets
from bot.channels.web.tidy import Tidier
from bot.logs import Requests
from storage.database import Database
from storage.transcript import Payload, Transcript

_REQUESTS = Requests()
_TOKEN = "1:web"  # noqa: S105 - aiogram wants one; nothing is guarded by it


class WebChannel:
    """The built-in web chat.

    `bot` speaks to it like to Telegram. What browsers do is stored, acknowledged and then given to `handle`,
    which must have its effect once however often it is called with the same update. Add routes of your own
    to `app` before `start`.

    :param files: folder for uploaded files; made when needed.
    :param port: 0 takes any free port; see `url` after `start`.
    :param public_url: where people reach the server when a proxy stands before it, e.g. https://chat.example.org
    :param proxies: the networks of our own proxies, whose word is taken for the address of whoever they speak for
    """

    name = "web"

    def __init__(
        self,
        database: Database,
        files: Path,
        *,
        host: str,
        port: int,
        handle: Handle,
        now: Callable[[], datetime],
        public_url: str | None = None,
        proxies: Networks = (),
    ) -> None:
        self._transcript = Transcript(database)
        self._room = FileRoom(self._transcript, files)
        self._tidier = Tidier(database, self._room, files, now)
        self._now = now
        self._host, self._port = host, port
        self._public_url = public_url.rstrip("/") if public_url else None
        self.url = self._public_url or _url(host, port)
        session = WebChatSession(self._transcript, self._room, now=now, tell=self._tell)
        self.bot = Bot(token=_TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML"))
        https = bool(self._public_url and self._public_url.startswith("https:"))
        self._doors = Doors(self._transcript, now, https=https)
        self._pump = Pump(self._transcript, self.bot, handle, now)
        self._sockets = Sockets(self._transcript, self._doors, Intake(self._transcript, now), self._pump.wake)
        self.app = web.Application(middlewares=[safety])
        self.app[HTTPS], self.app[PROXIES] = https, proxies
        pages = Pages(self._transcript, self._doors, self._room, wake=self._woken, now=now)
        pages.add_to(self.app)
        for prefix in ("", "/desk/{slug:[0-9a-f]{12}}"):
            self.app.router.add_get(f"{prefix}/socket", our_page_only(self._sockets.serve))
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    async def start(self) -> None:
        """Listen, then take up what was left unhandled.

        :raises OSError: the port is taken or the address is not ours.
        """
        await self._doors.open()
        logging.getLogger("aiohttp.server").addFilter(_REQUESTS)
        self._runner = web.AppRunner(self.app, access_log=None, handle_signals=False)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, self._host, self._port)
        await self._site.start()
        if self._public_url is None:
            self.url = _url(self._host, self._runner.addresses[0][1])
        await self._pump.wake_all()
        self._tidier.start()

    async def stop(self) -> None:
        """Take no new connections, finish the updates under way, send browsers away to come back soon. Once
        stopped, stopping again does nothing."""
        runner, site, self._runner, self._site = self._runner, self._site, None, None
        if site is not None:
            await site.stop()
        await self._tidier.stop()
        await self._pump.stop()
        await self._sockets.close(RESTARTING)
        if runner is not None:
            await runner.cleanup()

    async def new_chat(self) -> int:
        """The number of a chat nobody has entered yet; `login_link` opens it."""
        return new_chat_id()

    async def login_link(self, chat_id: int, *, life: timedelta = LINK_LIFE) -> str:
        """A link that lets one browser in as this chat, once, within `life`."""
        code = secrets.token_urlsafe(32)
        await self._transcript.add_link(digest(code), chat_id, expires_at=self._now() + life)
        return f"{self.url}/enter/{code}"

    async def sign_out(self, chat_id: int) -> None:
        """End every session of the chat; what was said stays."""
        await self._transcript.revoke(chat_id, at=self._now())
        await self._sockets.close(SIGNED_OUT, chat_id)

    async def forget(self, chat_id: int, before: datetime) -> None:
        """Erase what the channel holds of the chat until then: words, files, and sessions unless they are in use
        again."""
        names, back = await self._transcript.erase(chat_id, before=before)
        await self._room.remove(names)
        if back:
            self._tell(chat_id, None)
        else:
            await self._sockets.close(SIGNED_OUT, chat_id)

    async def remove_files(self, names: list[str]) -> None:
        """Delete the bytes of files that nothing points to any more."""
        await self._room.remove(names)

    def _tell(self, chat_id: int, payload: Payload | None) -> None:
        self._sockets.tell(chat_id, payload)

    def _woken(self, chat_id: int) -> None:
        self._tell(chat_id, None)
        self._pump.wake(chat_id)


def _url(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
