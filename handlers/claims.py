"""Somebody who was recorded at the counter, or their contact, comes to the chat: by the link that a worker gave them,
or by sending their own phone number as the channel vouches for it."""

from typing import Any

from aiogram import F
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, Message

from handlers import cards, needs
from handlers.desk import Desk, Pick, Step
from handlers.incoming import phone_in
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Choice, Say
from knowledge.lifecycle import OPEN, Status
from storage.case_claims import Place

router = DeskRouter(name="claims")

LINK = "claim-"
"""How the word after /start begins in such a link."""


async def opened(desk: Desk, code: str) -> Answer:
    """Somebody follows a link: consent first; then the requests are theirs to see.

    :raises CaseError: it is no link, or no longer one
    """
    place = await desk.casebook.find_claim(code, desk.person.id if desk.person else None)
    desk.go(None)
    desk.keep(claim=code)
    if desk.known:
        return await entered(desk)
    desk.stay(Step.consent)
    area = await desk.people.area(place.request.area_id)
    key = f"claim-consent-{desk.channel}" if desk.channel == "telegram" else "claim-consent"
    yes = desk.button("consent-yes", Pick(what="consent", arg="yes"))
    return desk.say(key, [yes, desk.button("consent-no", Pick(what="consent", arg="no"))], columns=2, area=area.name)


async def entered(desk: Desk) -> Answer:
    """After consent: the place is theirs, and what they said before it stays on the table."""
    draft = needs.on_table(desk)
    place = await desk.casebook.claim(desk.data["claim"], desk.me)
    if not desk.is_staff and desk.me.created_at == desk.now:  # the channel's own name says less than the counter's
        desk.me.name = place.name
    desk.go(None, **({"draft": draft} if draft else {}))
    said = await _welcome(desk, place)
    return [*said, *await needs.resume(desk)] if draft else said


async def _welcome(desk: Desk, place: Place) -> list[Say]:
    served = await desk.people.get(place.request.resident_id)
    statuses = (*OPEN, Status.RESOLVED, Status.CLOSED)
    mine = await desk.casebook.of_resident(desk.me.id, statuses)
    recorded = desk.office.rules.catalogue.recorded
    lines = cards.lines(desk.voice, [(r, recorded(r.service_id)) for r in mine[:8]])
    key = "claimed" if place.whose == "resident" else "claimed-as-contact"
    return [desk.say(key, menu=True, name=served.name), desk.say("claimed-list", lines, count=len(mine))]


# -- by phone number


class OwnNumber(Plain):
    """A resident's own contact card: the channel vouches that the number is theirs."""

    def holds(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        card, sender = event.contact, event.from_user
        if card is None or sender is None or card.user_id != sender.id or not desk.known or desk.is_staff:
            return False
        phone = phone_in(card.phone_number)
        return {"phone": phone} if phone else False


@router.message(StateFilter(None, Step.confirm, Step.area), OwnNumber())
async def own_number(message: Message, phone: str, desk: Desk) -> Answer:
    """Keep the number; where somebody was recorded with it, ask whether it was them."""
    desk.me.phone = phone
    desk.go(None, confirmed=phone)
    places = await desk.casebook.by_phone(phone, desk.me.id)
    if not places:
        return desk.say("number-kept", menu=True)
    return await _ask(desk, places[0])


async def _ask(desk: Desk, place: Place) -> Say:
    area = await desk.people.area(place.request.area_id)
    served = await desk.people.get(place.request.resident_id)
    yes = Pick(what="claim", arg=f"{place.whose}.{place.request.id}")
    choices: list[Choice] = [
        desk.button("claim-yes" if place.whose == "resident" else "claim-yes-contact", yes),
        desk.button("claim-no", Pick(what="skip")),
    ]
    key = "claim-ask" if place.whose == "resident" else "claim-ask-contact"
    return desk.say(key, choices, area=area.name, name=served.name)


@router.callback_query(Pick.filter(F.what == "claim"))
async def by_number(query: CallbackQuery, callback_data: Pick, desk: Desk) -> Answer:
    whose, _, number = callback_data.arg.partition(".")
    phone = desk.data.get("confirmed")
    if phone is None or not number.isdecimal() or len(number) > 18:
        return desk.say("button-old")
    place = await desk.casebook.claim_by_phone(phone, desk.me, int(number), whose)
    said = await _welcome(desk, place)
    more = await desk.casebook.by_phone(phone, desk.me.id)
    if more:
        return [*said, await _ask(desk, more[0])]
    desk.go(None)
    return said
