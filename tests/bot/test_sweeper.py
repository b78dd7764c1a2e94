"""What a sweep cannot take does not hold up the others, and comes later."""

import itertools
import logging
from collections.abc import Collection, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot.sweeper import PUT_OFF, Sweeper
from knowledge.lifecycle import Role, Status
from storage.sweeps import Part, found
from storage.tables import Area, Level, Outbox
from tests.conftest import NOON
from tests.conversations.chat import World
from tests.conversations.test_clock import recorded

WORDS = "13812345678"
"""What an error may hold, and no log."""


class Fields:
    """Rows of a table to be counted down, of which some cannot be taken: `bad` ones never, `busy` ones once."""

    def __init__(self, world: World, bad: Collection[int] = (), busy: Collection[int] = ()) -> None:
        self.world, self.bad, self.busy = world, set(bad), set(busy)
        self.tried: list[list[int]] = []
        self._codes = itertools.count()
        self.part = Part("the name of area", self._due, self._take)
        self.sweeper = Sweeper(world.app.database, world.app.office.rules, lambda: world.now, world.app.courier)

    async def _due(self, session, rules, now, but: Collection[int]) -> Sequence[int]:  # type: ignore[no-untyped-def]
        return await found(session, select(Area.id).where(Area.name == "new").order_by(Area.id), but)

    async def _take(self, session, rules, now, ids: Collection[int]) -> int:  # type: ignore[no-untyped-def]
        self.tried.append(list(ids))
        for area in list(await session.scalars(select(Area).where(Area.id.in_(ids)))):
            area.name = "old"
        if stopped := self.busy & set(ids):
            self.busy -= stopped
            raise RuntimeError(WORDS)
        if self.bad & set(ids):
            raise KeyError(WORDS)
        return len(ids)

    async def open(self, count: int) -> list[int]:
        async with self.world.app.database.write() as session:
            areas = [
                Area(code=f"N{next(self._codes)}", name="new", level=Level.GRID, created_at=NOON) for _ in range(count)
            ]
            session.add_all(areas)
            await session.flush()
            return [area.id for area in areas]

    async def left(self) -> list[int]:
        async with self.world.app.database.read() as session:
            return list(await session.scalars(select(Area.id).where(Area.name == "new")))


async def test_one_that_cannot_be_taken(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The others get their due in few units of work; it is named by its id alone, and comes again an hour later."""
    fields = Fields(world)
    ids = await fields.open(16)
    fields.bad = {ids[5]}
    assert await fields.sweeper.sweep(fields.part) == 15
    assert await fields.left() == [ids[5]]
    assert len(fields.tried) == 9  # all, and each half of what failed
    [record] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.getMessage().startswith(f"a sweep leaves out for an hour: the name of area {ids[5]}\nKeyError\n")
    assert WORDS not in caplog.text

    fields.tried.clear()
    world.now += PUT_OFF - timedelta(seconds=1)
    [new] = await fields.open(1)
    assert await fields.sweeper.sweep(fields.part) == 1
    assert fields.tried == [[new]]
    world.now += timedelta(seconds=1)
    fields.bad.clear()
    assert await fields.sweeper.sweep(fields.part) == 1
    assert await fields.left() == []


async def test_one_that_somebody_else_had_in_hand(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Tried again at once, it is taken."""
    fields = Fields(world)
    ids = await fields.open(1)
    fields.busy = set(ids)
    assert await fields.sweeper.sweep(fields.part) == 1
    assert await fields.left() == []
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_a_database_that_is_away_is_no_fault_of_a_row(world: World) -> None:
    """The sweep waits as a whole."""
    fields = Fields(world)
    ids = await fields.open(4)

    async def away(*_: object) -> int:
        fields.tried.append(ids)
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    part = Part("the name of area", fields.part.due, away)
    with pytest.raises(OperationalError):
        await fields.sweeper.sweep(part)
    assert len(fields.tried) == 1
    assert await fields.sweeper.sweep(fields.part) == 4


async def test_more_than_a_batch_is_gone_through(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what stays due, because nobody can be told, does not keep the sweep going for ever."""
    monkeypatch.setattr("storage.sweeps.BATCH", 3)
    monkeypatch.setattr("bot.sweeper.BATCH", 3)
    fields = Fields(world)
    ids = await fields.open(7)
    assert await fields.sweeper.sweep(fields.part) == 7
    assert fields.tried == [ids[:3], ids[3:6], ids[6:]]

    async def nothing(*_: object) -> int:
        return 0

    await fields.open(4)
    assert await fields.sweeper.sweep(Part("the name of area", fields.part.due, nothing)) == 0


@pytest.mark.parametrize("broken", ["contact_by = 'x'", "intake = 'nonsense'", "files = '{'"])
async def test_a_request_that_cannot_be_read(world: World, broken: str, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is wrong with one request, the promises of the others are told of, and notices still go into digests."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    for number in range(12):
        await recorded(world, await world.resident(f"居民{number}"))
    clock = world.app.clock
    async with world.app.database.write() as session:
        await session.execute(text(f"UPDATE request SET {broken} WHERE id = 1"))
    await world.later(days=1)
    assert await clock.watch_promises() == 11
    assert await clock.watch_promises() == 0
    await world.quiet()
    worker.sees("6 件超时")
    manager.sees("6 件超时")
    [record] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert "the promises of request 1\n" in record.getMessage()


async def test_silence_closes_around_one_that_cannot_be_closed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The one is named, the others close."""
    worker = await world.staff("李敏")
    for number in range(3):
        await recorded(world, await world.resident(f"居民{number}"))
        await worker.presses(f"r:acknowledge:{number + 1}:")
        await worker.presses(f"r:resolve:{number + 1}:")
        await worker.says("送餐已安排")
    async with world.app.database.write() as session:
        await session.execute(text("UPDATE request SET contact_by = 'x' WHERE id = 1"))
    await world.later(days=8)
    assert await world.app.clock.ask_again() == 2
    assert await world.app.clock.close_silent() == 2
    async with world.app.database.read() as session:
        rows = await session.execute(text("SELECT id, status FROM request ORDER BY id"))
        assert rows.all() == [(1, Status.RESOLVED), (2, Status.CLOSED), (3, Status.CLOSED)]
        kinds = list(await session.scalars(select(Outbox.kind).where(Outbox.kind == "closed_unrated")))
    assert len(kinds) == 2
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 2
