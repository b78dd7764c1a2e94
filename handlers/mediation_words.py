"""A mediation case in words: the card of whoever conducts it, the card of the other party, what the buttons mean."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from babel.dates import format_date
from pydantic import Field

from handlers import cards
from handlers import names as called
from handlers.desk import Act, Desk
from handlers.speech import Choice
from handlers.texts import Markup, Voice
from knowledge.catalogue import Service
from knowledge.lifecycle import Action
from knowledge.mediation import ROUTES, Stage, Step, Who, offered
from storage.mediation import Mediation
from storage.mediation_docket import Docket
from storage.mediation_tables import MediationSession
from storage.tables import Event

_DAY = {"zh": ("y年M月d日", "zh_CN"), "en": ("d MMM y", "en_GB")}
_HIDDEN = frozenset({Step.REFUSE_MEDIATOR})
"""Steps of the staff that have no button of their own: another mediator is named instead."""

_Id = Annotated[int, Field(ge=0, lt=2**63)]


class Turn(CallbackData, prefix="m"):
    """Something to do with the case of a request: of staff, and of the applicant."""

    act: str
    id: _Id
    arg: str = ""


class Party(CallbackData, prefix="o"):
    """Something the other party does in a case."""

    act: str
    id: _Id
    arg: str = ""


@dataclass(frozen=True)
class Names:
    """Who is who in a case."""

    applicant: str
    other: str | None
    mediator: str


def cases(desk: Desk) -> Mediation:
    """The mediation cases of this unit of work."""
    return Mediation(desk.session, desk.office.rules, desk.now)


async def names_of(desk: Desk, docket: Docket) -> Names:
    return Names(
        applicant=(await desk.people.get(docket.request.resident_id)).name,
        other=docket.case.other_name,
        mediator=(await desk.people.get(docket.case.mediator_id)).name,
    )


def day(voice: Voice, when: date) -> str:
    """A date with its year: agreements are kept for long."""
    pattern, locale = _DAY.get(voice.language, _DAY["zh"])
    return format_date(when, pattern, locale=locale)


def event_words(voice: Voice, event: Event) -> Markup:
    """What an event was, with its step where it is one of a case."""
    action = Action(event.action).value.replace("_", "-")
    said = voice.t(f"event-{action}")
    if event.action not in (Action.MEDIATE, Action.LEGAL_AID):
        return said
    step = str(event.data.get("step", "")).replace("_", "-")
    return Markup(f"{said}：{voice.t(f'{action}-step-{step}')}")


def routes(voice: Voice) -> Markup:
    """The ways that are open where mediation ends without an agreement (人民调解法第26条)."""
    return Markup("\n".join(voice.t(f"mediation-route-{route}") for route in ROUTES))


def card(voice: Voice, docket: Docket, item: Service, names: Names) -> Markup:
    """The case for whoever conducts it: people, where it stands, the days. Nobody's words."""
    case = docket.case
    other = names.other or voice.t("mediation-other-unknown")
    lines = [
        voice.t("mediation-card-head", service=voice.named(item), tail=cards.tail(docket.request.number)),
        voice.t("mediation-card-parties", applicant=names.applicant, other=other),
        voice.t(f"mediation-stage-{case.stage.value}"),
    ]
    if case.stage in (Stage.NEW, Stage.INVITED, Stage.AGREED):
        lines.append(
            voice.t(
                "mediation-card-mediator",
                mediator=names.mediator,
                applicant=_agrees(voice, case.applicant_agrees),
                other=_agrees(voice, case.other_agrees),
            )
        )
    if docket.session is not None:
        lines.append(voice.t("mediation-card-session", **meeting(voice, docket.session)))
    if (agreed := docket.agreement) is not None:
        done = "open" if agreed.performed is None else "yes" if agreed.performed else "no"
        court = "done" if agreed.confirmed_at else "asked" if agreed.confirm_asked_at else "open"
        lines += [
            voice.t(
                "mediation-card-agreement",
                effective=day(voice, agreed.effective),
                perform=day(voice, agreed.perform_by),
                performed=voice.t(f"mediation-performed-{done}"),
            ),
            voice.t(f"mediation-confirmation-{court}", until=day(voice, agreed.confirm_by)),
        ]
    if case.stage in (Stage.REFUSED, Stage.FAILED):
        lines += [voice.t("mediation-routes"), routes(voice)]
    return Markup("\n".join(lines))


def _agrees(voice: Voice, said: bool | None) -> Markup:
    return voice.t(f"mediation-agrees-{ {True: 'yes', False: 'no', None: 'open'}[said] }")


def meeting(voice: Voice, session: MediationSession) -> dict[str, str]:
    """When and where, for a sentence."""
    return {"when": voice.when(session.at), "place": session.place or "—"}


def choices(voice: Voice, docket: Docket, *, conducts: bool) -> list[Choice]:
    """The buttons of the case for staff: the steps that are open, and ways to reach the other party.

    :param conducts: False for a mediator who is neither handler nor first responder: they talk, others keep the case
    """
    request_id, agreed = docket.request.id, docket.agreement
    talk = Choice(voice.t("mediation-act-talk"), Turn(act="talk", id=request_id).pack())
    if not conducts:
        return [talk] if docket.case.other_id is not None else []
    hidden = set(_HIDDEN)
    if docket.standing.accepted:
        hidden.add(Step.ACCEPT_MEDIATOR)
    if agreed is not None and agreed.performed:
        hidden |= {Step.PERFORMED, Step.UNPERFORMED}
    if agreed is not None and agreed.confirm_asked_at:
        hidden.add(Step.ASK_CONFIRMATION)
    if agreed is not None and agreed.confirmed_at:
        hidden.add(Step.CONFIRMED)
    acts = [step.value for step in offered(Who.STAFF, docket.standing) if step not in hidden]
    if docket.case.other_phone:
        acts.append("phone_number")
    labels = {"schedule": "reschedule"} if docket.session is not None else {}
    found = [
        Choice(voice.t(f"mediation-act-{labels.get(act, act).replace('_', '-')}"), Turn(act=act, id=request_id).pack())
        for act in acts
    ]
    if docket.case.other_id is not None:
        found.append(talk)
    return [*found, Choice(voice.t("act-open"), Act(act="open", id=request_id).pack())]


def party_card(voice: Voice, docket: Docket, item: Service, names: Names, area: str) -> Markup:
    """The case for the other party: who asks for what, who mediates, what was arranged."""
    known = {"area": area, "applicant": names.applicant, "service": voice.named(item), "mediator": names.mediator}
    stage = docket.case.stage
    if called.unknown(voice.texts, names.applicant):
        known["applicant"] = voice.t("mediation-somebody" if stage is Stage.INVITED else "mediation-with-somebody")
    if stage is Stage.INVITED:
        return voice.t("mediation-invitation", **known)
    lines = [voice.t("mediation-party-head", **known), voice.t(f"mediation-stage-{stage.value}")]
    if docket.session is not None:
        lines.append(voice.t("mediation-card-session", **meeting(voice, docket.session)))
    if (agreed := docket.agreement) is not None:
        lines.append(voice.t("mediation-agreement-is", text=agreed.text, **agreement_days(voice, docket)))
    return Markup("\n".join(lines))


def agreement_days(voice: Voice, docket: Docket) -> dict[str, str]:
    """The days of the agreement, for a sentence."""
    if docket.agreement is None:
        return {}
    return {
        "effective": day(voice, docket.agreement.effective),
        "perform": day(voice, docket.agreement.perform_by),
        "until": day(voice, docket.agreement.confirm_by),
    }


def party_choices(voice: Voice, docket: Docket) -> list[Choice]:
    """The other party's buttons: the steps that are open to them, and to write to the mediator."""
    case, steps = docket.case, offered(Who.OTHER, docket.standing)

    def button(key: str, act: str, arg: str = "") -> Choice:
        return Choice(voice.t(key), Party(act=act, id=case.id, arg=arg).pack())

    found = []
    if Step.ACCEPT in steps:
        found += [button("mediation-party-accept", "accept"), button("mediation-party-accept-other", "accept", "other")]
    elif Step.ACCEPT_MEDIATOR in steps and case.other_agrees is None:
        found += [button("mediation-mediator-yes", "mediator", "yes")]
    if Step.ACCEPT not in steps and Step.REFUSE_MEDIATOR in steps and case.other_agrees is not False:
        found += [button("mediation-mediator-no", "mediator", "no")]
    if Step.REFUSE in steps:
        found.append(button("mediation-party-refuse", "refuse"))
    if case.stage not in (Stage.REFUSED, Stage.FAILED):
        found.append(button("mediation-party-talk", "talk"))
    return found
