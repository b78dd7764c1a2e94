"""How fast a channel may be spoken to: the Bot API allows about 30 messages a second in all and one a second in a chat.
Kept here, so that a rush meets no 429 and an answer to somebody who waits goes before the lists of the morning."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

OVERALL = 30.0
"""Messages a second, of one bot."""

IN_A_CHAT = 1.0
"""Messages a second in one chat, on average; what belongs together (`AT_ONCE`) may come in one go."""

AT_ONCE = 3
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

    def take(self, now: float) -> None:
        """One goes now."""
        self._due = max(self._due, now) + 1 / self.per_second

    def idle(self, now: float) -> bool:
        return self._due <= now


class Pace:
    """The limits of one bot. `turn` returns when a message may be sent; of several that wait the lowest rank goes
    first."""

    def __init__(
        self, time: Callable[[], float] | None = None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._time, self._sleep = time, sleep
        self._overall = Rate(OVERALL)
        self._chats: dict[int, Rate] = {}
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._dealer: asyncio.Task[None] | None = None

    async def turn(self, chat_id: int, rank: int) -> None:
        chat = self._chats.setdefault(chat_id, Rate(IN_A_CHAT, AT_ONCE))
        while (pause := chat.wait(self._now())) > 0:
            await self._sleep(pause)
        chat.take(self._now())
        if len(self._chats) > _KNOWN:
            now = self._now()
            self._chats = {known: rate for known, rate in self._chats.items() if not rate.idle(now)}
        if not self._waiting and self._overall.wait(self._now()) <= 0:
            self._overall.take(self._now())
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._order), turn))
        if self._dealer is None or self._dealer.done():
            self._dealer = asyncio.create_task(self._deal())
        await turn

    async def _deal(self) -> None:
        while self._waiting:
            while (pause := self._overall.wait(self._now())) > 0:
                await self._sleep(pause)
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():  # who waited may have been cancelled
                self._overall.take(self._now())
                turn.set_result(None)

    def _now(self) -> float:
        return self._time() if self._time is not None else asyncio.get_running_loop().time()
