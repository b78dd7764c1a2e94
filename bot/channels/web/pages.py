"""The web chat over plain HTTP: the page itself, coming in, and files up and down."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

from aiohttp import web

from bot.channels.web.doors import Doors, Pace, code_pace, household, our_page_only, read_code
from bot.channels.web.files import INLINE, UPLOAD_LIMIT, FileRoom, NotAllowedError, TooBigError
from bot.channels.web.incoming import clean_text
from storage.transcript import Transcript, UnknownChatError

_FOLDER = Path(__file__).parent / "page"
_MIMES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_OWN = frozenset(path.name for path in _FOLDER.iterdir())
_ADDRESS_BYTES = 200 * 1024 * 1024
"""What one address may send in files at once; as much again every ten minutes, and slower beyond."""
_CHUNK = 64 * 1024


def new_chat_id() -> int:
    """A random positive number of 48 bits: fits every JavaScript number and cannot be guessed or run out."""
    return secrets.randbits(48) or new_chat_id()


class Pages:
    """The HTTP routes. `wake` is called with a chat that got something into its inbox."""

    def __init__(
        self,
        transcript: Transcript,
        doors: Doors,
        room: FileRoom,
        *,
        wake: Callable[[int], None],
        now: Callable[[], datetime],
    ) -> None:
        self._transcript = transcript
        self._doors = doors
        self._room = room
        self._wake = wake
        self._now = now
        self._newcomers = Pace(120, 60.0, time.monotonic)
        self._codes = code_pace()
        self._uploads = Pace(60, 60.0, time.monotonic)
        self._upload_bytes = Pace(_ADDRESS_BYTES, 600.0, time.monotonic)

    def add_to(self, app: web.Application) -> None:
        """Add the routes of residents (at /) and of desks (at /desk/…/)."""
        for prefix in ("", "/desk/{slug:[0-9a-f]{12}}"):
            app.router.add_get(f"{prefix}/", self._page)
            app.router.add_get(f"{prefix}/{{file:[a-z]{{1,16}}\\.(css|js)}}", self._static)
            app.router.add_post(f"{prefix}/session", our_page_only(self._session))
            app.router.add_post(f"{prefix}/files", our_page_only(self._upload))
            app.router.add_get(f"{prefix}/files/{{name}}", self._download)
        app.router.add_get("/enter/{code}", self._enter_page)
        app.router.add_post("/enter", our_page_only(self._enter))

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return _own_file("index.html")

    async def _enter_page(self, request: web.Request) -> web.StreamResponse:
        return _own_file("enter.html")

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return _own_file(request.match_info["file"])

    async def _session(self, request: web.Request) -> web.StreamResponse:
        """Say who this browser is and what they read; at `/` an unknown one becomes a new resident."""
        visitor = await self._doors.returning(request)
        if visitor is not None:
            language = await self._transcript.language(visitor.chat_id)
            response = web.json_response({"chat": visitor.chat_id, "new": False, "language": language})
            self._doors.renew(request, response, visitor)
            return response
        if "slug" in request.match_info:
            return web.json_response({"error": "signed_out"}, status=401)
        await asyncio.sleep(self._newcomers.wait(household(request)))
        chat_id = new_chat_id()
        response = web.json_response({"chat": chat_id, "new": True})
        await self._doors.let_in(request, response, chat_id, desk=False)
        return response

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """Come in by a code: a one-time link opens its chat, once; anything else is an invitation, which
        a new chat's handlers judge."""
        code = await read_code(request)
        if code is None:
            return web.json_response({"error": "code"}, status=400)
        await asyncio.sleep(self._codes.wait(household(request)))
        response = web.Response(content_type="application/json")
        chat_id = await self._doors.let_in_by_link(request, response, code)
        if chat_id is None and await self._doors.was_link(code):
            return web.json_response({"error": "used"}, status=410)
        if chat_id is None:
            chat_id = new_chat_id()
            await self._doors.let_in(request, response, chat_id, desk=True)
            content = {"kind": "text", "text": clean_text(f"/start {code}")}
            await self._transcript.receive(chat_id, "start", [content], at=self._now(), language=None)
            self._wake(chat_id)
        response.text = f'{{"to":"desk/{self._doors.slug(chat_id)}/"}}'
        return response

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Take a file as the bare body; its name percent-encoded in X-Title."""
        visitor = await self._doors.visitor(request)
        if visitor is None:
            return web.json_response({"error": "signed_out"}, status=401)
        if (request.content_length or 0) > UPLOAD_LIMIT:
            return web.json_response({"error": "too_big"}, status=413)
        await asyncio.sleep(self._uploads.wait(visitor.digest))
        try:
            stored = await self._room.keep(
                self._in_pace(request),
                chat_id=visitor.chat_id,
                title=unquote(request.headers.get("X-Title", "")),
                at=self._now(),
                sound=request.content_type.startswith("audio/"),
            )
        except TooBigError:
            return web.json_response({"error": "too_big"}, status=413)
        except NotAllowedError:
            return web.json_response({"error": "not_allowed"}, status=415)
        except UnknownChatError:  # forgotten while the bytes came
            return web.json_response({"error": "signed_out"}, status=401)
        return web.json_response({"name": stored.name, "title": stored.title, "mime": stored.mime, "size": stored.size})

    async def _in_pace(self, request: web.Request) -> AsyncIterator[bytes]:
        """The body as fast as its address may fill our disk."""
        where = household(request)
        async for chunk in request.content.iter_chunked(_CHUNK):
            await asyncio.sleep(self._upload_bytes.wait(where, len(chunk)))
            yield chunk

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file of the browser's own chat."""
        visitor = await self._doors.visitor(request)
        if visitor is None:
            return web.json_response({"error": "signed_out"}, status=401)
        name = request.match_info["name"]
        path, stored = self._room.path(name), await self._transcript.file(name)
        if path is None or stored is None or stored.chat_id != visitor.chat_id:
            return web.json_response({"error": "gone"}, status=404)
        place = "inline" if stored.mime in INLINE else "attachment"
        title = quote(stored.title or stored.name, safe="")
        return web.FileResponse(
            path,
            headers={
                "Content-Type": stored.mime,
                "Content-Disposition": f"{place}; filename*=UTF-8''{title}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )


def _own_file(name: str) -> web.FileResponse:
    if name not in _OWN:
        raise web.HTTPNotFound
    mime = _MIMES[name.rpartition(".")[2]]
    return web.FileResponse(
        _FOLDER / name, headers={"Content-Type": f"{mime}; charset=utf-8", "Cache-Control": "no-cache"}
    )
