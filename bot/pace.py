"""How fast a channel may be spoken to: the Bot API allows about 30 messages a second in all and one a second in a chat.
Kept here, so that a rush meets no 429 and an answer to somebody who waits goes before the lists of the morning."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

OVERALL = 30.0
"""Messages a second, of one bot."""

IN_A_CHAT = 1.0
"""Messages a second in one chat, on average; what belongs together (`AT_ONCE`) may come in one go."""

AT_ONCE = 3

ALL_WAIT = 5.0
"""Seconds for which everybody waits at most when the channel refuses two chats at once, for then it means the bot."""
_KNOWN = 10_000


@dataclass
class Rate:
    """So many a second on average, and `at_once` in one go: a pure count, time (seconds) is an argument."""

    per_second: float
    at_once: int = 1
    _due: float = float("-inf")

    def wait(self, now: float) -> float:
        """Seconds until the next may go."""
        return max(self._due - (self.at_once - 1) / self.per_second - now, 0.0)

    def take(self, now: float, count: int = 1) -> None:
        """So many go now; what belongs together goes together, and the next waits the longer for it."""
        self._due = max(self._due, now) + count / self.per_second

    def hold(self, until: float) -> None:
        """None goes before this."""
        self._due = max(self._due, until + (self.at_once - 1) / self.per_second)

    def idle(self, now: float) -> bool:
        return self._due <= now


class PutOff(Exception):  # noqa: N818 - it says what is the case
    """Nothing may be sent to this chat before `until`: something before it waits until then."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(order=True)
class _Turn:
    rank: int
    place: int
    chat_id: int = field(compare=False)
    count: int = field(compare=False)
    pause: asyncio.Future[float] = field(compare=False)


class Pace:
    """The limits of one bot. `turn` returns when a message may be sent; of several that wait the lowest rank goes
    first."""

    def __init__(
        self, time: Callable[[], float] | None = None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._time, self._sleep = time, sleep
        self._overall = Rate(OVERALL)
        self._chats: dict[int, Rate] = {}
        self._refused: tuple[int, float] = (0, float("-inf"))
        self._waiting: list[_Turn] = []
        self._order = itertools.count()
        self._dealer: asyncio.Task[None] | None = None

    async def turn(self, chat_id: int, rank: int, count: int = 1) -> None:
        """Wait until so many messages may be sent to a chat together.

        :raises PutOff: something before them in this chat has to wait for long
        """
        while (pause := await self._place(chat_id, rank, count)) > 0:
            await self._sleep(pause)

    async def put_off(self, chat_id: int, until: datetime, refused_for: float | None = None) -> None:
        """Nothing may be sent to this chat before `until`. Whoever calls keeps it so in this process.

        :param refused_for: seconds for which the channel itself refuses; when it refuses another chat at the same time
            as well, it means the bot, and everybody waits a little
        """
        if refused_for is None:
            return
        now, (other, other_until) = self._now(), self._refused
        if other != chat_id and other_until > now:
            self._overall.hold(now + min(refused_for, ALL_WAIT))
        self._refused = chat_id, now + refused_for

    async def _place(self, chat_id: int, rank: int, count: int) -> float:
        """Take a place among those who wait, and what was asked for; returns seconds until it is to be tried again, 0
        when it is taken."""
        if rank == 0 and (not self._waiting or self._waiting[0].rank > 0):
            in_chat, overall = await self._take(chat_id, rank, count)
            if in_chat > 0 or overall <= 0:
                return in_chat
        turn = _Turn(rank, next(self._order), chat_id, count, asyncio.get_running_loop().create_future())
        heapq.heappush(self._waiting, turn)
        if self._dealer is None or self._dealer.done():
            self._dealer = asyncio.create_task(self._deal())
        return await turn.pause

    async def _deal(self) -> None:
        while self._waiting:
            turn = heapq.heappop(self._waiting)
            if turn.pause.done():  # who waited may have been cancelled
                continue
            try:
                in_chat, overall = await self._take(turn.chat_id, turn.rank, turn.count)
            except Exception as error:
                if not turn.pause.done():
                    turn.pause.set_exception(error)
                continue
            if in_chat <= 0 and overall > 0:
                heapq.heappush(self._waiting, turn)
                await self._sleep(overall)
            elif not turn.pause.done():
                turn.pause.set_result(in_chat)

    async def _take(self, chat_id: int, rank: int, count: int) -> tuple[float, float]:
        """Take so many, unless the chat or the bot has to wait: seconds for either."""
        now = self._now()
        chat = self._chats.setdefault(chat_id, Rate(IN_A_CHAT, AT_ONCE))
        waits = chat.wait(now), self._overall.wait(now)
        if not any(waits):
            chat.take(now, count)
            self._overall.take(now, count)
            if len(self._chats) > _KNOWN:
                self._chats = {known: rate for known, rate in self._chats.items() if not rate.idle(now)}
        return waits

    def _now(self) -> float:
        return self._time() if self._time is not None else asyncio.get_running_loop().time()
