"""Who has the work in hand, and as what: 转办 to a colleague, a manager's change of the first responder, all that
somebody held when they leave, and the correction of the service (rules 3, 4 and 5)."""

from datetime import datetime

from sqlalchemy import select

from knowledge import handover
from knowledge.catalogue import Kind, Service
from knowledge.lifecycle import OPEN, Action
from knowledge.mediation import OVER, Stage
from storage.case_outside import Outside
from storage.case_tables import Supplement
from storage.ledger import CaseError
from storage.mediation_tables import LegalAidCase, MediationCase
from storage.tables import Request

_MEDIATION = "mediation"
"""The domain whose requests are confidential cases."""


class Transfers(Outside):
    """The acts that hand a request on."""

    async def transfer(self, request_id: int, actor_id: int, to_id: int, reason: str) -> Request:
        """转办: offer the request to a named colleague; until they acknowledge, the sender still holds it (rule 4).

        Whoever can no longer act holds nothing: then the first responder does until it is taken, and where that is
        the one it goes to, or they cannot act either, the receiver at once.

        :raises CaseError: `reason_empty`, `transfer_self`, or `not_colleague` when the receiver has no post in the
            area or above it
        """
        request, status, role = await self._may(Action.TRANSFER, request_id, actor_id)
        if to_id == request.handler_id:
            raise CaseError("transfer_self")
        await self._judge_handing_over(request, to_id, reason)
        self._end_offer(request, to_id)
        sender = request.handler_id
        if not await self._able(request, sender):
            responder = request.first_responder_id
            request.handler_id = responder if await self._able(request, responder) else to_id
        request.status = status
        request.offered_to_id = None if request.handler_id == to_id else to_id
        event = await self._event(
            request,
            Action.TRANSFER,
            actor_id,
            role,
            why=reason,
            sender=sender,
            receiver=to_id,
            handler=request.handler_id,
        )
        note = event.data["note"]
        if request.handler_id != sender:
            await self._tell_resident(request, "handed_over", handler=request.handler_id)
            self._tell(request, request.handler_id, "holding", sender=actor_id, before=sender, note=note)
            await self._pass_on(request)
        if request.offered_to_id is not None:
            self._tell(request, to_id, "offered", sender=actor_id, note=note)
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
        await self._pass_on(request)
        return request

    async def take_over(self, request_id: int, actor_id: int, gone_id: int, to_id: int, reason: str) -> Request:
        """Somebody cannot act any more: a manager gives whatever they were in this request to a colleague.

        :raises CaseError: `reason_empty`, `not_colleague`
        """
        request = await self._load(request_id)
        if request.first_responder_id == gone_id:
            await self.replace(request_id, actor_id, to_id, reason)
        if request.status not in OPEN or gone_id not in (request.handler_id, request.offered_to_id):
            return request
        if request.handler_id == to_id:  # only the offer is left, and who should have it holds it already
            _, _, role = await self._may(Action.TRANSFER, request_id, actor_id)
            self._end_offer(request, to_id)
            await self._event(request, Action.TRANSFER, actor_id, role, why=reason, sender=gone_id, receiver=to_id)
            return request
        return await self.transfer(request_id, actor_id, to_id, reason)

    # -- another service is the right one

    async def correct(self, request_id: int, actor_id: int, service_id: str) -> Request:
        """Another service of the lists is the right one. The promise is not reset: it becomes the earlier of what was
        promised and what the right service would have promised from the beginning (rules 5 and 7).

        :raises CaseError: `service_unknown`, `service_same`, `mediation_begun` or `legal_aid_begun` while a case of
            the old service has to be brought to its end first
        """
        request, status, role = await self._may(Action.CORRECT, request_id, actor_id)
        service = self._rules.catalogue.services.get(service_id)
        if service is None:
            raise CaseError("service_unknown")
        before, promised = request.service_id, request.resolve_by
        if service_id == before:
            raise CaseError("service_same")
        await self._leave_case(request, service)
        resolve_by = await self.corrected_promise(request, service)
        request.status = status
        request.service_id, request.domain, request.kind = service.id, service.domain, service.kind.value
        if resolve_by < promised:
            calendar, zone = self._rules.calendar, self._rules.zone
            request.resolve_by, request.calendar_version = resolve_by, calendar.version
            request.provisional = calendar.is_provisional(resolve_by.astimezone(zone).date())
            request.contact_by = min(request.contact_by, resolve_by)
            request.acknowledge_by = min(request.acknowledge_by, resolve_by)
            request.looked_at = None  # what is near or broken by the new promise is told, though its moment has passed
        await self._event(
            request,
            Action.CORRECT,
            actor_id,
            role,
            before=before,
            after=service.id,
            resolve_by=request.resolve_by.isoformat(),
        )
        await self._tell_resident(request, "corrected", before=before, earlier=resolve_by < promised)
        for person_id in {request.handler_id, request.first_responder_id} - {actor_id}:
            self._tell(request, person_id, "corrected", before=before, earlier=resolve_by < promised)
        return request

    async def corrected_promise(self, request: Request, service: Service) -> datetime:
        """By when the request would be resolved if `service` were the right one."""
        paused = await self._session.execute(
            select(Supplement.asked_at, Supplement.ended_at).where(
                Supplement.request_id == request.id, Supplement.pauses, Supplement.ended_at.is_not(None)
            )
        )
        return handover.corrected(
            request.resolve_by,
            request.created_at,
            kind=service.kind.value,
            resolve=service.promise.resolve,
            statutory_limit=service.statutory_limit,
            pauses=[(since, until) for since, until in paused.all() if until is not None],
            office=self._rules.office((await self._people.area(request.area_id)).code),
        )

    async def _leave_case(self, request: Request, service: Service) -> None:
        """A case of the old service that has begun is brought to its end before it becomes something else: another
        party, or a decision with a limit of its own, hangs on it."""
        if request.domain == _MEDIATION and service.domain != _MEDIATION:
            found = await self._session.execute(select(MediationCase).where(MediationCase.request_id == request.id))
            case = found.scalar_one_or_none()
            if case is not None and case.stage not in {*OVER, Stage.NEW}:
                raise CaseError("mediation_begun")
        if request.kind == Kind.LEGAL_AID and service.kind is not Kind.LEGAL_AID:
            aid = await self._session.execute(select(LegalAidCase).where(LegalAidCase.request_id == request.id))
            papers = aid.scalar_one_or_none()
            if papers is not None and papers.complete_at is not None and papers.decided_at is None:
                raise CaseError("legal_aid_begun")
            if papers is not None:
                papers.remind_at = None
