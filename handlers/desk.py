"""The desk at which one update is handled: who is speaking, what they may reach, and how to answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.speech import Choice, Say
from handlers.texts import Markup, Texts, Voice, texts
from knowledge import Matcher
from knowledge.lifecycle import Role
from storage.casebook import Casebook
from storage.conversations import Chat
from storage.ledger import Rules
from storage.people import People, Post
from storage.tables import Person

CONSENT_VERSION = "2026-11"

RESIDENT_MENU = ("menu-services", "menu-requests", "menu-human", "menu-settings")
WORKER_MENU = ("menu-tasks", "menu-behalf", "menu-services", "menu-settings")
MANAGER_MENU = ("menu-overview", "menu-tasks", "menu-behalf", "menu-settings")
"""The menu that stays at the bottom, by role."""


class Step(StatesGroup):
    """What the desk is waiting for in a chat; no step means that anything may be said."""

    consent = State()
    area = State()
    confirm = State()  # a draft is on the table
    human = State()  # the next words go to a person as they are
    talk = State()  # words go to the other side of `data["request"]`
    whose = State()  # a message waits for the choice of its request
    comment = State()
    outcome = State()
    transfer_reason = State()
    replace_reason = State()
    behalf_name = State()
    behalf_phone = State()
    behalf_need = State()
    fact = State()


class Act(CallbackData, prefix="r"):
    """Something to do with one request."""

    act: str
    id: int
    arg: str = ""


class Pick(CallbackData, prefix="p"):
    """A choice that is not about a recorded request."""

    what: str
    arg: str = ""


@dataclass(frozen=True)
class Office:
    """What every update shares: the rules, the matcher, the words."""

    rules: Rules
    matcher: Matcher
    texts: Texts = field(default_factory=texts)


@dataclass
class Desk:
    """Made anew for every update; everything it changes is one transaction."""

    office: Office
    session: AsyncSession
    now: datetime
    channel: str
    chat: Chat
    person: Person | None
    posts: Sequence[Post]
    first_name: str = ""
    locale: str = "zh"

    @cached_property
    def people(self) -> People:
        return People(self.session, self.now)

    @cached_property
    def casebook(self) -> Casebook:
        return Casebook(self.session, self.office.rules, self.now)

    @property
    def me(self) -> Person:
        """The person speaking; only for handlers that come after consent."""
        if self.person is None:
            raise RuntimeError("nobody is known in this chat yet")
        return self.person

    @property
    def known(self) -> bool:
        """Whether personal data may be kept: consent was given and not withdrawn."""
        return self.person is not None and self.person.consented_at is not None and self.person.withdrawn_at is None

    @property
    def is_staff(self) -> bool:
        return bool(self.posts)

    @property
    def is_manager(self) -> bool:
        return any(post.role is Role.MANAGER for post in self.posts)

    @property
    def language(self) -> str:
        return self.person.language if self.person else self.locale

    @property
    def elder(self) -> bool:
        return bool(self.person and self.person.elder_mode)

    # -- speaking

    @property
    def voice(self) -> Voice:
        return Voice(self.office.texts, self.language, self.elder, self.office.rules.zone)

    def t(self, key: str, **values: object) -> Markup:
        return self.voice.t(key, **values)

    def say(
        self,
        key: str,
        choices: Sequence[Choice] = (),
        *,
        columns: int = 1,
        menu: bool = False,
        request_id: int | None = None,
        **values: object,
    ) -> Say:
        """A sentence with its buttons; `menu` also lays out the menu of this person's role."""
        return Say(
            text=self.t(key, **values),
            choices=list(choices),
            columns=columns,
            menu=self.menu_words() if menu else None,
            request_id=request_id,
        )

    def button(self, key: str, data: CallbackData | str, **values: object) -> Choice:
        return Choice(self.t(key, **values), data if isinstance(data, str) else data.pack())

    def service_name(self, service_id: str) -> str:
        return self.voice.named(self.office.rules.catalogue.service(service_id))

    def menu_words(self) -> list[str]:
        keys = MANAGER_MENU if self.is_manager else WORKER_MENU if self.is_staff else RESIDENT_MENU
        return [self.t(key) for key in keys]

    # -- remembering

    @property
    def data(self) -> dict[str, Any]:
        """What was typed so far; `go` and `keep` change it."""
        return self.chat.data

    def go(self, step: State | None, **data: Any) -> None:
        """Wait for `step` next, remembering only `data`."""
        self.chat.state = step.state if step else None
        self.chat.data = data
        self.chat.changed = True

    def keep(self, **data: Any) -> None:
        """Remember this too."""
        self.chat.data = {**self.chat.data, **data}
        self.chat.changed = True
