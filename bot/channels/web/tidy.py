"""What is taken away from the folder of files: what was never spoken of, and what an end in the middle left."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.channels.web.files import FileRoom
from bot.faults import trace
from storage import uploads
from storage.database import Database, is_unavailable

log = logging.getLogger(__name__)

_EVERY = 3600.0


class Tidier:
    """Looks through the files once an hour while the channel runs. Two at once, or one that ends anywhere, do no harm:
    a file is nobody's before its bytes go, and is forgotten after."""

    def __init__(self, database: Database, room: FileRoom, folder: Path, now: Callable[[], datetime]) -> None:
        self._database, self._room, self._folder, self._now = database, room, folder, now
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop in the middle, which does no harm."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def tidy(self) -> None:
        """Look once."""
        await asyncio.to_thread(self._drop_parts)
        more = True
        while more:
            async with self._database.write() as session:
                names, more = await uploads.set_aside(session, self._now())
            if names:
                await self._room.remove(names)

    async def _run(self) -> None:
        while True:
            try:
                await self.tidy()
            except Exception as error:
                if is_unavailable(error):
                    log.warning("old uploads wait: the database or the disk is away")
                else:
                    log.error("old uploads could not be removed\n%s", trace(error))
            await asyncio.sleep(_EVERY)

    def _drop_parts(self) -> None:
        """Bytes that were on their way in when the process ended. It counts when anything of the file changed last, for
        a copy has the age of what it was copied from."""
        before = (self._now() - uploads.SPOKEN_OF_WITHIN).timestamp()
        for part in self._folder.glob("*.part"):
            try:
                if part.stat().st_ctime < before:
                    part.unlink()
            except FileNotFoundError:  # it came in after all, or another process was here first
                continue
