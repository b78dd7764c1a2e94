"""Whoever was recorded on behalf (代为登记), or their contact, comes to the chat: by a one-time link, or by the phone
number that they confirmed. From then on news goes there, and the requests are theirs to see."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update

from knowledge.lifecycle import Action, Role
from knowledge.numbers import phone_forms
from storage import case_people
from storage.case_ratings import Ratings
from storage.case_tables import Claim, Contact
from storage.ledger import CaseError
from storage.people import digest
from storage.privacy import NAMELESS
from storage.tables import Person, Rating, Request

CLAIM_LIFE = timedelta(days=14)
"""How long a link opens anything: time to come home and find somebody with a phone."""

_STAFF = frozenset({Role.HANDLER, Role.FIRST_RESPONDER, Role.MANAGER})


@dataclass(frozen=True)
class Place:
    """Where somebody comes in: as the person served (`resident`), or as their `contact`."""

    request: Request
    whose: str
    name: str


class Claims(Ratings):
    """The acts by which somebody takes their own place in a request."""

    async def make_claim(self, request_id: int, actor_id: int, whose: str) -> str:
        """A new one-time code for the person served or their contact; an older one no longer opens anything.

        :raises CaseError: `not_yours`, or `claim_needless` when that person has a chat already, or is not known
        """
        request, roles = await self.look(request_id, actor_id)
        if not roles & _STAFF:
            raise CaseError("not_yours")
        if whose not in await self.claimable(request):
            raise CaseError("claim_needless")
        await self._session.execute(
            update(Claim)
            .where(Claim.request_id == request.id, Claim.whose == whose, Claim.used_at.is_(None))
            .values(expires_at=self._now)
        )
        code = secrets.token_urlsafe(16)
        self._session.add(
            Claim(
                digest=digest(code),
                request_id=request.id,
                whose=whose,
                made_by_id=actor_id,
                made_at=self._now,
                expires_at=self._now + CLAIM_LIFE,
            )
        )
        return code

    async def claimable(self, request: Request) -> list[str]:
        """Whose place is still to be taken: the person served has no chat, their contact has none."""
        resident = await self._people.get(request.resident_id)
        contact = await self.contact_of(request)
        found = ["resident"] if resident.chat_id is None and resident.erased_at is None else []
        return [*found, "contact"] if contact is not None and contact.person_id is None and contact.name else found

    async def find_claim(self, code: str, person_id: int | None) -> Place:
        """What a link opens, for whoever follows it.

        :raises CaseError: `claim_wrong`, `claim_used`, `claim_over`, or `claim_staff` when they had the work in hand
        """
        await self._session.flush()
        claim = await self._session.get(Claim, digest(code), populate_existing=True)
        if claim is None:
            raise CaseError("claim_wrong")
        request = await self._load(claim.request_id)
        await self._session.refresh(claim)
        if claim.used_at is not None:
            raise CaseError("claim_used")
        if claim.expires_at <= self._now or claim.whose not in await self.claimable(request):
            raise CaseError("claim_over")
        return await self._place(request, claim.whose, person_id)

    async def _place(self, request: Request, whose: str, person_id: int | None) -> Place:
        if person_id is not None and await self.answered(request, person_id):
            raise CaseError("claim_staff")
        contact = await self.contact_of(request)
        resident = await self._people.get(request.resident_id)
        return Place(request, whose, contact.name if contact and whose == "contact" else resident.name)

    async def claim(self, code: str, person: Person) -> Place:
        """Take the place that a link stands for; somebody who has consented.

        :raises CaseError: as `find_claim` does
        """
        place = await self.find_claim(code, person.id)
        claim = await self._session.get(Claim, digest(code))
        if claim is not None:
            claim.used_at, claim.used_by_id = self._now, person.id
        await self._take(place, person, "link")
        return place

    async def by_phone(self, phone: str, person_id: int) -> list[Place]:
        """The places that wait for whoever has this phone number: one for each person served without a chat, and for
        each of whom they are the contact; the newest request of each."""
        forms = phone_forms(phone)
        requests = await self._session.execute(
            select(Request, Person)
            .join(Person, Person.id == Request.resident_id)
            .where(Person.chat_id.is_(None), Person.erased_at.is_(None), Person.phone.in_(forms))
            .order_by(Request.id.desc())
        )
        contacts = await self._session.execute(
            select(Request, Contact)
            .join(Contact, Contact.request_id == Request.id)
            .where(Contact.person_id.is_(None), Contact.phone.in_(forms))
            .order_by(Request.id.desc())
        )
        found: dict[tuple[str, int], Place] = {}
        for request, resident in requests:
            if not await self.answered(request, person_id):
                found.setdefault(("resident", resident.id), Place(request, "resident", resident.name))
        for request, contact in contacts:
            if not await self.answered(request, person_id):
                found.setdefault(("contact", request.resident_id), Place(request, "contact", contact.name))
        return list(found.values())

    async def claim_by_phone(self, phone: str, person: Person, request_id: int, whose: str) -> Place:
        """Take a place that waits for this confirmed number.

        :raises CaseError: `claim_over` when it does not, or no longer
        """
        for place in await self.by_phone(phone, person.id):
            if (place.request.id, place.whose) == (request_id, whose):
                request = await self._load(request_id)
                await self._take(Place(request, whose, place.name), person, "phone")
                return place
        raise CaseError("claim_over")

    async def _take(self, place: Place, person: Person, way: str) -> None:
        """All requests of the person served become this person's; or all for which the same contact was named."""
        served = await self._people.get(place.request.resident_id)
        contact = await self.contact_of(place.request)
        rows = await self._session.execute(
            select(Request.id).where(Request.resident_id == served.id).order_by(Request.id)
        )
        for request_id in list(rows.scalars()):
            request = await self._load(request_id)
            if place.whose == "contact":
                theirs = await self.contact_of(request)
                same = theirs is not None and contact is not None and _same(theirs, contact)
                if theirs is None or not same:
                    continue
                theirs.person_id = person.id
            elif await self.answered(request, person.id):
                continue
            else:
                request.resident_id = person.id
                await self._session.execute(
                    update(Rating)
                    .where(Rating.request_id == request.id, Rating.rated_by_id == served.id)
                    .values(rated_by_id=person.id)
                )
            await self._event(request, Action.CLAIM, person.id, Role.RESIDENT, whose=place.whose, way=way)
        await self._session.flush()
        case_people.changed(self._session)
        person.area_id = person.area_id or place.request.area_id
        if place.whose == "resident":
            person.phone = person.phone or served.phone
            left = await self._session.scalar(select(Request.id).where(Request.resident_id == served.id))
            if left is None:  # the stand-in is not needed any more
                served.name, served.phone, served.erased_at = NAMELESS, None, self._now

    async def known_by_phone(self, phone: str, area_ids: Sequence[int]) -> list[Person]:
        """People of these areas who are known with this phone number, for whoever records a request to recognise."""
        rows = await self._session.execute(
            select(Person)
            .where(Person.area_id.in_(area_ids), Person.erased_at.is_(None), Person.phone.in_(phone_forms(phone)))
            .order_by(Person.chat_id.is_(None), Person.id.desc())
        )
        return list(rows.scalars())

    async def looked_up(self, person_ids: Sequence[int], actor_id: int) -> None:
        """Somebody of the office typed a number and was told whose it is: written down with the newest request of each,
        like every look."""
        newest = select(func.max(Request.id)).where(Request.resident_id.in_(person_ids)).group_by(Request.resident_id)
        for request_id in sorted(await self._session.scalars(newest)):
            await self._event(await self._load(request_id), Action.LOOK_UP, actor_id, Role.WORKER, by="number")

    async def chat_of(self, phone: str | None) -> int | None:
        """Whoever has a chat and confirmed this number there; None when nobody has. A number that came with a place
        taken by a link was confirmed by nobody: whoever holds the link has it."""
        if phone is None:
            return None
        rows = await self._session.execute(
            select(Person.id).where(
                Person.chat_id.is_not(None),
                Person.erased_at.is_(None),
                Person.phone.in_(phone_forms(phone)),
                ~select(Claim.digest).where(Claim.used_by_id == Person.id, Claim.whose == "resident").exists(),
            )
        )
        found = list(rows.scalars())
        return found[0] if len(found) == 1 else None


def _same(one: Contact, other: Contact) -> bool:
    if one.person_id is not None:
        return False
    if one.phone and other.phone:
        return one.phone in phone_forms(other.phone)
    return one.name == other.name
