"""The casebook obeys the lifecycle: every act, in every status, by everybody a request can have to do with."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from knowledge import pauses
from knowledge.ladder import next_look
from knowledge.lifecycle import Action, NotAllowed, Role, Status
from storage.case_tables import Extension, OneTimeNotice, OutsideTransfer, Rectification, Refusal
from storage.casebook import Casebook
from storage.clockwork import owed_of
from storage.closures import closed
from storage.ledger import CaseError, Source
from storage.tables import Message, Rating, Request
from tests.lifecycle_table import ALLOWED, after
from tests.storage.office import Office

Act = Callable[[Casebook, Request, int, "People"], Awaitable[Any]]


class People(dict[Role, int]):
    """One person for every role, and `target`, a colleague to hand something on to; `mending` is a rectification."""

    target: int
    mending: int = 0


def _said(books: Casebook, request: Request, who: int, people: People) -> Awaitable[Any]:
    return books.say(request.id, who, "在吗", [], Source("telegram", who, 1))


def _about_it(books: Casebook, request: Request, who: int, people: People) -> Awaitable[Any]:
    """A manager called the resident, or the resident answers a manager's words."""
    if who == people.get(Role.RESIDENT):
        return _said(books, request, who, people)
    return books.rectify_contact(people.mending or request.id, who)


async def _of_the_work(books: Casebook, request: Request, who: int, people: People) -> None:
    """A resident tells a manager of whoever does the work, or the manager answers that."""
    resident = people.get(Role.RESIDENT, who)
    await books.say(request.id, resident, "他不管事", [], Source("telegram", resident, 2), to_manager=True)
    if who != resident:
        await _said(books, request, who, people)


MENDS = (Action.RECTIFY_CONTACT, Action.RECTIFY_COMPLEX, Action.RECTIFY_SETTLE, Action.FOLLOW_UP)

ACTS: dict[Action, Act] = {
    Action.ACKNOWLEDGE: lambda books, r, who, people: books.acknowledge(r.id, who),
    Action.TRANSFER: lambda books, r, who, people: books.transfer(r.id, who, people.target, "更熟"),
    Action.CONTACT: _said,
    Action.SUPPLY: _said,
    Action.RESOLVE: lambda books, r, who, people: books.resolve(r.id, who, "办好了"),
    Action.RATE: lambda books, r, who, people: books.rate(r.id, who, 5),
    Action.REVISE: lambda books, r, who, people: books.rate(r.id, who, 4),
    Action.REOPEN: lambda books, r, who, people: books.reopen(r.id, who),
    Action.SETTLE: lambda books, r, who, people: books.settle(r.id, who),
    Action.URGE: lambda books, r, who, people: books.urge(r.id, who),
    Action.WITHDRAW: lambda books, r, who, people: books.withdraw(r.id, who),
    Action.REPLACE: lambda books, r, who, people: books.replace(r.id, who, people.target, "调岗"),
    Action.LOOK_UP: lambda books, r, who, people: books.look_up_phone(r.id, who),
    Action.TAKE_RATING: lambda books, r, who, people: books.take_rating(r.id, who, 4),
    Action.TAKE_REOPEN: lambda books, r, who, people: books.take_reopen(r.id, who, "还是没来"),
    Action.RECTIFY_CONTACT: _about_it,
    Action.COMPLAIN: _of_the_work,
    Action.RECTIFY_COMPLEX: lambda books, r, who, people: books.rectify_complex(people.mending or r.id, who, "要查账"),
    Action.RECTIFY_SETTLE: lambda books, r, who, people: books.rectify_settle(people.mending or r.id, who, "补了饭"),
    Action.FOLLOW_UP: lambda books, r, who, people: books.follow_up(people.mending or r.id, who, satisfied=True),
    Action.HAND_OUTSIDE: lambda books, r, who, people: books.hand_outside(
        r.id, who, "区法律援助中心", "023-12348", "要律师", books._now.date() + timedelta(days=3)
    ),
    Action.FOLLOW_OUTSIDE: lambda books, r, who, people: books.follow_outside(r.id, who, "已受理", None),
    Action.REPORT_REFUSAL: lambda books, r, who, people: books.report_refusal(
        r.id, who, "不归社区", "区法院", "023-12368"
    ),
    Action.UPHOLD: lambda books, r, who, people: books.uphold(r.id, who),
    Action.OVERRULE: lambda books, r, who, people: books.overrule(r.id, who, "可以办"),
    Action.CORRECT: lambda books, r, who, people: books.correct(r.id, who, "elderly.bathing"),
    Action.NOTIFY: lambda books, r, who, people: books.notify(r.id, who),
    Action.ASK_SUPPLEMENT: lambda books, r, who, people: books.ask_supplement(r.id, who, "近期病历"),
    Action.ASK_AGAIN: lambda books, r, who, people: books.ask_supplement(r.id, who, "近期病历"),
    Action.SUPPLEMENTED: lambda books, r, who, people: books.supplemented(r.id, who),
    Action.ASK_EXTENSION: lambda books, r, who, people: books.ask_extension(r.id, who, 3, "等评估"),
    Action.GRANT_EXTENSION: lambda books, r, who, people: books.grant_extension(r.id, who),
    Action.REFUSE_EXTENSION: lambda books, r, who, people: books.refuse_extension(r.id, who, "来得及"),
}
"""Every act that a person can do. The clock's own acts are tried below."""


async def _told_all(books: Casebook, request: Request, people: People) -> None:
    item = books._rules.catalogue.service(request.service_id)
    moments = {"created_at": books._now, "delivered_at": books._now}
    by = {"sent_by_id": people[Role.HANDLER], "told_by": "chat"}
    content = pauses.notice(item, {})
    books._session.add(OneTimeNotice(request_id=request.id, service_id=item.id, content=content, **moments, **by))


async def _extension_waits(books: Casebook, request: Request, people: People) -> None:
    await books._event(request, Action.ASK_EXTENSION, people[Role.HANDLER], Role.HANDLER, days=3)
    asked = {"asked_by_id": people[Role.HANDLER], "asked_at": books._now}
    times = {"before": request.resolve_by, "until": request.resolve_by}
    books._session.add(Extension(request_id=request.id, **asked, **times))


BEFOREHAND = {
    Action.ASK_SUPPLEMENT: _told_all,
    Action.GRANT_EXTENSION: _extension_waits,
    Action.REFUSE_EXTENSION: _extension_waits,
}
"""What must be there for an act to make sense, whatever the status."""

ACTING = (Role.RESIDENT, Role.FIRST_RESPONDER, Role.HANDLER, Role.RECEIVER, Role.WORKER, Role.MANAGER)


class RolledBackError(Exception):
    """Ends a unit of work without keeping it."""


async def prepared(office: Office) -> tuple[Request, People]:
    """A request in which every role is held by another person."""
    people = People()
    people[Role.RESIDENT] = await office.person("刘洋", chat_id=901, phone="13800001111")
    people[Role.FIRST_RESPONDER] = await office.staff("首问")
    people[Role.HANDLER] = await office.staff("承办")
    people[Role.RECEIVER] = await office.staff("接手")
    people[Role.WORKER] = office.ids["李敏"]
    people[Role.MANAGER] = office.ids["王芳"]
    people.target = office.ids["周强"]
    request = await office.record("刘洋")
    async with office.database.write() as session:
        found = await session.get(Request, request.id)
        assert found is not None
        found.first_responder_id = people[Role.FIRST_RESPONDER]
        found.handler_id, found.offered_to_id = people[Role.HANDLER], people[Role.RECEIVER]
    return request, people


async def looks(books: Casebook, request: Request) -> datetime | None:
    """When a sweep must look at it, by what it owes now."""
    return next_look(owed_of(request), await books._office(request), request.looked_at or request.created_at)


async def attempt(
    office: Office, request: Request, people: People, action: Action, status: Status, role: Role
) -> Status | None:
    """The status after the act, tried and rolled back; None when it was refused, with nothing changed."""
    now_has: Status | None = None
    try:
        async with office.books() as books:
            session = books._session
            now = await session.get(Request, request.id)
            assert now is not None
            now.status = status
            now.look_at = await looks(books, now)
            if action is Action.REVISE:
                rating = {"level": 5, "rated_at": office.now, "rated_by_id": people[Role.RESIDENT]}
                held = {"first_responder_id": now.first_responder_id, "handler_id": now.handler_id}
                rated = Rating(request_id=now.id, round=1, **rating, **held)
                session.add_all((rated, closed(now, office.now, rated)))
            if action in MENDS:
                people.mending = await _mending(books, now, people, settled=action is Action.FOLLOW_UP)
            if action is Action.FOLLOW_OUTSIDE:
                about = {"body": "区法院", "contact": "12368", "handed_at": office.now}
                session.add(OutsideTransfer(request_id=now.id, handed_by_id=people[Role.HANDLER], **about))
            if action in (Action.UPHOLD, Action.OVERRULE):
                about = {"body": "区法院", "contact": "12368", "reported_at": office.now}
                session.add(Refusal(request_id=now.id, reported_by_id=people[Role.HANDLER], **about))
            if action in BEFOREHAND:
                await BEFOREHAND[action](books, now, people)
            await session.flush()
            before = (now.status, now.events, now.first_responder_id, now.handler_id, now.offered_to_id)
            try:
                await ACTS[action](books, now, people[role], people)
                await session.flush()
                now_has = now.status
                assert now.look_at == await looks(books, now), f"{action} on {status}: what is owed is not looked at"
            except (NotAllowed, CaseError):
                found = (now.status, now.events, now.first_responder_id, now.handler_id, now.offered_to_id)
                assert found == before, (action, status, role)
            raise RolledBackError
    except RolledBackError:
        return now_has


async def _mending(books: Casebook, request: Request, people: People, *, settled: bool) -> int:
    """A rectification under way, with a word of the manager that the resident can answer."""
    session, now = books._session, books._now
    held = {"first_responder_id": request.first_responder_id, "handler_id": request.handler_id}
    rating = Rating(request_id=request.id, round=1, level=1, rated_at=now, rated_by_id=people[Role.RESIDENT], **held)
    session.add(rating)
    await session.flush()
    manager = people[Role.MANAGER]
    moments = {"opened_at": now, "contact_by": now, "settle_by": now, "follow_up_by": now if settled else None}
    rect = Rectification(request_id=request.id, rating_id=rating.id, manager_id=manager, **moments)
    rect.settled_at = now if settled else None
    said = {"text": "您好", "channel": "telegram", "chat_id": 1, "message_id": 1, "created_at": now}
    session.add_all([rect, Message(request_id=request.id, sender_id=manager, role=Role.MANAGER, **said)])
    await session.flush()
    return rect.id


@pytest.mark.parametrize("action", list(ACTS), ids=lambda action: action.value)
async def test_every_cell(office: Office, action: Action) -> None:
    """Done where the table allows it, with the status it should have then; refused everywhere else."""
    request, people = await prepared(office)
    for status in Status:
        if action is Action.REVISE and status is not Status.CLOSED:
            continue  # there is no rating to change
        for role in ACTING:
            if action in (Action.CONTACT, Action.SUPPLY) and (action is Action.SUPPLY) != (role is Role.RESIDENT):
                continue  # both are `say`; which of them it is follows from who speaks
            if action is Action.RECTIFY_CONTACT and role is Role.RESIDENT and status is Status.RECORDED:
                continue  # there is nothing rated yet; these words are 补充说明
            if action is Action.COMPLAIN and role not in (Role.RESIDENT, Role.MANAGER):
                continue  # whoever does the work answers with words of their own: 联系居民
            expected = after(action, status) if (action, status, role) in ALLOWED else None
            assert await attempt(office, request, people, action, status, role) == expected, (status, role)


async def test_silence_closes_only_what_is_resolved(office: Office) -> None:
    """The clock's act does nothing in any other status."""
    request, _ = await prepared(office)
    for status in Status:
        async with office.books() as books:
            now = await books._session.get(Request, request.id)
            assert now is not None
            now.status = status
            await books._session.flush()
            closed = await books.close_unrated(request.id)
            assert (closed is not None) == ((Action.CLOSE_UNRATED, status, Role.SYSTEM) in ALLOWED)
            if closed is not None:
                assert closed.status is Status.CLOSED


@pytest.mark.parametrize("request_id", [0, -1, 10**6, 2**63, 10**30])
async def test_a_request_that_is_not_there(office: Office, request_id: int) -> None:
    """Any number at all is answered the same way: it is not theirs."""
    for action, act in ACTS.items():
        async with office.books() as books:
            with pytest.raises(CaseError) as refused:
                await act(books, Request(id=request_id), office.ids["王芳"], _targets(office))
        assert refused.value.code == "not_yours", action


def _targets(office: Office) -> People:
    people = People()
    people.target = office.ids["周强"]
    return people
