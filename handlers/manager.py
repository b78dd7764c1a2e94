"""A manager's desk: the overview of a period, every request of the area, the satisfaction summary as files."""

from datetime import datetime, timedelta

from aiogram import F
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers import handover_words
from handlers.desk import Desk, Pick
from handlers.front import Says
from handlers.overview import FILTERS, PERIODS
from handlers.routing import DeskRouter, Kind, Plain
from handlers.speech import Answer
from handlers.texts import Markup
from handlers.worker import task_lines
from knowledge.periods import Period
from storage import outbox, reports
from storage.report_tables import ExportRecord
from storage.tables import Request

router = DeskRouter(name="manager")

_LISTED = 10
_LONGEST_OFFSET = 8


class IsManager(Plain):
    """A manager of some area today."""

    def suits(self, kind: Kind) -> bool:
        return kind.manager

    def holds(self, event: Message | CallbackQuery, desk: Desk) -> bool:
        return desk.is_manager


def _moments(desk: Desk, name: str) -> tuple[datetime, datetime]:
    zone = desk.office.rules.zone
    return Period.named(name, desk.now.astimezone(zone).date()).moments(zone)


async def my_areas(desk: Desk) -> frozenset[int]:
    """Every area this manager answers for."""
    return await desk.people.managed(desk.me.id)


@router.message(IsManager(), Command("overview"))
@router.message(IsManager(), Says("menu-overview"))
async def overview(message: Message, desk: Desk) -> Answer:
    return _overview(desk, "month")


@router.callback_query(IsManager(), Pick.filter(F.what == "overview"))
async def overview_of(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    if callback_data.arg not in PERIODS:
        return desk.say("button-old")
    return _overview(desk, callback_data.arg)


def _overview(desk: Desk, name: str) -> Answer:
    """It comes as a notice: a year of a district is half a second of counting, which nobody else must wait for."""
    desk.go(None)
    desk.casebook.outbox.notice(desk.me.id, "overview", period=name)
    return None


@router.callback_query(IsManager(), Pick.filter(F.what == "list"))
async def list_requests(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    chosen, _, offset = callback_data.arg.partition(".")
    if chosen not in FILTERS or not (offset or "0").isdecimal() or len(offset) > _LONGEST_OFFSET:
        return desk.say("button-old")
    start = int(offset or 0)
    areas = await my_areas(desk)
    found, total = await reports.requests(desk.session, areas, chosen, desk.now, start, _LISTED)
    if not found:
        return desk.say("list-none", [desk.button("menu-overview", Pick(what="overview", arg="month"))])
    marks = {r.id: f" · {handover_words.matter_mark(desk.voice, desk.office, r)}" for r in found}
    choices = await task_lines(desk, found, marks)
    if start + _LISTED < total:
        choices.append(desk.button("next-page", Pick(what="list", arg=f"{chosen}.{start + _LISTED}")))
    return desk.say(
        "list-head",
        choices,
        title=desk.t(f"list-{chosen}"),
        total=total,
        start=start + 1,
        end=start + len(found),
    )


@router.callback_query(IsManager(), Pick.filter(F.what == "undelivered"))
async def list_undelivered(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    """未送达: whom something never reached, so that they can be told another way."""
    if callback_data.arg and (not callback_data.arg.isdecimal() or len(callback_data.arg) > _LONGEST_OFFSET):
        return desk.say("button-old")
    start = int(callback_data.arg or 0)
    found, total = await outbox.undelivered(desk.session, await my_areas(desk), start, _LISTED)
    if not found:
        return desk.say("undelivered-none", [desk.button("menu-overview", Pick(what="overview", arg="month"))])
    lines, shown = [], []
    for lost in found:
        why = desk.t("undelivered-gone" if lost.gone else "undelivered-refused")
        lines.append(desk.t("undelivered-line", at=desk.voice.when(lost.at), name=lost.name, why=why))
        shown += [lost.request_id] if lost.request_id is not None and lost.request_id not in shown else []
    requests = [r for r in [await desk.session.get(Request, request_id) for request_id in shown] if r is not None]
    choices = await task_lines(desk, requests)
    if start + _LISTED < total:
        choices.append(desk.button("next-page", Pick(what="undelivered", arg=str(start + _LISTED))))
    return desk.say("undelivered-head", choices, total=total, lines=Markup("\n".join(lines)))


@router.callback_query(IsManager(), Pick.filter(F.what == "export"))
async def export(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    """The satisfaction summary: first the period, then the kind of file; it comes as a document."""
    name, _, kind = callback_data.arg.partition(".")
    if name not in PERIODS:
        choices = [desk.button(f"period-{p}", Pick(what="export", arg=p)) for p in PERIODS]
        return desk.say("export-period", choices)
    if kind not in ("xlsx", "csv"):
        choices = [desk.button(f"export-{k}", Pick(what="export", arg=f"{name}.{k}")) for k in ("xlsx", "csv")]
        return desk.say("export-kind", choices)
    start, end = _moments(desk, name)
    record(desk, start, end, kind)
    desk.first(desk.say("export-coming"))
    desk.casebook.outbox.notice(
        desk.me.id,
        "export",
        format=kind,
        start=start.isoformat(),
        end=end.isoformat(),
    )
    return None


def record(desk: Desk, start: datetime, end: datetime, kind: str) -> None:
    """Who took figures out is written down; nothing that goes out in chat tells who residents are."""
    zone = desk.office.rules.zone
    desk.session.add(
        ExportRecord(
            at=desk.now,
            person_id=desk.me.id,
            taken_by=f"{desk.channel}:{desk.me.id}",
            first=start.astimezone(zone).date(),
            last=end.astimezone(zone).date() - timedelta(days=1),
            kind=kind,
            personal=False,
        )
    )


@router.callback_query(Pick.filter(F.what.in_({"overview", "list", "undelivered", "export"})))
async def not_a_manager(query: CallbackQuery, desk: Desk) -> Answer:
    """Somebody who is no manager, or no longer."""
    return desk.say("error-not-your-turn")
