"""代为登记: the contact, who hears the news, and how people recorded at the counter come to the chat themselves."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Action, Intake, Status
from knowledge.numbers import phone_forms
from storage import aftercare_clock, history, privacy
from storage.case_claims import CLAIM_LIFE
from storage.case_people import ContactOf
from storage.case_tables import Contact, RatingCall
from storage.clockwork import PROMISES
from storage.ledger import CaseError
from storage.tables import Message, Person, Rating, Request
from tests.storage.office import Office, swept

DAUGHTER = ContactOf("周小妹", "13800005678", "女儿")


async def counter(
    office: Office, *, contact: ContactOf | None = DAUGHTER, phone: str | None = "13900001234"
) -> Request:
    """周婆婆, recorded at the counter by 李敏."""
    if "周婆婆" not in office.ids:
        await office.person("周婆婆", phone=phone, area_id=office.areas["HJ"])
    return await office.record("周婆婆", recorded_by="李敏", intake=Intake.COUNTER, contact=contact)


async def link(office: Office, request: Request, whose: str = "contact", who: str = "李敏") -> str:
    async with office.books() as books:
        return await books.make_claim(request.id, office.ids[who], whose)


async def claim(office: Office, code: str, who: str) -> None:
    async with office.books() as books:
        person = await books._session.get(Person, office.ids[who])
        assert person is not None
        await books.claim(code, person)


async def refused(office: Office, code: str, who: str) -> str:
    with pytest.raises(CaseError) as error:
        await claim(office, code, who)
    return error.value.code


async def sweep(office: Office) -> int:
    async with office.database.write() as session:
        return await swept(session, office.rules, office.now, aftercare_clock.CALLS)


# -- the contact


async def test_the_contact_comes_by_link_and_gets_the_news(any_office: Office) -> None:
    """Until then the first responder calls; from then on it goes to the daughter, who speaks for her mother."""
    request = await counter(any_office)
    await any_office.act("replace", request, "王芳", any_office.ids["周强"], "休假")
    assert (await any_office.told("周强"))[-2:] == ["call_resident", "assigned"]
    await any_office.person("周小妹", chat_id=950)
    await claim(any_office, await link(any_office, request, who="周强"), "周小妹")
    await any_office.act("replace", request, "王芳", any_office.ids["李敏"], "回来了")
    assert await any_office.told("周小妹") == ["replaced"]
    async with any_office.books() as books:
        assert [r.id for r in await books.of_resident(any_office.ids["周小妹"])] == [request.id]
        assert await books.of_resident(any_office.ids["周小妹"], own=True) == []
    await any_office.act("resolve", request, "李敏", "送了")
    await any_office.act("rate", request, "周小妹", 5)
    async with any_office.database.read() as session:
        rating = (await session.execute(select(Rating))).scalar_one()
        assert (rating.rated_by_id, rating.staff_taken) == (any_office.ids["周婆婆"], False)
        assert [flaw async for flaw in history.audit(session)] == []
    assert [e.action for e in await any_office.events(request)].count("claim") == 1


async def test_a_contact_with_a_confirmed_number_hears_at_once(office: Office) -> None:
    """Their chat is found by the number; one number in two chats is nobody's."""
    await office.person("周小妹", chat_id=950, phone="+8613800005678")
    async with office.books() as books:
        assert await books.chat_of("13800005678") == office.ids["周小妹"]
        assert await books.chat_of(None) is None
    await counter(office, contact=ContactOf("周小妹", "13800005678", "女儿", office.ids["周小妹"]))
    assert await office.told("周小妹") == ["recorded"]
    await office.person("另一个", chat_id=951, phone="13800005678")
    async with office.books() as books:
        assert await books.chat_of("13800005678") is None


# -- links


async def test_a_link_opens_once_and_not_for_ever(office: Office) -> None:
    """A newer one replaces it, it lapses, it is used once; nobody who had the work in hand may use it."""
    request = await counter(office)
    for name, chat_id in (("周小妹", 950), ("别人", 951)):
        await office.person(name, chat_id=chat_id)
    old, new = await link(office, request), await link(office, request)
    assert await refused(office, old, "周小妹") == "claim_over"
    assert await refused(office, "nonsense", "周小妹") == "claim_wrong"
    assert await refused(office, new, "李敏") == "claim_staff"
    await claim(office, new, "周小妹")
    assert await refused(office, new, "别人") == "claim_used"
    served = await link(office, request, "resident")
    office.now += CLAIM_LIFE
    assert await refused(office, served, "别人") == "claim_over"


async def test_who_can_make_a_link(office: Office) -> None:
    """Those who answer for the request, for somebody who has no chat."""
    request = await counter(office, contact=None)
    for who, whose, code in (
        ("周强", "resident", "not_yours"),
        ("张秀英", "resident", "not_yours"),
        ("李敏", "contact", "claim_needless"),
        ("李敏", "nonsense", "claim_needless"),
    ):
        with pytest.raises(CaseError) as error:
            await link(office, request, whose, who)
        assert error.value.code == code
    assert await link(office, request, "resident", "王芳")


async def test_the_person_served_finds_all_their_requests(any_office: Office) -> None:
    """Every request recorded for them is theirs; whoever stood in for them in the books is nobody any more."""
    first, second = await counter(any_office), await counter(any_office, contact=None)
    await any_office.person("网上的周婆婆", chat_id=960)
    await claim(any_office, await link(any_office, first, "resident"), "网上的周婆婆")
    me = any_office.ids["网上的周婆婆"]
    async with any_office.books() as books:
        assert {r.id for r in await books.of_resident(me, own=True)} == {first.id, second.id}
        person, before = await books._people.get(me), await books._people.get(any_office.ids["周婆婆"])
    assert (person.phone, person.area_id) == ("13900001234", any_office.areas["HJ"])
    assert (before.phone, before.erased_at) == (None, any_office.now)
    async with any_office.books() as books:  # the number came with the place: they have not shown that it is theirs
        assert await books.chat_of("13900001234") is None
    await any_office.act("resolve", second, "李敏", "送了")
    assert (await any_office.told("网上的周婆婆"))[-1] == "resolved"


# -- by phone


@pytest.mark.parametrize("written", ["13900001234", "+8613900001234", "8613900001234"])
async def test_a_confirmed_number_finds_the_places_that_wait(office: Office, written: str) -> None:
    """However it was written; as the person served, and as a contact; each is asked about, none taken silently."""
    request = await counter(office)
    await office.person("本人", chat_id=960)
    await office.person("女儿", chat_id=961)
    async with office.books() as books:
        [place] = await books.by_phone(written, office.ids["本人"])
        assert (place.whose, place.request.id, place.name) == ("resident", request.id, "周婆婆")
        [theirs] = await books.by_phone("13800005678", office.ids["女儿"])
        assert (theirs.whose, theirs.name) == ("contact", "周小妹")
        assert await books.by_phone("13900009999", office.ids["本人"]) == []
        person = await books._people.get(office.ids["本人"])
        with pytest.raises(CaseError):
            await books.claim_by_phone("13900009999", person, request.id, "resident")
        await books.claim_by_phone(written, person, request.id, "resident")
    assert (await office.request(request)).resident_id == office.ids["本人"]


def test_the_same_number_in_every_form() -> None:
    """With the country or without; a landline's 86 is not one."""
    assert phone_forms("+8613900001234") == phone_forms("13900001234") | {"+8613900001234"}
    assert "1234" not in phone_forms("861234")


# -- said on the phone


async def test_a_rating_taken_down_is_marked(any_office: Office) -> None:
    """The rater is the person served; a conflict when whoever wrote it down did the work or answered for it."""
    for who, conflict in (("李敏", True), ("王芳", False)):
        request = await counter(any_office)
        await any_office.act("resolve", request, "李敏", "送了")
        await any_office.act("take_rating", request, who, 4)
        async with any_office.database.read() as session:
            found = await session.execute(select(Rating).where(Rating.request_id == request.id))
            rating = found.scalar_one()
        assert (rating.staff_taken, rating.conflict) == (True, conflict), who
        assert rating.rated_by_id == any_office.ids["周婆婆"]
        event = (await any_office.events(request))[-1]
        assert (event.action, event.actor_id) == (Action.TAKE_RATING, any_office.ids[who])
    async with any_office.database.read() as session:
        assert [flaw async for flaw in history.audit(session)] == []


async def test_whoever_answered_before_is_in_conflict_too(office: Office) -> None:
    """A manager who was the first responder until they named another."""
    await office.person("周婆婆")
    request = await office.record("周婆婆", recorded_by="王芳", intake=Intake.COUNTER)
    await office.act("replace", request, "王芳", office.ids["李敏"], "交给社区")
    await office.act("resolve", request, "李敏", "送了")
    assert (await office.act("take_rating", request, "王芳", 4)).conflict is True


async def test_nobody_takes_down_their_own(office: Office) -> None:
    """A manager whose own need it was."""
    request = await office.resolved(resident="王芳")
    with pytest.raises(CaseError) as error:
        await office.act("take_rating", request, "王芳", 5)
    assert error.value.code == "own_work"


async def test_a_poor_one_on_the_phone_is_put_right_as_well(office: Office) -> None:
    """Who calls is told on the phone, so no second call is asked for."""
    request = await counter(office, contact=None)
    await office.act("resolve", request, "李敏", "送了")
    before = (await office.told("李敏")).count("call_resident")
    await office.act("take_rating", request, "李敏", 1)
    assert (await office.told("王芳"))[-1] == "rectify"
    assert (await office.told("李敏")).count("call_resident") == before


async def test_not_solved_on_the_phone(office: Office) -> None:
    """Back to the first responder in the resident's words; the promise stays."""
    request = await counter(office)
    await office.act("resolve", request, "李敏", "送了")
    await office.act("take_reopen", request, "王芳", "没人来过")
    now = await office.request(request)
    assert (now.status, now.round, now.resolve_by) == (Status.IN_PROGRESS, 2, request.resolve_by)
    assert (await office.told("李敏"))[-1] == "reopened_by_phone"


async def test_what_was_reopened_on_the_phone_is_watched_again(any_office: Office) -> None:
    """Its promise passes once more, and those who answer for it hear of it."""
    request = await counter(any_office)
    await any_office.act("resolve", request, "李敏", "送了")
    await any_office.act("take_reopen", request, "王芳", "没人来过")
    any_office.now = request.resolve_by + timedelta(days=4)
    async with any_office.database.write() as session:
        assert await swept(session, any_office.rules, any_office.now, PROMISES) == 1
    assert "promise_breach" in await any_office.told("王芳")


async def test_three_calls_at_most(any_office: Office) -> None:
    """Told at once; not reached, told again the next working morning; then silence closes it unrated."""
    request = await counter(any_office)
    await any_office.act("resolve", request, "李敏", "送了")
    assert (await any_office.told("李敏"))[-1] == "call_resident"
    assert await sweep(any_office) == 0
    for tried in (1, 2, 3):
        await any_office.act("missed_call", request, "李敏")
        if tried < 3:
            with pytest.raises(CaseError) as again:
                await any_office.act("missed_call", request, "李敏")
            assert again.value.code == "called_today"
            any_office.now = any_office.now.replace(hour=0, minute=59)
            any_office.later(days=1)
            assert await sweep(any_office) == 0  # 08:59
            any_office.later(minutes=1)
            assert (await sweep(any_office), await sweep(any_office)) == (1, 0)
    any_office.later(days=1)
    assert await sweep(any_office) == 0
    assert (await any_office.told("李敏")).count("rating_call") == 2
    async with any_office.books() as books:
        assert await books.calls(any_office.ids["李敏"]) == []
        assert await books.close_unrated(request.id) is not None


async def test_silence_in_chat_is_called_about(office: Office) -> None:
    """Asked, reminded, then called on the fourth day in service hours; not when a word came meanwhile."""
    silent, rated = await office.resolved(), await office.resolved()
    office.later(days=3)
    for request in (silent, rated):
        async with office.books() as books:
            assert await books.ask_again(request.id)
    assert await sweep(office) == 0
    await office.act("rate", rated, "张秀英", 5)
    office.later(days=1)
    assert (await sweep(office), await sweep(office)) == (1, 0)
    who = await office.name(silent.first_responder_id)
    assert (await office.told(who))[-1] == "rating_call"
    async with office.books() as books:
        assert [r.id for r in await books.calls(silent.first_responder_id)] == [silent.id]


async def test_a_call_is_passed_to_somebody_who_did_not_do_the_work(office: Office) -> None:
    """A manager without a part in it; where there is none, one calls oneself."""
    request = await counter(office)
    await office.act("resolve", request, "李敏", "送了")
    assert await office.act("pass_call", request, "李敏") == office.ids["王芳"]
    assert (await office.told("王芳"))[-1] == "rating_call"
    async with office.database.read() as session:
        call = await session.get(RatingCall, (request.id, 1))
        assert call is not None
        assert call.caller_id == office.ids["王芳"]
    await office.leaves("王芳")
    await office.leaves("赵云")
    with pytest.raises(CaseError) as error:
        await office.act("pass_call", request, "李敏")
    assert error.value.code == "nobody_else"


async def test_many_calls_are_one_message(office: Office) -> None:
    """After days of downtime."""
    for _ in range(5):
        request = await office.record(recorded_by="李敏", intake=Intake.COUNTER)
        await office.act("resolve", request, "李敏", "送了")
    office.later(days=4)
    assert await sweep(office) == 5
    told = await office.told("李敏")
    assert (told.count("rating_calls"), told.count("rating_call")) == (1, 0)


# -- one's own data


async def test_a_contact_leaves_and_nothing_tells_who_it_was(any_office: Office) -> None:
    """Name, number, relation and words go; the request of the person served stays, and news is called again."""
    request = await counter(any_office)
    await any_office.person("周小妹", chat_id=950)
    await claim(any_office, await link(any_office, request), "周小妹")
    await any_office.say(request, "周小妹", "我妈要软的", message_id=77)
    async with any_office.database.write() as session:
        person = await session.get(Person, any_office.ids["周小妹"])
        assert person is not None
        known: dict[str, Any] = await privacy.about(session, person)
        assert known["contacts"] == [
            {"number": request.number, "as": "contact", "name": "周小妹", "phone": "13800005678", "relation": "女儿"}
        ]
        await privacy.erase(session, person, any_office.now)
    async with any_office.database.read() as session:
        contact = await session.get(Contact, request.id)
        assert contact is not None
        assert (contact.name, contact.phone, contact.relation, contact.person_id) == ("", None, None, None)
        assert (await session.execute(select(Message.text))).scalar_one() == ""
    assert (await any_office.request(request)).text == "屋头没人煮饭"
    await any_office.act("resolve", request, "李敏", "送了")
    assert (await any_office.told("李敏"))[-1] == "call_resident"


async def test_the_person_served_leaves_and_takes_the_contact_along(any_office: Office) -> None:
    """What was kept of the contact was kept for them; the export has it, and what was put right."""
    request = await counter(any_office)
    await any_office.act("resolve", request, "李敏", "送了")
    await any_office.act("take_rating", request, "王芳", 1)
    async with any_office.database.write() as session:
        person = await session.get(Person, any_office.ids["周婆婆"])
        assert person is not None
        known = await privacy.about(session, person)
        assert [c["name"] for c in known["contacts"]] == ["周小妹"]
        assert [(r["number"], r["satisfied"]) for r in known["rectifications"]] == [(request.number, None)]
        await privacy.erase(session, person, any_office.now)
        contact = await session.get(Contact, request.id, populate_existing=True)
        assert contact is not None
        assert (contact.name, contact.phone) == ("", None)
