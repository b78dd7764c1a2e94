"""The clock and somebody's tap at the same moment, over two connections: one before the other, never half of each."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge.lifecycle import Status
from storage import clockwork, history
from storage.casebook import Casebook
from storage.database import Database
from storage.ledger import Rules
from storage.tables import Rating
from tests.storage.office import NOON, Office, swept
from tests.storage.test_races import Work, race
from tests.storage.test_races import rivals as rivals  # the fixture


def at(moment: datetime, rules: Rules, name: str, *given: Any) -> Work:
    """An act of the casebook at another moment than noon."""

    async def work(session: Any) -> Any:
        return await getattr(Casebook(session, rules, moment), name)(*given)

    return work


def sweeping(moment: datetime, rules: Rules) -> Work:
    async def work(session: Any) -> Any:
        return await swept(session, rules, moment, clockwork.PROMISES)

    return work


async def whole(office: Office) -> list[history.Flaw]:
    async with office.database.read() as session:
        return [flaw async for flaw in history.audit(session)]


@pytest.mark.parametrize("first", ["sweep", "acknowledge"])
async def test_sweep_against_acknowledge(any_office: Office, rivals: tuple[Database, Database], first: str) -> None:
    """The promise broke a minute ago. Either it is taken and nobody is alarmed, or it is told first and then taken;
    never is it told of a request that was taken before, and the act of neither is lost."""
    request, late = await any_office.record(), NOON + timedelta(minutes=31)
    works = {
        "sweep": sweeping(late, any_office.rules),
        "acknowledge": at(late, any_office.rules, "acknowledge", request.id, any_office.ids["李敏"]),
    }
    results, refusals = await race(rivals, works.pop(first), works.popitem()[1])
    assert (len(results), refusals) == (2, [])
    now = await any_office.request(request)
    actions = [e.action for e in await any_office.events(request)][1:]
    assert (now.status, now.acknowledged_at) == (Status.IN_PROGRESS, late)
    assert actions in (["acknowledge"], ["breach", "acknowledge"])
    heard = [kind for name in ("李敏", "王芳") for kind in await any_office.told(name) if kind == "promise_breach"]
    assert len(heard) == (2 if "breach" in actions else 0)
    assert now.look_at is not None, "what is owed next is still watched"
    assert await whole(any_office) == []


async def test_two_sweeps_at_once(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """Two processes watch the same promises: one breach, and one notice a person."""
    request, late = await any_office.record(), NOON + timedelta(minutes=31)
    results, refusals = await race(rivals, sweeping(late, any_office.rules), sweeping(late, any_office.rules))
    assert (sorted(results), refusals) == ([0, 1], [])
    assert [e.action for e in await any_office.events(request)] == ["record", "breach"]
    for name in ("李敏", "王芳"):
        assert (await any_office.told(name)).count("promise_breach") == 1
    assert await whole(any_office) == []


async def test_silence_against_a_rating(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """On the last minute of the seventh day: rated, or closed as unrated, and never both."""
    request, week = await any_office.resolved(), NOON + timedelta(days=7, minutes=1)
    results, refusals = await race(
        rivals,
        at(week, any_office.rules, "close_unrated", request.id),
        at(week, any_office.rules, "rate", request.id, any_office.ids["张秀英"], 4),
    )
    actions = [e.action for e in await any_office.events(request)][3:]
    async with any_office.database.read() as session:
        kept = (await session.execute(select(func.count(Rating.id)))).scalar_one()
    assert (await any_office.request(request)).status is Status.CLOSED
    assert (actions, kept, len(refusals)) in ((["rate"], 1, 0), (["close_unrated"], 0, 1))
    assert await whole(any_office) == []
