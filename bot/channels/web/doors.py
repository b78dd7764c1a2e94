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
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
_RENAMED = "web-cookies-renamed"
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,200}")
_IDLE_BUCKETS = 10_000

LONGEST_WAIT = 10.0
"""Seconds that somebody is held back at most; the page takes a line for dead after twelve."""


@dataclass(frozen=True)
class Visitor:
    """A browser that may speak as a chat. `digest` names its session, `token` is what its cookie holds."""

    chat_id: int
    digest: str
    lasts: timedelta
    token: str = field(repr=False)


def digest(secret: str) -> str:
    """What is stored of a token or code: SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def unsigned(signer: Signer, signed: str) -> str | None:
    """What was signed; None when it was not signed by us."""
    try:
        return signer.unsign(signed).decode()
    except (BadSignature, ValueError):  # ValueError: bytes that are no text
        return None


class Doors:
    """Lets browsers in and recognises them again. `open()` before use."""

    def __init__(self, transcript: Transcript, now: Callable[[], datetime], *, https: bool) -> None:
        self._transcript = transcript
        self._now = now
        self._https = https
        self._key = ""
        self._renamed_at: datetime | None = None

    async def open(self) -> None:
        """Fetch the signing key, and over https since when cookies have names that only this host can set."""
        self._key = await self._transcript.signing_key()
        if self._https:
            kept = await self._transcript.kept_first(_RENAMED, self._now().isoformat())
            self._renamed_at = datetime.fromisoformat(kept)

    def slug(self, chat_id: int) -> str:
        """The chat's place under /desk/: the same each time, telling nothing about the chat."""
        return hmac.new(self._key.encode(), f"desk:{chat_id}".encode(), "sha256").hexdigest()[:12]

    async def visitor(self, request: web.Request) -> Visitor | None:
        """Who the browser is at this address; None when it is nobody (any more)."""
        desk = "slug" in request.match_info
        return await self._known_by(request, _cookie(desk=desk, https=secure(request)))

    async def returning(self, request: web.Request) -> Visitor | None:
        """The same for a browser that asks for its session: one that was here before cookies got their names of today
        is known by the old one. A session that was opened since is not, for a neighbouring host may have set it."""
        found = await self.visitor(request)
        if found is not None or self._renamed_at is None:
            return found
        found = await self._known_by(request, _cookie(desk="slug" in request.match_info, https=False))
        opened = await self._transcript.opened_at(found.digest) if found else None
        return found if opened and opened < self._renamed_at else None

    async def still_in(self, visitor: Visitor, *, used: bool) -> bool:
        """Whether an open connection may go on. `used`: the browser did something, so the session grows no older."""
        lasts = visitor.lasts if used else None
        return await self._transcript.chat_of(visitor.digest, at=self._now(), lasts=lasts) == visitor.chat_id

    async def let_in(self, request: web.Request, response: web.StreamResponse, chat_id: int, *, desk: bool) -> None:
        """Make a session for the chat and put its cookie on the response."""
        token, now = secrets.token_urlsafe(32), self._now()
        lasts = DESK_SESSION if desk else RESIDENT_SESSION
        await self._transcript.open_session(digest(token), chat_id, at=now, expires_at=now + lasts)
        self._set_cookie(request, response, token, self.slug(chat_id) if desk else None)

    async def let_in_by_link(self, request: web.Request, response: web.StreamResponse, code: str) -> int | None:
        """Use a one-time link up: make a session for its chat and put the cookie on the response. None: the
        code is not (or no longer) such a link."""
        token, now = secrets.token_urlsafe(32), self._now()
        chat_id = await self._transcript.use_link(digest(code), digest(token), at=now, expires_at=now + DESK_SESSION)
        if chat_id is not None:
            self._set_cookie(request, response, token, self.slug(chat_id))
        return chat_id

    async def was_link(self, code: str) -> bool:
        """Whether this is a one-time link that let somebody in already, or is too old."""
        return await self._transcript.knows_link(digest(code))

    def renew(self, request: web.Request, response: web.StreamResponse, visitor: Visitor) -> None:
        """Give a known browser its cookie again, so that the browser's limit never ends a used session."""
        self._set_cookie(request, response, visitor.token, request.match_info.get("slug"))

    async def _known_by(self, request: web.Request, cookie: str) -> Visitor | None:
        slug = request.match_info.get("slug")
        token = unsigned(self._signer(desk=bool(slug)), request.cookies.get(cookie, ""))
        if token is None:
            return None
        lasts = DESK_SESSION if slug else RESIDENT_SESSION
        chat_id = await self._transcript.chat_of(digest(token), at=self._now(), lasts=lasts)
        if chat_id is None or (slug and not hmac.compare_digest(slug, self.slug(chat_id))):
            return None
        return Visitor(chat_id, digest(token), lasts, token)

    def _set_cookie(self, request: web.Request, response: web.StreamResponse, token: str, slug: str | None) -> None:
        desk, https, path = bool(slug), secure(request), f"/desk/{slug}/" if slug else "/"
        response.set_cookie(
            _cookie(desk=desk, https=https),
            self._signer(desk=desk).sign(token).decode(),
            path=path,
            max_age=int(_COOKIE_LIFE.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=https,
        )
        if https and (old := _cookie(desk=desk, https=False)) in request.cookies:
            response.del_cookie(old, path=path)

    def _signer(self, *, desk: bool) -> Signer:
        return Signer(self._key, salt="desk" if desk else "resident", digest_method=hashlib.sha256)


def _cookie(*, desk: bool, https: bool) -> str:
    """The cookie's name. Over https browsers take one that begins with `__Host-` from this host only, and not from its
    neighbours; it must be for the path /. A desk's cookie has a path of its own, and opens no other desk."""
    if desk:
        return "__Secure-shouwen_desk" if https else "shouwen_desk"
    return "__Host-shouwen" if https else "shouwen"


HTTPS = web.AppKey("https", bool)
"""Whether people reach the server over https."""


def secure(request: web.Request) -> bool:
    """Whether this request came over https, as far as we were told."""
    return request.secure or request.config_dict.get(HTTPS, False)


def same_origin(request: web.Request) -> bool:
    """Whether the page that asks is ours: browsers always say where a POST or a WebSocket comes from."""
    try:
        origin = urlsplit(request.headers.get("Origin", ""))
    except ValueError:
        return False
    schemes = {"https"} if secure(request) else {"http", "https"}  # a proxy with TLS that nobody told us of
    return bool(request.host) and origin.netloc == request.host and origin.scheme in schemes


async def read_code(request: web.Request) -> str | None:
    """The code that somebody comes in with; None when what they sent holds none."""
    try:
        said = await request.json()
    # No JSON, in no encoding that there is, nested without end, or not packed as it says.
    except (ValueError, LookupError, RecursionError, web.RequestPayloadError):
        return None
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def code_pace() -> "Pace":
    """How often one address may try a code."""
    return Pace(30, 60.0, time.monotonic)


Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]

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


def household(request: web.Request) -> str | None:
    """By what a request is counted where one address has a pace: the address; of IPv6 the network of 64 bits, which one
    household has to itself. None for loopback and private addresses: they are usually a proxy that stands for
    everybody."""
    try:
        found = ipaddress.ip_address(address(request))
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if not found.is_global:
        return None
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def _among(given: str, networks: Networks) -> bool:
    try:
        found = ipaddress.ip_address(given)
    except ValueError:
        return False
    return any(found in network for network in networks)


def safety_headers(request: web.Request) -> dict[str, str]:
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
        **({"Strict-Transport-Security": "max-age=31536000"} if secure(request) else {}),
    }


@web.middleware
async def safety(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Add the safety headers a route did not set itself, and answer 503 while the database is away."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        for name, value in safety_headers(request).items():
            error.headers.setdefault(name, value)
        raise
    except Exception as error:
        if not is_unavailable(error) or isinstance(error, ConnectionError):
            raise
        response = web.json_response({"error": "unavailable"}, status=503)
    if not response.prepared:
        for name, value in safety_headers(request).items():
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

    Nobody is turned away: `wait` says how long the next one should be held back, and that is never longer than about
    `LONGEST_WAIT`, however many turns were taken before: a thousand requests that somebody sent and gave up must not
    keep out a neighbour behind the same address.
    """

    def __init__(self, burst: int, seconds: float, clock: Callable[[], float]) -> None:
        self._gap = seconds / burst
        self._slack = seconds - self._gap
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def wait(self, key: str | None, turns: int = 1) -> float:
        """Take a turn, or several; the seconds until it comes (0: now). Whoever has no key never waits."""
        if key is None:
            return 0.0
        now = self._clock()
        if len(self._free_at) > _IDLE_BUCKETS:
            self._free_at = {who: when for who, when in self._free_at.items() if when > now}
        due = max(self._free_at.get(key, now), now)
        self._free_at[key] = min(due + self._gap * turns, now + self._slack + LONGEST_WAIT)
        return max(0.0, due - now - self._slack)
