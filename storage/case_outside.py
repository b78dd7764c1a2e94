"""What is not the community's to do: 转办 to a body outside, which the first responder keeps asking after, and
否定报备, which a manager decides (rule 4)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select

from knowledge import handover
from knowledge.lifecycle import Action, Role, Status
from storage.case_tables import OutsideTransfer, Refusal
from storage.case_unread import Unread
from storage.ledger import CaseError
from storage.tables import Event, Note, Request

_OVER = frozenset({Action.RESOLVE, Action.UPHOLD, Action.WITHDRAW})
"""After these nobody is asked outside any more."""

_GOES_ON = frozenset(
    {
        Action.TRANSFER,
        Action.HAND_OUTSIDE,
        Action.CORRECT,
        Action.ASK_SUPPLEMENT,
        Action.RESOLVE,
        Action.WITHDRAW,
    }
)
"""Whoever does one of these has found another way: what was reported is no longer to be decided."""


class Outside(Unread):
    """The acts that send a resident's matter where it belongs."""

    async def _event(
        self,
        request: Request,
        action: Action,
        actor_id: int | None,
        role: Role,
        *,
        why: str | None = None,
        **data: Any,
    ) -> Event:
        """Write the act down, and close what it makes pointless: the asking outside, a report to be decided."""
        if action in _OVER and (handed := await self.outside(request.id)) is not None:
            handed.ended_at, handed.follow_up_at = self._now, None
        if action in _GOES_ON and (report := await self.report(request.id)) is not None:
            report.decided_at = self._now
        return await super()._event(request, action, actor_id, role, why=why, **data)

    # -- looking

    async def outside(self, request_id: int) -> OutsideTransfer | None:
        """Where the request is outside now; None when it is nowhere."""
        return (await self.outsides([request_id])).get(request_id)

    async def outsides(self, request_ids: Collection[int]) -> dict[int, OutsideTransfer]:
        """Those of the requests that are with a body outside now."""
        found = await self._session.execute(
            select(OutsideTransfer)
            .where(OutsideTransfer.request_id.in_(request_ids), OutsideTransfer.ended_at.is_(None))
            .order_by(OutsideTransfer.id)
        )
        return {row.request_id: row for row in found.scalars()}

    async def report(self, request_id: int) -> Refusal | None:
        """The 否定报备 that waits for a manager; None when there is none."""
        found = await self._session.execute(
            select(Refusal)
            .where(Refusal.request_id == request_id, Refusal.decided_at.is_(None))
            .order_by(Refusal.id.desc())
        )
        return found.scalars().first()

    async def ground(self, report: Refusal) -> str:
        """The ground that was stated, in words."""
        note = await self._session.get(Note, report.note_id or 0)
        return note.text if note else ""

    async def to_decide(self, person_id: int) -> list[Request]:
        """Requests of the areas somebody manages in which a report waits for a manager; never their own reports."""
        areas = await self._people.managed(person_id)
        if not areas:
            return []
        found = await self._session.execute(
            select(Request)
            .join(Refusal, Refusal.request_id == Request.id)
            .where(
                Refusal.decided_at.is_(None),
                Refusal.reported_by_id != person_id,
                Request.area_id.in_(areas),
                Request.status.in_([Status.RECORDED, Status.IN_PROGRESS]),
            )
            .order_by(Refusal.id)
        )
        return [r for r in found.scalars().all() if person_id in await self.deciders(r, await self._reporter(r))]

    async def deciders(self, request: Request, reporter_id: int) -> list[int]:
        """Who decides what was reported: the managers of the area, never the reporter; else those above."""
        for area in await self._people.upward(request.area_id):
            if found := [p for p in await self._people.managers_at(area.id) if p != reporter_id]:
                return found
        return []

    async def _reporter(self, request: Request) -> int:
        report = await self.report(request.id)
        return report.reported_by_id if report else 0

    # -- outside

    async def hand_outside(
        self, request_id: int, actor_id: int, body: str, contact: str, reason: str, day: date
    ) -> Request:
        """转办 to a court, a legal-aid centre, a hospital: recorded with its contact, and told to the resident.

        Nobody outside acknowledges here, so from now on the first responder holds it (rules 3 and 4) and asks after
        it on `day`. The promise goes on (rule 5).

        :raises CaseError: `reason_empty`, `body_empty` without a name and a contact, or `follow_up_day`
        """
        request, status, role = await self._may(Action.HAND_OUTSIDE, request_id, actor_id)
        if not reason.strip():
            raise CaseError("reason_empty")
        self._judge_body(body, contact)
        if (before := await self.outside(request.id)) is not None:
            before.ended_at, before.follow_up_at = self._now, None
        handed = OutsideTransfer(
            request_id=request.id,
            body=body.strip(),
            contact=contact.strip(),
            handed_by_id=actor_id,
            handed_at=self._now,
            follow_up_at=await self._ask_on(request, day),
        )
        self._session.add(handed)
        await self._session.flush()
        self._end_offer(request, actor_id)
        held_by = request.handler_id
        if await self._able(request, request.first_responder_id):
            request.handler_id = request.first_responder_id
        request.status = status
        await self._event(
            request, Action.HAND_OUTSIDE, actor_id, role, why=reason, outside=handed.id, handler=request.handler_id
        )
        await self._tell_resident(request, "outside", caller=actor_id, outside=handed.id)
        if request.handler_id != held_by:
            await self._pass_on(request)
        if request.handler_id != actor_id:
            self._tell(request, request.handler_id, "outside_yours", sender=actor_id, outside=handed.id)
        return request

    async def follow_outside(self, request_id: int, actor_id: int, words: str, day: date | None) -> Request:
        """What the body outside has done, and the next day to ask; without one, nobody needs to ask any more.

        :raises CaseError: `not_outside`, `reason_empty`, or `follow_up_day`
        """
        request, status, role = await self._may(Action.FOLLOW_OUTSIDE, request_id, actor_id)
        handed = await self.outside(request.id)
        if handed is None:
            raise CaseError("not_outside")
        if not words.strip():
            raise CaseError("reason_empty")
        handed.follow_up_at = await self._ask_on(request, day) if day else None
        handed.ended_at = None if day else self._now
        request.status = status
        event = await self._event(
            request, Action.FOLLOW_OUTSIDE, actor_id, role, why=words, outside=handed.id, ended=day is None
        )
        await self._tell_resident(request, "outside_news", caller=actor_id, outside=handed.id, note=event.data["note"])
        return request

    async def _ask_on(self, request: Request, day: date) -> Any:
        office = self._rules.office((await self._people.area(request.area_id)).code)
        if not handover.may_ask_on(day, self._now, office):
            raise CaseError("follow_up_day")
        return handover.ask_on(day, office)

    @staticmethod
    def _judge_body(body: str, contact: str) -> None:
        if not body.strip() or not contact.strip():
            raise CaseError("body_empty")

    # -- 否定报备

    async def report_refusal(self, request_id: int, actor_id: int, ground: str, body: str, contact: str) -> Request:
        """否定报备: it cannot be done here, on this ground; it is that body's business. A manager decides; until then
        the work and its promise go on, and the resident knows.

        :raises CaseError: `reason_empty`, `body_empty`, `refusal_waits` when one is being decided already, or
            `nobody_decides` when there is no manager but the reporter
        """
        request, status, role = await self._may(Action.REPORT_REFUSAL, request_id, actor_id)
        if not ground.strip():
            raise CaseError("reason_empty")
        self._judge_body(body, contact)
        if await self.report(request.id) is not None:
            raise CaseError("refusal_waits")
        deciders = await self.deciders(request, actor_id)
        if not deciders:
            raise CaseError("nobody_decides")
        report = Refusal(
            request_id=request.id,
            reported_by_id=actor_id,
            body=body.strip(),
            contact=contact.strip(),
            reported_at=self._now,
        )
        self._session.add(report)
        await self._session.flush()
        request.status = status
        event = await self._event(request, Action.REPORT_REFUSAL, actor_id, role, why=ground, refusal=report.id)
        report.note_id = event.data["note"]
        for manager in deciders:
            row = self.outbox.notice(manager, "refusal_reported", request_id=request.id, refusal=report.id)
            row.unique_key = f"refusal:{report.id}:{manager}"
        await self._tell_resident(request, "refusal_checking", caller=actor_id, refusal=report.id)
        return request

    async def uphold(self, request_id: int, actor_id: int) -> Request:
        """The manager agrees: the request is resolved, and its outcome says why not here, and where (rule 9).

        :raises CaseError: `refusal_decided` when another decided or the work went on, `refusal_own`
        """
        request, status, role = await self._may(Action.UPHOLD, request_id, actor_id)
        report = await self._decided(request, actor_id, upheld=True)
        request.status, request.resolved_at = status, self._now
        request.outcome = f"{await self.ground(report)}\n→ {report.body}（{report.contact}）"
        request.outcome_files = []
        self._end_offer(request, actor_id)
        await self._event(
            request, Action.UPHOLD, actor_id, role, why=request.outcome, refusal=report.id, round=request.round
        )
        await self._tell_resident(request, "refusal_upheld", refusal=report.id)
        await self._tell_decided(request, report, actor_id)
        return request

    async def overrule(self, request_id: int, actor_id: int, words: str) -> Request:
        """The manager does not agree, and says how: the work goes on.

        :raises CaseError: `reason_empty`, `refusal_decided`, `refusal_own`
        """
        request, status, role = await self._may(Action.OVERRULE, request_id, actor_id)
        if not words.strip():
            raise CaseError("reason_empty")
        report = await self._decided(request, actor_id, upheld=False)
        request.status = status
        event = await self._event(request, Action.OVERRULE, actor_id, role, why=words, refusal=report.id)
        await self._tell_resident(request, "refusal_overruled")
        await self._tell_decided(request, report, actor_id, note=event.data["note"])
        return request

    async def _decided(self, request: Request, actor_id: int, *, upheld: bool) -> Refusal:
        report = await self.report(request.id)
        if report is None:
            raise CaseError("refusal_decided")
        if report.reported_by_id == actor_id:
            raise CaseError("refusal_own")
        report.upheld, report.decided_by_id, report.decided_at = upheld, actor_id, self._now
        return report

    async def _tell_decided(self, request: Request, report: Refusal, actor_id: int, **payload: Any) -> None:
        """Whoever works on it, and the managers who need not decide any more."""
        holders = {report.reported_by_id, request.handler_id, request.first_responder_id}
        for person_id in (holders | set(await self.deciders(request, report.reported_by_id))) - {actor_id}:
            self._tell(request, person_id, "refusal_decided", by=actor_id, upheld=report.upheld, **payload)
