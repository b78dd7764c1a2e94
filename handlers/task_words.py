"""Requests as the buttons of a list of work: which one, whose, and what is owed by when, as long as a phone shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import unescape
from types import MappingProxyType

from babel.dates import format_date

from handlers import cards
from handlers.desk import Act, Office
from handlers.speech import Choice
from handlers.texts import Voice
from knowledge.lifecycle import Status
from storage.casebook import Casebook
from storage.clockwork import overdue
from storage.people import People
from storage.tables import Request

_SERVICE, _NAME = 14, 10
"""Widths, in which a Chinese sign counts two."""
_DAY = {"zh": ("M月d日", "zh_CN"), "en": ("d MMM", "en_GB")}


async def lines(
    books: Casebook,
    people: People,
    voice: Voice,
    office: Office,
    requests: Sequence[Request],
    now: datetime,
    *,
    reader: int,
    act: str = "open",
    marks: Mapping[int, str] = MappingProxyType({}),
) -> list[Choice]:
    """A button a request; urgent and overdue ones are marked.

    :param reader: whose list it is
    :param act: what a tap does
    :param marks: what goes behind, by the request's id
    """
    found = []
    for request in requests:
        mark = "！" if request.urgent or overdue(request, now) else ""
        service = _cut(voice.named(office.rules.catalogue.recorded(request.service_id)), _SERVICE)
        name = _cut((await people.get(request.resident_id)).name, _NAME)
        owed = await _owed(books, voice, request, now, reader)
        label = f"{mark}{cards.tail(request.number)} {service} · {name} · {owed}{marks.get(request.id, '')}"
        found.append(Choice(label, Act(act=act, id=request.id).pack()))
    return found


async def _owed(books: Casebook, voice: Voice, request: Request, now: datetime, reader: int) -> str:
    """What is owed next and by when; where nothing is, how it stands."""
    if request.offered_to_id == reader:
        return unescape(voice.t("owed-offered"))
    if request.status is Status.RECORDED:
        return unescape(voice.t("owed-acknowledge", when=_soon(voice, request.acknowledge_by, now)))
    if request.status is Status.IN_PROGRESS:
        return unescape(voice.t("owed-resolve", when=_soon(voice, request.resolve_by, now)))
    if request.status is Status.SUPPLEMENT and (waited := await books.waiting(request)) is not None:
        return unescape(voice.t("owed-waits", when=_soon(voice, waited.due_at, now)))
    return unescape(voice.t(f"status-{request.status.value.replace('_', '-')}"))


def _soon(voice: Voice, moment: datetime, now: datetime) -> str:
    """Yesterday, today and tomorrow with their time, any other day by its date."""
    local, today = moment.astimezone(voice.zone), now.astimezone(voice.zone).date()
    near = {today - timedelta(days=1): "yesterday", today: "today", today + timedelta(days=1): "tomorrow"}
    if (word := near.get(local.date())) is not None:
        return voice.t(f"soon-{word}", time=f"{local.hour}:{local:%M}")
    pattern, locale = _DAY.get(voice.language, _DAY["zh"])
    return format_date(local, pattern, locale=locale)


def _cut(words: str, width: int) -> str:
    """As much as fits, with a sign that more was there."""
    sizes = [1 if sign.isascii() else 2 for sign in words]
    if sum(sizes) <= width:
        return words
    end = len(words)
    while sum(sizes[:end]) > width - 1:
        end -= 1
    return f"{words[:end].rstrip()}…"
