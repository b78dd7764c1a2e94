"""What somebody who was served at the counter takes home: a slip with the number and the dates, and a link by which
they, or their contact, can come to the chat themselves."""

from aiogram import F
from aiogram.types import CallbackQuery

from handlers import cards
from handlers.claims import LINK
from handlers.desk import Act, Desk
from handlers.routing import DeskRouter
from handlers.speech import Answer, Say
from handlers.worker import IsStaff
from knowledge.numbers import spoken
from storage.tables import Request

router = DeskRouter(name="slip")


@router.callback_query(IsStaff(), Act.filter(F.act.in_({"slip", "claim-resident", "claim-contact"})))
async def on_slip(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """A slip to read out or print: number, service, who answers, the dates; then a link for each who could come to
    the chat themselves."""
    request, roles = await desk.casebook.look(callback_data.id, desk.me.id)
    if callback_data.act != "slip":
        return await _link(desk, request, callback_data.act.removeprefix("claim-"))
    area = await desk.people.area(request.area_id)
    resident = await desk.people.get(request.resident_id)
    responder = await desk.people.get(request.first_responder_id)
    choices = []
    if roles & cards.STAFF_ROLES:
        choices = [
            desk.button(f"behalf-link-{whose}", Act(act=f"claim-{whose}", id=request.id))
            for whose in await desk.casebook.claimable(request)
        ]
    return desk.say(
        "behalf-slip",
        choices,
        area=area.name,
        name=resident.name,
        number=spoken(request.number),
        service=desk.service_name(request.service_id),
        responder=responder.name,
        acknowledge=desk.voice.when(request.acknowledge_by),
        resolve=desk.voice.when(request.resolve_by),
        phone=area.phone or "12345",
        request_id=request.id,
    )


async def _link(desk: Desk, request: Request, whose: str) -> Say:
    code = await desk.casebook.make_claim(request.id, desk.me.id, whose)
    links = "\n".join(base + LINK + code for base in desk.office.links().values())
    area = await desk.people.area(request.area_id)
    return desk.say(f"behalf-link-for-{whose}", area=area.name, links=links, command=f"/start {LINK}{code}")
