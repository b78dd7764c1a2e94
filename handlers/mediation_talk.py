"""Words between the mediator and the other party. Quotes of what was passed on in a case are taken before anything else
is asked for, so that no answer to one party ever goes to the other."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import Message

from handlers.desk import Desk, Pick, Step
from handlers.incoming import read
from handlers.mediation_words import cases, names_of
from handlers.routing import DeskRouter
from handlers.speech import Answer
from handlers.talk import Quotes
from handlers.worker import Answering
from storage.ledger import CaseError
from storage.mediation_docket import Docket
from storage.mediation_tables import MediationShown

quotes = DeskRouter(name="mediation quotes")
router = DeskRouter(name="mediation talk")


async def start_talk(desk: Desk, docket: Docket, arg: str) -> Answer:
    """联系对方: what is said next goes to the other party."""
    if docket.case.other_id is None:
        raise CaseError("mediation_no_chat")
    desk.go(Step.case_talk, case=docket.case.id)
    name = docket.case.other_name or desk.t("mediation-other-unknown")
    return desk.say("mediation-talk-staff", [desk.button("talk-end", Pick(what="end"))], name=name)


@router.message(Answering(Step.case_talk))
async def in_talk(message: Message, desk: Desk) -> Answer:
    return await pass_on(desk, desk.data["case"], message, quiet=True)


class CaseQuoted(Filter):
    """What is quoted was shown about a case."""

    async def __call__(self, message: Message, desk: Desk, quote: int) -> bool | dict[str, Any]:
        found = await desk.session.get(MediationShown, (desk.channel, desk.chat.chat_id, quote))
        return {"case_id": found.case_id} if found is not None else False


@quotes.message(Quotes(), CaseQuoted())
async def on_quote(message: Message, desk: Desk, case_id: int) -> Answer:
    """An answer to what was passed on in a case goes to the other party, or to the mediator, and to nobody else."""
    return await pass_on(desk, case_id, message)


async def pass_on(desk: Desk, case_id: int, message: Message, *, quiet: bool = False) -> Answer:
    """Pass a message on within a case."""
    content = read(message, desk.channel)
    if content.empty:
        return desk.say("nothing-readable")
    await cases(desk).say_in_case(case_id, desk.me.id, content.text, content.files)
    if quiet:
        return None
    docket, from_other = await cases(desk).case_of(case_id, desk.me.id)
    names = await names_of(desk, docket)
    name = names.mediator if from_other else names.other or desk.t("mediation-other-unknown")
    return desk.say("mediation-passed", name=name)
