"""Notices of handing on: outside, reported, corrected, and what somebody left behind."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import cards, handover_words, whole_card
from handlers.about import About, Parcel
from handlers.desk import Act, Office
from handlers.handover_words import asked_on
from handlers.speech import Choice, Say, quoted
from handlers.texts import Markup, Voice
from knowledge.lifecycle import OPEN, Role
from storage.case_tables import OutsideTransfer, Refusal
from storage.casebook import Casebook
from storage.tables import Outbox, Person, Request


async def _card(a: About, head: Markup) -> list[Parcel]:
    """The request with everything a card has; nothing for whoever has no part in it any more."""
    if not a.roles - {Role.RESIDENT}:
        return []
    text, choices = await whole_card.of(a)
    return [Parcel(Say(f"{head}\n{text}", choices, 2, request_id=a.request.id))]


async def _handed(a: About) -> OutsideTransfer | None:
    return await a.session.get(OutsideTransfer, a.row.payload["outside"])


async def _outside(a: About) -> list[Parcel]:
    handed = await _handed(a)
    if handed is None:
        return []
    return [a.say("notice-outside", [a.button("act-open", "open")], body=handed.body, contact=handed.contact)]


async def _outside_news(a: About) -> list[Parcel]:
    handed = await _handed(a)
    return [a.say("notice-outside-news", body=handed.body, note=await a.note())] if handed else []


async def _outside_yours(a: About) -> list[Parcel]:
    handed = await _handed(a)
    if handed is None or handed.ended_at is not None:
        return []
    about = {"body": handed.body, "contact": handed.contact, "when": asked_on(a.voice, handed)}
    return await _card(a, a.voice.t("notice-outside-yours", sender=await a.name_of("sender"), **about))


async def _holding(a: About) -> list[Parcel]:
    if Role.HANDLER not in a.roles:
        return []
    return await _card(a, a.voice.t("notice-holding", before=await a.name_of("before"), why=await a.note()))


async def _matter_recorded(a: About) -> list[Parcel]:
    return await _card(a, a.voice.t("notice-matter-recorded", responder=a.people.first_responder.name))


async def _refusal(a: About) -> Refusal | None:
    return await a.session.get(Refusal, a.row.payload["refusal"])


async def _refusal_checking(a: About) -> list[Parcel]:
    report = await _refusal(a)
    return [a.say("notice-refusal-checking", body=report.body, contact=report.contact)] if report else []


async def _refusal_upheld(a: About) -> list[Parcel]:
    outcome = Markup(quoted(a.request.outcome or "", cards.LONG))
    return [a.say("notice-refusal-upheld", cards.rating_choices(a.voice, a.request.id), outcome=outcome)]


async def _refusal_overruled(a: About) -> list[Parcel]:
    return [a.say("notice-refusal-overruled", [a.button("act-open", "open")])]


async def _to_decide(a: About, key: str) -> list[Parcel]:
    """For a manager, as long as nobody has decided."""
    report = await _refusal(a)
    if report is None or report.decided_at is not None or Role.MANAGER not in a.roles:
        return []
    reporter = await a.session.get(Person, report.reported_by_id)
    return await _card(a, a.voice.t(key, reporter=reporter.name if reporter else "—"))


async def _refusal_reported(a: About) -> list[Parcel]:
    return await _to_decide(a, "notice-refusal-reported")


async def _refusal_late(a: About) -> list[Parcel]:
    return await _to_decide(a, "notice-refusal-late")


async def _refusal_decided(a: About) -> list[Parcel]:
    by, choices = await a.name_of("by"), [a.button("act-open", "open")] if a.roles else []
    if a.row.payload["upheld"]:
        return [a.say("notice-refusal-decided-yes", choices, by=by)]
    return [a.say("notice-refusal-decided-no", choices, by=by, why=await a.note())]


async def _corrected(a: About) -> list[Parcel]:
    key = "notice-corrected" if Role.RESIDENT in a.roles else "notice-corrected-staff"
    before = a.office.rules.catalogue.services.get(a.named("before"), a.item)
    return [a.say(key, [a.button("act-open", "open")], before=a.voice.named(before))]


async def _mediator_left(a: About) -> list[Parcel]:
    choices = [Choice(a.voice.t("act-mediation"), Act(act="mediation", id=a.request.id).pack())]
    return [a.say("notice-mediator-left", choices, name=await a.name_of("who"))]


RENDERERS = {
    "outside": _outside,
    "outside_news": _outside_news,
    "outside_yours": _outside_yours,
    "holding": _holding,
    "matter_recorded": _matter_recorded,
    "refusal_checking": _refusal_checking,
    "refusal_upheld": _refusal_upheld,
    "refusal_overruled": _refusal_overruled,
    "refusal_reported": _refusal_reported,
    "refusal_late": _refusal_late,
    "refusal_decided": _refusal_decided,
    "corrected": _corrected,
    "mediator_left": _mediator_left,
}


# -- notices of more than one request


async def unreachable(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """Somebody cannot be reached, with what they hold."""
    gone = await session.get(Person, row.payload["who"])
    if listed := await left_work(row, person, voice, office, session, now):
        return listed
    return [Parcel(Say(voice.t("notice-unreachable", name=gone.name if gone else "—")))]


async def left_work(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """What somebody holds who cannot act, for a manager to hand over; nothing once it has been."""
    gone = await session.get(Person, row.payload["who"])
    held = await handover_words.left(session, now, gone.id, person.id) if gone else []
    return [Parcel(handover_words.left_list(voice, office, gone, held))] if gone and held else []


async def outside_due(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """Ask outside today: one request with its button, several as a list."""
    books = Casebook(session, office.rules, now)
    due: list[tuple[Request, OutsideTransfer]] = []
    for request_id in row.payload["requests"]:
        request, handed = await session.get(Request, request_id), await books.outside(request_id)
        waits = handed is not None and handed.follow_up_at is not None and handed.follow_up_at <= now
        theirs = request is not None and await books.roles(request, person.id)
        if request is not None and handed is not None and waits and theirs and request.status in OPEN:
            due.append((request, handed))
    recorded = office.rules.catalogue.recorded
    if len(due) > 1:
        choices = cards.lines(voice, [(request, recorded(request.service_id)) for request, _ in due])
        return [Parcel(Say(voice.t("notice-outside-due-list", count=len(due)), choices))]
    for request, handed in due:
        resident = await session.get(Person, request.resident_id)
        text = voice.t(
            "notice-outside-due",
            tail=cards.tail(request.number),
            service=voice.named(recorded(request.service_id)),
            resident=resident.name if resident else "—",
            body=handed.body,
            contact=handed.contact,
        )
        choices = [
            Choice(voice.t("act-follow-outside"), Act(act="follow_outside", id=request.id).pack()),
            Choice(voice.t("act-open"), Act(act="open", id=request.id).pack()),
        ]
        return [Parcel(Say(text, choices, 2, request_id=request.id))]
    return []


PLAIN = {"unreachable": unreachable, "left_work": left_work, "outside_due": outside_due}
