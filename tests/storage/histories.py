"""Random histories of an office, and its figures counted from them in plain Python: nothing here knows of SQL."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.lifecycle import Action, Intake, Role, Status
from knowledge.satisfaction import ClosedCase, Figures, Stage, summarise
from storage.case_tables import Closure, Rectification
from storage.closures import closed
from storage.tables import Area, Event, Level, Person, Rating, Request

BEGIN = datetime(2026, 9, 28, tzinfo=UTC)
NOW = BEGIN + timedelta(days=70)
PARENTS = {1: None, 2: 1, 3: 2, 4: 2, 5: 1, 6: None}
"""Areas and what is above each: 1 has 2 (with 3 and 4) and 5 under it; 6 stands alone."""
PEOPLE = (1, 2, 3)
SERVICES = {"elderly.meals": "elderly_care", "elderly.allowance": "elderly_care", "mediation.noise": "mediation"}


@dataclass
class Closing:
    """One closure: a rating, or (no level) silence."""

    at: datetime
    responder: int
    handler: int
    level: int | None
    revised: int | None
    staff_taken: bool
    conflict: bool
    reason: str | None
    settle_by: datetime | None
    settled_at: datetime | None


@dataclass
class Offer:
    """A transfer: by whom, when, and when somebody took it (None: nobody yet)."""

    at: datetime
    sender: int
    taken: datetime | None
    outside: bool


@dataclass
class History:
    """One request and all that matters of what happened to it."""

    area: int
    service: str
    intake: Intake
    responder: int
    handler: int
    created: datetime
    acknowledge_by: datetime
    contact_by: datetime
    resolve_by: datetime
    acknowledged: datetime | None
    contacted: datetime | None
    resolved: datetime | None
    withdrawn: datetime | None
    closings: list[Closing] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    asked_again: list[tuple[datetime, int]] = field(default_factory=list)

    @property
    def closed(self) -> datetime | None:
        return self.withdrawn or (self.closings[-1].at if self.closings else None)


_hours = st.integers(0, 24 * 60 * 20).map(lambda minutes: timedelta(minutes=minutes, microseconds=minutes * 37 % 10**6))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def histories(draw: st.DrawFn) -> History:
    created = BEGIN + timedelta(hours=1) + draw(_hours) * 3

    def after(moment: datetime) -> datetime:
        return moment + draw(_hours)

    acknowledged = draw(maybe(st.just(created).map(after)))
    resolved = after(acknowledged) if acknowledged and draw(st.booleans()) else None
    person = st.sampled_from(PEOPLE)
    made = History(
        area=draw(st.sampled_from(sorted(PARENTS))),
        service=draw(st.sampled_from(sorted(SERVICES))),
        intake=draw(st.sampled_from(list(Intake))),
        responder=draw(person),
        handler=draw(person),
        created=created,
        acknowledge_by=after(created),
        contact_by=after(created),
        resolve_by=after(created),
        acknowledged=acknowledged,
        contacted=after(acknowledged) if acknowledged and draw(st.booleans()) else None,
        resolved=resolved,
        withdrawn=after(created) if resolved is None and draw(st.booleans()) else None,
    )
    if resolved is not None:
        at = resolved
        for _ in range(draw(st.integers(0, 3))):
            at = after(at)
            made.closings.append(draw(closings(at)))
    for _ in range(draw(st.integers(0, 2))):
        at = after(created)
        taken = after(at) if draw(st.booleans()) else None
        made.offers.append(Offer(at, draw(person), taken, draw(st.booleans())))
    for _ in range(draw(st.integers(0, 2))):
        made.asked_again.append((after(created), draw(person)))
    return made


@st.composite
def closings(draw: st.DrawFn, at: datetime) -> Closing:
    level = draw(maybe(st.integers(1, 5)))
    revised = draw(maybe(st.integers(1, 5))) if level else None
    rectified = bool({level, revised} & {1, 2}) and draw(st.booleans())
    settle_by = at + draw(_hours) if rectified else None
    return Closing(
        at=at,
        responder=draw(st.sampled_from(PEOPLE)),
        handler=draw(st.sampled_from(PEOPLE)),
        level=level,
        revised=revised,
        staff_taken=bool(level) and draw(st.booleans()),
        conflict=bool(level) and draw(st.booleans()),
        reason=draw(maybe(st.sampled_from(["slow", "attitude"]))) if level else None,
        settle_by=settle_by,
        settled_at=at + draw(_hours) if rectified and draw(st.booleans()) else None,
    )


# -- the same, counted by hand


def counted(
    everything: Iterable[History],
    start: datetime,
    end: datetime,
    key: Callable[[History, datetime, int, int], Iterable[Any]],
) -> dict[Any, Figures]:
    """The figures of each key.

    :param key: the keys that something belongs to, from its request, when it happened, and who answered and worked then
    """
    found: dict[Any, _Tally] = {}

    def of(h: History, at: datetime, responder: int, handler: int) -> list[_Tally]:
        if not start <= at < end:
            return []
        return [found.setdefault(k, _Tally()) for k in key(h, at, responder, handler)]

    for h in everything:
        for tally in of(h, h.created, h.responder, h.handler):
            tally.recorded.append(h)
        for c in h.closings:
            for tally in of(h, c.at, c.responder, c.handler):
                tally.closings.append((h, c))
        for offer in h.offers:
            for tally in of(h, offer.at, h.responder, offer.sender):
                tally.offers.append((h, offer))
        for at, who in h.asked_again:
            for tally in of(h, at, h.responder, who):
                tally.asks += 1
    return {k: tally.figures() for k, tally in found.items()}


class _Tally:
    def __init__(self) -> None:
        self.recorded: list[History] = []
        self.closings: list[tuple[History, Closing]] = []
        self.offers: list[tuple[History, Offer]] = []
        self.asks = 0

    def figures(self) -> Figures:
        poor = [c for _, c in self.closings if c.level in (1, 2) and not c.staff_taken and not c.conflict]
        whys = [c.reason or "" for c in poor]
        plans = [c for _, c in self.closings if c.settle_by is not None]
        due = [c for c in plans if c.settled_at or (c.settle_by and c.settle_by < NOW)]
        return Figures(
            requests=len(self.recorded),
            closures=summarise(
                ClosedCase(
                    closed=True,
                    surveyed=h.intake in (Intake.CHAT, Intake.DANGER),
                    level=c.level,
                    revised_level=c.revised,
                    staff_taken=c.staff_taken,
                    conflict=c.conflict,
                )
                for h, c in self.closings
            ),
            reasons={why: whys.count(why) for why in set(whys)},
            rectify=Stage(
                len(due), sum(1 for c in due if c.settled_at and c.settle_by and c.settled_at <= c.settle_by)
            ),
            acknowledge=self.stage(lambda h: (h.acknowledged, h.acknowledge_by)),
            contact=self.stage(lambda h: (h.contacted, h.contact_by)),
            resolve=self.stage(lambda h: (h.resolved, h.resolve_by)),
            transfers=len(self.offers),
            second_asks=self.asks,
            idle=sum(waited(h) for h in self.recorded) + sum(on_offer(h, o) for h, o in self.offers),
        )

    def stage(self, times: Callable[[History], tuple[datetime | None, datetime]]) -> Stage:
        due = in_time = 0
        took = []
        for h in self.recorded:
            done, promised = times(h)
            over = h.resolved or h.closed
            if done is not None:
                due += 1
                in_time += done <= promised
                took.append(seconds(h.created, done))
            elif promised < NOW and (over is None or over > promised):
                due += 1
        took.sort()
        if not took:
            return Stage(due, in_time)
        n = len(took)
        return Stage(due, in_time, took[math.ceil(n / 2) - 1], took[math.ceil(0.9 * n - 1e-9) - 1])


def seconds(start: datetime, end: datetime) -> int:
    return math.floor(end.timestamp()) - math.floor(start.timestamp())


def waited(h: History) -> int:
    """From recording until somebody took it, or it was over."""
    return seconds(h.created, h.acknowledged or h.resolved or h.closed or NOW)


def on_offer(h: History, offer: Offer) -> int:
    """How long a transfer waited to be taken, after the first 受理; whatever ends an offer ends every one before it."""
    if offer.outside or h.acknowledged is None:
        return 0
    ends = [moment for moment, position in h_ends(h) if position > h.offers.index(offer)]
    taken = min(ends, default=NOW)
    begun = max(offer.at, h.acknowledged)
    return seconds(begun, taken) if taken > begun else 0


def h_ends(h: History) -> list[tuple[datetime, int]]:
    """What ends an offer, with its place among the events that `store` writes: each offer, then its taking."""
    found: list[tuple[datetime, int]] = []
    for number, offer in enumerate(h.offers):
        if not offer.outside:
            found.append((offer.at, number))
        if offer.taken:
            found.append((offer.taken, number + 1))
    return found


# -- and kept


async def store(session: AsyncSession, everything: Iterable[History]) -> None:
    """Write the histories into the tables, as far as figures are read from them."""
    for person in PEOPLE:
        session.add(Person(id=person, name=f"P{person}", created_at=BEGIN))
    for area, parent in PARENTS.items():
        session.add(
            Area(id=area, code=f"A{area}", name=f"A{area}", level=Level.COMMUNITY, parent_id=parent, created_at=BEGIN)
        )
        await session.flush()
    for number, h in enumerate(everything, 1):
        session.add(_request(number, h))
        await session.flush()
        events = [(h.created, Action.RECORD, None, {})]
        for offer in h.offers:
            action = Action.HAND_OUTSIDE if offer.outside else Action.TRANSFER
            data = {} if offer.outside else {"sender": offer.sender}
            events.append((offer.at, action, offer.sender, data))
            if offer.taken:
                events.append((offer.taken, Action.ACKNOWLEDGE, 1, {}))
        events += [(at, Action.ASK_AGAIN, who, {}) for at, who in h.asked_again]
        events += [
            (c.at, Action.CLOSE_UNRATED, None, {"first_responder": c.responder, "handler": c.handler})
            for c in h.closings
            if c.level is None
        ]
        for position, (at, action, actor, data) in enumerate(events, 1):
            session.add(
                Event(
                    request_id=number,
                    position=position,
                    at=at,
                    actor_id=actor,
                    role=Role.SYSTEM,
                    action=action.value,
                    status=Status.CLOSED,
                    data=data,
                    previous="",
                    hash="",
                )
            )
        for round_, c in enumerate(h.closings, 1):
            rating = await _rating(session, number, round_, c) if c.level is not None else None
            session.add(_closure(number, round_, h, c, rating))
    await session.flush()


def _request(number: int, h: History) -> Request:
    return Request(
        id=number,
        number=f"N{number}",
        area_id=h.area,
        domain=SERVICES[h.service],
        service_id=h.service,
        kind="help",
        resident_id=1,
        intake=h.intake,
        first_responder_id=h.responder,
        handler_id=h.handler,
        status=Status.CLOSED,
        text="",
        created_at=h.created,
        acknowledged_at=h.acknowledged,
        contacted_at=h.contacted,
        resolved_at=h.resolved,
        closed_at=h.closed,
        acknowledge_by=h.acknowledge_by,
        contact_by=h.contact_by,
        resolve_by=h.resolve_by,
        calendar_version="",
        version=0,
    )


def _closure(number: int, round_: int, h: History, c: Closing, rating: Rating | None) -> Closure:
    """As the casebook writes it: the request as it is when it closes, and the 追评 that comes later."""
    request = _request(number, h)
    request.round, request.first_responder_id, request.handler_id = round_, c.responder, c.handler
    made = closed(request, c.at, rating)
    made.revised_level = c.revised
    return made


async def _rating(session: AsyncSession, number: int, round_: int, c: Closing) -> Rating:
    rating = Rating(
        request_id=number,
        round=round_,
        level=c.level,
        reason=c.reason,
        rated_at=c.at,
        rated_by_id=1,
        first_responder_id=c.responder,
        handler_id=c.handler,
        staff_taken=c.staff_taken,
        conflict=c.conflict,
        revised_level=c.revised,
    )
    session.add(rating)
    await session.flush()
    if c.settle_by is not None:
        session.add(
            Rectification(
                request_id=number,
                rating_id=rating.id,
                manager_id=1,
                opened_at=c.at,
                contact_by=c.settle_by,
                settle_by=c.settle_by,
                settled_at=c.settled_at,
            )
        )
    return rating
