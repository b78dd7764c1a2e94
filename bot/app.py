"""The wiring: what the process consists of, how it starts, and how it stops without losing anything."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property

from aiogram import Bot, Dispatcher
from aiogram.fsm.storage.base import BaseEventIsolation
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import Update

from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.channels.web.reports import ReportPages
from bot.clock import Clock
from bot.courier import Courier
from bot.gate import Gate, Unreadable
from bot.health import Counters, Health
from bot.pace import Pace
from bot.settings import Settings
from handlers import routers
from handlers.desk import Office
from knowledge import Matcher
from knowledge.calendar import Calendar
from storage.database import Database
from storage.ledger import Rules

log = logging.getLogger(__name__)


class Steady:
    """The time of day, which never goes back while the process runs: when the computer's clock is set back it goes on
    from where it was, so that nothing that is due waits for the same hour again, and no event is older than the one
    before it. A clock that is set forward is followed at once."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._passing = wall, passing
        self._at, self._since = wall(), passing()

    def __call__(self) -> datetime:
        since = self._passing()
        self._at = max(self._at + timedelta(seconds=since - self._since), self._wall())
        self._since = since
        return self._at


utc_now = Steady()


class App:
    """Everything that one process runs, made from settings; parts may be replaced before `start` (tests do)."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = utc_now) -> None:
        self.settings, self.now = settings, now
        self.database = Database(settings.database_url)
        self._told = asyncio.Event()
        self.stopping = False
        self.counters = Counters()

    @cached_property
    def office(self) -> Office:
        matcher = Matcher.load(self.settings.catalogue)
        calendar = Calendar.load(self.settings.calendar)
        rules = Rules(matcher.catalogue, calendar, self.settings.zone)
        return Office(rules, matcher, links=self._links, reports=self._report_link)

    def _links(self) -> dict[str, str]:
        """Addresses that open the desk with a word of one's own behind them, as far as they are known by now."""
        found = {"telegram": self.telegram.link} if self.telegram is not None and self.telegram.link else {}
        return found if self.web is None else {**found, "web": f"{self.web.url}/?start="}

    def _report_link(self) -> str | None:
        return None if self.web is None else f"{self.web.url}/reports/enter/"

    @cached_property
    def dispatcher(self) -> Dispatcher:
        dispatcher = Dispatcher(disable_fsm=True)
        dispatcher.include_router(routers.build())
        return dispatcher

    @cached_property
    def isolation(self) -> BaseEventIsolation:
        if self.settings.redis_url:
            from aiogram.fsm.storage.redis import RedisEventIsolation

            return RedisEventIsolation.from_url(self.settings.redis_url)
        return SimpleEventIsolation()

    @cached_property
    def telegram(self) -> TelegramChannel | None:
        settings = self.settings
        if settings.telegram_token is None:
            return None
        return TelegramChannel(
            settings.telegram_token.get_secret_value(),
            api=settings.telegram_api,
            handle=self._handle,
            webhook=settings.webhook_url,
            secret=settings.webhook_secret.get_secret_value() if settings.webhook_secret else None,
        )

    @cached_property
    def web(self) -> WebChannel | None:
        if self.settings.web_port == 0:
            return None
        return WebChannel(
            self.database,
            self.settings.data / "web",
            host=self.settings.web_host,
            port=self.settings.web_port,
            handle=self._handle,
            now=self.now,
            public_url=self.settings.web_url,
            proxies=self.settings.proxies,
        )

    async def _handle(self, bot: Bot, update: Update | Unreadable) -> None:
        begun, failed = time.monotonic(), True
        try:
            await self.gate.handle(bot, update)
            failed = False
        finally:
            self.counters.update(self.gate.channels[bot.id], time.monotonic() - begun, failed=failed)

    @cached_property
    def bots(self) -> dict[str, Bot]:
        return {channel.name: channel.bot for channel in (self.telegram, self.web) if channel is not None}

    @cached_property
    def courier(self) -> Courier:
        forget = {self.web.name: self.web.forget} if self.web is not None else {}
        paces = {self.telegram.name: self._pace(self.telegram.bot.id)} if self.telegram is not None else {}
        return Courier(self.database, self.office, self.bots, self.now, forget, paces)

    def _pace(self, bot_id: int) -> Pace:
        """The limits of a bot, shared where several processes may speak for it."""
        redis = getattr(self.isolation, "redis", None)
        if redis is None:
            return Pace()
        from bot.shared_pace import SharedPace

        return SharedPace(redis, bot_id, self.now)

    @cached_property
    def gate(self) -> Gate:
        channels = {bot.id: name for name, bot in self.bots.items()}
        return Gate(self.database, self.office, self.dispatcher, self.courier, self.isolation, channels, self.now)

    @cached_property
    def clock(self) -> Clock:
        remove = self.web.remove_files if self.web is not None else None
        return Clock(self.database, self.office, self.now, self.courier, remove)

    async def start(self) -> None:
        """Start every part; afterwards updates are taken."""
        gate, clock = self.gate, self.clock
        log.debug("the gate serves %s", sorted(gate.channels.values()))
        if self.web is not None:
            if self.telegram is not None:
                self.telegram.add_routes(self.web.app)
            ReportPages(self.database, self.office, self.now).add_to(self.web.app)
            token = self.settings.metrics_token
            Health(self, self.counters, token.get_secret_value() if token else None).add_to(self.web.app)
            await self.web.start()
        self.courier.start()
        clock.start()
        if self.telegram is not None:
            await self.telegram.start()

    async def stop(self) -> None:
        """Take no more, finish what is under way, deliver what is in hand, close. What was never made, because the
        start failed before, is not made for it."""
        self.stopping = True
        made = self.__dict__
        if "clock" in made:
            await self.clock.stop()
        if (telegram := made.get("telegram")) is not None:
            await telegram.stop()
        if (web := made.get("web")) is not None:
            await web.stop()
        if "courier" in made:
            await self.courier.stop()
        if "gate" in made:
            await self.gate.close()
        if telegram is not None:
            await telegram.close()
        await self.database.close()

    def heed_signals(self) -> None:
        """From now on a signal to stop is heeded by `until_told`, also one that comes while the start goes on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, self._told.set)

    async def until_told(self) -> None:
        """Wait for a signal to stop, or for a channel that cannot go on."""
        waits = [asyncio.create_task(self._told.wait())]
        if self.telegram is not None:
            waits.append(asyncio.create_task(self.telegram.stopped.wait()))
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()
