"""Resident and handler talk through the desk: a quote finds its request, the rest is asked, never guessed."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import cards, needs
from handlers.desk import Act, Desk, Pick, Step
from handlers.front import Asks, Says, source
from handlers.incoming import Content, read
from handlers.speech import Answer, Choice, Say
from knowledge.intents import Intent
from knowledge.lifecycle import Role
from storage import outbox
from storage.tables import Request

router = Router(name="talk")

_LISTED = 6


@router.callback_query(Act.filter(F.act.in_({"contact", "supply"})))
async def start_talk(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """联系居民, or 补充说明: what is said next goes to the other side."""
    return await _begin(desk, callback_data.id)


async def _begin(desk: Desk, request_id: int) -> Say:
    request, roles = await desk.casebook.may_talk(request_id, desk.me.id)
    desk.go(Step.talk, request=request.id)
    name = await _other_side(desk, request, roles)
    key = "talk-as-resident" if Role.RESIDENT in roles else "talk-as-staff"
    if Role.RESIDENT not in roles and (await desk.people.get(request.resident_id)).chat_id is None:
        key = "talk-no-chat"
    return desk.say(key, [desk.button("talk-end", Pick(what="end"))], name=name, request_id=request.id)


@router.callback_query(Pick.filter(F.what == "end"))
async def end_talk(query: CallbackQuery, desk: Desk) -> Answer:
    desk.go(None)
    return desk.say("talk-ended", menu=True)


class InTalk(StateFilter):
    """Words while a talk is open."""

    def __init__(self) -> None:
        super().__init__(Step.talk)


@router.message(InTalk(), Asks(Intent.CANCEL))
@router.message(InTalk(), Says("talk-end"))
async def end_typed(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    return desk.say("talk-ended", menu=True)


@router.edited_message()
async def on_edit(message: Message, desk: Desk) -> Answer:
    """An edit goes on as an edit; the older version is kept."""
    if not desk.known:
        return None
    content = read(message, desk.channel)
    changed = await desk.casebook.edit(source(desk, content), desk.me.id, content.text)
    if changed is not None:
        return None
    draft = desk.data.get("draft")
    if draft and draft.get("message") == content.message_id and content.text:
        desk.keep(draft={**draft, "text": content.text})
        return await needs.resume(desk)
    return None


@router.message(F.reply_to_message)
async def on_quote(message: Message, desk: Desk) -> Answer:
    """An answer to a card or to something passed on belongs to that request."""
    content = read(message, desk.channel)
    quoted = await outbox.shown(desk.session, desk.channel, desk.chat.chat_id, content.reply_to or 0)
    if quoted is None:
        return await words(desk, content)
    if content.empty:
        return desk.say("nothing-readable")
    return await _pass_on(desk, quoted.request_id, content, reply_to_id=quoted.relayed_id)


@router.message(InTalk())
async def in_talk(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    return await _pass_on(desk, desk.data["request"], content)


@router.message()
async def anything_else(message: Message, desk: Desk) -> Answer:
    if (message.text or "").startswith("/"):
        return desk.say("command-unknown", menu=True)
    return await words(desk, read(message, desk.channel))


async def words(desk: Desk, content: Content) -> Answer:
    """Words without a quote and outside a talk: an answer to whoever wrote last, or a need."""
    if content.empty:
        return desk.say("nothing-readable")
    if content.only_pictographs and not desk.data.get("draft"):
        return desk.say("only-pictographs", menu=True)
    if content.album and content.album == desk.data.get("album") and desk.data.get("recorded"):
        return await _pass_on(desk, desk.data["recorded"], content)
    if desk.is_staff and desk.chat.state is None:
        return await _staff_words(desk, content)
    if desk.chat.state is None and (mine := await desk.casebook.of_resident(desk.me.id)):
        waiting = await desk.casebook.waiting_for_answer(desk.me.id)
        if len(waiting) == 1:
            return await _pass_on(desk, waiting[0].id, content, guessed=True)
        if waiting or not needs.is_new(desk, content):
            return await (_ask_whose(desk, content) if len(mine) > 1 else _pass_on(desk, mine[0].id, content, guessed=True))
    return await needs.new_words(desk, content)


async def _staff_words(desk: Desk, content: Content) -> Answer:
    """Staff who write without saying to whom are asked; the words are kept meanwhile."""
    tasks = await desk.casebook.tasks(desk.me.id)
    needs.keep_draft(desk, content)
    draft = desk.data["draft"]
    desk.go(Step.whose, draft=draft)
    services = desk.office.rules.catalogue.services
    choices = [
        Choice(
            f"{(await desk.people.get(r.resident_id)).name} {cards.line(desk.voice, r, services[r.service_id])}",
            Act(act="whose", id=r.id).pack(),
        )
        for r in tasks[:_LISTED]
    ]
    choices += [desk.button("my-own-need", Pick(what="new")), desk.button("never-mind", Pick(what="drop"))]
    return desk.say("whose-staff", choices)


async def _ask_whose(desk: Desk, content: Content) -> Answer:
    """Which request a resident's words belong to, when it is not clear: one tap, nothing typed again."""
    mine = await desk.casebook.of_resident(desk.me.id)
    needs.keep_draft(desk, content)
    desk.go(Step.whose, draft=desk.data["draft"])
    choices = [await needs.talk_choice(desk, request, "whose") for request in mine[:_LISTED]]
    return desk.say("whose", [*choices, desk.button("new-need", Pick(what="new"))])


@router.callback_query(Act.filter(F.act == "whose"))
async def on_whose(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    draft = desk.data.get("draft")
    if not draft:
        return await _begin(desk, callback_data.id)
    content = Content(draft["text"], draft["files"], draft.get("album"), draft.get("message", 0))
    return await _pass_on(desk, callback_data.id, content)


@router.callback_query(Pick.filter(F.what == "new"))
async def on_new(query: CallbackQuery, desk: Desk) -> Answer:
    """What was said is a need of its own."""
    if not desk.data.get("draft"):
        desk.go(None)
        return desk.say("say-need", menu=True)
    return await needs.resume(desk)


@router.callback_query(Pick.filter(F.what == "drop"))
async def on_drop(query: CallbackQuery, desk: Desk) -> Answer:
    desk.go(None)
    return desk.say("dropped", menu=True)


async def _pass_on(
    desk: Desk, request_id: int, content: Content, *, reply_to_id: int | None = None, guessed: bool = False
) -> Answer:
    """Pass words or files on, stay in the talk, and say to whom they went the first time."""
    goes_on = desk.chat.state == Step.talk.state and desk.data.get("request") == request_id
    where = source(desk, content, reply_to_id)
    await desk.casebook.say(request_id, desk.me.id, content.text, content.files, where)
    request, roles = await desk.casebook.look(request_id, desk.me.id)
    draft = {"text": content.text, "files": content.files, "message": content.message_id}
    desk.go(Step.talk, request=request_id, **({"draft": draft} if guessed else {}))
    if goes_on:
        return None
    name = await _other_side(desk, request, roles)
    choices = [desk.button("talk-end", Pick(what="end"))]
    if guessed:
        choices.append(desk.button("new-need", Pick(what="new")))
    return desk.say(
        "passed-on", choices, columns=2, name=name, number=cards.tail(request.number), request_id=request.id
    )


async def _other_side(desk: Desk, request: Request, roles: frozenset[Role]) -> str:
    other = request.handler_id if Role.RESIDENT in roles else request.resident_id
    return (await desk.people.get(other)).name
