"""Requests that are elsewhere, or about to be: where a request is outside, what was reported, its sort of matter, and
the list of what somebody holds who cannot act. Lines and buttons, for cards and notices alike."""

from collections.abc import Sequence
from datetime import datetime

from aiogram.filters.callback_data import CallbackData
from sqlalchemy.ext.asyncio import AsyncSession

from handlers import cards
from handlers.desk import Act, Id, Office
from handlers.speech import Choice, Say, quoted
from handlers.texts import Markup, Voice
from knowledge.lifecycle import Action, Role, allowed
from storage import rota
from storage.case_tables import OutsideTransfer, Refusal
from storage.casebook import Casebook
from storage.people import People
from storage.tables import Event, Person, Request

_STAFF = frozenset({Role.FIRST_RESPONDER, Role.HANDLER, Role.RECEIVER, Role.MANAGER})
_LISTED = 20


class Hand(CallbackData, prefix="h"):
    """Something to do with what `gone` holds, who cannot act: all of it, or request `id`; `to` takes it."""

    act: str
    gone: Id
    id: Id = 0
    to: Id = 0


async def about(
    books: Casebook,
    voice: Voice,
    office: Office,
    request: Request,
    roles: frozenset[Role],
    person_id: int,
    responder: str,
) -> tuple[list[Markup], list[Choice]]:
    """What a card says beside the request itself, and the buttons that go with it.

    :param person_id: who reads it, as `roles`
    :param responder: the first responder's name
    """
    lines: list[Markup] = []
    choices: list[Choice] = []
    staff = bool(roles & _STAFF)
    if Role.MANAGER in roles and request.danger is None:  # in danger nobody asks whose matter it is
        matter = office.rules.catalogue.recorded(request.service_id).matter
        lines.append(voice.t("matter-line", matter=voice.t(f"matter-{matter.value}")))
    if (handed := await books.outside(request.id)) is not None:
        to = {"body": handed.body, "contact": handed.contact}
        if staff:
            lines.append(voice.t("outside-line", when=asked_on(voice, handed), **to))
            if allowed(Action.FOLLOW_OUTSIDE, request.status, roles):
                choices.append(_button(voice, "act-follow-outside", "follow_outside", request))
        else:
            lines.append(voice.t("outside-line-resident", name=responder, **to))
    if (report := await books.report(request.id)) is not None:
        to = {"body": report.body, "contact": report.contact}
        if staff:
            ground = Markup(f"\n{quoted(await books.ground(report))}")
            lines.append(voice.t("refusal-line", ground=ground, **to))
            choices += decisions(voice, request, report, roles, person_id)
        else:
            lines.append(voice.t("refusal-line-resident", **to))
    return lines, choices


def decisions(voice: Voice, request: Request, report: Refusal, roles: frozenset[Role], person_id: int) -> list[Choice]:
    """同意 and 退回, for a manager who did not report it."""
    if report.reported_by_id == person_id or not allowed(Action.UPHOLD, request.status, roles):
        return []
    return [
        _button(voice, "act-uphold", "uphold", request),
        _button(voice, "act-overrule", "overrule", request),
    ]


def _button(voice: Voice, key: str, act: str, request: Request) -> Choice:
    return Choice(voice.t(key), Act(act=act, id=request.id).pack())


def asked_on(voice: Voice, handed: OutsideTransfer) -> Markup:
    """When the body outside is asked next."""
    return voice.when(handed.follow_up_at) if handed.follow_up_at else Markup("—")


async def marks(books: Casebook, voice: Voice, requests: Sequence[Request]) -> dict[int, str]:
    """What a list says behind those of the requests that are outside: when to ask."""
    found = await books.outsides([request.id for request in requests])
    return {id: f" · {voice.t('outside-mark', when=asked_on(voice, handed))}" for id, handed in found.items()}


def matter_mark(voice: Voice, office: Office, request: Request) -> str:
    """大, 小 or 私, in front of a line of a manager's list."""
    return voice.t(f"matter-mark-{office.rules.catalogue.recorded(request.service_id).matter.value}")


async def to_decide(books: Casebook, voice: Voice, office: Office, person_id: int) -> list[Choice]:
    """The reports that wait for this manager, as buttons that open them."""
    return [
        Choice(voice.t("decision-line", line=Markup(line.label)), line.data)
        for request in await books.to_decide(person_id)
        for line in cards.lines(voice, [(request, office.rules.catalogue.recorded(request.service_id))])
    ]


async def detail(session: AsyncSession, voice: Voice, office: Office, event: Event) -> str:
    """What a line of the history adds: to whom it went, whose business it is, which service became which."""
    row: OutsideTransfer | Refusal | None = None
    if event.action == Action.HAND_OUTSIDE:
        row = await session.get(OutsideTransfer, event.data.get("outside", 0))
    if event.action == Action.REPORT_REFUSAL:
        row = await session.get(Refusal, event.data.get("refusal", 0))
    if row is not None and row.body:
        return f"\n→ {quoted(f'{row.body}（{row.contact}）')}"
    if event.action == Action.CORRECT:
        names = [office.rules.catalogue.services.get(event.data.get(key, "")) for key in ("before", "after")]
        return "：" + " → ".join(voice.named(item) for item in names if item is not None)
    return ""


# -- what somebody holds who cannot act


async def left(session: AsyncSession, now: datetime, gone_id: int, manager_id: int) -> list[Request]:
    """What they still hold in the areas of this manager."""
    return await rota.held(session, await People(session, now).managed(manager_id), gone_id)


def left_list(voice: Voice, office: Office, gone: Person, held: Sequence[Request]) -> Say:
    """All of it as one message: each request hands itself over, or all go at once."""
    recorded = office.rules.catalogue.recorded
    choices = [Choice(voice.t("left-all"), Hand(act="all", gone=gone.id).pack())] if len(held) > 1 else []
    choices += [
        Choice(cards.line(voice, r, recorded(r.service_id)), Hand(act="one", gone=gone.id, id=r.id).pack())
        for r in held[:_LISTED]
    ]
    key = "left-list-gone" if gone.unreachable_at is None else "left-list-blocked"
    return Say(voice.t(key, name=gone.name, count=len(held)), choices)
