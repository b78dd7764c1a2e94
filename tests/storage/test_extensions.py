"""延期 once, by a manager who did not ask for it; and promises that follow a calendar once it is announced."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.calendar import Calendar
from knowledge.lifecycle import NotAllowed, Role, Status
from storage import pause_sweep
from storage.case_tables import Extension, Supplement
from storage.clockwork import PROMISES
from storage.database import Database
from storage.ledger import CaseError
from storage.tables import Request
from tests.knowledge.test_deadlines import at
from tests.knowledge.test_pauses import ANNOUNCED_2027
from tests.storage.office import Office, swept
from tests.storage.test_pauses import actions, deliver, supplements, sweep, taken, told, waiting
from tests.storage.test_races import race


async def asking(office: Office, days: int = 5) -> Request:
    """A request of 李敏 whose extension waits for a manager."""
    request = await taken(office)
    await office.act("ask_extension", request, "李敏", days, "等评估机构排期")
    return request


async def extension(office: Office) -> Extension:
    async with office.database.read() as session:
        return (await session.execute(select(Extension))).scalar_one()


async def refused(office: Office, name: str, request: Request, who: str, *given: object) -> str:
    with pytest.raises(CaseError) as error:
        await office.act(name, request, who, *given)
    return error.value.code


async def test_a_manager_grants_it_and_nothing_else_moves(any_office: Office) -> None:
    """The resident hears the new date; the other promises, the round and the counts stay."""
    request = await asking(any_office)
    assert (await any_office.told("王芳"))[-1] == "extension_asked"
    assert "extension_asked" not in await any_office.told("赵云")
    await any_office.act("grant_extension", request, "王芳")
    now = await any_office.request(request)
    assert (request.resolve_by, now.resolve_by) == (at("12-02 18:00"), at("12-09 18:00"))
    kept = ("acknowledge_by", "contact_by", "round", "urged", "created_at", "handler_id", "status")
    assert [getattr(now, name) for name in kept] == [getattr(request, name) for name in kept]
    assert (await any_office.told("张秀英"))[-1] == "extended"
    assert (await any_office.told("李敏"))[-1] == "extension_granted"
    asked = await extension(any_office)
    assert (asked.before, asked.until, asked.granted) == (request.resolve_by, now.resolve_by, True)
    assert asked.decided_by_id == any_office.ids["王芳"]
    assert now.look_at is not None
    assert (await actions(any_office, request))[-2:] == ["ask_extension", "grant_extension"]


async def test_a_manager_refuses_it_with_a_reason(any_office: Office) -> None:
    """The promise stays; whoever asked hears why, and it was the one time."""
    request = await asking(any_office)
    assert await refused(any_office, "refuse_extension", request, "王芳", " ") == "reason_empty"
    await any_office.act("refuse_extension", request, "王芳", "来得及")
    assert (await any_office.request(request)).resolve_by == request.resolve_by
    assert (await any_office.told("李敏"))[-1] == "extension_refused"
    assert "extended" not in await any_office.told("张秀英")
    assert await refused(any_office, "ask_extension", request, "李敏", 3, "再等等") == "extension_asked"
    assert await refused(any_office, "grant_extension", request, "王芳") == "extension_decided"


async def test_what_cannot_be_asked_for(any_office: Office) -> None:
    """Too long, without a reason, too late, or by somebody else."""
    request = await taken(any_office)
    assert await refused(any_office, "ask_extension", request, "李敏", 10, "等") == "extension_days"
    assert await refused(any_office, "ask_extension", request, "李敏", 4, "等") == "extension_days"
    assert await refused(any_office, "ask_extension", request, "李敏", 5, "") == "reason_empty"
    with pytest.raises(NotAllowed):
        await any_office.act("ask_extension", request, "王芳", 5, "等")
    any_office.now = request.resolve_by
    assert await refused(any_office, "ask_extension", request, "李敏", 5, "等") == "extension_late"


async def test_a_law_leaves_no_room(any_office: Office) -> None:
    """What must be decided in thirty days is not extended."""
    request = await taken(any_office, service_id="elderly.subsistence_allowance")
    assert await refused(any_office, "ask_extension", request, "李敏", 3, "等") == "extension_no_room"


async def test_nobody_decides_on_their_own(any_office: Office) -> None:
    """A manager who asks is decided on by the one above; where there is none, it is said."""
    request = await taken(any_office)
    async with any_office.books() as books:
        found = await books._load(request.id)
        found.handler_id = any_office.ids["王芳"]
    await any_office.act("ask_extension", request, "王芳", 5, "等评估")
    assert (await any_office.told("赵云"))[-1] == "extension_asked"
    assert await refused(any_office, "grant_extension", request, "王芳") == "extension_own"
    await any_office.act("grant_extension", request, "赵云")
    alone = await taken(any_office)
    async with any_office.books() as books:
        found = await books._load(alone.id)
        found.handler_id = any_office.ids["王芳"]
    await any_office.leaves("赵云")
    assert await refused(any_office, "ask_extension", alone, "王芳", 5, "等") == "extension_nobody"


async def test_undecided_it_lapses_and_the_promise_breaks(any_office: Office) -> None:
    """As if nothing had been asked."""
    request = await asking(any_office)
    any_office.now = request.resolve_by + timedelta(minutes=1)
    assert await refused(any_office, "grant_extension", request, "王芳") == "extension_over"
    any_office.later(days=1)
    async with any_office.database.write() as session:
        await swept(session, any_office.rules, any_office.now, PROMISES)
    assert "breach" in await actions(any_office, request)
    assert (await extension(any_office)).granted is None


async def test_granted_while_the_resident_is_waited_for(any_office: Office) -> None:
    """A clock that stands still breaks nothing; the pause comes on top."""
    request = await asking(any_office)
    await told(any_office, request)
    await deliver(any_office, 5)
    await any_office.act("ask_supplement", request, "李敏", "病历")
    any_office.now = at("12-03 10:30")  # past the day that was promised
    await any_office.act("grant_extension", request, "王芳")
    assert (await any_office.request(request)).resolve_by == at("12-09 18:00")
    await any_office.act("supplemented", request, "李敏")
    assert (await any_office.request(request)).resolve_by == at("12-21 18:00")  # eight working days
    assert (await any_office.request(request)).status is Status.IN_PROGRESS


# -- a year is announced


def announce(office: Office, folder: Path, text: str = ANNOUNCED_2027) -> None:
    extra = folder / "extra.yaml"
    extra.write_text(text, "utf-8")
    office.rules = replace(office.rules, calendar=Calendar.load(extra))


async def test_a_provisional_promise_follows_its_year(any_office: Office, tmp_path: Path) -> None:
    """What it would have been, the pause and the extension kept; told once, and the calendar is pinned anew."""
    any_office.now = at("2027-01-25 10:30")
    request = await waiting(any_office)
    assert request.provisional
    assert request.resolve_by == at("2027-02-03 18:00")
    any_office.now = at("2027-01-26 10:30")
    await any_office.act("supplemented", request, "李敏")
    await any_office.act("ask_extension", request, "李敏", 3, "等评估")
    await any_office.act("grant_extension", request, "王芳")
    before = (await any_office.request(request)).resolve_by
    assert before == at("2027-02-15 18:00")
    assert await sweep(any_office) == 0
    announce(any_office, tmp_path)
    assert await sweep(any_office) == 1
    assert await sweep(any_office) == 0
    now = await any_office.request(request)
    assert (now.resolve_by, now.provisional) == (at("2027-02-16 18:00"), False)
    assert now.calendar_version == any_office.rules.calendar.version
    assert (await any_office.told("张秀英")).count("reckoned") == 1
    assert (await any_office.told("李敏")).count("reckoned_staff") == 1
    event = (await any_office.events(request))[-1]
    assert (event.action, event.role, event.data["before"]) == ("reckon", Role.SYSTEM, before.isoformat())


async def test_where_no_date_changes_nobody_is_told(any_office: Office, tmp_path: Path) -> None:
    """It is written down, and no longer provisional."""
    any_office.now = at("2027-03-01 10:30")
    request = await taken(any_office)
    assert request.provisional
    announce(any_office, tmp_path)
    assert await sweep(any_office) == 1
    now = await any_office.request(request)
    assert (now.resolve_by, now.provisional) == (request.resolve_by, False)
    assert "reckoned" not in await any_office.told("张秀英")
    assert (await actions(any_office, request))[-1] == "reckon"


async def test_other_calendars_change_nothing(any_office: Office, tmp_path: Path) -> None:
    """A promise of an announced year stays as it was made, and one of a year that nobody has announced waits."""
    settled = await taken(any_office)
    any_office.now = at("2027-01-25 10:30")
    provisional = await taken(any_office)
    announce(any_office, tmp_path, "holidays: [2027-01-27, 2026-11-25]\n")
    assert await sweep(any_office) == 0
    assert [(await any_office.request(r)).calendar_version for r in (settled, provisional)] == [
        settled.calendar_version,
        provisional.calendar_version,
    ]


# -- two at the same moment


@pytest.fixture
async def rivals(any_office: Office, any_url: str) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes, as it were."""
    other = Database(any_url)
    yield any_office.database, other
    await other.close()


async def test_two_managers_decide_at_once(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """One decides; the other is told so."""
    from storage.casebook import Casebook

    await any_office.staff("钱红", Role.MANAGER)
    request, ids = await asking(any_office), any_office.ids

    def grants(session: object) -> object:
        return Casebook(session, any_office.rules, any_office.now).grant_extension(request.id, ids["王芳"])  # type: ignore[arg-type]

    def refuses(session: object) -> object:
        book = Casebook(session, any_office.rules, any_office.now)  # type: ignore[arg-type]
        return book.refuse_extension(request.id, ids["钱红"], "来得及")

    results, refusals = await race(rivals, grants, refuses)  # type: ignore[arg-type]
    assert (len(results), [error.code for error in refusals if isinstance(error, CaseError)]) == (
        1,
        ["extension_decided"],
    )
    asked, now = await extension(any_office), await any_office.request(request)
    assert (now.resolve_by == at("12-09 18:00")) is asked.granted
    assert len([a for a in await actions(any_office, request) if a.endswith("_extension")]) == 2


async def test_supplied_while_the_sweep_comes_by(any_office: Office, rivals: tuple[Database, Database]) -> None:
    """It ends once, by one of them, and the promise moves once."""
    from storage.casebook import Casebook

    request = await waiting(any_office)
    [asked] = await supplements(any_office)
    any_office.now = asked.due_at + timedelta(minutes=1)

    async def supplies(session: object) -> object:
        book = Casebook(session, any_office.rules, any_office.now)  # type: ignore[arg-type]
        return await book.supplemented(request.id, any_office.ids["张秀英"])

    async def sweeps(session: object) -> object:
        return await swept(session, any_office.rules, any_office.now, *pause_sweep.PARTS)  # type: ignore[arg-type]

    await race(rivals, supplies, sweeps)
    now = await any_office.request(request)
    assert (now.status, now.resolve_by) == (Status.IN_PROGRESS, at("12-17 16:30"))
    ends = [a for a in await actions(any_office, request) if a in ("supplemented", "lapse")]
    assert len(ends) == 1
    async with any_office.database.read() as session:
        [ended] = (await session.execute(select(Supplement))).scalars().all()
    assert ended.ended_by == {"supplemented": "resident", "lapse": "lapse"}[ends[0]]
    assert ended.ended_at == asked.due_at
