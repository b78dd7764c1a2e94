"""The courier: delivers the outbox, each chat in order, at least once, and notices who cannot be reached."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.methods import EditMessageCaption, EditMessageText
from aiogram.types import BufferedInputFile, InputFile, Message

from handlers import notices, parcels
from handlers.desk import Office
from handlers.notices import Parcel
from handlers.speech import Say, page
from handlers.texts import Voice
from storage import conversations, outbox
from storage.database import Database, is_unavailable
from storage.outbox import REPLY, Sent
from storage.people import People
from storage.tables import Outbox, Person

log = logging.getLogger(__name__)

LOOK_AGAIN = 2.0
"""Seconds until the outbox is looked at again when nobody called: other processes write into it too."""

MOST_TRIES = 12
_GONE_WORDS = ("chat not found", "user is deactivated", "bot was blocked", "peer_id_invalid")

Lane = tuple[str, int]


@dataclass(frozen=True)
class Retry:
    """Try again at this time; `spent` says whether this one counted as a try."""

    at: datetime
    spent: bool = True


class GiveUp:
    """It cannot be delivered."""


class Gone:
    """Whoever it is for cannot be reached in this chat."""


def policy(error: Exception, attempts: int, now: datetime) -> Retry | GiveUp | Gone:
    """What to do after a failed delivery, decided from the error and the tries before it.

    429 is obeyed and costs no try; network errors and 5xx are tried again after 1, 2, 4 … at most 600 seconds.
    """
    if isinstance(error, TelegramRetryAfter):
        return Retry(now + timedelta(seconds=error.retry_after), spent=False)
    if isinstance(error, TelegramForbiddenError):
        return Gone()
    if isinstance(error, TelegramBadRequest | TelegramNotFound | TelegramEntityTooLarge):
        gone = any(words in error.message.lower() for words in _GONE_WORDS)
        return Gone() if gone else GiveUp()
    if attempts + 1 >= MOST_TRIES:
        return GiveUp()
    return Retry(now + timedelta(seconds=min(2**attempts, 600)))


@dataclass
class Courier:
    """Runs beside the channels. `submit` hands over rows just committed; the rest is found in the outbox."""

    database: Database
    office: Office
    bots: Mapping[str, Bot]
    now: Callable[[], datetime]
    _lanes: dict[Lane, deque[Outbox]] = field(default_factory=lambda: defaultdict(deque))
    _carriers: dict[Lane, asyncio.Task[None]] = field(default_factory=dict)
    _held: dict[int, Lane] = field(default_factory=dict)
    _results: list[Sent] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _book: asyncio.Event = field(default_factory=asyncio.Event)
    _booked: asyncio.Condition = field(default_factory=asyncio.Condition)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._keep_book())]

    async def stop(self) -> None:
        """Finish what is being sent, write it down, stop. What waits keeps waiting in the outbox."""
        looking, booking = self._tasks or (None, None)
        for lane in self._lanes.values():
            lane.clear()
        if looking is not None:
            looking.cancel()
        carriers = list(self._carriers.values())
        if carriers:
            _, late = await asyncio.wait(carriers, timeout=5)
            for task in late:
                task.cancel()
        if booking is not None:
            booking.cancel()
        await asyncio.gather(*self._tasks, *carriers, return_exceptions=True)
        if self._results:
            with suppress(Exception):
                await self._write_results()

    def submit(self, rows: Iterable[Outbox]) -> None:
        """Deliver these rows, which this process has leased; those that are due later wait in the outbox."""
        for row in rows:
            if row.id not in self._held:
                self._held[row.id] = ("", 0)
                self._enter(row)

    def wake(self) -> None:
        self._wake.set()

    async def settled(self, channel: str, chat_id: int) -> None:
        """Wait (a moment) until what was just shown in this chat is written down."""

        def done() -> bool:
            return not any(lane == (channel, chat_id) for lane in self._held.values())

        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                async with self._booked:
                    await self._booked.wait_for(done)

    # -- finding rows

    async def _look(self) -> None:
        while True:
            try:
                async with self.database.write() as session:
                    rows = await outbox.claim(session, self.now())
                    due = await outbox.next_due(session)
                self.submit(rows)
                pause = LOOK_AGAIN
                if due is not None:
                    pause = min(pause, max((due - self.now()).total_seconds(), 0.02))
                if len(rows) >= 100:
                    pause = 0.02
            except Exception as error:
                if not is_unavailable(error):
                    log.exception("looking into the outbox failed")
                pause = LOOK_AGAIN
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            self._wake.clear()

    def _enter(self, row: Outbox) -> None:
        lane = (row.channel or "person", row.chat_id if row.chat_id is not None else row.person_id or 0)
        if row.channel and row.chat_id is not None:
            self._held[row.id] = (row.channel, row.chat_id)
        self._lanes[lane].append(row)
        if lane not in self._carriers:
            self._carriers[lane] = asyncio.create_task(self._carry(lane))

    async def _carry(self, lane: Lane) -> None:
        """Deliver the rows of one chat, one after another."""
        waiting = self._lanes[lane]
        try:
            while waiting:
                row = waiting.popleft()
                try:
                    result = await self._deliver(row)
                except asyncio.CancelledError:
                    raise
                except Exception as error:
                    if not is_unavailable(error):
                        log.exception("delivering outbox row %s (%s) failed", row.id, row.kind)
                    result = self._failed(row, error)
                self._results.append(result)
                self._book.set()
        finally:
            self._carriers.pop(lane, None)
            if waiting:
                self._carriers[lane] = asyncio.create_task(self._carry(lane))
            else:
                self._lanes.pop(lane, None)

    # -- delivering one row

    async def _deliver(self, row: Outbox) -> Sent:
        person, parcels_, voice = await self._prepare(row)
        if row.channel is None or row.chat_id is None:
            return Sent(row, error="nobody to tell")
        bot = self.bots.get(row.channel)
        if bot is None:
            return Sent(row, retry_at=self.now() + timedelta(minutes=1), error="channel is off", spent=False)
        self._held[row.id] = (row.channel, row.chat_id)
        message_ids: list[int] = []
        try:
            for parcel in parcels_:
                message_ids += await self._send(bot, row.channel, row.chat_id, parcel, voice)
        except Exception as error:
            verdict = policy(error, row.attempts, self.now())
            if isinstance(verdict, Gone):
                await self._unreachable(row, person)
            elif isinstance(verdict, GiveUp):
                log.error("outbox row %s (%s) cannot be delivered: %s", row.id, row.kind, type(error).__name__)
            return self._failed(row, error)
        return Sent(row, message_ids=tuple(message_ids))

    def _failed(self, row: Outbox, error: Exception) -> Sent:
        verdict = policy(error, row.attempts, self.now())
        if isinstance(verdict, Retry):
            return Sent(row, retry_at=verdict.at, error=type(error).__name__, spent=verdict.spent)
        return Sent(row, error=type(error).__name__)

    async def _prepare(self, row: Outbox) -> tuple[Person | None, list[Parcel], Voice]:
        """Words and files for a row, and the chat it goes to; buttons of a notice are remembered before they are
        shown, so that a digit typed at once means them."""
        texts, zone = self.office.texts, self.office.rules.zone
        async with self.database.read() as session:
            if row.kind == REPLY:
                person = await People(session, self.now()).by_chat(row.channel or "", row.chat_id or 0)
                voice = Voice(texts, person.language if person else "zh", bool(person and person.elder_mode), zone)
                return person, [Parcel(Say.unpack(row.payload))], voice
            person = await session.get(Person, row.person_id)
            if person is None or person.chat_id is None or person.channel is None:
                return person, [], Voice(texts, "zh", False, zone)
            row.channel, row.chat_id = person.channel, person.chat_id
            found = await notices.render(row, person, self.office, session, self.now())
            voice = Voice(texts, person.language, person.elder_mode, zone)
        says = [p.say for p in found if p.say and p.say.choices]
        bot = self.bots.get(row.channel)
        if says and bot is not None:
            await self._remember_choices(bot.id, row.chat_id, says[-1], voice)
        return person, found, voice

    async def _remember_choices(self, bot_id: int, chat_id: int, say: Say, voice: Voice) -> None:
        shown, rest = page(say.choices, voice.elder, voice.t("more"))
        async with self.database.write() as session:
            chat = await conversations.load(session, bot_id, chat_id)
            chat.choices = [[c.label, c.data] for c in shown]
            chat.data = {**chat.data, "more": [[c.label, c.data] for c in rest]}
            await conversations.save(session, chat, self.now())

    async def _send(self, bot: Bot, channel: str, chat_id: int, parcel: Parcel, voice: Voice) -> list[int]:
        async def fetch(file: dict[str, Any]) -> str | InputFile:
            if file["channel"] == channel:
                return str(file["file"])
            source = self.bots[file["channel"]]
            stream = await source.download(file["file"])
            content = stream.read() if stream is not None else b""
            return BufferedInputFile(content, file.get("name") or _file_name(file))

        try:
            built = await parcels.open_parcel(parcel, chat_id, elder=voice.elder, more=voice.t("more"), fetch=fetch)
        except (TelegramBadRequest, TelegramNotFound, KeyError):
            lost = Say(f"{parcel.say.text if parcel.say else ''}\n{voice.t('file-lost')}".strip())
            built = await parcels.open_parcel(Parcel(lost), chat_id, elder=False, more="", fetch=fetch)
        ids: list[int] = []
        for method in built:
            try:
                shown = await bot(method)
            except TelegramBadRequest:
                if isinstance(method, EditMessageText | EditMessageCaption):
                    continue  # the same words, or a message the person deleted: nothing to change
                raise
            for message in shown if isinstance(shown, list) else [shown]:
                if isinstance(message, Message):
                    ids.append(message.message_id)
        return ids

    async def _unreachable(self, row: Outbox, person: Person | None) -> None:
        """Remember that somebody cannot be reached in chat, and tell the managers of staff who are gone."""
        if person is None:
            return
        async with self.database.write() as session:
            people = People(session, self.now())
            gone = await people.get(person.id)
            if gone.unreachable_at is not None:
                return
            gone.unreachable_at = self.now()
            writer = outbox.OutboxWriter(session, self.now())
            told: set[int] = set()
            posts = await people.posts(gone.id)
            areas = {p.area_id for p in posts} or ({gone.area_id} if gone.area_id and row.request_id else set())
            for area_id in areas:
                for above in await people.upward(area_id):
                    told |= {m for m in await people.managers(above.id) if m != gone.id}
                    if told:
                        break
            for manager in told:
                writer.notice(manager, "unreachable", who=gone.id)
            session.info.pop(outbox.WRITTEN, None)
        log.info("person %s is unreachable; %s managers told", person.id, len(told))

    # -- the book of what was delivered

    async def _keep_book(self) -> None:
        while True:
            await self._book.wait()
            self._book.clear()
            try:
                await self._write_results()
            except Exception as error:
                if not is_unavailable(error):
                    log.exception("writing down deliveries failed")
                await asyncio.sleep(0.5)
                self._book.set()

    async def _write_results(self) -> None:
        results = list(self._results)
        if not results:
            return
        async with self.database.write() as session:
            await outbox.settle(session, results, self.now())
        del self._results[: len(results)]
        async with self._booked:
            for result in results:
                self._held.pop(result.row.id, None)
            self._booked.notify_all()
        if any(r.retry_at for r in results):
            self.wake()


def _file_name(file: dict[str, Any]) -> str:
    endings = {
        "photo": "jpg",
        "voice": "ogg",
        "video": "mp4",
        "video_note": "mp4",
        "audio": "mp3",
        "sticker": "webp",
    }
    return f"{file['kind']}.{endings.get(file['kind'], 'bin')}"
