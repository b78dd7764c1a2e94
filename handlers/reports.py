"""月报, 周报, 报表 2026-10 养老: reports in chat. What was meant is found here; the report itself comes as a notice."""

from datetime import date, timedelta
from secrets import token_urlsafe
from typing import Any

from aiogram import F
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from sqlalchemy import func, select

from handlers.desk import REPORT_LINK, Desk, Pick
from handlers.front import Says
from handlers.incoming import clean
from handlers.list_words import LISTS, allowed
from handlers.manager import IsManager
from handlers.report_words import Asked
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer
from knowledge.periods import NAMES, Period
from storage.people import People, current, digest
from storage.report_tables import Project, ProjectState
from storage.tables import Person, Staff, WebLink

router = DeskRouter(name="reports")

_WORDS = ("报表", "report")
_AS_HANDLER = ("承办", "handler")
_MOST_WORDS = 8
_LINK_LIFE = timedelta(minutes=10)


class AsksForReport(Plain):
    """The message begins with 报表; the words behind it say of what."""

    def holds(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        said = clean(event.text or "").lower()
        for word in _WORDS:
            if said == word or said.startswith((word + " ", word + "　")) or (word == "报表" and said.startswith(word)):
                return {"asked": said[len(word) :].split()[:_MOST_WORDS]}
        return False


@router.message(IsManager(), Command("report"))
async def by_command(message: Message, command: CommandObject, desk: Desk) -> Answer:
    return await _read(desk, (command.args or "").lower().split()[:_MOST_WORDS])


@router.message(IsManager(), Says("report-month-button"))
async def month(message: Message, desk: Desk) -> Answer:
    return await _read(desk, ["month"])


@router.message(IsManager(), Says("report-week-button"))
async def week(message: Message, desk: Desk) -> Answer:
    return await _read(desk, ["week"])


@router.message(IsManager(), AsksForReport())
async def in_words(message: Message, desk: Desk, asked: list[str]) -> Answer:
    return await _read(desk, asked)


@router.callback_query(IsManager(), Pick.filter(F.what == "report"))
async def by_button(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in NAMES:
        return desk.say("button-old")
    _send(desk, Asked(Period.named(callback_data.arg, _today(desk))))
    return None


@router.callback_query(IsManager(), Pick.filter(F.what == "page"))
async def page(query: CallbackQuery, desk: Desk) -> Answer:
    """A link that lets one browser in, once, within ten minutes."""
    base = desk.office.reports()
    if base is None:
        return desk.say("page-none")
    code = token_urlsafe(32)
    desk.session.add(WebLink(digest=digest(REPORT_LINK + code), chat_id=-desk.me.id, expires_at=desk.now + _LINK_LIFE))
    return desk.say("page-link", link=base + code)


@router.message(IsManager(), Says("report-lists"))
async def three_lists(message: Message, desk: Desk) -> Answer:
    return _list(desk, LISTS[0])


@router.callback_query(IsManager(), Pick.filter(F.what == "lists"))
async def one_list(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    name = callback_data.arg or LISTS[0]
    return _list(desk, name) if name in LISTS else desk.say("button-old")


def _list(desk: Desk, name: str) -> Answer:
    desk.go(None)
    desk.casebook.outbox.notice(desk.me.id, "three_lists", list=name)
    return None


@router.callback_query(IsManager(), Pick.filter(F.what == "project"))
async def decide(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    """What becomes of a project; what was decided meanwhile is not decided twice."""
    number, _, state = callback_data.arg.partition(".")
    if not number.isdecimal() or len(number) > 18 or state not in set(ProjectState):
        return desk.say("button-old")
    mine = await desk.people.managed(desk.me.id)
    project = await desk.session.get(Project, int(number))
    if project is None or project.area_id not in mine or not allowed(project.state, ProjectState(state)):
        return desk.say("button-old")
    project.state, project.decided_at, project.decided_by_id = ProjectState(state), desk.now, desk.me.id
    return desk.say("project-decided", name=project.name, state=desk.t(f"project-{state}"))


@router.callback_query(Pick.filter(F.what.in_({"report", "lists", "page", "project"})))
async def not_a_manager(query: CallbackQuery, desk: Desk) -> Answer:
    """Somebody who is no manager, or no longer."""
    return desk.say("error-not-your-turn")


def _today(desk: Desk) -> date:
    return desk.now.astimezone(desk.office.rules.zone).date()


def _send(desk: Desk, asked: Asked) -> None:
    desk.go(None)
    desk.casebook.outbox.notice(desk.me.id, "report", **asked.pack())


async def _read(desk: Desk, words: list[str]) -> Answer:
    """A time, a domain or service, a community, a person: each word is one of them."""
    known: dict[str, Any] = {"period": Period.named("month", _today(desk))}
    unknown: list[str] = []
    as_handler = any(word in _AS_HANDLER for word in words)
    for word in words:
        if word in _AS_HANDLER:
            continue
        if (period := Period.read(word, _today(desk))) is not None:
            known["period"] = period
        elif (found := _subject(desk, word)) or (found := await _place_or_person(desk, word, as_handler)):
            known |= found
        else:
            unknown.append(word)
    if unknown:
        return desk.say("report-which", words=" ".join(unknown)[:40])
    _send(desk, Asked(**known))
    return None


def _subject(desk: Desk, word: str) -> dict[str, object]:
    """A domain, or else a service, whose name in any language has these words."""
    catalogue = desk.office.rules.catalogue
    for domain in catalogue.domains:
        if word in domain.name or word in domain.name_en.lower():
            return {"domain": domain.id}
    for service in catalogue.services.values():
        if word in (service.name, service.name_en.lower(), *service.aliases):
            return {"service": service.id}
    return {}


async def _place_or_person(desk: Desk, word: str, as_handler: bool) -> dict[str, object]:
    """An area that this manager answers for, or somebody who works in one."""
    people = People(desk.session, desk.now)
    mine = await people.managed(desk.me.id)
    areas = [area for area in await people.areas() if area.id in mine]
    for area in areas:
        if word in area.name.lower() or word == area.code.lower():
            return {"area": area.id}
    found = await desk.session.execute(
        select(Person.id)
        .join(Staff, Staff.person_id == Person.id)
        .where(Staff.area_id.in_(sorted(mine)), current(desk.now), func.lower(Person.name) == word)
        .order_by(Person.id)
        .limit(1)
    )
    person_id = found.scalar_one_or_none()
    return {} if person_id is None else {"handler" if as_handler else "responder": person_id}
