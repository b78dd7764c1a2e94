"""整改: a manager puts right what was rated poorly, and calls again (rule 11).

Every act is one event of the request; a clock that runs out is a notice with a key of its own, so a sweep that comes
twice or late says nothing twice."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from knowledge import rectification as rules
from knowledge.deadlines import WorkingTime
from knowledge.ladder import Rung
from knowledge.lifecycle import Action, NotAllowed, Role, Status, check
from knowledge.rectification import Standing
from knowledge.responsibility import Candidate
from knowledge.satisfaction import POOR
from storage import case_people, rota
from storage.case_tables import Rectification
from storage.case_talk import Talk
from storage.ledger import CaseError
from storage.tables import Rating, Request


class Rectifications(Talk):
    """The acts of putting right."""

    # -- looking

    async def rectification_of(self, request_id: int) -> Rectification | None:
        """The newest rectification of a request, whoever looks."""
        found = await self._session.execute(
            select(Rectification).where(Rectification.request_id == request_id).order_by(Rectification.id.desc())
        )
        return found.scalars().first()

    async def look_rectification(self, rectification_id: int, actor_id: int) -> tuple[Rectification, Request, Rating]:
        """A rectification for a manager who may run it.

        :raises CaseError: `not_yours`
        :raises NotAllowed: they are no manager here, or did the work themselves and somebody else answers
        """
        found = None
        if 0 < rectification_id < 2**63:
            found = await self._session.get(Rectification, rectification_id)
        request, roles = await self.look(found.request_id if found else 0, actor_id)
        await self._session.flush()
        rect = await self._session.get(Rectification, rectification_id, populate_existing=True)
        rating = await self._session.get(Rating, rect.rating_id if rect else 0)
        if rect is None or rating is None:
            raise CaseError("not_yours")
        runs = rules.may_run(actor_id, manager_id=rect.manager_id, handler_id=rating.handler_id)
        if Role.MANAGER not in roles or not runs:
            raise NotAllowed(Action.RECTIFY_SETTLE, request.status, roles)
        return rect, request, rating

    async def rectifications(self, person_id: int, limit: int) -> list[tuple[Rectification, Request]]:
        """What is being put right in the areas that somebody manages, except their own work: at most `limit`, what is
        theirs to answer for first, then the soonest due."""
        first = (Rectification.manager_id != person_id, _NEXT_DUE, Rectification.id)
        found = await self._session.execute(
            (await self._put_right(person_id, Rectification, Request)).order_by(*first).limit(limit)
        )
        return [(rect, request) for rect, request in found]

    async def rectifications_counted(self, person_id: int) -> tuple[int, int]:
        """How much is being put right there, and how much of it is theirs to answer for."""
        mine = func.count(case((Rectification.manager_id == person_id, 1)))
        counted = (await self._session.execute(await self._put_right(person_id, func.count(), mine))).one()
        return counted[0], counted[1]

    async def _put_right(self, person_id: int, *what: Any) -> Select[Any]:
        """Of what somebody may put right (`knowledge.rectification.may_run`), what is open."""
        return (
            select(*what)
            .select_from(Rectification)
            .join(Request, Request.id == Rectification.request_id)
            .join(Rating, Rating.id == Rectification.rating_id)
            .where(
                Request.area_id.in_(await self._people.managed(person_id)),
                Request.status != Status.WITHDRAWN,
                Rectification.followed_up_at.is_(None),
                or_(Rectification.manager_id == person_id, Rating.handler_id != person_id),
            )
        )

    # -- opening

    async def _rectify(self, request: Request, rating: Rating) -> Rectification | None:
        """Open it, once a closure, when the rating is a poor one: a manager answers, and the resident is told who
        calls by when. None when there is no manager at all: a sweep opens it as soon as there is one."""
        if (rating.revised_level or rating.level) not in POOR:
            return None
        await self._session.flush()
        if await self._session.scalar(select(Rectification.id).where(Rectification.rating_id == rating.id)):
            return None
        chosen = await self._manager(request, rating)
        if chosen is None:
            return None
        contact_by, settle_by = rules.clocks(self._now, await self._office(request))
        rect = Rectification(
            request_id=request.id,
            rating_id=rating.id,
            manager_id=chosen.person_id,
            opened_at=self._now,
            contact_by=contact_by,
            settle_by=settle_by,
            complicated=False,
        )
        self._session.add(rect)
        await self._session.flush()
        case_people.changed(self._session)
        check(Action.RECTIFY, request.status, {Role.SYSTEM})
        await self._event(
            request,
            Action.RECTIFY,
            None,
            Role.SYSTEM,
            rectification=rect.id,
            manager=chosen.person_id,
            own_work=chosen.own_work,
            round=rating.round,
        )
        await self._rearm(rect, request)
        self._tell(request, chosen.person_id, "rectify", rectification=rect.id, own_work=chosen.own_work)
        until = contact_by.isoformat()
        await self._tell_resident(request, "rectifying", manager=chosen.person_id, until=until)
        return rect

    async def _manager(self, request: Request, rating: Rating, *, instead_of: int | None = None) -> rules.Choice | None:
        office = await self._office(request)
        people = [c for c in await self._people.candidates(request.area_id) if c.role is Role.MANAGER]
        here = [
            c for c in await rota.available(self._session, request.area_id, people, self._now, office) if c in people
        ]
        open_now = await self._session.execute(
            select(Rectification.manager_id).where(Rectification.followed_up_at.is_(None))
        )
        held = list(open_now.scalars())

        def counted(found: Collection[Candidate]) -> list[Candidate]:
            nearest: dict[int, Candidate] = {}
            for c in sorted(found, key=lambda c: c.distance):
                if c.person_id != instead_of:
                    load = held.count(c.person_id)
                    nearest.setdefault(
                        c.person_id, Candidate(c.person_id, c.role, c.distance, c.domains, True, load, c.last_assigned)
                    )
            return list(nearest.values())

        who = {"handler_id": rating.handler_id, "first_responder_id": rating.first_responder_id}
        chosen = rules.answerable(counted(here), **who)
        if chosen is None or chosen.own_work:  # rather somebody on leave than whoever did the work
            chosen = rules.answerable(counted(people), **who) or chosen
        return chosen

    async def open_rectification(self, rating_id: int) -> Rectification | None:
        """Open what could not be opened when the rating came, because there was no manager."""
        rating = await self._session.get(Rating, rating_id)
        if rating is None:
            return None
        request = await self._load(rating.request_id)
        return None if request.status is Status.WITHDRAWN else await self._rectify(request, rating)

    async def pass_rectification(self, rectification_id: int) -> Rectification | None:
        """It goes to another manager, because its own has left or cannot be reached; its clocks go on. None when there
        is nobody else, or it is over."""
        found = await self._session.get(Rectification, rectification_id)
        if found is None:
            return None
        request = await self._load(found.request_id)
        await self._session.flush()
        rect = await self._session.get(Rectification, rectification_id, populate_existing=True)
        rating = await self._session.get(Rating, rect.rating_id if rect else 0)
        if rect is None or rating is None or rect.followed_up_at is not None or request.status is Status.WITHDRAWN:
            return None
        chosen = await self._manager(request, rating, instead_of=rect.manager_id)
        if chosen is None:
            return None
        before, rect.manager_id = rect.manager_id, chosen.person_id
        check(Action.RECTIFY, request.status, {Role.SYSTEM})
        await self._event(
            request,
            Action.RECTIFY,
            None,
            Role.SYSTEM,
            rectification=rect.id,
            before=before,
            manager=chosen.person_id,
            own_work=chosen.own_work,
        )
        self._tell(request, chosen.person_id, "rectify", rectification=rect.id, own_work=chosen.own_work, before=before)
        await self._pass_on_putting_right(request, chosen.person_id)
        owed = standing_of(rect).owed
        if owed and rect.settled_at is None:
            until = min(owed.values()).isoformat()
            await self._tell_resident(request, "rectify_passed", manager=chosen.person_id, until=until)
        return rect

    # -- the manager's acts

    async def rectify_contact(self, rectification_id: int, actor_id: int) -> Rectification:
        """已电话联系: the manager spoke with the resident outside the chat. Words through the desk (`say`) count too.

        :raises CaseError: `rectified` when it is settled already
        """
        rect, request = await self._may_rectify(Action.RECTIFY_CONTACT, rectification_id, actor_id)
        await self._event(request, Action.RECTIFY_CONTACT, actor_id, Role.MANAGER, rectification=rect.id, way="phone")
        await self._contacted(request, rect)
        return rect

    async def _contacted(self, request: Request, rect: Rectification | None = None) -> None:
        """The resident was spoken with: the first clock stops."""
        if rect is None:
            found = await case_people.rectification(self._session, request)
            rect = found[0] if found else None
        if rect is not None and rect.contacted_at is None:
            rect.contacted_at = self._now
            await self._rearm(rect, request)

    async def rectify_complex(self, rectification_id: int, actor_id: int, words: str) -> Rectification:
        """It takes 15 working days instead of 5; said before they are over, with words, and the resident is told.

        :raises CaseError: `reason_empty`, `rectified`, `complex_already`, or `complex_late` when the 5 are over
        """
        rect, request = await self._may_rectify(Action.RECTIFY_COMPLEX, rectification_id, actor_id)
        if rect.complicated:
            raise CaseError("complex_already")
        if self._now > rect.settle_by:
            raise CaseError("complex_late")
        if not words.strip():
            raise CaseError("reason_empty")
        rect.complicated = True
        rect.settle_by = rules.complicated_until(rect.opened_at, await self._office(request))
        event = await self._event(
            request,
            Action.RECTIFY_COMPLEX,
            actor_id,
            Role.MANAGER,
            why=words.strip(),
            rectification=rect.id,
            settle_by=rect.settle_by.isoformat(),
        )
        await self._rearm(rect, request)
        note = event.data["note"]
        until = rect.settle_by.isoformat()
        await self._tell_resident(request, "rectify_complex", caller=actor_id, manager=actor_id, note=note, until=until)
        return rect

    async def rectify_settle(self, rectification_id: int, actor_id: int, words: str) -> Rectification:
        """What was wrong is put right; the resident reads the words, and is called again.

        :raises CaseError: `outcome_empty`, or `rectified` when another manager was first
        """
        rect, request = await self._may_rectify(Action.RECTIFY_SETTLE, rectification_id, actor_id)
        if not words.strip():
            raise CaseError("outcome_empty")
        rect.settled_at = self._now
        rect.follow_up_by = rules.follow_up_by(self._now, await self._office(request))
        event = await self._event(
            request, Action.RECTIFY_SETTLE, actor_id, Role.MANAGER, why=words.strip(), rectification=rect.id
        )
        rect.note_id = event.data["note"]
        await self._rearm(rect, request)
        until = rect.follow_up_by.isoformat()
        await self._tell_resident(
            request, "rectify_settled", caller=actor_id, manager=actor_id, note=rect.note_id, until=until
        )
        return rect

    async def follow_up(
        self, rectification_id: int, actor_id: int, *, satisfied: bool | None, words: str = ""
    ) -> Rectification:
        """回访: whether the resident is satisfied now, in their words; `satisfied` is None when nobody was reached.

        :raises CaseError: `not_rectified` before it is settled, `followed_up` when it was done already, `reason_empty`
            when nobody was reached and nothing is said of it
        """
        rect, request, _ = await self.look_rectification(rectification_id, actor_id)
        check(Action.FOLLOW_UP, request.status, {Role.MANAGER})
        if rect.followed_up_at is not None:
            raise CaseError("followed_up")
        if rect.settled_at is None:
            raise CaseError("not_rectified")
        if satisfied is None and not words.strip():
            raise CaseError("reason_empty")
        rect.followed_up_at, rect.satisfied = self._now, satisfied
        case_people.changed(self._session)
        await self._event(
            request,
            Action.FOLLOW_UP,
            actor_id,
            Role.MANAGER,
            why=words.strip() or None,
            rectification=rect.id,
            satisfied=satisfied,
        )
        await self._rearm(rect, request)
        return rect

    async def _may_rectify(self, action: Action, rectification_id: int, actor_id: int) -> tuple[Rectification, Request]:
        rect, request, _ = await self.look_rectification(rectification_id, actor_id)
        check(action, request.status, {Role.MANAGER})
        if rect.settled_at is not None:
            raise CaseError("rectified")
        return rect, request

    async def _office(self, request: Request) -> WorkingTime:
        return self._rules.office((await self._people.area(request.area_id)).code)

    async def _rearm(self, rect: Rectification, request: Request) -> None:
        since = rect.looked_at or rect.opened_at
        rect.look_at = rules.next_look(standing_of(rect), await self._office(request), since)

    # -- its clocks

    async def climb_rectification(self, rect: Rectification) -> list[tuple[int, rules.Step]]:
        """Every step of its clocks that is due, with who must hear of it: the manager; when a clock is broken for a
        working day, the manager above."""
        request = await self._load(rect.request_id)
        await self._session.flush()
        await self._session.refresh(rect)
        if request.status is Status.WITHDRAWN:
            rect.look_at = None
            return []
        office, standing = await self._office(request), standing_of(rect)
        told: list[tuple[int, rules.Step]] = []
        for step in rules.due_between(standing, office, rect.looked_at or rect.opened_at, self._now):
            hearers = [rect.manager_id]
            if step.rung is Rung.ESCALATE:
                hearers = await self._above(request, rect.manager_id)
            told += [(person_id, step) for person_id in hearers]
        rect.looked_at = self._now
        rect.look_at = rules.next_look(standing, office, self._now)
        return told

    async def _above(self, request: Request, manager_id: int) -> list[int]:
        """The managers of the nearest area above the one that this manager manages; else whoever else manages here."""
        line = await self._people.upward(request.area_id)
        own = {post.area_id for post in await self._people.posts(manager_id) if post.role is Role.MANAGER}
        at = max((i for i, area in enumerate(line) if area.id in own), default=0)
        for area in line[at + 1 :]:
            if above := [p for p in await self._people.managers(area.id) if p != manager_id]:
                return above
        beside = [p for p in await self._people.managers(request.area_id) if p != manager_id]
        return beside or [manager_id]


def standing_of(rect: Rectification) -> Standing:
    """How far a rectification has come, from its columns."""
    return Standing(
        opened_at=rect.opened_at,
        contact_by=rect.contact_by,
        settle_by=rect.settle_by,
        complicated=rect.complicated,
        contacted_at=rect.contacted_at,
        settled_at=rect.settled_at,
        follow_up_by=rect.follow_up_by,
        followed_up_at=rect.followed_up_at,
    )


def next_due(rect: Rectification) -> datetime:
    """By when the next thing is owed; of one that is over, when it ended."""
    return min(standing_of(rect).owed.values(), default=rect.followed_up_at or rect.opened_at)


_NEXT_DUE = case(
    (Rectification.settled_at.is_not(None), func.coalesce(Rectification.follow_up_by, Rectification.opened_at)),
    (
        Rectification.contacted_at.is_(None) & (Rectification.contact_by < Rectification.settle_by),
        Rectification.contact_by,
    ),
    else_=Rectification.settle_by,
)
"""The same of what is open, for the database to put it in order."""
