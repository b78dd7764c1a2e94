"""What the resident says of finished work: rated, changed, settled, not solved (rules 9 and 10)."""

from knowledge.lifecycle import Action, Role, Status
from knowledge.satisfaction import POOR
from storage.clockwork import Clockwork
from storage.ledger import CaseError
from storage.tables import Rating, Request


class Ratings(Clockwork):
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
        rating = Rating(
            request_id=request.id,
            round=request.round,
            level=level,
            rated_at=self._now,
            rated_by_id=actor_id,
            first_responder_id=request.first_responder_id,
            handler_id=request.handler_id,
            staff_taken=False,
            conflict=False,
        )
        self._session.add(rating)
        request.status, request.closed_at = status, self._now
        await self._event(request, Action.RATE, actor_id, role, level=level, round=request.round)
        await self._tell_rated(request, level)
        return rating

    async def explain_rating(
        self, request_id: int, actor_id: int, *, reason: str | None = None, comment: str | None = None
    ) -> None:
        """Keep why somebody rated as they did; asked for, never required.

        :raises CaseError: `not_rated`
        """
        request, roles = await self.look(request_id, actor_id)
        rating = await self._rating(request)
        if rating is None or Role.RESIDENT not in roles:
            raise CaseError("not_rated")
        rating.reason = reason or rating.reason
        if comment:
            rating.comment = f"{rating.comment}\n{comment}" if rating.comment else comment
            for person_id in await self._in_office(request, rating.handler_id, rating.first_responder_id):
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
        request.status, request.round = status, request.round + 1
        request.handler_id = request.first_responder_id
        request.offered_to_id = request.resolved_at = request.closed_at = request.reminded_at = None
        await self._event(request, Action.REOPEN, actor_id, role, round=request.round)
        self._tell(request, request.first_responder_id, "reopened")
        for manager in await self._people.managers(request.area_id):
            if manager != request.first_responder_id:
                self._tell(request, manager, "reopened")
        return request

    async def _revise(self, request_id: int, actor_id: int, rating: Rating, level: int) -> Rating:
        request, _, role = await self._may(Action.REVISE, request_id, actor_id)
        if rating.revised_level is not None:
            raise CaseError("revised_already")
        rating.revised_level, rating.revised_at = level, self._now
        await self._event(request, Action.REVISE, actor_id, role, level=level, round=request.round)
        await self._tell_rated(request, level)
        return rating

    async def _tell_rated(self, request: Request, level: int) -> None:
        told = set(await self._in_office(request, request.handler_id, request.first_responder_id))
        if level in POOR:
            told |= set(await self._people.managers(request.area_id))
        for person_id in told:
            self._tell(request, person_id, "rated", level=level)
