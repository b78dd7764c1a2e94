"""Who has the work in hand: 转办 to a colleague, and a manager's change of the first responder (rules 3 and 4)."""

from knowledge.lifecycle import Action
from storage.clockwork import Clockwork
from storage.ledger import CaseError
from storage.tables import Request


class Transfers(Clockwork):
    """The acts that hand a request on."""

    async def transfer(self, request_id: int, actor_id: int, to_id: int, reason: str) -> Request:
        """转办: offer the request to a named colleague; until they acknowledge, the sender still holds it (rule 4).

        :raises CaseError: `reason_empty`, `transfer_self`, or `not_colleague` when the receiver has no post in the
            area or above it
        """
        request, status, role = await self._may(Action.TRANSFER, request_id, actor_id)
        if to_id == request.handler_id:
            raise CaseError("transfer_self")
        await self._judge_handing_over(request, to_id, reason)
        self._end_offer(request, to_id)
        request.status, request.offered_to_id = status, to_id
        event = await self._event(
            request, Action.TRANSFER, actor_id, role, why=reason, sender=request.handler_id, receiver=to_id
        )
        self._tell(request, to_id, "offered", sender=actor_id, note=event.data["note"])
        return request

    async def replace(self, request_id: int, actor_id: int, to_id: int, reason: str) -> Request:
        """A manager names another first responder, with a reason; the resident is told the name (rule 3).

        :raises CaseError: `reason_empty`, `replace_same`, or `not_colleague`
        """
        request, status, role = await self._may(Action.REPLACE, request_id, actor_id)
        before = request.first_responder_id
        if to_id == before:
            raise CaseError("replace_same")
        await self._judge_handing_over(request, to_id, reason)
        request.status, request.first_responder_id = status, to_id
        if request.handler_id == before:
            request.handler_id = to_id
        if request.offered_to_id == to_id:
            request.offered_to_id = None
        event = await self._event(request, Action.REPLACE, actor_id, role, why=reason, before=before, after=to_id)
        await self._tell_resident(request, "replaced", responder=to_id)
        note = event.data["note"]
        self._tell(request, before, "replaced_you", responder=to_id, note=note)
        self._tell(request, to_id, "assigned", note=note)
        return request
