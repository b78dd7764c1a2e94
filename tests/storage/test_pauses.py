"""一次性告知 and 补正 on both databases: told and delivered, the clock stopped once, nothing resting for ever."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from knowledge.calendar import Calendar
from knowledge.lifecycle import Action, Intake, NotAllowed, Status
from storage import outbox, pause_sweep, privacy, reports
from storage.case_tables import OneTimeNotice, Supplement
from storage.clockwork import PROMISES, overdue
from storage.ledger import CaseError
from storage.outbox import Sent
from storage.people import People
from storage.tables import Note, Outbox, Person, Request
from tests.knowledge.test_deadlines import at
from tests.storage.office import Office, swept


async def taken(office: Office, **more: Any) -> Request:
    """A request in progress, with 李敏."""
    request = await office.record(**more)
    async with office.books() as books:
        found = await books._load(request.id)
        found.handler_id = found.first_responder_id = office.ids["李敏"]
    await office.act("acknowledge", request, "李敏")
    return await office.request(request)


async def told(office: Office, request: Request, **how: Any) -> OneTimeNotice:
    async with office.books() as books:
        return await books.notify(request.id, office.ids["李敏"], **how)


async def deliver(office: Office, *shown_as: int) -> None:
    """The courier has shown every one-time notice that waits."""
    async with office.database.write() as session:
        rows = (await session.execute(select(Outbox).where(Outbox.kind == "one_time_notice"))).scalars().all()
        await outbox.settle(session, [Sent(row, message_ids=shown_as) for row in rows], office.now)


async def notices(office: Office) -> list[OneTimeNotice]:
    async with office.database.read() as session:
        return list((await session.execute(select(OneTimeNotice).order_by(OneTimeNotice.id))).scalars())


async def supplements(office: Office) -> list[Supplement]:
    async with office.database.read() as session:
        return list((await session.execute(select(Supplement).order_by(Supplement.id))).scalars())


async def waiting(office: Office, **more: Any) -> Request:
    """A request in 补正: all was told, then something asked for."""
    request = await taken(office, **more)
    await told(office, request)
    await deliver(office, 5)
    await office.act("ask_supplement", request, "李敏", "近期病历")
    return await office.request(request)


async def sweep(office: Office) -> int:
    async with office.database.write() as session:
        return await swept(session, office.rules, office.now, *pause_sweep.PARTS)


async def actions(office: Office, request: Request) -> list[str]:
    return [e.action for e in await office.events(request)]


# -- 一次性告知


async def test_a_notice_is_delivered_when_it_was_shown(any_office: Office) -> None:
    """Recorded with its content and by whom; delivered when the courier says so, and the first time counts."""
    request = await taken(any_office)
    notice = await told(any_office, request, more="带上碗")
    assert (notice.sent_by_id, notice.told_by, notice.delivered_at) == (any_office.ids["李敏"], "chat", None)
    assert notice.content["materials"]
    assert notice.content["more"] == "带上碗"
    assert "one_time_notice" in await any_office.told("张秀英")
    await deliver(any_office)
    assert [n.delivered_at for n in await notices(any_office)] == [None]  # nothing was shown
    await deliver(any_office, 5)
    first = any_office.now
    any_office.later(minutes=5)
    await deliver(any_office, 6)
    assert [n.delivered_at for n in await notices(any_office)] == [first]
    assert (await actions(any_office, request))[-1] == "notify"


async def test_whoever_has_no_chat_is_told_by_voice(any_office: Office) -> None:
    """In chat it is refused; said on the phone it is delivered at once, and counts as contact."""
    await any_office.person("陈爷爷")
    request = await any_office.record("陈爷爷", recorded_by="李敏", intake=Intake.PHONE)
    with pytest.raises(CaseError) as refused:
        await told(any_office, request)
    assert refused.value.code == "notice_no_chat"
    notice = await told(any_office, request, told_by="phone")
    assert notice.delivered_at == any_office.now
    await any_office.act("ask_supplement", request, "李敏", "病历")
    assert (await any_office.request(request)).status is Status.SUPPLEMENT
    assert (await any_office.told("李敏"))[-1] == "call_resident"


async def test_the_general_window_needs_words(any_office: Office) -> None:
    """Its list cannot know what is needed."""
    request = await taken(any_office, service_id="general.window")
    with pytest.raises(CaseError) as refused:
        await told(any_office, request)
    assert refused.value.code == "notice_empty"
    assert (await told(any_office, request, more="带上购房合同")).content["more"] == "带上购房合同"


async def test_the_card_that_was_confirmed_is_a_notice(any_office: Office) -> None:
    """Delivered as it was recorded; enough for the clock to stop."""
    content = {"who": "老年人", "materials": ["身份证（本人或代办人带上即可查看，不留复印件）"]}
    item = any_office.rules.catalogue.service("elderly.meals")
    request = await taken(any_office, told={**content, "steps": list(item.steps)})
    [notice] = await notices(any_office)
    assert notice.delivered_at == notice.created_at == request.created_at
    assert (await any_office.events(request))[0].data["told"] is True
    await any_office.act("ask_supplement", request, "李敏", "病历")
    assert (await any_office.request(request)).status is Status.SUPPLEMENT


async def test_what_was_told_goes_with_the_resident(any_office: Office) -> None:
    """我的数据 has the notice; 注销 blanks it."""
    request = await taken(any_office)
    await told(any_office, request, more="张秀英请带上碗")
    async with any_office.database.write() as session:
        person = await session.get(Person, any_office.ids["张秀英"])
        assert person is not None
        about = await privacy.about(session, person)
        assert about["requests"][0]["told"][0]["content"]["more"] == "张秀英请带上碗"
        await privacy.erase(session, person, any_office.now)
    assert [n.content for n in await notices(any_office)] == [{}]


# -- 补正


async def test_the_clock_stands_still_and_goes_on(any_office: Office) -> None:
    """Nothing is owed while the resident is waited for; then the promise has moved by exactly the service time."""
    request = await waiting(any_office)
    assert (request.status, request.paused_at, request.look_at) == (Status.SUPPLEMENT, any_office.now, None)
    assert request.resolve_by == at("12-02 18:00")
    any_office.later(days=2, hours=4, minutes=30)  # Wednesday 15:00: 6.5 + 8 + 5 hours of service
    async with any_office.database.write() as session:
        assert await swept(session, any_office.rules, any_office.now, PROMISES) == 0
    await any_office.act("supplemented", request, "张秀英")
    now = await any_office.request(request)
    assert (now.status, now.paused_at) == (Status.IN_PROGRESS, None)
    assert (now.contact_by, now.resolve_by) == (at("11-27 13:30"), at("12-07 13:30"))
    assert now.look_at is not None
    [asked] = await supplements(any_office)
    assert (asked.pauses, asked.ended_by, asked.ended_at) == (True, "resident", any_office.now)
    assert (await any_office.told("李敏"))[-1] == "supplemented"
    assert (await any_office.events(request))[-1].data["resolve_by"] == now.resolve_by.isoformat()


async def test_staff_may_say_that_it_came(any_office: Office) -> None:
    """材料已收到: the resident hears the new date."""
    request = await waiting(any_office)
    any_office.later(days=1)
    await any_office.act("supplemented", request, "李敏")
    assert (await any_office.told("张秀英"))[-1] == "supplement_received"
    assert (await supplements(any_office))[0].ended_by == "staff"


async def test_without_a_notice_it_does_not_stop(any_office: Office) -> None:
    """Neither before one was sent, nor before it arrived; it is counted all the same (rule 5)."""
    request = await taken(any_office)
    await any_office.act("ask_supplement", request, "李敏", "病历")
    other = await taken(any_office)
    await told(any_office, other)
    await any_office.act("ask_supplement", other, "李敏", "病历")
    for asked in (request, other):
        now = await any_office.request(asked)
        assert (now.status, now.paused_at, now.resolve_by) == (Status.IN_PROGRESS, None, asked.resolve_by)
        assert (await actions(any_office, asked))[-1] == "ask_again"
    assert [s.pauses for s in await supplements(any_office)] == [False, False]
    await deliver(any_office, 5)
    await any_office.act("ask_supplement", other, "李敏", "户口簿")
    assert (await any_office.request(other)).status is Status.IN_PROGRESS


async def test_only_the_first_stops_it(any_office: Office) -> None:
    """Asked a second time: counted, the clock goes on, also after 还没解决."""
    request = await waiting(any_office)
    await any_office.act("supplemented", request, "李敏")
    await any_office.act("ask_supplement", request, "李敏", "还有户口簿")
    await any_office.act("resolve", request, "李敏", "办好了")
    await any_office.act("reopen", request, "张秀英")
    await any_office.act("ask_supplement", request, "李敏", "照片")
    assert [s.pauses for s in await supplements(any_office)] == [True, False, False]
    assert (await any_office.request(request)).status is Status.IN_PROGRESS


async def test_a_broken_promise_is_not_put_to_sleep(any_office: Office) -> None:
    """Asking for papers once it is late stops no reminder."""
    request = await taken(any_office)
    await told(any_office, request)
    await deliver(any_office, 5)
    any_office.now = request.resolve_by + timedelta(minutes=1)
    await any_office.act("ask_supplement", request, "李敏", "病历")
    assert (await any_office.request(request)).status is Status.IN_PROGRESS


async def test_it_is_not_overdue_while_it_waits(any_office: Office) -> None:
    """Its nominal day may pass meanwhile."""
    request = await waiting(any_office)
    async with any_office.database.read() as session:
        areas, later = [request.area_id], request.resolve_by + timedelta(days=1)
        assert (await reports.requests(session, areas, "overdue", later, 0, 9))[1] == 0
    async with any_office.books() as books:
        (await books._load(request.id)).paused_at = None
    async with any_office.database.read() as session:
        assert (await reports.requests(session, areas, "overdue", later, 0, 9))[1] == 1
        assert (await reports.requests(session, areas, "overdue", request.resolve_by, 0, 9))[1] == 0
    assert not overdue(request, request.resolve_by + timedelta(days=1))
    request.paused_at = None
    assert overdue(request, request.resolve_by + timedelta(days=1))


async def test_nothing_is_asked_for_without_words(any_office: Office) -> None:
    """Somebody must know what to bring; and only the handler asks."""
    request = await taken(any_office)
    with pytest.raises(CaseError) as refused:
        await any_office.act("ask_supplement", request, "李敏", "  ")
    assert refused.value.code == "supplement_empty"
    with pytest.raises(NotAllowed):
        await any_office.act("ask_supplement", request, "王芳", "病历")


async def test_it_lapses_once_and_the_clock_goes_on_from_that_day(any_office: Office) -> None:
    """However late the sweep comes: the handler and the first responder hear once, the resident too."""
    request = await waiting(any_office)
    async with any_office.database.write() as session:
        found = await session.get(Request, request.id)
        assert found is not None
        found.handler_id = any_office.ids["周强"]
    [asked] = await supplements(any_office)
    assert asked.due_at == at("12-07 18:00")
    any_office.now = asked.due_at - timedelta(seconds=1)
    await sweep(any_office)
    assert (await any_office.request(request)).status is Status.SUPPLEMENT
    any_office.now = asked.due_at + timedelta(days=2)
    assert await sweep(any_office) == 1
    assert await sweep(any_office) == 0
    now = await any_office.request(request)
    assert (now.status, now.paused_at, now.resolve_by) == (Status.IN_PROGRESS, None, at("12-17 16:30"))
    [asked] = await supplements(any_office)
    assert (asked.ended_by, asked.ended_at) == ("lapse", asked.due_at)
    for name in ("李敏", "周强"):
        assert (await any_office.told(name)).count("supplement_lapsed") == 1
    assert (await any_office.told("张秀英")).count("supplement_over") == 1
    with pytest.raises(NotAllowed):
        await any_office.act("supplemented", request, "张秀英")


async def test_the_resident_is_reminded_once(any_office: Office) -> None:
    """Two working days before."""
    await waiting(any_office)
    any_office.now = at("12-03 08:59")
    assert await sweep(any_office) == 0
    any_office.now = at("12-03 09:00")
    assert await sweep(any_office) == 1
    assert await sweep(any_office) == 0
    assert (await any_office.told("张秀英")).count("supplement_reminder") == 1


async def test_many_at_once_are_one_digest(any_office: Office) -> None:
    """After a downtime whoever would get more than a few notices gets one."""
    for _ in range(4):
        request = await taken(any_office)
        await told(any_office, request, told_by="phone")
        await any_office.act("ask_supplement", request, "李敏", "病历")
    any_office.later(days=20)
    assert await sweep(any_office) == 4
    assert (await any_office.told("李敏")).count("pause_digest") == 1
    assert "supplement_lapsed" not in await any_office.told("李敏")


async def test_withdrawn_while_waiting(any_office: Office) -> None:
    """撤回 ends it: nothing is waited for, and no sweep finds it."""
    request = await waiting(any_office)
    await any_office.act("withdraw", request, "张秀英")
    assert [s.ended_by for s in await supplements(any_office)] == ["over"]
    any_office.later(days=30)
    assert await sweep(any_office) == 0
    now = await any_office.request(request)
    assert (now.status, now.paused_at) == (Status.WITHDRAWN, None)


async def test_urged_while_waiting_once_a_day(any_office: Office) -> None:
    """催办 is the resident's right in 补正 too."""
    request = await waiting(any_office)
    await any_office.act("urge", request, "张秀英")
    with pytest.raises(CaseError):
        await any_office.act("urge", request, "张秀英")
    any_office.later(days=1)
    assert (await any_office.act("urge", request, "张秀英")).urged == 2
    assert (await any_office.request(request)).status is Status.SUPPLEMENT


async def test_the_words_asked_for_are_kept_with_the_event(any_office: Office) -> None:
    """As a note that can be erased; the event has its digest."""
    request = await waiting(any_office)
    event = (await any_office.events(request))[-1]
    assert (event.action, event.status) == (Action.ASK_SUPPLEMENT, Status.SUPPLEMENT)
    [asked] = await supplements(any_office)
    async with any_office.database.read() as session:
        note = await session.get(Note, asked.note_id)
        assert note is not None
        assert (note.id, note.text) == (event.data["note"], "近期病历")


async def test_days_off_above_hold_below(any_office: Office, tmp_path: Path) -> None:
    """A day off of the street is one in its community: promises and pauses know it."""
    extra = tmp_path / "extra.yaml"
    extra.write_text("areas:\n  ST: {holidays: [{date: 2026-11-25, name: 成立纪念日}]}\n", "utf-8")
    any_office.rules = replace(any_office.rules, calendar=Calendar.load(extra))
    request = await any_office.record()
    assert request.resolve_by == at("12-03 18:00")
    async with any_office.database.read() as session:
        assert await People(session, any_office.now).codes(any_office.areas["HJ"]) == ("HJ", "ST")
