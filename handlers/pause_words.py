"""What was told once, what is waited for, and what was extended, in words."""

from collections.abc import Mapping
from html import escape
from typing import Any

from handlers.desk import Act, Desk, Office
from handlers.speech import Choice, quoted
from handlers.texts import Markup, Voice
from knowledge import pauses
from knowledge.catalogue import GENERAL, Service
from knowledge.lifecycle import OPEN, Action, Role, Status, offered
from storage import local_facts
from storage.case_pauses import CHAT
from storage.case_tables import Extension, OneTimeNotice, Supplement
from storage.casebook import Casebook
from storage.tables import Event, Request

_LINES = (("who", "card-who"), ("where", "card-where"), ("hours", "card-hours"), ("fee", "card-fee"))


def content(voice: Voice, told: Mapping[str, Any]) -> Markup:
    """A one-time notice: one thing a line, materials and steps counted, so that it can be kept and ticked off."""
    lines = [voice.t(key, value=told[name]) for name, key in _LINES[:1] if told.get(name)]
    for name in ("materials", "steps"):
        if told.get(name):
            lines += [voice.t(f"told-{name}"), *_counted(told[name])]
    lines += [voice.t(key, value=told[name]) for name, key in _LINES[1:] if told.get(name)]
    lines += [voice.t(key, value=told[name]) for name, key in (("phone", "card-phone"),) if told.get(name)]
    if told.get("more"):
        lines.append(Markup(quoted(told["more"])))
    return Markup("\n".join(lines))


def _counted(items: list[str]) -> list[Markup]:
    return [Markup(f"{number}. {escape(item, quote=False)}") for number, item in enumerate(items, 1)]


async def standing(book: Casebook, voice: Voice, request: Request, *, staff: bool) -> Markup | None:
    """Lines for a card: whether everything was told and when it arrived, what is waited for, what was extended."""
    if request.status not in OPEN:
        return None
    waited = await book.waiting(request)
    lines: list[Markup] = []
    if staff:
        lines.append(await _told_line(book, voice, request))
    if waited is not None and request.status is Status.SUPPLEMENT:
        lines.append(
            voice.t(
                "waiting-staff" if staff else "waiting-resident",
                what=await what(book, waited),
                until=voice.when(waited.due_at),
            )
        )
    if staff:
        again = sum(not s.pauses for s in await book.supplements(request))
        if again:
            lines.append(voice.t("asked-again", count=again))
        if (asked := await book.extension(request)) is not None:
            lines.append(_extension_line(book, voice, request, asked))
    return Markup("\n".join(lines)) if lines else None


async def _told_line(book: Casebook, voice: Voice, request: Request) -> Markup:
    if (told := await book.told(request)) is not None:
        return voice.t("told-line", state=delivery(voice, told))
    newest = next(iter(await book.notices(request)), None)
    if newest is None:
        return voice.t("told-none")
    return voice.t(
        "told-line", state=delivery(voice, newest) if newest.delivered_at is None else voice.t("told-partly")
    )


def delivery(voice: Voice, notice: OneTimeNotice) -> Markup:
    """Whether a notice has arrived, and when."""
    if notice.delivered_at is None:
        return voice.t("told-not-yet", when=voice.when(notice.created_at))
    return voice.t("told-arrived" if notice.told_by == CHAT else "told-said", when=voice.when(notice.delivered_at))


def _extension_line(book: Casebook, voice: Voice, request: Request, asked: Extension) -> Markup:
    if asked.granted is None:
        state = "over" if book.late(request) else "waits"
    else:
        state = "granted" if asked.granted else "refused"
    return voice.t(f"extension-{state}", until=voice.when(asked.until))


async def what(book: Casebook, supplement: Supplement) -> Markup:
    """What was asked for, quoted; nothing once it was erased."""
    note = await book.note(supplement.note_id)
    return Markup(quoted(note.text)) if note is not None and note.text else Markup("")


async def decision(
    book: Casebook, voice: Voice, request: Request, person_id: int, roles: frozenset[Role]
) -> list[Choice]:
    """同意延期 and 不同意, for a manager whose word is waited for."""
    asked = await book.extension(request)
    if asked is None or asked.granted is not None or book.late(request):
        return []
    if person_id in (asked.asked_by_id, request.handler_id):
        return []
    acts = offered(request.status, roles)
    return [
        Choice(voice.t(f"act-{act.value.replace('_', '-')}"), Act(act=act.value, id=request.id).pack())
        for act in (Action.GRANT_EXTENSION, Action.REFUSE_EXTENSION)
        if act in acts
    ]


def event_more(voice: Voice, event: Event, notices: Mapping[int, OneTimeNotice]) -> Markup:
    """What the timeline adds to an act: the delivery of a notice, the date that an act led to."""
    found = notices.get(event.data.get("notice", 0))
    if found is not None:
        return Markup(f"（{delivery(voice, found)}）")
    return voice.t("event-told") if event.data.get("told") else Markup("")


def is_complete(office: Office, request: Request, told: Mapping[str, Any]) -> bool:
    """Whether this would tell everything that there is to know of the request's service."""
    return pauses.complete(told, office.rules.catalogue.recorded(request.service_id))


async def shown(desk: Desk, draft: Mapping[str, Any], item: Service) -> dict[str, Any] | None:
    """The one-time notice that the card on the table was; None when no card of this service was shown. The short card
    of 长辈模式 leaves the steps out."""
    if draft.get("service") != item.id or item.id == GENERAL:
        return None
    facts = await local_facts.known(desk.session, desk.people, desk.me.area_id or 0, item.id)
    return pauses.notice(item, facts, steps=not desk.elder)
