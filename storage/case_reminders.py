"""What the clock says in mediation and legal-aid cases: meetings, performance, the window for 司法确认, legal days.

The next moment is a column; each notice has a key of its own, so a sweep that comes twice or late says nothing
twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import mediation as rules
from knowledge.lifecycle import Status
from knowledge.mediation import LIVE, Stage
from storage import case_people
from storage.ledger import Rules
from storage.mediation_docket import Docket, Dockets
from storage.mediation_tables import LegalAidCase, MediationAgreement, MediationCase, MediationSession
from storage.tables import Request

_BATCH = 500


class _Reminders(Dockets):
    """One sweep."""

    async def meetings(self) -> int:
        """Meetings to come: the day before at 09:00 and an hour before, to both parties and the mediator."""
        due = await self._session.execute(
            select(MediationSession, MediationCase)
            .join(MediationCase, MediationCase.id == MediationSession.case_id)
            .where(MediationSession.remind_at <= self._now)
            .order_by(MediationSession.remind_at)
            .limit(_BATCH)
        )
        told = 0
        for session, case in due.all():
            key = f"mediation-session:{session.id}:{_stamp(session.remind_at)}"
            docket = await self._docket(await self._load(case.request_id))
            session.remind_at = rules.session_reminder(session.at, self._now, self._rules.zone)
            if not docket.standing.in_progress or case.stage is not Stage.AGREED or session.at <= self._now:
                session.remind_at = None
                continue
            told += await self._both(docket, key, "mediation_reminder", session=session.id)
            if await self._posts_here(docket.request, case.mediator_id):
                told += await self._one(docket, key, case.mediator_id, "mediation_reminder", session=session.id)
        return told

    async def performance(self) -> int:
        """履行回访 is due: whoever works on the case asks, again and again until it is written down."""
        told = 0
        for agreement, docket in await self._agreements(MediationAgreement.follow_up_at):
            key = f"mediation-performance:{agreement.id}:{_stamp(agreement.follow_up_at)}"
            agreement.follow_up_at = self._now + rules.FOLLOW_UP_AGAIN
            told += await self._staff_of(docket, key, "mediation_follow_up")
        return told

    async def confirmation(self) -> int:
        """The window for 司法确认 closes: both parties hear of it in time."""
        told = 0
        for agreement, docket in await self._agreements(MediationAgreement.confirm_remind_at):
            key = f"mediation-confirmation:{agreement.id}:{_stamp(agreement.confirm_remind_at)}"
            effective, zone = agreement.effective, self._rules.zone
            agreement.confirm_remind_at = rules.confirmation_reminder(effective, self._now, zone)
            if agreement.confirm_by < self._now.astimezone(zone).date():
                continue
            told += await self._both(docket, key, "mediation_confirm")
        return told

    async def ended(self) -> int:
        """The request was withdrawn or closed before anything came of the case: the other party hears of it."""
        over = await self._session.execute(
            select(MediationCase)
            .join(Request, Request.id == MediationCase.request_id)
            .where(
                MediationCase.stage.in_(LIVE),
                MediationCase.ended_at.is_(None),
                Request.status.in_([Status.WITHDRAWN, Status.CLOSED]),
            )
            .limit(_BATCH)
        )
        told = 0
        for case in over.scalars().all():
            docket = await self._docket(await self._load(case.request_id))
            await self._end(docket)
            told += await self._third(docket, f"mediation-ended:{case.id}", "mediation_ended")
        return told

    async def legal_days(self) -> int:
        """A legal-aid decision or assignment is due tomorrow, or late."""
        due = await self._session.execute(
            select(LegalAidCase).where(LegalAidCase.remind_at <= self._now).order_by(LegalAidCase.id).limit(_BATCH)
        )
        told = 0
        for case in due.scalars().all():
            request = await self._load(case.request_id)
            limit = case.assign_by if case.granted else case.decide_by
            case.remind_at = None
            if limit is None or request.status is Status.WITHDRAWN:
                continue
            people = await self._in_office(request, request.handler_id)
            kind = "legal_aid_due"
            if limit <= self._now:
                kind = "legal_aid_late"
                people += [request.first_responder_id, *await self._people.managers(request.area_id)]
            else:
                case.remind_at = limit
            stage = "assign" if case.granted else "decide"
            for person_id in dict.fromkeys(people):
                key = f"{kind}:{case.id}:{stage}:{person_id}"
                told += await self.outbox.once(
                    key, person_id, kind, request_id=request.id, stage=stage, due=limit.isoformat()
                )
        return told

    async def _agreements(self, moment: Any) -> list[tuple[MediationAgreement, Docket]]:
        due = await self._session.execute(
            select(MediationAgreement, MediationCase.request_id)
            .join(MediationCase, MediationCase.id == MediationAgreement.case_id)
            .where(moment <= self._now)
            .order_by(MediationAgreement.id)
            .limit(_BATCH)
        )
        return [(row, await self._docket(await self._load(request_id))) for row, request_id in due.all()]

    async def _both(self, docket: Docket, key: str, kind: str, **payload: Any) -> int:
        request = docket.request
        reader = await case_people.reader(self._session, request)
        given = {"case": docket.case.id, **payload}
        if reader is not None:
            key_of = f"{key}:{reader.id}"
            told = int(await self.outbox.once(key_of, reader.id, kind, request_id=request.id, **given))
        else:
            told = 0
            for person_id in await self._in_office(request, request.first_responder_id):
                told += await self.outbox.once(
                    f"{key}:call:{person_id}", person_id, "call_resident", request_id=request.id, news=kind, **given
                )
        return told + await self._third(docket, key, kind, **payload)

    async def _third(self, docket: Docket, key: str, kind: str, **payload: Any) -> int:
        other = await self._reachable_other(docket.case)
        if other is not None:
            return await self._one(docket, key, other.id, kind, **payload)
        if docket.case.other_name is None:
            return 0
        return await self._staff_of(docket, f"{key}:call-other", "mediation_call_other", news=kind, **payload)

    async def _staff_of(self, docket: Docket, key: str, kind: str, **payload: Any) -> int:
        request = docket.request
        holders = await self._in_office(request, request.handler_id, request.first_responder_id)
        return sum([await self._one(docket, key, person_id, kind, **payload) for person_id in holders[:1]])

    async def _one(self, docket: Docket, key: str, person_id: int, kind: str, **payload: Any) -> int:
        return int(await self.outbox.once(f"{key}:{person_id}", person_id, kind, case=docket.case.id, **payload))


async def due_reminders(session: AsyncSession, office: Rules, now: datetime) -> int:
    """Say everything that is due in mediation and legal-aid cases; returns how many notices were written."""
    sweep = _Reminders(session, office, now)
    told = 0
    for part in (sweep.meetings, sweep.performance, sweep.confirmation, sweep.ended, sweep.legal_days):
        told += await part()
        await session.flush()
    return told


def _stamp(moment: datetime | None) -> str:
    return moment.strftime("%Y%m%d%H%M") if moment else ""
