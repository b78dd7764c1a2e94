"""Mediation cases: the only code that changes one. Every step is judged by `knowledge.mediation`, is one event of the
request (the step, never words), and tells whoever must know. What the other party says goes to the mediator and to
nobody else."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from knowledge import mediation as rules
from knowledge.lifecycle import Action, Role, Status
from knowledge.mediation import OVER, Stage, Step, Who
from storage import case_people
from storage.ledger import CaseError
from storage.mediation_docket import Docket, Dockets
from storage.mediation_tables import MediationAgreement, MediationCase, MediationMessage, MediationSession
from storage.people import digest
from storage.tables import Person

_TALKABLE = frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED})


class Mediation(Dockets):
    """Changes mediation cases inside one unit of work."""

    # -- asking the other party

    async def invite_by_link(self, request_id: int, actor_id: int) -> str:
        """A new one-time token for the other party; an older one no longer opens anything, nor does it once used."""
        docket, role = await self._staff(Step.INVITE_LINK, request_id, actor_id)
        token = secrets.token_urlsafe(16)
        case = docket.case
        case.digest, case.link_until = digest(token), self._now + rules.LINK_LIFE
        case.other_id = case.other_name = case.other_phone = None
        await self._invited(docket, Step.INVITE_LINK, actor_id, role)
        return token

    async def invite_by_phone(
        self, request_id: int, actor_id: int, name: str, phone: str | None, words: str = ""
    ) -> Docket:
        """The other party was called: who they are, and what they said, in words if there were any. What it means is
        the next step (`answer`)."""
        docket, role = await self._staff(Step.INVITE_PHONE, request_id, actor_id)
        case = docket.case
        case.other_id = case.digest = case.link_until = None
        case.other_name, case.other_phone = name, phone
        await self._invited(docket, Step.INVITE_PHONE, actor_id, role)
        if words:
            await self._keep(case, actor_id, words, from_other=True, noted=True)
        return docket

    async def _invited(self, docket: Docket, step: Step, actor_id: int, role: Role) -> None:
        first = docket.case.invited_at is None
        docket.case.invited_at = self._now
        docket.case.other_agrees = None
        await self._write(docket.request, step, actor_id, role)
        if first:
            await self._tell_resident(docket.request, "mediation_invited", case=docket.case.id)

    async def look_up_other(self, request_id: int, actor_id: int) -> str | None:
        """The other party's number; the look is an event. None when none is known."""
        request, _, role = await self._may(Action.LOOK_UP, request_id, actor_id)
        docket = await self._docket(request)
        await self._judge_reader(docket, actor_id)
        if docket.case.other_phone is not None:
            await self._event(request, Action.LOOK_UP, actor_id, role, whose=Who.OTHER.value)
        return docket.case.other_phone

    async def find_link(self, token: str, person_id: int | None) -> Docket:
        """The case that a link opens, for whoever follows it.

        :raises CaseError: `mediation_link_wrong`, `mediation_link_used`, `mediation_link_over`, or
            `mediation_link_own` when it is somebody who has another part in the case
        """
        found = await self._session.execute(select(MediationCase).where(MediationCase.digest == digest(token)))
        case = found.scalar_one_or_none()
        if case is None:
            raise CaseError("mediation_link_wrong")
        docket = await self._docket(await self._load(case.request_id))
        await self._session.refresh(case)
        request = docket.request
        staff = (request.handler_id, request.first_responder_id, case.mediator_id)
        speaks = person_id is not None and await case_people.speaks_for(self._session, request, person_id)
        if speaks or person_id in staff:
            raise CaseError("mediation_link_own")
        if case.other_id not in (None, person_id):
            raise CaseError("mediation_link_used")
        expired = case.other_id is None and (case.link_until is None or case.link_until <= self._now)
        if expired or (case.other_id is None and not (case.stage is Stage.INVITED and docket.standing.in_progress)):
            raise CaseError("mediation_link_over")
        return docket

    async def enter(self, token: str, person: Person) -> Docket:
        """Somebody who has consented comes in by the link: they are the other party from now on."""
        docket = await self.find_link(token, person.id)
        docket.case.other_id, docket.case.other_name = person.id, person.name
        return docket

    # -- their answers

    async def answer(self, request_id: int, actor_id: int, *, accepts: bool) -> Docket:
        """What the other party said on the phone: yes to mediation, or a clear no, which ends it (第17条)."""
        step = Step.ACCEPT if accepts else Step.REFUSE
        docket, role = await self._staff(step, request_id, actor_id)
        await self._answered(docket, step, actor_id, role)
        return docket

    async def other_answers(self, case_id: int, person_id: int, *, accepts: bool, mediator: bool = True) -> Docket:
        """The other party's own answer.

        :param mediator: whether they take the mediator who was named (第19条)
        """
        step = Step.ACCEPT if accepts else Step.REFUSE
        docket = await self._other(step, case_id, person_id)
        await self._answered(docket, step, person_id, Role.SYSTEM)
        if accepts:
            docket.case.other_agrees = mediator
            judged = Step.ACCEPT_MEDIATOR if mediator else Step.REFUSE_MEDIATOR
            await self._write(docket.request, judged, person_id, Role.SYSTEM, by=Who.OTHER.value)
        said = "refuse" if not accepts else "accept" if mediator else "accept_other_mediator"
        await self._tell_staff(docket, "mediation_answered", said=said)
        return docket

    async def _answered(self, docket: Docket, step: Step, actor_id: int, role: Role) -> None:
        request, case = docket.request, docket.case
        await self._write(request, step, actor_id, role, by=Who.OTHER.value)
        if step is Step.ACCEPT:
            case.agreed_at = self._now
            await self._tell_resident(request, "mediation_agreed", case=case.id)
        else:
            await self._end(docket)
            await self._tell_both(docket, "mediation_refused")

    async def accept_mediator(self, request_id: int, actor_id: int) -> Docket:
        """Staff write down that both parties accept the mediator, as they said when they were asked."""
        docket, role = await self._staff(Step.ACCEPT_MEDIATOR, request_id, actor_id)
        docket.case.applicant_agrees = docket.case.other_agrees = True
        await self._write(docket.request, Step.ACCEPT_MEDIATOR, actor_id, role, by="both")
        return docket

    async def judge_mediator(self, request_id: int, person_id: int, *, accepts: bool) -> Docket:
        """A party takes the mediator, or asks for another: then the staff name one (第19条)."""
        docket, roles = await self._party(request_id, person_id)
        request = docket.request
        who = Who.APPLICANT if Role.RESIDENT in roles else Who.OTHER
        step = Step.ACCEPT_MEDIATOR if accepts else Step.REFUSE_MEDIATOR
        self._take(docket, step, who)
        if who is Who.APPLICANT:
            docket.case.applicant_agrees = accepts
        else:
            docket.case.other_agrees = accepts
        role = Role.RESIDENT if who is Who.APPLICANT else Role.SYSTEM
        await self._write(request, step, person_id, role, by=who.value)
        if not accepts:
            await self._tell_staff(docket, "mediation_mediator_refused", by=who.value)
        return docket

    async def name_mediator(self, request_id: int, actor_id: int, mediator_id: int) -> Docket:
        """Another mediator, whom both are asked about anew.

        :raises CaseError: `not_colleague`
        """
        docket, role = await self._staff(Step.NAME_MEDIATOR, request_id, actor_id)
        case = docket.case
        if not await self._posts_here(docket.request, mediator_id):
            raise CaseError("not_colleague")
        case.mediator_id = mediator_id
        case.applicant_agrees = case.other_agrees = None
        await self._write(docket.request, Step.NAME_MEDIATOR, actor_id, role, mediator=mediator_id)
        if case.stage is not Stage.NEW:
            await self._tell_both(docket, "mediation_mediator")
        await self._tell_mediator(docket, actor_id, "mediation_named")
        return docket

    # -- meetings and what comes of them

    async def schedule(self, request_id: int, actor_id: int, at: datetime, place: str) -> Docket:
        """Arrange the next meeting, in place of the one that was still to come; both are told, and reminded later.

        :raises CaseError: `mediation_past`, `mediation_words`
        """
        docket, role = await self._staff(Step.SCHEDULE, request_id, actor_id)
        if at <= self._now:
            raise CaseError("mediation_past")
        moved = docket.session is not None
        await self._cancel(docket)
        session = MediationSession(
            case_id=docket.case.id,
            at=at,
            place=_words(place),
            remind_at=rules.session_reminder(at, self._now, self._rules.zone),
            created_at=self._now,
        )
        self._session.add(session)
        await self._session.flush()
        await self._write(docket.request, Step.SCHEDULE, actor_id, role, at=at.isoformat(), moved=moved)
        kind = "mediation_moved" if moved else "mediation_time"
        await self._tell_both(docket, kind, session=session.id)
        await self._tell_mediator(docket, actor_id, kind, session=session.id)
        return await self._docket(docket.request)

    async def settle(self, request_id: int, actor_id: int, text: str, effective: date, days: int) -> Docket:
        """达成协议: its words, the day it took effect, and within how many days it is to be performed (0: at once).

        :raises CaseError: `mediation_words`
        """
        docket, role = await self._staff(Step.SETTLE, request_id, actor_id)
        case, zone = docket.case, self._rules.zone
        perform_by = rules.perform_by(effective, days)
        office = self._rules.office((await self._people.area(docket.request.area_id)).code)
        agreement = MediationAgreement(
            case_id=case.id,
            text=_words(text),
            effective=effective,
            perform_by=perform_by,
            performed=True if days == 0 else None,
            follow_up_at=rules.follow_up(perform_by, office) if days else None,
            confirm_by=rules.confirmation_ends(effective),
            confirm_remind_at=rules.confirmation_reminder(effective, self._now, zone),
            created_at=self._now,
        )
        self._session.add(agreement)
        await self._end(docket)
        await self._write(
            docket.request,
            Step.SETTLE,
            actor_id,
            role,
            effective=effective.isoformat(),
            perform_by=perform_by.isoformat(),
            confirm_by=agreement.confirm_by.isoformat(),
        )
        await self._tell_both(docket, "mediation_agreement")
        return await self._docket(docket.request)

    async def fail(self, request_id: int, actor_id: int) -> Docket:
        """未达成: both hear which other ways are open (第26条)."""
        docket, role = await self._staff(Step.FAIL, request_id, actor_id)
        await self._end(docket)
        await self._write(docket.request, Step.FAIL, actor_id, role)
        await self._tell_both(docket, "mediation_failed")
        return docket

    async def performed(self, request_id: int, actor_id: int, *, kept: bool) -> Docket:
        """履行回访: whether the agreement was kept; one that was not is asked about again."""
        step = Step.PERFORMED if kept else Step.UNPERFORMED
        docket, role = await self._staff(step, request_id, actor_id)
        agreement = _agreed(docket)
        agreement.performed = kept
        agreement.follow_up_at = None if kept else self._now + rules.FOLLOW_UP_AGAIN
        await self._write(docket.request, step, actor_id, role)
        if not kept:
            await self._tell_both(docket, "mediation_unperformed")
        return docket

    async def confirmation(self, request_id: int, actor_id: int, *, done: bool) -> Docket:
        """司法确认: both have asked the court, or the court has confirmed; then nobody is reminded any more."""
        step = Step.CONFIRMED if done else Step.ASK_CONFIRMATION
        docket, role = await self._staff(step, request_id, actor_id)
        agreement = _agreed(docket)
        agreement.confirm_asked_at = agreement.confirm_asked_at or self._now
        agreement.confirmed_at = self._now if done else agreement.confirmed_at
        agreement.confirm_remind_at = None
        await self._write(docket.request, step, actor_id, role)
        return docket

    # -- talk between the other party and the mediator

    async def say_in_case(
        self, case_id: int, person_id: int, text: str, files: Sequence[dict[str, Any]] = ()
    ) -> MediationMessage:
        """Pass words or files between the other party and the mediator.

        :raises CaseError: `not_yours`, `mediation_over`, or `mediation_no_chat` when the other party has none
        """
        docket, from_other = await self.case_of(case_id, person_id)
        request, case = docket.request, docket.case
        if case.stage in OVER or request.status not in _TALKABLE:
            raise CaseError("mediation_over")
        if from_other:
            told = (await self._in_office(request, case.mediator_id, request.handler_id))[0:1]
        else:
            other = await self._reachable_other(case)
            if other is None:
                raise CaseError("mediation_no_chat")
            told = [other.id]
        message = await self._keep(case, person_id, text, files, from_other=from_other)
        await self._event(
            request, Action.MEDIATE, person_id, Role.SYSTEM if from_other else Role.WORKER, step="talk", said=message.id
        )
        for receiver in told:
            self.outbox.notice(receiver, "mediation_relay", case=case.id, said=message.id)
        return message


def _agreed(docket: Docket) -> MediationAgreement:
    if docket.agreement is None:
        raise CaseError("mediation_not_now")
    return docket.agreement


def _words(text: str) -> str:
    if not text.strip():
        raise CaseError("mediation_words")
    return text.strip()
