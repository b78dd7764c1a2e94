"""Cards: a service's one-time notice, a request as staff see it, a request as its resident sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.desk import Act
from handlers.incoming import too_large
from handlers.speech import Choice, quoted
from handlers.texts import Markup, Voice
from knowledge.catalogue import Service
from knowledge.deadlines import Promises
from knowledge.lifecycle import Action, Role, Status, offered
from knowledge.numbers import spoken
from knowledge.satisfaction import Rating as Level
from storage.case_tables import Contact
from storage.tables import Person, Request

STAFF_ACTS = (
    Action.ACKNOWLEDGE,
    Action.CONTACT,
    Action.NOTIFY,
    Action.ASK_SUPPLEMENT,
    Action.SUPPLEMENTED,
    Action.TRANSFER,
    Action.ASK_EXTENSION,
    Action.RESOLVE,
    Action.LOOK_UP,
    Action.REPLACE,
)
RESIDENT_ACTS = (Action.RATE, Action.REOPEN, Action.SUPPLEMENTED, Action.SUPPLY, Action.URGE, Action.WITHDRAW)
"""Acts that have a button, in the order of the buttons; which of them are shown, the lifecycle decides."""

_RESIDENTS_WORDS = {Action.SUPPLY: "talk", Action.SUPPLEMENTED: "complete"}
"""Acts that a resident calls otherwise than staff."""

LONG = 3000
"""Characters of somebody's words that a card quotes; the rest comes as a file."""

CONDUCTING = frozenset({Role.FIRST_RESPONDER, Role.HANDLER})
"""Who conducts a mediation or legal-aid case, and reads what was said in a mediation."""

STAFF_ROLES = {Role.FIRST_RESPONDER, Role.HANDLER, Role.RECEIVER, Role.MANAGER}


@dataclass(frozen=True)
class People:
    """The names on a card."""

    resident: Person
    first_responder: Person
    handler: Person
    contact: Contact | None = None

    @property
    def phone(self) -> str | None:
        """A number to call, whoever of the two it belongs to."""
        return self.resident.phone or (self.contact.phone if self.contact else None)


def masked(phone: str | None) -> str:
    """A phone number with its middle hidden: 138****1234."""
    if not phone:
        return ""
    return phone[:3] + "*" * max(3, len(phone) - 7) + phone[-4:] if len(phone) > 7 else "*" * len(phone)


def half(name: str) -> str:
    """A name with its middle hidden, which is enough to recognise somebody who stands there: 张*英, 李*."""
    return name[:1] + "*" * min(max(1, len(name) - 2), 3) + name[2:][-1:]


def tail(number: str) -> str:
    """The end of a number, short enough for a button and still telling requests of a day apart."""
    return spoken(number).split("-", 1)[1]


def service(voice: Voice, item: Service, promises: Promises, facts: Mapping[str, str]) -> Markup:
    """The one-time notice: who can apply, what to bring, where, what it costs, by when. What this community has
    not filled in is left out."""
    where = "，".join(filter(None, [facts.get("address") or item.where, facts.get("contact")]))
    lines: list[tuple[str, str | None]] = [
        ("card-who", item.who),
        ("card-materials", "；".join(item.materials)),
        ("card-where", where),
        ("card-hours", facts.get("hours") or item.hours),
        ("card-fee", facts.get("amount") or item.fee),
    ]
    if not voice.elder:
        lines += [("card-steps", " → ".join(item.steps)), ("card-basis", "；".join(item.legal_basis[:2]))]
    phone = " / ".join(filter(None, [facts.get("phone"), item.hotline]))
    body = [voice.t("card-service", name=voice.named(item))]
    body += [voice.t(key, value=value) for key, value in lines if value]
    if phone:
        body.append(voice.t("card-phone", value=phone))
    body.append(
        voice.t(
            "card-promise",
            acknowledge=voice.when(promises.acknowledge),
            resolve=promised(voice, promises.resolve, promises.provisional),
        )
    )
    return Markup("\n".join(body))


def for_staff(
    voice: Voice, request: Request, item: Service, people: People, area: str, *, more: Markup | None = None
) -> Markup:
    """A request as the staff who answer for it see it; the phone is masked until it is looked up."""
    resident = people.resident
    phone = masked(resident.phone) or voice.t("in-chat" if resident.chat_id is not None else "no-phone")
    body = [
        voice.t("staff-card-urgent") if request.urgent else None,
        voice.t("staff-card-head", number=spoken(request.number), service=voice.named(item), area=area),
        Markup(quoted(request.text, LONG)) if request.text else None,
        voice.t("files-attached", count=len(request.files)) if request.files else None,
        voice.t("files-too-large", count=large) if (large := sum(map(too_large, request.files))) else None,
        voice.t("staff-card-resident", name=resident.name, phone=phone),
        contact_line(voice, people.contact),
        voice.t("staff-card-people", responder=people.first_responder.name, handler=people.handler.name),
        voice.t(f"status-line-{request.status.value.replace('_', '-')}"),
        next_promise(voice, request),
        more,
    ]
    return Markup("\n".join(line for line in body if line))


def contact_line(voice: Voice, contact: Contact | None) -> Markup | None:
    """Whoever is spoken with for the person served."""
    if contact is None or not contact.name:
        return None
    more = "，".join(filter(None, [contact.relation, masked(contact.phone)]))
    return voice.t("staff-card-contact", name=contact.name, more=more or "—")


def for_resident(
    voice: Voice, request: Request, item: Service, people: People, rating: int | None, *, more: Markup | None = None
) -> Markup:
    """A request as its resident sees it: who answers, where it stands, when it is due (rule 14)."""
    body = [
        voice.t("my-card-head", number=spoken(request.number), service=voice.named(item)),
        Markup(quoted(request.text, 200)) if request.text and not voice.elder else None,
        voice.t("my-card-people", responder=people.first_responder.name, handler=people.handler.name),
        voice.t(f"status-line-{request.status.value.replace('_', '-')}"),
        next_promise(voice, request),
        more,
        voice.t("my-card-outcome", outcome=request.outcome) if request.outcome else None,
        voice.t("my-card-rating", level=voice.t(level_key(rating))) if rating else None,
    ]
    return Markup("\n".join(line for line in body if line))


def next_promise(voice: Voice, request: Request) -> Markup | None:
    """The next date that was promised; None when nothing is owed any more."""
    if request.status is Status.RECORDED:
        return voice.t("due-acknowledge", when=voice.when(request.acknowledge_by), resolve=by(voice, request))
    if request.status is Status.IN_PROGRESS:
        return voice.t("due-resolve", when=by(voice, request))
    return None


def general(voice: Voice, promises: Promises) -> str:
    """The card of the general window, with what is promised there."""
    when = {
        "acknowledge": voice.when(promises.acknowledge),
        "resolve": promised(voice, promises.resolve, promises.provisional),
    }
    return voice.t("card-general-promise", head=voice.t("card-general"), **when)


def promised(voice: Voice, moment: datetime, provisional: bool) -> Markup:
    """A promised moment; 暂定 where it rests on a year that is not announced yet."""
    when = voice.when(moment)
    return voice.t("provisional", when=when) if provisional else when


def by(voice: Voice, request: Request) -> Markup:
    """By when a request is resolved, as it was promised."""
    return promised(voice, request.resolve_by, request.provisional)


def level_key(level: int) -> str:
    """The text of one of the five ratings."""
    return f"level-{Level(level).name.lower().replace('_', '-')}"


def staff_choices(
    voice: Voice, request: Request, roles: frozenset[Role], *, phone: str | None, extended: bool = False
) -> list[Choice]:
    """The buttons of staff on a request: what the lifecycle allows to these roles, and the history. A number can be
    looked at where one was left.

    :param extended: the one extension there is was asked for already
    """
    acts = offered(request.status, roles & STAFF_ROLES) - ({Action.ASK_EXTENSION} if extended else set())
    shown = [act for act in STAFF_ACTS if act in acts and (phone or act is not Action.LOOK_UP)]
    choices = [
        Choice(voice.t(f"act-{a.value.replace('_', '-')}"), Act(act=a.value, id=request.id).pack()) for a in shown
    ]
    if request.domain == "mediation" and Action.MEDIATE in offered(request.status, roles & CONDUCTING):
        choices.append(Choice(voice.t("act-mediation"), Act(act="mediation", id=request.id).pack()))
    if request.kind == "legal_aid" and Action.LEGAL_AID in offered(request.status, roles & CONDUCTING):
        choices.append(Choice(voice.t("act-legal-aid"), Act(act="legal-aid", id=request.id).pack()))
    if request.files:
        choices.append(Choice(voice.t("act-files"), Act(act="files", id=request.id).pack()))
    return [*choices, Choice(voice.t("act-history"), Act(act="history", id=request.id).pack())]


def resident_choices(voice: Voice, request: Request, *, rated: bool) -> list[Choice]:
    """The buttons of the resident on their own request; a rating can be changed where one was given."""
    acts = offered(request.status, {Role.RESIDENT})
    if Action.RATE in acts:
        return rating_choices(voice, request.id)
    shown = [act for act in RESIDENT_ACTS if act in acts]
    choices = [
        Choice(
            voice.t(f"act-{_RESIDENTS_WORDS.get(a, a.value)}"),
            Act(act=a.value, id=request.id).pack(),
        )
        for a in shown
    ]
    if Action.REVISE in acts and rated:
        choices.append(Choice(voice.t("act-revise"), Act(act="levels", id=request.id).pack()))
    return [*choices, Choice(voice.t("act-history"), Act(act="history", id=request.id).pack())]


def rating_choices(voice: Voice, request_id: int, *, reopen: bool = True) -> list[Choice]:
    """Five ratings, best first, and 还没解决."""
    levels = [
        Choice(voice.t(level_key(level)), Act(act="rate", id=request_id, arg=str(int(level))).pack(), scale=True)
        for level in sorted(Level, reverse=True)
    ]
    unsolved = Choice(voice.t("act-reopen"), Act(act="reopen", id=request_id).pack())
    return [unsolved, *levels] if reopen and voice.elder else [*levels, unsolved] if reopen else levels


def line(voice: Voice, request: Request, item: Service, *, overdue: bool = False) -> str:
    """One request on a button."""
    status = voice.t(f"status-{request.status.value.replace('_', '-')}")
    mark = "！" if overdue or request.urgent else ""
    return f"{mark}{tail(request.number)} {voice.named(item)} · {status}"


def lines(voice: Voice, requests: Sequence[tuple[Request, Service]]) -> list[Choice]:
    """Requests as buttons that open them."""
    return [Choice(line(voice, r, s), Act(act="open", id=r.id).pack()) for r, s in requests]
