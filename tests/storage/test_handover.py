"""Outside, reported, corrected: nothing is dropped, nothing resets the promise, and the resident hears of each."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Intake, NotAllowed, Role, Status
from knowledge.rota import Leave as Away
from storage import departures, history, privacy, rota
from storage.case_tables import OutsideTransfer, Refusal, Supplement
from storage.clockwork import PROMISES
from storage.ledger import CaseError
from storage.mediation import Mediation
from storage.mediation_tables import MediationCase
from storage.tables import Outbox, Person, Request
from tests.storage.office import Office, swept

FRIDAY = date(2026, 11, 27)
COURT = ("区人民法院", "023-12368")


async def taken(office: Office, **more: Any) -> Request:
    """A request of 李敏's, who has taken it."""
    request = await office.record(**more)
    await office.act("acknowledge", request, "李敏")
    return request


async def outside(office: Office, request: Request, who: str = "李敏", day: date = FRIDAY) -> None:
    await office.act("hand_outside", request, who, *COURT, "要法院判", day)


async def sweep(office: Office) -> int:
    async with office.database.write() as session:
        return await departures.sweep(session, office.rules, office.now)


async def rows(office: Office, table: Any) -> list[Any]:
    async with office.database.read() as session:
        return list((await session.execute(select(table).order_by(table.id))).scalars())


async def flaws(office: Office) -> list[history.Flaw]:
    async with office.database.read() as session:
        return [flaw async for flaw in history.audit(session)]


# -- outside


async def test_outside_it_is_the_first_responders_again(any_office: Office) -> None:
    """Whoever hands it outside lets go; the first responder holds it, the promise stands, the resident knows."""
    request = await taken(any_office)
    await any_office.act("transfer", request, "李敏", any_office.ids["周强"], "他更熟")
    await any_office.act("acknowledge", request, "周强")
    before = await any_office.request(request)
    await outside(any_office, request, "周强")
    now = await any_office.request(request)
    assert (now.handler_id, now.first_responder_id) == (any_office.ids["李敏"], any_office.ids["李敏"])
    assert (now.status, now.resolve_by) == (Status.IN_PROGRESS, before.resolve_by)
    [handed] = await rows(any_office, OutsideTransfer)
    assert (handed.body, handed.contact) == COURT
    assert "outside" in await any_office.told("张秀英")
    assert "outside_yours" in await any_office.told("李敏")
    assert await flaws(any_office) == []


async def test_the_first_responder_asks_again_and_again(any_office: Office) -> None:
    """On each day that was set there is one word, however often the clock looks; after the last there is none."""
    request = await taken(any_office)
    await outside(any_office, request)
    await sweep(any_office)
    assert "outside_due" not in await any_office.told("李敏")
    for days in (4, 3):
        any_office.later(days=days)
        await sweep(any_office)
        await sweep(any_office)
        told = (await any_office.told("李敏")).count("outside_due")
        await any_office.act("follow_outside", request, "李敏", "还在排期", any_office.now.date() + timedelta(days=3))
        await sweep(any_office)
        assert (await any_office.told("李敏")).count("outside_due") == told
    assert told == 2
    await any_office.act("follow_outside", request, "李敏", "判了", None)
    [handed] = await rows(any_office, OutsideTransfer)
    assert (handed.follow_up_at, handed.ended_at) == (None, any_office.now)
    any_office.later(days=10)
    await sweep(any_office)
    assert (await any_office.told("李敏")).count("outside_due") == 2
    assert (await any_office.told("张秀英")).count("outside_news") == 3


async def test_several_outside_are_one_word(office: Office) -> None:
    """A day of downtime ends in one message a person, not in one a request."""
    for _ in range(5):
        request = await office.record()
        who = await office.name(request.first_responder_id)
        await office.act("acknowledge", request, who)
        await outside(office, request, who)
    office.later(days=4, hours=5)
    await sweep(office)
    told = [await office.told(name) for name in ("李敏", "周强")]
    assert [kinds.count("outside_due") for kinds in told] == [1, 1]


async def test_a_day_off_is_asked_after(office: Office) -> None:
    """A Sunday becomes the Monday, as service hours begin."""
    request = await taken(office)
    await outside(office, request, day=date(2026, 11, 29))
    [handed] = await rows(office, OutsideTransfer)
    assert handed.follow_up_at == office.rules.office().opening(date(2026, 11, 30))


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2020, 1, 1), date(2028, 1, 1)])
async def test_a_day_that_cannot_be(office: Office, day: date) -> None:
    """Today, the past, and more than a year ahead are refused."""
    request = await taken(office)
    with pytest.raises(CaseError) as refused:
        await outside(office, request, day=day)
    assert refused.value.code == "follow_up_day"


async def test_resolving_ends_the_asking(office: Office) -> None:
    """办结 and 撤回 leave nothing to ask about."""
    first, second = await taken(office), await office.record()
    await outside(office, first)
    await office.act("resolve", first, "李敏", "判了")
    who = await office.name(second.first_responder_id)
    await office.act("acknowledge", second, who)
    await outside(office, second, who)
    await office.act("withdraw", second, "张秀英")
    assert all(handed.ended_at is not None for handed in await rows(office, OutsideTransfer))


# -- 否定报备


async def reported(office: Office, **more: Any) -> Request:
    request = await taken(office, **more)
    await office.act("report_refusal", request, "李敏", "法律规定由法院管", *COURT)
    return request


async def test_a_report_leaves_the_work_where_it_is(any_office: Office) -> None:
    """The manager is asked, the resident knows, the handler holds it and the promise goes on."""
    before = await taken(any_office)
    before = await any_office.request(before)
    await any_office.act("report_refusal", before, "李敏", "法律规定由法院管", *COURT)
    now = await any_office.request(before)
    held = (now.status, now.handler_id, now.resolve_by, now.look_at)
    assert held == (before.status, before.handler_id, before.resolve_by, before.look_at)
    assert "refusal_reported" in await any_office.told("王芳")
    assert "refusal_reported" not in await any_office.told("赵云")
    assert "refusal_checking" in await any_office.told("张秀英")


async def test_upheld_it_is_resolved_with_words(any_office: Office) -> None:
    """The outcome says why not, whose business it is and how to reach them; the resident may rate or reopen."""
    request = await reported(any_office)
    await any_office.act("uphold", request, "王芳")
    now = await any_office.request(request)
    assert now.status is Status.RESOLVED
    assert now.outcome is not None
    assert all(words in now.outcome for words in ("法律规定由法院管", *COURT))
    assert "refusal_upheld" in await any_office.told("张秀英")
    await any_office.act("reopen", request, "张秀英")
    assert (await any_office.request(request)).status is Status.IN_PROGRESS
    assert await flaws(any_office) == []


async def test_overruled_the_work_goes_on(any_office: Office) -> None:
    """The handler hears the manager's words; a second manager has nothing to decide any more."""
    await any_office.staff("陈静", Role.MANAGER)
    request = await reported(any_office)
    await any_office.act("overrule", request, "陈静", "社区可以开介绍信")
    assert (await any_office.request(request)).status is Status.IN_PROGRESS
    assert "refusal_decided" in await any_office.told("李敏")
    assert "refusal_decided" in await any_office.told("王芳")
    with pytest.raises(CaseError) as refused:
        await any_office.act("uphold", request, "王芳")
    assert refused.value.code == "refusal_decided"


async def test_nobody_decides_on_their_own_report(office: Office) -> None:
    """A manager who works on it reports to the manager above; where there is none, nothing is reported."""
    request = await taken(office)
    await office.act("replace", request, "赵云", office.ids["王芳"], "李敏休假")
    await office.act("report_refusal", request, "王芳", "不归社区", *COURT)
    assert "refusal_reported" in await office.told("赵云")
    with pytest.raises(CaseError) as refused:
        await office.act("uphold", request, "王芳")
    assert refused.value.code == "refusal_own"
    await office.act("overrule", request, "赵云", "接着办")
    await office.leaves("赵云")
    with pytest.raises(CaseError) as alone:
        await office.act("report_refusal", request, "王芳", "不归社区", *COURT)
    assert alone.value.code == "nobody_decides"


@pytest.mark.parametrize("act", ["transfer", "resolve", "withdraw", "correct"])
async def test_whoever_goes_on_closes_the_report(office: Office, act: str) -> None:
    """Handed on, resolved, withdrawn or corrected meanwhile: there is nothing to decide."""
    request = await reported(office)
    given: dict[str, tuple[str, tuple[Any, ...]]] = {
        "transfer": ("李敏", (office.ids["周强"], "他有办法")),
        "resolve": ("李敏", ("办好了",)),
        "withdraw": ("张秀英", ()),
        "correct": ("李敏", ("elderly.bathing",)),
    }
    who, arguments = given[act]
    await office.act(act, request, who, *arguments)
    [report] = await rows(office, Refusal)
    assert (report.decided_at, report.upheld, report.decided_by_id) == (office.now, None, None)
    with pytest.raises((CaseError, NotAllowed)):
        await office.act("uphold", request, "王芳")


async def test_one_report_at_a_time(office: Office) -> None:
    """A second one waits for the first to be decided."""
    request = await reported(office)
    with pytest.raises(CaseError) as refused:
        await office.act("report_refusal", request, "李敏", "还是不归社区", *COURT)
    assert refused.value.code == "refusal_waits"


async def test_undecided_the_manager_above_hears(any_office: Office) -> None:
    """After a working day, once; a manager who came meanwhile is asked as well, and those asked are not asked twice."""
    await reported(any_office)
    await any_office.staff("陈静", Role.MANAGER)
    await sweep(any_office)
    assert (await any_office.told("陈静")).count("refusal_reported") == 1
    assert "refusal_late" not in await any_office.told("赵云")
    any_office.later(days=1, minutes=5)
    for _ in range(2):
        await sweep(any_office)
    assert (await any_office.told("赵云")).count("refusal_late") == 1
    assert (await any_office.told("王芳")).count("refusal_reported") == 1


async def test_a_manager_who_left_leaves_the_decision_to_others(office: Office) -> None:
    """The report goes to whoever manages then."""
    request = await reported(office)
    await office.leaves("王芳")
    await sweep(office)
    assert "refusal_reported" in await office.told("赵云")
    async with office.books() as books:
        assert [r.id for r in await books.to_decide(office.ids["赵云"])] == [request.id]
        assert await books.to_decide(office.ids["王芳"]) == []


# -- another service


async def test_a_correction_never_gives_more_time(any_office: Office) -> None:
    """To something slower the promise stays; to something quicker it is what that would have been from the start."""
    request = await taken(any_office)
    before = await any_office.request(request)
    any_office.later(days=1)
    await any_office.act("correct", request, "李敏", "elderly.subsistence_allowance")
    slower = await any_office.request(request)
    assert (slower.service_id, slower.resolve_by) == ("elderly.subsistence_allowance", before.resolve_by)
    await any_office.act("correct", request, "王芳", "legal.consultation")
    quicker = await any_office.request(request)
    service = any_office.rules.catalogue.service("legal.consultation")
    asked = any_office.rules.promises(service, before.created_at, area="HJ")
    assert (quicker.domain, quicker.kind, quicker.resolve_by) == ("legal_aid", "consulting", asked.resolve)
    assert quicker.resolve_by < before.resolve_by
    event = (await any_office.events(request))[-1]
    assert (event.data["before"], event.data["after"]) == ("elderly.subsistence_allowance", "legal.consultation")
    assert (await any_office.told("张秀英")).count("corrected") == 2
    assert await flaws(any_office) == []


async def test_a_promise_that_a_correction_finds_broken_is_told(any_office: Office) -> None:
    """Looked at since, and by the right service late long ago: whoever must know hears of it, once."""
    request = await taken(any_office)

    async def sweep() -> list[str]:
        async with any_office.database.write() as session:
            await swept(session, any_office.rules, any_office.now, PROMISES)
        return [kind for kind in await any_office.told("王芳") if kind == "promise_breach"]

    any_office.later(days=5)
    before = await sweep()
    await any_office.act("correct", request, "李敏", "legal.consultation")
    assert (await any_office.request(request)).resolve_by < any_office.now
    assert len(await sweep()) == len(before) + 1
    any_office.later(minutes=1)
    assert len(await sweep()) == len(before) + 1
    written = [(e.action, e.data["stage"], e.data["due"]) for e in await any_office.events(request) if "due" in e.data]
    assert len(written) == len(set(written))


async def test_a_pause_is_not_taken_back_by_a_correction(office: Office) -> None:
    """What the resident took to bring papers is added to the right service's promise too."""
    request = await taken(office)
    async with office.database.write() as session:
        pause = {"asked_at": office.now, "due_at": office.now, "ended_at": office.now + timedelta(days=2)}
        session.add(Supplement(request_id=request.id, asked_by_id=office.ids["李敏"], pauses=True, **pause))
    await office.act("correct", request, "李敏", "legal.consultation")
    service = office.rules.catalogue.service("legal.consultation")
    asked = office.rules.promises(service, request.created_at, area="HJ")
    assert (await office.request(request)).resolve_by == asked.resolve + timedelta(
        days=4
    )  # two working days, over a weekend


@pytest.mark.parametrize(("service", "code"), [("no.such", "service_unknown"), ("elderly.meals", "service_same")])
async def test_what_it_cannot_be_corrected_to(office: Office, service: str, code: str) -> None:
    """What no list has, and what it is already."""
    request = await taken(office)
    with pytest.raises(CaseError) as refused:
        await office.act("correct", request, "李敏", service)
    assert refused.value.code == code


async def test_a_mediation_that_has_begun_stays_one(any_office: Office) -> None:
    """The other party was asked: it is brought to its end first, and then may become something else."""
    request = await taken(any_office, service_id="mediation.noise")
    async with any_office.database.write() as session:
        book = Mediation(session, any_office.rules, any_office.now)
        await book.invite_by_phone(request.id, any_office.ids["李敏"], "楼上的", "13900001111")
    with pytest.raises(CaseError) as refused:
        await any_office.act("correct", request, "李敏", "legal.consultation")
    assert refused.value.code == "mediation_begun"
    async with any_office.database.write() as session:
        book = Mediation(session, any_office.rules, any_office.now)
        await book.answer(request.id, any_office.ids["李敏"], accepts=False)
    await any_office.act("correct", request, "李敏", "legal.consultation")
    async with any_office.database.read() as session:
        book = Mediation(session, any_office.rules, any_office.now)
        with pytest.raises(CaseError):  # the case is closed to everybody once it is none
            await book.look_case(request.id, any_office.ids["李敏"])


# -- whoever cannot act


async def gone(office: Office, name: str) -> None:
    async with office.database.write() as session:
        person = await session.get(Person, office.ids[name])
        assert person is not None
        person.unreachable_at = office.now


async def test_what_somebody_only_handled_goes_back_to_the_first_responder(any_office: Office) -> None:
    """The handler left: while a colleague is asked the first responder holds it, and the resident knows."""
    await any_office.staff("钱多")
    request = await taken(any_office)
    await any_office.act("transfer", request, "李敏", any_office.ids["周强"], "他更熟")
    await any_office.act("acknowledge", request, "周强")
    await any_office.leaves("周强")
    ids = any_office.ids
    await any_office.act("take_over", request, "王芳", ids["周强"], ids["钱多"], "周强离岗")
    now = await any_office.request(request)
    assert (now.first_responder_id, now.handler_id, now.offered_to_id) == (ids["李敏"], ids["李敏"], ids["钱多"])
    assert "holding" in await any_office.told("李敏")
    assert "handed_over" in await any_office.told("张秀英")


async def test_with_nobody_left_the_colleague_holds_it_at_once(any_office: Office) -> None:
    """First responder and handler are both gone: it is the heir's, without waiting."""
    request = await taken(any_office)
    await any_office.act("transfer", request, "李敏", any_office.ids["周强"], "他更熟")
    await any_office.act("acknowledge", request, "周强")
    for name in ("李敏", "周强"):
        await gone(any_office, name)
    await any_office.act("transfer", request, "王芳", any_office.ids["王芳"], "两个人都不在")
    now = await any_office.request(request)
    assert (now.handler_id, now.offered_to_id) == (any_office.ids["王芳"], None)
    await any_office.act("take_over", request, "王芳", any_office.ids["李敏"], any_office.ids["王芳"], "不在岗")
    assert (await any_office.request(request)).first_responder_id == any_office.ids["王芳"]
    assert await flaws(any_office) == []


async def test_an_offer_to_somebody_gone_goes_to_the_heir(office: Office) -> None:
    """It waits for the heir instead; or, when the heir holds it already, for nobody."""
    await office.staff("钱多")
    request = await taken(office)
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await gone(office, "周强")
    await office.act("take_over", request, "王芳", office.ids["周强"], office.ids["钱多"], "联系不上")
    assert (await office.request(request)).offered_to_id == office.ids["钱多"]
    await gone(office, "钱多")
    await office.act("take_over", request, "王芳", office.ids["钱多"], office.ids["李敏"], "联系不上")
    assert (await office.request(request)).offered_to_id is None


async def test_a_resolved_request_needs_only_a_first_responder(office: Office) -> None:
    """Whoever did the work may leave: 还没解决 goes to the first responder anyway."""
    request = await taken(office)
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await office.act("resolve", request, "周强", "办好了")
    before = len(await office.events(request))
    await office.act("take_over", request, "王芳", office.ids["周强"], office.ids["李敏"], "离岗")
    assert len(await office.events(request)) == before


@pytest.mark.parametrize("how", ["leaves", "blocks", "erases"])
async def test_the_managers_get_one_list_a_day(any_office: Office, how: str) -> None:
    """However somebody goes: one word to each manager, again the next working day, until it is handed over."""
    for _ in range(3):
        await any_office.record()
    if how == "leaves":
        await any_office.leaves("李敏")
    elif how == "blocks":
        await gone(any_office, "李敏")
        any_office.later(days=1)
    else:
        async with any_office.database.write() as session:
            person = await session.get(Person, any_office.ids["李敏"])
            assert person is not None
            person.erased_at = any_office.now
        await any_office.leaves("李敏")
    for _ in range(2):
        await sweep(any_office)
    assert (await any_office.told("王芳")).count("left_work") == 1
    any_office.later(days=1)
    await sweep(any_office)
    assert (await any_office.told("王芳")).count("left_work") == 2
    for request in await rows(any_office, Request):
        if request.first_responder_id == any_office.ids["李敏"]:
            given = (any_office.ids["李敏"], any_office.ids["周强"], "不在岗")
            await any_office.act("take_over", request, "王芳", *given)
    any_office.later(days=1)
    await sweep(any_office)
    assert (await any_office.told("王芳")).count("left_work") == 2


async def test_nobody_is_reported_who_can_act(office: Office) -> None:
    """Also not somebody whose post is in the area above."""
    request = await taken(office)
    await office.act("replace", request, "赵云", office.ids["赵云"], "街道接手")
    assert await sweep(office) == 0


async def test_a_mediator_who_is_gone(office: Office) -> None:
    """Those who conduct the case are asked to name another, with both parties' word."""
    request = await taken(office, service_id="mediation.noise")
    async with office.database.write() as session:
        await Mediation(session, office.rules, office.now).invite_by_phone(
            request.id, office.ids["李敏"], "楼上的", "13900001111"
        )
        case = (await session.execute(select(MediationCase))).scalar_one()
        case.mediator_id = office.ids["周强"]
    await gone(office, "周强")
    await sweep(office)
    assert "mediator_left" in await office.told("李敏")


async def test_word_goes_to_those_who_can_hear_it(office: Office) -> None:
    """A handler who blocked the desk: the resident's words go to the first responder instead."""
    request = await taken(office)
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await gone(office, "周强")
    await office.say(request, "张秀英", "在吗")
    assert "relay" in await office.told("李敏")
    assert "relay" not in await office.told("周强")


async def test_every_notice_of_the_sweep_has_a_key(any_office: Office) -> None:
    """What a sweep writes cannot be written twice."""
    await reported(any_office)
    request = await any_office.record()
    who = await any_office.name(request.first_responder_id)
    await any_office.act("acknowledge", request, who)
    await outside(any_office, request, who)
    await gone(any_office, "周强")
    any_office.later(days=4)
    assert await sweep(any_office) > 0
    kinds = {"refusal_reported", "refusal_late", "left_work", "outside_due", "mediator_left"}
    written = [row for row in await rows(any_office, Outbox) if row.kind in kinds]
    assert written
    assert all(row.unique_key for row in written)
    assert await sweep(any_office) == 0


# -- on leave with a substitute (AB岗)


async def on_leave(office: Office, who: str, substitute: str) -> None:
    today = office.rules.office().local(office.now).date()
    async with office.database.write() as session:
        leave = Away(office.ids[who], today, today + timedelta(days=10), office.ids[substitute])
        given = {"by": office.ids["王芳"], "now": office.now, "today": today}
        await rota.add_leave(session, office.areas["HJ"], leave, **given)


async def test_new_work_goes_to_the_substitute(any_office: Office) -> None:
    """Rule 1 names whoever stands in, also for a cry of danger."""
    await on_leave(any_office, "李敏", "周强")
    for more in ({}, {"danger": "fire", "intake": Intake.DANGER}, {}):
        request = await any_office.record(**more)
        assert request.first_responder_id == any_office.ids["周强"]


async def test_a_substitute_hears_what_is_urgent_and_may_take_it(any_office: Office) -> None:
    """催办 and warnings reach both; the substitute takes it with 受理 and holds it, the first responder stays."""
    request = await any_office.record()
    ids = any_office.ids
    assert request.handler_id == ids["李敏"]
    async with any_office.books() as books:
        assert await books.roles(request, ids["周强"]) == frozenset()
    await on_leave(any_office, "李敏", "周强")
    await any_office.act("urge", request, "张秀英")
    any_office.later(minutes=25)
    async with any_office.database.write() as session:
        await swept(session, any_office.rules, any_office.now, PROMISES)
    for who in ("李敏", "周强"):
        assert {"urged", "promise_warn"} <= set(await any_office.told(who)), who
    async with any_office.books() as books:
        assert await books.roles(request, ids["周强"]) == {Role.RECEIVER}
    await any_office.act("acknowledge", request, "周强")
    now = await any_office.request(request)
    assert (now.handler_id, now.first_responder_id) == (ids["周强"], ids["李敏"])
    any_office.later(days=20)
    other = await any_office.record()
    async with any_office.books() as books:
        assert await books.roles(other, ids["周强"]) - {Role.HANDLER, Role.FIRST_RESPONDER} == frozenset()


# -- 三事分流 in earnest


async def broken(office: Office, service: str) -> list[str]:
    """Who was told as the promise to acknowledge broke, and nobody did anything."""
    await office.record(service_id=service)
    office.later(minutes=31)
    async with office.database.write() as session:
        await swept(session, office.rules, office.now, PROMISES)
    names = ("李敏", "王芳", "赵云")
    return [name for name in names if "promise_breach" in await office.told(name)]


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("elderly.age_allowance", ["李敏", "王芳", "赵云"]),
        ("elderly.meals", ["李敏", "王芳"]),
        ("mediation.noise", ["李敏", "王芳"]),
    ],
)
async def test_the_street_hears_of_a_broken_government_matter_at_once(
    any_office: Office, service: str, told: list[str]
) -> None:
    """Of the others a working day later."""
    assert await broken(any_office, service) == told
    assert ("matter_recorded" in await any_office.told("王芳")) == (len(told) == 3)
    any_office.later(days=1, minutes=1)
    async with any_office.database.write() as session:
        await swept(session, any_office.rules, any_office.now, PROMISES)
    assert "promise_escalate" in await any_office.told("赵云")


async def test_erasing_leaves_nothing_of_where_it_went(office: Office) -> None:
    """Whose business it was is blanked with the rest; before, it is part of one's own data."""
    request = await taken(office)
    await outside(office, request)
    async with office.database.write() as session:
        person = await session.get(Person, office.ids["张秀英"])
        assert person is not None
        [mine] = (await privacy.about(session, person))["requests"]
        assert mine["elsewhere"] == [{"body": COURT[0], "contact": COURT[1]}]
        await privacy.erase(session, person, office.now)
    [handed] = await rows(office, OutsideTransfer)
    assert (handed.body, handed.contact) == ("", "")
