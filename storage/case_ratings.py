"""What the resident says of finished work: rated, changed, settled, not solved (rules 9 and 10); in chat, or on the
phone to somebody of the staff (电话回访)."""

from datetime import datetime

from sqlalchemy import select

from knowledge.lifecycle import Action, NotAllowed, Role, Status
from knowledge.satisfaction import CALLS, POOR
from storage import case_people, closures
from storage.case_rectification import Rectifications
from storage.case_tables import RatingCall
from storage.ledger import CaseError
from storage.tables import Event, Rating, Request

_ANSWERING = frozenset({Role.FIRST_RESPONDER, Role.HANDLER, Role.MANAGER})


class Ratings(Rectifications):
    """The acts after 办结."""

    async def rate(self, request_id: int, actor_id: int, level: int) -> Rating:
        """One rating a closure, by the resident served, or one later change of it (追评), rule 10.

        :raises CaseError: `own_work` when they did the work themselves, `revised_already`
        """
        request = await self._load(request_id)
        rating = await self._rating(request)
        if request.status is Status.CLOSED and rating is not None:
            return await self._revise(request_id, actor_id, rating, level)
        request, status, role = await self._may(Action.RATE, request_id, actor_id)
        if await self._worked(request, actor_id):
            raise CaseError("own_work")
        request.status, request.closed_at = status, self._now
        await self._event(request, Action.RATE, actor_id, role, level=level, round=request.round)
        return await self._keep_rating(request, level)

    async def _keep_rating(
        self, request: Request, level: int, *, taken: bool = False, conflict: bool = False
    ) -> Rating:
        """The rating of this closure. Whoever says it, in their own chat, in their contact's or on the phone: it is
        that of the person served."""
        rating = Rating(
            request_id=request.id,
            round=request.round,
            level=level,
            rated_at=self._now,
            rated_by_id=request.resident_id,
            first_responder_id=request.first_responder_id,
            handler_id=request.handler_id,
            staff_taken=taken,
            conflict=conflict,
        )
        self._session.add_all((rating, closures.closed(request, self._now, rating)))
        await self._tell_rated(request, rating, level)
        return rating

    async def explain_rating(
        self, request_id: int, actor_id: int, *, reason: str | None = None, comment: str | None = None
    ) -> None:
        """Keep why somebody rated as they did; asked for, never required. Of a rating that staff took down, staff
        write down the reason as well.

        :raises CaseError: `not_rated`
        """
        request, roles = await self.look(request_id, actor_id)
        rating = await self._rating(request)
        if rating is None or not (Role.RESIDENT in roles or (rating.staff_taken and roles & _ANSWERING)):
            raise CaseError("not_rated")
        rating.reason = reason or rating.reason
        if comment:
            rating.comment = f"{rating.comment}\n{comment}" if rating.comment else comment
            for person_id in await self._in_office(request, rating.handler_id, rating.first_responder_id):
                if person_id == actor_id:
                    continue
                self._tell(request, person_id, "rating_comment", rating=rating.id)

    async def settle(self, request_id: int, actor_id: int) -> Request:
        """已解决: the resident says that the outcome stands; the rating is asked next."""
        request, status, role = await self._may(Action.SETTLE, request_id, actor_id)
        request.status = status
        await self._event(request, Action.SETTLE, actor_id, role)
        return request

    async def reopen(self, request_id: int, actor_id: int) -> Request:
        """还没解决: back to the first responder; the promise is not reset (rules 5 and 9)."""
        request, status, role = await self._may(Action.REOPEN, request_id, actor_id)
        return await self._back(request, Action.REOPEN, status, actor_id, role)

    async def _back(
        self, request: Request, action: Action, status: Status, actor_id: int, role: Role, words: str | None = None
    ) -> Request:
        request.status, request.round = status, request.round + 1
        case_people.changed(self._session)
        held_by, request.handler_id = request.handler_id, request.first_responder_id
        request.offered_to_id = request.resolved_at = request.closed_at = request.reminded_at = None
        event = await self._event(request, action, actor_id, role, why=words, round=request.round)
        told = [request.first_responder_id, *await self._people.managers(request.area_id)]
        for person_id in dict.fromkeys(told):
            if "note" in event.data:
                self._tell(request, person_id, "reopened_by_phone", note=event.data["note"])
            else:
                self._tell(request, person_id, "reopened")
        if request.handler_id != held_by:
            await self._pass_on(request)
        return request

    async def _revise(self, request_id: int, actor_id: int, rating: Rating, level: int) -> Rating:
        request, _, role = await self._may(Action.REVISE, request_id, actor_id)
        if rating.revised_level is not None:
            raise CaseError("revised_already")
        rating.revised_level, rating.revised_at = level, self._now
        await closures.revised(self._session, rating)
        await self._event(request, Action.REVISE, actor_id, role, level=level, round=request.round)
        await self._tell_rated(request, rating, level, was=rating.level)
        return rating

    async def _tell_rated(self, request: Request, rating: Rating, level: int, was: int | None = None) -> None:
        told = set(await self._in_office(request, request.handler_id, request.first_responder_id))
        if level in POOR:
            told |= set(await self._people.managers(request.area_id))
        rect = await self._rectify(request, rating)
        for person_id in told - {rect.manager_id if rect else None}:  # the manager's card says it as well
            self._tell(request, person_id, "rated", level=level, was=was)

    # -- said on the phone

    async def take_rating(self, request_id: int, actor_id: int, level: int) -> Rating:
        """A rating that the resident said on the phone, taken down by staff: marked, and counted apart (rule 10). It
        is a conflict of interest when whoever takes it down had the work in hand or answered for it.

        :raises CaseError: `own_work` when it is their own request
        """
        request, status, role = await self._may(Action.TAKE_RATING, request_id, actor_id)
        if request.resident_id == actor_id:
            raise CaseError("own_work")
        conflict = await self.answered(request, actor_id)
        request.status, request.closed_at = status, self._now
        await self._event(
            request, Action.TAKE_RATING, actor_id, role, level=level, round=request.round, conflict=conflict
        )
        return await self._keep_rating(request, level, taken=True, conflict=conflict)

    async def take_reopen(self, request_id: int, actor_id: int, words: str | None = None) -> Request:
        """还没解决, said on the phone, in the resident's words if there were any.

        :raises CaseError: `own_work` when it is their own request
        """
        request, status, role = await self._may(Action.TAKE_REOPEN, request_id, actor_id)
        if request.resident_id == actor_id:
            raise CaseError("own_work")
        return await self._back(request, Action.TAKE_REOPEN, status, actor_id, role, words or None)

    async def may_call(self, request_id: int, actor_id: int) -> tuple[Request, RatingCall | None, bool]:
        """The request for whoever may ask its resident on the phone, the call that waits, and whether a rating that
        they take down is a conflict of interest.

        :raises NotAllowed: it is not theirs, or rated already
        """
        request = await self.may(Action.TAKE_RATING, request_id, actor_id)
        call = await self._session.get(RatingCall, (request.id, request.round))
        return request, call, await self.answered(request, actor_id)

    async def missed_call(self, request_id: int, actor_id: int) -> RatingCall:
        """打不通: tried again on the next working day, `CALLS` times at most; then silence closes it unrated."""
        request, _, role = await self._may(Action.CONTACT, request_id, actor_id)
        if request.status is not Status.RESOLVED:
            raise NotAllowed(Action.TAKE_RATING, request.status, {role})
        call = await self._call(request)
        if call.call_at is not None and call.call_at > self._now:
            raise CaseError("called_today")
        call.tried += 1
        call.call_at = await self._next_call(request) if call.tried < CALLS else None
        await self._event(request, Action.CONTACT, actor_id, role, call="missed", tried=call.tried)
        return call

    async def pass_call(self, request_id: int, actor_id: int) -> int:
        """Have a manager call who neither had the work in hand nor answered for it; returns who.

        :raises CaseError: `nobody_else` when there is none
        """
        request, _, role = await self._may(Action.CONTACT, request_id, actor_id)
        if request.status is not Status.RESOLVED:
            raise NotAllowed(Action.TAKE_RATING, request.status, {role})
        for area in await self._people.upward(request.area_id):
            for manager in await self._people.managers(area.id):
                if manager != actor_id and not await self.answered(request, manager):
                    call = await self._call(request)
                    call.caller_id, call.call_at = manager, None
                    await self._event(request, Action.CONTACT, actor_id, role, call="passed", caller=manager)
                    self._tell(request, manager, "rating_call", by=actor_id)
                    return manager
        raise CaseError("nobody_else")

    async def due_call(self, request_id: int) -> tuple[str, list[int]] | None:
        """Somebody must call (again) about a closure that nobody has said a word about: what makes the notice unique,
        and whom it is for. None when it is not needed any more, or not yet."""
        request = await self._load(request_id)
        if request.status is not Status.RESOLVED:
            return None
        known = await self._session.get(RatingCall, (request.id, request.round))
        if known is not None and (known.call_at is None or known.call_at > self._now):
            return None
        call = known or await self._call(request)
        at = (call.call_at or call.opened_at).isoformat()
        call.call_at = None
        return f"rating-call:{request.id}:{request.round}:{at}", (await self._in_office(request, call.caller_id))[:1]

    async def ask_again(self, request_id: int) -> bool:
        """The reminder; where nobody can be reminded in chat, whoever is to call is told once more."""
        request = await self._load(request_id)
        silent = request.status is Status.RESOLVED and request.reminded_at is None
        if not silent or await self.reader(request) is not None:
            return await super().ask_again(request_id)
        request.reminded_at = self._now
        call = await self._call(request)
        if call.call_at is None and call.tried < CALLS:
            call.call_at = self._now
        return True

    async def calls(self, person_id: int) -> list[Request]:
        """Closures that this person is to ask about on the phone, the oldest first."""
        found = await self._session.execute(
            select(Request)
            .join(RatingCall, (RatingCall.request_id == Request.id) & (RatingCall.round == Request.round))
            .where(Request.status == Status.RESOLVED, RatingCall.caller_id == person_id, RatingCall.tried < CALLS)
            .order_by(Request.resolved_at, Request.id)
        )
        return list(found.scalars())

    async def _call(self, request: Request) -> RatingCall:
        """The call about this closure, begun now when there is none yet."""
        call = await self._session.get(RatingCall, (request.id, request.round))
        if call is None:
            caller = (await self._in_office(request, request.first_responder_id))[:1]
            caller_id = caller[0] if caller else request.first_responder_id
            call = RatingCall(
                request_id=request.id, round=request.round, caller_id=caller_id, opened_at=self._now, tried=0
            )
            self._session.add(call)
            await self._session.flush()
        return call

    async def answered(self, request: Request, person_id: int) -> bool:
        """Whether this person had the work in hand, or answered for it, now or ever."""
        if await self._worked(request, person_id):
            return True
        acts = (Action.RECORD.value, Action.REPLACE.value)
        found = await self._session.execute(
            select(Event.data).where(Event.request_id == request.id, Event.action.in_(acts))
        )
        return any(person_id in (data.get("first_responder"), data.get("before")) for data in found.scalars())

    async def _next_call(self, request: Request) -> datetime:
        office = await self._office(request)
        day = office.local(self._now).date()
        return office.opening(office.calendar.add_working_days(day, 1, office.area))
