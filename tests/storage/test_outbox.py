"""The outbox: claimed by one, given back when a courier dies, settled once, forgotten in time."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from storage import outbox
from storage.database import Database
from storage.outbox import LEASE, REPLY, WRITTEN, OutboxWriter, Sent
from storage.tables import Outbox, Shown
from tests.storage.office import NOON, Office


async def write(office: Office, count: int = 1, **more: Any) -> list[int]:
    """Notices for 张秀英 that nobody has taken yet."""
    async with office.database.write() as session:
        writer = OutboxWriter(session, office.now)
        rows = [writer.notice(office.ids["张秀英"], "withdrawn", **more) for _ in range(count)]
        for row in rows:
            row.leased_until = None
    return [row.id for row in rows]


async def claim(database: Database, now: Any, limit: int = 100) -> list[int]:
    async with database.write() as session:
        return [row.id for row in await outbox.claim(session, now, limit)]


async def row_of(office: Office, row_id: int) -> Outbox:
    async with office.database.read() as session:
        found = await session.get(Outbox, row_id)
        assert found is not None
        return found


async def settle(office: Office, row: Outbox, **result: Any) -> None:
    async with office.database.write() as session:
        await outbox.settle(session, [Sent(row, **result)], office.now)


async def test_rows_are_claimed_in_order_and_once(any_office: Office) -> None:
    """The oldest first; what is leased is passed over until the lease ends, and then taken over."""
    ids = await write(any_office, 5)
    assert await claim(any_office.database, NOON, 3) == ids[:3]
    assert await claim(any_office.database, NOON) == ids[3:]
    assert await claim(any_office.database, NOON + LEASE) == []
    assert await claim(any_office.database, NOON + LEASE + timedelta(seconds=1)) == ids


async def test_two_couriers_share_the_work(any_office: Office, any_url: str) -> None:
    """Two processes that claim at the same time never get the same row, and leave none."""
    ids = await write(any_office, 60)
    other = Database(any_url)
    taken = await asyncio.gather(*(claim(d, NOON, 10) for d in (any_office.database, other) * 5))
    await other.close()
    found = [row_id for rows in taken for row_id in rows]
    assert len(found) == len(set(found))
    assert sorted(found) == ids[: len(found)]
    assert sorted([*found, *await claim(any_office.database, NOON, 100)]) == ids


async def test_rows_of_an_act_are_leased_to_who_wrote_them(office: Office) -> None:
    """A new row is handed over after the commit and claimed by nobody else meanwhile; one that is due later is not."""
    async with office.database.write() as session:
        writer = OutboxWriter(session, NOON)
        now = writer.notice(office.ids["张秀英"], "withdrawn")
        later = writer.notice(office.ids["张秀英"], "withdrawn", delay=timedelta(seconds=5))
        assert session.info.pop(WRITTEN) == [now]
    assert await claim(office.database, NOON) == []
    assert await claim(office.database, NOON + timedelta(seconds=5)) == [later.id]


async def test_delivered_rows_stay_delivered(office: Office) -> None:
    """After it was sent a row is never claimed again, and the messages that show it are known."""
    request = await office.record()
    [row_id] = await write(office, request_id=request.id)
    row = await row_of(office, row_id)
    row.channel, row.chat_id = "telegram", 900
    await settle(office, row, message_ids=(11, 12))
    done = await row_of(office, row_id)
    assert (done.sent_at, done.attempts, done.error, done.leased_until) == (NOON, 1, None, None)
    assert row_id not in await claim(office.database, NOON + timedelta(days=1))
    async with office.database.read() as session:
        shown = await outbox.shown(session, "telegram", 900, 12)
        assert shown is not None
        assert shown.request_id == request.id


async def test_settling_twice_does_no_harm(office: Office) -> None:
    """Delivered at least once: the same result written twice keeps one mapping."""
    request = await office.record()
    [row_id] = await write(office, request_id=request.id)
    row = await row_of(office, row_id)
    row.channel, row.chat_id = "telegram", 900
    await settle(office, row, message_ids=(11,))
    await settle(office, row, message_ids=(11,))
    async with office.database.read() as session:
        assert (await session.execute(select(func.count()).select_from(Shown))).scalar_one() == 1


async def test_failures_come_back_or_are_given_up(office: Office) -> None:
    """A retry waits for its time and counts; one that cost nothing does not count; a final failure ends it."""
    [row_id] = await write(office)
    row = await row_of(office, row_id)
    later = NOON + timedelta(seconds=30)
    await settle(office, row, retry_at=later, error="TelegramRetryAfter", spent=False)
    assert (await row_of(office, row_id)).attempts == 0
    assert await claim(office.database, NOON) == []
    assert await claim(office.database, later) == [row_id]
    await settle(office, row, retry_at=later, error="TimeoutError")
    assert (await row_of(office, row_id)).attempts == 1
    await settle(office, row, error="x" * 500)
    failed = await row_of(office, row_id)
    assert failed.failed_at == NOON
    assert failed.error == "x" * 200
    assert await claim(office.database, later) == []


async def test_when_to_look_again(office: Office) -> None:
    """Nothing: never. Otherwise when the first row is due, or its lease ends."""
    async with office.database.read() as session:
        assert await outbox.next_due(session) is None
    await write(office, delay=timedelta(seconds=40))
    async with office.database.read() as session:
        assert await outbox.next_due(session) == NOON + timedelta(seconds=40)
    await write(office)
    await claim(office.database, NOON)
    async with office.database.read() as session:
        assert await outbox.next_due(session) == NOON + timedelta(seconds=40)
    await write(office)
    async with office.database.read() as session:
        assert await outbox.next_due(session) == NOON


async def test_once_is_once(any_office: Office, any_url: str) -> None:
    """A sweep that comes by twice, also in two processes at once, writes one notice."""
    other = Database(any_url)

    async def sweep(database: Database) -> bool:
        async with database.write() as session:
            writer = OutboxWriter(session, NOON)
            return await writer.once("overdue:1:resolve", any_office.ids["李敏"], "urged", times=1)

    written = await asyncio.gather(*(sweep(d) for d in (any_office.database, other) * 3))
    await other.close()
    assert sorted(written) == [False] * 5 + [True]
    assert (await any_office.told("李敏")).count("urged") == 1


async def test_old_words_are_forgotten(office: Office) -> None:
    """Delivered rows go after a while, what was given up once it has been listed; what waits stays, however old."""
    sent, failed, waiting = await write(office, 3)
    await settle(office, await row_of(office, sent), message_ids=())
    await settle(office, await row_of(office, failed), error="Forbidden")
    async with office.database.write() as session:
        assert await outbox.prune(session, NOON) == 0
        assert await outbox.prune(session, NOON + timedelta(seconds=1)) == 1
        assert await outbox.prune(session, NOON + outbox.LISTED + timedelta(seconds=1)) == 1
    async with office.database.read() as session:
        assert list((await session.execute(select(Outbox.id))).scalars()) == [waiting]


async def test_a_reply_is_for_a_chat(office: Office) -> None:
    """Replies carry a finished method and go to a chat, whoever sits there."""
    async with office.database.write() as session:
        row = OutboxWriter(session, NOON).reply("web", 5, {"text": "您好"})
    kept = await row_of(office, row.id)
    assert (kept.kind, kept.channel, kept.chat_id, kept.person_id, kept.payload) == (
        REPLY,
        "web",
        5,
        None,
        {"text": "您好"},
    )


async def test_nothing_is_left_of_an_act_that_failed(any_office: Office) -> None:
    """Rolled back with its act: neither event nor notice nor number remains."""
    need = await any_office.need()
    try:
        async with any_office.books() as books:
            await books.record(need)
            raise RuntimeError("the power went out")
    except RuntimeError:
        pass
    assert await any_office.told("李敏") == []
    assert (await any_office.record()).number.startswith("2611230001")
