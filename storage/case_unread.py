"""Words that nobody read because whoever they were meant for lost their part in the request first: nothing is told to
somebody without one, and nothing that was said is lost. Whoever holds the request now hears it."""

from collections.abc import Iterable

from sqlalchemy import func, select

from knowledge.lifecycle import Action, Role
from storage import outbox
from storage.clockwork import Clockwork
from storage.mediation_tables import MediationCase, MediationMessage
from storage.outbox import RELAY
from storage.tables import Event, Message, Outbox, Request, Shown

WITH_MANAGER = frozenset({Action.RECTIFY_CONTACT, Action.COMPLAIN})
"""In these acts the staff side is a manager, whatever else they are to the request: what is said in them is of whoever
did the work, and not for them to read."""

_EDIT = "relay_edit"
_WORDS = (_EDIT, "call_resident", "rating_comment")
"""What a resident said, or must still be told, that somebody else has to hear."""
_MEDIATION_RELAY = "mediation_relay"


class Unread(Clockwork):
    """What an act calls that changes who holds a request."""

    async def _pass_on(self, request: Request) -> None:
        """Tell whoever holds it now what was said and not shown to anybody, and what still waits for somebody who has
        no part in it any more."""
        for person_id in (await self._in_office(request, request.handler_id, request.first_responder_id))[:1]:
            said = await self._unshown(request)
            for row in await self._waiting_for_strangers(request):
                if row.kind == _EDIT:
                    said.add(row.payload["message"])
                else:
                    self._tell(request, person_id, row.kind, **row.payload)
            await self._relay(request, person_id, said - await self._said_as(request, *WITH_MANAGER))
        await self._pass_on_case(request)

    async def _pass_on_putting_right(self, request: Request, person_id: int) -> None:
        """What the resident said to the manager who put it right until now, for the one who does from now on."""
        said = await self._unshown(request) & await self._said_as(request, Action.RECTIFY_CONTACT)
        await self._relay(request, person_id, said)

    async def _relay(self, request: Request, person_id: int, said: Iterable[int]) -> None:
        for message_id in sorted(said):
            if not await outbox.on_its_way(self._session, person_id, message_id):
                self._tell(request, person_id, RELAY, message=message_id)

    async def _unshown(self, request: Request) -> set[int]:
        """What the resident said of which no chat has a copy."""
        found = await self._session.scalars(
            select(Message.id).where(
                Message.request_id == request.id,
                Message.role == Role.RESIDENT,
                ~select(Shown.relayed_id).where(Shown.relayed_id == Message.id).exists(),
            )
        )
        return set(found)

    async def _said_as(self, request: Request, *acts: Action) -> set[int]:
        """The messages of these acts."""
        found = await self._session.scalars(
            select(Event.data).where(Event.request_id == request.id, Event.action.in_([act.value for act in acts]))
        )
        return {data["message"] for data in found if "message" in data}

    async def _waiting_for_strangers(self, request: Request) -> list[Outbox]:
        found = await self._session.scalars(
            select(Outbox)
            .where(
                Outbox.request_id == request.id,
                Outbox.kind.in_(_WORDS),
                Outbox.sent_at.is_(None),
                Outbox.failed_at.is_(None),
            )
            .order_by(Outbox.id)
        )
        return [row for row in found.all() if row.person_id and not await self.roles(request, row.person_id)]

    async def _pass_on_case(self, request: Request) -> None:
        """What the other party of a mediation said and nobody has answered, for whoever hears them now; not what that
        one was told already."""
        case = await self._session.scalar(select(MediationCase).where(MediationCase.request_id == request.id))
        if case is None or case.other_id is None:
            return
        answered = select(func.coalesce(func.max(MediationMessage.id), 0)).where(
            MediationMessage.case_id == case.id, MediationMessage.from_other.is_(False)
        )
        said = await self._session.scalars(
            select(MediationMessage.id)
            .where(
                MediationMessage.case_id == case.id,
                MediationMessage.from_other,
                MediationMessage.noted.is_(False),
                MediationMessage.id > answered.scalar_subquery(),
            )
            .order_by(MediationMessage.id)
        )
        open_words = said.all()
        for person_id in (await self._in_office(request, case.mediator_id, request.handler_id))[:1]:
            rows = await self._session.scalars(
                select(Outbox.payload).where(
                    Outbox.person_id == person_id, Outbox.kind == _MEDIATION_RELAY, Outbox.failed_at.is_(None)
                )
            )
            told = {row["said"] for row in rows}
            for message_id in open_words:
                if message_id not in told:
                    self.outbox.notice(person_id, _MEDIATION_RELAY, case=case.id, said=message_id)
