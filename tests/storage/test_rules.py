"""The rules of 首问负责 that the casebook keeps, each by its number."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from knowledge.lifecycle import Intake, NotAllowed, Role, Status
from storage.ledger import CaseError
from storage.tables import Person
from tests.storage.office import Office


def local(moment: datetime) -> str:
    """A moment on the clock of Chongqing, eight hours ahead of UTC all year."""
    return (moment.astimezone(UTC) + timedelta(hours=8)).strftime("%m-%d %H:%M")


# -- 1: exactly one first responder, from the commit that records it


async def test_rule_1_the_worker_with_the_least_open_load(any_office: Office) -> None:
    """Requests go in turn to the two workers; one who has resolved theirs is next again."""
    first = await any_office.record()
    second = await any_office.record()
    assert first.first_responder_id == any_office.ids["李敏"]
    assert second.first_responder_id == any_office.ids["周强"]
    await any_office.act("acknowledge", first, "李敏")
    await any_office.act("resolve", first, "李敏", "办好了")
    third = await any_office.record()
    assert third.first_responder_id == third.handler_id == any_office.ids["李敏"]


async def test_rule_1_the_domain_then_anybody_then_the_managers(any_office: Office) -> None:
    """Who works on the domain comes first; then any worker; then the area's manager; then the manager above."""
    for name in ("李敏", "周强"):
        await any_office.leaves(name)
    await any_office.staff("陈调", domains=["mediation"])
    await any_office.staff("黄养", domains=["elderly_care"])
    for _ in range(2):
        quarrel = await any_office.record(service_id="mediation.noise")
        assert quarrel.first_responder_id == any_office.ids["陈调"], "the domain counts for more than the load"
    for name, expected in (("黄养", "陈调"), ("陈调", "王芳"), ("王芳", "赵云")):
        await any_office.leaves(name)
        assert (await any_office.record()).first_responder_id == any_office.ids[expected]


async def test_rule_1_nobody_could_answer(office: Office) -> None:
    """Where nobody could answer nothing is recorded, not even a number is used."""
    await office.area("ALONE")
    need = await office.need(area="ALONE")
    with pytest.raises(CaseError) as refused:
        async with office.books() as books:
            await books.record(need)
    assert refused.value.code == "area_not_open"
    assert (await office.record()).number.startswith("2611230001")


async def test_rule_1_whoever_cannot_be_reached_is_not_chosen(office: Office) -> None:
    """A worker who has blocked the bot is passed over, and chosen again once they are back."""
    async with office.database.write() as session:
        person = await session.get(Person, office.ids["李敏"])
        assert person is not None
        person.unreachable_at = office.now
    assert (await office.record()).first_responder_id == office.ids["周强"]
    async with office.database.write() as session:
        person = await session.get(Person, office.ids["李敏"])
        assert person is not None
        person.unreachable_at = None
    assert (await office.record()).first_responder_id == office.ids["李敏"]


async def test_rule_1_the_column_is_never_empty(any_office: Office) -> None:
    """The database itself refuses a request without a first responder."""
    request = await any_office.record()
    with pytest.raises(IntegrityError):
        async with any_office.database.write() as session:
            await session.execute(
                text("UPDATE request SET first_responder_id = NULL WHERE id = :id"), {"id": request.id}
            )


# -- 2: whoever records it for somebody is the first responder


@pytest.mark.parametrize("way", [Intake.COUNTER, Intake.PHONE, Intake.VISIT])
async def test_rule_2_who_was_asked_first_answers(office: Office, way: Intake) -> None:
    """The worker who records it answers for it, whatever their load, and has it in hand at once."""
    for _ in range(3):
        await office.record(recorded_by="周强", intake=way)
    request = await office.record(recorded_by="周强", intake=way)
    assert request.first_responder_id == request.handler_id == request.recorded_by_id == office.ids["周强"]
    assert request.status is Status.IN_PROGRESS
    assert request.acknowledged_at == office.now
    assert [(e.action, e.role) for e in await office.events(request)] == [
        ("record", Role.FIRST_RESPONDER),
        ("acknowledge", Role.HANDLER),
    ]


# -- 3 and 4: transfer keeps the first responder, and the sender until it is taken; a manager may replace


async def test_rule_3_a_transfer_changes_the_handler_only(office: Office) -> None:
    """After the receiver has taken it they do the work; the first responder answers as before."""
    request = await office.record()
    await office.act("acknowledge", request, "李敏")
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    offered = await office.request(request)
    assert (offered.handler_id, offered.offered_to_id) == (office.ids["李敏"], office.ids["周强"])
    assert await office.told("周强") == ["offered"]
    await office.act("acknowledge", request, "周强")
    taken = await office.request(request)
    assert (taken.first_responder_id, taken.handler_id) == (office.ids["李敏"], office.ids["周强"])
    assert taken.offered_to_id is None
    assert await office.told("张秀英") == ["recorded", "acknowledged", "handed_over"]
    assert (await office.told("李敏"))[-1] == "transfer_taken"


async def test_rule_3_a_manager_replaces_with_a_reason(office: Office) -> None:
    """Both names stay in the log, the resident and both workers hear of it, and a reason is not left out."""
    request = await office.record()
    with pytest.raises(CaseError) as refused:
        await office.act("replace", request, "王芳", office.ids["周强"], "  ")
    assert refused.value.code == "reason_empty"
    await office.act("replace", request, "王芳", office.ids["周强"], "李敏休假")
    replaced = await office.request(request)
    assert replaced.first_responder_id == replaced.handler_id == office.ids["周强"]
    data = (await office.events(request))[-1].data
    assert (data["before"], data["after"]) == (office.ids["李敏"], office.ids["周强"])
    assert (await office.told("张秀英"))[-1] == "replaced"
    assert (await office.told("李敏"))[-1] == "replaced_you"
    assert (await office.told("周强"))[-1] == "assigned"


async def test_rule_3_replacing_leaves_another_handler_at_work(office: Office) -> None:
    """Where somebody else does the work already, only the first responder changes."""
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await office.act("replace", request, "王芳", office.ids["王芳"], "李敏离职")
    replaced = await office.request(request)
    assert (replaced.first_responder_id, replaced.handler_id) == (office.ids["王芳"], office.ids["周强"])


async def test_rule_4_the_sender_holds_it_until_it_is_taken(office: Office) -> None:
    """The sender can still resolve it, or ask somebody else; whoever was asked before hears that it is over."""
    request = await office.record()
    await office.act("acknowledge", request, "李敏")
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    with pytest.raises(NotAllowed):
        await office.act("resolve", request, "周强", "办好了")
    await office.act("transfer", request, "李敏", office.ids["王芳"], "周强没空")
    assert await office.told("周强") == ["offered", "offer_over"]
    with pytest.raises(CaseError):
        await office.act("acknowledge", request, "周强")
    await office.act("resolve", request, "李敏", "办好了")
    assert await office.told("王芳") == ["offered", "offer_over"]
    with pytest.raises(NotAllowed):
        await office.act("acknowledge", request, "王芳")


@pytest.mark.parametrize(
    ("to", "reason", "code"),
    [
        ("李敏", "原因", "transfer_self"),
        ("张秀英", "原因", "not_colleague"),
        ("外人", "原因", "not_colleague"),
        ("离职", "原因", "not_colleague"),
        ("周强", " ", "reason_empty"),
    ],
)
async def test_rule_4_only_to_a_named_colleague_with_a_reason(office: Office, to: str, reason: str, code: str) -> None:
    """Not to oneself, a resident, somebody of another area, or somebody who has left; never without a reason."""
    await office.area("OTHER", "ST")
    await office.staff("外人", area="OTHER")
    await office.staff("离职")
    await office.leaves("离职")
    request = await office.record()
    with pytest.raises(CaseError) as refused:
        await office.act("transfer", request, "李敏", office.ids[to], reason)
    assert refused.value.code == code


async def test_rule_4_the_manager_above_can_be_asked(office: Office) -> None:
    """A street's manager may take what its community cannot do."""
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["赵云"], "要街道协调")
    await office.act("acknowledge", request, "赵云")
    assert (await office.request(request)).handler_id == office.ids["赵云"]


# -- 5 and 7: promises


@pytest.mark.parametrize(
    ("service", "acknowledge", "resolve"),
    [
        ("elderly.meals", "11-23 11:00", "12-02 18:00"),
        ("legal.consultation", "11-23 11:00", "11-26 18:00"),
        ("mediation.noise", "11-23 11:00", "12-23 23:59"),
    ],
)
async def test_rule_7_what_is_promised(office: Office, service: str, acknowledge: str, resolve: str) -> None:
    """Recorded on a Monday at 10:30: taken within 30 minutes; help within seven working days from Tuesday on,
    consulting within three, mediation within thirty days."""
    request = await office.record(service_id=service)
    assert (local(request.acknowledge_by), local(request.resolve_by)) == (acknowledge, resolve)
    assert request.calendar_version == office.rules.calendar.version
    assert request.resolve_by.isoformat() == (await office.events(request))[0].data["resolve_by"]


@pytest.mark.parametrize(
    ("recorded", "acknowledge"),
    [
        (datetime(2026, 11, 23, 3, 50, tzinfo=UTC), "11-23 13:20"),  # 11:50, ten minutes before lunch
        (datetime(2026, 11, 27, 12, 0, tzinfo=UTC), "11-30 09:30"),  # Friday 20:00
    ],
)
async def test_rule_7_outside_service_hours(office: Office, recorded: datetime, acknowledge: str) -> None:
    """Half an hour counts in service hours only."""
    office.now = recorded
    assert local((await office.record()).acknowledge_by) == acknowledge


async def test_rule_5_nothing_resets_the_promise(office: Office) -> None:
    """A transfer, another first responder and a reopening leave every promised time as it was."""
    request = await office.record()
    promised = (request.acknowledge_by, request.contact_by, request.resolve_by)
    office.later(hours=1)
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await office.act("replace", request, "王芳", office.ids["王芳"], "李敏休假")
    await office.act("resolve", request, "周强", "办好了")
    await office.act("reopen", request, "张秀英")
    now = await office.request(request)
    assert (now.acknowledge_by, now.contact_by, now.resolve_by) == promised


# -- 9: an outcome in words; silence is never satisfaction


@pytest.mark.parametrize("outcome", ["", "  \n"])
async def test_rule_9_no_outcome_no_resolution(office: Office, outcome: str) -> None:
    """办结 without words is refused and nothing is kept."""
    request = await office.record()
    await office.act("acknowledge", request, "李敏")
    with pytest.raises(CaseError) as refused:
        await office.act("resolve", request, "李敏", outcome)
    assert refused.value.code == "outcome_empty"
    assert (await office.request(request)).status is Status.IN_PROGRESS


async def test_rule_9_not_solved_goes_back_to_the_first_responder(office: Office) -> None:
    """Whoever did the work, 还没解决 brings it back to the first responder, and the managers hear of it."""
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await office.act("resolve", request, "周强", "办好了")
    await office.act("reopen", request, "张秀英")
    back = await office.request(request)
    assert (back.handler_id, back.status, back.round) == (office.ids["李敏"], Status.IN_PROGRESS, 2)
    assert (await office.told("李敏"))[-1] == "reopened"
    assert (await office.told("王芳"))[-1] == "reopened"


async def test_rule_9_silence_closes_as_unrated(office: Office) -> None:
    """No rating comes into being; who answered at that moment is kept; the resident hears of it."""
    request = await office.resolved()
    async with office.books() as books:
        assert await books.close_unrated(request.id) is not None
    async with office.books() as books:
        assert await books.close_unrated(request.id) is None, "a second sweep finds nothing to do"
    closed = await office.request(request)
    assert closed.status is Status.CLOSED
    async with office.database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM rating"))).scalar_one() == 0
    event = (await office.events(request))[-1]
    assert (event.role, event.actor_id, event.data["first_responder"]) == (Role.SYSTEM, None, office.ids["李敏"])
    assert (await office.told("张秀英"))[-1] == "closed_unrated"


# -- 13: danger


async def test_rule_13_danger_is_urgent_and_calls_worker_and_manager(office: Office) -> None:
    """Recorded as urgent with two hours around the clock, told to the worker on duty and to the manager."""
    office.now = datetime(2026, 11, 28, 18, 0, tzinfo=UTC)  # Sunday 02:00 in Chongqing
    request = await office.record(
        intake=Intake.DANGER, danger="medical", service_id="general.window", text="我妈晕倒了"
    )
    assert request.urgent
    assert local(request.acknowledge_by) == "11-29 04:00"
    assert await office.told("李敏") == ["assigned"]
    assert await office.told("王芳") == ["danger_alert"]


# -- 14: the resident always sees who answers, where it stands, when it is due


async def test_rule_14_the_resident_sees_every_request_of_theirs(office: Office) -> None:
    """In every status the resident may look at it; nobody else's resident may."""
    await office.person("别人", chat_id=950)
    request = await office.record()
    for act, who, given in (
        ("acknowledge", "李敏", ()),
        ("resolve", "李敏", ("办好了",)),
        ("rate", "张秀英", (4,)),
        ("reopen", "张秀英", ()),
        ("withdraw", "张秀英", ()),
    ):
        async with office.books() as books:
            seen, roles = await books.look(request.id, office.ids["张秀英"])
            assert roles == {Role.RESIDENT}
            assert (seen.first_responder_id, seen.resolve_by) == (office.ids["李敏"], request.resolve_by)
            with pytest.raises(CaseError):
                await books.look(request.id, office.ids["别人"])
        await office.act(act, request, who, *given)


# -- who sees a request at all


async def test_only_those_concerned_and_their_managers_see_it(office: Office) -> None:
    """A colleague without a part in it sees nothing; managers of the area and above do; other areas' do not."""
    await office.area("OTHER", "ST")
    await office.staff("邻居经理", Role.MANAGER, area="OTHER")
    request = await office.record()
    async with office.books() as books:
        for name in ("周强", "邻居经理"):
            with pytest.raises(CaseError):
                await books.look(request.id, office.ids[name])
        assert (await books.look(request.id, office.ids["王芳"]))[1] == {Role.MANAGER}
        assert (await books.look(request.id, office.ids["赵云"]))[1] == {Role.MANAGER}


async def test_whoever_has_left_can_do_nothing(office: Office) -> None:
    """First responder, handler, receiver or manager: without a post here the names on the request mean nothing."""
    request = await office.record()
    await office.act("acknowledge", request, "李敏")
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    for name in ("李敏", "周强", "王芳"):
        await office.leaves(name)
    for name in ("李敏", "周强", "王芳"):
        for act, given in (
            ("acknowledge", ()),
            ("resolve", ("办好了",)),
            ("look_up_phone", ()),
            ("transfer", (1, "x")),
        ):
            with pytest.raises(CaseError) as refused:
                await office.act(act, request, name, *given)
            assert refused.value.code == "not_yours"


async def test_words_for_somebody_who_has_left_reach_somebody_else(office: Office) -> None:
    """What the resident says goes to the handler; else the first responder; else the managers."""
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    for left, reached in ((None, "周强"), ("周强", "李敏"), ("李敏", "王芳")):
        if left:
            await office.leaves(left)
        await office.say(request, "张秀英", "在吗")
        assert (await office.told(reached))[-1] == "relay"
