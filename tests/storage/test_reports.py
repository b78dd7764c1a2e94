"""What managers see, against figures worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from knowledge.lifecycle import Role
from knowledge.satisfaction import Stage
from storage import reports
from storage.figures import By, Scope, figures, satisfaction
from storage.tables import Outbox, Request
from tests.storage.office import NOON, Office

NOVEMBER = (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
DECEMBER = (NOVEMBER[1], datetime(2026, 12, 31, 16, tzinfo=UTC))


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
    """A closure of November counts there, for who answered then, also when it is reopened and rated in December."""
    request = await office.resolved()
    async with office.books() as books:
        await books.close_unrated(request.id)
    office.now = datetime(2026, 12, 3, 2, 30, tzinfo=UTC)
    await office.act("reopen", request, "张秀英")
    await office.act("replace", request, "王芳", office.ids["周强"], "李敏休假")
    await office.act("resolve", request, "周强", "办好了")
    await office.act("rate", request, "张秀英", 5)
    async with office.database.read() as session:
        november, december = [
            await satisfaction(session, Scope(*month, office.now), By.FIRST_RESPONDER) for month in (NOVEMBER, DECEMBER)
        ]
    assert {key: (s.closed, s.rated) for key, s in november.items()} == {office.ids["李敏"]: (1, 0)}
    assert {key: (s.closed, s.rated) for key, s in december.items()} == {office.ids["周强"]: (1, 1)}


async def test_the_edges_of_a_period(office: Office) -> None:
    """Its first moment is in it, its end is not."""
    request = await office.resolved()
    await office.act("rate", request, "张秀英", 5)
    second = timedelta(microseconds=1)
    async with office.database.read() as session:
        assert (await satisfaction(session, Scope(NOON, NOON + second, NOON)))[None].closed == 1
        assert (await satisfaction(session, Scope(NOON - second, NOON, NOON)))[None].closed == 0


async def test_the_way_of_a_request_by_hand(any_office: Office) -> None:
    """Acknowledged after 2 h (too late), resolved after 4 h; handed on after 3 h and taken half an hour later; another
    waits for 5 h by now: two of two late to acknowledge, 7 h 30 min without anybody, one transfer for two requests."""
    office = any_office
    request = await office.record()
    await office.record()
    office.later(hours=2)
    await office.act("acknowledge", request, await office.name(request.first_responder_id))
    office.later(hours=1)
    receiver = "周强" if await office.name(request.first_responder_id) == "李敏" else "李敏"
    sender = await office.name(request.first_responder_id)
    await office.act("transfer", request, sender, office.ids[receiver], "我休假")
    office.later(minutes=30)
    await office.act("acknowledge", request, receiver)
    office.later(minutes=30)
    await office.act("resolve", request, receiver, "办好了")
    office.later(hours=1)
    async with office.database.read() as session:
        found = (await figures(session, Scope(*NOVEMBER, office.now)))[None]
    assert found.acknowledge == Stage(due=2, in_time=0, median=7200, p90=7200)
    assert found.resolve == Stage(due=1, in_time=1, median=14400, p90=14400)
    assert (found.transfers, found.value("transfers_each"), found.value("idle_hours")) == (1, 0.5, 7.5)


async def written(office: Office, moment: datetime) -> list[str]:
    """The reports that stand in the outbox once the day's sweep has come by."""
    async with office.database.write() as session:
        await reports.report_day(session, office.rules, moment)
    async with office.database.read() as session:
        rows = await session.execute(select(Outbox.payload).where(Outbox.kind == "report"))
        return sorted(row["period"] for row in rows.scalars())


WEEK, MONTH = "2026-11-16~2026-11-22", "2026-11"


async def test_the_report_of_the_week_and_of_the_month_comes_once(office: Office) -> None:
    """On Monday 23 November the last week; on 1 December, a Tuesday, the month; not again, and on no other day."""
    assert await written(office, NOON) == [WEEK] * 2
    assert await written(office, NOON + timedelta(hours=1)) == [WEEK] * 2
    assert await written(office, NOON + timedelta(days=1)) == [WEEK] * 2
    following = "2026-11-23~2026-11-29"
    assert await written(office, datetime(2026, 11, 30, 1, tzinfo=UTC)) == [WEEK, WEEK, following, following]
    tuesday = datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert await written(office, tuesday) == [MONTH, MONTH, WEEK, WEEK, following, following]


async def test_a_report_that_nobody_ran_for_comes_when_the_desk_runs_again(any_office: Office) -> None:
    """The desk was off from Monday to Thursday: on Friday, and only then, however soon the outbox forgets; neither at
    the weekend nor to whoever came to manage meanwhile."""
    office, friday = any_office, NOON + timedelta(days=4)
    office.now = friday
    await office.staff("新来的", Role.MANAGER)
    assert await written(office, friday) == [WEEK] * 2
    async with office.database.write() as session:
        await session.execute(delete(Outbox))  # delivered, and forgotten
    for days in (0, 1, 2):
        assert await written(office, friday + timedelta(days=days)) == []
    assert await written(office, friday + timedelta(days=3)) == ["2026-11-23~2026-11-29"] * 3


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
        assert list(await session.scalars(reports.silent_since(NOON))) == []
        assert list(await session.scalars(reports.silent_since(NOON + timedelta(seconds=1)))) == [request.id]
    await office.act("rate", request, "张秀英", 5)
    async with office.database.read() as session:
        assert list(await session.scalars(reports.silent_since(NOON + timedelta(seconds=1)))) == []
