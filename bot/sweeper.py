"""Carries out sweeps: as many rows in one unit of work as go through, and whatever cannot be taken comes later."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.courier import Courier
from bot.faults import trace
from storage import outbox
from storage.database import Database, is_unavailable
from storage.ledger import Rules
from storage.sweeps import BATCH, Part

log = logging.getLogger(__name__)

PUT_OFF = timedelta(hours=1)
"""What cannot be taken is not tried again for so long."""


class Sweeper:
    """Takes what is due. What could not be taken is remembered here and not in the row, for not every kind of row says
    when it is to be looked at, and one that cannot be read cannot be written either; another process, and the next
    start, find out for themselves."""

    def __init__(self, database: Database, rules: Rules, now: Callable[[], datetime], courier: Courier) -> None:
        self._database, self._rules, self._now, self._courier = database, rules, now, courier
        self._put_off: dict[tuple[str, int], datetime] = {}

    async def sweep(self, *parts: Part) -> int:
        """Take everything that is due; returns what the parts count, together."""
        done = 0
        for part in parts:
            before: Sequence[int] = ()
            while (ids := await self._due(part)) and ids != before:  # what stays due is another's, or comes later
                for start in range(0, len(ids), part.at_once):
                    done += await self._take(part, ids[start : start + part.at_once])
                if len(ids) < BATCH:
                    break
                before = ids
        if done:
            self._courier.wake()
        return done

    async def _due(self, part: Part) -> Sequence[int]:
        now = self._now()
        self._put_off = {which: until for which, until in self._put_off.items() if until > now}
        but = [row_id for name, row_id in self._put_off if name == part.name]
        async with self._database.read() as session:
            return await part.due(session, self._rules, now, but)

    async def _take(self, part: Part, ids: Sequence[int], *, again: bool = False) -> int:
        """Take these together or, where that fails, each half of them alone, down to the one that cannot be taken: the
        others get their due, and notices still go into few digests. One alone is tried twice, for it may only have met
        somebody else who changed it."""
        try:
            async with self._database.write() as session:
                done = await part.take(session, self._rules, self._now(), ids)
                written = list(session.info.pop(outbox.WRITTEN, []))
        except Exception as error:
            if is_unavailable(error):
                raise
            if len(ids) == 1 and again:
                self._put_off[part.name, ids[0]] = self._now() + PUT_OFF
                log.error("a sweep leaves out for an hour: %s %d\n%s", part.name, ids[0], trace(error))
                return 0
        else:
            self._courier.submit(written)
            return done
        half = len(ids) // 2
        return sum([await self._take(part, some, again=True) for some in (ids[:half], ids[half:]) if some])
