"""延期, and what a promise is counted by: once, before it is due, decided by a manager (rules 5 and 7)."""

from datetime import datetime

from sqlalchemy import select

from knowledge import pauses
from knowledge.lifecycle import Action, Role, check
from knowledge.pauses import Extra, Pause, Terms
from storage.case_tables import Extension, Supplement
from storage.case_talk import Talk
from storage.ledger import CaseError
from storage.tables import Event, Request


class Extensions(Talk):
    """The acts that move a promise on, or have it follow its calendar."""

    # -- looking

    async def supplements(self, request: Request) -> list[Supplement]:
        """Every time papers were asked for, the first first."""
        found = await self._session.execute(
            select(Supplement).where(Supplement.request_id == request.id).order_by(Supplement.id)
        )
        return list(found.scalars())

    async def extension(self, request: Request) -> Extension | None:
        """The extension that was asked for, if one was."""
        return await self._session.get(Extension, request.id)

    async def extension_choices(self, request_id: int, actor_id: int) -> list[tuple[int, datetime]]:
        """The extensions that can be asked for: working days, and until when that is.

        :raises CaseError: `extension_asked`, `extension_late`, `extension_nobody`, or `extension_no_room`
        """
        request = await self.may(Action.ASK_EXTENSION, request_id, actor_id)
        await self._judge_extension(request, actor_id)
        terms, pause = await self._terms(request), await self._pause(request)
        return [
            (days, terms.extended(request.resolve_by, days, pause)) for days in await self._days_open(request, terms)
        ]

    # -- 延期

    async def ask_extension(self, request_id: int, actor_id: int, days: int, reason: str) -> Extension:
        """申请延期: once, before it is due, with a reason; every manager who may decide is asked.

        :raises CaseError: `reason_empty`, `extension_asked`, `extension_late`, `extension_nobody`,
            `extension_no_room`, or `extension_days` for a number that is not offered
        """
        request, status, role = await self._may(Action.ASK_EXTENSION, request_id, actor_id)
        managers = await self._judge_extension(request, actor_id)
        terms = await self._terms(request)
        if days not in await self._days_open(request, terms):
            raise CaseError("extension_days")
        if not reason.strip():
            raise CaseError("reason_empty")
        request.status = status
        event = await self._event(request, Action.ASK_EXTENSION, actor_id, role, why=reason.strip(), days=days)
        extension = Extension(
            request_id=request.id,
            asked_by_id=actor_id,
            note_id=event.data["note"],
            asked_at=self._now,
            before=request.resolve_by,
            until=terms.extended(request.resolve_by, days, await self._pause(request)),
        )
        self._session.add(extension)
        await self._session.flush()
        for manager in managers:
            self._tell(request, manager, "extension_asked", asker=actor_id, days=days, note=extension.note_id)
        return extension

    async def grant_extension(self, request_id: int, actor_id: int) -> Request:
        """同意延期: the promise moves, and the resident hears the new date and why.

        :raises CaseError: `extension_none`, `extension_decided`, `extension_own` or `extension_over`
        """
        request, extension, role = await self._decide(Action.GRANT_EXTENSION, request_id, actor_id)
        days = await self._days_asked(request)
        terms, before = await self._terms(request), request.resolve_by
        request.resolve_by = terms.extended(before, days, await self._pause(request))
        request.provisional = request.provisional or terms.provisional(request.resolve_by)
        extension.before, extension.until, extension.granted = before, request.resolve_by, True
        until = request.resolve_by.isoformat()
        await self._event(request, Action.GRANT_EXTENSION, actor_id, role, before=before.isoformat(), until=until)
        await self._tell_resident(request, "extended", note=extension.note_id)
        for person_id in await self._in_office(request, request.handler_id, request.first_responder_id):
            if person_id != actor_id:
                self._tell(request, person_id, "extension_granted", manager=actor_id)
        return request

    async def refuse_extension(self, request_id: int, actor_id: int, reason: str) -> Request:
        """不同意延期: whoever asked hears why; the promise stays.

        :raises CaseError: `reason_empty`, or as `grant_extension`
        """
        request, extension, role = await self._decide(Action.REFUSE_EXTENSION, request_id, actor_id)
        if not reason.strip():
            raise CaseError("reason_empty")
        extension.granted = False
        event = await self._event(request, Action.REFUSE_EXTENSION, actor_id, role, why=reason.strip())
        for person_id in await self._in_office(request, extension.asked_by_id, request.handler_id):
            if person_id != actor_id:
                self._tell(request, person_id, "extension_refused", manager=actor_id, note=event.data["note"])
        return request

    async def deciding(self, action: Action, request_id: int, actor_id: int) -> tuple[Request, Extension]:
        """The extension that waits for this manager's word.

        :raises CaseError: `extension_none`, `extension_decided`, `extension_own` or `extension_over`
        """
        request = await self.may(action, request_id, actor_id)
        extension = await self.extension(request)
        if extension is None:
            raise CaseError("extension_none")
        if extension.granted is not None:
            raise CaseError("extension_decided")
        if actor_id in (extension.asked_by_id, request.handler_id):
            raise CaseError("extension_own")
        if self.late(request):
            raise CaseError("extension_over")
        return request, extension

    async def _decide(self, action: Action, request_id: int, actor_id: int) -> tuple[Request, Extension, Role]:
        request, status, role = await self._may(action, request_id, actor_id)
        _, extension = await self.deciding(action, request_id, actor_id)
        request.status = status
        extension.decided_by_id, extension.decided_at = actor_id, self._now
        return request, extension, role

    async def _judge_extension(self, request: Request, actor_id: int) -> list[int]:
        """The managers who may decide: those of the area other than whoever asks, else those above."""
        if await self.extension(request) is not None:
            raise CaseError("extension_asked")
        if self.late(request):
            raise CaseError("extension_late")
        for area in await self._people.upward(request.area_id):
            managers = [m for m in await self._people.managers(area.id) if m not in (actor_id, request.handler_id)]
            if managers:
                return managers
        raise CaseError("extension_nobody")

    async def _days_open(self, request: Request, terms: Terms) -> tuple[int, ...]:
        """:raises CaseError: `extension_no_room`"""
        days = terms.choices(request.resolve_by, await self._pause(request))
        if not days:
            raise CaseError("extension_no_room")
        return days

    async def _days_asked(self, request: Request) -> int:
        """For how many working days the extension was asked: the event says it."""
        found = await self._session.execute(
            select(Event)
            .where(Event.request_id == request.id, Event.action == Action.ASK_EXTENSION.value)
            .order_by(Event.position.desc())
        )
        return int(found.scalars().one().data["days"])

    def late(self, request: Request) -> bool:
        """Whether the promise is broken; a clock that stands still breaks nothing."""
        return request.resolve_by <= (request.paused_at or self._now)

    # -- a year is announced

    async def reckon(self, request: Request) -> bool:
        """Promise what the announced calendar says, the pause and the extension kept; True when a date changed. What
        is kept or broken already stays as it is."""
        terms, asked = await self._terms(request), await self.extension(request)
        item = self._rules.catalogue.recorded(request.service_id)
        codes = await self._people.codes(request.area_id)
        promised = self._rules.promises(item, request.created_at, area=codes, urgent=request.urgent)
        moves: list[tuple[datetime, Pause | Extra]] = []
        if pause := await self._pause(request):
            moves.append((pause.end, pause))
        if asked is not None and asked.granted and asked.decided_at is not None:
            moves.append((asked.decided_at, Extra(await self._days_asked(request))))
        moves.sort(key=lambda move: move[0])
        contact_by, resolve_by = terms.again(promised, [move for _, move in moves])
        until = request.paused_at or self._now
        before = (request.acknowledge_by, request.contact_by, request.resolve_by)
        request.resolve_by = pauses.reckoned(request.resolve_by, resolve_by, until)
        if request.contacted_at is None:
            contact_by = pauses.reckoned(request.contact_by, contact_by, until)
            request.contact_by = min(contact_by, request.resolve_by)
        if request.acknowledged_at is None:
            acknowledge_by = pauses.reckoned(request.acknowledge_by, promised.acknowledge, until)
            request.acknowledge_by = min(acknowledge_by, request.contact_by)
        request.calendar_version, request.provisional = promised.calendar_version, promised.provisional
        request.provisional = request.provisional or terms.provisional(request.resolve_by)
        check(Action.RECKON, request.status, {Role.SYSTEM})
        await self._event(
            request,
            Action.RECKON,
            None,
            Role.SYSTEM,
            before=before[2].isoformat(),
            resolve_by=request.resolve_by.isoformat(),
            calendar=request.calendar_version,
        )
        changed = before[2] != request.resolve_by
        if changed:
            await self._tell_resident(request, "reckoned", before=before[2].isoformat())
        return changed

    # -- for the acts

    async def _terms(self, request: Request) -> Terms:
        item = self._rules.catalogue.recorded(request.service_id)
        office = await self._office(request)
        return Terms.of(item, request.kind, request.created_at, urgent=request.urgent, office=office)

    async def _pause(self, request: Request) -> Pause | None:
        """The pause that is over, if there was one."""
        ended = [s for s in await self.supplements(request) if s.pauses and s.ended_at is not None]
        return Pause(ended[0].asked_at, ended[0].ended_at or self._now) if ended else None
