"""The figures, against an independent count in plain Python over random histories, and against sums done by hand."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.satisfaction import Figures
from storage.database import Database
from storage.figures import By, Scope, epoch, figures, figures_by, satisfaction
from storage.tables import Request
from tests.storage.histories import BEGIN, NOW, PARENTS, SERVICES, History, counted, histories, store

START, END = BEGIN + timedelta(days=7), BEGIN + timedelta(days=37)
SPANS = tuple(START + timedelta(days=10 * n) for n in (1, 2, 3))
Keys = Callable[[History, datetime, int, int], Iterable[Any]]


def above(area: int | None) -> list[int]:
    return [] if area is None else [area, *above(PARENTS[area])]


def under(area: int) -> set[int]:
    return {other for other in PARENTS if area in above(other)}


KEYS: dict[By, Keys] = {
    By.ALL: lambda h, at, r, w: [None],
    By.AREA: lambda h, at, r, w: above(h.area),
    By.DOMAIN: lambda h, at, r, w: [SERVICES[h.service]],
    By.SERVICE: lambda h, at, r, w: [h.service],
    By.FIRST_RESPONDER: lambda h, at, r, w: [r],
    By.HANDLER: lambda h, at, r, w: [w],
    By.TIME: lambda h, at, r, w: [sum(end <= at for end in SPANS)],
}


async def measured(
    database: Database, everything: list[History], scope: Scope, ask: Callable[[AsyncSession], Any]
) -> Any:
    """What the database says of these histories; nothing of them is kept."""
    async with database.engine.connect() as connection:
        async with AsyncSession(connection, expire_on_commit=False) as session:
            await store(session, everything)
            found = await ask(session)
            await session.rollback()
        await connection.rollback()
    return found


def nothing(found: dict[Any, Figures]) -> dict[Any, Figures]:
    """Without groups of which nothing is known."""
    return {key: value for key, value in found.items() if key is not None or value.requests or value.closures.closed}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(everything=st.lists(histories(), max_size=12), by=st.sampled_from(By))
async def test_figures_are_what_a_plain_count_says(any_database: Database, everything: list[History], by: By) -> None:
    """By everything there is to group by, on both databases, from the empty office on."""
    scope = Scope(START, END, NOW, spans=SPANS)
    found = await measured(any_database, everything, scope, lambda s: figures(s, scope, by))
    expected = counted(everything, START, END, KEYS[by])
    if by is By.ALL:
        expected = expected or counted([], START, END, KEYS[by])
        found = found if expected else {}
    assert found == expected


@pytest.mark.parametrize("microsecond", [0, 499_999, 999_499, 999_500, 999_999])
async def test_a_second_lasts_to_its_last_microsecond(any_database: Database, microsecond: int) -> None:
    """SQLite alone would round what is left of it up."""
    moment = BEGIN.replace(microsecond=microsecond)
    async with any_database.read() as session:
        asked = select(epoch(literal(moment, Request.created_at.type)))
        assert await session.scalar(asked) == int(BEGIN.timestamp())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    everything=st.lists(histories(), max_size=12),
    area=st.none() | st.sampled_from(sorted(PARENTS)),
    domain=st.none() | st.sampled_from(sorted(set(SERVICES.values()))),
    service=st.none() | st.sampled_from(sorted(SERVICES)),
    responder=st.none() | st.just(1),
    handler=st.none() | st.just(2),
)
async def test_a_narrower_scope(
    any_database: Database,
    everything: list[History],
    area: int | None,
    domain: str | None,
    service: str | None,
    responder: int | None,
    handler: int | None,
) -> None:
    """An area with those under it, a domain, a service, a person as first responder or as handler: together."""
    scope = Scope(START, END, NOW, under(area) if area else None, domain, service, responder, handler)

    def key(h: History, at: datetime, r: int, w: int) -> list[None]:
        fits = (
            (area is None or area in above(h.area))
            and domain in (None, SERVICES[h.service])
            and service in (None, h.service)
            and responder in (None, r)
            and handler in (None, w)
        )
        return [None] if fits else []

    found = await measured(any_database, everything, scope, lambda s: figures(s, scope))
    expected = counted(everything, START, END, key)
    if expected:
        assert found == expected
    else:
        assert (found[None].requests, found[None].closures.closed, found[None].transfers) == (0, 0, 0)


async def test_all_groupings_at_once_are_what_each_is_alone(any_database: Database) -> None:
    """The workbook asks for all of them in one go, and the times are read once for all."""
    from hypothesis import find

    one, two = (find(histories(), lambda h, area=area: h.area == area and h.resolved is not None) for area in (3, 5))
    scope, groupings = Scope(BEGIN, NOW, NOW), [by for by in By if by is not By.TIME]

    async def both(session: AsyncSession) -> Any:
        return await figures_by(session, scope, groupings), {by: await figures(session, scope, by) for by in groupings}

    together, apart = await measured(any_database, [one, two, two], scope, both)
    assert together == apart
    assert together[By.AREA][1].resolve.median is not None


@pytest.mark.parametrize("by", [By.ALL, By.DOMAIN])
async def test_satisfaction_alone_is_the_same(any_database: Database, by: By) -> None:
    """The short way for trends says what the whole says."""
    from hypothesis import find

    everything = [find(histories(), lambda h: len(h.closings) > 1 and START < h.closings[0].at < END)] * 3
    scope = Scope(START, END, NOW)

    async def both(session: AsyncSession) -> Any:
        return await satisfaction(session, scope, by), await figures(session, scope, by, times=False)

    short, whole = await measured(any_database, everything, scope, both)
    assert short == {key: value.closures for key, value in whole.items() if value.closures.closed}
    assert short
