"""The clock: sweeps that run twice, late, or while the database is away do no harm."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import ClassVar

import pytest
from sqlalchemy.exc import OperationalError

from bot.app import Steady
from bot.clock import Clock
from knowledge.lifecycle import Status
from storage.tables import HandledUpdate, Outbox
from tests.conversations.chat import Actor, World


async def resolved(world: World) -> tuple[Actor, Actor]:
    """A request that was resolved just now, its resident and its worker."""
    worker, resident = await world.staff("李敏"), await world.resident()
    await resident.says("转人工")
    await resident.says("楼道灯坏了")
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("换了灯泡")
    resident.sees("换了灯泡")
    return resident, worker


async def test_silence_closes_once(world: World) -> None:
    """After seven days without a word: closed as unrated, the resident told once, however often the sweep comes."""
    resident, _ = await resolved(world)
    clock = world.app.clock
    await world.later(days=6, hours=23)
    assert await clock.close_silent() == 0
    await world.later(hours=2)
    resident.seen = len(resident.shown)
    done = await asyncio.gather(clock.close_silent(), clock.close_silent())
    assert sum(done) == 1
    assert await clock.close_silent() == 0
    await world.quiet()
    [request] = await world.requests()
    assert request.status is Status.CLOSED
    assert sum("未评价" in m.text for m in resident.unread) == 1


async def test_a_rating_in_time_is_no_silence(world: World) -> None:
    """What was rated is closed already and not told again."""
    resident, _ = await resolved(world)
    await resident.clicks("非常满意")
    await world.later(days=8)
    assert await world.app.clock.close_silent() == 0
    assert not any("未评价" in m.text for m in resident.shown)


async def test_what_is_old_is_forgotten(world: World) -> None:
    """Words that were delivered, and the marks of updates nobody can send again, go after some days."""
    await resolved(world)
    async with world.app.database.read() as session:
        assert (await session.get(Outbox, 1)) is not None
    await world.app.clock.forget()
    async with world.app.database.read() as session:
        assert (await session.get(Outbox, 1)) is not None
    world.now += timedelta(days=4)
    await world.app.clock.forget()
    async with world.app.database.read() as session:
        assert (await session.get(Outbox, 1)) is None
        assert (await session.get(HandledUpdate, (world.app.bots["telegram"].id, 1))) is None


@pytest.mark.parametrize(
    ("error", "level"),
    [(OperationalError("SELECT", {}, Exception("database is locked")), "WARNING"), (KeyError("13812345678"), "ERROR")],
)
async def test_a_sweep_that_fails_stops_nobody(
    world: World, error: Exception, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged without anybody's words, and the next one runs; stopping does not wait for it for ever."""

    async def fails() -> None:
        raise error

    await world.app.clock._careful(fails)
    [record] = [r for r in caplog.records if r.name == "bot.clock"]
    assert record.levelname == level
    assert "13812345678" not in record.getMessage()


async def test_stopping_waits_for_a_sweep_under_way(world: World) -> None:
    """And no other begins."""
    goes_on, order = asyncio.Event(), []

    async def slow() -> None:
        await goes_on.wait()
        order.append("sweep")

    sweep = asyncio.create_task(world.app.clock._careful(slow))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(world.app.clock.stop())
    stopping.add_done_callback(lambda _: order.append("stopped"))
    await asyncio.sleep(0)
    goes_on.set()
    await asyncio.gather(sweep, stopping)
    await asyncio.sleep(0)
    assert order == ["sweep", "stopped"]


class _Wall(datetime):
    """The computer's clock, which somebody sets."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(days=-400), timedelta(days=20_000)])
async def test_sweeps_go_on_when_the_clock_is_set(
    world: World, ahead: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back or forward, while the scheduler runs: the next turn comes after its time all the same, and the turns that
    lie between two settings are not gone through one by one."""
    turns: asyncio.Queue[datetime] = asyncio.Queue()

    class Quick(Clock):
        EVERY: ClassVar = {"watch_promises": timedelta(milliseconds=20), "forget": timedelta(seconds=1)}

        async def watch_promises(self) -> int:
            turns.put_nowait(_Wall.now(UTC))
            return 0

    monkeypatch.setattr(_Wall, "ahead", timedelta())
    for module in ("apscheduler.schedulers.base", "bot.clock"):
        monkeypatch.setattr(f"{module}.datetime", _Wall)
    clock = Quick(world.app.database, world.app.office, Steady(wall=lambda: _Wall.now(UTC)), world.app.courier)
    clock.start()
    async with asyncio.timeout(10):
        before = [await turns.get() for _ in range(2)]
        _Wall.ahead = ahead
        while abs(await turns.get() - before[-1]) < abs(ahead) / 2:
            pass  # a turn that had begun before
        after = [await turns.get() for _ in range(3)]
    assert after == sorted(after)
    await clock.stop()


async def test_every_sweep_has_its_first_turn_at_the_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is what the scheduler goes by."""
    begun: dict[str, asyncio.Event] = {name: asyncio.Event() for name in Clock.EVERY}

    async def careful(self: Clock, sweep: Callable[[], object]) -> None:
        begun[sweep.__name__].set()

    monkeypatch.setattr(Clock, "_careful", careful)
    clock = Clock(world.app.database, world.app.office, lambda: world.now, world.app.courier)
    clock.start()
    async with asyncio.timeout(10):
        await asyncio.gather(*(event.wait() for event in begun.values()))
    await clock.stop()
