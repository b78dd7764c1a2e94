"""One bot, several processes: its limits are kept together, in a Redis of our own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from aiogram.exceptions import TelegramRetryAfter
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import App
from bot.courier import Courier
from bot.pace import ALL_WAIT, AT_ONCE, OVERALL, Pace, PutOff
from bot.settings import Settings
from bot.shared_pace import SharedPace
from storage import recovery
from tests.bot.test_courier import ASK, say, shown
from tests.conftest import NOON
from tests.conversations.chat import World
from tests.redis_server import RedisServer

BOT = 10


@pytest.fixture
async def client(redis: RedisServer) -> AsyncIterator[Redis]:
    made = Redis.from_url(redis.url)
    yield made
    await made.aclose()


async def test_two_processes_have_one_limit(client: Redis) -> None:
    """Twenty messages to twenty chats, by turns: as slow as one process would be."""
    both = [SharedPace(client, BOT, lambda: NOON) for _ in range(2)]
    clock = asyncio.get_running_loop().time
    begun = clock()
    await asyncio.gather(*(both[chat % 2].turn(chat, 1) for chat in range(20)))
    assert clock() - begun >= 19 / OVERALL - 0.01
    other_bot = SharedPace(client, BOT + 1, lambda: NOON)
    await both[0].turn(100, 1, 300)
    assert await other_bot._take(100, 1, 1) == (0, 0)


async def test_what_waits_for_the_bot_and_for_the_chat(client: Redis) -> None:
    """An album counts for its pictures, in both; an answer stands before whatever else waits, in any process."""
    one, other = (SharedPace(client, BOT, lambda: NOON) for _ in range(2))
    assert await one._take(7, 1, 50) == (0, 0)
    in_chat, notice = await other._take(7, 1, 1)
    assert 30 < in_chat <= 50 - AT_ONCE + 1
    assert notice <= 50 / OVERALL
    elsewhere, answer = await other._take(8, 0, 1)
    assert elsewhere == 0
    assert answer <= max(notice - 0.99 / OVERALL, 0)


async def test_nobody_knows_more_than_ids(client: Redis) -> None:
    """What stands in Redis are times, and goes by itself."""
    pace = SharedPace(client, BOT, lambda: NOON)
    await pace.turn(7, 0, 300)
    await pace.put_off(7, NOON + timedelta(seconds=20), 20)
    keys = {key.decode() async for key in client.scan_iter()}
    own = "shouwen:pace:{10}"
    assert keys == {own, f"{own}:7", f"{own}:7:off", f"{own}:refused"}
    for key in keys:
        assert int(await client.get(key)) >= 7
        assert 0 < await client.pttl(key) <= 301_000


async def test_a_chat_that_was_put_off(client: Redis) -> None:
    """Whoever else writes to it hears until when, to the microsecond; the longest delay counts, others go on."""
    now, until = NOON, NOON + timedelta(seconds=20, microseconds=123_457)
    one, other = (SharedPace(client, BOT, lambda: now) for _ in range(2))
    await one.put_off(7, until)
    await other.put_off(7, NOON + timedelta(seconds=1))
    for rank in (0, 2):
        with pytest.raises(PutOff) as off:
            await other.turn(7, rank)
        assert off.value.until == until
    await other.turn(8, 2)
    now = until
    await other.turn(7, 2)


async def test_a_clock_that_is_ahead_delays_nobody_else(client: Redis) -> None:
    """A process three hours ahead was told to wait for twenty seconds: so long wait the others."""
    ahead = SharedPace(client, BOT, lambda: NOON + timedelta(hours=3))
    await ahead.put_off(7, NOON + timedelta(hours=3, seconds=20), 20)
    with pytest.raises(PutOff) as off:
        await SharedPace(client, BOT, lambda: NOON).turn(7, 0)
    assert NOON < off.value.until <= NOON + timedelta(seconds=21)


async def test_two_chats_that_are_refused_mean_the_bot(client: Redis) -> None:
    """Also when each was refused to another process."""
    one, other = (SharedPace(client, BOT, lambda: NOON) for _ in range(2))
    await one.put_off(1, NOON + timedelta(seconds=600), 600)
    assert await other._take(9, 1, 1) == (0, 0)
    await other.put_off(2, NOON + timedelta(seconds=600), 600)
    _, everybody = await one._take(9, 1, 1)
    assert ALL_WAIT / 2 < everybody <= ALL_WAIT


async def test_without_redis_each_keeps_the_pace_by_itself(
    client: Redis, redis: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing stands still while it is away; when it is back the limits are shared again."""
    pace = SharedPace(client, BOT, lambda: NOON)
    await pace.turn(1, 0, 300)
    await redis.stop()
    async with asyncio.timeout(20):
        await pace.turn(2, 1)
        await pace.turn(3, 0)
        await pace.put_off(3, NOON + timedelta(seconds=5), 5)
    assert caplog.text.count("without Redis") == 1
    await redis.start()
    assert await client.ping()
    monkeypatch.setattr(pace, "_away_until", 0.0)
    await pace.turn(4, 0, 300)
    assert (await SharedPace(client, BOT, lambda: NOON)._take(5, 1, 1))[1] > 0


async def test_a_clock_of_redis_that_is_set_back_stops_nobody(client: Redis) -> None:
    """What it says of a time hours ahead is not believed."""
    far = int((datetime.now().timestamp() + 3600) * 1e6)  # noqa: DTZ005
    await client.set("shouwen:pace:{10}", far)
    await client.set("shouwen:pace:{10}:7", far)
    assert await SharedPace(client, BOT, lambda: NOON)._take(7, 1, 1) == (0, 0)


async def test_a_chat_is_written_to_in_order_whoever_writes(
    world: World, client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process is told to wait; another one, with something newer for the same person, waits as well and does not
    overtake."""

    async def nothing(session: AsyncSession, now: datetime) -> None:
        """Several processes take over nothing from each other when they start."""

    monkeypatch.setattr(recovery, "recover", nothing)
    one, wire = world.person("张秀英"), world.wires["telegram"]
    app, first = world.app, world.app.courier
    paces = [{"telegram": SharedPace(client, BOT, lambda: world.now)} for _ in range(2)]
    first.paces = paces[0]
    second = Courier(app.database, app.office, app.bots, lambda: world.now, {}, paces[1])
    second.start()
    wire.faults.append(TelegramRetryAfter(ASK, "Too Many Requests", 20))
    await say(world, one, "一")
    await world.quiet()
    app.courier, asked = second, len(wire.calls)
    await say(world, one, "二")
    await world.later(seconds=19)
    assert len(wire.calls) == asked
    await world.later(seconds=1)
    await world.quiet()
    assert shown(one) == ["一", "二"]
    await second.stop()
    app.courier = first


@pytest.mark.parametrize("with_redis", [True, False])
async def test_the_pace_is_shared_where_there_is_a_redis(redis: RedisServer, with_redis: bool) -> None:
    """Chosen by the settings, as event isolation is."""
    settings = Settings(
        _env_file=None, redis_url=redis.url if with_redis else None, telegram_token="10:test", web_port=0
    )
    app = App(settings)
    assert type(app.courier.paces["telegram"]) is (SharedPace if with_redis else Pace)
    await app.database.close()
