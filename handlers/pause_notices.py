"""Notices of 一次性告知, 补正 and 延期, and of dates that an announced calendar changed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import cards, pause_words, whole_card
from handlers.about import About, Parcel
from handlers.desk import Office
from handlers.speech import Say
from handlers.texts import Markup, Voice
from knowledge.lifecycle import Role, Status
from storage.case_tables import OneTimeNotice, Supplement
from storage.casebook import Casebook
from storage.tables import Outbox, Person, Request

_LISTED = 12
_ID_CARD = "身份证"
"""The desk never asks for an ID number: the card is looked at, not photographed."""


def _book(a: About) -> Casebook:
    return Casebook(a.session, a.office.rules, a.now)


# -- to the resident


async def one_time_notice(a: About) -> list[Parcel]:
    """The notice itself, to be kept; nothing once it was erased."""
    told = await a.session.get(OneTimeNotice, a.row.payload["notice"])
    if told is None or not told.content:
        return []
    content = pause_words.content(a.voice, told.content)
    return [a.say("notice-told", [a.button("act-talk", "supply")], content=content)]


async def _asked(a: About, key: str) -> list[Parcel]:
    """What is missing; nothing when it has come meanwhile."""
    asked = await a.session.get(Supplement, a.row.payload["supplement"])
    if asked is None or asked.ended_at is not None:
        return []
    choices = [a.button("act-talk", "supply")]
    if asked.pauses and a.request.status is Status.SUPPLEMENT:
        choices.insert(0, a.button("act-complete", "supplemented"))
    what = await pause_words.what(_book(a), asked)
    if _ID_CARD in what:
        what = Markup(f"{what}\n{a.voice.t('no-id-photo')}")
    return [a.say(key if asked.pauses else f"{key}-on", choices, what=what, until=a.voice.when(asked.due_at))]


async def supplement(a: About) -> list[Parcel]:
    return await _asked(a, "notice-supplement")


async def supplement_reminder(a: About) -> list[Parcel]:
    return await _asked(a, "notice-supplement-reminder")


async def supplement_received(a: About) -> list[Parcel]:
    return [a.say("notice-supplement-received")]


async def supplement_over(a: About) -> list[Parcel]:
    return [a.say("notice-supplement-over", [a.button("act-talk", "supply")])]


async def extended(a: About) -> list[Parcel]:
    return [a.say("notice-extended", [a.button("act-open", "open")], why=await a.note())]


async def reckoned(a: About) -> list[Parcel]:
    before = a.voice.when(datetime.fromisoformat(a.named("before")))
    return [a.say("notice-reckoned", [a.button("act-open", "open")], before=before)]


# -- to staff


async def supplemented(a: About) -> list[Parcel]:
    return [a.say("notice-supplemented", await whole_card.buttons_of(a), who=await a.name_of("by"))]


async def supplement_lapsed(a: About) -> list[Parcel]:
    return [a.say("notice-supplement-lapsed", await whole_card.buttons_of(a))]


async def extension_asked(a: About) -> list[Parcel]:
    """The request, why, until when, and the two buttons; nothing once somebody has decided."""
    book = _book(a)
    asked = await book.extension(a.request)
    choices = await pause_words.decision(book, a.voice, a.request, a.person.id, a.roles)
    if asked is None or Role.MANAGER not in a.roles or not choices:
        return []
    return [
        a.say(
            "notice-extension-asked",
            [*choices, a.button("act-open", "open")],
            asker=await a.name_of("asker"),
            days=a.row.payload["days"],
            until=a.voice.when(asked.until),
            why=await a.note(),
        )
    ]


async def extension_granted(a: About) -> list[Parcel]:
    return [a.say("notice-extension-granted", await whole_card.buttons_of(a), manager=await a.name_of("manager"))]


async def extension_refused(a: About) -> list[Parcel]:
    choices = await whole_card.buttons_of(a)
    return [a.say("notice-extension-refused", choices, manager=await a.name_of("manager"), why=await a.note())]


async def reckoned_staff(a: About) -> list[Parcel]:
    return [a.say("notice-reckoned-staff", await whole_card.buttons_of(a))]


async def pause_digest(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """Many at once: one message with the requests as buttons."""
    found = [await session.get(Request, request_id) for request_id, _ in row.payload["news"]]
    recorded = office.rules.catalogue.recorded
    lines = cards.lines(voice, [(r, recorded(r.service_id)) for r in found[:_LISTED] if r is not None])
    lapsed = sum(kind == "supplement_lapsed" for _, kind in row.payload["news"])
    text = voice.t("notice-pause-digest", lapsed=lapsed, reckoned=len(row.payload["news"]) - lapsed)
    return [Parcel(Say(text, lines))]


PLAIN = {"pause_digest": pause_digest}
RENDERERS = {
    renderer.__name__: renderer
    for renderer in (
        one_time_notice,
        supplement,
        supplement_reminder,
        supplement_received,
        supplement_over,
        extended,
        reckoned,
        supplemented,
        supplement_lapsed,
        extension_asked,
        extension_granted,
        extension_refused,
        reckoned_staff,
    )
}
