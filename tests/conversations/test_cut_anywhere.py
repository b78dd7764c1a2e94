"""The process dies before and after every commit and every call; what Telegram handed over has its effect once, and
every notice arrives, a second time only with a word that it may have come before.

A cut is a moment that never ends: whoever reaches it stays there, as all do that come after, until the process is
taken away and another one begins on the same database. Telegram hands the updates in again that were not taken."""

import asyncio
import gc
import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiogram import Bot
from aiogram.methods import TelegramMethod
from aiogram.types import Update
from sqlalchemy import select
from sqlalchemy.util.concurrency import await_only

from handlers.cards import tail
from handlers.texts import texts
from knowledge import Matcher, numbers
from storage.history import audit
from storage.schema import upgrade
from storage.tables import HandledUpdate, Outbox, Request
from tests.conftest import NOON
from tests.conversations.chat import Wire, World
from tests.storage.conftest import empty_postgres  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.filterwarnings("ignore:The garbage collector:sqlalchemy.exc.SAWarning"),  # the dead close nothing
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NEED = "屋头没人煮饭，社区有没有送饭的"
WORKERS = 10


@dataclass
class Cut:
    """Counts the moments that pass, and ends everything at the one that it is told; None: lets all pass."""

    at: int | None
    passed: int = 0
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False

    async def moment(self) -> None:
        if self.gone:
            raise ConnectionAbortedError("the process is gone")
        self.passed += 1
        if self.passed == self.at:
            self.dead.set()
        if self.dead.is_set():
            await asyncio.Event().wait()


class CutWire(Wire):
    """Telegram, with a moment before and after everything that is shown."""

    cut = Cut(None)

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if not type(method).__name__.startswith("Send"):
            return await super().make_request(bot, method, timeout)
        await self.cut.moment()
        shown = await super().make_request(bot, method, timeout)
        await self.cut.moment()
        return shown


@dataclass
class Lives:
    """One office whose process dies and begins again, and what Telegram still holds for it, by chat."""

    url: str
    folder: Path
    matcher: Matcher
    wire: CutWire = field(default_factory=CutWire)
    held: dict[int, list[Update]] = field(default_factory=dict)
    count: int = 0

    async def found(self, residents: int) -> None:
        """Staff, and residents who each say what they need and confirm the card."""
        world = self._world()
        await upgrade(world.app.database)
        await world.app.start()
        await world.add_area("HJ", "黄桷社区")
        for number in range(WORKERS):
            await world.staff(f"工作人员{number}")
        for number in range(residents):
            actor = await world.resident(f"居民{number}")
            said = [actor._message(words, None) for words in (NEED, "1")]
            self.held[actor.id] = [
                Update(update_id=2 * actor.id + step, message=message) for step, message in enumerate(said)
            ]
        await world.app.stop()

    def _world(self) -> World:
        now = NOON + timedelta(minutes=2 * self.count)  # whoever died let go of what it had leased
        return World.made(self.url, self.folder, self.matcher, now, {"telegram": self.wire})

    async def live(self, at: int | None) -> Cut:
        """Begin, and go on until everything is done or the moment `at` has come."""
        cut = await self._life(at)
        gc.collect()  # here, where nobody minds what the dead left open
        return cut

    async def _life(self, at: int | None) -> Cut:
        self.count += 1
        cut = self.wire.cut = Cut(at)
        others, world = asyncio.all_tasks(), self._world()
        dialect: Any = world.app.database.engine.dialect

        def commit(connection: Any) -> None:
            await_only(cut.moment())
            connection.commit()
            await_only(cut.moment())

        dialect.do_commit = commit
        work = asyncio.create_task(self._work(world))
        death = asyncio.create_task(cut.dead.wait())
        await asyncio.wait({work, death}, return_when=asyncio.FIRST_COMPLETED)
        if not cut.dead.is_set():
            death.cancel()
            work.result()
            return cut
        if world.app.clock._scheduler.running:
            world.app.clock._scheduler.shutdown(wait=False)
        cut.gone = True
        while mine := asyncio.all_tasks() - others:  # what is cancelled closes its session in a task of its own
            for task in mine:
                task.cancel()
            await asyncio.wait(mine, timeout=0.2)
        await world.app.database.close()
        if not world.app.database.is_sqlite:
            await self._hang_up()
        return cut

    async def _hang_up(self) -> None:
        """What a server does with the connections of a process that is gone."""
        server = await asyncpg.connect(self.url.replace("postgresql+asyncpg", "postgresql"))
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        await server.execute(f"{others} AND pid <> pg_backend_pid()")
        await server.close()

    async def _work(self, world: World) -> None:
        await world.app.start()
        await asyncio.gather(*(self._hand_in(world, updates) for updates in self.held.values()))
        await world.quiet()
        await world.app.stop()

    async def _hand_in(self, world: World, updates: list[Update]) -> None:
        """Telegram forgets an update when it was taken, and hands it in again when that was not said."""
        while updates:
            await world.app.gate.handle(world.app.bots["telegram"], updates[0])
            updates.pop(0)


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    """What the dead left open goes with the test that left it."""
    yield
    for _ in range(3):
        gc.collect()


async def judge(lives: Lives, residents: Iterable[int], workers: Iterable[int]) -> None:
    """Every need was recorded once and told to both sides; nothing else was."""
    world = lives._world()
    residents = list(residents)
    async with world.app.database.read() as session:
        requests = list((await session.execute(select(Request).order_by(Request.number))).scalars())
        handled = list((await session.execute(select(HandledUpdate.update_id))).scalars())
        outbox = list((await session.execute(select(Outbox))).scalars())
        assert [flaw async for flaw in audit(session)] == []
    assert len(requests) == len(residents)
    assert len({request.resident_id for request in requests}) == len(residents)
    numbered = {numbers.make(NOON.date(), number) for number in range(1, len(residents) + 1)}
    assert {request.number for request in requests} == numbered, "no gap"
    assert sorted(handled) == sorted(2 * who + step for who in residents for step in (0, 1))
    assert all(row.sent_at is not None and row.failed_at is None for row in outbox)
    again, told = texts().get("zh", "sent-again"), Counter[str]()
    for chat in (*residents, *workers):
        shown = [message.text for message in lives.wire.chats.get(chat, [])]
        plain = [text for text in shown if not text.startswith(again)]
        assert max(Counter(plain).values(), default=1) == 1, "only what says so comes twice"
        said = "\n".join(shown)
        told.update(request.number for request in requests if tail(request.number) in said)
    assert {told[request.number] for request in requests} == {2}, "the resident and whoever answers, nobody else"
    await world.app.database.close()


async def test_cut_at_every_moment_of_one_conversation(migrated: Path, tmp_path: Path, matcher: Matcher) -> None:
    """Each commit and each call in turn, before it and after it; then once more, uncut."""
    shutil.copy(migrated, tmp_path / "founded.db")
    begun = Lives(f"sqlite+aiosqlite:///{tmp_path / 'founded.db'}", tmp_path, matcher)
    await begun.found(1)
    moments, at = 1, 0
    while at <= moments:
        office = tmp_path / f"office-{at}.db"
        shutil.copy(tmp_path / "founded.db", office)
        held = {chat: list(updates) for chat, updates in begun.held.items()}
        lives = Lives(f"sqlite+aiosqlite:///{office}", tmp_path, matcher, held=held)
        first = await lives.live(at or None)
        if at == 0:
            moments = first.passed
            assert moments > 10
        else:
            await lives.live(None)
        await judge(lives, begun.held, range(100, 100 + WORKERS))
        at += 1


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> str:
    """The address of a new database of each kind."""
    return str(request.getfixturevalue("database_url" if request.param == "sqlite" else "empty_postgres"))


async def test_two_hundred_conversations_cut_again_and_again(either: str, tmp_path: Path, matcher: Matcher) -> None:
    """A rush that is cut off after some dozens of moments each time, wherever that is, until all of it is done."""
    lives, chance = Lives(either, tmp_path, matcher), random.Random(7)
    await lives.found(200)
    residents = list(lives.held)
    while any(lives.held.values()):
        await lives.live(chance.randint(60, 400))
    await lives.live(None)
    assert lives.count > 6
    await judge(lives, residents, range(100, 100 + WORKERS))
