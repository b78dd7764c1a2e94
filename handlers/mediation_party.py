"""The other party of a mediation: comes in by a one-time link, agrees or refuses, talks with the mediator.

They never see what the applicant said, and the applicant never sees what they say."""

from datetime import datetime
from typing import Any

from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from handlers import drafts, needs
from handlers import mediation_words as words
from handlers.desk import MANAGER_MENU, RESIDENT_MENU, WORKER_MENU, Desk, Pick, Step, is_free
from handlers.incoming import Content, clean, read
from handlers.mediation_words import Party, cases, names_of
from handlers.routing import DeskRouter, Plain
from handlers.speech import Answer, Say
from knowledge.intents import Intent, find
from storage.mediation_docket import DOMAIN, Asked, Docket

router = DeskRouter(name="mediation party")

LINK = "mediate-"
"""How the word after /start begins in an invitation."""
_TO_THE_DESK = frozenset({Intent.MY_REQUESTS, Intent.PROGRESS, Intent.URGE, Intent.OFFICE})


async def opened(desk: Desk, token: str) -> Answer:
    """Somebody follows an invitation: consent first, then what it is about.

    :raises CaseError: it is no link, or not (or no longer) theirs
    """
    docket = await cases(desk).find_link(token, desk.person.id if desk.person else None)
    desk.go(None)
    desk.keep(mediate=token)
    if desk.known:
        return await entered(desk)
    desk.stay(Step.consent)
    area = await desk.people.area(docket.request.area_id)
    key = "mediation-consent-telegram" if desk.channel == "telegram" else "mediation-consent"
    yes = desk.button("consent-yes", Pick(what="consent", arg="yes"))
    return desk.say(key, [yes, desk.button("consent-no", Pick(what="consent", arg="no"))], columns=2, area=area.name)


async def entered(desk: Desk) -> Answer:
    """After consent: they are the other party of the case whose link they followed."""
    book, draft = cases(desk), needs.on_table(desk)
    docket = await book.enter(desk.data["mediate"], desk.me)
    for part in drafts.parts(draft) if draft else []:  # said before consent, to whoever sent the invitation
        await book.say_in_case(docket.case.id, desk.me.id, part.text, part.files)
    desk.go(None)
    return [desk.say("mediation-welcome", menu=True), await _card(desk, docket)]


async def _card(desk: Desk, docket: Docket) -> Say:
    item = desk.office.rules.catalogue.recorded(docket.request.service_id)
    area = await desk.people.area(docket.request.area_id)
    names = await names_of(desk, docket)
    return Say(words.party_card(desk.voice, docket, item, names, area.name), words.party_choices(desk.voice, docket), 1)


@router.callback_query(Party.filter())
async def acted(query: CallbackQuery, callback_data: Party, desk: Desk) -> Answer:
    """Every button of the other party; which are open, the case says."""
    book, act, arg = cases(desk), callback_data.act, callback_data.arg
    case_id, me = callback_data.id, desk.me.id
    docket, is_other = await book.case_of(case_id, me)
    if not is_other:
        return desk.say("error-not-your-turn")
    match act:
        case "card":
            return await _card(desk, docket)
        case "accept":
            docket = await book.other_answers(case_id, me, accepts=True, mediator=arg != "other")
            said = desk.say("mediation-party-another" if arg == "other" else "mediation-party-accepted")
            return [said, await _card(desk, docket)]
        case "refuse" if arg == "yes":
            # The routes come as a notice, the same to both.
            await book.other_answers(case_id, me, accepts=False)
            desk.go(None)
            return None
        case "refuse":
            yes = desk.button("mediation-party-refuse-yes", Party(act="refuse", id=case_id, arg="yes"))
            return desk.say("mediation-party-refuse-ask", [yes, desk.button("back", Party(act="card", id=case_id))])
        case "mediator":
            docket = await book.judge_mediator(docket.request.id, me, accepts=arg == "yes")
            mediator = await desk.people.get(docket.case.mediator_id)
            key = "mediation-mediator-taken" if arg == "yes" else "mediation-mediator-other"
            return desk.say(key, mediator=mediator.name)
        case "talk":
            desk.go(Step.party, case=case_id)
            mediator = await desk.people.get(docket.case.mediator_id)
            return desk.say("mediation-talk-party", [desk.button("talk-end", Pick(what="end"))], name=mediator.name)
    return desk.say("button-old")


class ToSomebody(Plain):
    """Free words that the other party of a mediation may say to the mediator."""

    def holds(self, event: Message, desk: Desk) -> bool:
        here = desk.at(Step.party) or (desk.chat.state in (None, Step.confirm.state) and not desk.is_staff)
        if not here or not desk.known or event.reply_to_message is not None:
            return False
        return is_free(desk, clean(event.text or ""), RESIDENT_MENU, WORKER_MENU, MANAGER_MENU)


class ForMediator(Filter):
    """They are for the mediator: said in a talk with them, or the answer to what they asked."""

    async def __call__(self, message: Message, desk: Desk) -> bool | dict[str, Any]:
        if desk.at(Step.party):
            return {"case_id": desk.data["case"], "begun": True}
        asked = await cases(desk).asked(desk.me.id)
        if asked is None or (desk.chat.state is not None and _later(desk, asked)):
            return False
        if not asked.by_words and (await desk.waiting() or _of_their_own(desk, read(message, desk.channel))):
            return False
        return {"case_id": asked.case_id, "begun": False}


def _later(desk: Desk, asked: Asked) -> bool:
    """Whether a need was told since they were asked: what is said now goes on with that."""
    return not desk.stale and datetime.fromisoformat(desk.data["at"]) > asked.since


def _of_their_own(desk: Desk, content: Content) -> bool:
    """Whether words that nobody asked for are a need of their own, or a wish to the desk, and not about the case."""
    if not _TO_THE_DESK.isdisjoint(find(content.text)):
        return True
    if not needs.is_new(desk, content):
        return False
    best = desk.office.matcher.match(content.text).ranked[0].id
    return desk.office.rules.catalogue.service(best).domain != DOMAIN


@router.message(ToSomebody(), ForMediator())
async def for_mediator(message: Message, desk: Desk, case_id: int, begun: bool) -> Answer:
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    book = cases(desk)
    await book.say_in_case(case_id, desk.me.id, content.text, content.files)
    docket, _ = await book.case_of(case_id, desk.me.id)
    mediator = await desk.people.get(docket.case.mediator_id)
    if begun and desk.data.get("told"):
        return None
    needs.clear(desk)  # what lay on the table comes back when the talk ends
    passed = [{"text": content.text, "files": content.files, "album": content.album, "message_id": content.message_id}]
    desk.stay(Step.party, case=case_id, told=True, passed=[] if begun else passed)
    choices = [desk.button("talk-end", Pick(what="end"))]
    if not begun:
        choices.append(desk.button("new-need", Pick(what="new")))
    return desk.say("mediation-passed", choices, columns=2, name=mediator.name)
