"""The community somebody belongs to: asked for by name, kept, and said to be closed where nobody answers."""

from handlers.desk import Desk, Pick, Step
from handlers.speech import Choice, Say
from handlers.texts import NO_PHONE
from storage.tables import Area


async def own_area(desk: Desk) -> Area | None:
    """Where this person belongs; the only community there is needs no question."""
    if desk.me.area_id is None:
        only = await desk.people.only_area()
        if only is None:
            return None
        desk.me.area_id = only.id
    return await desk.people.area(desk.me.area_id)


async def not_open(desk: Desk, area: Area) -> Say | None:
    """What to say where nobody could answer (rule 1); None where somebody does."""
    if await desk.people.candidates(area.id):
        return None
    change = desk.button("change-area", Pick(what="change-area"))
    return desk.say("area-not-open", [change], area=area.name, phone=area.phone or NO_PHONE)


async def ask_area(desk: Desk, words: str = "") -> Say:
    """Ask for the community, by name; the draft stays on the table. Whoever has one may stay there."""
    found = await desk.people.search_areas(words)
    desk.stay(Step.area)
    listed = found or await desk.people.search_areas("")
    if not listed:
        return desk.say("area-none-open")
    choices = [Choice(a.name, Pick(what="area", arg=a.code).pack()) for a in listed if a.id != desk.me.area_id]
    if desk.me.area_id is not None:
        area = await desk.people.area(desk.me.area_id)
        choices.insert(0, desk.button("area-stay", Pick(what="stay"), area=area.name))
    if not found:
        return desk.say("area-not-found", choices, words=words[:20])
    return desk.say("area-which" if words else "area-ask", choices)
