"""What the clock says in mediation and legal-aid cases: meetings, performance, the window for 司法确认, legal days.

The next moment is a column; each notice has a key of its own, so a sweep that comes twice or late says nothing
twice."""

from collections.abc import Awaitable, Callable, Collection, Sequence
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
from storage.sweeps import Due, Part, Take, found
from storage.tables import Request

_OVER = (
    MediationCase.stage.in_(LIVE),
    MediationCase.ended_at.is_(None),
    Request.status.in_([Status.WITHDRAWN, Status.CLOSED]),
)


class _Reminders(Dockets):
    """What is said of some that are due."""

    async def meetings(self, ids: Collection[int]) -> int:
        """Meetings to come: the day before at 09:00 and an hour before, to both parties and the mediator."""
        due = await self._session.execute(
            select(MediationSession, MediationCase)
            .join(MediationCase, MediationCase.id == MediationSession.case_id)
            .where(MediationSession.id.in_(ids), MediationSession.remind_at <= self._now)
            .order_by(MediationSession.remind_at)
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

    async def performance(self, ids: Collection[int]) -> int:
        """履行回访 is due: whoever works on the case asks, again and again until it is written down."""
        told = 0
        for agreement, docket in await self._agreements(ids, MediationAgreement.follow_up_at):
            key = f"mediation-performance:{agreement.id}:{_stamp(agreement.follow_up_at)}"
            agreement.follow_up_at = self._now + rules.FOLLOW_UP_AGAIN
            told += await self._staff_of(docket, key, "mediation_follow_up")
        return told

    async def confirmation(self, ids: Collection[int]) -> int:
        """The window for 司法确认 closes: both parties hear of it in time."""
        told = 0
        for agreement, docket in await self._agreements(ids, MediationAgreement.confirm_remind_at):
            key = f"mediation-confirmation:{agreement.id}:{_stamp(agreement.confirm_remind_at)}"
            effective, zone = agreement.effective, self._rules.zone
            agreement.confirm_remind_at = rules.confirmation_reminder(effective, self._now, zone)
            if agreement.confirm_by < self._now.astimezone(zone).date():
                continue
            told += await self._both(docket, key, "mediation_confirm")
        return told

    async def ended(self, ids: Collection[int]) -> int:
        """The request was withdrawn or closed before anything came of the case: the other party hears of it."""
        over = await self._session.execute(
            select(MediationCase)
            .join(Request, Request.id == MediationCase.request_id)
            .where(MediationCase.id.in_(ids), *_OVER)
        )
        told = 0
        for case in over.scalars().all():
            docket = await self._docket(await self._load(case.request_id))
            await self._end(docket)
            told += await self._third(docket, f"mediation-ended:{case.id}", "mediation_ended")
        return told

    async def legal_days(self, ids: Collection[int]) -> int:
        """A legal-aid decision or assignment is due tomorrow, or late."""
        due = await self._session.execute(
            select(LegalAidCase)
            .where(LegalAidCase.id.in_(ids), LegalAidCase.remind_at <= self._now)
            .order_by(LegalAidCase.id)
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

    async def _agreements(self, ids: Collection[int], moment: Any) -> list[tuple[MediationAgreement, Docket]]:
        due = await self._session.execute(
            select(MediationAgreement, MediationCase.request_id)
            .join(MediationCase, MediationCase.id == MediationAgreement.case_id)
            .where(MediationAgreement.id.in_(ids), moment <= self._now)
            .order_by(MediationAgreement.id)
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


def _due(key: Any, moment: Any) -> Due:
    """Finds the rows whose moment has come."""

    async def due(session: AsyncSession, office: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
        return await found(session, select(key).where(moment <= now).order_by(moment), but)

    return due


async def _over(session: AsyncSession, office: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    query = select(MediationCase.id).join(Request, Request.id == MediationCase.request_id)
    return await found(session, query.where(*_OVER).order_by(MediationCase.id), but)


def _saying(say: Callable[[_Reminders, Collection[int]], Awaitable[int]]) -> Take:
    async def take(session: AsyncSession, office: Rules, now: datetime, ids: Collection[int]) -> int:
        return await say(_Reminders(session, office, now), ids)

    return take


PARTS = (
    Part("meeting", _due(MediationSession.id, MediationSession.remind_at), _saying(_Reminders.meetings)),
    Part(
        "the performance of agreement",
        _due(MediationAgreement.id, MediationAgreement.follow_up_at),
        _saying(_Reminders.performance),
    ),
    Part(
        "the confirmation of agreement",
        _due(MediationAgreement.id, MediationAgreement.confirm_remind_at),
        _saying(_Reminders.confirmation),
    ),
    Part("the end of mediation case", _over, _saying(_Reminders.ended)),
    Part("the days of legal-aid case", _due(LegalAidCase.id, LegalAidCase.remind_at), _saying(_Reminders.legal_days)),
)


def _stamp(moment: datetime | None) -> str:
    return moment.strftime("%Y%m%d%H%M") if moment else ""
