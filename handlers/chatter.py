"""Small talk, the office itself, 更多, and whoever blocks the bot: what is asked at the door and leads no further."""

from aiogram import F
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.filters import StateFilter
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from handlers import needs, places
from handlers.desk import Desk, Step
from handlers.front import Asks, NobodyWaits, greet
from handlers.routing import DeskRouter
from handlers.speech import MORE, Answer, Choice
from handlers.texts import NO_PHONE
from knowledge.intents import Intent
from storage import departures

router = DeskRouter(name="chatter")


@router.my_chat_member(F.chat.type == ChatType.PRIVATE)
async def membership(event: ChatMemberUpdated, desk: Desk) -> Answer:
    if desk.person is not None:
        gone = event.new_chat_member.status in (ChatMemberStatus.KICKED, ChatMemberStatus.LEFT)
        desk.person.unreachable_at = None
        if gone:
            await departures.unreachable(desk.session, desk.person, desk.now, about_request=False)
    return None


@router.callback_query(F.data == MORE)
async def more(query: CallbackQuery, desk: Desk) -> Answer:
    rest = [Choice(label, data) for label, data in desk.data.get("more", [])]
    return desk.say("more-choices", rest) if rest else desk.say("button-old")


# -- small talk, and the office itself; what lies on the table stays there


@router.message(StateFilter(None, Step.confirm), Asks(Intent.HELP, Intent.GREETING), ~F.reply_to_message, NobodyWaits())
async def on_greeting(message: Message, desk: Desk) -> Answer:
    return await greet(desk)


@router.message(StateFilter(None, Step.confirm, Step.human), Asks(Intent.ROBOT), ~F.reply_to_message, NobodyWaits())
async def on_robot(message: Message, desk: Desk) -> Answer:
    return desk.say("robot", menu=True)


@router.message(StateFilter(None, Step.confirm, Step.human), Asks(Intent.THANKS), ~F.reply_to_message, NobodyWaits())
async def on_thanks(message: Message, desk: Desk) -> Answer:
    return desk.say("you-are-welcome", menu=True)


@router.message(StateFilter(None), Asks(Intent.CANCEL), ~F.reply_to_message, NobodyWaits())
@router.message(StateFilter(Step.confirm), Asks(Intent.CANCEL), ~needs.OnTable(needs.NO))
@router.message(StateFilter(Step.human, Step.whose, Step.comment), Asks(Intent.CANCEL), ~F.reply_to_message)
async def on_cancel(message: Message, desk: Desk) -> Answer:
    key = "not-recorded" if desk.chat.state == Step.confirm.state else "dropped"
    draft = None if desk.stale else needs.on_table(desk)
    desk.go(None)
    return [desk.say(key, menu=True), *await needs.next_need(desk, draft)]


@router.message(StateFilter(None), Asks(Intent.OFFICE))
async def on_office(message: Message, desk: Desk) -> Answer:
    if desk.me.area_id is None:
        return await places.ask_area(desk)
    area = await desk.people.area(desk.me.area_id)
    hours = "、".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in desk.office.rules.hours.spans)
    where = area.address or desk.t("office-address-unknown")
    return desk.say("office", area=area.name, hours=hours, address=where, phone=area.phone or NO_PHONE)
