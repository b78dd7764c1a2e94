"""A need: from the first words, through the matching service, to a recorded request."""

from typing import Any

from aiogram import F, Router
from aiogram.filters import Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import cards
from handlers.desk import Act, Desk, Pick, Step
from handlers.incoming import Content, read
from handlers.speech import Answer, Choice, Say
from knowledge import Band, Match
from knowledge.catalogue import GENERAL
from knowledge.danger import Tier
from storage.ledger import CaseError, Need
from storage.tables import Request

router = Router(name="needs")

_CLEAR = 0.5
_YES = frozenset("对 是 是的 好 好的 可以 要得 行 嗯 对头 对的 确认 登记 就是 没错 ok yes".split())
_NO = frozenset("不是 不对 不是的 错了 no".split())
_CHOICES = 3
"""How many services are offered when it is not sure which."""


# -- the draft: what was said and is not recorded yet


def keep_draft(desk: Desk, content: Content) -> None:
    """Put these words and files on the table, behind what lies there already."""
    draft = desk.data.get("draft") or {"text": "", "files": []}
    words = [draft["text"], content.text]
    desk.keep(
        draft={
            **draft,
            "text": "\n".join(w for w in words if w),
            "files": [*draft["files"], *content.files],
            "album": content.album or draft.get("album"),
            "message": content.message_id,
        }
    )


async def resume(desk: Desk) -> list[Say]:
    """Go on with the draft, or with what it still needs; nothing when there is no draft."""
    if desk.me.area_id is None:
        only = await desk.people.only_area()
        if only is None:
            return [await ask_area(desk)]
        desk.me.area_id = only.id
    draft = desk.data.get("draft")
    if not draft:
        desk.go(None)
        return [desk.say("say-need", menu=True)]
    return await offer(desk)


async def ask_area(desk: Desk, words: str = "") -> Say:
    """Ask for the community, by name; the draft stays on the table."""
    found = await desk.people.search_areas(words)
    desk.chat.state = Step.area.state
    desk.chat.changed = True
    if not found:
        key = "area-none-open" if not words else "area-not-found"
        return desk.say(key, words=words)
    choices = [Choice(a.name, Pick(what="area", arg=a.code).pack()) for a in found]
    return desk.say("area-which" if words else "area-ask", choices)


# -- matching


async def offer(desk: Desk) -> list[Say]:
    """Answer the draft: one card, up to three choices, or the general window (files alone go there at once)."""
    draft = desk.data["draft"]
    if not draft["text"]:
        return await record(desk, GENERAL)
    match = desk.office.matcher.match(draft["text"])
    first: list[Say] = []
    if match.danger is not None and match.danger.tier is Tier.DOUBTFUL:
        first = [desk.say(f"danger-line-{match.danger.kind.value}")]
    if len(match.needs) > 1 and not draft.get("queue"):
        draft = {**draft, "text": match.needs[0], "queue": list(match.needs[1:]), "whole": draft["text"]}
        desk.keep(draft=draft)
        match = desk.office.matcher.match(draft["text"])
        first.append(desk.say("two-needs", count=len(draft["queue"]) + 1))
    desk.keep(draft={**draft, "ranked": [c.id for c in match.ranked[:_CHOICES]]})
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
        desk.chat.state = Step.confirm.state
        text = Say(text=contrast.ask_en if english else contrast.ask, choices=[*choices, _neither(desk)])
        return await _with_open_requests(desk, text)
    if match.band is Band.STRAIGHT:
        return await _with_open_requests(desk, await card(desk, match.ranked[0].id))
    if match.band is Band.CHOOSE and match.ranked:
        desk.chat.state = Step.confirm.state
        desk.chat.changed = True
        services = [c.id for c in match.ranked[:_CHOICES]]
        choices = [Choice(desk.service_name(s), Pick(what="service", arg=s).pack()) for s in services]
        return await _with_open_requests(desk, desk.say("which-service", [*choices, _neither(desk)]))
    return await _with_open_requests(desk, await card(desk, GENERAL))


def _neither(desk: Desk) -> Choice:
    return desk.button("neither-human", Pick(what="human"))


async def _with_open_requests(desk: Desk, say: Say) -> Say:
    """While something is open, the words may be meant for whoever works on it: one tap sends them there."""
    mine = await desk.casebook.of_resident(desk.me.id)
    say.choices += [await talk_choice(desk, request, "whose") for request in mine[:2]]
    return say


async def talk_choice(desk: Desk, request: Request, act: str = "supply") -> Choice:
    """A button that leads to whoever works on this request."""
    handler = await desk.people.get(request.handler_id)
    label = desk.t("talk-to", name=handler.name, service=desk.service_name(request.service_id))
    return Choice(f"{label} {cards.tail(request.number)}", Act(act=act, id=request.id).pack())


async def card(desk: Desk, service_id: str) -> Say:
    """The one-time notice of a service with 确认登记 and 不是这个, and the draft waiting for it."""
    item = desk.office.rules.catalogue.service(service_id)
    area = await desk.people.area(desk.me.area_id or 0)
    promises = desk.office.rules.promises(item, desk.now, area=area.code)
    facts = await desk.people.facts(area.id, item.id)
    draft = desk.data.get("draft") or {"text": "", "files": []}
    desk.go(Step.confirm, draft={**draft, "service": item.id})
    head = desk.t("card-general") if service_id == GENERAL else cards.service(desk.voice, item, promises, facts)
    if service_id == GENERAL:
        when = {"acknowledge": desk.voice.when(promises.acknowledge), "resolve": desk.voice.when(promises.resolve)}
        head = desk.t("card-general-promise", head=head, **when)
    no = "say-more" if service_id == GENERAL else "not-this"
    choices = [
        desk.button("confirm", Pick(what="confirm", arg=item.id)),
        desk.button(no, Pick(what="not", arg=item.id)),
        desk.button("human", Pick(what="human")),
    ]
    return Say(text=head, choices=choices, columns=2)


@router.callback_query(Pick.filter(F.what == "confirm"))
async def confirm(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    draft = desk.data.get("draft")
    if not draft or draft.get("service") != callback_data.arg:
        return desk.say("card-old")
    return await record(desk, callback_data.arg)


async def record(desk: Desk, service_id: str) -> list[Say]:
    """Record the draft as a request; the number and the name come as a notice. Then the next need, if two were said."""
    draft: dict[str, Any] = desk.data["draft"]
    item = desk.office.rules.catalogue.service(service_id)
    try:
        request = await desk.casebook.record(
            Need(
                resident=desk.me,
                area_id=desk.me.area_id or 0,
                service_id=item.id,
                text=draft.get("whole") or draft["text"] or desk.service_name(item.id),
                files=draft["files"],
                matched=tuple(draft.get("ranked", ())),
            )
        )
    except CaseError as error:
        if error.code != "area_not_open":
            raise
        area = await desk.people.area(desk.me.area_id or 0)
        return [desk.say("area-not-open", area=area.name, phone=area.phone or "12345")]
    queue = draft.get("queue") or []
    desk.go(None, album=draft.get("album"), recorded=request.id)
    if not queue:
        return []
    desk.keep(draft={"text": queue[0], "files": [], "queue": queue[1:]})
    return [desk.say("next-need"), *await offer(desk)]


class OnTable(Filter):
    """A card lies on the table and the message is yes or no to it, in a word."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words

    async def __call__(self, message: Message, desk: Desk) -> bool:
        said = (message.text or "").strip(" 。！!.，,").lower()
        return said in self._words and bool((desk.data.get("draft") or {}).get("service"))


@router.message(StateFilter(Step.confirm), OnTable(_YES))
async def yes(message: Message, desk: Desk) -> Answer:
    return await record(desk, desk.data["draft"]["service"])


@router.message(StateFilter(Step.confirm), OnTable(_NO))
async def no(message: Message, desk: Desk) -> Answer:
    return _not_this(desk, desk.data["draft"]["service"])


@router.callback_query(Pick.filter(F.what == "not"))
async def not_this(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    return _not_this(desk, callback_data.arg)


def _not_this(desk: Desk, refused: str) -> Say:
    """不是这个: the other likely services, the lists, or a person; what was said stays on the table."""
    draft = desk.data.get("draft") or {"text": "", "files": []}
    if refused == GENERAL:
        desk.go(Step.confirm, draft={**draft, "service": None})
        return desk.say("say-more-ask")
    others = [s for s in draft.get("ranked", []) if s not in (refused, GENERAL)]
    choices = [Choice(desk.service_name(s), Pick(what="service", arg=s).pack()) for s in others]
    choices += [_neither(desk), desk.button("all-services", Pick(what="domains"))]
    desk.keep(draft={**draft, "service": None})
    return desk.say("not-this-then", choices)


@router.callback_query(Pick.filter(F.what == "service"))
async def pick_service(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in desk.office.rules.catalogue.services:
        return desk.say("button-old")
    if desk.me.area_id is None:
        return await ask_area(desk)
    return await card(desk, callback_data.arg)


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
        if desk.me.area_id is None:
            return await ask_area(desk)
        return await card(desk, found.services[0].id)
    choices = [Choice(desk.voice.named(s), Pick(what="service", arg=s.id).pack()) for s in found.services]
    return desk.say("which-of-domain", choices, columns=2, domain=desk.voice.named(found))


# -- free words


@router.message(StateFilter(Step.human))
async def straight_to_a_person(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    keep_draft(desk, content)
    return await record(desk, GENERAL)


def is_new(desk: Desk, content: Content) -> bool:
    """Whether the words name a service clearly enough to be a need of their own while something is open."""
    best = desk.office.matcher.match(content.text).ranked[:1] if content.text else ()
    return bool(best) and best[0].id != GENERAL and best[0].confidence >= _CLEAR


async def new_words(desk: Desk, content: Content) -> Answer:
    """Words that belong to no conversation: a need, or more of the one on the table."""
    if desk.me.area_id is None and not desk.data.get("draft"):
        keep_draft(desk, content)
        return await resume(desk)
    if desk.chat.state != Step.confirm.state:
        desk.go(None)
    keep_draft(desk, content)
    return await resume(desk)
