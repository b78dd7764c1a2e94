"""Takes what waits in the web chat's inbox to the handlers: of one chat in order, of many at once."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Bot
from aiogram.types import Update

from bot.channels.web.updates import to_update
from bot.faults import trace
from storage.database import is_unavailable
from storage.transcript import Transcript, Waiting

log = logging.getLogger(__name__)

Handle = Callable[[Bot, Update], Awaitable[None]]
"""Handles one update with effect exactly once; raises only while the database is unavailable."""

_AT_ONCE = 32
_LONGEST_PAUSE = 30.0
_TRIES = 5
_GRACE = 30.0


class Pump:
    """One task a chat that has something waiting. What fails because the database is away is tried again
    until it works; what fails otherwise is set aside after five tries, so that it does not block the chat."""

    def __init__(self, transcript: Transcript, bot: Bot, handle: Handle, now: Callable[[], datetime]) -> None:
        self._transcript = transcript
        self._bot = bot
        self._handle = handle
        self._now = now
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._stopping = asyncio.Event()

    async def wake_all(self) -> None:
        """Take up what was left unhandled when the office last closed."""
        for chat_id in await self._transcript.chats_waiting():
            self.wake(chat_id)

    def wake(self, chat_id: int) -> None:
        """Something waits in this chat."""
        self._again.add(chat_id)
        if chat_id not in self._tasks and not self._stopping.is_set():
            self._tasks[chat_id] = asyncio.create_task(self._run(chat_id), name=f"web chat {chat_id}")

    async def stop(self) -> None:
        """Let the updates under way finish and begin no more; what waits stays in the inbox."""
        self._stopping.set()
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, chat_id: int) -> None:
        failures = 0
        try:
            while chat_id in self._again and not self._stopping.is_set():
                self._again.discard(chat_id)
                waiting = None
                try:
                    async with self._slots:
                        waiting = await self._transcript.next_waiting(chat_id)
                        if waiting is None:
                            continue
                        await self._handle_one(waiting)
                    failures = 0
                except Exception as error:
                    failures += 1
                    await self._failed(waiting, error, failures)
                self._again.add(chat_id)
        finally:
            del self._tasks[chat_id]

    async def _handle_one(self, waiting: Waiting) -> None:
        answered = None
        if waiting.payload["type"] == "click":
            answered = await self._transcript.line(waiting.chat_id, waiting.payload["message_id"])
        await self._handle(self._bot, to_update(waiting, answered, self._bot))
        await self._transcript.handled(waiting.id, at=self._now())

    async def _failed(self, waiting: Waiting | None, error: Exception, failures: int) -> None:
        log.warning("web update %s failed (%s), try %d", waiting and waiting.id, type(error).__name__, failures)
        if waiting is not None and not is_unavailable(error) and failures >= _TRIES:
            log.error("web update %s set aside\n%s", waiting.id, trace(error))
            with contextlib.suppress(Exception):  # if this cannot be kept either, it is simply tried again
                await self._transcript.handled(waiting.id, at=self._now())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), min(_LONGEST_PAUSE, 0.25 * 2**failures))
