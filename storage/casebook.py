"""The casebook: the only code that changes a request.

Each method loads the request, asks the lifecycle whether the act is allowed to this person, saves with a
version check, appends one event and adds the outbox rows that tell whoever must know. It never commits.
The acts stand by subject in the modules it is made of: `case_transfers`, `case_ratings`, `case_pauses`, `clockwork`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from knowledge.lifecycle import Action, Intake, NotAllowed, Role, Status, check
from knowledge.matters import Hearer, Moment, hearers
from storage import case_people
from storage.case_claims import Claims
from storage.case_pauses import Pauses
from storage.case_tables import Contact
from storage.case_transfers import Transfers
from storage.case_unread import WITH_MANAGER
from storage.ledger import CaseError, Need, Source, acting_role
from storage.quick import put
from storage.tables import Message, Request

ALBUM_WAIT = timedelta(seconds=1)
"""How long the pictures of one album are waited for before they are passed on together."""


class Casebook(Transfers, Pauses, Claims):
    """Changes requests inside one unit of work."""

    # -- recording

    async def record(self, need: Need) -> Request:
        """Record a need: number, first responder, promises, the event, and word to both (rules 1, 2, 7).

        :raises CaseError: `area_not_open` when nobody could answer for the area
        """
        area = await self._people.area(need.area_id)
        service = self._rules.catalogue.service(need.service_id)
        urgent = need.intake is Intake.DANGER or need.danger is not None
        responder = await self._responder(need, service.domain)
        times = self._rules.promises(service, self._now, area=await self._people.codes(area.id), urgent=urgent)
        request = Request(
            number=await self._next_number(),
            area_id=area.id,
            domain=service.domain,
            service_id=service.id,
            kind=service.kind.value,
            resident_id=need.resident.id,
            recorded_by_id=need.recorded_by.id if need.recorded_by else None,
            intake=need.intake,
            first_responder_id=responder,
            handler_id=responder,
            status=Status.RECORDED,
            urgent=urgent,
            danger=need.danger,
            text=need.text,
            files=[dict(f) for f in need.files],
            created_at=self._now,
            acknowledge_by=times.acknowledge,
            contact_by=times.contact,
            resolve_by=times.resolve,
            calendar_version=times.calendar_version,
            provisional=times.provisional,
            round=1,
            urged=0,
            events=0,
            last_hash="",
        )
        await put(self._session, request)
        case_people.changed(self._session)
        by, role = (
            (need.recorded_by.id, Role.FIRST_RESPONDER) if need.recorded_by else (need.resident.id, Role.RESIDENT)
        )
        await self._event(
            request,
            Action.RECORD,
            by,
            role,
            service=service.id,
            first_responder=responder,
            intake=need.intake.value,
            matched=list(need.matched),
            resolve_by=times.resolve.isoformat(),
            calendar=times.calendar_version,
            **await self._told_before(request, need),
        )
        if need.contact is not None:
            self._session.add(Contact(request_id=request.id, **asdict(need.contact)))
            await self._session.flush()
        await self._people.assigned(responder)
        if need.recorded_by is not None:
            # Rule 2: whoever was asked has, by being asked, received it.
            request.status, request.acknowledged_at = Status.IN_PROGRESS, self._now
            request.contacted_at = self._now
            await self._event(request, Action.ACKNOWLEDGE, by, Role.HANDLER)
        await self._tell_resident(request, "recorded")
        self._tell(request, responder, "assigned")
        if urgent or Hearer.MANAGER in hearers(service.matter, Moment.RECORD):
            for manager in await self.overseers(request):
                self._tell(request, manager, "danger_alert" if urgent else "matter_recorded")
        return request

    # -- the handler's acts

    async def acknowledge(self, request_id: int, actor_id: int) -> Request:
        """受理: the handler, or whoever it was offered to, takes the request."""
        request, status, role = await self._may(Action.ACKNOWLEDGE, request_id, actor_id)
        before = request.handler_id
        self._end_offer(request, actor_id)
        request.status, request.handler_id = status, actor_id
        request.acknowledged_at = request.acknowledged_at or self._now
        await self._event(request, Action.ACKNOWLEDGE, actor_id, role, handler=actor_id)
        kind = "acknowledged" if before == actor_id else "handed_over"
        await self._tell_resident(request, kind, handler=actor_id)
        if before != actor_id:
            for person_id in {before, request.first_responder_id} - {actor_id}:
                self._tell(request, person_id, "transfer_taken", handler=actor_id)
            await self._pass_on(request)
        return request

    async def resolve(
        self,
        request_id: int,
        actor_id: int,
        outcome: str,
        files: Sequence[dict[str, Any]] = (),
        *,
        delay: timedelta = timedelta(),
    ) -> Request:
        """办结 with an outcome in words, and pictures of it if there are any (rule 9).

        :param delay: how long the resident's notice waits for more pictures (`show_outcome`)

        :raises CaseError: `outcome_empty`
        """
        request, status, role = await self._may(Action.RESOLVE, request_id, actor_id)
        if not outcome.strip():
            raise CaseError("outcome_empty")
        request.status, request.outcome, request.resolved_at = status, outcome.strip(), self._now
        request.outcome_files = [dict(f) for f in files]
        self._end_offer(request, actor_id)
        await self._event(request, Action.RESOLVE, actor_id, role, why=request.outcome, round=request.round)
        await self._tell_resident(request, "resolved", delay=delay)
        if await self.reader(request) is None:
            await self._call(request)
        if request.first_responder_id != actor_id:
            self._tell(request, request.first_responder_id, "resolved_by", handler=actor_id)
        return request

    async def show_outcome(self, request_id: int, actor_id: int, files: Sequence[dict[str, Any]]) -> bool:
        """Further pictures of the outcome, from the album that 办结 was said with; False when the resident was shown
        the outcome already, so that they have to be passed on."""
        request, roles = await self.look(request_id, actor_id)
        if Role.HANDLER not in roles or request.status is not Status.RESOLVED:
            raise NotAllowed(Action.RESOLVE, request.status, roles)
        request.outcome_files = [*request.outcome_files, *(dict(f) for f in files)]
        return await self.reader(request) is None or bool(await self._waiting(request.id, "resolved"))

    async def look_up_phone(self, request_id: int, actor_id: int) -> str | None:
        """The resident's whole phone number, else their contact's; the look is an event. None when there is none."""
        request, _, role = await self._may(Action.LOOK_UP, request_id, actor_id)
        phone = await self.phone_of(request)
        if phone is not None:
            await self._event(request, Action.LOOK_UP, actor_id, role)
        return phone

    # -- the resident's acts

    async def urge(self, request_id: int, actor_id: int) -> Request:
        """催办, at most once a day.

        :raises CaseError: `urged_today`
        """
        request, status, role = await self._may(Action.URGE, request_id, actor_id)
        today = self._now.astimezone(self._rules.zone).date()
        if request.urged_at and request.urged_at.astimezone(self._rules.zone).date() == today:
            raise CaseError("urged_today")
        request.status, request.urged, request.urged_at = status, request.urged + 1, self._now
        await self._event(request, Action.URGE, actor_id, role, times=request.urged)
        standing_in = await self._standing_in(request, request.handler_id)
        for person_id in await self._in_office(request, request.handler_id, request.first_responder_id, *standing_in):
            self._tell(request, person_id, "urged", times=request.urged)
        return request

    async def withdraw(self, request_id: int, actor_id: int) -> Request:
        """撤回 by the resident."""
        request, status, role = await self._may(Action.WITHDRAW, request_id, actor_id)
        told = {request.handler_id, request.first_responder_id}
        if request.offered_to_id:
            told.add(request.offered_to_id)
        request.status, request.closed_at, request.offered_to_id = status, self._now, None
        await self._end_waiting(request)
        await self._event(request, Action.WITHDRAW, actor_id, role)
        for person_id in told:
            self._tell(request, person_id, "withdrawn")
        return request

    # -- talking

    async def say(
        self,
        request_id: int,
        actor_id: int,
        text: str,
        files: Sequence[dict[str, Any]],
        source: Source,
        *,
        to_manager: bool = False,
    ) -> Message:
        """Pass words or files between the resident and whoever does the work, and keep them with the request.

        Pictures of one album arrive one by one: they become one message, unless it is on its way already.

        :param to_manager: a resident's words about whoever does the work: for a manager alone
        :raises NotAllowed: the request is over, or is not theirs
        :raises CaseError: `no_other_manager` when everybody who could hear it does the work
        """
        request, roles = await self.look(request_id, actor_id)
        from_resident = Role.RESIDENT in roles
        action, other = await self.speech(request, actor_id, roles, source.reply_to_id, to_manager=to_manager)
        check(action, request.status, roles)
        if source.album and (begun := await self._growing_album(source)):
            begun.files = [*begun.files, *(dict(f) for f in files)]
            begun.text = begun.text or text
            return begun
        role = Role.RESIDENT if from_resident else acting_role(roles)
        if action in WITH_MANAGER and not from_resident:
            role = Role.MANAGER
        message = Message(
            request_id=request.id,
            sender_id=actor_id,
            role=role,
            text=text,
            files=[dict(f) for f in files],
            channel=source.channel,
            chat_id=source.chat_id,
            message_id=source.message_id,
            album=source.album,
            reply_to_id=source.reply_to_id,
            created_at=self._now,
            earlier=[],
        )
        await put(self._session, message)
        if action is Action.CONTACT:
            request.contacted_at = request.contacted_at or self._now
        about: dict[str, Any] = {}
        if action is Action.COMPLAIN:
            of = [request.handler_id, request.first_responder_id]
            about = {"manager": other if from_resident else actor_id, "of": sorted(set(of))}
            case_people.complained(self._session, request)
        await self._event(request, action, actor_id, role, message=message.id, **about)
        if role is Role.MANAGER and action is Action.RECTIFY_CONTACT:
            await self._contacted(request)
        wait = ALBUM_WAIT if source.album else timedelta()
        if action is Action.COMPLAIN and from_resident:
            self._tell(request, other, "relay", delay=wait, message=message.id, complaint=True)
        elif from_resident:
            also = () if action is Action.RECTIFY_CONTACT else (request.first_responder_id,)
            reader = (await self._in_office(request, other, *also))[:1]
            for person_id in dict.fromkeys([*reader, *await self._watching(request)]):
                self._tell(request, person_id, "relay", delay=wait, message=message.id)
        else:
            await self._tell_resident(request, "relay", delay=wait, caller=actor_id, message=message.id)
        return message

    async def overseers(self, request: Request) -> list[int]:
        """The managers who are told beside the first responder, as of a danger."""
        managers = await self._people.managers(request.area_id)
        return [manager for manager in managers if manager != request.first_responder_id]

    async def _watching(self, request: Request) -> list[int]:
        """Who reads along what somebody in danger says: the managers, until somebody takes it (受理)."""
        return await self.overseers(request) if request.danger and request.status is Status.RECORDED else []

    async def speech(
        self,
        request: Request,
        person_id: int,
        roles: frozenset[Role],
        reply_to_id: int | None = None,
        *,
        to_manager: bool = False,
    ) -> tuple[Action, int]:
        """As which act words of this person count, and to whom they go; of whoever does the work hears the manager who
        heard it before, while they can.

        :raises CaseError: `no_other_manager`
        """
        action, other = await super().speech(request, person_id, roles, reply_to_id)
        if Role.RESIDENT not in roles or not (to_manager or action is Action.COMPLAIN):
            return action, other
        if action is not Action.COMPLAIN or not await self._able(request, other):
            found = await self.manager_over(request)
            if found is None:
                raise CaseError("no_other_manager")
            other = found
        return Action.COMPLAIN, other

    async def edit(self, source: Source, actor_id: int, text: str) -> Message | None:
        """Keep the older version of something said and pass the new one on; None when it was never relayed."""
        found = await self._session.execute(
            select(Message)
            .where(
                Message.channel == source.channel,
                Message.chat_id == source.chat_id,
                Message.message_id == source.message_id,
                Message.sender_id == actor_id,
            )
            .order_by(Message.id.desc())
        )
        message = found.scalars().first()
        if message is None or message.text == text:
            return message
        request, roles = await self.look(message.request_id, actor_id)
        message.earlier = [*message.earlier, {"text": message.text, "until": self._now.isoformat()}]
        message.text, message.edited_at = text, self._now
        if message.role is Role.RESIDENT:
            other = (await case_people.complaints(self._session, request)).get(message.id)
            of_work = other is not None
            if other is None:
                _, other = await self.speech(request, actor_id, roles, message.reply_to_id)
            for person_id in dict.fromkeys([other, *([] if of_work else await self._watching(request))]):
                self._tell(request, person_id, "relay_edit", message=message.id, complaint=of_work)
        else:
            await self._tell_resident(request, "relay_edit", caller=actor_id, message=message.id)
        return message
