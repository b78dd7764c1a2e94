"""What a machine may ask of the process: is it alive, can it work, how is it doing (`/healthz`, `/readyz`, `/metrics`).

Nothing here tells anything about anybody: counts and ages only."""

import asyncio
import hmac
import ipaddress
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import func, select, text

from bot.channels.web.doors import address
from storage.tables import HandledUpdate, Outbox, Request, WebUpdate

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

_PATIENCE = 2.0
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Counters:
    """Counts since the start of the process, by name and label."""

    def __init__(self) -> None:
        self.started = time.time()
        self.handled: dict[str, int] = {}
        self.failed: dict[str, int] = {}
        self.seconds: dict[str, float] = {}

    def update(self, channel: str, seconds: float, *, failed: bool) -> None:
        """One update was handled, or could not be."""
        kind = self.failed if failed else self.handled
        kind[channel] = kind.get(channel, 0) + 1
        self.seconds[channel] = self.seconds.get(channel, 0.0) + seconds


class Health:
    """The three questions. `metrics` is answered to this machine, or to whoever has the token."""

    def __init__(self, app: "App", counters: Counters, token: str | None) -> None:
        self._app, self._counters, self._token = app, counters, token

    def add_to(self, application: web.Application) -> None:
        application.router.add_get("/healthz", self._alive)
        application.router.add_get("/readyz", self._ready)
        application.router.add_get("/metrics", self._metrics)

    async def _alive(self, request: web.Request) -> web.Response:
        """The process answers; whoever runs it need not start it anew."""
        return web.Response(text="ok\n")

    async def _ready(self, request: web.Request) -> web.Response:
        """Whether updates can be handled now: the database answers, and Redis where there is one."""
        away = [name for name, asks in (("database", self._database), ("redis", self._redis)) if not await asks()]
        if self._app.stopping:
            away.append("stopping")
        return web.Response(text=f"away: {', '.join(away)}\n" if away else "ready\n", status=503 if away else 200)

    async def _database(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE), self._app.database.read() as session:
                await session.execute(text("SELECT 1"))
        except Exception:
            return False
        return True

    async def _redis(self) -> bool:
        redis = getattr(self._app.isolation, "redis", None)
        if redis is None:
            return True
        try:
            async with asyncio.timeout(_PATIENCE):
                await redis.ping()
        except Exception:
            return False
        return True

    async def _metrics(self, request: web.Request) -> web.Response:
        if not self._may_look(request):
            return web.Response(status=403)
        try:
            figures = await self._figures()
        except Exception as error:  # the figures of the process are worth something without those of the database
            log.warning("metrics without the database: %s", type(error).__name__)
            figures = {}
        return web.Response(body=self._told(figures).encode(), headers={"Content-Type": _TEXT})

    def _may_look(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._token and hmac.compare_digest(given.encode(errors="replace"), self._token.encode()):
            return True
        try:
            # A proxy on this machine that names nobody behind it is not this machine asking.
            return ipaddress.ip_address(address(request)).is_loopback and "X-Forwarded-For" not in request.headers
        except ValueError:
            return False

    async def _figures(self) -> dict[str, float]:
        now = self._app.now()
        pending = (Outbox.sent_at.is_(None), Outbox.failed_at.is_(None), Outbox.due_at <= now)
        async with self._app.database.read(aside=True) as session:
            waiting, oldest = (
                await session.execute(select(func.count(), func.min(Outbox.due_at)).where(*pending))
            ).one()
            failed = await session.scalar(select(func.count()).where(Outbox.failed_at.is_not(None)))
            faults = await session.scalar(select(func.count()).where(HandledUpdate.error.is_not(None)))
            inbox = await session.scalar(select(func.count()).where(WebUpdate.handled_at.is_(None)))
            late = await session.scalar(select(func.count()).where(Request.look_at <= now))
        return {
            "shouwen_outbox_waiting": waiting or 0,
            "shouwen_outbox_oldest_seconds": max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
            "shouwen_outbox_failed": failed or 0,
            "shouwen_update_faults": faults or 0,
            "shouwen_web_inbox_waiting": inbox or 0,
            "shouwen_promises_to_look_at": late or 0,
        }

    def _told(self, figures: Mapping[str, float]) -> str:
        counters = self._counters
        lines = []
        for name, kind, values in (
            ("shouwen_updates_handled_total", "counter", counters.handled),
            ("shouwen_updates_failed_total", "counter", counters.failed),
            ("shouwen_update_seconds_total", "counter", counters.seconds),
        ):
            lines.append(f"# TYPE {name} {kind}")
            lines += [f'{name}{{channel="{channel}"}} {value:g}' for channel, value in sorted(values.items())]
        figures = {**figures, "process_start_time_seconds": counters.started}
        if self._app.telegram is not None:
            figures["shouwen_telegram_away_seconds"] = self._app.telegram.away
        for name, value in figures.items():
            lines += [f"# TYPE {name} gauge", f"{name} {value:.3f}" if value % 1 else f"{name} {value:.0f}"]
        return "\n".join(lines) + "\n"
