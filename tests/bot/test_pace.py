"""The limits of the Bot API, kept without waiting for a real second."""

import asyncio

import pytest

from bot.pace import ALL_WAIT, AT_ONCE, Pace, Rate
from tests.conftest import NOON


class Watch:
    """A time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


@pytest.mark.parametrize(
    ("per_second", "at_once", "asked_at", "goes_at"),
    [
        (1.0, 1, [0, 0, 0], [0, 1, 2]),
        (1.0, 3, [0, 0, 0, 0, 0], [0, 0, 0, 1, 2]),
        (1.0, 3, [0, 0, 0, 5, 5, 5, 5], [0, 0, 0, 5, 5, 5, 6]),
        (2.0, 1, [0, 0.25, 10], [0, 0.5, 10]),
        (30.0, 1, [0, 0], [0, 1 / 30]),
    ],
)
def test_a_rate(per_second: float, at_once: int, asked_at: list[float], goes_at: list[float]) -> None:
    """So many at once, then so many a second; a pause gives back what it lasted, and no more."""
    rate, went = Rate(per_second, at_once), []
    for now in asked_at:
        at = now + rate.wait(now)
        rate.take(at)
        went.append(at)
    assert went == pytest.approx(goes_at)


async def test_one_chat_once_a_second() -> None:
    """A few that belong together go at once, the others one a second."""
    watch, went = Watch(), []
    pace = Pace(watch.time, watch.sleep)
    for _ in range(AT_ONCE + 2):
        await pace.turn(7, 0)
        went.append(watch.now)
    assert went[AT_ONCE - 1] < 1
    assert went[AT_ONCE:] == pytest.approx([1, 2], abs=0.01)


async def test_thirty_a_second_in_all_and_people_first() -> None:
    """A morning's digests to a hundred chats take their time; who asks something meanwhile is answered next."""
    watch, went = Watch(), []
    pace = Pace(watch.time, watch.sleep)

    async def send(chat: int, rank: int) -> None:
        await pace.turn(chat, rank)
        went.append((rank, watch.now))

    digests = [asyncio.create_task(send(chat, 2)) for chat in range(100)]
    await asyncio.sleep(0)
    answer = asyncio.create_task(send(1000, 0))
    await asyncio.gather(*digests, answer)
    assert [rank for rank, _ in went].index(0) <= 2
    assert went[-1][1] == pytest.approx(100 / 30, abs=0.1)


async def test_who_is_cancelled_holds_up_nobody() -> None:
    """A send that was given up while it waited leaves its turn to the next."""
    watch = Watch()
    pace = Pace(watch.time, watch.sleep)
    await pace.turn(0, 0)
    first = asyncio.create_task(pace.turn(1, 1))
    await asyncio.sleep(0)
    first.cancel()
    await pace.turn(2, 1)
    assert watch.now == pytest.approx(1 / 30)


async def test_an_album_counts_for_its_pictures() -> None:
    """Ten pictures go together; the bot's next message waits as if they had gone one by one, the chat's too."""
    watch = Watch()
    pace = Pace(watch.time, watch.sleep)
    await pace.turn(7, 1, 10)
    assert watch.now == 0
    await pace.turn(8, 1)
    assert watch.now == pytest.approx(10 / 30)
    await pace.turn(7, 1)
    assert watch.now == pytest.approx(10 - (AT_ONCE - 1), abs=0.01)


async def test_two_chats_that_are_refused_mean_the_bot() -> None:
    """One chat that is refused is its own affair; a second one at the same time makes everybody wait a little."""
    watch = Watch()
    pace = Pace(watch.time, watch.sleep)
    await pace.put_off(1, NOON, refused_for=600)
    await pace.put_off(1, NOON, refused_for=600)
    await pace.put_off(2, NOON)
    await pace.turn(9, 0)
    assert watch.now == 0
    await pace.put_off(2, NOON, refused_for=600)
    await pace.turn(9, 0)
    assert watch.now == pytest.approx(ALL_WAIT)
