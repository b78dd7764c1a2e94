"""What a courier finds when it starts: the dead, the held back, and the traces of a wrong clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import outbox, recovery
from storage.outbox import HELD_BACK, LEASE
from storage.tables import Outbox
from tests.storage.office import NOON, Office
from tests.storage.test_outbox import claim, row_of

HOURS, SECOND = timedelta(hours=3), timedelta(seconds=1)


async def row(office: Office, **more: Any) -> int:
    """A notice in any condition."""
    made = Outbox(
        **{
            "person_id": office.ids["张秀英"],
            "kind": "withdrawn",
            "payload": {},
            "created_at": NOON,
            "due_at": NOON,
            "attempts": 0,
            **more,
        }
    )
    async with office.database.write() as session:
        session.add(made)
    return made.id


async def put_right(office: Office, now: datetime = NOON) -> None:
    async with office.database.write() as session:
        await recovery.put_right(session, now)


@pytest.mark.parametrize("error", [HELD_BACK, outbox.noted(HELD_BACK, again=True)])
async def test_what_a_channel_said_is_not_forgotten(office: Office, error: str) -> None:
    """Whoever starts tries at once what an outage had put off, but not what the Bot API asked to hold back."""
    until = NOON + timedelta(hours=1)
    held = await row(office, due_at=until, error=error)
    failed = await row(office, due_at=NOON + timedelta(seconds=60), error="TelegramNetworkError")
    died = await row(office, leased_until=NOON + LEASE)
    async with office.database.write() as session:
        await recovery.recover(session, NOON)
        assert [r.id for r in await recovery.held_back(session, NOON)] == [held]
        assert [r.id for r in await recovery.held_back(session, until)] == []
    assert await claim(office.database, NOON) == [failed, died]
    assert outbox.again(await row_of(office, died))
    assert (await row_of(office, held)).due_at == until


async def test_rows_of_a_clock_that_was_ahead_do_not_wait_for_it(any_office: Office) -> None:
    """Written, or put off, under a clock three hours ahead that was put right before the start: due now."""
    written = await row(any_office, created_at=NOON + HOURS, due_at=NOON + HOURS)
    tried = await row(any_office, due_at=NOON + HOURS + SECOND, error="TelegramServerError")
    assert await claim(any_office.database, NOON) == []
    await put_right(any_office)
    assert await claim(any_office.database, NOON) == [written, tried]


async def test_leases_of_a_clock_that_was_ahead_end(any_office: Office) -> None:
    """Nobody would take the row for three hours; it may have been shown."""
    held = await row(any_office, leased_until=NOON + HOURS + LEASE)
    await put_right(any_office)
    assert await claim(any_office.database, NOON) == [held]
    assert outbox.again(await row_of(any_office, held))


async def test_what_other_processes_do_is_left_alone(any_office: Office) -> None:
    """Their clocks differ by a second; what they hold, what waits for its time and what is held back stay as they
    are."""
    ahead = NOON + SECOND
    rows = [
        await row(any_office, created_at=ahead, leased_until=ahead + LEASE),
        await row(any_office, created_at=ahead, due_at=ahead + timedelta(seconds=20)),
        await row(any_office, due_at=ahead + timedelta(seconds=60), error="TelegramNetworkError"),
        await row(any_office, due_at=NOON + HOURS, error=HELD_BACK),
    ]
    before = [await row_of(any_office, each) for each in rows]
    await put_right(any_office)
    after = [await row_of(any_office, each) for each in rows]
    assert [(r.due_at, r.leased_until, r.error) for r in after] == [(r.due_at, r.leased_until, r.error) for r in before]
