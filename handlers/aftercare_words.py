"""What comes after 办结, in words: the card of 整改, the card of a call that asks for a rating, and their events."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from handlers import cards, mediation_words
from handlers.desk import Act, Desk
from handlers.speech import Choice, quoted
from handlers.texts import Markup, Voice
from knowledge.catalogue import Service
from knowledge.lifecycle import Action, Role
from knowledge.numbers import spoken
from knowledge.rectification import Stage, may_run
from knowledge.satisfaction import CALLS
from knowledge.satisfaction import Rating as Level
from storage.case_rectification import next_due, standing_of
from storage.case_tables import Rectification
from storage.tables import Event, Rating, Request

PUT_RIGHT = frozenset({Action.RECTIFY_CONTACT, Action.FOLLOW_UP})
"""Acts whose words are between the resident and the managers."""


class Mend(CallbackData, prefix="q"):
    """Something to do with one rectification."""

    act: str
    id: Annotated[int, Field(ge=0, lt=2**63)]
    arg: str = ""


# -- 整改


@dataclass(frozen=True)
class Mending:
    """Everything that the card of a rectification says."""

    rect: Rectification
    rating: Rating
    request: Request
    item: Service
    area: str
    people: cards.People
    manager: str


def mend_card(voice: Voice, m: Mending) -> Markup:
    """What was rated poorly, why, who answers for putting it right, and what is owed by when."""
    rating, owed = m.rating, next_stage(m.rect)
    level = rating.level if rating.revised_level is None else rating.revised_level
    lines = [
        voice.t(
            "mend-card",
            service=voice.named(m.item),
            area=m.area,
            number=spoken(m.request.number),
            resident=m.people.resident.name,
            level=voice.t(cards.level_key(level)),
        ),
        voice.t("mend-reason", reason=voice.t(f"reason-{rating.reason}")) if rating.reason else None,
        Markup(quoted(rating.comment, 500)) if rating.comment else None,
        cards.contact_line(voice, m.people.contact),
        voice.t("mend-people", manager=m.manager, handler=m.people.handler.name),
        voice.t("mend-complicated") if m.rect.complicated and owed is Stage.SETTLE else None,
        owed_line(voice, m.rect, phone=m.people.phone),
    ]
    return Markup("\n".join(line for line in lines if line))


def next_stage(rect: Rectification) -> Stage | None:
    """What is owed next; None when it is over."""
    return next(iter(standing_of(rect).owed), None)


def owed_line(voice: Voice, rect: Rectification, *, phone: str | None) -> Markup:
    """What is owed by when; a call only where there is a number."""
    stage = next_stage(rect)
    if stage is None:
        said = {True: "yes", False: "no", None: "none"}[rect.satisfied]
        return voice.t(f"mend-over-{said}")
    key = stage.value.replace("_", "-")
    if stage is Stage.FOLLOW_UP and not phone:
        key = "follow-up-met"
    return voice.t(f"mend-owed-{key}", when=voice.when(standing_of(rect).owed[stage]))


def mend_choices(voice: Voice, rect: Rectification, now: datetime, *, phone: str | None) -> list[Choice]:
    """The buttons of whoever may run it."""

    def choice(act: str, arg: str = "") -> Choice:
        key = "met" if act == "phoned" and not phone else arg or act
        return Choice(voice.t(f"mend-act-{key}"), Mend(act=act, id=rect.id, arg=arg).pack())

    found: list[Choice] = []
    if rect.followed_up_at is None:
        found.append(Choice(voice.t("act-contact"), Act(act="contact", id=rect.request_id).pack()))
        if phone:
            found.append(Choice(voice.t("act-look-up"), Act(act="look_up", id=rect.request_id).pack()))
    if rect.settled_at is None:
        if rect.contacted_at is None:
            found.append(choice("phoned"))
        found.append(choice("settle"))
        if not rect.complicated and now <= rect.settle_by:
            found.append(choice("complex"))
    elif rect.followed_up_at is None:
        found += [choice("ask", said) for said in ("yes", "no", "none")]
    return [*found, Choice(voice.t("act-open"), Act(act="open", id=rect.request_id).pack())]


def mend_line(voice: Voice, rect: Rectification, request: Request, item: Service, now: datetime) -> Choice:
    """One rectification on a button."""
    late = "！" if next_due(rect) < now else ""
    stage = next_stage(rect)
    label = voice.t(f"mend-stage-{stage.value.replace('_', '-')}") if stage else ""
    words = f"{late}{cards.tail(request.number)} {voice.named(item)} · {label}"
    return Choice(words, Mend(act="card", id=rect.id).pack())


# -- what stands beside a request on its card


@dataclass(frozen=True)
class Beside:
    """A line behind a request's card, and buttons for whoever may use them."""

    line: str = ""
    choices: list[Choice] = field(default_factory=list)


async def beside(desk: Desk, request: Request, roles: frozenset[Role]) -> Beside:
    """That a poor rating is being put right, for all who see the request; the card of it only for who may run it."""
    slip = []
    if request.recorded_by_id is not None and roles & cards.STAFF_ROLES:
        slip.append(desk.button("behalf-slip-show", Act(act="slip", id=request.id)))
    rect = await desk.casebook.rectification_of(request.id)
    if rect is None or (rect.followed_up_at is not None and Role.RESIDENT in roles):
        return Beside(choices=slip)
    manager = await desk.people.get(rect.manager_id)
    line = f"\n{desk.t('beside-mending', manager=manager.name)}"
    if Role.RESIDENT in roles or not await reads(desk, request, roles):
        return Beside(line, slip)
    return Beside(line, [*slip, desk.button("mending", Mend(act="card", id=rect.id))])


async def reads(desk: Desk, request: Request, roles: frozenset[Role]) -> bool:
    """Whether somebody may read what the resident told a manager: the resident, and managers who did not do the
    work that was rated."""
    rect = await desk.casebook.rectification_of(request.id)
    rating = await desk.session.get(Rating, rect.rating_id) if rect else None
    if rect is None or rating is None or Role.RESIDENT in roles:
        return True
    return Role.MANAGER in roles and may_run(desk.me.id, manager_id=rect.manager_id, handler_id=rating.handler_id)


# -- a call that asks for a rating


def call_card(voice: Voice, request: Request, item: Service, people: cards.People, *, tried: int, own: bool) -> Markup:
    """What to tell the resident on the phone, and what to ask.

    :param own: whoever calls had the work in hand or answered for it
    """
    lines = [
        voice.t(
            "call-card" if people.phone else "call-card-met",
            tail=cards.tail(request.number),
            service=voice.named(item),
            resident=people.resident.name,
        ),
        Markup(quoted(request.outcome or "", 1000)) if request.outcome else None,
        cards.contact_line(voice, people.contact),
        voice.t("call-tried", tried=tried, most=CALLS) if tried else None,
        voice.t("call-own-work") if own else None,
    ]
    return Markup("\n".join(line for line in lines if line))


def call_choices(voice: Voice, request_id: int, *, phone: str | None, own: bool) -> list[Choice]:
    """Five ratings, 还没解决, 打不通, and whom to ask instead."""

    def button(key: str, act: str, arg: str = "") -> Choice:
        return Choice(voice.t(key), Act(act=act, id=request_id, arg=arg).pack())

    found = [button("act-look-up", "look_up")] if phone else []
    found += [button(cards.level_key(level), "call-rate", str(int(level))) for level in sorted(Level, reverse=True)]
    found += [button("act-reopen", "call-reopen"), button("call-missed", "call-missed")]
    if own:
        found.append(button("call-pass", "call-pass"))
    return [*found, button("act-open", "open")]


# -- events


def event_words(voice: Voice, event: Event) -> Markup:
    """What an event was, where its data say more than its name."""
    action, data = Action(event.action), event.data
    if action is Action.CONTACT and "call" in data:
        return voice.t(f"event-call-{data['call']}")
    if action is Action.LOOK_UP and "by" in data:
        return voice.t("event-look-up-number")
    if action is Action.RECTIFY and "before" in data:
        return voice.t("event-rectify-passed")
    if action is Action.TAKE_RATING and data.get("conflict"):
        return voice.t("event-take-rating-own")
    if action is Action.RECTIFY_CONTACT and event.role is Role.RESIDENT:
        return voice.t("event-rectify-answer")
    if action is Action.FOLLOW_UP:
        said = {True: "yes", False: "no", None: "none"}[data.get("satisfied")]
        return voice.t(f"event-follow-up-{said}")
    return mediation_words.event_words(voice, event)
