"""Notices of 整改 and of calls that ask for a rating, put into words when they are delivered."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import aftercare_words as words
from handlers import cards, whole_card
from handlers.about import About, Parcel
from handlers.desk import Act, Office
from handlers.speech import Choice, Say
from handlers.texts import Markup, Voice
from knowledge.lifecycle import Action, Role, offered
from knowledge.rectification import Stage, may_run
from storage.case_rectification import standing_of
from storage.case_tables import RatingCall, Rectification
from storage.casebook import Casebook
from storage.tables import Outbox, Person, Rating, Request

_LISTED = 12


async def _mending(a: About) -> words.Mending | None:
    """The rectification that a notice is about, for a manager who may run it; None for anybody else."""
    rect = await a.session.get(Rectification, a.row.payload.get("rectification") or 0)
    rating = await a.session.get(Rating, rect.rating_id) if rect else None
    if rect is None or rating is None or Role.MANAGER not in a.roles:
        return None
    if not may_run(a.person.id, manager_id=rect.manager_id, handler_id=rating.handler_id):
        return None
    manager = await a.session.get(Person, rect.manager_id)
    return words.Mending(rect, rating, a.request, a.item, a.area.name, a.people, manager.name if manager else "—")


def _card(a: About, m: words.Mending, head: Markup) -> list[Parcel]:
    choices = words.mend_choices(a.voice, m.rect, a.now, phone=a.people.phone)
    text = Markup(f"{head}\n{words.mend_card(a.voice, m)}")
    return [Parcel(Say(text, choices, 2, request_id=a.request.id))]


# -- to managers


async def rectify(a: About) -> list[Parcel]:
    """It was opened, or came from another manager; nothing to somebody who handed it on meanwhile."""
    m = await _mending(a)
    if m is None or m.rect.manager_id != a.person.id:
        return []
    key = "notice-rectify-over-to-you" if a.row.payload.get("before") else "notice-rectify"
    head = a.voice.t(key)
    if a.row.payload.get("own_work"):
        head = Markup(f"{head}\n{a.voice.t('notice-rectify-own-work')}")
    return _card(a, m, head)


async def _clock(a: About, rung: str) -> list[Parcel]:
    """One step of one clock; nothing once it has been kept meanwhile."""
    m = await _mending(a)
    stage, due = Stage(a.named("stage")), datetime.fromisoformat(a.named("due"))
    if m is None or standing_of(m.rect).owed.get(stage) != due:
        return []
    said = a.voice.t(f"mend-stage-{stage.value.replace('_', '-')}")
    return _card(a, m, a.voice.t(f"notice-rectify-{rung}", stage=said, when=a.voice.when(due), manager=m.manager))


async def rectify_warn(a: About) -> list[Parcel]:
    return await _clock(a, "warn")


async def rectify_breach(a: About) -> list[Parcel]:
    return await _clock(a, "breach")


async def rectify_escalate(a: About) -> list[Parcel]:
    return await _clock(a, "escalate")


async def rectify_digest(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """Many steps at once: one message with the rectifications as buttons, those worst off first."""
    order = {"escalate": 0, "breach": 1, "warn": 2}
    worst: dict[int, str] = {}
    requests: dict[int, int] = {}
    for request_id, rect_id, rung in row.payload["steps"]:
        worst[rect_id] = min(rung, worst.get(rect_id, rung), key=lambda r: order[r])
        requests[rect_id] = request_id
    found = []
    for rect_id in sorted(worst, key=lambda i: order[worst[i]]):
        rect = await session.get(Rectification, rect_id)
        request = await session.get(Request, requests[rect_id])
        if rect is not None and request is not None and rect.followed_up_at is None:
            found.append((rect, request))
    if not found:
        return []
    broken = sum(worst[rect.id] != "warn" for rect, _ in found)
    recorded = office.rules.catalogue.recorded
    choices = [words.mend_line(voice, r, q, recorded(q.service_id), now) for r, q in found[:_LISTED]]
    return [Parcel(Say(voice.t("notice-rectify-digest", broken=broken, near=len(found) - broken), choices))]


# -- to the resident


async def _with_manager(a: About, key: str, choices: list[Choice] | None = None) -> list[Parcel]:
    until = a.voice.when(datetime.fromisoformat(a.named("until")))
    return [a.say(key, choices, manager=await a.name_of("manager"), when=until, words=await a.note())]


async def rectifying(a: About) -> list[Parcel]:
    return await _with_manager(a, "notice-rectifying")


async def rectify_passed(a: About) -> list[Parcel]:
    return await _with_manager(a, "notice-rectify-passed")


async def rectify_complex(a: About) -> list[Parcel]:
    return await _with_manager(a, "notice-rectify-complex")


async def rectify_settled(a: About) -> list[Parcel]:
    may_reopen = Role.RESIDENT in a.roles and Action.REOPEN in offered(a.request.status, {Role.RESIDENT})
    key = "notice-rectify-settled" if a.people.phone else "notice-rectify-settled-met"
    return await _with_manager(a, key, [a.button("act-reopen", "reopen")] if may_reopen else [])


# -- to whoever calls


async def rating_call(a: About) -> list[Parcel]:
    """Ask on the phone; nothing once somebody has said a word, or to whoever may not ask any more."""
    if Action.TAKE_RATING not in offered(a.request.status, a.roles):
        return []
    own = await Casebook(a.session, a.office.rules, a.now).answered(a.request, a.person.id)
    call = await a.session.get(RatingCall, (a.request.id, a.request.round))
    tried = call.tried if call else 0
    text = words.call_card(a.voice, a.request, a.item, a.people, tried=tried, own=own)
    by = a.row.payload.get("by")
    if by:
        text = Markup(f"{a.voice.t('notice-call-passed', by=await a.name_of('by'))}\n{text}")
    choices = words.call_choices(a.voice, a.request.id, phone=a.people.phone, own=own)
    return [Parcel(Say(text, choices, 2, request_id=a.request.id))]


async def rating_calls(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """Many calls at once: one message with the requests as buttons."""
    found = await Casebook(session, office.rules, now).calls(person.id)
    if not found:
        return []
    return [Parcel(Say(voice.t("calls", count=len(found)), call_lines(voice, office, found[:_LISTED])))]


def call_lines(voice: Voice, office: Office, requests: list[Request]) -> list[Choice]:
    """Requests as buttons that open their call."""
    recorded = office.rules.catalogue.recorded
    return [Choice(cards.line(voice, r, recorded(r.service_id)), Act(act="call", id=r.id).pack()) for r in requests]


async def reopened_by_phone(a: About) -> list[Parcel]:
    if not a.roles & {Role.FIRST_RESPONDER, Role.MANAGER}:
        return []
    text, choices = await whole_card.of(a)
    head = a.voice.t("notice-reopened-by-phone", words=await a.note())
    return [Parcel(Say(Markup(f"{head}\n{text}"), choices, 2, request_id=a.request.id))]


Renderer = Callable[[About], Awaitable[list[Parcel]]]
Plain = Callable[[Outbox, Person, Voice, Office, AsyncSession, datetime], Awaitable[list[Parcel]]]

RENDERERS: dict[str, Renderer] = {
    "rectify": rectify,
    "rectify_warn": rectify_warn,
    "rectify_breach": rectify_breach,
    "rectify_escalate": rectify_escalate,
    "rectifying": rectifying,
    "rectify_passed": rectify_passed,
    "rectify_complex": rectify_complex,
    "rectify_settled": rectify_settled,
    "rating_call": rating_call,
    "reopened_by_phone": reopened_by_phone,
}
PLAIN: dict[str, Plain] = {"rectify_digest": rectify_digest, "rating_calls": rating_calls}
