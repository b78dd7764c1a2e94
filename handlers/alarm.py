"""Danger before everything else (rule 13), and groups, in which nothing of anybody's business is said."""

from typing import Any

from aiogram import Bot, F
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Message

from handlers.desk import OWN_WORDS, Desk, Step
from handlers.incoming import Content, read
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Say
from handlers.texts import Markup
from knowledge import danger
from knowledge.catalogue import GENERAL
from knowledge.danger import Danger, Tier
from knowledge.lifecycle import Intake
from storage.ledger import Need
from storage.reports import open_danger
from storage.tables import Area

router = DeskRouter(name="alarm")

private = F.chat.type == ChatType.PRIVATE


class InDanger(Plain):
    """A person tells of danger that is happening now."""

    def holds(self, event: Message, desk: Desk) -> bool | dict[str, Any]:
        own_words = desk.chat.state in OWN_WORDS
        if own_words or (desk.is_staff and (event.reply_to_message or desk.chat.state == Step.talk.state)):
            return False
        content = read(event, desk.channel)
        found = danger.find(content.text) if content.text and not content.text.startswith("/") else None
        return {"found": found, "content": content} if found and found.tier is Tier.PRESENT else False


def danger_words(desk: Desk, found: Danger) -> Markup:
    """The number to call, and what to do until somebody comes."""
    return desk.t(f"danger-{found.kind.value.replace('_', '-')}")


@router.message(private, InDanger())
async def on_danger(message: Message, desk: Desk, found: Danger, content: Content) -> Answer:
    return await _alarm(desk, found, content)


@router.edited_message(private, InDanger())
async def on_danger_corrected(message: Message, desk: Desk, found: Danger, content: Content) -> Answer:
    """Danger that shows only in the corrected words; a correction of what was passed on goes on as one."""
    passed = desk.person and await desk.casebook.edit(desk.source(content), desk.person.id, content.text)
    if passed and await open_danger(desk.session, desk.me.id, desk.now):
        return None
    return await _alarm(desk, found, content)


async def _alarm(desk: Desk, found: Danger, content: Content) -> Say:
    """The number before everything; then an urgent request, or more words for the one that is open."""
    area = await _danger_area(desk)
    begun = desk.person and await open_danger(desk.session, desk.person.id, desk.now)
    person = desk.person or (await desk.meet() if area else None)
    desk.first(Say(danger_words(desk, found)))
    if begun and person:
        await desk.casebook.say(begun, person.id, content.text, content.files, desk.source(content))
        return _alarmed(desk, begun, "danger-passed-on")
    if area is None or person is None:
        return desk.say("danger-nobody")
    request = await desk.casebook.record(
        Need(
            resident=person,
            area_id=area.id,
            service_id=GENERAL,
            text=content.text,
            files=content.files,
            intake=Intake.DANGER,
            danger=found.kind.value,
        )
    )
    return _alarmed(desk, request.id, "danger-told", managers=len(await desk.casebook.overseers(request)))


def _alarmed(desk: Desk, request_id: int, key: str, **values: Any) -> Say:
    """What is said next goes to the same people; a need that lay on the table stays there."""
    table = {"draft": desk.data["draft"]} if desk.data.get("draft") else {}
    if desk.known:
        desk.go(Step.talk, request=request_id, **table)
    return desk.say(key, request_id=request_id, **values)


async def _danger_area(desk: Desk) -> Area | None:
    """The nearest area in which somebody answers: one's own, the one of the link, the only one, any."""
    areas: list[Area | None] = []
    if desk.person and desk.person.area_id:
        areas.append(await desk.people.area(desk.person.area_id))
    if code := desk.data.get("area"):
        areas.append(await desk.people.area_by_code(code))
    areas += [await desk.people.only_area(), await desk.people.answering_area()]
    for area in areas:
        if area is not None and await desk.people.candidates(area.id):
            return area
    return None


# -- groups


@router.message(~private, InDanger())
async def danger_in_group(message: Message, desk: Desk, found: Danger) -> Answer:
    """The number helps everybody who reads it; nothing is recorded in front of others."""
    return Say(danger_words(desk, found))


@router.message(~private)
async def in_group(message: Message, bot: Bot, desk: Desk) -> Answer:
    return desk.say("write-privately") if await _called(message, bot) else None


async def _called(message: Message, bot: Bot) -> bool:
    """A command to this bot, or an answer to what it said; other people's talk and other bots are left alone."""
    answered = message.reply_to_message
    if answered is not None and answered.from_user is not None and answered.from_user.id == bot.id:
        return True
    command, _, mention = (message.text or "").partition(" ")[0].partition("@")
    if not command.startswith("/"):
        return False
    return not mention or mention.lower() == ((await bot.me()).username or "").lower()


@router.edited_message(~private)
async def edited_in_group(message: Message, desk: Desk) -> Answer:
    return None


@router.callback_query(F.message.chat.type != ChatType.PRIVATE)
async def in_group_click(query: CallbackQuery, desk: Desk) -> Answer:
    return desk.say("write-privately")
