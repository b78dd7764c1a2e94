"""Who talks with whom about a request: resident, contact, staff, and the manager who puts it right."""

from datetime import datetime

from sqlalchemy import bindparam, select

from knowledge.lifecycle import Action, Role, check
from storage import case_people
from storage.case_tables import Contact
from storage.case_unread import Unread
from storage.database import UTCDateTime
from storage.ledger import ANSWER_WITHIN
from storage.quick import ask
from storage.tables import Message, Person, Request


class Talk(Unread):
    """Reads on which talking rests."""

    async def waiting_for_answer(self, person_id: int) -> list[Request]:
        """A resident's requests in which staff spoke last, asked for papers, or reminded of them, within two days: the
        next words answer them, and a picture is one of the papers."""
        since = self._now - ANSWER_WITHIN
        return [found.request for found in await case_people.standing(self._session, person_id) if found.waits(since)]

    async def may_talk(self, request_id: int, person_id: int) -> tuple[Request, frozenset[Role]]:
        """The request, when this person may talk with its other side now.

        :raises NotAllowed: the request is over
        """
        request, roles = await self.look(request_id, person_id)
        action, _ = await case_people.speech(self._session, request, person_id, roles)
        check(action, request.status, roles)
        return request, roles

    async def speech(
        self, request: Request, person_id: int, roles: frozenset[Role], reply_to_id: int | None = None
    ) -> tuple[Action, int]:
        """As which act words of this person count, and to whom they go."""
        return await case_people.speech(self._session, request, person_id, roles, reply_to_id)

    async def worker_spoke(self, request: Request, since: datetime) -> bool:
        """Whether staff have said something to the resident since then that is no answer to a complaint."""
        said = await ask(self._session, _SAID_SINCE, {"request_id": request.id, "since": since})
        about = await case_people.complaints(self._session, request)
        return any(message_id not in about for (message_id,) in said)

    async def reader(self, request: Request) -> Person | None:
        """Whose chat news of a request goes to; None when somebody has to call."""
        return await case_people.reader(self._session, request)

    async def contact_of(self, request: Request) -> Contact | None:
        """Whoever is spoken with for the person served."""
        return await case_people.contact_of(self._session, request)

    async def phone_of(self, request: Request) -> str | None:
        """A number at which the person served, or their contact, can be called; it is shown to nobody by this."""
        contact = await self.contact_of(request)
        return (await self._people.get(request.resident_id)).phone or (contact.phone if contact else None)


_SAID_SINCE = select(Message.id).where(
    Message.request_id == bindparam("request_id"),
    Message.role != Role.RESIDENT,
    Message.created_at > bindparam("since", type_=UTCDateTime()),
)
