"""Numbers on PostgreSQL, where many record at once: nobody waits for anybody, and none is left out."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import numbers
from storage import numbering
from storage.casebook import Casebook
from storage.database import Database
from storage.ledger import Rules
from storage.tables import Request, Serial
from tests.storage.office import NOON, Office

DAY = date(2026, 11, 23)


@pytest.fixture
async def here(migrated_postgres: str, rules: Rules) -> AsyncIterator[Office]:
    database = Database(migrated_postgres, pool_size=40, writers=40)
    yield await Office.found(database, rules)
    await database.close()


def serial(number: str) -> int:
    return int(number[6:-1])


async def record(office: Office, session: AsyncSession) -> Request:
    return await Casebook(session, office.rules, NOON).record(await office.need())


async def test_nobody_waits_for_whoever_is_in_the_middle(here: Office) -> None:
    """A recording that has its number and goes no further keeps nobody from recording, with the same worker too."""
    async with here.database.write() as stuck:
        assert serial((await record(here, stuck)).number) == 1
        async with asyncio.timeout(20):
            assert [serial((await here.record()).number) for _ in range(3)] == [2, 3, 4]


async def test_what_was_given_back_is_the_next(here: Office) -> None:
    """Also when others have gone on meanwhile: no gap stays."""

    async def fails() -> None:
        async with here.database.write() as session:
            await record(here, session)
            await here.record()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await fails()
    assert [serial((await here.record()).number) for _ in range(3)] == [1, 3, 4]


async def test_two_needs_in_one_unit_of_work(here: Office) -> None:
    async with here.database.write() as session:
        assert [serial((await record(here, session)).number) for _ in range(3)] == [1, 2, 3]
    async with here.database.read() as session:
        last = await session.get(Serial, DAY)
        assert last is not None
        assert last.last == 3


async def test_more_at_once_than_are_looked_at_first(here: Office) -> None:
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(here.database.write()) for _ in range(30)]
        made = [await numbering.next_number(session, DAY) for session in sessions]
    assert [serial(number) for number in made] == list(range(1, 31))


async def test_whoever_committed_in_that_moment_keeps_their_number(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the requests and the lock a number may be committed; then the next one is taken."""
    one_after_the_other = (
        "SELECT CAST(nextval('tries') AS int) WHERE CAST(:day AS date) IS NOT NULL AND CAST(:digits AS text) <> ''"
        " AND CAST(:key AS int) + CAST(:back AS int) + CAST(:ahead AS int) > 0"
    )
    assert serial((await here.record()).number) == 1
    async with here.database.write() as session:
        await session.execute(text("CREATE SEQUENCE tries"))
    monkeypatch.setattr(numbering, "_FREE", text(one_after_the_other))
    assert serial((await here.record()).number) == 2


async def test_past_the_four_digits(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ten-thousandth request of a day has a digit more, and 1000 is not taken for it."""
    monkeypatch.setattr(numbering, "_BACK", 8)  # there are no more in this day
    before = [await here.record() for _ in range(9)]
    async with here.database.write() as session:
        for n, request in enumerate(before, 9_990):
            renamed = update(Request).where(Request.id == request.id).values(number=numbers.make(DAY, n))
            await session.execute(renamed)
        await session.execute(update(Serial).values(last=9_998))
    made = [(await here.record()).number for _ in range(3)]
    assert [serial(number) for number in made] == [9_999, 10_000, 10_001]
    assert all(numbers.read(number) == number for number in made)


async def test_what_a_crash_gave_back_is_found_while_the_day_goes_on(here: Office) -> None:
    """Also when a dozen others were recorded before anybody looks so far back."""
    async with here.database.write() as session:
        gone = await numbering.next_number(session, DAY)
        for _ in range(12):
            await here.record()
        await session.rollback()
    assert serial(gone) == 1
    made = [serial((await here.record()).number) for _ in range(8)]
    assert sorted(made) == [1, *range(14, 21)]


async def test_a_number_is_looked_up_and_not_all_of_them_read(here: Office) -> None:
    """Each candidate by the index of the numbers. As a join this read every request of a city for every recording."""
    near = {"day": DAY, "digits": "261123", "key": 1, "back": 64, "ahead": 24}
    async with here.database.write() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        rows = await session.execute(text(f"EXPLAIN {numbering._FREE.text}"), near)
        plan = "\n".join(rows.scalars())
    assert "Join" not in plan, plan
    assert "SubPlan" in plan, plan
    assert "request_number_key" in plan, plan
    assert re.search(r"Index Cond: \(+number\)?(::text)? >=", plan), plan
