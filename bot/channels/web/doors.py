"""Who may come in by the web, and what every answer of the server says to the browser about safety.

A browser is known by a signed random token in an HttpOnly cookie; the session row of its digest decides.
Residents live at `/`. Whoever comes by a link lives at `/desk/<slug>/` with a cookie for that path only, so
several people can be open in one browser.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from itsdangerous import BadSignature, Signer

from storage.database import is_unavailable
from storage.transcript import Transcript

RESIDENT_SESSION = timedelta(days=180)
"""How long a resident's browser stays known after it was last used."""
DESK_SESSION = timedelta(hours=12)
"""The same for whoever came by a link: a working day."""
LINK_LIFE = timedelta(minutes=10)

_COOKIE_LIFE = timedelta(days=400)  # the most browsers keep; the session row ends it earlier
_RESIDENT_COOKIE = "shouwen"
_DESK_COOKIE = "shouwen_desk"
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_IDLE_BUCKETS = 10_000


@dataclass(frozen=True)
class Visitor:
    """A browser that may speak as a chat. `digest` names its session."""

    chat_id: int
    digest: str
    lasts: timedelta


def digest(secret: str) -> str:
    """What is stored of a token or code: SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Doors:
    """Lets browsers in and recognises them again. `open()` before use."""

    def __init__(self, transcript: Transcript, now: Callable[[], datetime]) -> None:
        self._transcript = transcript
        self._now = now
        self._key = ""

    async def open(self) -> None:
        """Fetch the signing key."""
        self._key = await self._transcript.signing_key()

    def slug(self, chat_id: int) -> str:
        """The chat's place under /desk/: the same each time, telling nothing about the chat."""
        return hmac.new(self._key.encode(), f"desk:{chat_id}".encode(), "sha256").hexdigest()[:12]

    async def visitor(self, request: web.Request) -> Visitor | None:
        """Who the browser is at this address; None when it is nobody (any more)."""
        slug = request.match_info.get("slug")
        signed = request.cookies.get(_DESK_COOKIE if slug else _RESIDENT_COOKIE, "")
        try:
            token = self._signer(desk=bool(slug)).unsign(signed).decode()
        except BadSignature:
            return None
        lasts = DESK_SESSION if slug else RESIDENT_SESSION
        chat_id = await self._transcript.chat_of(digest(token), at=self._now(), lasts=lasts)
        if chat_id is None or (slug and not hmac.compare_digest(slug, self.slug(chat_id))):
            return None
        return Visitor(chat_id, digest(token), lasts)

    async def still_in(self, visitor: Visitor) -> bool:
        """Whether an open connection may go on; also keeps the session from growing old while in use."""
        found = await self._transcript.chat_of(visitor.digest, at=self._now(), lasts=visitor.lasts)
        return found == visitor.chat_id

    async def let_in(self, response: web.StreamResponse, chat_id: int, *, desk: bool, secure: bool) -> None:
        """Make a session for the chat and put its cookie on the response."""
        token, now = secrets.token_urlsafe(32), self._now()
        lasts = DESK_SESSION if desk else RESIDENT_SESSION
        await self._transcript.open_session(digest(token), chat_id, at=now, expires_at=now + lasts)
        self._set_cookie(response, token, self.slug(chat_id) if desk else None, secure=secure)

    async def let_in_by_link(self, response: web.StreamResponse, code: str, *, secure: bool) -> int | None:
        """Use a one-time link up: make a session for its chat and put the cookie on the response. None: the
        code is not (or no longer) such a link."""
        token, now = secrets.token_urlsafe(32), self._now()
        chat_id = await self._transcript.use_link(digest(code), digest(token), at=now, expires_at=now + DESK_SESSION)
        if chat_id is not None:
            self._set_cookie(response, token, self.slug(chat_id), secure=secure)
        return chat_id

    async def was_link(self, code: str) -> bool:
        """Whether this is a one-time link that let somebody in already, or is too old."""
        return await self._transcript.knows_link(digest(code))

    def renew(self, request: web.Request, response: web.StreamResponse, *, secure: bool) -> None:
        """Give a known browser its cookie again, so that the browser's limit never ends a used session."""
        slug = request.match_info.get("slug")
        signed = request.cookies[_DESK_COOKIE if slug else _RESIDENT_COOKIE]
        token = self._signer(desk=bool(slug)).unsign(signed).decode()
        self._set_cookie(response, token, slug, secure=secure)

    def _set_cookie(self, response: web.StreamResponse, token: str, slug: str | None, *, secure: bool) -> None:
        response.set_cookie(
            _DESK_COOKIE if slug else _RESIDENT_COOKIE,
            self._signer(desk=bool(slug)).sign(token).decode(),
            path=f"/desk/{slug}/" if slug else "/",
            max_age=int(_COOKIE_LIFE.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=secure,
        )

    def _signer(self, *, desk: bool) -> Signer:
        return Signer(self._key, salt="desk" if desk else "resident", digest_method=hashlib.sha256)


def same_origin(request: web.Request) -> bool:
    """Whether the page that asks is ours: browsers always say where a POST or a WebSocket comes from."""
    return bool(request.host) and urlsplit(request.headers.get("Origin", "")).netloc == request.host


Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]

HTTPS = web.AppKey("https", bool)
"""Whether people reach the server over https."""
PROXIES: web.AppKey[Networks] = web.AppKey("proxies")
"""Whose word is taken for whom they speak (`X-Forwarded-For`)."""


def address(request: web.Request) -> str:
    """Where a request comes from: what the nearest proxy of ours says, else whoever is connected. What anybody else
    writes into the header is not believed."""
    proxies = request.config_dict.get(PROXIES, ())
    said = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
    line = [part for part in said if part] + [request.remote or ""]
    while len(line) > 1 and _among(line[-1], proxies):
        line.pop()
    return line[-1]


def _among(given: str, networks: Networks) -> bool:
    try:
        found = ipaddress.ip_address(given)
    except ValueError:
        return False
    return any(found in network for network in networks)


def safety_headers(request: web.Request, *, https: bool = False) -> dict[str, str]:
    """Headers for every answer: nothing from elsewhere, in no frame, not kept; over https, https from now on."""
    # Some older browsers do not count a WebSocket to the same host as 'self'.
    sockets = f" ws://{request.host} wss://{request.host}" if _HOST.fullmatch(request.host) else ""
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'{sockets}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "microphone=(self), geolocation=(self), camera=(self)",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        **({"Strict-Transport-Security": "max-age=31536000"} if https else {}),
    }


@web.middleware
async def safety(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Add the safety headers a route did not set itself, and answer 503 while the database is away."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        for name, value in safety_headers(request, https=request.config_dict.get(HTTPS, False)).items():
            error.headers.setdefault(name, value)
        raise
    except Exception as error:
        if not is_unavailable(error) or isinstance(error, ConnectionError):
            raise
        response = web.json_response({"error": "unavailable"}, status=503)
    if not response.prepared:
        for name, value in safety_headers(request, https=request.config_dict.get(HTTPS, False)).items():
            response.headers.setdefault(name, value)
    return response


def our_page_only(handler: Handler) -> Handler:
    """Refuse what another site's page sends (and what does not say where it comes from)."""

    async def checked(request: web.Request) -> web.StreamResponse:
        if not same_origin(request):
            return web.json_response({"error": "origin"}, status=403)
        return await handler(request)

    return checked


class Pace:
    """How often somebody may do something: `burst` at once, and as many again every `seconds`.

    Nobody is turned away: `wait` says how long the next one should be held back.
    """

    def __init__(self, burst: int, seconds: float, clock: Callable[[], float]) -> None:
        self._gap = seconds / burst
        self._slack = seconds - self._gap
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def wait(self, key: str) -> float:
        """Take a turn; the seconds until it comes (0: now)."""
        now = self._clock()
        if len(self._free_at) > _IDLE_BUCKETS:
            self._free_at = {who: when for who, when in self._free_at.items() if when > now}
        due = max(self._free_at.get(key, now), now)
        self._free_at[key] = due + self._gap
        return max(0.0, due - now - self._slack)
