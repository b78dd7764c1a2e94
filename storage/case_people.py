"""Who else a request has to do with, beside its first responder and its handler: the contact of somebody who was
recorded on behalf (代为登记), and the managers who put right what was rated poorly (整改) or heard a complaint."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from knowledge.lifecycle import OPEN, TALKABLE, Action, Role, Status
from knowledge.rectification import may_run
from storage.case_tables import Contact, Rectification, Supplement
from storage.database import remembered
from storage.people import find
from storage.quick import ask
from storage.tables import Event, Message, Person, Rating, Request

_STANDING, _COMPLAINTS = "standing", "complaints"
"""What a unit of work remembers (`database.remembered`)."""


@dataclass(frozen=True)
class ContactOf:
    """Somebody to speak with for the person served, as they were named at the counter.

    :ivar relation: to the person served, in words: 女儿, 邻居
    :ivar person_id: when they have a chat of their own
    """

    name: str
    phone: str | None = None
    relation: str | None = None
    person_id: int | None = None


def served(person_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Requests of this person: their own, and those in which they are the contact. Found each by its index: with OR
    between them PostgreSQL reads every request."""
    own = select(Request.id).where(Request.resident_id == person_id)
    contact = select(Contact.request_id).where(Contact.person_id == person_id)
    return Request.id.in_(own.union(contact))


async def contact_of(session: AsyncSession, request: Request) -> Contact | None:
    """Whoever is spoken with for the person served; only somebody recorded on behalf has one."""
    return None if request.recorded_by_id is None else await session.get(Contact, request.id)


async def speaks_for(session: AsyncSession, request: Request, person_id: int) -> bool:
    """Whether somebody is the person served, or their contact."""
    if request.resident_id == person_id:
        return True
    contact = await contact_of(session, request)
    return contact is not None and contact.person_id == person_id


async def reader(session: AsyncSession, request: Request) -> Person | None:
    """Whose chat news goes to: the person served, else their contact; None when neither can be reached in chat."""
    contact = await contact_of(session, request)
    for person_id in (request.resident_id, contact.person_id if contact else None):
        person = await find(session, person_id) if person_id is not None else None
        if person is not None and person.chat_id is not None and person.unreachable_at is None:
            return person
    return None


@dataclass(frozen=True)
class Standing:
    """A request of which there is still something to say, as it was when it was first read in a unit of work.

    :ivar put_right: whether a poor rating of it is still being put right
    :ivar said_by: who spoke last about it, and when
    :ivar asked_at: when papers that have not come were asked for, or reminded of
    """

    request: Request
    put_right: bool
    said_by: Role | None
    said_at: datetime | None
    asked_at: datetime | None

    def waits(self, since: datetime) -> bool:
        """Whether staff wait for an answer: they spoke last, or asked for papers, since then."""
        if self.asked_at is not None and self.asked_at > since and self.request.status in OPEN:
            return True
        if self.said_at is None or self.said_at <= since or self.said_by is Role.RESIDENT:
            return False
        return self.said_by is Role.MANAGER or self.request.status is not Status.CLOSED


async def standing(session: AsyncSession, person_id: int) -> list[Standing]:
    """A person's requests of which there is still something to say, the newest first, read once in a unit of work:
    those that are open or wait to be rated, and those whose poor rating is still being put right."""
    known = remembered(session, _STANDING)
    if person_id not in known:
        rows = await ask(session, _STILL, {"person_id": person_id})
        known[person_id] = [Standing(*row) for row in rows]
    return [found for found in known[person_id] if found.put_right or found.request.status in TALKABLE]


def changed(session: AsyncSession) -> None:
    """What stands with whom is not as it was read: something was recorded, claimed, or rated."""
    remembered(session, _STANDING).clear()


async def rectification(session: AsyncSession, request: Request) -> tuple[Rectification, int] | None:
    """The rectification of this request that is open, with who did the work that was rated; the oldest of several."""
    if request.round == 1 and request.status in OPEN:
        return None  # nothing was rated yet
    for found, handler_id in await ask(session, _RECTIFIED, {"request_id": request.id}):
        return found, handler_id
    return None


async def putting_right(
    session: AsyncSession, request: Request, person_id: int, roles: frozenset[Role], reply_to_id: int | None = None
) -> int | None:
    """With whom these words of somebody are about putting it right: the other side's id; None when they are not.

    A manager's words are, unless they have the work in hand themselves. So is the resident's answer to a manager:
    what they say of whoever did the work is not for them to read.
    """
    found = await rectification(session, request)
    if found is None:
        return None
    rect, handler_id = found
    if Role.RESIDENT not in roles:
        mine = rect.manager_id == person_id or roles == {Role.MANAGER}
        runs = may_run(person_id, manager_id=rect.manager_id, handler_id=handler_id)
        return request.resident_id if Role.MANAGER in roles and mine and runs else None
    query = select(Message.sender_id, Message.role).where(
        Message.request_id == request.id, Message.role != Role.RESIDENT, Message.created_at >= rect.opened_at
    )
    if reply_to_id is not None:
        query = query.where(Message.id == reply_to_id)
    last = (await session.execute(query.order_by(Message.id.desc()).limit(1))).first()
    return last.sender_id if last is not None and last.role is Role.MANAGER else None


async def complaints(session: AsyncSession, request: Request) -> dict[int, int]:
    """What was said of whoever does the work: the message, and the manager whom it went to or who answered it, in the
    order in which they were said; read once in a unit of work."""
    known = remembered(session, _COMPLAINTS)
    if request.id not in known:
        rows = await ask(session, _SAID_OF, {"request_id": request.id})
        known[request.id] = {data["message"]: data["manager"] for (data,) in rows}
    found: dict[int, int] = known[request.id]
    return found


def complained(session: AsyncSession, request: Request) -> None:
    """Something more was said of whoever does the work."""
    remembered(session, _COMPLAINTS).pop(request.id, None)


async def complaining(
    session: AsyncSession, request: Request, person_id: int, roles: frozenset[Role], reply_to_id: int | None = None
) -> int | None:
    """With whom these words of somebody go on about a complaint: the other side's id; None when they do not."""
    said = await complaints(session, request)
    if not said:
        return None
    manager_id = list(said.values())[-1]
    if Role.RESIDENT not in roles:
        return request.resident_id if person_id == manager_id and roles == {Role.MANAGER} else None
    if reply_to_id is None:
        [(reply_to_id,)] = await ask(session, _ANSWERED, {"request_id": request.id}) or [(0,)]
    return manager_id if reply_to_id in said else None


async def speech(
    session: AsyncSession, request: Request, person_id: int, roles: frozenset[Role], reply_to_id: int | None = None
) -> tuple[Action, int]:
    """As which act words of somebody count, and to whom they go."""
    about = await putting_right(session, request, person_id, roles, reply_to_id)
    if about is not None:
        return Action.RECTIFY_CONTACT, about
    about = await complaining(session, request, person_id, roles, reply_to_id)
    if about is not None:
        return Action.COMPLAIN, about
    if Role.RESIDENT in roles:
        return Action.SUPPLY, request.handler_id
    return Action.CONTACT, request.resident_id


# What every update asks is put together once.
_PUT_RIGHT = exists().where(Rectification.request_id == Request.id, Rectification.followed_up_at.is_(None))
_SAID = aliased(Message)
_LAST = select(func.max(_SAID.id)).where(_SAID.request_id == Request.id)
_LAST_SAID = _LAST.group_by(_SAID.request_id)  # without it PostgreSQL looks for the last among all messages
_LAST_ASKED = select(func.max(func.coalesce(Supplement.reminded_at, Supplement.asked_at))).where(
    Supplement.request_id == Request.id, Supplement.ended_at.is_(None)
)
_STILL = (
    select(Request, _PUT_RIGHT, Message.role, Message.created_at, _LAST_ASKED.scalar_subquery())
    .outerjoin(Message, Message.id == _LAST_SAID.scalar_subquery())
    .where(served(bindparam("person_id")), or_(Request.status.in_(TALKABLE), _PUT_RIGHT))
    .order_by(Request.id.desc())
)
_SAID_OF = (
    select(Event.data)
    .where(Event.request_id == bindparam("request_id"), Event.action == Action.COMPLAIN.value)
    .order_by(Event.position)
)
_ANSWERED = (
    select(Message.id)
    .where(Message.request_id == bindparam("request_id"), Message.role != Role.RESIDENT)
    .order_by(Message.id.desc())
    .limit(1)
)
_RECTIFIED = (
    select(Rectification, Rating.handler_id)
    .join(Rating, Rating.id == Rectification.rating_id)
    .where(Rectification.request_id == bindparam("request_id"), Rectification.followed_up_at.is_(None))
    .order_by(Rectification.id)
    .limit(1)
)
