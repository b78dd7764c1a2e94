"""What happens to some requests and not to others: papers are missing, more time is needed, it belongs elsewhere.

Each line of `CHAPTERS` is one of these: how often, how far into the work, and what is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from knowledge.lifecycle import Status
from storage.case_tables import Extension, Refusal
from storage.tables import Request
from tests.simulation.lives import Lives
from tests.simulation.year import spread

_OUTSIDE = (("区人民法院", "023-12368"), ("区法律援助中心", "023-12348"), ("区医院", "023-12320"))


async def _at_work(lives: Lives, request_id: int) -> Request | None:
    """The request, when its handler is there and works on it."""
    request = await lives.load(request_id)
    absent = request.handler_id in lives.year.gone or lives.year.is_away(request.handler_id)
    return None if absent or request.status is not Status.IN_PROGRESS else request


async def papers(lives: Lives, request_id: int) -> None:
    """一次性告知, and when it has arrived 补正."""
    request, year = await _at_work(lives, request_id), lives.year
    if request is None:
        return
    chatless = request.resident_id in lives.communities[request.area_id].chatless
    told_by = lives.random.choice(("phone", "counter")) if chatless else "chat"
    await year.books.notify(request_id, request.handler_id, more="请带户口簿", told_by=told_by)
    year.at(year.worked(spread(lives.random, 3)), partial(_ask, lives, request_id))


async def _ask(lives: Lives, request_id: int) -> None:
    request, year = await _at_work(lives, request_id), lives.year
    if request is None:
        return
    await year.books.ask_supplement(request_id, request.handler_id, "户口簿复印件")
    if lives.chance(0.85):
        year.at(year.now + timedelta(days=spread(lives.random, 3)), partial(_bring, lives, request_id))


async def _bring(lives: Lives, request_id: int) -> None:
    request, year = await lives.load(request_id), lives.year
    if request.status is Status.SUPPLEMENT:
        chatless = request.resident_id in lives.communities[request.area_id].chatless
        await year.books.supplemented(request_id, request.handler_id if chatless else request.resident_id)
        if lives.chance(0.1):
            year.at(year.worked(2), partial(_ask, lives, request_id))


async def more_time(lives: Lives, request_id: int) -> None:
    """申请延期, decided by a manager some hours later."""
    request, year = await _at_work(lives, request_id), lives.year
    if request is None:
        return
    choices = await year.books.extension_choices(request_id, request.handler_id)
    days, _ = lives.random.choice(choices)
    await year.books.ask_extension(request_id, request.handler_id, days, "上级部门还没答复")
    year.at(year.worked(spread(lives.random, 3)), partial(_decide, lives, request_id))


async def _decide(lives: Lives, request_id: int) -> None:
    request, year = await lives.load(request_id), lives.year
    asked = await year.session.get(Extension, request_id)
    if asked is None or asked.granted is not None or request.status not in (Status.IN_PROGRESS, Status.SUPPLEMENT):
        return
    if lives.chance(0.75):
        await year.books.grant_extension(request_id, lives.manager(request))
    else:
        await year.books.refuse_extension(request_id, lives.manager(request), "请按期办完")


async def outside(lives: Lives, request_id: int) -> None:
    """转办 to a body outside; the first responder asks after it."""
    request, year = await _at_work(lives, request_id), lives.year
    if request is None:
        return
    body, contact = lives.random.choice(_OUTSIDE)
    day = year.today() + timedelta(days=lives.random.randint(2, 8))
    await year.books.hand_outside(request_id, request.handler_id, body, contact, "要由对方受理", day)
    year.at(year.worked(8 * (day - year.today()).days), partial(_follow, lives, request_id))


async def _follow(lives: Lives, request_id: int) -> None:
    request, year = await lives.load(request_id), lives.year
    if request.status in (Status.IN_PROGRESS, Status.SUPPLEMENT):
        again = year.today() + timedelta(days=5) if lives.chance(0.3) else None
        await year.books.follow_outside(request_id, request.first_responder_id, "对方已受理", again)


async def refusal(lives: Lives, request_id: int) -> None:
    """否定报备, decided by a manager."""
    request, year = await _at_work(lives, request_id), lives.year
    if request is None:
        return
    await year.books.report_refusal(request_id, request.handler_id, "不属于社区职责", "区住建委", "023-12319")
    year.at(year.worked(spread(lives.random, 3)), partial(_judge, lives, request_id))


async def _judge(lives: Lives, request_id: int) -> None:
    request, year = await lives.load(request_id), lives.year
    waits = select(Refusal.id).where(Refusal.request_id == request_id, Refusal.decided_at.is_(None))
    if (await year.session.execute(waits)).first() is None:
        return
    if lives.chance(0.6):
        await year.books.uphold(request_id, lives.manager(request))
        lives.judged(request, late=False)
    else:
        await year.books.overrule(request_id, lives.manager(request), "社区可以帮着联系")


async def another_service(lives: Lives, request_id: int) -> None:
    """It was recorded under the wrong service."""
    request, year = await _at_work(lives, request_id), lives.year
    if request is not None:
        await year.books.correct(request_id, request.handler_id, lives.service())


Chapter = Callable[[Lives, int], Awaitable[None]]
CHAPTERS: tuple[tuple[float, float, Chapter], ...] = (
    (0.06, 0.05, papers),
    (0.04, 0.5, more_time),
    (0.015, 0.2, outside),
    (0.015, 0.15, refusal),
    (0.015, 0.1, another_service),
)
