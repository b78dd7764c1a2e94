"""What the clock does after a rating, or where none comes: 整改 is watched and handed on, calls are told.

Whoever would get more than a few notices in one sweep gets one digest, so that a day of downtime ends in one message a
person; every notice has a key of its own."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge.deadlines import next_service_moment
from knowledge.lifecycle import Role, Status
from knowledge.rectification import Step
from knowledge.satisfaction import CALLED_AFTER, POOR
from storage import reports
from storage.case_ratings import Ratings
from storage.case_tables import RatingCall, Rectification
from storage.clockwork import ASKED_AGAIN, SILENCE
from storage.ledger import Rules
from storage.outbox import OutboxWriter
from storage.people import current
from storage.sweeps import BATCH, FEW, Part, found
from storage.tables import Area, Person, Rating, Request, Staff

_LOOKED_FOR = timedelta(days=30)
"""How long a poor rating that nobody could put right, because there was no manager, is looked for."""


async def _lost(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    """Poor ratings that nobody puts right."""
    since = now - _LOOKED_FOR
    poor = or_(Rating.revised_level.in_(POOR), and_(Rating.revised_level.is_(None), Rating.level.in_(POOR)))
    lately = union(  # each by its own index
        select(Rating.id).where(Rating.rated_at > since, poor), select(Rating.id).where(Rating.revised_at > since, poor)
    ).subquery()
    none = ~exists().where(Rectification.rating_id == lately.c.id)
    return await found(session, select(lately.c.id).where(none).order_by(lately.c.id), but)


async def _open(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    books = Ratings(session, rules, now)
    return sum([await books.open_rectification(rating_id) is not None for rating_id in ids])


async def _pass_on(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    books = Ratings(session, rules, now)
    return sum([await books.pass_rectification(rectification_id) is not None for rectification_id in ids])


async def _due(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    query = select(Rectification.id).where(Rectification.look_at <= now).order_by(Rectification.look_at)
    return await found(session, query, but)


async def _climb(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    """Warn of clocks, and tell when they broke."""
    books, done = Ratings(session, rules, now), 0
    due = await session.execute(
        select(Rectification)
        .where(Rectification.id.in_(ids), Rectification.look_at <= now)
        .order_by(Rectification.look_at)
    )
    heard: dict[int, list[tuple[Rectification, Step]]] = defaultdict(list)
    for rect in due.scalars().all():
        done += 1
        for person_id, step in await books.climb_rectification(rect):
            heard[person_id].append((rect, step))
    await session.flush()
    outbox = OutboxWriter(session, now)
    for person_id, news in heard.items():
        if len(news) > FEW:
            listed = [[rect.request_id, rect.id, step.rung.value] for rect, step in news]
            key = f"mend-digest:{person_id}:{now.isoformat()}:{news[0][0].id}"
            await outbox.once(key, person_id, "rectify_digest", steps=listed)
            continue
        for rect, step in news:
            said = {"rectification": rect.id, "stage": step.stage.value, "due": step.due.isoformat()}
            key = f"{step.key(rect.id)}:{person_id}"
            await outbox.once(key, person_id, f"rectify_{step.rung.value}", request_id=rect.request_id, **said)
    return done


async def _left_alone(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    """Open rectifications whose manager no longer manages the area or one above it, or cannot be reached."""
    parents = {area_id: parent_id for area_id, parent_id in await session.execute(select(Area.id, Area.parent_id))}  # noqa: C416
    posts: dict[int, set[int]] = defaultdict(set)
    managing = await session.execute(
        select(Staff.person_id, Staff.area_id)
        .join(Person, Person.id == Staff.person_id)
        .where(Staff.role == Role.MANAGER, current(now), Person.unreachable_at.is_(None), Person.erased_at.is_(None))
    )
    for person_id, area_id in managing:
        posts[person_id].add(area_id)

    def answers(person_id: int, area_id: int | None) -> bool:
        while area_id is not None:
            if area_id in posts[person_id]:
                return True
            area_id = parents[area_id]
        return False

    rows = await session.execute(
        select(Rectification.id, Rectification.manager_id, Request.area_id)
        .join(Request, Request.id == Rectification.request_id)
        .where(Rectification.followed_up_at.is_(None), Request.status != Status.WITHDRAWN)
        .order_by(Rectification.id)
    )
    return [row.id for row in rows if row.id not in but and not answers(row.manager_id, row.area_id)][:BATCH]


async def _to_call(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    """Closures that somebody is to ask about on the phone, where it is service hours: nobody was reached the last time,
    or no word came for days."""
    query = (
        select(Request.id, Area.code)
        .join(Area, Area.id == Request.area_id)
        .outerjoin(RatingCall, and_(RatingCall.request_id == Request.id, RatingCall.round == Request.round))
        .where(
            Request.status == Status.RESOLVED,
            Request.id.not_in(but),
            or_(
                RatingCall.call_at <= now,
                and_(RatingCall.request_id.is_(None), Request.resolved_at <= now - CALLED_AFTER),
            ),
        )
    )
    open_now: dict[str, bool] = {}
    ids = []
    for request_id, code in await session.execute(query.order_by(Request.id).limit(BATCH)):
        if code not in open_now:
            open_now[code] = next_service_moment(now, rules.office(code)) <= now
        if open_now[code]:
            ids.append(request_id)
    return ids


async def _call(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    """Tell whoever is to ask; returns how many calls there were."""
    books, outbox = Ratings(session, rules, now), OutboxWriter(session, now)
    heard: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for request_id in ids:
        call = await books.due_call(request_id)
        for person_id in call[1] if call else ():
            heard[person_id].append((request_id, call[0] if call else ""))
    await session.flush()
    for person_id, news in heard.items():
        if len(news) > FEW:
            key = f"rating-calls:{person_id}:{now.isoformat()}:{news[0][0]}"
            await outbox.once(key, person_id, "rating_calls", count=len(news))
            continue
        for request_id, key in news:
            await outbox.once(f"{key}:{person_id}", person_id, "rating_call", request_id=request_id)
    return sum(map(len, heard.values()))


RECTIFICATIONS = (
    Part("the rectification of rating", _lost, _open),
    Part("the hand-over of rectification", _left_alone, _pass_on),
    Part("the clocks of rectification", _due, _climb),
)
"""What could not be opened is opened, what its manager left is handed on, clocks are watched."""

CALLS = Part("the call about request", _to_call, _call)


async def _silent(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    return await found(session, reports.silent_since(now - SILENCE), but)


async def _unasked(session: AsyncSession, rules: Rules, now: datetime, but: Collection[int]) -> Sequence[int]:
    return await found(session, reports.silent_since(now - ASKED_AGAIN, unasked=True), but)


async def _close(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    return sum([await Ratings(session, rules, now).close_unrated(request_id) is not None for request_id in ids])


async def _ask(session: AsyncSession, rules: Rules, now: datetime, ids: Collection[int]) -> int:
    return sum([await Ratings(session, rules, now).ask_again(request_id) for request_id in ids])


SILENT = Part("the closing of request", _silent, _close, at_once=1)
UNASKED = Part("the second question about request", _unasked, _ask, at_once=1)
"""One a unit of work: whoever speaks at that moment waits for no other request."""
