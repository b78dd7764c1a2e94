"""The clock: APScheduler sweeps over columns. A sweep may run twice or late and does no harm."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from handlers.desk import Office
from storage import conversations, outbox, reports
from storage.casebook import Casebook
from storage.database import Database, is_unavailable

log = logging.getLogger(__name__)

SILENCE = timedelta(days=7)
"""After so long without a word a resolved request closes as unrated (rule 9)."""

REMEMBERED = timedelta(days=3)
"""Handled updates and delivered words are kept so long; Telegram offers an update again for one day."""


class Clock:
    """Starts the sweeps and wakes the courier after each."""

    def __init__(
        self, database: Database, office: Office, now: Callable[[], datetime], wake: Callable[[], None]
    ) -> None:
        self._database, self._office, self._now, self._wake = database, office, now, wake
        self._sweeping, self._idle = 0, asyncio.Condition()
        self._scheduler = AsyncIOScheduler(timezone=office.rules.zone)

    def start(self) -> None:
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        for sweep, minutes in ((self.close_silent, 10), (self.forget, 60)):
            self._scheduler.add_job(
                partial(self._careful, sweep), IntervalTrigger(minutes=minutes), next_run_time=self._now(), **options
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no more sweeps and let those under way finish."""
        if self._scheduler.running:
            self._scheduler.pause()
            async with self._idle:
                await self._idle.wait_for(lambda: self._sweeping == 0)
            self._scheduler.shutdown(wait=False)

    async def close_silent(self) -> int:
        """Close what was resolved a week ago and met with silence; returns how many."""
        async with self._database.read() as session:
            due = await reports.silent_since(session, self._now() - SILENCE)
        closed = 0
        for request_id in due:
            async with self._database.write() as session:
                done = await Casebook(session, self._office.rules, self._now()).close_unrated(request_id)
                closed += done is not None
                session.info.pop(outbox.WRITTEN, None)
        if closed:
            self._wake()
        return closed

    async def forget(self) -> None:
        """Drop delivered words and handled updates that are old: nobody needs them, and the words are personal."""
        before = self._now() - REMEMBERED
        async with self._database.write() as session:
            await outbox.prune(session, before)
            await conversations.prune(session, before)

    async def _careful(self, sweep: Callable[[], Awaitable[Any]]) -> None:
        """A sweep that fails is tried again at its next turn and stops nobody."""
        self._sweeping += 1
        try:
            await sweep()
        except Exception as error:
            if is_unavailable(error):
                log.warning("a sweep waits: the database is away")
            else:
                log.exception("a sweep failed")
        finally:
            self._sweeping -= 1
            async with self._idle:
                self._idle.notify_all()
