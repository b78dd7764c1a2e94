"""一次性告知 and 补正: all is told once, then the clock may wait for what the resident must supply (rules 5 and 6)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from knowledge import pauses
from knowledge.lifecycle import Action, Role, check
from knowledge.pauses import Pause
from storage import local_facts
from storage.case_extensions import Extensions
from storage.case_tables import OneTimeNotice, Supplement
from storage.ledger import CaseError, Need
from storage.quick import put
from storage.tables import Note, Request

CHAT, PHONE, COUNTER = "chat", "phone", "counter"
"""How somebody is told."""


class Pauses(Extensions):
    """The acts that tell everything once, stop the clock, and let it go on."""

    # -- looking

    async def notices(self, request: Request) -> list[OneTimeNotice]:
        """Every one-time notice of the request, the newest first."""
        found = await self._session.execute(
            select(OneTimeNotice).where(OneTimeNotice.request_id == request.id).order_by(OneTimeNotice.id.desc())
        )
        return list(found.scalars())

    async def told(self, request: Request) -> OneTimeNotice | None:
        """The complete notice of the request's service that has reached the resident; None while there is none."""
        item = self._rules.catalogue.recorded(request.service_id)
        for notice in await self.notices(request):
            known = notice.delivered_at is not None and notice.service_id == item.id
            if known and pauses.complete(notice.content, item):
                return notice
        return None

    async def waiting(self, request: Request) -> Supplement | None:
        """The supplement for which the clock stands still now."""
        return next((s for s in await self.supplements(request) if s.pauses and s.ended_at is None), None)

    async def note(self, note_id: int | None) -> Note | None:
        """The words of an act; None when there are none."""
        return await self._session.get(Note, note_id) if note_id is not None else None

    async def why_no_pause(self, request: Request) -> str | None:
        """Why asking for papers now would not stop the clock (`late`, `again` or `told`); None when it would."""
        return pauses.why_not(
            told=await self.told(request) is not None,
            asked_before=bool(await self.supplements(request)),
            broken=request.resolve_by <= self._now,
        )

    async def in_chat(self, request: Request) -> bool:
        """Whether the resident, or their contact, can be told in chat."""
        return await self.reader(request) is not None

    async def notice_content(self, request: Request, more: str = "") -> dict[str, Any]:
        """What a one-time notice of this request says, with the area's local facts."""
        item = self._rules.catalogue.recorded(request.service_id)
        facts = await local_facts.known(self._session, self._people, request.area_id, item.id)
        return pauses.notice(item, facts, more=more)

    async def holders(self, request: Request) -> Sequence[int]:
        """Who has the work in hand; the managers when nobody in office does."""
        return await self._in_office(request, request.handler_id)

    # -- 一次性告知

    async def notify(self, request_id: int, actor_id: int, *, more: str = "", told_by: str = CHAT) -> OneTimeNotice:
        """一次性告知: send everything there is to know, or write down that it was said on the phone or at the counter.

        :raises CaseError: `notice_empty` when the list has nothing and no words are added; `notice_no_chat` when the
            resident cannot be reached in chat
        """
        request, status, role = await self._may(Action.NOTIFY, request_id, actor_id)
        content = await self.notice_content(request, more)
        if not pauses.complete(content, self._rules.catalogue.recorded(request.service_id)):
            raise CaseError("notice_empty")
        if told_by == CHAT and not await self.in_chat(request):
            raise CaseError("notice_no_chat")
        notice = OneTimeNotice(
            request_id=request.id,
            sent_by_id=actor_id,
            service_id=request.service_id,
            content=content,
            told_by=told_by,
            created_at=self._now,
            delivered_at=None if told_by == CHAT else self._now,
        )
        await put(self._session, notice)
        request.status = status
        if told_by != CHAT:
            request.contacted_at = request.contacted_at or self._now
        await self._event(request, Action.NOTIFY, actor_id, role, notice=notice.id, told_by=told_by)
        if told_by == CHAT:
            await self._tell_resident(request, "one_time_notice", notice=notice.id)
        return notice

    async def _told_before(self, request: Request, need: Need) -> dict[str, Any]:
        """The service card that the resident confirmed is a one-time notice, delivered as it was recorded."""
        if need.told is None:
            return {}
        notice = OneTimeNotice(
            request_id=request.id,
            sent_by_id=request.first_responder_id,
            service_id=request.service_id,
            content=dict(need.told),
            told_by=CHAT,
            created_at=self._now,
            delivered_at=self._now,
        )
        await put(self._session, notice)
        return {"told": True}

    # -- 补正

    async def ask_supplement(self, request_id: int, actor_id: int, what: str) -> Supplement:
        """补正: ask the resident for what is missing. The clock stops the first time, when everything had been told
        before and the promise still holds; otherwise it goes on, and it is counted (rule 5).

        :raises CaseError: `supplement_empty`
        """
        request, _ = await self.look(request_id, actor_id)
        stops = await self.why_no_pause(request) is None
        act = Action.ASK_SUPPLEMENT if stops else Action.ASK_AGAIN
        request, status, role = await self._may(act, request_id, actor_id)
        if not what.strip():
            raise CaseError("supplement_empty")
        office, notice = await self._office(request), await self.told(request)
        request.status = status
        if stops:
            request.paused_at = self._now
        event = await self._event(request, act, actor_id, role, why=what.strip())
        asked = Supplement(
            request_id=request.id,
            notice_id=notice.id if notice else None,
            asked_by_id=actor_id,
            note_id=event.data["note"],
            pauses=stops,
            asked_at=self._now,
            due_at=pauses.supplement_due(self._now, office),
        )
        self._session.add(asked)
        await self._session.flush()
        await self._tell_resident(request, "supplement", caller=actor_id, supplement=asked.id, note=asked.note_id)
        return asked

    async def supplemented(self, request_id: int, actor_id: int) -> Request:
        """What was asked for is there, says the resident or who received it: the clock goes on, the promise moved by
        what was waited."""
        request, status, role = await self._may(Action.SUPPLEMENTED, request_id, actor_id)
        await self._resume(request, "resident" if role is Role.RESIDENT else "staff")
        request.status = status
        resolve_by = request.resolve_by.isoformat()
        await self._event(request, Action.SUPPLEMENTED, actor_id, role, resolve_by=resolve_by)
        if role is not Role.RESIDENT:
            await self._tell_resident(request, "supplement_received", caller=actor_id)
        for person_id in await self._in_office(request, request.handler_id, request.first_responder_id):
            if person_id != actor_id:
                self._tell(request, person_id, "supplemented", by=actor_id)
        return request

    async def lapse(self, request: Request) -> Sequence[int]:
        """It did not come in time: the clock goes on from the day it was due. Gives those of staff who must hear."""
        request.status = check(Action.LAPSE, request.status, {Role.SYSTEM})
        await self._resume(request, "lapse")
        resolve_by = request.resolve_by.isoformat()
        await self._event(request, Action.LAPSE, None, Role.SYSTEM, resolve_by=resolve_by)
        await self._tell_resident(request, "supplement_over")
        return await self._in_office(request, request.handler_id, request.first_responder_id)

    async def remind(self, request: Request, supplement: Supplement) -> bool:
        """Remind the resident, once, some days before the clock goes on; False when it is not time yet."""
        if self._now < pauses.remind_at(supplement.due_at, await self._office(request)):
            return False
        supplement.reminded_at = self._now
        await self._tell_resident(request, "supplement_reminder", supplement=supplement.id, note=supplement.note_id)
        return True

    async def _resume(self, request: Request, ended_by: str) -> None:
        """Close the open supplement and move what is still owed by the pause, which ends at the latest when the
        supplement was due."""
        waited = await self.waiting(request)
        begun, request.paused_at = request.paused_at, None
        if waited is None or begun is None:
            return
        waited.ended_at, waited.ended_by = min(self._now, waited.due_at), ended_by
        terms, pause = await self._terms(request), Pause(begun, waited.ended_at)
        request.resolve_by = terms.resumed(request.resolve_by, pause)
        if request.contacted_at is None:
            request.contact_by = min(terms.contacted_by(request.contact_by, pause), request.resolve_by)
        request.provisional = request.provisional or terms.provisional(request.resolve_by)

    async def _end_waiting(self, request: Request) -> None:
        """The request is over: nothing is waited for any more."""
        request.paused_at = None
        for supplement in await self.supplements(request):
            if supplement.ended_at is None:
                supplement.ended_at, supplement.ended_by = self._now, "over"
