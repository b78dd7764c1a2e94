"""Mediation and legal-aid cases in the database: who may, races, sweeps that come twice, what is known and erased."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge.legal_aid import Ground
from knowledge.lifecycle import Intake, NotAllowed, Role, Status
from knowledge.mediation import Stage
from storage import case_privacy, history, privacy
from storage.case_people import ContactOf
from storage.case_reminders import PARTS
from storage.ledger import CaseError
from storage.legal_aid import LegalAid
from storage.mediation import Mediation
from storage.mediation_docket import Docket
from storage.mediation_tables import MediationCase, MediationMessage, MediationSession
from storage.tables import Outbox, Person, Request
from tests.storage.office import Office, swept


@asynccontextmanager
async def cases(office: Office) -> AsyncIterator[Mediation]:
    """One committed unit of work on mediation cases."""
    async with office.database.write() as session:
        yield Mediation(session, office.rules, office.now)


async def begun(office: Office, **more: Any) -> Request:
    """A mediation request that its first responder, 李敏, has in hand."""
    request = await office.record(service_id="mediation.noise", **more)
    await office.act("acknowledge", request, "李敏")
    return request


async def entered(office: Office) -> tuple[Request, int, int]:
    """The other party, 赵大, has come in by the link: the request, the case's id, the person's id."""
    request = await begun(office)
    other = await office.person("赵大", chat_id=901)
    async with cases(office) as book:
        token = await book.invite_by_link(request.id, office.ids["李敏"])
    async with cases(office) as book:
        person = await book._session.get(Person, other)
        assert person is not None
        docket = await book.enter(token, person)
        case_id = docket.case.id
    return request, case_id, other


async def agreed(office: Office) -> tuple[Request, int, int]:
    """Both want to mediate, with this mediator."""
    request, case_id, other = await entered(office)
    async with cases(office) as book:
        await book.other_answers(case_id, other, accepts=True)
        await book.judge_mediator(request.id, office.ids["张秀英"], accepts=True)
    return request, case_id, other


async def sweep(office: Office) -> int:
    """The clock comes by once."""
    async with office.database.write() as session:
        return await swept(session, office.rules, office.now, *PARTS)


async def kinds(office: Office, person_id: int) -> list[str]:
    """What somebody was told of cases so far."""
    async with office.database.read() as session:
        rows = await session.execute(select(Outbox.kind).where(Outbox.person_id == person_id).order_by(Outbox.id))
        return [kind for kind in rows.scalars() if kind.startswith(("mediation", "legal_aid"))]


# -- who may

Act = Callable[[Mediation, Request, int], Awaitable[Any]]

STAFF_ACTS: dict[str, Act] = {
    "invite_by_link": lambda b, r, who: b.invite_by_link(r.id, who),
    "invite_by_phone": lambda b, r, who: b.invite_by_phone(r.id, who, "赵大", None),
    "answer": lambda b, r, who: b.answer(r.id, who, accepts=True),
    "accept_mediator": lambda b, r, who: b.accept_mediator(r.id, who),
    "name_mediator": lambda b, r, who: b.name_mediator(r.id, who, who),
    "schedule": lambda b, r, who: b.schedule(r.id, who, datetime(2026, 12, 1, tzinfo=UTC), "社区"),
    "settle": lambda b, r, who: b.settle(r.id, who, "赔两千", date(2026, 11, 23), 7),
    "fail": lambda b, r, who: b.fail(r.id, who),
    "performed": lambda b, r, who: b.performed(r.id, who, kept=True),
    "confirmation": lambda b, r, who: b.confirmation(r.id, who, done=True),
    "look_case": lambda b, r, who: b.look_case(r.id, who),
}
STAGE_OF = {
    "invite_by_link": Stage.NEW,
    "invite_by_phone": Stage.NEW,
    "answer": Stage.INVITED,
    "performed": Stage.SETTLED,
    "confirmation": Stage.SETTLED,
}
"""Where the case must stand for the act; both are agreed otherwise."""


@pytest.mark.parametrize("act", STAFF_ACTS)
async def test_the_handler_and_the_first_responder_conduct_it_and_nobody_else(office: Office, act: str) -> None:
    """Of everybody a request can have to do with, these two may take the step; the rest change nothing."""
    handler = await office.staff("承办")
    receiver = await office.staff("接手")
    request = await begun(office)
    async with office.database.write() as session:
        row = await session.get(Request, request.id)
        assert row is not None
        row.handler_id, row.offered_to_id = handler, receiver
        stage = STAGE_OF.get(act, Stage.AGREED)
        session.add(
            MediationCase(
                request_id=row.id,
                stage=stage,
                mediator_id=handler,
                created_at=office.now,
                other_name="赵大",
                applicant_agrees=True,
                other_agrees=True,
            )
        )
        if stage is Stage.SETTLED:
            await session.flush()
            row.handler_id = office.ids["李敏"]
    if STAGE_OF.get(act) is Stage.SETTLED:
        async with cases(office) as book:
            case = (await book._session.execute(select(MediationCase))).scalar_one()
            case.stage = Stage.AGREED
            await book._session.flush()
            await book.settle(request.id, office.ids["李敏"], "赔两千", date(2026, 11, 23), 7)
            row = await book._session.get(Request, request.id)
            assert row is not None
            row.handler_id = handler
    people = {
        "handler": (handler, True),
        "first responder": (office.ids["李敏"], True),
        "receiver": (receiver, False),
        "worker": (office.ids["周强"], False),
        "manager": (office.ids["王芳"], False),
        "resident": (office.ids["张秀英"], False),
    }
    for who, (person_id, may) in people.items():
        done = True
        try:
            async with cases(office) as book:
                await STAFF_ACTS[act](book, request, person_id)
                raise UndoneError
        except UndoneError:
            pass
        except (NotAllowed, CaseError):
            done = False
        assert done == may, (act, who)


class UndoneError(Exception):
    """Ends a unit of work without keeping it."""


async def test_only_mediation_requests_have_a_case(office: Office) -> None:
    """A forged step on another request is refused, and no case comes to be."""
    request = await office.record()
    await office.act("acknowledge", request, "李敏")
    for act in ("invite_by_link", "look_case", "fail"):
        with pytest.raises((NotAllowed, CaseError)):
            async with cases(office) as book:
                await STAFF_ACTS[act](book, request, office.ids["李敏"])
    async with office.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(MediationCase)) == 0


async def test_nothing_before_it_is_acknowledged(office: Office) -> None:
    """A request that nobody has taken is not mediated yet."""
    request = await office.record(service_id="mediation.noise")
    with pytest.raises(NotAllowed) as refused:
        async with cases(office) as book:
            await book.invite_by_link(request.id, office.ids["李敏"])
    assert refused.value.reason == "status"


async def test_a_mediator_who_is_not_the_handler_reads_and_talks(office: Office) -> None:
    """Named by the handler, they see the case and answer the other party, and take no step of it."""
    request, case_id, _ = await agreed(office)
    async with cases(office) as book:
        await book.name_mediator(request.id, office.ids["李敏"], office.ids["周强"])
    async with cases(office) as book:
        assert (await book.look_case(request.id, office.ids["周强"])).case.id == case_id
        await book.say_in_case(case_id, office.ids["周强"], "您好")
    with pytest.raises(CaseError):
        async with cases(office) as book:
            await book.fail(request.id, office.ids["周强"])
    await office.leaves("周强")
    with pytest.raises(CaseError):
        async with cases(office) as book:
            await book.look_case(request.id, office.ids["周强"])


async def test_the_history_stays_whole(any_office: Office) -> None:
    """Every step is an event of an unbroken chain, and none of them holds a word."""
    request, case_id, other = await agreed(any_office)
    async with cases(any_office) as book:
        await book.say_in_case(case_id, other, "独一无二的话")
        await book.schedule(request.id, any_office.ids["李敏"], any_office.now + timedelta(days=7), "独一无二的地方")
        await book.settle(request.id, any_office.ids["李敏"], "独一无二的协议", date(2026, 11, 23), 7)
    async with any_office.database.read() as session:
        assert [flaw async for flaw in history.audit(session)] == []
    events = [event for event in await any_office.events(request) if event.action == "mediate"]
    assert [event.data["step"] for event in events] == [
        "invite_link", "accept", "accept_mediator", "accept_mediator", "talk", "schedule", "settle",
    ]  # fmt: skip
    assert "独一无二" not in str([event.data for event in events])


# -- races


async def test_one_of_two_who_follow_the_link_at_once(any_office: Office) -> None:
    """Two people with the same link at the same moment: one is the other party, the other hears that it was used."""
    request = await begun(any_office)
    strangers = [await any_office.person(name, chat_id=950 + n) for n, name in enumerate(("赵大", "钱二"))]
    async with cases(any_office) as book:
        token = await book.invite_by_link(request.id, any_office.ids["李敏"])

    async def follow(person_id: int) -> str:
        try:
            async with cases(any_office) as book:
                person = await book._session.get(Person, person_id)
                assert person is not None
                await book.enter(token, person)
                await asyncio.sleep(0)
        except CaseError as error:
            return error.code
        return "in"

    assert sorted(await asyncio.gather(*map(follow, strangers))) == ["in", "mediation_link_used"]


async def test_two_sweeps_at_once_say_everything_once(any_office: Office) -> None:
    """Overlapping sweeps, and one more afterwards, write each reminder once."""
    request, _, other = await agreed(any_office)
    async with cases(any_office) as book:
        await book.schedule(request.id, any_office.ids["李敏"], any_office.now + timedelta(days=7), "社区")
    any_office.later(days=6)
    await asyncio.gather(sweep(any_office), sweep(any_office), return_exceptions=True)
    await sweep(any_office)
    for person_id in (any_office.ids["张秀英"], other, any_office.ids["李敏"]):
        assert (await kinds(any_office, person_id)).count("mediation_reminder") == 1


# -- sweeps


async def test_nobody_is_reminded_of_a_meeting_that_is_off(office: Office) -> None:
    """The request is resolved before the meeting: the reminder does not come."""
    request, _, other = await agreed(office)
    async with cases(office) as book:
        await book.schedule(request.id, office.ids["李敏"], office.now + timedelta(days=7), "社区")
    await office.act("resolve", request, "李敏", "双方自己谈好了")
    office.later(days=6)
    assert await sweep(office) == 0
    assert "mediation_reminder" not in await kinds(office, other)
    async with office.database.read() as session:
        assert (await session.execute(select(MediationSession.remind_at))).scalar_one() is None


async def test_parties_without_a_chat_are_called(office: Office) -> None:
    """Neither has a chat: the first responder calls the one, whoever works on the case the other."""
    await office.person("刘奶奶", phone="13800001111")
    request = await office.record("刘奶奶", service_id="mediation.noise", recorded_by="周强")
    me = office.ids["周强"]
    async with cases(office) as book:
        await book.invite_by_phone(request.id, me, "赵大", "13900002222", "愿意谈")
        await book.answer(request.id, me, accepts=True)
        await book.accept_mediator(request.id, me)
        await book.schedule(request.id, me, office.now + timedelta(days=7), "社区")
    office.later(days=6)
    for expected in (2, 0):
        async with office.database.read() as session:
            before = await session.scalar(select(func.count()).select_from(Outbox))
        told = await sweep(office)
        async with office.database.read() as session:
            rows = (await session.execute(select(Outbox).order_by(Outbox.id).offset(before))).scalars().all()
        calls = [row for row in rows if row.kind in ("call_resident", "mediation_call_other")]
        assert len(calls) == expected
        assert {row.person_id for row in calls} <= {me}
        assert {row.payload["news"] for row in calls} <= {"mediation_reminder"}
        assert told == len(rows)


async def test_a_closed_request_ends_the_case_for_the_other_party_once(office: Office) -> None:
    """Closed without an agreement: told once; reopened, the case goes on where it stood."""
    request, case_id, other = await agreed(office)
    await office.act("resolve", request, "李敏", "没谈成")
    assert await sweep(office) == 0
    await office.act("rate", request, "张秀英", 3)
    assert await sweep(office) == 1
    assert await sweep(office) == 0
    assert (await kinds(office, other)).count("mediation_ended") == 1
    await office.act("reopen", request, "张秀英")
    async with cases(office) as book:
        docket: Docket = await book.look_case(request.id, office.ids["李敏"])
        assert (docket.case.stage, docket.case.id) == (Stage.AGREED, case_id)
        await book.fail(request.id, office.ids["李敏"])


async def test_legal_days_stop_with_the_request(office: Office) -> None:
    """A withdrawn application is not late."""
    request = await office.record(service_id="legal.aid_application")
    await office.act("acknowledge", request, "李敏")
    async with office.database.write() as session:
        await LegalAid(session, office.rules, office.now).complete(request.id, office.ids["李敏"])
    await office.act("withdraw", request, "张秀英")
    office.later(days=10)
    assert await sweep(office) == 0


async def test_late_legal_days_reach_handler_responder_and_managers_once(office: Office) -> None:
    """Past the seven days everybody who answers hears of it, each once, however often the clock comes by."""
    request = await office.record(service_id="legal.aid_application")
    await office.act("acknowledge", request, "李敏")
    async with office.database.write() as session:
        aid = LegalAid(session, office.rules, office.now)
        await aid.urgent(request.id, office.ids["李敏"], Ground.PRESERVATION)
        await aid.complete(request.id, office.ids["李敏"])
    office.later(days=8)
    assert await sweep(office) == 2
    assert await sweep(office) == 0
    assert "legal_aid_late" in await kinds(office, office.ids["王芳"])
    assert (await kinds(office, office.ids["李敏"])).count("legal_aid_late") == 1


# -- what is known of a person


async def test_each_party_is_told_their_own_data_only(office: Office) -> None:
    """我的数据 of the other party holds their words, that of the applicant does not; both hold the agreement."""
    request, case_id, other = await agreed(office)
    async with cases(office) as book:
        await book.say_in_case(case_id, other, "只给调解员听的话")
        await book.settle(request.id, office.ids["李敏"], "赔两千", date(2026, 11, 23), 7)
    async with office.database.read() as session:
        applicant = await session.get(Person, office.ids["张秀英"])
        party = await session.get(Person, other)
        assert applicant is not None
        assert party is not None
        theirs, own = await case_privacy.about(session, party), await privacy.about(session, applicant)
    assert "只给调解员听的话" in str(theirs)
    assert "只给调解员听的话" not in str(own)
    for known in (theirs, own["mediations"]):
        assert known[0]["agreements"][0]["text"] == "赔两千"


async def test_the_other_party_erased(any_office: Office) -> None:
    """Their name, their words and their link are gone; the handler knows; the request itself stays."""
    request, case_id, other = await agreed(any_office)
    async with cases(any_office) as book:
        await book.say_in_case(case_id, other, "只给调解员听的话")
    async with any_office.database.write() as session:
        party = await session.get(Person, other)
        assert party is not None
        await privacy.erase(session, party, any_office.now)
    async with any_office.database.read() as session:
        case = await session.get(MediationCase, case_id)
        assert case is not None
        assert (case.other_id, case.other_name, case.digest) == (None, None, None)
        assert [m.text for m in (await session.execute(select(MediationMessage))).scalars()] == [""]
        assert [flaw async for flaw in history.audit(session)] == []
    assert "mediation_other_left" in await kinds(any_office, any_office.ids["李敏"])
    assert (await any_office.request(request)).status is Status.IN_PROGRESS


async def test_the_role_of_an_event_is_true(office: Office) -> None:
    """Steps of the applicant are theirs; what the other party does is written down by the system, under their id."""
    request, _, other = await agreed(office)
    roles = [(e.data["step"], e.actor_id, e.role) for e in await office.events(request) if e.action == "mediate"]
    assert roles == [
        ("invite_link", office.ids["李敏"], Role.HANDLER),
        ("accept", other, Role.SYSTEM),
        ("accept_mediator", other, Role.SYSTEM),
        ("accept_mediator", office.ids["张秀英"], Role.RESIDENT),
    ]


async def test_the_contact_of_the_applicant_is_not_the_other_party(office: Office) -> None:
    """The link that is for the other side opens nothing to whoever speaks for this one: they would read both."""
    daughter = await office.person("周小妹", chat_id=902)
    await office.person("周婆婆")
    contact = ContactOf("周小妹", None, "女儿", daughter)
    request = await office.record(
        "周婆婆", service_id="mediation.noise", recorded_by="李敏", intake=Intake.COUNTER, contact=contact
    )
    async with cases(office) as book:
        token = await book.invite_by_link(request.id, office.ids["李敏"])
    async with cases(office) as book:
        with pytest.raises(CaseError, match="mediation_link_own"):
            await book.find_link(token, daughter)
        assert (await book.find_link(token, None)).request.id == request.id
