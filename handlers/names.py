"""What people are called. The web chat knows nobody's name: it is asked for once, and never needed."""

import re

from aiogram.types import Message

from handlers.desk import Desk, Pick, Step
from handlers.incoming import clean
from handlers.routing import Plain
from handlers.speech import Choice, Say
from handlers.texts import Texts, Voice
from knowledge import naming
from knowledge.lifecycle import Status
from storage.privacy import NAMELESS

_BY_NUMBER = re.compile(r"居民[0-9]{4}")
"""How the web chat calls whoever gave no name."""


def unknown(texts: Texts, name: str) -> bool:
    """Whether this only stands where a name would."""
    return name == NAMELESS or name in texts.every("somebody") or _BY_NUMBER.fullmatch(name) is not None


def question(voice: Voice) -> Say:
    return Say(voice.t("name-ask"), [Choice(voice.t("name-skip"), Pick(what="skip").pack())])


async def ask_once(desk: Desk) -> list[Say]:
    """Ask after the first request was recorded, behind its number (so it is a notice too); the answer may be anything
    else, which goes on as ever."""
    if not unknown(desk.office.texts, desk.me.name):
        return []
    if len(await desk.casebook.of_resident(desk.me.id, tuple(Status), own=True)) == 1:
        desk.keep(naming=True)
        desk.casebook.outbox.notice(desk.me.id, "name_ask")
    return []


class Named(Plain):
    """Somebody who was asked says a name; asked in the settings, whatever is short is one."""

    def holds(self, event: Message, desk: Desk) -> bool | dict[str, str]:
        if desk.stale or not (desk.chat.state == Step.name.state or desk.data.get("naming")):
            return False
        said = clean(event.text or "")
        name = naming.called(said, sure=desk.chat.state == Step.name.state)
        return {"called": name} if name else False
