"""The questions of 代为登记, by name: each waits for its answer, and 〔返回〕 asks the one before it again."""

from collections.abc import Awaitable, Callable
from html import escape

from handlers import cards
from handlers.desk import Desk, Pick, Step
from handlers.speech import Choice, Say, quoted
from handlers.texts import Markup
from knowledge.catalogue import GENERAL
from knowledge.lifecycle import Intake
from storage.tables import Area, Level, Person

WAYS = (Intake.COUNTER, Intake.PHONE, Intake.VISIT)
RELATIONS = ("daughter", "son", "spouse", "neighbour")
_SHOWN = 8

Question = Callable[[Desk], Awaitable[Say]]


async def ask(desk: Desk, name: str, before: str = "") -> Say:
    """Ask this question next.

    :param before: what is said in front of it
    """
    trail = desk.data.get("trail", [])
    desk.keep(trail=trail if trail[-1:] == [name] else [*trail, name])
    say = await QUESTIONS[name](desk)
    say.text = f"{before}\n{say.text}" if before else say.text
    return say


async def again(desk: Desk, before: str = "") -> Say:
    """The question that waits, once more."""
    return await ask(desk, desk.data["trail"][-1], before)


async def back(desk: Desk) -> Say | None:
    """The question before the one that waits; None when there is none."""
    trail = desk.data.get("trail", [])[:-1]
    if not trail:
        return None
    desk.keep(trail=trail)
    if trail[-1] == "need":
        desk.keep(text="", files=[])  # it is written anew
    return await again(desk)


def _out(desk: Desk) -> list[Choice]:
    """The ways out of every question."""
    return [desk.button("behalf-back", Pick(what="behalf-back")), desk.button("cancel", Pick(what="cancel"))]


# -- the person served


async def _how(desk: Desk) -> Say:
    desk.stay(Step.behalf_ask, asks="how")
    choices = [desk.button(f"behalf-way-{way.value}", Pick(what="behalf", arg=way.value)) for way in WAYS]
    return desk.say("behalf-how", [*choices, desk.button("cancel", Pick(what="cancel"))])


async def _name(desk: Desk) -> Say:
    desk.stay(Step.behalf_name)
    return desk.say("behalf-name", _out(desk))


async def _check(desk: Desk) -> Say:
    """What was understood of a whole sentence, before anything rests on it."""
    desk.stay(Step.behalf_ask, asks="check")
    said: dict[str, str | None] = {
        "name": desk.data["name"],
        "phone": desk.data.get("phone"),
        "need": desk.data.get("text"),
    }
    lines = [desk.t(f"behalf-check-{key}", value=value) for key, value in said.items() if value]
    choices = [
        desk.button("behalf-check-yes", Pick(what="behalf-check", arg="yes")),
        desk.button("behalf-check-rename", Pick(what="behalf-check", arg="name")),
    ]
    return desk.say("behalf-check", [*choices, *_out(desk)], lines=Markup("\n".join(lines)))


async def _phone(desk: Desk) -> Say:
    desk.stay(Step.behalf_phone)
    none = desk.button("behalf-no-phone", Pick(what="no-phone"))
    return desk.say("behalf-phone", [none, *_out(desk)], name=desk.data["name"])


async def known(desk: Desk) -> list[Person]:
    """Who is known with this number in the areas of this worker, themselves left out."""
    areas = await desk.people.within(post.area_id for post in desk.posts)
    found = await desk.casebook.known_by_phone(desk.data["phone"], sorted(areas))
    return [person for person in found if person.id != desk.me.id][:_SHOWN]


async def _known(desk: Desk) -> Say:
    desk.stay(Step.behalf_ask, asks="known")
    choices = [
        desk.button("behalf-known-is", Pick(what="behalf-known", arg=str(p.id)), name=cards.half(p.name))
        for p in await known(desk)
    ]
    other = desk.button("behalf-known-no", Pick(what="behalf-known", arg="no"))
    return desk.say("behalf-known", [*choices, other, *_out(desk)], phone=cards.masked(desk.data["phone"]))


# -- the community


async def communities(desk: Desk) -> list[Area]:
    """Where this worker records for others."""
    within = await desk.people.within(post.area_id for post in desk.posts)
    return [a for a in await desk.people.areas() if a.id in within and a.level in (Level.COMMUNITY, Level.GRID)]


async def _area(desk: Desk) -> Say:
    return await area(desk, await communities(desk))


async def area(desk: Desk, areas: list[Area]) -> Say:
    """Which of these communities."""
    desk.stay(Step.behalf_ask, asks="area")
    choices = [Choice(a.name, Pick(what="behalf-area", arg=a.code).pack()) for a in areas[:_SHOWN]]
    return desk.say("behalf-area", [*choices, *_out(desk)], name=desk.data["name"])


# -- who is spoken with


async def _contact(desk: Desk) -> Say:
    desk.stay(Step.behalf_ask, asks="contact")
    choices = [
        desk.button("behalf-contact-self", Pick(what="behalf-contact", arg="self")),
        desk.button("behalf-contact-other", Pick(what="behalf-contact", arg="other")),
    ]
    return desk.say("behalf-contact", [*choices, *_out(desk)], name=desk.data["name"])


async def _contact_name(desk: Desk) -> Say:
    desk.stay(Step.behalf_contact, asks="name")
    return desk.say("behalf-contact-name", _out(desk), name=desk.data["name"])


async def _contact_phone(desk: Desk) -> Say:
    desk.stay(Step.behalf_contact, asks="phone")
    none = desk.button("behalf-no-phone", Pick(what="behalf-no-number"))
    return desk.say("behalf-phone", [none, *_out(desk)], name=desk.data["contact"])


async def _relation(desk: Desk) -> Say:
    desk.stay(Step.behalf_contact, asks="relation")
    choices = [desk.button(f"relation-{r}", Pick(what="behalf-relation", arg=r)) for r in (*RELATIONS, "none")]
    about = {"contact": desk.data["contact"], "name": desk.data["name"]}
    return desk.say("behalf-relation", [*choices, *_out(desk)], columns=2, **about)


# -- consent and the need


async def _consent(desk: Desk) -> Say:
    desk.stay(Step.behalf_ask, asks="consent")
    choices = [
        desk.button("behalf-consent-yes", Pick(what="behalf-consent", arg="yes")),
        desk.button("behalf-consent-no", Pick(what="behalf-consent", arg="no")),
    ]
    back_ = desk.button("behalf-back", Pick(what="behalf-back"))
    return desk.say("behalf-consent", [*choices, back_], name=desk.data["name"])


async def _need(desk: Desk) -> Say:
    desk.stay(Step.behalf_need)
    return desk.say("behalf-need", _out(desk), name=desk.data["name"])


async def _as(desk: Desk) -> Say:
    """Which service it is; what was said so far stands there, and more may be said."""
    text = desk.data["text"]
    ranked = [c.id for c in desk.office.matcher.match(text).ranked[:3] if c.id != GENERAL] if text else []
    desk.stay(Step.behalf_need, ranked=ranked, asks="as")
    choices = [Choice(desk.service_name(s), Pick(what="behalf-as", arg=s).pack()) for s in [*ranked, GENERAL]]
    need = Markup(quoted(text, 500)) if text else Markup(escape("—"))
    return desk.say("behalf-as", [*choices, *_out(desk)], name=desk.data["name"], need=need)


QUESTIONS: dict[str, Question] = {
    "how": _how,
    "name": _name,
    "check": _check,
    "phone": _phone,
    "known": _known,
    "area": _area,
    "contact": _contact,
    "contact-name": _contact_name,
    "contact-phone": _contact_phone,
    "relation": _relation,
    "consent": _consent,
    "need": _need,
    "as": _as,
}
