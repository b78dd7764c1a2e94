"""Ratings: rule 10 of 首问负责, and who hears of a poor one (rule 11)."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from knowledge.lifecycle import Intake, NotAllowed, Role
from storage.ledger import CaseError
from storage.tables import Rating, Request
from tests.storage.office import Office


async def rating_of(office: Office, request: Request) -> Rating:
    async with office.database.read() as session:
        found = await session.get(Rating, (await session.execute(text("SELECT max(id) FROM rating"))).scalar_one())
        assert found is not None
        return found


async def test_rule_10_one_rating_and_one_later_change(office: Office) -> None:
    """The change is kept beside the first; a third word is refused."""
    request = await office.resolved()
    await office.act("rate", request, "张秀英", 5)
    await office.act("rate", request, "张秀英", 2)
    with pytest.raises(CaseError) as refused:
        await office.act("rate", request, "张秀英", 4)
    assert refused.value.code == "revised_already"
    rating = await rating_of(office, request)
    assert (rating.level, rating.revised_level) == (5, 2)
    assert (rating.staff_taken, rating.conflict) == (False, False)
    assert [e.action for e in await office.events(request)][-3:] == ["rate", "revise", "rectify"]


async def test_rule_10_the_rating_keeps_who_it_was_then(office: Office) -> None:
    """Who answered and who did the work at that moment stay with the rating, whatever happens later."""
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await office.act("resolve", request, "周强", "办好了")
    await office.act("rate", request, "张秀英", 4)
    await office.act("reopen", request, "张秀英")
    await office.act("replace", request, "王芳", office.ids["王芳"], "李敏休假")
    rating = await rating_of(office, request)
    assert (rating.first_responder_id, rating.handler_id) == (office.ids["李敏"], office.ids["周强"])
    assert rating.round == 1


async def test_rule_10_every_closure_has_its_own_rating(office: Office) -> None:
    """Reopened and resolved again, it is rated again; the first rating stays."""
    request = await office.resolved()
    await office.act("rate", request, "张秀英", 1)
    await office.act("reopen", request, "张秀英")
    await office.act("resolve", request, "李敏", "这回好了")
    await office.act("rate", request, "张秀英", 5)
    async with office.database.read() as session:
        rows = await session.execute(text("SELECT round, level FROM rating ORDER BY round"))
        assert [tuple(row) for row in rows] == [(1, 1), (2, 5)]


@pytest.mark.parametrize("who", ["李敏", "周强", "王芳", "赵云"])
async def test_rule_10_only_the_resident_served_rates(office: Office, who: str) -> None:
    """Neither who did the work, nor a colleague, nor a manager."""
    request = await office.resolved()
    with pytest.raises((NotAllowed, CaseError)):
        await office.act("rate", request, who, 5)


async def test_rule_10_nobody_rates_what_they_worked_on(office: Office) -> None:
    """A worker whose own need a colleague resolves may not rate it when they had it in hand themselves before."""
    request = await office.record("李敏", recorded_by="李敏", intake=Intake.COUNTER)
    await office.act("replace", request, "王芳", office.ids["周强"], "不能自己办自己的")
    await office.act("resolve", request, "周强", "办好了")
    with pytest.raises(CaseError) as refused:
        await office.act("rate", request, "李敏", 5)
    assert refused.value.code == "own_work"


async def test_rule_10_the_database_refuses_a_second_rating(any_office: Office) -> None:
    """Two ratings of one closure cannot stand, whoever writes them."""
    request = await any_office.resolved()
    await any_office.act("rate", request, "张秀英", 5)
    columns = "request_id, round, level, rated_at, rated_by_id, first_responder_id, handler_id, staff_taken, conflict"
    async with any_office.database.engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text(f"INSERT INTO rating ({columns}) SELECT {columns} FROM rating"))


async def test_rule_11_a_poor_rating_reaches_the_manager(office: Office) -> None:
    """差评 is told to the managers as well, whoever puts it right by its card; a good one only to those who did the
    work."""
    await office.staff("何经理", Role.MANAGER)
    good, poor = await office.resolved(), await office.resolved()
    await office.act("rate", good, "张秀英", 3)
    assert "rated" not in await office.told("王芳")
    await office.act("rate", poor, "张秀英", 2)
    assert (await office.told("王芳"))[-1] == "rectify"
    assert (await office.told("何经理"))[-1] == "rated"
