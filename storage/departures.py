"""Nothing stays with somebody who cannot act: who has left or cannot be reached, what they still hold, and the word to
the managers who hand it over; what is asked outside, and reports that nobody decides. Sweeps, each harmless when
it comes twice."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.handover import decide_by
from knowledge.lifecycle import OPEN, Status
from knowledge.mediation import LIVE
from storage.case_tables import OutsideTransfer, Refusal
from storage.case_transfers import Transfers
from storage.ledger import Rules
from storage.mediation_tables import MediationCase
from storage.outbox import OutboxWriter
from storage.people import People, current
from storage.tables import Area, Person, Request, Staff

_CAUGHT_UP = timedelta(days=3)
"""What was missed for longer is not told any more, only listed: delivered words are forgotten after as long, and with
them the keys that keep a notice from coming twice."""


async def unreachable(session: AsyncSession, person: Person, now: datetime, *, about_request: bool) -> set[int]:
    """Somebody blocked the desk or is gone: the managers hear of it once, with what they hold if they are staff; of
    a resident only when news of a request could not be told. Returns who hears."""
    person.unreachable_at = person.unreachable_at or now
    since = person.unreachable_at.strftime("%Y%m%d%H%M%S")
    people, writer = People(session, now), OutboxWriter(session, now)
    areas = {post.area_id for post in await people.posts(person.id)}
    if not areas and person.area_id and about_request:
        areas = {person.area_id}
    told: set[int] = set()
    for area_id in areas:
        for line in await people.lines(area_id):
            if managers := {m for m in line if m != person.id}:
                told |= managers
                break
    for manager in told:
        await writer.once(f"unreachable:{person.id}:{since}:{manager}", manager, "unreachable", who=person.id)
    return told


class _Sweep(Transfers):
    """One look at everything that somebody must be told of."""

    async def left(self) -> int:
        """Each working day the managers get one list of what is held by each who cannot act, until it is handed
        over; whoever became unreachable today was told of already."""
        today = self._rules.office().local(self._now).date()
        told: set[tuple[int, int]] = set()
        for area_id, person_id in await self._stranded():
            person = await self._people.get(person_id)
            gone = person.unreachable_at
            if gone is not None and gone.astimezone(self._rules.zone).date() == today:
                continue
            for line in await self._people.lines(area_id):
                if managers := [m for m in line if m != person_id]:
                    told |= {(person_id, manager) for manager in managers}
                    break
        return sum(
            [
                await self.outbox.once(f"left:{who}:{manager}:{today}", manager, "left_work", who=who)
                for who, manager in sorted(told)
            ]
        )

    async def mediators(self) -> int:
        """A mediator who cannot act, of a case that others conduct: those name another, with both parties' word."""
        today = self._rules.office().local(self._now).date()
        live = await self._session.execute(
            select(MediationCase, Request)
            .join(Request, Request.id == MediationCase.request_id)
            .where(
                MediationCase.stage.in_(LIVE),
                Request.status.in_(OPEN),
                MediationCase.mediator_id.not_in([Request.handler_id, Request.first_responder_id]),
            )
        )
        told = 0
        for case, request in live.all():
            if await self._able(request, case.mediator_id):
                continue
            conducting = [request.handler_id, request.first_responder_id]
            for person_id in [p for p in dict.fromkeys(conducting) if await self._able(request, p)]:
                key = f"mediator-left:{case.id}:{person_id}:{today}"
                told += await self.outbox.once(
                    key, person_id, "mediator_left", request_id=request.id, who=case.mediator_id
                )
        return told

    async def outside_due(self) -> int:
        """It is time to ask outside bodies: one word to each first responder, whatever is due at that moment."""
        due = await self._session.execute(
            select(OutsideTransfer, Request)
            .join(Request, Request.id == OutsideTransfer.request_id)
            .where(
                OutsideTransfer.ended_at.is_(None),
                OutsideTransfer.follow_up_at <= self._now,
                OutsideTransfer.follow_up_at > self._now - _CAUGHT_UP,
                Request.status.in_(OPEN),
            )
            .order_by(OutsideTransfer.id)
        )
        lists: dict[tuple[int, str], list[int]] = defaultdict(list)
        for handed, request in due.all():
            moment = f"{handed.follow_up_at:%Y%m%d%H%M}"
            for person_id in await self._in_office(request, request.first_responder_id):
                lists[person_id, moment].append(request.id)
        return sum(
            [
                await self.outbox.once(f"outside:{person_id}:{moment}", person_id, "outside_due", requests=ids)
                for (person_id, moment), ids in lists.items()
            ]
        )

    async def undecided(self) -> int:
        """A 否定报备 waits: managers who came since it was reported hear of it, and after a working day those above."""
        waiting = await self._session.execute(
            select(Refusal, Request)
            .join(Request, Request.id == Refusal.request_id)
            .where(
                Refusal.decided_at.is_(None),
                Request.status.in_([Status.RECORDED, Status.IN_PROGRESS]),
            )
            .order_by(Refusal.id)
        )
        told = 0
        for report, request in waiting.all():
            office = self._rules.office((await self._people.area(request.area_id)).code)
            late = decide_by(report.reported_at, urgent=request.urgent, office=office)
            deciders = await self.deciders(request, report.reported_by_id)
            if self._now < report.reported_at + _CAUGHT_UP:
                told += await self._each(request, report, "refusal_reported", "refusal", deciders)
            if late <= self._now < late + _CAUGHT_UP:
                lines = await self._people.lines(request.area_id)
                others = ([m for m in line if m not in {*deciders, report.reported_by_id}] for line in lines)
                above = next((line for line in others if line), [])
                told += await self._each(request, report, "refusal_late", "refusal-late", above)
        return told

    async def _each(self, request: Request, report: Refusal, kind: str, key: str, managers: Iterable[int]) -> int:
        return sum(
            [
                await self.outbox.once(
                    f"{key}:{report.id}:{manager}", manager, kind, request_id=request.id, refusal=report.id
                )
                for manager in managers
            ]
        )

    async def _stranded(self) -> list[tuple[int, int]]:
        """Area and person, where somebody is named in open work of an area and cannot act there."""
        holders = [
            select(Request.area_id, column.label("person_id")).where(
                Request.status.in_([*OPEN, Status.RESOLVED] if column is Request.first_responder_id else OPEN),
                column.is_not(None),
            )
            for column in (Request.handler_id, Request.first_responder_id, Request.offered_to_id)
        ]
        held = (await self._session.execute(union(*holders))).all()
        posts = await self._session.execute(
            select(Staff.person_id, Staff.area_id)
            .join(Person, Person.id == Staff.person_id)
            .where(current(self._now), Person.unreachable_at.is_(None))
        )
        able = {(person_id, area_id) for person_id, area_id in posts.all()}
        areas = await self._session.execute(select(Area.id, Area.parent_id))
        parents: dict[int, int | None] = dict(iter(areas))
        found: list[tuple[int, int]] = []
        for area_id, person_id in held:
            if person_id is None:
                continue
            at: int | None = area_id
            seen: set[int] = set()
            while at is not None and at not in seen and (person_id, at) not in able:
                seen.add(at)
                at = parents.get(at)
            if at is None or at in seen:
                found.append((area_id, person_id))
        return sorted(found)


async def sweep(session: AsyncSession, rules: Rules, now: datetime) -> int:
    """Tell everything above that is due now; returns how many notices were written. What can wait for service hours
    waits."""
    looking = _Sweep(session, rules, now)
    told = await looking.undecided()
    office = rules.office()
    opens = next(office.spans(now))[0]
    if opens <= now:
        for part in (looking.left, looking.mediators, looking.outside_due):
            told += await part()
    return told
