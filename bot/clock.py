"""The clock: APScheduler sweeps over columns. A sweep may run twice or late and does no harm."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.courier import Courier
from bot.faults import trace
from bot.sweeper import Sweeper
from handlers.desk import Office
from knowledge.likeness import groups
from storage import (
    aftercare_clock,
    case_reminders,
    clockwork,
    conversations,
    departures,
    outbox,
    pause_sweep,
    reports,
    retention,
    rota,
    three_lists,
    web_sessions,
)
from storage.database import Database, is_unavailable

log = logging.getLogger(__name__)

MORNING = time(8, 45)
"""When the day's lists are told, on the area's clock."""

REMEMBERED = timedelta(days=3)
"""Handled updates and delivered words are kept so long; Telegram offers an update again for one day."""


_OPTIONS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


class _Every(IntervalTrigger):  # type: ignore[misc]
    """The next turn is an interval from now, and not from the turn before: a computer's clock that is set forward by
    years does not have the turns of all these years gone through."""

    def __init__(self, every: timedelta) -> None:
        super().__init__(seconds=every.total_seconds(), timezone=UTC)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        following: datetime = now + self.interval
        return now if previous_fire_time is None else following


class Clock:
    """Starts the sweeps and hands what they wrote to the courier.

    :param remove: takes away the bytes of files that nothing points to any more
    """

    EVERY: ClassVar[Mapping[str, timedelta]] = {
        "watch_promises": timedelta(minutes=1),
        "morning": timedelta(minutes=5),
        "reports": timedelta(minutes=5),
        "case_reminders": timedelta(minutes=5),
        "aftercare": timedelta(minutes=5),
        "departures": timedelta(minutes=5),
        "watch_pauses": timedelta(minutes=5),
        "ask_again": timedelta(minutes=10),
        "close_silent": timedelta(minutes=10),
        "forget": timedelta(hours=1),
        "grow_old": timedelta(hours=1),
    }
    """Every sweep by the name of its method, and the time between two of its turns; the first comes at the start."""

    def __init__(
        self,
        database: Database,
        office: Office,
        now: Callable[[], datetime],
        courier: Courier,
        remove: Callable[[list[str]], Awaitable[None]] | None = None,
    ) -> None:
        self._database, self._office, self._now, self._courier = database, office, now, courier
        self._remove = remove
        self._sweeper = Sweeper(database, office.rules, now, courier)
        self._sweeping, self._idle = 0, asyncio.Condition()
        self._proposed: date | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        for name, every in self.EVERY.items():
            self._scheduler.add_job(partial(self._careful, getattr(self, name)), _Every(every), **_OPTIONS)
        self._scheduler.start()
        self._watching = asyncio.create_task(self._watch_the_wall())

    async def stop(self) -> None:
        """Start no more sweeps and let those under way finish."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        if self._scheduler.running:
            self._scheduler.pause()
            async with self._idle:
                await self._idle.wait_for(lambda: self._sweeping == 0)
            self._scheduler.shutdown(wait=False)

    async def _watch_the_wall(self) -> None:
        """The scheduler asks the computer's clock when the next turn is. Where that was set back, every turn lies
        further ahead than it ever should, and comes now."""
        while True:
            await asyncio.sleep(min(self.EVERY.values()).total_seconds())  # passes, however that clock is set
            for job in self._scheduler.get_jobs():
                now = datetime.now(UTC)
                if job.next_run_time > now + job.trigger.interval:
                    job.modify(next_run_time=now)

    async def watch_promises(self) -> int:
        """Warn before a promise breaks, tell when it broke (rule 8); returns how many requests were looked at."""
        return await self._sweeper.sweep(clockwork.PROMISES)

    async def morning(self) -> int:
        """今日待办 and the holes of the rota, once each working morning from `MORNING` on; returns how many."""
        rules, now = self._office.rules, self._now()
        if not MORNING <= now.astimezone(rules.zone).time() < rules.hours.spans[-1][1]:
            return 0
        async with self._database.write(aside=True) as session:
            told = await clockwork.list_for_the_day(session, rules, now)
            domains = [domain.id for domain in rules.catalogue.domains]
            told += await rota.report_holes(session, now, rules.office(), domains)
        if told:
            self._courier.wake()
        return told

    async def reports(self) -> int:
        """周报 and 月报 to every manager, on the first working day of week and month from `MORNING` on; returns how
        many. Once a day needs that no service meets are looked through for projects."""
        rules, now = self._office.rules, self._now()
        if not MORNING <= now.astimezone(rules.zone).time() < rules.hours.spans[-1][1]:
            return 0
        async with self._database.write() as session:
            written = await reports.report_day(session, rules, now)
        if self._proposed != (today := now.astimezone(rules.zone).date()):
            async with self._database.read(aside=True) as session:
                found = await three_lists.without_service(session, now)
            for area_id, words in found:
                alike = await asyncio.to_thread(groups, words)
                async with self._database.write() as session:
                    await three_lists.propose(session, area_id, alike, now)
            self._proposed = today
        if written:
            self._courier.wake()
        return written

    async def case_reminders(self) -> int:
        """Meetings, agreements and legal days of mediation and legal-aid cases; returns how many were told."""
        return await self._sweeper.sweep(*case_reminders.PARTS)

    async def aftercare(self) -> int:
        """整改 is watched, and calls that ask for a rating are told; returns how many of either there were."""
        return await self._sweeper.sweep(*aftercare_clock.RECTIFICATIONS, aftercare_clock.CALLS)

    async def departures(self) -> int:
        """Work that nobody can act on, bodies outside to be asked, reports to be decided; returns how many heard."""
        async with self._database.write() as session:
            told = await departures.sweep(session, self._office.rules, self._now())
        if told:
            self._courier.wake()
        return told

    async def watch_pauses(self) -> int:
        """Papers that did not come in time, or soon must; promises whose calendar was announced (rules 5 and 7).
        Returns how many requests changed."""
        return await self._sweeper.sweep(*pause_sweep.PARTS)

    async def ask_again(self) -> int:
        """Ask once more for the ratings that were not given in three days; returns how many."""
        return await self._sweeper.sweep(aftercare_clock.UNASKED)

    async def close_silent(self) -> int:
        """Close what was resolved a week ago and met with silence; returns how many."""
        return await self._sweeper.sweep(aftercare_clock.SILENT)

    async def forget(self) -> None:
        """Drop delivered words and handled updates that are old: nobody needs them, and the words are personal."""
        before = self._now() - REMEMBERED
        async with self._database.write(aside=True) as session:
            await outbox.prune(session, before)
            await conversations.prune(session, before)
            await web_sessions.prune(session, self._now())

    async def grow_old(self) -> int:
        """Remove what was kept for as long as the consent says; returns how many requests and people that were. Done
        twice, or by two at once, it finds nothing the second time."""
        done, more, after = 0, True, 0
        while more:
            async with self._database.write() as session:
                found = await retention.due(session, self._now())
                await retention.blank(session, found, self._now())
            done, more = done + len(found), bool(found)
        more = True
        while more:
            async with self._database.write() as session:
                people = await retention.strangers(session, self._now(), after)
                for person in people:
                    await retention.anonymise(session, person, self._now())
                written = list(session.info.pop(outbox.WRITTEN, []))
            self._courier.submit(written)
            done, more, after = done + len(people), bool(people), people[-1].id if people else after
        dropped, names = 1, [""]
        while dropped or names:
            async with self._database.write() as session:
                dropped, names = await retention.old_lines(session, self._now())
            if self._remove is not None:
                await self._remove(names)
        return done

    async def _careful(self, sweep: Callable[[], Awaitable[Any]]) -> None:
        """A sweep that fails is tried again at its next turn and stops nobody."""
        self._sweeping += 1
        try:
            await sweep()
        except Exception as error:
            if is_unavailable(error):
                log.warning("a sweep waits: the database is away")
            else:
                log.error("a sweep failed\n%s", trace(error))
        finally:
            self._sweeping -= 1
            async with self._idle:
                self._idle.notify_all()
