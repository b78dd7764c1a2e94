"""What somebody left behind who cannot act any more: a manager hands it over, one by one or all to one colleague."""

from typing import Any

from aiogram.types import CallbackQuery

from handlers import cards, handover_words
from handlers.desk import Desk
from handlers.handover_words import Hand
from handlers.routing import DeskRouter
from handlers.speech import Answer, Choice
from handlers.worker import IsStaff
from storage.tables import Person, Request

router = DeskRouter(name="departures")


@router.callback_query(IsStaff(), Hand.filter())
async def hand_over(query: CallbackQuery, callback_data: Hand, desk: Desk) -> Answer:
    """A manager hands over what `gone` holds."""
    held = await handover_words.left(desk.session, desk.now, callback_data.gone, desk.me.id)
    chosen = [r for r in held if r.id == callback_data.id] if callback_data.act == "one" else held
    if not chosen or callback_data.act not in ("one", "all"):
        return desk.say("button-old")
    gone = await desk.people.get(callback_data.gone)
    heirs = await _heirs(desk, chosen, gone.id)
    if callback_data.to:
        heir = heirs.get(callback_data.to)
        if heir is None:
            return desk.say("error-not-colleague")
        return await _handed_over(desk, chosen, gone, heir)
    choices = [
        Choice(heir.name, Hand(act=callback_data.act, gone=gone.id, id=callback_data.id, to=heir.id).pack())
        for heir in heirs.values()
    ]
    if not choices:
        return desk.say("no-colleague" if callback_data.act == "one" else "left-nobody")
    if callback_data.act == "all":
        return desk.say("left-whom", choices, columns=2, name=gone.name, count=len(chosen))
    [request] = chosen
    about: dict[str, Any] = {"number": cards.tail(request.number), "service": desk.service_name(request.service_id)}
    return desk.say("left-whom-one", choices, columns=2, request_id=request.id, **about)


async def _heirs(desk: Desk, requests: list[Request], gone_id: int) -> dict[int, Person]:
    """Who can take all of these: a colleague of every area they are in."""
    found: dict[int, Person] | None = None
    for area_id in {request.area_id for request in requests}:
        here = {p.id: p for p in await desk.people.colleagues(area_id) if p.id != gone_id}
        found = here if found is None else {id: p for id, p in found.items() if id in here}
    return found or {}


async def _handed_over(desk: Desk, requests: list[Request], gone: Person, heir: Person) -> Answer:
    reason = desk.label("left-reason", name=gone.name)
    for request in requests:
        await desk.casebook.take_over(request.id, desk.me.id, gone.id, heir.id, reason)
    done = desk.say("left-done", count=len(requests), heir=heir.name)
    rest = await handover_words.left(desk.session, desk.now, gone.id, desk.me.id)
    if rest:
        return [done, handover_words.left_list(desk.voice, desk.office, gone, rest)]
    return [done, desk.say("left-none", name=gone.name)]
