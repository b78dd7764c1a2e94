"""What is told of mediation and legal-aid cases. Both parties hear the same of what they share, and nothing of what
the other one says; whatever is told is as the case stands when it is delivered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers import cards
from handlers import mediation_words as words
from handlers.about import About, Parcel
from handlers.desk import Act, Office
from handlers.mediation_words import Names, Party, Turn
from handlers.speech import Choice, Say, quoted
from handlers.texts import Markup, Voice
from storage.mediation import Mediation
from storage.mediation_docket import Docket
from storage.mediation_tables import LegalAidCase, MediationCase, MediationMessage, MediationSession
from storage.people import People
from storage.tables import Outbox, Person


@dataclass
class _Told:
    """One notice of a case, and for whom: `applicant`, `other` or `staff`."""

    row: Outbox
    voice: Voice
    session: AsyncSession
    docket: Docket
    names: Names
    service: str
    side: str

    def t(self, key: str, **values: object) -> Markup:
        known = {
            "tail": cards.tail(self.docket.request.number),
            "service": self.service,
            "applicant": self.names.applicant,
            "other": self.names.other or self.voice.t("mediation-other-unknown"),
            "mediator": self.names.mediator,
        }
        return self.voice.t(key, **{**known, **values})

    def parcel(self, text: Markup, more: list[Choice] | None = None) -> list[Parcel]:
        request, case = self.docket.request, self.docket.case
        last = {
            "applicant": Choice(self.voice.t("act-open"), Act(act="open", id=request.id).pack()),
            "other": Choice(self.voice.t("mediation-open"), Party(act="card", id=case.id).pack()),
            "staff": Choice(self.voice.t("act-mediation"), Turn(act="card", id=request.id).pack()),
        }[self.side]
        return [Parcel(Say(text, [*(more or []), last], 2))]

    def mediator_choices(self) -> list[Choice]:
        """Yes or no to the mediator, for a party."""
        request, case = self.docket.request, self.docket.case

        def data(arg: str) -> str:
            if self.side == "other":
                return Party(act="mediator", id=case.id, arg=arg).pack()
            return Turn(act="mediator", id=request.id, arg=arg).pack()

        return [Choice(self.voice.t(f"mediation-mediator-{arg}"), data(arg)) for arg in ("yes", "no")]


async def render(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """What to send for a notice of a mediation case; nothing to staff who have no part in it any more, nor to a party
    who is none any more."""
    case = await session.get(MediationCase, row.payload.get("case"))
    if case is None:
        return []
    people = People(session, now)
    cases = Mediation(session, office.rules, now)
    docket = await cases.docket_of(case)
    request = docket.request
    side = "other" if case.other_id == person.id else "applicant" if request.resident_id == person.id else "staff"
    if side == "staff" and not await cases.hears(docket, person.id):
        return []
    names = Names(
        applicant=(await people.get(request.resident_id)).name,
        other=case.other_name,
        mediator=(await people.get(case.mediator_id)).name,
    )
    service = voice.named(office.rules.catalogue.recorded(request.service_id))
    told = _Told(row, voice, session, docket, names, service, side)
    if row.kind in _PARTIES:
        return await _PARTIES[row.kind](told)
    return await _STAFF[row.kind](told) if side == "staff" or row.kind == "mediation_relay" else []


# -- to both parties


async def _invited(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-invited"), a.mediator_choices())


async def _agreed(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-agreed"))


async def _refused(a: _Told) -> list[Parcel]:
    return a.parcel(a.t(f"notice-mediation-refused-{a.side}", routes=words.routes(a.voice)))


async def _failed(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-failed", routes=words.routes(a.voice)))


async def _ended(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-ended"))


async def _mediator(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-mediator"), a.mediator_choices())


async def _meeting(a: _Told) -> list[Parcel]:
    """A meeting that is arranged, moved, or near; nothing of one that was called off meanwhile."""
    meeting = await a.session.get(MediationSession, a.row.payload["session"])
    if meeting is None or meeting.cancelled_at is not None:
        return []
    key = f"notice-{a.row.kind.replace('_', '-')}"
    return a.parcel(a.t(key, **words.meeting(a.voice, meeting)))


async def _agreement(a: _Told) -> list[Parcel]:
    if a.docket.agreement is None:
        return []
    text = Markup(quoted(a.docket.agreement.text, cards.LONG))
    return a.parcel(a.t("notice-mediation-agreement", text=text, **words.agreement_days(a.voice, a.docket)))


async def _unperformed(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-unperformed", **words.agreement_days(a.voice, a.docket)))


async def _confirm(a: _Told) -> list[Parcel]:
    agreed = a.docket.agreement
    if agreed is None or agreed.confirm_asked_at is not None:
        return []
    return a.parcel(a.t("notice-mediation-confirm", **words.agreement_days(a.voice, a.docket)))


# -- to staff


async def _answered(a: _Told) -> list[Parcel]:
    return a.parcel(a.t(f"notice-mediation-answered-{a.row.payload['said'].replace('_', '-')}"))


async def _named(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-named"))


async def _mediator_refused(a: _Told) -> list[Parcel]:
    another = Choice(a.voice.t("mediation-act-name-mediator"), Turn(act="name_mediator", id=a.docket.request.id).pack())
    return a.parcel(a.t(f"notice-mediation-mediator-refused-{a.row.payload['by']}"), [another])


async def _call_other(a: _Told) -> list[Parcel]:
    """What the other party would have been told, for whoever phones them."""
    news = Outbox(kind=a.row.payload["news"], payload=a.row.payload)
    said = await _PARTIES[news.kind](_Told(news, a.voice, a.session, a.docket, a.names, a.service, "other"))
    told = "\n".join(parcel.say.text for parcel in said if parcel.say)
    if not told:
        return []
    more = []
    if a.docket.case.other_phone:
        more.append(
            Choice(a.voice.t("mediation-act-phone-number"), Turn(act="phone_number", id=a.docket.request.id).pack())
        )
    return a.parcel(a.t("notice-mediation-call-other", news=Markup(f"<blockquote>{told}</blockquote>")), more)


async def _follow_up(a: _Told) -> list[Parcel]:
    if a.docket.agreement is None or a.docket.agreement.performed:
        return []
    more = [
        Choice(a.voice.t(f"mediation-act-{act}"), Turn(act=act, id=a.docket.request.id).pack())
        for act in ("performed", "unperformed")
    ]
    return a.parcel(a.t("notice-mediation-follow-up", **words.agreement_days(a.voice, a.docket)), more)


async def _other_left(a: _Told) -> list[Parcel]:
    return a.parcel(a.t("notice-mediation-other-left"))


async def _relay(a: _Told) -> list[Parcel]:
    """Words between the other party and the mediator; the applicant is never a receiver."""
    found = await a.session.execute(select(MediationMessage).where(MediationMessage.id == a.row.payload["said"]))
    message = found.scalar_one_or_none()
    if message is None or a.side == "applicant" or message.from_other != (a.side == "staff"):
        return []
    said_by = await a.session.get(Person, message.sender_id)
    sender = said_by.name if said_by else a.names.mediator
    head = a.t("relay-from-other" if message.from_other else "relay-from-mediator", name=sender)
    text = Markup(f"{head}\n{escape(message.text, quote=False)}" if message.text else head)
    return [Parcel(Say(text), files=list(message.files))]


_Render = Callable[[_Told], Awaitable[list[Parcel]]]
_PARTIES: dict[str, _Render] = {
    "mediation_invited": _invited,
    "mediation_agreed": _agreed,
    "mediation_refused": _refused,
    "mediation_failed": _failed,
    "mediation_ended": _ended,
    "mediation_mediator": _mediator,
    "mediation_time": _meeting,
    "mediation_moved": _meeting,
    "mediation_reminder": _meeting,
    "mediation_agreement": _agreement,
    "mediation_unperformed": _unperformed,
    "mediation_confirm": _confirm,
}
_STAFF: dict[str, _Render] = {
    "mediation_answered": _answered,
    "mediation_named": _named,
    "mediation_mediator_refused": _mediator_refused,
    "mediation_call_other": _call_other,
    "mediation_follow_up": _follow_up,
    "mediation_other_left": _other_left,
    "mediation_relay": _relay,
}
KINDS = frozenset({*_PARTIES, *_STAFF})
"""The kinds of notices about mediation cases."""


# -- legal aid


async def _legal_aid(a: About) -> list[Parcel]:
    """A step of the application, with its day, for the resident."""
    found = await a.session.execute(select(LegalAidCase).where(LegalAidCase.request_id == a.request.id))
    case = found.scalar_one_or_none()
    if case is None:
        return []
    key = f"notice-{a.row.kind.replace('_', '-')}"
    if case.granted and case.assigned_at is not None and a.row.kind == "legal_aid_granted":
        key = "notice-legal-aid-granted-assigned"
    return [
        a.say(
            key,
            [a.button("act-open", "open")],
            decide=a.voice.when(case.decide_by) if case.decide_by else "",
            assign=a.voice.when(case.assign_by) if case.assign_by else "",
            reason=Markup(quoted(case.reason or "", cards.LONG)),
            lawyer=case.lawyer_name or "—",
            phone=case.lawyer_phone or "12348",
        )
    ]


async def _legal_aid_day(a: About) -> list[Parcel]:
    """A legal day that is near or past, for staff; nothing once it was kept."""
    found = await a.session.execute(select(LegalAidCase).where(LegalAidCase.request_id == a.request.id))
    case = found.scalar_one_or_none()
    stage = a.named("stage")
    if case is None or (case.decided_at if stage == "decide" else case.assigned_at) is not None:
        return []
    choice = Choice(a.voice.t("act-legal-aid"), Act(act="legal-aid", id=a.request.id).pack())
    when = a.voice.when(datetime.fromisoformat(a.named("due")))
    return [a.say(f"notice-{a.row.kind.replace('_', '-')}-{stage}", [choice], when=when)]


LEGAL_AID = {
    **dict.fromkeys(
        (f"legal_aid_{step}" for step in ("complete", "urgent", "granted", "refused", "assigned")), _legal_aid
    ),
    "legal_aid_due": _legal_aid_day,
    "legal_aid_late": _legal_aid_day,
}
"""The kinds of notices about legal-aid cases, with what puts them into words."""
