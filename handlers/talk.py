"""Resident and handler talk through the desk: a quote finds its request, the rest is asked, never guessed silently."""

from collections.abc import Sequence
from typing import Any

from aiogram import F
from aiogram.filters import Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import cards, drafts, needs, receipts
from handlers.desk import Act, Desk, Pick, Step
from handlers.front import Says
from handlers.incoming import Content, bare, read
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Choice, Say
from knowledge import danger
from knowledge.danger import Tier
from knowledge.intents import Intent, find, rating, says_unsolved
from knowledge.lifecycle import TALKABLE, Action, NotAllowed, Role, Status, allowed
from storage.tables import Request

quotes = DeskRouter(name="quotes")
"""Asked before every step: whoever quotes has said for whom the words are."""
router = DeskRouter(name="talk")

_LISTED = 6
ACKNOWLEDGED = needs.YES | {"嗯嗯", "哦", "收到", "知道了", "晓得了", "晓得", "明白", "明白了", "好嘛", "okay"}
"""Words that only say that something was read."""


def judged(text: str) -> int | None:
    """What was said of finished work: 5 to 1, or 0 when it is not solved; None when nothing was."""
    if bare(text) in ACKNOWLEDGED:
        return None
    return 0 if says_unsolved(text) else rating(text)


# -- quotes


class Quotes(Plain):
    """Somebody quotes something."""

    def holds(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        quote = event.reply_to_message
        return {"quote": quote.message_id} if quote is not None and desk.known else False


class Quoted(Filter):
    """What is quoted belongs to a request; not the desk's own question about it, nor what is rated in words."""

    async def __call__(self, message: Message, desk: Desk, quote: int) -> bool | dict[str, Any]:
        found = await desk.shown(quote)
        if found is None:
            return False
        talking = desk.chat.state in (None, Step.talk.state)
        if not talking and found.relayed_id is None and desk.data.get("request") == found.request_id:
            return False
        request, roles = await desk.casebook.look(found.request_id, desk.me.id)
        if Role.RESIDENT in roles and request.status is Status.RESOLVED and judged(message.text or "") is not None:
            return False
        return {"request_id": request.id, "relayed_id": found.relayed_id, "aside": not talking}


@quotes.message(Quotes(), Quoted())
async def on_quote(message: Message, desk: Desk, request_id: int, relayed_id: int | None, aside: bool) -> Answer:
    """An answer to a card or to something passed on belongs to that request, whatever else is going on."""
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    return await pass_on(desk, request_id, [content], reply_to_id=relayed_id, aside=aside)


# -- a talk: what is said goes to the other side until it ends


@router.callback_query(Act.filter(F.act.in_({"contact", "supply"})))
async def start_talk(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """联系居民, or 补充说明: what is said next goes to the other side."""
    return await begin(desk, callback_data.id)


async def begin(desk: Desk, request_id: int) -> Say:
    """Open a talk.

    :raises NotAllowed: the request is over
    """
    request, roles = await desk.casebook.may_talk(request_id, desk.me.id)
    needs.clear(desk)
    desk.stay(Step.talk, request=request.id, fresh=True)
    name = await _other_side(desk, request, roles)
    key = "talk-as-resident" if Role.RESIDENT in roles else "talk-as-staff"
    if not await _in_chat(desk, request, roles):
        key = "talk-no-chat"
    return desk.say(key, [desk.button("talk-end", Pick(what="end"))], name=name, request_id=request.id)


@router.message(StateFilter(Step.talk), Says("talk-end"))
async def end_typed(message: Message, desk: Desk) -> Answer:
    return await _end(desk)


@router.callback_query(Pick.filter(F.what == "end"))
async def end_talk(query: CallbackQuery, desk: Desk) -> Answer:
    return await _end(desk)


async def _end(desk: Desk) -> list[Say]:
    """Back to the table, if something lies there; the words of the talk itself went to their request."""
    needs.clear(desk)
    ended = desk.say("talk-ended", menu=True)
    return [ended, *await needs.resume(desk)] if needs.on_table(desk) else [ended]


@router.message(StateFilter(Step.talk), ~F.text.startswith("/"))
async def in_talk(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    if not desk.is_staff:
        await desk.waiting()  # it is asked below, and reads the request with it
    request, roles = await desk.casebook.look(desk.data["request"], desk.me.id)
    goes_on = content.album is not None and content.album == desk.data.get("album")
    if desk.stale and not goes_on:
        needs.clear(desk)
        return await words(desk, content)
    if Role.RESIDENT in roles and not goes_on and not desk.data.get("fresh") and request.danger is None:
        waiting = [r.id for r in await desk.waiting()]
        if set(waiting) - {request.id, *desk.data.get("waiting", ())}:
            return await _ask_whose(desk, content)  # somebody else has asked something meanwhile
        if not content.files and needs.is_new(desk, content, request.service_id):
            if request.id not in waiting:
                return await needs.new_words(desk, content)
            return await pass_on(desk, request.id, [content], guessed=True)
    return await pass_on(desk, request.id, [content])


# -- words that say nothing of where they belong


@router.edited_message()
async def on_edit(message: Message, desk: Desk) -> Answer:
    """An edit goes on as an edit; the older version is kept. One that can reach nobody is said so."""
    content = read(message, desk.channel)
    if await desk.casebook.edit(desk.source(content), desk.me.id, content.text) is not None:
        return None
    if needs.correct(desk, content):
        return await needs.resume(desk) if desk.chat.state == Step.confirm.state else None
    if not content.text or content.text.startswith("/"):
        return None
    if content.message_id in desk.data.get("words", ()):
        text = f"{desk.t('edited')}{content.text}"
        await desk.casebook.say(desk.data["recorded"], desk.me.id, text, [], desk.source(content))
        return None
    return desk.say("edit-not-passed")


@router.message(F.text.startswith("/"))
async def unknown_command(message: Message, desk: Desk) -> Answer:
    return desk.say("command-unknown", menu=True)


@router.message()
async def anything_else(message: Message, desk: Desk) -> Answer:
    return await words(desk, read(message, desk.channel))


async def words(desk: Desk, content: Content) -> Answer:
    """Words without a quote and outside a talk: an answer to whoever wrote last, or a need."""
    state = desk.chat.state
    if content.empty:
        return desk.say("nothing-readable")
    if needs.same_album(desk, content):
        needs.keep_draft(desk, content)
        return None
    if content.album is not None and content.album in desk.data.get("albums", ()):
        await desk.casebook.say(desk.data["recorded"], desk.me.id, content.text, content.files, desk.source(content))
        return None
    if desk.at(Step.whose):
        return await _while_asked(desk, content)
    if desk.at(Step.comment):
        needs.keep_draft(desk, content)
        return desk.say("comment-words", [_new(desk), desk.button("skip", Pick(what="skip"))])
    waiting = await desk.waiting()
    if content.only_pictographs and not waiting:
        return desk.say("only-pictographs", menu=True)
    if state is not None:
        return await needs.new_words(desk, content)
    if desk.is_staff:
        return await _ask_whose(desk, content)
    return await _resident_words(desk, content, waiting)


async def _resident_words(desk: Desk, content: Content, waiting: list[Request]) -> Answer:
    mine = await desk.casebook.of_resident(desk.me.id, TALKABLE)
    if not waiting and bare(content.text) in ACKNOWLEDGED:
        unrated = [r for r in mine if r.status is Status.RESOLVED]
        if len(unrated) == 1:
            choices = cards.rating_choices(desk.voice, unrated[0].id)
            return desk.say("rate-please", choices, request_id=unrated[0].id)
        return desk.say("all-done", menu=True)
    if len(waiting) == 1:
        return await pass_on(desk, waiting[0].id, [content], guessed=True)
    if waiting or (mine and not needs.is_new(desk, content)):
        if len(mine) > 1:
            return await _ask_whose(desk, content)
        return await pass_on(desk, mine[0].id, [content], guessed=True)
    return await needs.new_words(desk, content)


# -- whose words these are: one tap, nothing typed again


async def _ask_whose(desk: Desk, content: Content) -> Say:
    if desk.chat.state != Step.whose.state:
        needs.clear(desk)
    needs.keep_draft(desk, content)
    return await whose(desk)


async def _while_asked(desk: Desk, content: Content) -> Answer:
    """「谢谢」 and 「好」 add nothing to words that wait for the choice of their request, unless somebody waits for
    an answer."""
    said = bare(content.text)
    thanks = Intent.THANKS in find(content.text)
    small = not content.files and (thanks or said in ACKNOWLEDGED)
    if not small or not needs.on_table(desk) or await desk.waiting():
        return await _ask_whose(desk, content)
    return [desk.say("you-are-welcome" if thanks else "whose-waits"), await whose(desk)]


async def whose(desk: Desk) -> Say:
    """Ask for whom the words on the table are."""
    desk.stay(Step.whose, complaint=None)
    if desk.is_staff:
        recorded = desk.office.rules.catalogue.recorded
        choices = [
            Choice(
                f"{(await desk.people.get(r.resident_id)).name} {cards.line(desk.voice, r, recorded(r.service_id))}",
                Act(act="whose", id=r.id).pack(),
            )
            for r in (await desk.casebook.tasks(desk.me.id))[:_LISTED]
        ]
        new = desk.button("my-own-need", Pick(what="new"))
        return desk.say("whose-staff", [*choices, new, desk.button("never-mind", Pick(what="drop"))])
    mine = await desk.casebook.of_resident(desk.me.id, TALKABLE)
    choices = [await needs.talk_choice(desk, request, "whose") for request in mine[:_LISTED]]
    if await desk.waiting():
        return desk.say("whose", [*choices, _new(desk)])
    return desk.say("whose-or-new", [_new(desk), *choices])


def _new(desk: Desk) -> Choice:
    return desk.button("new-need", Pick(what="new"))


@router.callback_query(Act.filter(F.act == "whose"))
async def on_whose(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    draft = needs.on_table(desk)
    if not draft or not draft["said"]:
        return await begin(desk, callback_data.id)
    queue = draft.get("queue")
    desk.go(None, **({"draft": drafts.first(queue)} if queue else {}))  # it comes back when the talk ends
    return await pass_on(desk, callback_data.id, drafts.parts(draft))


@router.callback_query(Pick.filter(F.what == "new"))
async def on_new(query: CallbackQuery, desk: Desk) -> Answer:
    """What was said is a need of its own."""
    passed: list[dict[str, Any]] = desk.data.get("passed", [])
    draft = drafts.draft_of([Content(**part) for part in passed]) if passed else needs.on_table(desk)
    desk.go(None, **({"draft": draft} if draft else {}))
    return await needs.resume(desk)


@router.callback_query(Pick.filter(F.what == "drop"))
async def on_drop(query: CallbackQuery, desk: Desk) -> Answer:
    desk.go(None)
    return desk.say("dropped", menu=True)


# -- passing on


async def pass_on(
    desk: Desk,
    request_id: int,
    said: Sequence[Content],
    *,
    reply_to_id: int | None = None,
    guessed: bool = False,
    aside: bool = False,
    to_manager: bool = False,
) -> list[Say]:
    """Pass words and files on, stay in the talk, and say to whom they went the first time.

    :param guessed: nobody said for whom they are, so offer to make a need of them
    :param aside: the desk waits for something else, and goes on waiting
    :param to_manager: they are about whoever does the work, who shall not read them
    :raises CaseError: `not_yours`
    """
    request, roles = await desk.casebook.look(request_id, desk.me.id)
    resident = Role.RESIDENT in roles
    goes_on = desk.chat.state == Step.talk.state and desk.data.get("request") == request.id
    to_manager = to_manager or (goes_on and reply_to_id is None and bool(desk.data.get("to_manager")))
    action, other = await desk.casebook.speech(request, desk.me.id, roles, reply_to_id, to_manager=to_manager)
    if not allowed(action, request.status, roles):
        return [_over(desk, request, roles, said)]
    for part in said:
        source = desk.source(part, reply_to_id)
        await desk.casebook.say(request.id, desk.me.id, part.text, part.files, source, to_manager=to_manager)
    warned = _warning(desk, said) if resident else []
    silent = goes_on and not guessed and not desk.data.get("fresh")
    name = (await desk.people.get(other)).name
    about: dict[str, Any] = {"name": name, "number": cards.tail(request.number), "request_id": request.id}
    if aside:
        return [*warned, desk.say("passed-aside", **about)]
    if not goes_on:
        needs.clear(desk)
    told = None
    if action is Action.SUPPLY:
        told = await receipts.receipt(desk, request, said, guessed=guessed, goes_on=goes_on)
    before: list[dict[str, Any]] = desk.data.get("passed", []) if goes_on and not guessed else []
    passed = [{"text": p.text, "files": p.files, "album": p.album, "message_id": p.message_id} for p in said]
    waiting = [r.id for r in await desk.waiting()] if resident else []
    desk.stay(
        Step.talk,
        request=request.id,
        fresh=False,
        album=said[-1].album,
        waiting=waiting,
        passed=[*before, *passed][-_LISTED:] if guessed or before else [],
        to_manager=action is Action.COMPLAIN,
    )
    if told is not None:
        return [*warned, told]
    if silent:
        return warned
    choices = [desk.button("talk-end", Pick(what="end"))]
    if guessed:
        choices.append(_new(desk))
    key = "passed-on" if await _in_chat(desk, request, roles) else "noted-down"
    if to_manager:
        key, about["handler"] = "complaint-passed", (await desk.people.get(request.handler_id)).name
    return [*warned, desk.say(key, choices, columns=2, **about)]


def _warning(desk: Desk, said: Sequence[Content]) -> list[Say]:
    """Danger that is past or unclear adds one line with the number."""
    found = danger.find("\n".join(part.text for part in said))
    if found is None or found.tier is not Tier.DOUBTFUL:
        return []
    return [desk.say(f"danger-line-{found.kind.value.replace('_', '-')}")]


def _over(desk: Desk, request: Request, roles: frozenset[Role], said: Sequence[Content]) -> Say:
    """Words for a request that is over: they stay on the table until it is clear what they are for."""
    if not allowed(Action.SUPPLY, Status.RECORDED, roles) and not allowed(Action.CONTACT, Status.RECORDED, roles):
        raise NotAllowed(Action.CONTACT, request.status, roles)
    state = desk.t(f"status-{request.status.value.replace('_', '-')}")
    about: dict[str, Any] = {"number": cards.tail(request.number), "status": state, "request_id": request.id}
    if Role.RESIDENT not in roles:
        if desk.data.get("request") == request.id:
            desk.go(None)
        return desk.say("talk-over-staff", **about)
    table = needs.on_table(desk) or drafts.draft_of([])
    desk.go(Step.whose, draft=drafts.draft_of([*drafts.parts(table), *said]), over=request.id)
    choices = [_new(desk), desk.button("never-mind", Pick(what="drop"))]
    if allowed(Action.REOPEN, request.status, roles):
        choices.insert(0, Choice(desk.label("act-reopen"), Act(act="reopen", id=request.id).pack()))
    return desk.say("talk-over", choices, **about)


async def _other_side(desk: Desk, request: Request, roles: frozenset[Role]) -> str:
    _, other = await desk.casebook.speech(request, desk.me.id, roles)
    return (await desk.people.get(other)).name


async def _in_chat(desk: Desk, request: Request, roles: frozenset[Role]) -> bool:
    """Whether words reach the other side; a resident for whom a request was recorded may have no chat."""
    return Role.RESIDENT in roles or await desk.casebook.reader(request) is not None


# -- buttons that mean nothing here any more


@router.callback_query()
async def old_button(query: CallbackQuery, desk: Desk) -> Answer:
    return desk.say("button-old")
