"""What managers see, against figures worked out by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage import reports
from storage.tables import Request
from tests.storage.office import NOON, Office

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
DECEMBER = (NOVEMBER[1], datetime(2026, 12, 31, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [
        ("week", "2026-11-23", "2026-11-30"),
        ("month", "2026-11-01", "2026-12-01"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("year", "2026-01-01", "2027-01-01"),
    ],
)
def test_periods_are_those_of_the_office_clock(name: str, first: str, after: str) -> None:
    """From midnight to midnight in Chongqing; the end is not part of it."""
    start, end = reports.period(name, NOON, ZONE)
    assert (start.isoformat(), end.isoformat()) == (f"{first}T00:00:00+08:00", f"{after}T00:00:00+08:00")


def test_midnight_belongs_to_the_new_day() -> None:
    """At 00:30 in Chongqing on 1 December it is still November in Greenwich, but the month is December."""
    start, _ = reports.period("month", datetime(2026, 11, 30, 16, 30, tzinfo=UTC), ZONE)
    assert start.isoformat() == "2026-12-01T00:00:00+08:00"


async def worked_example(office: Office) -> None:
    """Ten requests in November: see the figures in the test."""
    for level in (5, 5, 4, 3, 2, 1):  # six meals, all rated
        await office.act("rate", await office.resolved(), "张秀英", level)
    silent = await office.resolved(service_id="mediation.noise")
    async with office.books() as books:  # one quarrel that silence closed
        await books.close_unrated(silent.id)
    changed = await office.resolved(service_id="mediation.noise")
    await office.act("rate", changed, "张秀英", 1)
    await office.act("rate", changed, "张秀英", 5)  # 追评: the first stays in the rate
    await office.record()  # open, in time
    late = await office.record()
    async with office.database.write() as session:
        found = await session.get(Request, late.id)
        assert found is not None
        found.acknowledge_by = office.now - timedelta(minutes=1)


async def test_the_overview_by_hand(any_office: Office) -> None:
    """10 recorded, 2 open, 1 overdue. Meals: 6 rated, satisfied 4 of 6 (3 基本满意 counts), mean 20/6.
    Mediation: 2 closed, 1 rated, and that one not satisfied by its first word."""
    await worked_example(any_office)
    async with any_office.database.read() as session:
        found = await reports.overview(session, {any_office.areas["HJ"]}, *NOVEMBER, any_office.now)
    assert (found.recorded, found.open, found.overdue) == (10, 2, 1)
    assert (found.total.closed, found.total.rated, found.total.unrated) == (8, 7, 1)
    meals, quarrels = found.by_domain["elderly_care"], found.by_domain["mediation"]
    assert (meals.closed, meals.rated, meals.satisfaction, meals.coverage) == (6, 6, 4 / 6, 1.0)
    assert meals.mean == pytest.approx(20 / 6)
    assert (quarrels.closed, quarrels.rated, quarrels.satisfaction, quarrels.coverage) == (2, 1, 0.0, 0.5)
    assert quarrels.changed_up == 1
    assert set(found.by_domain) == {"elderly_care", "mediation"}


async def test_only_the_areas_asked_for_and_only_the_period(office: Office) -> None:
    """Another area's requests and another month's closures count nothing."""
    await office.area("OTHER", "ST")
    await worked_example(office)
    async with office.database.read() as session:
        other = await reports.overview(session, {office.areas["OTHER"]}, *NOVEMBER, office.now)
        december = await reports.overview(session, {office.areas["HJ"]}, *DECEMBER, office.now)
    assert (other.recorded, other.open, other.overdue, other.total.closed) == (0, 0, 0, 0)
    assert (december.recorded, december.total.closed) == (0, 0)
    assert december.open == 2, "open is how it stands now, whatever the period"


async def test_what_happens_later_does_not_change_a_month(office: Office) -> None:
    """A closure of November counts there also when it is reopened, closed and rated again in December."""
    request = await office.resolved()
    async with office.books() as books:
        await books.close_unrated(request.id)
    office.now = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)
    await office.act("reopen", request, "张秀英")
    await office.act("replace", request, "王芳", office.ids["周强"], "李敏休假")
    await office.act("resolve", request, "周强", "办好了")
    await office.act("rate", request, "张秀英", 5)
    async with office.database.read() as session:
        [november] = await reports.closures(session, {office.areas["HJ"]}, *NOVEMBER)
        [december] = await reports.closures(session, {office.areas["HJ"]}, *DECEMBER)
    assert (november.rating, november.first_responder, november.at) == (None, "李敏", NOON)
    assert december.rating is not None
    assert (december.rating.level, december.first_responder) == (5, "周强")


async def test_the_edges_of_a_period(office: Office) -> None:
    """Its first moment is in it, its end is not."""
    request = await office.resolved()
    await office.act("rate", request, "张秀英", 5)
    areas = {office.areas["HJ"]}
    second = timedelta(microseconds=1)
    async with office.database.read() as session:
        assert len(await reports.closures(session, areas, NOON, NOON + second)) == 1
        assert len(await reports.closures(session, areas, NOON - second, NOON)) == 0


async def test_lists_of_requests(office: Office) -> None:
    """Open and overdue ones by their promise, the poor by their rating, all the newest first; page by page."""
    await worked_example(office)
    areas = {office.areas["HJ"]}
    async with office.database.read() as session:
        for which, count in (("open", 2), ("overdue", 1), ("poor", 3), ("all", 10)):
            assert (await reports.requests(session, areas, which, office.now, 0, 99))[1] == count
        first, _ = await reports.requests(session, areas, "all", office.now, 0, 4)
        second, _ = await reports.requests(session, areas, "all", office.now, 4, 4)
    assert [r.id for r in (*first, *second)] == list(range(10, 2, -1))


async def test_silence_is_noticed_after_its_time(office: Office) -> None:
    """Resolved before the moment given, and still resolved."""
    request = await office.resolved()
    async with office.database.read() as session:
        assert await reports.silent_since(session, NOON) == []
        assert await reports.silent_since(session, NOON + timedelta(seconds=1)) == [request.id]
    await office.act("rate", request, "张秀英", 5)
    async with office.database.read() as session:
        assert await reports.silent_since(session, NOON + timedelta(seconds=1)) == []
