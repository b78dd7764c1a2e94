"""Closures as reports count them: written with what they are of, never changed by what happens later, and made of
ratings and events where they are older than their table."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from knowledge.lifecycle import Intake
from storage import history
from storage.case_tables import Closure
from storage.figures import Scope
from storage.report_rows import rows
from storage.schema import downgrade, upgrade
from storage.tables import Request
from tests.storage.office import NOON, Office


async def closures(office: Office) -> list[dict[str, Any]]:
    async with office.database.read() as session:
        rows = (await session.execute(select(Closure).order_by(Closure.request_id, Closure.round))).scalars()
        return [{c.name: getattr(row, c.name) for c in Closure.__table__.columns} for row in rows]


async def rated_twice(office: Office) -> tuple[Request, int, int]:
    """Rated, changed; reopened, given to another responder, found to be of another service, closed by silence. With who
    answered first, and who then."""
    request = await office.resolved()
    first = await office.name(request.first_responder_id)
    then = next(name for name in ("李敏", "周强") if name != first)
    await office.act("rate", request, "张秀英", 1)
    await office.act("rate", request, "张秀英", 3)
    office.later(days=1)
    await office.act("reopen", request, "张秀英")
    await office.act("replace", request, "王芳", office.ids[then], "休假")
    await office.act("correct", request, then, "elderly.bathing")
    await office.act("resolve", request, then, "办好了")
    office.later(days=8)
    async with office.books() as books:
        await books.close_unrated(request.id)
    return request, office.ids[first], office.ids[then]


async def taken_by_phone(office: Office) -> None:
    """Recorded at the counter; a manager takes the rating down."""
    request = await office.record("张秀英", intake=Intake.COUNTER, recorded_by="李敏")
    await office.act("resolve", request, "李敏", "办好了")
    await office.act("take_rating", request, "王芳", 4)


async def test_a_closure_is_as_it_was_when_it_closed(any_office: Office) -> None:
    """Its service and its people stay when the request is reopened and corrected; the 追评 stands beside the rating."""
    office = any_office
    request, one, other = await rated_twice(office)
    first, second = await closures(office)
    assert first == {
        "request_id": request.id, "round": 1, "closed_at": NOON, "area_id": office.areas["HJ"],
        "domain": "elderly_care", "service_id": "elderly.meals", "asked": True, "first_responder_id": one,
        "handler_id": one, "level": 1, "staff_taken": False, "conflict": False, "revised_level": 3,
    }  # fmt: skip
    assert (second["round"], second["closed_at"], second["service_id"]) == (2, office.now, "elderly.bathing")
    assert (second["first_responder_id"], second["handler_id"], second["level"]) == (other, other, None)


async def test_those_of_the_past_are_made_of_ratings_and_events(any_office: Office) -> None:
    """The schema goes back and forth: the same rows stand there again, but for what nobody wrote down then (the service
    before a correction)."""
    office = any_office
    await taken_by_phone(office)
    await rated_twice(office)
    before = await closures(office)
    assert [(c["asked"], c["staff_taken"], c["level"]) for c in before] == [
        (False, True, 4), (True, False, 1), (True, False, None)
    ]  # fmt: skip
    await downgrade(office.database, "0008")
    await upgrade(office.database)
    for closure in before:
        if closure["level"] == 1:
            closure["service_id"] = "elderly.bathing"
    assert await closures(office) == before
    async with office.database.read() as session:
        assert [flaw async for flaw in history.audit(session)] == []


async def test_a_request_that_closed_twice_is_one_row_of_an_export(any_office: Office) -> None:
    """With its last rating of the period and whom that was of, whatever came after."""
    request, one, _ = await rated_twice(any_office)
    async with any_office.database.read() as session:
        [row] = [row async for row in rows(session, Scope(NOON, any_office.now + timedelta(1), any_office.now))]
        late = Scope(any_office.now, any_office.now + timedelta(1), any_office.now)
        [again] = [row async for row in rows(session, late)]
    assert (row.id, row.level, row.revised, row.rounds) == (request.id, 1, 3, 2)
    assert row.first_responder == await any_office.name(one)
    assert (again.id, again.level, again.first_responder != row.first_responder) == (request.id, None, True)
