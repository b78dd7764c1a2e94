"""What the clock says: promises that are near or broken, the morning's list, the rating asked once more."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import cards, handover_words, task_words, whole_card
from handlers.about import About, Parcel
from handlers.desk import Office
from handlers.speech import Say
from handlers.texts import Markup, Voice
from storage.casebook import Casebook
from storage.clockwork import overdue
from storage.people import People
from storage.tables import Outbox, Person, Request

_LISTED = 12


async def _promise(a: About, rung: str) -> list[Parcel]:
    """One step of one promise; nothing once it has been kept meanwhile."""
    stage = a.named("stage")
    due = datetime.fromisoformat(a.named("due"))
    done = {"acknowledge": a.request.acknowledged_at, "contact": a.request.contacted_at}.get(stage)
    if done is not None or a.request.resolved_at is not None or a.request.closed_at is not None:
        return []
    if a.request.paused_at is not None:
        return []
    choices = await whole_card.buttons_of(a)
    when = a.voice.when(due)
    return [a.say(f"notice-promise-{rung}", choices, stage=a.voice.t(f"stage-{stage}"), when=when)]


async def promise_warn(a: About) -> list[Parcel]:
    return await _promise(a, "warn")


async def promise_breach(a: About) -> list[Parcel]:
    return await _promise(a, "breach")


async def promise_escalate(a: About) -> list[Parcel]:
    return await _promise(a, "escalate")


async def rating_reminder(a: About) -> list[Parcel]:
    if a.request.resolved_at is None:
        return []
    choices = cards.rating_choices(a.voice, a.request.id)
    if a.voice.elder:
        choices = [a.button("act-settle", "settle"), a.button("act-reopen", "reopen")]
    return [a.say("notice-rating-reminder", choices)]


async def promise_digest(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """Many steps at once: one message with the requests as buttons, those worst off first."""
    order = {"escalate": 0, "breach": 1, "warn": 2}
    worst: dict[int, str] = {}
    for request_id, rung, _ in row.payload["steps"]:
        worst[request_id] = min(rung, worst.get(request_id, rung), key=lambda r: order[r])
    found = [await session.get(Request, request_id) for request_id in sorted(worst, key=lambda i: order[worst[i]])]
    still = [request for request in found if request is not None and request.resolved_at is None]
    if not still:
        return []
    broken = sum(worst[request.id] != "warn" for request in still)
    text = voice.t("notice-promise-digest", broken=broken, near=len(still) - broken)
    shown = still[:_LISTED]
    books, people = Casebook(session, office.rules, now), People(session, now)
    return [Parcel(Say(text, await task_words.lines(books, people, voice, office, shown, now, reader=person.id)))]


async def today(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """今日待办: open work as it is now, the soonest promise first."""
    books = Casebook(session, office.rules, now)
    tasks = await books.tasks(person.id)
    if not tasks:
        return []
    shown = tasks[:_LISTED]
    decisions = await handover_words.to_decide(books, voice, office, person.id)
    marks = await handover_words.marks(books, voice, shown)
    late = sum(overdue(request, now) for request in tasks)
    text = voice.t("notice-today", name=person.name, count=len(tasks), overdue=late)
    if decisions:
        text = Markup(f"{text}\n{voice.t('decisions', count=len(decisions))}")
    people = People(session, now)
    buttons = await task_words.lines(books, people, voice, office, shown, now, reader=person.id, marks=marks)
    return [Parcel(Say(text, [*decisions, *buttons]))]
