"""What cases, contacts and rectifications hold of a person: told on request (我的数据), blanked on erasure (注销)."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Role
from knowledge.mediation import LIVE
from knowledge.numbers import phone_forms
from storage.case_people import served
from storage.case_tables import Claim, Contact, Rectification
from storage.mediation_tables import (
    LegalAidCase,
    MediationAgreement,
    MediationCase,
    MediationMessage,
    MediationSession,
    MediationShown,
)
from storage.outbox import OutboxWriter
from storage.tables import Message, Person, Request

_NUMBER = 7
"""Digits that a phone number of somebody has at least: a hotline is no secret."""
_GAP = r"[\s()（）.·\-－‐-―]{0,3}"


@dataclass(frozen=True)
class Known:
    """A name or a phone number by which somebody is known, wherever it was written.

    :ivar written: finds it in words; a number also with gaps, in full width, with the country before it
    :ivar pattern: of LIKE, with `/` to escape: finds it (and sometimes more) in JSON, where what is beyond ASCII is
        escaped; a full-width digit ends with the digit itself there
    """

    written: re.Pattern[str]
    pattern: str

    @classmethod
    def name(cls, name: str) -> Self:
        inside = re.sub("([/%_])", r"/\1", json.dumps(name)[1:-1])
        return cls(re.compile(re.escape(name)), f"%{inside}%")

    @classmethod
    def phone(cls, phone: str) -> Self | None:
        digits = min((re.sub(r"\D", "", form) for form in phone_forms(phone)), key=len)
        if len(digits) < _NUMBER:
            return None
        one = [f"[{digit}{chr(0xFF10 + int(digit))}]" for digit in digits]
        country = rf"(?:(?:\+|00)?86{_GAP})?"
        return cls(re.compile(rf"(?<!\d){country}{_GAP.join(one)}(?!\d)"), f"%{'%'.join(digits)}%")


async def known_as(session: AsyncSession, person: Person, own: Any) -> list[Known]:
    """The names and numbers that tell who somebody is: their own, and those of their contacts and of the other party of
    their mediations; and what others named them as.

    :param own: a selection of the ids of the person's own requests
    """
    found: list[tuple[str | None, str | None]] = [(person.name, person.phone)]
    theirs = select(Contact.request_id).where(Contact.person_id == person.id)
    contacts = await session.execute(
        select(Contact.name, Contact.phone, Contact.relation).where(Contact.request_id.in_(theirs.union(own)))
    )
    # 女儿 typed for a name is nobody's name, and stands in the lines of others too.
    found += [(None if name == relation else name, phone) for name, phone, relation in contacts]
    cases = await session.execute(
        select(MediationCase.other_name, MediationCase.other_phone).where(MediationCase.id.in_(_cases(person, own)))
    )
    found += [(name, phone) for name, phone in cases]
    names = {name for name, _ in found if name and len(name) > 1}
    numbers = [Known.phone(phone) for phone in sorted({phone for _, phone in found if phone})]
    return [*(Known.name(name) for name in sorted(names)), *(number for number in numbers if number is not None)]


def _cases(person: Person, own: Any) -> Any:
    """The ids of the mediation cases somebody is a party to, each found by its index."""
    theirs = select(MediationCase.id).where(MediationCase.other_id == person.id)
    return theirs.union(select(MediationCase.id).where(MediationCase.request_id.in_(own)))


async def about(session: AsyncSession, person: Person) -> list[dict[str, Any]]:
    """The mediation cases somebody is a party to, with what concerns them: never the other side's words."""
    rows = await session.execute(
        select(MediationCase, Request)
        .join(Request, Request.id == MediationCase.request_id)
        .where(MediationCase.id.in_(_cases(person, select(Request.id).where(Request.resident_id == person.id))))
        .order_by(MediationCase.id)
    )
    return [await _case(session, case, request, person) for case, request in rows.all()]


async def _case(session: AsyncSession, case: MediationCase, request: Request, person: Person) -> dict[str, Any]:
    other = case.other_id == person.id
    meetings = await session.execute(select(MediationSession).where(MediationSession.case_id == case.id))
    agreements = await session.execute(select(MediationAgreement).where(MediationAgreement.case_id == case.id))
    said = await session.execute(
        select(MediationMessage).where(MediationMessage.case_id == case.id).order_by(MediationMessage.id)
    )
    return {
        "number": request.number,
        "as": "other party" if other else "applicant",
        "stage": case.stage.value,
        "meetings": [{"at": m.at.isoformat(), "place": m.place} for m in meetings.scalars()],
        "agreements": [
            {"text": a.text, "effective": a.effective.isoformat(), "perform_by": a.perform_by.isoformat()}
            for a in agreements.scalars()
        ],
        "messages": [
            {
                "at": m.created_at.isoformat(),
                "from": "me" if m.from_other else "staff",
                "text": m.text,
                "files": [f["kind"] for f in m.files],
            }
            for m in said.scalars()
            if other
        ],
    }


async def shown(session: AsyncSession, person: Person, own: Any) -> tuple[set[tuple[int, int]], set[int]]:
    """Where the cases of somebody were spoken of: lines of web chats (chat and message id), and all chats.

    :param own: a selection of the ids of the person's own requests
    """
    cases = _cases(person, own)
    rows = (await session.execute(select(MediationShown).where(MediationShown.case_id.in_(cases)))).scalars().all()
    others = await session.execute(
        select(Person.chat_id)
        .join(MediationCase, MediationCase.other_id == Person.id)
        .where(MediationCase.request_id.in_(own))
    )
    chats = {row.chat_id for row in rows} | {chat_id for chat_id in others.scalars() if chat_id is not None}
    return {(row.chat_id, row.message_id) for row in rows if row.channel == "web"}, chats


async def blank(session: AsyncSession, person: Person, own: Any, now: datetime) -> None:
    """Remove what the cases hold of somebody who leaves: of both kinds of party all words, of the other party also
    the name, the number and the link. Whoever works on a live case hears that the other party has left.

    :param own: a selection of the ids of the person's own requests
    """
    rows = await session.execute(
        select(MediationCase, Request.handler_id)
        .join(Request, Request.id == MediationCase.request_id)
        .where(MediationCase.other_id == person.id, MediationCase.stage.in_(LIVE))
    )
    for case, handler_id in rows.all():
        OutboxWriter(session, now).notice(handler_id, "mediation_other_left", case=case.id)
    cases = _cases(person, own)
    await session.execute(update(MediationMessage).where(MediationMessage.case_id.in_(cases)).values(text="", files=[]))
    await session.execute(update(MediationAgreement).where(MediationAgreement.case_id.in_(cases)).values(text=""))
    await session.execute(update(MediationSession).where(MediationSession.case_id.in_(cases)).values(place=""))
    await session.execute(delete(MediationShown).where(MediationShown.case_id.in_(cases)))
    await session.execute(
        update(MediationCase)
        .where(MediationCase.id.in_(cases))
        .values(other_name=None, other_phone=None, digest=None)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(LegalAidCase)
        .where(LegalAidCase.request_id.in_(own))
        .values(reason=None, lawyer_name=None, lawyer_phone=None)
    )
    await session.execute(
        update(MediationCase)
        .where(MediationCase.other_id == person.id)
        .values(other_id=None)
        .execution_options(synchronize_session=False)
    )


# -- people recorded on behalf, and what a poor rating started


async def aftercare(session: AsyncSession, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Where somebody is the contact of another, who their own contacts are, and what was put right for them."""
    contacts = await session.execute(
        select(Contact, Request)
        .join(Request, Request.id == Contact.request_id)
        .where(served(person.id))
        .order_by(Request.id)
    )
    rows = await session.execute(
        select(Rectification, Request.number)
        .join(Request, Request.id == Rectification.request_id)
        .where(Request.resident_id == person.id)
        .order_by(Rectification.id)
    )
    return {
        "contacts": [
            {
                "number": request.number,
                "as": "contact" if contact.person_id == person.id else "served",
                "name": contact.name,
                "phone": contact.phone,
                "relation": contact.relation,
            }
            for contact, request in contacts
        ],
        "rectifications": [
            {
                "number": number,
                "opened_at": rect.opened_at.isoformat(),
                "contacted_at": rect.contacted_at.isoformat() if rect.contacted_at else None,
                "settled_at": rect.settled_at.isoformat() if rect.settled_at else None,
                "followed_up_at": rect.followed_up_at.isoformat() if rect.followed_up_at else None,
                "satisfied": rect.satisfied,
            }
            for rect, number in rows
        ],
    }


async def blank_contacts(session: AsyncSession, person: Person, own: Any) -> None:
    """Nobody is named any more as the contact of somebody who leaves, nor somebody who leaves as a contact; what a
    contact wrote goes as well. Links that waited for either open nothing.

    :param own: a selection of the ids of the person's own requests
    """
    requests = select(Contact.request_id).where(Contact.person_id == person.id)
    links = or_(Claim.request_id.in_(own), and_(Claim.request_id.in_(requests), Claim.whose == "contact"))
    await session.execute(delete(Claim).where(links).execution_options(synchronize_session=False))
    await session.execute(
        update(Message)
        .where(Message.sender_id == person.id, Message.role == Role.RESIDENT)
        .values(text="", files=[], earlier=[])
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Contact)
        .where(Contact.request_id.in_(requests.union(own)))
        .values(name="", phone=None, relation=None, person_id=None)
        .execution_options(synchronize_session=False)
    )
