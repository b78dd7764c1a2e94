"""What every act on a mediation case has in common: who may see it, load it, judge the step, tell both parties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from knowledge import mediation as rules
from knowledge.lifecycle import Action, NotAllowed, Role, Status, check
from knowledge.mediation import OVER, Stage, Standing, Step, StepError, Who
from storage.ledger import CaseError, Ledger
from storage.mediation_tables import MediationAgreement, MediationCase, MediationMessage, MediationSession
from storage.quick import ask, put
from storage.tables import Person, Request

STAFF = frozenset({Role.HANDLER, Role.FIRST_RESPONDER})
"""Who conducts a case. A manager knows of it and takes no part in it."""

DOMAIN = "mediation"
"""The domain whose requests are mediation cases."""

_ANSWERED_WITHIN = timedelta(days=2)
_OF_OTHER = (
    select(MediationCase)
    .where(MediationCase.other_id == bindparam("person_id"), MediationCase.stage.not_in(OVER))
    .order_by(MediationCase.id.desc())
)


@dataclass(frozen=True)
class Docket:
    """Everything about one case as it stands.

    :ivar session: the meeting to come; None when none is arranged
    """

    request: Request
    case: MediationCase
    session: MediationSession | None
    agreement: MediationAgreement | None

    @property
    def standing(self) -> Standing:
        accepted = self.case.applicant_agrees is True and self.case.other_agrees is True
        return Standing(self.case.stage, accepted, self.request.status is Status.IN_PROGRESS)


class Dockets(Ledger):
    """Reads mediation cases and keeps the books of one unit of work; `Mediation` adds the steps."""

    # -- looking

    async def look_case(self, request_id: int, actor_id: int) -> Docket:
        """The case as the handler, the first responder or the mediator may see it; a new one where none was begun.

        :raises CaseError: `not_yours`
        :raises NotAllowed: it is a manager's or a resident's to know of, not to conduct
        """
        request = await self._load(request_id)
        docket = await self._docket(request)
        await self._judge_reader(docket, actor_id)
        return docket

    async def case_of(self, case_id: int, person_id: int) -> tuple[Docket, bool]:
        """The case for somebody in it, and whether they are the other party.

        :raises CaseError: `not_yours`
        """
        case = await self._session.get(MediationCase, case_id) if 0 < case_id < 2**63 else None
        if case is None:
            raise CaseError("not_yours")
        docket = await self._docket(await self._load(case.request_id))
        if docket.case.other_id == person_id:
            return docket, True
        await self._judge_reader(docket, person_id)
        return docket, False

    async def docket_of(self, case: MediationCase) -> Docket:
        """Everything about a case, for telling of it; whom it may be told, the caller judges."""
        request = await self._session.get(Request, case.request_id)
        if request is None:
            raise CaseError("not_yours")
        return await self._docket(request)

    async def of_other(self, person_id: int) -> list[Docket]:
        """The cases in which somebody is the other party and something can still be said, the newest first."""
        cases = await ask(self._session, _OF_OTHER, {"person_id": person_id})
        return [await self.docket_of(case) for (case,) in cases]

    async def asked(self, person_id: int) -> int | None:
        """The case whose mediator said something to this other party that was not answered yet."""
        for docket in await self.of_other(person_id):
            newest = await self._session.execute(
                select(MediationMessage.from_other, MediationMessage.created_at)
                .where(MediationMessage.case_id == docket.case.id, MediationMessage.noted.is_(False))
                .order_by(MediationMessage.id.desc())
                .limit(1)
            )
            said = newest.first()
            if said is not None and not said.from_other and self._now - said.created_at < _ANSWERED_WITHIN:
                return docket.case.id
        return None

    # -- inside

    async def _docket(self, request: Request) -> Docket:
        found = await self._session.execute(select(MediationCase).where(MediationCase.request_id == request.id))
        case = found.scalar_one_or_none()
        if case is None:
            case = MediationCase(
                request_id=request.id, stage=Stage.NEW, mediator_id=request.handler_id, created_at=self._now
            )
            return Docket(request, case, None, None)
        coming = await self._session.execute(
            select(MediationSession)
            .where(
                MediationSession.case_id == case.id,
                MediationSession.cancelled_at.is_(None),
                MediationSession.at > self._now,
            )
            .order_by(MediationSession.at)
        )
        agreed = await self._session.execute(select(MediationAgreement).where(MediationAgreement.case_id == case.id))
        return Docket(request, case, coming.scalars().first(), agreed.scalar_one_or_none())

    async def hears(self, docket: Docket, person_id: int) -> bool:
        """Whether somebody of the staff may be told of the case now: whoever may see it, and where nobody who conducts
        it can act, the managers."""
        try:
            await self._judge_reader(docket, person_id)
        except (CaseError, NotAllowed):
            request = docket.request
            conducting = (docket.case.mediator_id, request.handler_id, request.first_responder_id)
            return person_id in await self._in_office(request, *conducting)
        return True

    async def _judge_reader(self, docket: Docket, person_id: int) -> None:
        if docket.request.domain != DOMAIN:
            raise CaseError("not_yours")
        roles = await self.roles(docket.request, person_id)
        mediates = docket.case.mediator_id == person_id and await self._posts_here(docket.request, person_id)
        if roles & STAFF or mediates:
            return
        if not roles:
            raise CaseError("not_yours")
        raise NotAllowed(Action.MEDIATE, docket.request.status, roles)

    async def _staff(self, step: Step, request_id: int, actor_id: int) -> tuple[Docket, Role]:
        request, _, role = await self._may(Action.MEDIATE, request_id, actor_id)
        if role not in STAFF or request.domain != DOMAIN:
            raise NotAllowed(Action.MEDIATE, request.status, {role})
        docket = await self._docket(request)
        self._take(docket, step, Who.STAFF)
        self._session.add(docket.case)
        await self._session.flush()
        return docket, role

    async def _other(self, step: Step, case_id: int, person_id: int) -> Docket:
        docket, is_other = await self.case_of(case_id, person_id)
        if not is_other:
            raise CaseError("not_yours")
        self._take(docket, step, Who.OTHER)
        return docket

    async def _party(self, request_id: int, person_id: int) -> tuple[Docket, frozenset[Role]]:
        docket = await self._docket(await self._load(request_id))
        roles = await self.roles(docket.request, person_id)
        if Role.RESIDENT not in roles and docket.case.other_id != person_id:
            raise CaseError("not_yours")
        return docket, roles

    def _take(self, docket: Docket, step: Step, who: Who) -> None:
        try:
            docket.case.stage = rules.check(step, who, docket.standing)
        except StepError as error:
            raise CaseError("mediation_not_now") from error

    async def _write(self, request: Request, step: Step, actor_id: int, role: Role, **data: Any) -> None:
        check(Action.MEDIATE, request.status, {role})
        await self._event(request, Action.MEDIATE, actor_id, role, step=step.value, **data)

    async def _keep(
        self,
        case: MediationCase,
        sender_id: int,
        text: str,
        files: Sequence[dict[str, Any]] = (),
        *,
        from_other: bool,
        noted: bool = False,
    ) -> MediationMessage:
        message = MediationMessage(
            case_id=case.id,
            sender_id=sender_id,
            from_other=from_other,
            noted=noted,
            text=text,
            files=[dict(f) for f in files],
            created_at=self._now,
        )
        await put(self._session, message)
        return message

    async def _cancel(self, docket: Docket) -> None:
        if docket.session is not None:
            docket.session.cancelled_at, docket.session.remind_at = self._now, None

    async def _end(self, docket: Docket) -> None:
        docket.case.ended_at = self._now
        await self._cancel(docket)
        await self._session.flush()

    # -- telling

    async def _reachable_other(self, case: MediationCase) -> Person | None:
        other = await self._session.get(Person, case.other_id) if case.other_id else None
        return other if other is not None and other.chat_id is not None and other.unreachable_at is None else None

    async def _tell_both(self, docket: Docket, kind: str, **payload: Any) -> None:
        await self._tell_resident(docket.request, kind, case=docket.case.id, **payload)
        other = await self._reachable_other(docket.case)
        if other is not None:
            self.outbox.notice(other.id, kind, case=docket.case.id, **payload)
        elif docket.case.other_name is not None:
            await self._tell_staff(docket, "mediation_call_other", news=kind, **payload)

    async def _tell_staff(self, docket: Docket, kind: str, **payload: Any) -> None:
        """Word about the other party for whoever works on the case; not filed under the request, whose quotes go to
        its resident."""
        request = docket.request
        for person_id in (await self._in_office(request, request.handler_id, request.first_responder_id))[:1]:
            self.outbox.notice(person_id, kind, case=docket.case.id, **payload)

    async def _tell_mediator(self, docket: Docket, actor_id: int, kind: str, **payload: Any) -> None:
        """The mediator hears; one who cannot act any more is stood in for by whoever conducts the case."""
        request = docket.request
        for person_id in (docket.case.mediator_id, request.handler_id, request.first_responder_id):
            if await self._able(request, person_id):
                if person_id != actor_id:
                    self.outbox.notice(person_id, kind, case=docket.case.id, **payload)
                return
