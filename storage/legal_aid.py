"""Legal-aid cases: the steps of an application with their legal days; the resident hears of each."""

from typing import Any

from sqlalchemy import select

from knowledge import legal_aid as rules
from knowledge.catalogue import Kind
from knowledge.legal_aid import Ground, Standing, Step
from knowledge.lifecycle import Action, NotAllowed, Role
from storage.ledger import CaseError, Ledger
from storage.mediation_docket import STAFF
from storage.mediation_tables import LegalAidCase
from storage.tables import Request


def standing(case: LegalAidCase) -> Standing:
    """What has happened so far, as the rules ask for it."""
    return Standing(
        complete=case.complete_at is not None,
        urgent=case.urgent_at is not None,
        granted=case.granted,
        assigned=case.assigned_at is not None,
    )


class LegalAid(Ledger):
    """Changes legal-aid cases inside one unit of work."""

    async def look_aid(self, request_id: int, actor_id: int) -> tuple[Request, LegalAidCase]:
        """The case as the handler or the first responder sees it; a new one where nothing has happened yet.

        :raises CaseError: `not_yours`, or `legal_aid_not_now` when the request is none for legal aid
        :raises NotAllowed: it is not theirs to conduct
        """
        request, _ = await self._opened(request_id, actor_id)
        return request, await self._case(request)

    async def complete(self, request_id: int, actor_id: int) -> LegalAidCase:
        """受理，材料齐: from now the seven days to decide run (第43条)."""
        request, case, role = await self._step(Step.COMPLETE, request_id, actor_id)
        office = await self._office(request)
        case.complete_at, case.decide_by = self._now, rules.decide_by(self._now, office)
        case.remind_at = rules.warn_at(case.decide_by, office)
        await self._write(request, Step.COMPLETE, actor_id, role, decide_by=case.decide_by.isoformat())
        await self._tell_resident(request, "legal_aid_complete")
        return case

    async def urgent(self, request_id: int, actor_id: int, ground: Ground) -> LegalAidCase:
        """情况紧急，先行援助: aid first, the formalities after it (第44条)."""
        request, case, role = await self._step(Step.URGENT, request_id, actor_id)
        case.urgent_at, case.ground = self._now, ground
        await self._write(request, Step.URGENT, actor_id, role, ground=ground.value)
        await self._tell_resident(request, "legal_aid_urgent")
        return case

    async def grant(self, request_id: int, actor_id: int) -> LegalAidCase:
        """决定给予: somebody is to be assigned within three days, unless they were already."""
        request, case, role = await self._step(Step.GRANT, request_id, actor_id)
        case.decided_at, case.granted, case.remind_at = self._now, True, None
        if case.assigned_at is None:
            office = await self._office(request)
            case.assign_by = rules.assign_by(self._now, office)
            case.remind_at = rules.warn_at(case.assign_by, office)
        by = case.assign_by.isoformat() if case.assign_by else None
        await self._write(request, Step.GRANT, actor_id, role, assign_by=by)
        await self._tell_resident(request, "legal_aid_granted")
        return case

    async def refuse(self, request_id: int, actor_id: int, reason: str) -> LegalAidCase:
        """决定不予, with the reason in words.

        :raises CaseError: `legal_aid_reason`
        """
        request, case, role = await self._step(Step.REFUSE, request_id, actor_id)
        if not reason.strip():
            raise CaseError("legal_aid_reason")
        case.decided_at, case.granted, case.reason, case.remind_at = self._now, False, reason.strip(), None
        await self._write(request, Step.REFUSE, actor_id, role)
        await self._tell_resident(request, "legal_aid_refused")
        return case

    async def assign(self, request_id: int, actor_id: int, name: str, phone: str | None) -> LegalAidCase:
        """已指派: who the lawyer is, and how to reach them."""
        request, case, role = await self._step(Step.ASSIGN, request_id, actor_id)
        case.assigned_at, case.lawyer_name, case.lawyer_phone = self._now, name, phone
        if case.granted:
            case.remind_at = None
        await self._write(request, Step.ASSIGN, actor_id, role)
        await self._tell_resident(request, "legal_aid_assigned")
        return case

    async def _opened(self, request_id: int, actor_id: int) -> tuple[Request, Role]:
        request, _, role = await self._may(Action.LEGAL_AID, request_id, actor_id)
        if role not in STAFF:
            raise NotAllowed(Action.LEGAL_AID, request.status, {role})
        if request.kind != Kind.LEGAL_AID.value:
            raise CaseError("legal_aid_not_now")
        return request, role

    async def _case(self, request: Request) -> LegalAidCase:
        found = await self._session.execute(select(LegalAidCase).where(LegalAidCase.request_id == request.id))
        return found.scalar_one_or_none() or LegalAidCase(request_id=request.id, created_at=self._now)

    async def _step(self, step: Step, request_id: int, actor_id: int) -> tuple[Request, LegalAidCase, Role]:
        request, role = await self._opened(request_id, actor_id)
        case = await self._case(request)
        if not rules.allowed(step, standing(case)):
            raise CaseError("legal_aid_not_now")
        self._session.add(case)
        return request, case, role

    async def _write(self, request: Request, step: Step, actor_id: int, role: Role, **data: Any) -> None:
        await self._session.flush()
        await self._event(request, Action.LEGAL_AID, actor_id, role, step=step.value, **data)
