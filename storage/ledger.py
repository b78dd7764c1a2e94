"""What every act on a request has in common: load it, judge who is acting, write the event, tell people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.calendar import Area, Calendar
from knowledge.catalogue import Catalogue, Service
from knowledge.deadlines import Promises, ServiceHours, WorkingTime, promise
from knowledge.lifecycle import OPEN, TALKABLE, Action, Intake, Role, Status, allowed, check
from knowledge.responsibility import first_responder
from storage import case_people, history, numbering, rota
from storage.database import remembered
from storage.outbox import RELAY, OutboxWriter
from storage.people import People
from storage.quick import first, held
from storage.tables import Event, Message, Outbox, Person, Rating, Request

_ORDER = (Role.RECEIVER, Role.HANDLER, Role.FIRST_RESPONDER, Role.RESIDENT, Role.MANAGER)
"""In which of several roles somebody acts: the one nearest to the work."""

ANSWER_WITHIN = timedelta(days=2)
"""For so long the next words of a resident answer what staff said or asked for."""
_SAID_AT_ONCE = frozenset({"recorded", "rectifying"})
"""The number, by whoever records it; who will call, by whoever takes the rating down."""
_BEYOND = 2**63


class CaseError(Exception):
    """The casebook cannot do this; `code` names the sentence to show."""

    def __init__(self, code: str, **details: object) -> None:
        self.code, self.details = code, details
        super().__init__(f"{code} {details}" if details else code)


@dataclass(frozen=True)
class Rules:
    """What the casebook asks when it decides: services, working days, the office's zone and hours."""

    catalogue: Catalogue
    calendar: Calendar
    zone: ZoneInfo
    hours: ServiceHours = field(default_factory=ServiceHours)

    def office(self, area: Area = None) -> WorkingTime:
        """When the office works, in this area (by its code, or its code and those above it)."""
        return WorkingTime(self.calendar, self.zone, self.hours, area)

    def promises(self, service: Service, now: datetime, *, area: Area, urgent: bool = False) -> Promises:
        """By when this service is acknowledged, first answered and resolved, if it were recorded now."""
        return promise(
            now,
            kind=service.kind.value,
            acknowledge=service.promise.acknowledge,
            contact=service.promise.contact,
            resolve=service.promise.resolve,
            statutory_limit=service.statutory_limit,
            urgent=urgent,
            calendar=self.calendar,
            zone=self.zone,
            hours=self.hours,
            area=area,
        )


@dataclass(frozen=True)
class Need:
    """What is to be recorded: who needs what, where, and in which words.

    :ivar matched: the services that the matcher proposed, best first; kept beside the one chosen, to learn from
    :ivar contact: whoever is spoken with for somebody recorded on behalf
    :ivar told: the one-time notice that the resident saw before confirming, if they saw one
    """

    resident: Person
    area_id: int
    service_id: str
    text: str
    files: Sequence[dict[str, Any]] = ()
    intake: Intake = Intake.CHAT
    recorded_by: Person | None = None
    danger: str | None = None
    matched: Sequence[str] = ()
    contact: case_people.ContactOf | None = None
    told: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Source:
    """Where a message was typed, so that edits and replies find it again."""

    channel: str
    chat_id: int
    message_id: int
    album: str | None = None
    reply_to_id: int | None = None


class Ledger:
    """Reads requests and keeps the books of one unit of work; the casebook adds the acts."""

    def __init__(self, session: AsyncSession, rules: Rules, now: datetime) -> None:
        self._session, self._rules, self._now = session, rules, now
        self._people = People(session, now)
        self.outbox = OutboxWriter(session, now)

    # -- looking

    async def roles(self, request: Request, person_id: int) -> frozenset[Role]:
        """Everything this person is towards this request; empty when it is none of their business.

        A role of the staff is only theirs while they hold a post in the area or above it: whoever has left can do
        nothing, also where the request still names them.
        """
        roles = {Role.RESIDENT} if await case_people.speaks_for(self._session, request, person_id) else set()
        posts = await self._posts_here(request, person_id)
        if posts:
            roles |= {
                role
                for role, holder in (
                    (Role.FIRST_RESPONDER, request.first_responder_id),
                    (Role.HANDLER, request.handler_id),
                    (Role.RECEIVER, request.offered_to_id),
                )
                if holder == person_id
            }
        if Role.MANAGER in posts:
            roles.add(Role.MANAGER)
        if posts and Role.HANDLER not in roles and person_id in await self._standing_in(request, request.handler_id):
            roles.add(Role.RECEIVER)  # AB岗: whoever stands in may take it, and holds it when they have
        return frozenset(roles)

    async def look(self, request_id: int, person_id: int) -> tuple[Request, frozenset[Role]]:
        """The request and what this person is towards it.

        :raises CaseError: `not_yours` when there is no such request or it is not theirs to see
        """
        request = await self._load(request_id)
        roles = await self.roles(request, person_id)
        if not roles:
            raise CaseError("not_yours")
        return request, roles

    async def by_number(self, number: str, person_id: int) -> Request:
        """:raises CaseError: `not_yours`"""
        found = await self._session.execute(select(Request.id).where(Request.number == number))
        return (await self.look(found.scalar_one_or_none() or 0, person_id))[0]

    async def of_resident(
        self, person_id: int, statuses: Collection[Status] = OPEN, *, own: bool = False
    ) -> list[Request]:
        """A resident's requests in these statuses, the newest first; unless only their `own` are asked for, those in
        which they are the contact too."""
        if not own and TALKABLE.issuperset(statuses):
            standing = await case_people.standing(self._session, person_id)
            return [one.request for one in standing if one.request.status in statuses]
        whose = Request.resident_id == person_id if own else case_people.served(person_id)
        found = await self._session.execute(
            select(Request).where(whose, Request.status.in_(statuses)).order_by(Request.id.desc())
        )
        return list(found.scalars())

    async def rating_level(self, request: Request) -> int | None:
        """How this closure was rated, by the latest word; None when it was not."""
        rating = await self._rating(request)
        return None if rating is None else rating.revised_level or rating.level

    async def may(self, action: Action, request_id: int, person_id: int) -> Request:
        """The request, when this person may do this to it now.

        :raises NotAllowed: they may not
        """
        request, roles = await self.look(request_id, person_id)
        check(action, request.status, roles)
        return request

    async def tasks(self, person_id: int) -> list[Request]:
        """Open work of a member of staff, held and offered: what is urgent first, then the soonest promise."""
        soonest = case((Request.status == Status.RECORDED, Request.acknowledge_by), else_=Request.resolve_by)
        found = await self._session.execute(
            select(Request)
            .where(
                Request.status.in_(OPEN),
                or_(
                    Request.handler_id == person_id,
                    Request.offered_to_id == person_id,
                    Request.first_responder_id == person_id,
                ),
            )
            .order_by(Request.urgent.desc(), soonest, Request.id)
        )
        return list(found.scalars())

    # -- for the acts

    async def _office(self, request: Request) -> WorkingTime:
        """When the office of the request's area works; days off of the areas above hold there too."""
        return self._rules.office(await self._people.codes(request.area_id))

    async def _load(self, request_id: int) -> Request:
        if not 0 < request_id < _BEYOND:
            raise CaseError("not_yours")
        known = remembered(self._session, "requests")  # locked by the first look, so that nobody else changes it
        request: Request | None = known.get(request_id)
        if request is None and not self._locks():
            request = held(self._session, Request, request_id)
        if request is None:
            statement = _LOCKED if self._locks() else _REQUEST
            request = await first(self._session, statement, {"request_id": request_id})
        if request is None:
            raise CaseError("not_yours")
        known[request_id] = request
        return request

    def _locks(self) -> bool:
        """Whether rows are locked one by one; on SQLite whoever writes holds everything."""
        return self._session.get_bind().dialect.name != "sqlite"

    async def _posts_here(self, matter: "Request | Need", person_id: int) -> set[Role]:
        """The roles of the posts that this person holds in its area or above it."""
        line = {area.id for area in await self._people.upward(matter.area_id)}
        return {post.role for post in await self._people.posts(person_id) if post.area_id in line}

    async def _in_office(self, request: Request, *person_ids: int) -> list[int]:
        """Those of them who can act here, each once; the managers when none of them can."""
        found = [p for p in dict.fromkeys(person_ids) if await self._able(request, p)]
        return found or await self._people.managers(request.area_id)

    async def _able(self, request: Request, person_id: int) -> bool:
        """Whether somebody can act on the request: they hold a post here and can be reached."""
        if not await self._posts_here(request, person_id):
            return False
        return (await self._people.get(person_id)).unreachable_at is None

    async def _standing_in(self, request: Request, *person_ids: int | None) -> list[int]:
        """Who stands in today for those of them who are on leave (AB岗)."""
        area = await self._people.area(request.area_id)
        today = self._rules.office(area.code).local(self._now).date()
        return await rota.standing_in(self._session, area.id, [p for p in person_ids if p is not None], today)

    async def _may(self, action: Action, request_id: int, actor_id: int) -> tuple[Request, Status, Role]:
        request, roles = await self.look(request_id, actor_id)
        status = check(action, request.status, roles)
        acting = next(role for role in _ORDER if role in roles and allowed(action, request.status, {role}))
        return request, status, acting

    async def _rating(self, request: Request) -> Rating | None:
        found = await self._session.execute(
            select(Rating).where(Rating.request_id == request.id, Rating.round == request.round)
        )
        return found.scalar_one_or_none()

    async def _judge_handing_over(self, request: Request, to_id: int, reason: str) -> None:
        if not reason.strip():
            raise CaseError("reason_empty")
        if not await self._posts_here(request, to_id):
            raise CaseError("not_colleague")

    def _end_offer(self, request: Request, taken_by: int) -> None:
        """A transfer that waits to be taken waits no longer; whoever else was asked hears of it."""
        if request.offered_to_id not in (None, taken_by):
            self._tell(request, request.offered_to_id, "offer_over")
        request.offered_to_id = None

    async def _worked(self, request: Request, person_id: int) -> bool:
        """Whether this person answered for the request or had it in hand, now or before."""
        if person_id in (request.handler_id, request.first_responder_id):
            return True
        found = await self._session.execute(
            select(Event.id).where(
                Event.request_id == request.id,
                Event.actor_id == person_id,
                Event.action.in_([Action.ACKNOWLEDGE.value, Action.RESOLVE.value]),
            )
        )
        return found.first() is not None

    async def _growing_album(self, source: Source) -> Message | None:
        """The message that an album began, as long as its notice has not been taken to be delivered."""
        found = await self._session.execute(
            select(Message)
            .where(
                Message.channel == source.channel,
                Message.chat_id == source.chat_id,
                Message.album == source.album,
            )
            .order_by(Message.id.desc())
        )
        begun = found.scalars().first()
        if begun is None:
            return None
        waiting = await self._waiting(begun.request_id, RELAY)
        return begun if any(row.payload.get("message") == begun.id for row in waiting) else None

    async def _waiting(self, request_id: int, kind: str) -> list[Outbox]:
        """Notices that nobody has taken to deliver yet, and cannot while this unit of work lasts."""
        await self._session.flush()
        found = await self._session.execute(
            select(Outbox)
            .where(
                Outbox.request_id == request_id,
                Outbox.kind == kind,
                Outbox.due_at > self._now,
                Outbox.attempts == 0,
                Outbox.leased_until.is_(None),  # the time of this act may have been taken before it was due
                Outbox.sent_at.is_(None),
            )
            .with_for_update()
        )
        return list(found.scalars())

    async def _responder(self, need: Need, domain: str) -> int:
        """Who answers (rules 1 and 2).

        :raises CaseError: `area_not_open`, or `not_your_area` when whoever records it has no post there (any more)
        """
        if (by := need.recorded_by) is not None:
            if await self._posts_here(need, by.id):
                return by.id
            raise CaseError("not_your_area")
        area = await self._people.area(need.area_id)
        candidates = await rota.available(
            self._session,
            area.id,
            await self._people.candidates(area.id),
            self._now,
            self._rules.office(await self._people.codes(area.id)),
            urgent=need.intake is Intake.DANGER or need.danger is not None,
        )
        chosen = first_responder(candidates, domain)
        if chosen is None:
            raise CaseError("area_not_open")
        return chosen.person_id

    async def _next_number(self) -> str:
        return await numbering.next_number(self._session, self._now.astimezone(self._rules.zone).date())

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
        return await history.append(
            self._session, request, action, actor_id=actor_id, role=role, now=self._now, why=why, **data
        )

    def _tell(
        self, request: Request, person_id: int, kind: str, *, delay: timedelta = timedelta(), **payload: Any
    ) -> None:
        self.outbox.notice(person_id, kind, request_id=request.id, delay=delay, **payload)

    async def _tell_resident(
        self,
        request: Request,
        kind: str,
        *,
        delay: timedelta = timedelta(),
        caller: int | None = None,
        **payload: Any,
    ) -> None:
        """News for the resident, or their contact. Whoever cannot be reached in chat is told by `caller` instead, or
        by the first responder; what whoever is with them tells them at once is not told again."""
        reader = await case_people.reader(self._session, request)
        if reader is not None:
            self._tell(request, reader.id, kind, delay=delay, **payload)
        elif kind not in _SAID_AT_ONCE and (await self._people.get(request.resident_id)).erased_at is None:
            for person_id in await self._in_office(request, caller or request.first_responder_id):
                self._tell(request, person_id, "call_resident", delay=delay, news=kind, **payload)


_REQUEST = select(Request).where(Request.id == bindparam("request_id"))
_LOCKED = _REQUEST.with_for_update().execution_options(populate_existing=True)


def acting_role(roles: frozenset[Role]) -> Role:
    """The role somebody speaks in when they have several."""
    return next(role for role in _ORDER if role in roles)
