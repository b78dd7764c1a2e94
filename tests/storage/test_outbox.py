"""The outbox: claimed by one, given back when a courier dies, settled once, forgotten in time."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text

from storage import outbox
from storage.database import Database
from storage.ledger import Rules
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


async def test_couriers_claim_one_after_the_other(migrated_postgres: str, rules: Rules) -> None:
    """Two that claim at once would share the rows of one chat between them, and show them in either order."""
    database, other = Database(migrated_postgres), Database(migrated_postgres)
    ids = await write(await Office.found(database, rules), 2)
    async with asyncio.timeout(20), database.write() as session:
        [first] = await outbox.claim(session, NOON, 1)
        second = asyncio.create_task(claim(other, NOON))
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        while not (await session.execute(waiting)).scalar_one():
            assert not second.done()
            await asyncio.sleep(0.01)
    assert [first.id, *await second] == ids
    await database.close()
    await other.close()


async def test_more_rows_in_hand_than_a_statement_takes(any_office: Office) -> None:
    """Whoever holds forty thousand rows goes on holding all of them, and lets go of all of them."""
    await write(any_office)
    [row_id] = await claim(any_office.database, NOON)
    held, later = range(row_id, row_id + 40_000), NOON + LEASE / 2 + timedelta(seconds=1)
    async with any_office.database.write() as session:
        await outbox.renew(session, held, later)
    assert (await row_of(any_office, row_id)).leased_until == later + LEASE
    async with any_office.database.write() as session:
        await outbox.release(session, held)
    assert (await row_of(any_office, row_id)).leased_until is None


async def test_what_was_in_hand_before_can_be_claimed_alone(any_office: Office) -> None:
    """A process that has enough in hand takes what must be tried again, and what a dead one held, and nothing new."""
    tried, dead, new = await write(any_office, 3)
    await settle(any_office, await row_of(any_office, tried), retry_at=NOON, error="TimeoutError")
    async with any_office.database.write() as session:
        held = await session.get(Outbox, dead)
        assert held is not None
        held.leased_until = NOON - timedelta(seconds=1)
    async with any_office.database.write() as session:
        assert await outbox.next_due(session, only_begun=True) == NOON
        assert [row.id for row in await outbox.claim(session, NOON, only_begun=True)] == [tried, dead]
        assert await outbox.next_due(session, only_begun=True) == NOON + LEASE
    assert await claim(any_office.database, NOON) == [new]


async def test_rows_that_may_have_been_shown_are_let_go_of_with_a_word(any_office: Office) -> None:
    """The mark stays whatever else is noted of the row."""
    await write(any_office, 2)
    plain, unsure = await claim(any_office.database, NOON)
    async with any_office.database.write() as session:
        await outbox.release(session, [plain])
        await outbox.release(session, [unsure], outbox.AGAIN)
    rows = [await row_of(any_office, row_id) for row_id in (plain, unsure)]
    assert [(row.leased_until, outbox.again(row)) for row in rows] == [(None, False), (None, True)]
    await settle(any_office, rows[1], retry_at=NOON, error=outbox.noted("TelegramRetryAfter", again=True))
    assert outbox.again(await row_of(any_office, unsure))


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
