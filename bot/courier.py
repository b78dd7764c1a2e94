"""The courier: delivers the outbox, each chat in order, at least once, and notices who cannot be reached."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile, InputFile
from sqlalchemy.ext.asyncio import AsyncSession

from bot import undelivered
from bot.book import Book, Buttons
from bot.faults import GiveUp, Gone, Retry, doubtful, foreseen, lost, policy, trace
from bot.pace import Pace, PutOff
from bot.showing import messages, show
from handlers import notices, parcels, rota_import
from handlers.about import Parcel
from handlers.desk import Office
from handlers.speech import Say, page
from handlers.texts import Voice
from storage import outbox, recovery
from storage.database import Database, is_unavailable
from storage.outbox import FORGET, REPLY, Sent
from storage.people import find
from storage.tables import Outbox

log = logging.getLogger(__name__)

LOOK_AGAIN = 2.0
"""Seconds until the outbox is looked at again when nobody called: other processes write into it too."""

GRACE = 5.0
"""Seconds in which what is under way may end when the process stops."""

MOST_HELD = 1_000
"""Rows in hand at which no new ones are claimed. What somebody waits for is handed in by whoever wrote it, however much
is in hand, and what was in hand before is claimed all the same: neither waits behind the lists of the day."""

_BEHIND = "waits for one before it"

Lane = tuple[str, int]


@dataclass
class Courier:
    """Runs beside the channels. `submit` hands over rows just committed; the rest is found in the outbox."""

    database: Database
    office: Office
    bots: Mapping[str, Bot]
    now: Callable[[], datetime]
    forget: Mapping[str, Callable[[int, datetime], Awaitable[None]]] = field(default_factory=dict)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    """How fast a channel may be spoken to, where it has limits."""
    _lanes: dict[Lane, deque[Outbox]] = field(default_factory=lambda: defaultdict(deque))
    _carriers: dict[Lane, asyncio.Task[None]] = field(default_factory=dict)
    _held: dict[int, Lane] = field(default_factory=dict)
    _late: dict[Lane, tuple[datetime, str]] = field(default_factory=dict)
    _progress: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    _unsure: set[int] = field(default_factory=set)
    """Rows of which a call was made and of which the outbox does not know yet what became of it."""
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _settling: list[asyncio.Future[None]] = field(default_factory=list)
    _looking: list[asyncio.Task[None]] = field(default_factory=list)
    _full: bool = False
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._book = Book(self.database, self.now, self._let_go)

    def start(self) -> None:
        self._looking = [asyncio.create_task(self._look())]
        self._book.start()

    async def stop(self) -> None:
        """Finish what is being sent, write it down, stop. What waits keeps waiting in the outbox."""
        self._stopping = True
        for lane in self._lanes.values():
            lane.clear()
        self._wake.set()
        await _ended([*self._looking, *self._carriers.values()])
        await self._book.stop()
        with suppress(Exception):
            async with self.database.write() as session:
                await outbox.release(session, self._held.keys() - self._unsure)
                await outbox.release(session, self._held.keys() & self._unsure, outbox.AGAIN)

    def submit(self, rows: Iterable[Outbox]) -> None:
        """Deliver these rows, which this process has leased; those that are due later wait in the outbox."""
        for row in () if self._stopping else rows:
            if row.id not in self._held:
                self._held[row.id] = ("", 0)
                self._enter(row)

    def wake(self) -> None:
        self._wake.set()

    async def settled(self, channel: str, chat_id: int) -> None:
        """Wait (a moment) until what was just shown in this chat is written down."""

        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while (channel, chat_id) in self._held.values():
                    self._settling.append(asyncio.get_running_loop().create_future())
                    await self._settling[-1]

    # -- finding rows

    async def _look(self) -> None:
        starting = True
        while not self._stopping:
            try:
                now, unwritten = self.now(), {_lane(result.row) for result in self._book.results}
                full = self._full = len(self._held) >= MOST_HELD
                async with self.database.write() as session:
                    if starting:
                        await self._recover(session, now)
                    await outbox.renew(session, self._held, now)
                    rows = await outbox.claim(session, now, only_begun=full)
                    due = await outbox.next_due(session, only_begun=full)
                starting = False
                self._late = {lane: off for lane, off in self._late.items() if off[0] > now or lane in unwritten}
                self.submit(rows)
                pause = LOOK_AGAIN
                if due is not None:
                    pause = min(pause, max((due - self.now()).total_seconds(), 0.02))
                if len(rows) >= outbox.CLAIMED:
                    pause = 0.02
            except Exception as error:
                if not is_unavailable(error):
                    log.error("looking into the outbox failed\n%s", trace(error))
                pause = LOOK_AGAIN
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            self._wake.clear()

    async def _recover(self, session: AsyncSession, now: datetime) -> None:
        if self.database.is_sqlite:  # then whatever is leased was leased by a process that died
            await recovery.recover(session, now)
        await recovery.put_right(session, now)
        for row in await recovery.held_back(session, now):
            self._late.setdefault(_lane(row), (row.due_at, outbox.HELD_BACK))

    def _enter(self, row: Outbox) -> None:
        lane = _lane(row)
        if row.channel and row.chat_id is not None:
            self._held[row.id] = (row.channel, row.chat_id)
        if lane in self._late:
            self._put_off(row, *self._late[lane])
            return
        self._lanes[lane].append(row)
        if lane not in self._carriers:
            self._carriers[lane] = asyncio.create_task(self._carry(lane))

    async def _carry(self, lane: Lane) -> None:
        """Deliver the rows of one chat, one after another; none overtakes one that must be tried again."""
        waiting = self._lanes[lane]
        try:
            while waiting:
                result = await self._attempt(waiting.popleft())
                self._note(result)
                if result.retry_at is not None:
                    why = outbox.HELD_BACK if (result.error or "").endswith(outbox.HELD_BACK) else _BEHIND
                    self._late[lane] = result.retry_at, why
                    while waiting:
                        self._put_off(waiting.popleft(), result.retry_at, why)
                    await self._tell_others(result)
        finally:
            self._carriers.pop(lane, None)
            if waiting:
                self._carriers[lane] = asyncio.create_task(self._carry(lane))
            else:
                self._lanes.pop(lane, None)

    def _put_off(self, row: Outbox, until: datetime, why: str) -> None:
        """Let a row wait for one before it in its chat; the outbox gives both back in order."""
        self._note(self._later(row, until, why))

    def _note(self, result: Sent) -> None:
        if result.retry_at is None:
            self._progress.pop(result.row.id, None)
        self._book.note(result)

    def _let_go(self, results: Sequence[Sent]) -> None:
        """What became of these rows is written down."""
        for result in results:
            self._held.pop(result.row.id, None)
            self._unsure.discard(result.row.id)
        waiting, self._settling = self._settling, []
        for settled in waiting:
            if not settled.done():
                settled.set_result(None)
        room = self._full and len(self._held) < MOST_HELD // 2
        if room or any(r.retry_at for r in results):
            self._full = self._full and not room
            self.wake()

    # -- delivering one row

    async def _attempt(self, row: Outbox) -> Sent:
        try:
            if row.kind == FORGET:
                if forget := self.forget.get(row.channel or ""):
                    await forget(row.chat_id or 0, row.created_at)
                return Sent(row)
            if row.kind == rota_import.KIND:
                return await self._import_rota(row)
            parcels_, voice = await self._prepare(row)
            if outbox.again(row) and row.id not in self._progress:
                parcels_ = parcels.sent_again(parcels_, voice)
            if row.channel is None or row.chat_id is None:
                return Sent(row, error=outbox.NOBODY)
            bot = self.bots.get(row.channel)
            if bot is None:
                return self._later(row, self.now() + timedelta(minutes=1), "channel is off")
            self._held[row.id] = (row.channel, row.chat_id)
            return Sent(row, message_ids=tuple(await self._deliver(row, bot, parcels_, voice)))
        except PutOff as off:
            return self._later(row, off.until, _BEHIND)
        except Exception as error:
            verdict = policy(error, row.attempts, self.now())
            if isinstance(verdict, Retry):
                if not foreseen(error):
                    log.error("delivering outbox row %s (%s) failed\n%s", row.id, row.kind, trace(error))
                return self._later(row, verdict.at, type(error).__name__, spent=verdict.spent)
            return await self._cannot_be(row, verdict, type(error).__name__)

    async def _cannot_be(self, row: Outbox, verdict: GiveUp | Gone, why: str) -> Sent:
        try:
            if isinstance(verdict, GiveUp):
                log.error("outbox row %s (%s) cannot be delivered: %s", row.id, row.kind, why)
                await undelivered.given_up(self.database, row, self.now(), self.office.rules.zone)
            else:
                await undelivered.unreachable(self.database, row, self.now())
        except Exception as away:
            return self._later(row, self.now() + timedelta(seconds=1), type(away).__name__, spent=True)
        self.wake()
        return Sent(row, error=why)

    def _later(self, row: Outbox, at: datetime, why: str, *, spent: bool = False) -> Sent:
        """A row that must be tried again; what may have been shown, or was in part, says so then, also elsewhere."""
        again = outbox.again(row) or row.id in self._unsure or row.id in self._progress
        return Sent(row, retry_at=at, error=outbox.noted(why, again=again), spent=spent)

    async def _tell_others(self, result: Sent) -> None:
        """Other processes must not write to a chat either in which something waits to be tried again."""
        row, error = result.row, result.error or ""
        if result.retry_at is not None and (pace := self.paces.get(row.channel or "")) is not None:
            refused = (result.retry_at - self.now()).total_seconds() if error.endswith(outbox.HELD_BACK) else None
            await pace.put_off(row.chat_id or 0, result.retry_at, refused)

    async def _import_rota(self, row: Outbox) -> Sent:
        """Fetch the file that a manager sent and carry the import out; what came of it is a notice of its own."""
        content: bytes | None
        try:
            content = await self._fetch(row.payload["file"])
        except Exception as error:
            if not lost(error) and isinstance(policy(error, row.attempts, self.now()), Retry):
                raise
            content = None
        self.submit(await rota_import.carry_out(self.database, row, content, self.office, self.now()))
        return Sent(row)

    async def _fetch(self, file: dict[str, Any]) -> bytes:
        """The bytes of a file that somebody sent, from the channel they sent it over."""
        stream = await self.bots[file["channel"]].download(file["file"])
        return stream.read() if stream is not None else b""

    async def _deliver(self, row: Outbox, bot: Bot, parcels_: list[Parcel], voice: Voice) -> list[int]:
        """Show a row; what was shown in an earlier try is not shown again. Returns the ids of its messages."""
        done, ids = self._progress.get(row.id, (0, []))
        step = 0
        for parcel in parcels_:
            for method in await self._open(row, parcel, voice):
                step += 1
                if step > done:
                    if (pace := self.paces.get(row.channel or "")) is not None:
                        await pace.turn(row.chat_id or 0, _rank(row), messages(method))
                    self._unsure.add(row.id)
                    try:
                        ids = [*ids, *await show(bot, method, voice, self.now())]
                    except Exception as error:
                        if not done and not doubtful(error):
                            self._unsure.discard(row.id)
                        raise
                    self._progress[row.id] = (step, ids)
        return ids

    async def _prepare(self, row: Outbox) -> tuple[list[Parcel], Voice]:
        """Words and files for a row, and the chat it goes to; buttons of a notice are remembered before they are
        shown, so that a digit typed at once means them."""
        texts, zone = self.office.texts, self.office.rules.zone
        if row.kind == REPLY:
            language, elder = row.payload.get("voice", ("zh", False))
            return [Parcel(Say.unpack(row.payload))], Voice(texts, language, elder, zone)
        async with self.database.read(aside=row.kind in notices.LONG) as session:
            person = await find(session, row.person_id or 0)
            if person is None or person.chat_id is None or person.channel is None:
                return [], Voice(texts, "zh", False, zone)
            row.channel, row.chat_id = person.channel, person.chat_id
            found = await notices.render(row, person, self.office, session, self.now())
            voice = Voice(texts, person.language, person.elder_mode, zone)
        says = [p.say for p in found if p.say and p.say.choices]
        bot = self.bots.get(row.channel)
        relayed = row.kind in (outbox.RELAY, "mediation_relay")  # a digit typed next is an answer, whatever is below it
        if bot is not None and (says or relayed):
            await self._book.remember(_buttons(bot.id, row.chat_id, None if relayed else says[-1], voice))
        return found, voice

    async def _open(self, row: Outbox, parcel: Parcel, voice: Voice) -> list[TelegramMethod[Any]]:
        """The methods that deliver a parcel; of a file that its channel no longer has, the words remain."""
        chat_id, more = row.chat_id or 0, voice.t("more")
        parcel = parcels.passable(parcel, row.channel or "", voice)

        async def fetch(file: dict[str, Any]) -> str | InputFile:
            if file["channel"] == row.channel:
                return str(file["file"])
            return BufferedInputFile(await self._fetch(file), file.get("name") or _file_name(file))

        try:
            return await parcels.open_parcel(parcel, chat_id, elder=voice.elder, more=more, fetch=fetch)
        except Exception as error:
            if not lost(error):
                raise
            words = parcel.say or Say("")
            told = replace(words, text=f"{words.text}\n{voice.t('file-lost')}".strip())
            kept = Parcel(told, documents=parcel.documents, reply_to=parcel.reply_to)
            return await parcels.open_parcel(kept, chat_id, elder=voice.elder, more=more, fetch=fetch)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until they have ended by themselves; whatever takes longer than `GRACE` is cut off."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=GRACE)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _lane(row: Outbox) -> Lane:
    """Whose turn it is: rows of one person go one after another, notices and replies alike."""
    if row.person_id is not None:
        return "person", row.person_id
    return row.channel or "", row.chat_id or 0


def _buttons(bot_id: int, chat_id: int, say: Say | None, voice: Voice) -> Buttons:
    if say is None:
        return Buttons(bot_id, chat_id, None)
    shown, rest = page(say.choices, voice.elder, voice.t("more"))
    return Buttons(bot_id, chat_id, [[c.label, c.data] for c in shown], [[c.label, c.data] for c in rest])


def _rank(row: Outbox) -> int:
    """Whoever waits for an answer comes first, then what happened to a request, then the lists of the day."""
    return 0 if row.kind == REPLY else 2 if row.kind in notices.DIGESTS else 1


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
