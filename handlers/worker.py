"""Staff's daily work: the list of tasks, 受理, 转办, 办结, and a phone number when it is needed."""

from aiogram import F, Router
from aiogram.filters import Command, Filter, StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import cards
from handlers.desk import Act, Desk, Pick, Step
from handlers.front import Says
from handlers.incoming import read
from handlers.speech import Answer, Choice, Say
from knowledge.lifecycle import Action
from storage.tables import Request

router = Router(name="worker")

_LISTED = 10


class IsStaff(Filter):
    """Somebody with a post today."""

    async def __call__(self, event: Message | CallbackQuery, desk: Desk) -> bool:
        return desk.is_staff


# -- 我的任务


@router.message(IsStaff(), Command("tasks"))
@router.message(IsStaff(), Says("menu-tasks"))
async def my_tasks(message: Message, desk: Desk) -> Answer:
    desk.go(None)
    tasks = await desk.casebook.tasks(desk.me.id)
    if not tasks:
        return desk.say("tasks-none", menu=True)
    overdue = sum(is_overdue(desk, r) for r in tasks)
    shown = tasks[:_LISTED]
    text = "\n".join([desk.t("tasks", count=len(tasks), overdue=overdue), *(_summary(desk, r) for r in shown)])
    return Say(text, task_lines(desk, shown))


def task_lines(desk: Desk, requests: list[Request]) -> list[Choice]:
    """Requests as buttons, overdue ones marked."""
    services = desk.office.rules.catalogue.services
    return [
        Choice(
            cards.line(desk.voice, r, services[r.service_id], overdue=is_overdue(desk, r)),
            Act(act="open", id=r.id).pack(),
        )
        for r in requests
    ]


def is_overdue(desk: Desk, request: Request) -> bool:
    """Whether a promise of an open request has passed."""
    due = request.resolve_by if request.acknowledged_at else min(request.acknowledge_by, request.resolve_by)
    return request.closed_at is None and request.resolved_at is None and due < desk.now


def _summary(desk: Desk, request: Request) -> str:
    late = "！" if is_overdue(desk, request) or request.urgent else "·"
    offered = desk.t("offered-to-you") if request.offered_to_id == desk.me.id else ""
    due = cards.next_promise(desk.voice, request) or ""
    return f"{late} {cards.tail(request.number)} {desk.service_name(request.service_id)} {offered}\n  {due}"


# -- 受理


@router.callback_query(Act.filter(F.act == "acknowledge"))
async def acknowledge(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await desk.casebook.acknowledge(callback_data.id, desk.me.id)
    resident = await desk.people.get(request.resident_id)
    _, roles = await desk.casebook.look(request.id, desk.me.id)
    choices = cards.staff_choices(desk.voice, request, roles)
    when = desk.voice.when(request.resolve_by)
    return desk.say("acknowledged", choices, columns=2, name=resident.name, when=when, request_id=request.id)


@router.callback_query(Act.filter(F.act == "look_up"))
async def look_up_phone(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    phone = await desk.casebook.look_up_phone(callback_data.id, desk.me.id)
    if phone is None:
        return desk.say("phone-none", request_id=callback_data.id)
    return desk.say("phone", phone=phone, request_id=callback_data.id)


@router.callback_query(Act.filter(F.act == "files"))
async def show_files(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request, _ = await desk.casebook.look(callback_data.id, desk.me.id)
    desk.casebook.outbox.notice(desk.me.id, "files", request_id=request.id)
    return None


# -- 办结


@router.callback_query(Act.filter(F.act == "resolve"))
async def ask_outcome(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    request = await desk.casebook.may(Action.RESOLVE, callback_data.id, desk.me.id)
    desk.go(Step.outcome, request=request.id)
    resident = await desk.people.get(request.resident_id)
    return desk.say(
        "outcome-ask", [desk.button("cancel", Pick(what="cancel"))], name=resident.name, request_id=request.id
    )


@router.message(StateFilter(Step.outcome))
async def take_outcome(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if not content.text:
        return desk.say("outcome-words", [desk.button("cancel", Pick(what="cancel"))])
    request = await desk.casebook.resolve(desk.data["request"], desk.me.id, content.text, content.files)
    desk.go(None)
    return desk.say("resolved", menu=True, number=cards.tail(request.number), request_id=request.id)


@router.callback_query(Pick.filter(F.what == "cancel"))
async def cancel(query: CallbackQuery, desk: Desk) -> Answer:
    desk.go(None)
    return desk.say("cancelled", menu=True)


# -- 转办 to a colleague, and a manager's change of the first responder: who, then why


@router.callback_query(Act.filter(F.act.in_({"transfer", "replace"})))
async def hand_over(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    act = callback_data.act
    request = await desk.casebook.may(Action(act), callback_data.id, desk.me.id)
    if callback_data.arg:
        step = Step.transfer_reason if act == "transfer" else Step.replace_reason
        chosen = await desk.people.get(int(callback_data.arg))
        desk.go(step, request=request.id, to=chosen.id)
        return desk.say(
            f"{act}-why",
            [desk.button("cancel", Pick(what="cancel"))],
            name=chosen.name,
            request_id=request.id,
        )
    held_by = request.handler_id if act == "transfer" else request.first_responder_id
    colleagues = [p for p in await desk.people.colleagues(request.area_id) if p.id != held_by]
    if not colleagues:
        return desk.say("no-colleague", request_id=request.id)
    choices = [Choice(p.name, Act(act=act, id=request.id, arg=str(p.id)).pack()) for p in colleagues]
    return desk.say(
        f"{act}-whom",
        [*choices, desk.button("cancel", Pick(what="cancel"))],
        columns=2,
        request_id=request.id,
    )


@router.message(StateFilter(Step.transfer_reason, Step.replace_reason))
async def take_reason(message: Message, desk: Desk) -> Answer:
    content = read(message, desk.channel)
    if not content.text:
        return desk.say("reason-words", [desk.button("cancel", Pick(what="cancel"))])
    act = desk.casebook.transfer if desk.chat.state == Step.transfer_reason.state else desk.casebook.replace
    key = "transferred" if desk.chat.state == Step.transfer_reason.state else "replaced"
    request = await act(desk.data["request"], desk.me.id, desk.data["to"], content.text)
    receiver = await desk.people.get(desk.data["to"])
    desk.go(None)
    return [desk.say(key, menu=True, name=receiver.name, number=cards.tail(request.number))]
