"""设置: language, 长辈模式, the community, one's own data, and leaving (注销)."""

from aiogram import F
from aiogram.filters import Command, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import names, needs, places, talk
from handlers.desk import Desk, Pick, Step
from handlers.front import Easier, NobodyWaits, Says
from handlers.incoming import read
from handlers.routing import DeskRouter
from handlers.speech import Answer, Say
from handlers.texts import LANGUAGES
from knowledge import small_words
from knowledge.lifecycle import OPEN
from storage import privacy
from storage.ledger import CaseError

router = DeskRouter(name="personal")
naming = DeskRouter(name="naming")
"""Asked after everything that has words of its own: what is left may be what somebody is called."""

_SETTING = Pick(what="elder").pack()


@router.message(Command("services"))
@router.message(Says("menu-services"))
async def services(message: Message, desk: Desk) -> Answer:
    needs.clear(desk)
    return await needs.domains(desk)


@router.message(Command("settings"))
@router.message(Says("menu-settings"))
async def settings(message: Message, desk: Desk) -> Answer:
    return _settings(desk)


def _settings(desk: Desk) -> Say:
    choices = [
        desk.button("elder-off" if desk.elder else "elder-on", Pick(what="elder", arg="off" if desk.elder else "on")),
        desk.button("language-other", Pick(what="language", arg="en" if desk.language == "zh" else "zh")),
        *(() if desk.is_staff else (desk.button("my-name", Pick(what="name")),)),
        desk.button("change-area", Pick(what="change-area")),
        desk.button("my-data", Pick(what="data")),
        desk.button("leave", Pick(what="leave")),
    ]
    return desk.say("settings", choices)


@router.message(Says("elder-mode"))
async def elder_typed(message: Message, desk: Desk) -> Answer:
    return await _elder(desk, on=not desk.elder)


@router.message(StateFilter(None, Step.confirm, Step.human, Step.area), Easier(), ~F.reply_to_message, NobodyWaits())
async def elder_told(message: Message, desk: Desk) -> Answer:
    return await _elder(desk, on=bool(small_words.easier(message.text or "")))


@router.callback_query(Pick.filter(F.what == "elder"))
async def elder(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    return await _elder(desk, on=callback_data.arg == "on")


async def _elder(desk: Desk, *, on: bool) -> list[Say]:
    """Show again what was asked, as it looks from now on; a digit means none of the settings any more."""
    desk.me.elder_mode = on
    said = desk.say("elder-is-on" if on else "elder-is-off", menu=True)
    if any(data.startswith(_SETTING) for _, data in desk.chat.choices):
        desk.chat.choices = []
        desk.keep(more=[])
    if desk.stale:
        return [said]
    if desk.chat.state == Step.area.state:
        return [said, await places.ask_area(desk)]
    if desk.chat.state == Step.whose.state:
        return [said, await talk.whose(desk)]
    asked = desk.chat.state in (None, Step.confirm.state) and needs.on_table(desk)
    return [said, *await needs.again(desk)] if asked else [said]


@router.callback_query(Pick.filter(F.what == "language"))
async def language(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in LANGUAGES:
        return desk.say("button-old")
    desk.me.language = callback_data.arg
    return desk.say("language-is", menu=True)


@router.message(Says("my-name"))
async def name_typed(message: Message, desk: Desk) -> Answer:
    return _ask_name(desk)


@router.callback_query(Pick.filter(F.what == "name"))
async def name(query: CallbackQuery, desk: Desk) -> Answer:
    return _ask_name(desk)


def _ask_name(desk: Desk) -> Say:
    if desk.is_staff:  # whose names their managers give, and their residents are told
        return _settings(desk)
    needs.clear(desk)
    desk.stay(Step.name)
    return names.question(desk.voice)


@naming.message(StateFilter(None, Step.name), names.Named(), ~F.reply_to_message)
async def named(message: Message, desk: Desk, called: str) -> Answer:
    content = read(message, desk.channel)
    if needs.is_new(desk, content):
        desk.stay(None)
        return await talk.words(desk, content)
    desk.me.name = called
    desk.stay(None, naming=False)
    return desk.say("name-is", name=called, menu=True)


@naming.message(StateFilter(Step.name), ~F.text.startswith("/"))
async def not_named(message: Message, desk: Desk) -> Answer:
    """A need, or words for whoever works on one; 「不说」 is nobody's name."""
    content = read(message, desk.channel)
    desk.stay(None)
    if not content.files and small_words.small(content.text):
        return desk.say("all-done", menu=True)
    return await talk.words(desk, content)


@router.message(Command("mydata"))
@router.message(Says("my-data"))
async def data_typed(message: Message, desk: Desk) -> Answer:
    _send_data(desk)
    return None


@router.callback_query(Pick.filter(F.what == "data"))
async def data(query: CallbackQuery, desk: Desk) -> Answer:
    _send_data(desk)
    return None


def _send_data(desk: Desk) -> None:
    desk.first(desk.say("my-data-coming"))
    desk.casebook.outbox.notice(desk.me.id, "my_data")


@router.message(Says("leave"))
async def leave_typed(message: Message, desk: Desk) -> Answer:
    return await _ask_leave(desk)


@router.callback_query(Pick.filter(F.what == "leave"))
async def leave(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    """Leaving: asked once more; open requests are withdrawn first, so that nobody works for nothing. Staff hand
    their work over before they go."""
    if callback_data.arg != "yes":
        return await _ask_leave(desk)
    if desk.is_staff and await desk.casebook.tasks(desk.me.id):
        raise CaseError("tasks_left")
    for request in await desk.casebook.of_resident(desk.me.id, OPEN, own=True):
        await desk.casebook.withdraw(request.id, desk.me.id)
    goodbye = desk.say("left")
    await privacy.erase(desk.session, desk.me, desk.now)
    desk.person, desk.posts = None, ()
    desk.keep(shown=None)
    desk.go(None)
    desk.chat.choices = []
    return goodbye


async def _ask_leave(desk: Desk) -> Say:
    mine = await desk.casebook.of_resident(desk.me.id, OPEN, own=True)
    choices = [
        desk.button("leave-yes", Pick(what="leave", arg="yes")),
        desk.button("leave-no", Pick(what="skip")),
    ]
    return desk.say("leave-ask", choices, open=len(mine))
