"""值班表: a manager sees who is on duty this week and where nobody is, and changes it; a worker sees their own."""

from typing import Any

from aiogram import F
from aiogram.filters import Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import rota_files, rota_import, rota_leave, rota_plan, rota_words
from handlers.desk import MANAGER_MENU, WORKER_MENU, Desk, Pick
from handlers.front import Says
from handlers.incoming import clean, read
from handlers.manager import IsManager
from handlers.rota_view import RotaStep, Turn, back, member, my_area, show, today
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Choice, Say
from handlers.worker import IsStaff
from storage import rota
from storage.tables import Area, Person

router = DeskRouter(name="rota")

_AREAS_SHOWN = 20
_SHORT = 30
_ENDINGS = (".xlsx", ".csv", ".txt")
_not_menu = ~Says(*dict.fromkeys((*MANAGER_MENU, *WORKER_MENU, "menu-rota", "my-rota", "cancel")))
_own_words = (F.text, ~F.text.startswith("/"), _not_menu)


# -- looking


@router.message(IsManager(), Says("menu-rota"))
async def typed(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    return await _begin(desk)


@router.message(IsStaff(), Says("menu-rota", "my-rota"))
async def own(message: Message, desk: Desk) -> Answer:
    """我的值班: only managers change it."""
    desk.go(None)
    said = []
    for area_id in dict.fromkeys(post.area_id for post in desk.posts):
        area = await desk.people.area(area_id)
        found = await rota.read(desk.session, area.id, desk.now)
        said.append(
            await rota_words.own_week(desk.session, desk.voice, desk.office, area, today(desk), found, desk.me.id)
        )
    return Say("\n".join(said))


@router.callback_query(IsManager(), Pick.filter(F.what == "rota"))
async def opened(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    desk.go(None)
    if callback_data.arg.isdecimal() and (area := await my_area(desk, int(callback_data.arg[:18]))):
        return await show(desk, area)
    return await _begin(desk)


async def _begin(desk: Desk) -> Answer:
    areas = await rota.staffed(desk.session, await desk.people.managed(desk.me.id), desk.now)
    if not areas:
        return desk.say("rota-nobody-yet")
    if len(areas) == 1:
        return await show(desk, areas[0])
    choices = [Choice(a.name, Pick(what="rota", arg=str(a.id)).pack()) for a in areas[:_AREAS_SHOWN]]
    return desk.say("rota-which-area", choices, columns=2)


# -- changing


@router.callback_query(IsManager(), Turn.filter())
async def turn(query: CallbackQuery, callback_data: Turn, desk: Desk) -> Answer:
    """Every button of the rota; one of another area, of somebody who left or an old one changes nothing."""
    area = await my_area(desk, callback_data.area)
    act = _ACTS.get(callback_data.act)
    if area is None or act is None:
        return desk.say("button-old")
    person = None
    if callback_data.person:
        person = await member(desk, area, callback_data.person)
        if person is None:
            return desk.say("button-old")
    desk.go(None)
    try:
        return await act(desk, area, person, callback_data.arg)
    except ValueError:
        return desk.say("button-old")


@router.message(IsManager(), StateFilter(RotaStep.day, RotaStep.leave), *_own_words)
async def take_dates(message: Message, desk: Desk) -> Answer:
    """A date for somebody's duty, or the days of a leave, typed."""
    area = await my_area(desk, desk.data["area"])
    person = await member(desk, area, desk.data["person"]) if area else None
    if area is None or person is None:
        desk.go(None)
        return desk.say("button-old")
    take = rota_plan.take_day if desk.chat.state == RotaStep.day.state else rota_leave.take_dates
    return await take(desk, area, person, read(message, desk.channel).text)


class NamesLeave(Plain):
    """A manager with nothing in hand writes a short sentence about leave."""

    def holds(self, event: Message, desk: Desk) -> bool:
        said = (event.text or "").casefold()
        short = desk.is_manager and desk.chat.state is None and len(said) <= _SHORT
        return short and any(word in said for word in rota_leave.LEAVE)


class TellsLeave(Filter):
    """Whose leave, of the people here, and nothing else."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        told = await rota_leave.told(desk, clean(message.text or ""))
        return {"told": told} if told is not None else False


@router.message(NamesLeave(), TellsLeave())
async def leave_told(message: Message, told: tuple[Area, Person | None, str], desk: Desk) -> Answer:
    """「李敏明天请假」 is written down as if it were tapped."""
    return await rota_leave.on_told(desk, *told)


# -- 导入, 导出


async def _import(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    desk.go(RotaStep.file, area=area.id)
    template = desk.button("rota-template", Turn(act="template", area=area.id))
    return desk.say("rota-import-how", [template, back(desk, area)], area=area.name)


@router.message(IsManager(), StateFilter(RotaStep.file), F.document)
async def take_file(message: Message, desk: Desk) -> Answer:
    """The file is fetched and read after this update: handlers do not touch the network."""
    area = await my_area(desk, desk.data["area"])
    file = next((f for f in read(message, desk.channel).files if f["kind"] == "document"), None)
    if area is None or file is None:
        return desk.say("button-old")
    if file.get("size", 0) > rota_files.MOST_BYTES:
        return desk.say("rota-import-too-big", [back(desk, area)])
    if not str(file.get("name", ".xlsx")).lower().endswith(_ENDINGS):
        return desk.say("rota-import-what", [back(desk, area)])
    desk.casebook.outbox.notice(desk.me.id, rota_import.KIND, area=area.id, file=file)
    desk.go(None)
    return desk.say("rota-import-reading")


@router.message(IsManager(), StateFilter(RotaStep.file), *_own_words)
async def no_file(message: Message, desk: Desk) -> Answer:
    return desk.say("rota-import-what", [desk.button("cancel", Pick(what="rota", arg=str(desk.data["area"])))])


async def _file(desk: Desk, area: Area, kind: str) -> Say:
    desk.casebook.outbox.notice(desk.me.id, kind, area=area.id)
    return desk.say("export-coming")


async def _export(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    return await _file(desk, area, "rota_export")


async def _template(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    desk.go(RotaStep.file, area=area.id)
    return await _file(desk, area, "rota_template")


_ACTS = rota_plan.ACTS | rota_leave.ACTS | {"import": _import, "export": _export, "template": _template}
