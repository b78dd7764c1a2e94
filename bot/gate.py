"""One update, one transaction, then the replies: every channel hands its updates in here."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.enums import ChatType
from aiogram.fsm.storage.base import BaseEventIsolation, StorageKey
from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod
from aiogram.types import CallbackQuery, Chat, Message, Update, User
from sqlalchemy.exc import IntegrityError, NotSupportedError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from bot.channels.web import WebChannel
from bot.channels.web.doors import Pace
from bot.courier import Courier
from bot.faults import trace
from handlers.desk import COUNTED, Desk, Office
from handlers.errors import Refusal, refusal
from handlers.incoming import clean
from handlers.speech import Answer, Say
from knowledge import choices
from storage import conversations
from storage.database import Database, is_unavailable, sqlstate
from storage.outbox import WRITTEN, OutboxWriter
from storage.people import People
from storage.tables import Outbox

log = logging.getLogger(__name__)

_TRIES = 4
_MUCH = 60
"""Messages a minute of one chat; more is a flood."""
_FLOOD_OVER = 60.0
"""Seconds without a flood after which the next one is a new one."""
_MANY = 10_000
_RETRIED_STATES = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class Unavailable(OSError):  # noqa: N818 - it says what is the case
    """The database could not be used: nothing was kept, and the update must be handed in again."""


@dataclass(frozen=True)
class Unreadable:
    """An update of which only the number can be read and, of what was said in private, who said it."""

    update_id: int
    chat: Chat | None = None
    sender: User | None = None


@dataclass
class Gate:
    """Handles updates exactly once in effect, those of one chat in order.

    `handle` raises `Unavailable` when the database is away; whatever else goes wrong is answered and recorded.
    """

    database: Database
    office: Office
    dispatcher: Dispatcher
    courier: Courier
    isolation: BaseEventIsolation
    channels: dict[int, str]
    now: Callable[[], datetime]
    _decorations: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting: set[tuple[int, int]] = field(default_factory=set)
    _flood: Pace = field(default_factory=lambda: Pace(_MUCH, 60.0, time.monotonic))
    _asked: dict[tuple[int, int], float] = field(default_factory=dict)

    async def handle(self, bot: Bot, update: Update | Unreadable) -> None:
        if isinstance(update, Unreadable):
            await self._pass_by(bot, update)
            return
        chat, user = _whose(update)
        if chat is None:
            return
        try:
            async with self._in_order(bot, chat.id):
                if update.message is not None and update.message.reply_to_message is not None:
                    await self.courier.settled(self.channels[bot.id], chat.id)
                rows = await self._handle(bot, update, chat, user)
        except Unavailable:
            self._ask_to_wait(bot, chat, user)
            raise
        self._waiting.discard((bot.id, chat.id))
        if update.message is not None and self.channels[bot.id] != WebChannel.name:  # which holds back by itself
            self._ask_to_slow_down(bot, chat, user)
        self.courier.submit(rows)
        if update.callback_query is not None:
            self._decorate(bot, update.callback_query)

    @asynccontextmanager
    async def _in_order(self, bot: Bot, chat_id: int) -> AsyncIterator[None]:
        lock = self.isolation.lock(StorageKey(bot_id=bot.id, chat_id=chat_id, user_id=chat_id))
        try:
            await lock.__aenter__()
        except Exception as error:  # whoever keeps the locks is away
            raise Unavailable from error
        try:
            yield
        finally:
            try:
                await lock.__aexit__(None, None, None)
            except Exception as error:  # it ends by itself; what was committed meanwhile must be answered now
                log.warning("a lock could not be given back (%s)", type(error).__name__)

    async def _handle(self, bot: Bot, update: Update, chat: Chat, user: User | None) -> list[Outbox]:
        problem: Exception | None = None
        for _ in range(_TRIES):
            try:
                return await self._attempt(bot, update, chat, user)
            except Exception as error:
                if not _collided(error):
                    problem = error
                    break
                problem = error
        if problem is None or is_unavailable(problem):
            raise Unavailable from problem
        said = refusal(problem)
        if said.unexpected:
            log.error("update %s of bot %s failed\n%s", update.update_id, bot.id, trace(problem))
        return await self._give_up(bot, update.update_id, chat, user, said)

    async def _attempt(self, bot: Bot, update: Update, chat: Chat, user: User | None) -> list[Outbox]:
        now = self.now()
        async with self.database.write() as session:
            if not await conversations.first_time(session, bot.id, update.update_id, now):
                return []
            desk = await self._desk(session, bot, chat, user, now)
            digits = not desk.data.get("asked") and desk.chat.state not in COUNTED
            meant = typed_choice(update, desk.chat.choices, digits=digits)
            meant = meant.as_(bot)  # or aiogram would take it to pieces and build it anew
            answer = await self.dispatcher.feed_update(bot, meant, desk=desk, raw_state=desk.chat.state)
            await self._close(session, desk, None if answer is UNHANDLED else answer)
            return list(session.info.pop(WRITTEN, []))

    async def _pass_by(self, bot: Bot, update: Unreadable) -> None:
        """What cannot be read is refused like what no handler could take; where nobody is known to tell, set down."""
        said = Refusal("error-unexpected", Unreadable.__name__, unexpected=True)
        if update.chat is None:
            await self._set_down(bot, update.update_id, said.code)
            return
        async with self._in_order(bot, update.chat.id):
            rows = await self._give_up(bot, update.update_id, update.chat, update.sender, said)
        self.courier.submit(rows)

    async def _give_up(self, bot: Bot, update_id: int, chat: Chat, user: User | None, said: Refusal) -> list[Outbox]:
        """Refuse the update; where even that fails, it is set down with the bare fact, and said past the database.

        :raises Unavailable: it stands nowhere
        """
        try:
            return await self._refuse(bot, update_id, chat, user, said)
        except Exception as error:
            if is_unavailable(error):
                raise Unavailable from error
            log.error("update %s of bot %s could not be answered\n%s", update_id, bot.id, trace(error))
        await self._set_down(bot, update_id, said.code)
        if chat.type == ChatType.PRIVATE:
            words = self.office.texts.get(_locale(user), "error-unexpected")
            self._aside(bot, SendMessage(chat_id=chat.id, text=words, parse_mode="HTML"))
        return []

    async def _refuse(self, bot: Bot, update_id: int, chat: Chat, user: User | None, said: Refusal) -> list[Outbox]:
        """Nothing of the update was kept; say why, and mark it handled so that it does not come for ever."""
        now = self.now()
        async with self.database.write() as session:
            if not await conversations.first_time(session, bot.id, update_id, now):
                return []
            desk = await self._desk(session, bot, chat, user, now)
            await conversations.failed(session, bot.id, update_id, said.code, now)
            await self._close(session, desk, desk.say(said.key, **said.details))
            return list(session.info.pop(WRITTEN, []))

    async def _set_down(self, bot: Bot, update_id: int, code: str) -> None:
        """Record that an update could not be handled, and nothing else.

        :raises Unavailable: whatever kept it from being recorded; one that stands nowhere is never confirmed
        """
        try:
            async with self.database.write() as session:
                await conversations.failed(session, bot.id, update_id, code, self.now())
        except Exception as error:
            raise Unavailable from error

    async def _desk(self, session: AsyncSession, bot: Bot, chat: Chat, user: User | None, now: datetime) -> Desk:
        people = People(session, now)
        channel = self.channels[bot.id]
        person, posts = await people.present(channel, chat.id)
        if person is not None and person.unreachable_at is not None:
            person.unreachable_at = None  # whoever writes can be reached
        return Desk(
            office=self.office,
            session=session,
            now=now,
            channel=channel,
            chat=await conversations.load(session, bot.id, chat.id),
            person=person,
            posts=posts,
            first_name=clean(user.full_name)[:40] if user else "",
            locale=_locale(user),
        )

    async def _close(self, session: AsyncSession, desk: Desk, answer: Answer) -> None:
        """Put the replies into the outbox, remember their buttons, save the conversation."""
        outbox = OutboxWriter(session, desk.now)
        says = [answer] if isinstance(answer, Say) else list(answer or ())
        for say in says:
            row = outbox.reply(desk.channel, desk.chat.chat_id, say.pack(), request_id=say.request_id)
            row.payload["voice"] = [desk.language, desk.elder]
            row.person_id = desk.person.id if desk.person else None  # so that it keeps its place among the notices
            desk.remember_buttons(say)
        if desk.chat.changed:
            await conversations.save(session, desk.chat, desk.now)

    def _decorate(self, bot: Bot, query: CallbackQuery) -> None:
        """Stop the button's spinner."""
        if not query.id.startswith(_TYPED):
            self._aside(bot, AnswerCallbackQuery(callback_query_id=query.id))

    def _ask_to_wait(self, bot: Bot, chat: Chat, user: User | None) -> None:
        """Say, past the database that is away, that what was said is not lost: once a chat and outage."""
        if chat.type == ChatType.PRIVATE and (bot.id, chat.id) not in self._waiting:
            self._waiting.add((bot.id, chat.id))
            words = self.office.texts.get(_locale(user), "error-unavailable")
            self._aside(bot, SendMessage(chat_id=chat.id, text=words, parse_mode="HTML"))

    def _ask_to_slow_down(self, bot: Bot, chat: Chat, user: User | None) -> None:
        """Say, once in a flood, that everything has arrived and is answered one after the other. Nothing is held back
        here: the next update waits for this one in its own chat only, and answers have the pace of their chat."""
        whose, now = (bot.id, chat.id), time.monotonic()
        if self._flood.wait(f"{bot.id}:{chat.id}") <= 0 or chat.type != ChatType.PRIVATE:
            return
        if len(self._asked) > _MANY:
            self._asked = {key: at for key, at in self._asked.items() if now - at < _FLOOD_OVER}
        if now - self._asked.get(whose, -_FLOOD_OVER) >= _FLOOD_OVER:
            words = self.office.texts.get(_locale(user), "slow-down")
            self._aside(bot, SendMessage(chat_id=chat.id, text=words, parse_mode="HTML"))
        self._asked[whose] = now

    def _aside(self, bot: Bot, method: TelegramMethod[Any]) -> None:
        """Make a call that nobody waits for; when it fails, nothing is lost. A message has to keep the pace."""
        pace = self.courier.paces.get(self.channels[bot.id])

        async def call() -> None:
            try:
                if pace is not None and isinstance(method, SendMessage):
                    await pace.turn(int(method.chat_id), 0)
                await bot(method, request_timeout=10)
            except Exception as error:
                log.debug("%s came to nothing: %s", type(method).__name__, type(error).__name__)

        task = asyncio.create_task(call())
        self._decorations.add(task)
        task.add_done_callback(self._decorations.discard)

    async def close(self) -> None:
        for task in self._decorations:
            task.cancel()
        await asyncio.gather(*self._decorations, return_exceptions=True)
        await self.isolation.close()


_TYPED = "typed-"


def typed_choice(update: Update, buttons: list[list[str]], *, digits: bool = True) -> Update:
    """An update as it is meant: a digit (「二」, 「第二个」, ２) or the words of a button press that button of the
    last message that had buttons.

    :param digits: False when a person asked something since then, so that a number is the answer to them
    """
    message = update.message
    if message is None or not message.text or message.reply_to_message is not None or not buttons:
        return update
    said = clean(message.text)
    labels = [clean(label) for label, _ in buttons]
    index = labels.index(said) if said in labels else choices.read(said, len(buttons)) if digits else None
    if index is None or message.from_user is None:
        return update
    pressed = CallbackQuery(
        id=f"{_TYPED}{update.update_id}",
        from_user=message.from_user,
        chat_instance="",
        message=message,
        data=buttons[index][1],
    )
    return Update(update_id=update.update_id, callback_query=pressed)


def _whose(update: Update) -> tuple[Chat | None, User | None]:
    event: Any = update.message or update.edited_message or update.my_chat_member
    if event is not None:
        return event.chat, event.from_user
    if update.callback_query is not None:
        query = update.callback_query
        if isinstance(query.message, Message) or query.message is not None:
            return query.message.chat, query.from_user
        return Chat(id=query.from_user.id, type="private"), query.from_user
    return None, None


def _locale(user: User | None) -> str:
    """The language somebody's app speaks, until they say which they want."""
    return "en" if user and (user.language_code or "").startswith("en") else "zh"


def _collided(error: Exception) -> bool:
    """Whether two transactions met, or one and a migration (SQLAlchemy calls a plan from before it not supported, and
    forgets it), so that trying once more is right."""
    return isinstance(error, StaleDataError | IntegrityError | NotSupportedError) or sqlstate(error) in _RETRIED_STATES
