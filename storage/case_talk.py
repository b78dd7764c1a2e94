"""Who talks with whom about a request: resident, contact, staff, and the manager who puts it right."""

from sqlalchemy import func, or_, select

from knowledge.lifecycle import OPEN, Action, Role, Status, check
from storage import case_people
from storage.case_tables import Contact
from storage.clockwork import Clockwork
from storage.ledger import ANSWER_WITHIN
from storage.tables import Message, Person, Request


class Talk(Clockwork):
    """Reads on which talking rests."""

    async def waiting_for_answer(self, person_id: int) -> list[Request]:
        """A resident's open requests in which staff spoke last, within two days: the next words answer them."""
        newest = (
            select(Message.request_id, func.max(Message.id).label("message_id"))
            .join(Request, Request.id == Message.request_id)
            .where(
                case_people.served(person_id),
                or_(Request.status.in_({*OPEN, Status.RESOLVED}), case_people.put_right()),
            )
            .group_by(Message.request_id)
            .subquery()
        )
        found = await self._session.execute(
            select(Request)
            .join(newest, newest.c.request_id == Request.id)
            .join(Message, Message.id == newest.c.message_id)
            .where(
                or_(Request.status != Status.CLOSED, Message.role == Role.MANAGER),
                Message.role != Role.RESIDENT,
                Message.created_at > self._now - ANSWER_WITHIN,
            )
        )
        return list(found.scalars())

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

    async def reader(self, request: Request) -> Person | None:
        """Whose chat news of a request goes to; None when somebody has to call."""
        return await case_people.reader(self._session, request)

    async def contact_of(self, request_id: int) -> Contact | None:
        """Whoever is spoken with for the person served."""
        return await self._session.get(Contact, request_id)
