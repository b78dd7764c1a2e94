"""设置: language, 长辈模式, the community, one's own data, and leaving (注销)."""

from aiogram import F
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers import needs
from handlers.desk import Desk, Pick
from handlers.front import Says
from handlers.routing import DeskRouter
from handlers.speech import Answer, Say
from handlers.texts import LANGUAGES
from knowledge.lifecycle import OPEN
from storage import privacy
from storage.ledger import CaseError

router = DeskRouter(name="personal")


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
        desk.button("change-area", Pick(what="change-area")),
        desk.button("my-data", Pick(what="data")),
        desk.button("leave", Pick(what="leave")),
    ]
    return desk.say("settings", choices)


@router.message(Says("elder-mode"))
async def elder_typed(message: Message, desk: Desk) -> Answer:
    return _elder(desk, on=not desk.elder)


@router.callback_query(Pick.filter(F.what == "elder"))
async def elder(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    return _elder(desk, on=callback_data.arg == "on")


def _elder(desk: Desk, *, on: bool) -> Say:
    desk.me.elder_mode = on
    return desk.say("elder-is-on" if on else "elder-is-off", menu=True)


@router.callback_query(Pick.filter(F.what == "language"))
async def language(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in LANGUAGES:
        return desk.say("button-old")
    desk.me.language = callback_data.arg
    return desk.say("language-is", menu=True)


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
