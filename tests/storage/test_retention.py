"""What the consent promises of time: words go two years after a request is over, and counts stay."""

from datetime import timedelta

from sqlalchemy import func, select

from storage import history, retention
from storage.figures import Scope, satisfaction
from storage.tables import Event, Message, Note, Person, Rating, Request, WebLink, WebSession
from storage.web_sessions import prune, sign_out_desk
from tests.storage.office import Office


async def _old(office: Office) -> Request:
    """A request with a talk, closed with a poor rating and a comment."""
    request = await office.record()
    who = await office.name(request.first_responder_id)
    await office.act("acknowledge", request, who)
    await office.say(request, "张秀英", "我的电话是13900000000")
    await office.act("resolve", request, who, "找过张秀英了")
    await office.act("rate", request, "张秀英", 1)
    async with office.books() as books:
        await books.explain_rating(request.id, office.ids["张秀英"], comment="太慢了")
    return request


async def _sweep(office: Office) -> tuple[int, int]:
    async with office.database.write() as session:
        found = await retention.due(session, office.now)
        await retention.blank(session, found, office.now)
    async with office.database.write() as session:
        people = await retention.strangers(session, office.now)
        for person in people:
            await retention.anonymise(session, person, office.now)
    return len(found), len(people)


async def test_words_go_after_two_years_and_counts_stay(any_office: Office) -> None:
    """Not a day before; the history is still whole, the rating still counts, and a second sweep finds nothing."""
    office = any_office
    old = await _old(office)
    office.later(days=100)
    young = await _old(office)
    closed = (await office.request(old)).closed_at
    assert closed is not None
    office.now = closed + retention.KEPT - timedelta(hours=1)
    assert await _sweep(office) == (0, 0)
    office.later(hours=2)
    assert await _sweep(office) == (1, 0)
    assert await _sweep(office) == (0, 0)
    async with office.database.read() as session:
        texts = await session.execute(select(Request.id, Request.text, Request.outcome).order_by(Request.id))
        assert texts.all() == [(old.id, "", None), (young.id, "屋头没人煮饭", "找过张秀英了")]
        for table in (Message, Note):
            rows = await session.execute(select(table.text).where(table.request_id == old.id))
            assert set(rows.scalars()) == {""}
        rating = (await session.execute(select(Rating).where(Rating.request_id == old.id))).scalar_one()
        assert (rating.level, rating.comment) == (1, None)
        assert [flaw async for flaw in history.audit(session)] == []
        areas = frozenset(office.areas.values())
        scope = Scope(closed - timedelta(days=1), office.now, office.now, areas)
        assert (await satisfaction(session, scope))[None].closed == 2
        assert (await session.get(Person, office.ids["张秀英"])).name == "张秀英"  # type: ignore[union-attr]


async def test_who_has_nothing_to_do_with_the_desk_any_more_is_anonymised(any_office: Office) -> None:
    """A resident whose last request went, and somebody who never had one; never staff, nor who has a request."""
    office = any_office
    old = await _old(office)
    await office.person("路人", chat_id=901, phone="13811112222")
    office.later(days=731)
    await office.person("新人", chat_id=902)
    waiting = await office.record("新人")
    office.later(days=0.5)
    assert await _sweep(office) == (1, 2)
    assert await _sweep(office) == (0, 0)
    async with office.database.read() as session:
        named = set((await session.execute(select(Person.name))).scalars())
        assert named >= {"李敏", "周强", "王芳", "赵云", "新人"}
        assert not named & {"张秀英", "路人"}
        assert (
            await session.execute(select(func.count()).select_from(Person).where(Person.phone.is_not(None)))
        ).scalar_one() == 0
        assert (await session.get(Request, waiting.id)).text  # type: ignore[union-attr]
        assert (await session.execute(select(func.count()).where(Event.request_id == old.id))).scalar_one() >= 4


async def test_whoever_leaves_the_office_is_signed_out_at_their_desk(any_office: Office) -> None:
    """Sessions and links of the desk end with the last post; a browser of one's own stays a resident's."""
    office = any_office
    async with office.database.write() as session:
        person = await session.get(Person, office.ids["李敏"])
        assert person is not None
        person.channel, person.chat_id = "web", 77
        for name, hours in (("desk", 12), ("own", 24 * 180)):
            session.add(
                WebSession(
                    digest=name, chat_id=77, created_at=office.now, expires_at=office.now + timedelta(hours=hours)
                )
            )
        session.add(
            WebSession(digest="other", chat_id=78, created_at=office.now, expires_at=office.now + timedelta(hours=12))
        )
        session.add(WebLink(digest="link", chat_id=77, expires_at=office.now + timedelta(minutes=5)))
    async with office.database.write() as session:
        await sign_out_desk(session, office.ids["李敏"], office.now)
    async with office.database.read() as session:
        over = (await session.execute(select(WebSession.digest).where(WebSession.revoked_at.is_not(None)))).scalars()
        assert set(over) == {"desk"}
        assert (await session.get(WebLink, "link")).used_at is not None  # type: ignore[union-attr]
    office.later(days=8)
    async with office.database.write() as session:
        await prune(session, office.now)
    async with office.database.read() as session:
        assert set((await session.execute(select(WebSession.digest))).scalars()) == {"own"}
        assert await session.get(WebLink, "link") is None
