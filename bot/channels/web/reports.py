"""The managers' page: reports in a browser. In by a one-time link from the chat, for half an hour after the last look.

A session of this page is no chat: it is kept beside those of chats under a digest and a number (minus the person's id)
that no chat has, so that neither opens the other."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from itsdangerous import Signer

from bot.channels.web.doors import code_pace, digest, household, our_page_only, read_code, secure, unsigned
from handlers import bulletin
from handlers.desk import REPORT_LINK, Office
from handlers.report_page import PageData
from handlers.texts import Voice
from knowledge.lifecycle import Role
from storage.database import Database
from storage.figures import By
from storage.people import People
from storage.tables import Person
from storage.transcript import Transcript

SESSION = timedelta(minutes=30)
"""How long somebody stays in after they last looked."""
_FOLDER = Path(__file__).parent / "report_page"
_MIMES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_MOST_OFFSET = 100_000


class ReportPages:
    """The routes under /reports/."""

    def __init__(self, database: Database, office: Office, now: Callable[[], datetime]) -> None:
        self._database, self._office, self._now = database, office, now
        self._transcript = Transcript(database)
        self._key: str | None = None
        self._turn = asyncio.Lock()
        self._codes = code_pace()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/reports/enter/{code}", self._file_of("enter.html"))
        app.router.add_post("/reports/enter", our_page_only(self._enter))
        app.router.add_get("/reports/", self._file_of("reports.html"))
        app.router.add_get("/reports/{file:[a-z]{1,16}\\.(?:css|js)}", self._static)
        app.router.add_get("/reports/choices", self._choices)
        app.router.add_get("/reports/figures", self._figures)
        app.router.add_get("/reports/requests", self._requests)
        app.router.add_get("/reports/bulletin", self._bulletin)

    # -- coming in

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """Use the link up and let the browser in; a mere look at the link (a preview) does not."""
        code = await read_code(request)
        if code is None:
            return web.json_response({"error": "code"}, status=400)
        await asyncio.sleep(self._codes.wait(household(request)))
        token, now = secrets.token_urlsafe(32), self._now()
        found = await self._transcript.use_link(
            digest(REPORT_LINK + code), digest(REPORT_LINK + token), at=now, expires_at=now + SESSION
        )
        if found is None:
            return web.json_response({"error": "code"}, status=400)
        response = web.json_response({"to": "./"})
        signed = (await self._signer()).sign(token).decode()
        https = secure(request)
        response.set_cookie(_cookie(https), signed, path="/", httponly=True, samesite="Strict", secure=https)
        return response

    async def _me(self, request: web.Request) -> int | None:
        """Who looks; None when nobody (any more)."""
        token = unsigned(await self._signer(), request.cookies.get(_cookie(secure(request)), ""))
        if token is None:
            return None
        found = await self._transcript.chat_of(digest(REPORT_LINK + token), at=self._now(), lasts=SESSION)
        return -found if found is not None and found < 0 else None

    async def _signer(self) -> Signer:
        if self._key is None:
            self._key = await self._transcript.signing_key()
        return Signer(self._key, salt="reports")

    # -- what is shown

    async def _choices(self, request: web.Request) -> web.StreamResponse:
        async def choices(data: PageData, asked: dict[str, str]) -> dict[str, Any]:
            return await data.choices()

        return await self._answer(request, choices)

    async def _figures(self, request: web.Request) -> web.StreamResponse:
        async def report(data: PageData, asked: dict[str, str]) -> dict[str, Any] | None:
            by = asked.get("by") or By.AREA.value
            found = await data.scope(asked)
            if found is None or by not in set(By) - {By.ALL, By.TIME}:
                return None
            return await data.report(*found, By(by))

        return await self._answer(request, report)

    async def _requests(self, request: web.Request) -> web.StreamResponse:
        async def listed(data: PageData, asked: dict[str, str]) -> dict[str, Any] | None:
            found, which, offset = await data.scope(asked), asked.get("which", "all"), asked.get("offset", "0")
            if found is None or which not in ("all", "poor", "late") or not offset.isdecimal() or len(offset) > 6:
                return None
            return await data.requests(found[1], which, min(int(offset), _MOST_OFFSET))

        return await self._answer(request, listed)

    async def _answer(self, request: web.Request, work: Any) -> web.StreamResponse:
        me = await self._me(request)
        if me is None:
            return web.json_response({"error": "signed_out"}, status=401)
        async with self._database.read(aside=True) as session:
            person = await session.get(Person, me)
            if person is None or not any(p.role is Role.MANAGER for p in await People(session, self._now()).posts(me)):
                return web.json_response({"error": "signed_out"}, status=401)
            data = PageData(session, self._voice(person), self._office.rules.catalogue, self._now(), me)
            async with self._turn:  # one report at a time: residents come first
                found = await work(data, dict(request.query))
        return web.json_response(found) if found is not None else web.json_response({"error": "asked"}, status=400)

    async def _bulletin(self, request: web.Request) -> web.StreamResponse:
        """满意度公示 of the period, area and domain that were chosen, ready to print."""
        me = await self._me(request)
        if me is None:
            raise web.HTTPFound("/reports/")
        async with self._database.read(aside=True) as session:
            person = await session.get(Person, me)
            if person is None:
                raise web.HTTPFound("/reports/")
            voice, now = self._voice(person), self._now()
            asked = {**request.query, "service": ""}
            found = await PageData(session, voice, self._office.rules.catalogue, now, me).scope(asked)
            if found is None:
                raise web.HTTPFound("/reports/")
            people = People(session, now)
            of = int(asked["area"]) if asked.get("area") else (await people.posts(me))[0].area_id
            area = await people.area(of)
            domains = {d.id: voice.named(d) for d in self._office.rules.catalogue.domains}
            phone, domain = area.phone or "12345", domains.get(asked.get("domain", ""))
            whose = f"{area.name} · {domain}" if domain else area.name
            text = await bulletin.page(session, voice, domains, whose, phone, *found)
        policy = f"default-src 'none'; style-src '{bulletin.STYLE_HASH}'; frame-ancestors 'none'"
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    def _voice(self, person: Person) -> Voice:
        return Voice(self._office.texts, person.language, False, self._office.rules.zone)

    # -- files

    def _file_of(self, name: str) -> Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            return _own_file(name)

        return serve

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return _own_file(request.match_info["file"])


def _cookie(https: bool) -> str:
    """The cookie's name; over https one that no neighbouring host can set, which must be for the path /."""
    return "__Host-shouwen_reports" if https else "shouwen_reports"


_OWN = frozenset(path.name for path in _FOLDER.iterdir())


def _own_file(name: str) -> web.FileResponse:
    if name not in _OWN:
        raise web.HTTPNotFound
    mime = _MIMES[name.rpartition(".")[2]]
    headers = {"Content-Type": f"{mime}; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(_FOLDER / name, headers=headers)
