"""The courier's book: what was delivered, and which buttons a digit means from now on, written down together.

One transaction takes everything that has come up since the last one, so that a rush costs few of them. What a digit
means is written before the buttons are shown; that something was delivered is written after, and what is shown but
not written when the process dies is shown once more."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.faults import trace
from storage import conversations, outbox
from storage.database import Database, is_unavailable
from storage.outbox import Sent

log = logging.getLogger(__name__)

APART = 0.02
"""Seconds between two transactions that only say what was delivered: nobody waits for them."""

_AFTER_A_FAULT = 0.5


@dataclass(frozen=True)
class Buttons:
    """What a digit means in a chat: a button of this page or of the one behind 更多; None: no button, it answers what
    somebody asked."""

    bot_id: int
    chat_id: int
    shown: list[list[str]] | None
    more: list[list[str]] = field(default_factory=list)


class Book:
    """Writes in the background between `start` and `stop`.

    :param written: called with results once they stand in the database
    """

    def __init__(
        self, database: Database, now: Callable[[], datetime], written: Callable[[Sequence[Sent]], None]
    ) -> None:
        self._database, self._now, self._written = database, now, written
        self.results: list[Sent] = []
        self._buttons: list[tuple[Buttons, asyncio.Future[None]]] = []
        self._call = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep())

    def note(self, result: Sent) -> None:
        """Write this down soon."""
        self.results.append(result)
        self._call.set()

    async def remember(self, buttons: Buttons) -> None:
        """Write down what a digit means; returns when it stands there.

        :raises Exception: whatever kept it from being written
        """
        done = asyncio.get_running_loop().create_future()
        self._buttons.append((buttons, done))
        self._call.set()
        await done

    async def stop(self) -> None:
        """Write what is left; when that fails, what was shown will be shown again."""
        self._stopping = True
        self._call.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() - APART
        while not self._stopping or self._buttons or self.results:
            await self._call.wait()
            if not self._stopping and not self._buttons and (early := last + APART - loop.time()) > 0:
                await asyncio.sleep(early)
            self._call.clear()
            try:
                await self._write()
            except Exception as error:
                if not is_unavailable(error):
                    log.error("writing down deliveries failed\n%s", trace(error))
                if self._stopping:
                    return
                await asyncio.sleep(_AFTER_A_FAULT)
                self._call.set()
            last = loop.time()

    async def _write(self) -> None:
        results, buttons = list(self.results), self._buttons
        self._buttons = []
        if not results and not buttons:
            return
        try:
            async with self._database.write() as session:
                for asked, _ in sorted(buttons, key=lambda each: (each[0].bot_id, each[0].chat_id)):
                    chat = await conversations.load(session, asked.bot_id, asked.chat_id)
                    chat.data = {**chat.data, "asked": asked.shown is None}
                    if asked.shown is not None:
                        chat.choices = asked.shown
                        chat.data["more"] = asked.more
                    await conversations.save(session, chat, self._now())
                await outbox.settle(session, results, self._now())
        except BaseException as error:
            for _, done in buttons:
                if not done.done():
                    done.set_exception(error if isinstance(error, Exception) else ConnectionAbortedError())
            raise
        del self.results[: len(results)]
        for _, done in buttons:
            if not done.done():
                done.set_result(None)
        self._written(results)
