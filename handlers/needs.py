"""A need: from the first words, through the matching service, to a recorded request."""

from html import escape
from typing import Any

from aiogram import F
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import cards, drafts, names, pause_words, places
from handlers.desk import Act, Desk, Pick, Step
from handlers.drafts import draft_of, parts
from handlers.incoming import Content, bare, read
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Choice, Say
from handlers.texts import NO_PHONE
from knowledge import Band, Match, small_words
from knowledge.catalogue import GENERAL
from knowledge.danger import Tier
from knowledge.lifecycle import OPEN, TALKABLE
from storage import local_facts
from storage.ledger import CaseError, Need
from storage.tables import Request

router = DeskRouter(name="needs")

_GOOD = {"好", "好的", "可以", "要得", "行", "嗯", "恩", "ok", "👍", "👌"}
YES = frozenset({"对", "对的", "对头", "是", "是的", "就是", "没错", "确认", "登记", "yes", *_GOOD})
NO = frozenset({"不是", "不是的", "不是这个", "不对", "错了", "no"})
_CHOICES = 3
"""How many services are offered when it is not sure which."""


# -- the table: what was said and is not recorded yet
#
# A draft is what was `said` (each message with its id, words and files), the `text` that is being matched, the
# `service` of the card that lies there, the services that were `ranked`, and the `queue` of further drafts.


def on_table(desk: Desk) -> dict[str, Any] | None:
    """The draft, when something was said or a service was chosen."""
    draft: dict[str, Any] = desk.data.get("draft") or {}
    return draft if draft.get("said") or draft.get("service") else None


def keep_draft(desk: Desk, content: Content) -> None:
    """Put a message on the table, behind what lies there."""
    desk.keep(draft=drafts.added(desk.data.get("draft"), content))


def same_album(desk: Desk, content: Content) -> bool:
    """Whether this is one more picture, without words, of an album that lies on the table."""
    draft = desk.data.get("draft") or draft_of([])
    return bool(content.album and not content.text and any(s["album"] == content.album for s in draft["said"]))


def correct(desk: Desk, content: Content) -> bool:
    """Take over an edit of something on the table; False when it does not lie there."""
    if (draft := drafts.corrected(desk.data.get("draft") or draft_of([]), content)) is not None:
        desk.keep(draft=draft)
    return draft is not None


def clear(desk: Desk) -> None:
    """Wait for nothing; what lies on the table since a moment ago stays there."""
    draft = None if desk.stale else on_table(desk)
    desk.go(None, **({"draft": draft} if draft else {}))


async def resume(desk: Desk) -> list[Say]:
    """Go on with the draft, or with what it still needs; without one, ask what is needed."""
    area = await places.own_area(desk)
    if area is None:
        return [await places.ask_area(desk)]
    if (closed := await places.not_open(desk, area)) is not None:
        desk.stay(None)
        return [closed]
    if desk.data.get("human"):
        return await to_a_person(desk)
    draft = on_table(desk)
    if draft is None or drafts.unsaid(draft):
        desk.go(None, **({"draft": draft} if draft else {}))
        return [desk.say("say-need", menu=True)]
    return await offer(desk) if draft["said"] else [await card(desk, draft["service"])]


# -- a person


async def to_a_person(desk: Desk) -> list[Say]:
    """转人工 (rule 14): what is on the table is recorded for a person as it is; with nothing on the table the
    people who answer already are named, and the next words go to a person."""
    area = await places.own_area(desk)
    if area is None:
        desk.keep(human=True)
        return [await places.ask_area(desk)]
    if (closed := await places.not_open(desk, area)) is not None:
        return [closed]
    draft = on_table(desk)
    if draft and draft["said"]:
        return await record(desk, GENERAL)
    mine = await desk.casebook.of_resident(desk.me.id, OPEN)
    desk.go(Step.human)
    choices = [await talk_choice(desk, request) for request in mine[:_CHOICES]]
    return [desk.say("human-say", choices, phone=area.phone or NO_PHONE, area=area.name)]


# -- matching


async def offer(desk: Desk) -> list[Say]:
    """Answer the draft: one card, up to three choices, or the general window (files alone go there at once)."""
    draft = desk.data["draft"]
    if not draft["text"]:
        return await record(desk, GENERAL)
    match = desk.office.matcher.match(draft["text"])
    first: list[Say] = []
    if match.danger is not None and match.danger.tier is Tier.DOUBTFUL and not draft.get("warned"):
        first = [desk.say(f"danger-line-{match.danger.kind.value.replace('_', '-')}")]
        draft = {**draft, "warned": True}
    if len(match.needs) > 1 and not draft.get("split"):
        further = [draft_of([Content(need)]) for need in match.needs[1:]]
        draft = {**draft, "text": match.needs[0], "queue": [*further, *draft.get("queue", ())], "split": True}
        match = desk.office.matcher.match(draft["text"])
        first.append(desk.say("two-needs", count=len(further) + 1))
    desk.stay(Step.confirm, draft={**draft, "service": None, "ranked": [c.id for c in match.ranked[:_CHOICES]]})
    return [*first, await _answer(desk, match)]


async def _answer(desk: Desk, match: Match) -> Say:
    if match.contrast is not None and match.band is not Band.PERSON:
        contrast = match.contrast
        english = desk.language == "en"
        choices = [
            Choice(label, Pick(what="service", arg=service_id).pack())
            for label, service_id in zip(
                contrast.choices_en if english else contrast.choices, contrast.between, strict=True
            )
        ]
        asked = escape(contrast.ask_en if english else contrast.ask, quote=False)
        return await _with_open_requests(desk, Say(asked, [*choices, _neither(desk)]))
    if match.band is Band.STRAIGHT:
        return await _with_open_requests(desk, await card(desk, match.ranked[0].id))
    if match.band is Band.CHOOSE and match.ranked:
        services = [c.id for c in match.ranked[:_CHOICES]]
        choices = [Choice(desk.service_name(s), Pick(what="service", arg=s).pack()) for s in services]
        return await _with_open_requests(desk, desk.say("which-service", [*choices, _neither(desk)]))
    return await _with_open_requests(desk, await card(desk, GENERAL))


def _neither(desk: Desk) -> Choice:
    return desk.button("neither-human", Pick(what="human"))


async def _with_open_requests(desk: Desk, say: Say) -> Say:
    """While something is open, the words may be meant for whoever works on it: one tap sends them there."""
    mine = await desk.casebook.of_resident(desk.me.id, TALKABLE)
    say.choices += [await talk_choice(desk, request, "whose") for request in mine[:2]]
    return say


async def talk_choice(desk: Desk, request: Request, act: str = "supply") -> Choice:
    """A button that leads to whoever works on this request."""
    handler = await desk.people.get(request.handler_id)
    label = desk.label("talk-to", name=handler.name, service=desk.service_name(request.service_id))
    return Choice(f"{label} {cards.tail(request.number)}", Act(act=act, id=request.id).pack())


async def card(desk: Desk, service_id: str) -> Say:
    """The one-time notice of a service with 确认登记 and 不是这个, and the draft waiting for it."""
    item = desk.office.rules.catalogue.service(service_id)
    area = await desk.people.area(desk.me.area_id or 0)
    promises = desk.office.rules.promises(item, desk.now, area=await desk.people.codes(area.id))
    facts = await local_facts.known(desk.session, desk.people, area.id, item.id)
    draft = on_table(desk) or draft_of([])
    desk.go(Step.confirm, draft={**draft, "service": item.id})
    general = service_id == GENERAL
    head = cards.general(desk.voice, promises) if general else cards.service(desk.voice, item, promises, facts)
    choices = [
        desk.button("confirm", Pick(what="confirm", arg=item.id)),
        desk.button("say-more" if general else "not-this", Pick(what="not", arg=item.id)),
        desk.button("human", Pick(what="human")),
    ]
    return Say(text=head, choices=choices, columns=2)


@router.callback_query(Pick.filter(F.what == "confirm"))
async def confirm(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    draft = desk.data.get("draft")
    listed = callback_data.arg in desk.office.rules.catalogue.services
    if not draft or draft.get("service") != callback_data.arg or not listed:
        return desk.say("card-old")
    return await record(desk, callback_data.arg)


async def record(desk: Desk, service_id: str) -> list[Say]:
    """Record the draft as a request; the number and the name come as a notice. Then the next need, if two were said."""
    draft: dict[str, Any] = desk.data["draft"]
    item = desk.office.rules.catalogue.service(service_id)
    said = parts(draft)
    try:
        request = await desk.casebook.record(
            Need(
                resident=desk.me,
                area_id=desk.me.area_id or 0,
                service_id=item.id,
                text="\n".join(part.text for part in said if part.text) or desk.service_name(item.id),
                files=[file for part in said for file in part.files],
                matched=tuple(draft.get("ranked", ())),
                told=await pause_words.shown(desk, draft, item),
            )
        )
    except CaseError as error:
        closed = await places.not_open(desk, await desk.people.area(desk.me.area_id or 0))
        if error.code != "area_not_open" or closed is None:
            raise
        return [closed]
    desk.go(None, recorded=request.id, words=[p.message_id for p in said], albums=[p.album for p in said if p.album])
    return await next_need(desk, draft) or await names.ask_once(desk)


async def next_need(desk: Desk, draft: dict[str, Any] | None) -> list[Say]:
    """Come back to what waits behind this draft."""
    if not draft or not draft.get("queue"):
        return []
    desk.keep(draft=drafts.first(draft["queue"]))
    return [desk.say("next-need"), *await resume(desk)]


class OnTable(Plain):
    """A card lies on the table and the message is yes or no to it, in a word."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words

    def holds(self, event: Message, desk: Desk) -> bool:
        said = bare(event.text or "")
        return said in self._words and not desk.stale and bool((on_table(desk) or {}).get("service"))


@router.message(StateFilter(Step.confirm), OnTable(YES))
async def yes(message: Message, desk: Desk) -> Answer:
    return await record(desk, desk.data["draft"]["service"])


@router.message(StateFilter(Step.confirm), OnTable(NO))
async def no(message: Message, desk: Desk) -> Answer:
    return _not_this(desk, desk.data["draft"]["service"])


@router.callback_query(Pick.filter(F.what == "not"))
async def not_this(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    return _not_this(desk, callback_data.arg)


def _not_this(desk: Desk, refused: str) -> Say:
    """不是这个: the other likely services, the lists, or a person; what was said stays on the table."""
    draft = on_table(desk)
    if draft is None or draft.get("service") != refused:
        return desk.say("card-old")
    desk.stay(Step.confirm, draft={**draft, "service": None, "more": True})
    if refused == GENERAL:
        return desk.say("say-more-ask")
    others = [s for s in draft.get("ranked", []) if s not in (refused, GENERAL)]
    choices = [Choice(desk.service_name(s), Pick(what="service", arg=s).pack()) for s in others]
    choices += [_neither(desk), desk.button("all-services", Pick(what="domains"))]
    return desk.say("not-this-then", choices)


@router.callback_query(Pick.filter(F.what == "service"))
async def pick_service(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in desk.office.rules.catalogue.services:
        return desk.say("button-old")
    return await _card_or_area(desk, callback_data.arg)


async def _card_or_area(desk: Desk, service_id: str) -> list[Say]:
    """The card of a chosen service; the community comes first, and the choice is not asked for again."""
    area = await places.own_area(desk)
    if area is None:
        desk.keep(draft={**draft_of([]), **(on_table(desk) or {}), "service": service_id})
        return [await places.ask_area(desk)]
    closed = await places.not_open(desk, area)
    return [closed or await card(desk, service_id)]


# -- the lists: 我要办事 › domain › service


async def domains(desk: Desk) -> Say:
    choices = [
        Choice(desk.voice.named(d), Pick(what="domain", arg=d.id).pack()) for d in desk.office.rules.catalogue.domains
    ]
    return desk.say("which-domain", choices, columns=2)


@router.callback_query(Pick.filter(F.what == "domains"))
async def click_domains(query: CallbackQuery, desk: Desk) -> Answer:
    return await domains(desk)


@router.callback_query(Pick.filter(F.what == "domain"))
async def pick_domain(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    found = next((d for d in desk.office.rules.catalogue.domains if d.id == callback_data.arg), None)
    if found is None:
        return desk.say("button-old")
    if len(found.services) == 1:
        return await _card_or_area(desk, found.services[0].id)
    choices = [Choice(desk.voice.named(s), Pick(what="service", arg=s.id).pack()) for s in found.services]
    return desk.say("which-of-domain", choices, columns=2, domain=desk.voice.named(found))


# -- free words


@router.message(StateFilter(Step.human), ~F.text.startswith("/"))
async def straight_to_a_person(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    if content.only_pictographs:
        return desk.say("only-pictographs")
    if not content.files and small_words.small(content.text):
        return await to_a_person(desk)
    keep_draft(desk, content)
    return await record(desk, GENERAL)


def is_new(desk: Desk, content: Content, beside: str | None = None) -> bool:
    """Whether the words name a service clearly enough to be a need of their own, another than `beside`."""
    best = desk.office.matcher.match(content.text).ranked[:1] if content.text else ()
    return bool(best) and best[0].id not in (GENERAL, beside) and best[0].confidence >= drafts.CLEAR


async def new_words(desk: Desk, content: Content) -> list[Say]:
    """Words that belong to no conversation: a need, more of the one on the table, or another instead of it."""
    clear(desk)
    if not content.files and small_words.small(content.text):
        return await again(desk, content.text)
    draft = on_table(desk)
    if draft is not None and (new := drafts.instead(desk, draft, content)) is not None:
        desk.keep(draft=new)
        return [desk.say("need-dropped"), *await resume(desk)]
    if draft is None or not drafts.another(desk, draft, content):
        keep_draft(desk, content)
        return await resume(desk)
    desk.keep(draft={**draft_of([content]), "queue": drafts.behind(draft), "beside": True})
    says = await resume(desk)
    if desk.chat.state == Step.confirm.state:
        says[-1].choices.append(desk.button("same-need", Pick(what="same")))
    return [desk.say("need-beside"), *says]


async def again(desk: Desk, said: str = "") -> list[Say]:
    """Ask again what was asked; where small words say that nothing of it is meant, ask for more."""
    draft = on_table(desk)
    if draft is not None and draft.get("service") and desk.me.area_id is not None:
        return [await card(desk, draft["service"])]
    if draft is not None and draft["said"] and (draft.get("more") or small_words.refuses(said)):
        desk.stay(Step.confirm, draft={**draft, "more": True})
        return [desk.say("say-more-ask", [_neither(desk)])]
    return await resume(desk)


@router.callback_query(Pick.filter(F.what == "same"))
async def same_need(query: CallbackQuery, desk: Desk) -> Answer:
    """It was no other need after all."""
    draft = on_table(desk)
    if draft is None or not draft.get("beside"):
        return desk.say("card-old")
    desk.keep(draft=drafts.joined(draft))
    return await resume(desk)
