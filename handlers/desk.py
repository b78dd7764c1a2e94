"""The desk at which one update is handled: who is speaking, what they may reach, and how to answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from html import unescape
from typing import Annotated, Any

from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.guesses import Guesses
from handlers.incoming import Content
from handlers.speech import Choice, Say, page
from handlers.texts import Markup, Texts, Voice, texts
from knowledge import Matcher
from knowledge.lifecycle import Role
from storage import outbox
from storage.casebook import Casebook
from storage.conversations import Chat
from storage.ledger import Rules, Source
from storage.people import People, Post
from storage.tables import Person, Request, Shown

CONSENT_VERSION = "2026-11"

REPORT_LINK = "reports:"
"""Stands before a code or token of the managers' page where its digest is made: no code of the chat is one of these."""

LASTS = timedelta(hours=1)
"""After so long without a word, what is said next begins anew: it is neither added to an old card nor passed on
to whoever one talked with before."""

RESIDENT_MENU = ("menu-services", "menu-requests", "menu-human", "menu-settings")
WORKER_MENU = ("menu-tasks", "menu-behalf", "menu-services", "menu-settings")
MANAGER_MENU = ("menu-overview", "menu-tasks", "menu-behalf", "menu-settings")
"""The menu that stays at the bottom, by role."""


class Step(StatesGroup):
    """What the desk is waiting for in a chat; no step means that anything may be said."""

    consent = State()
    area = State()
    name = State()  # what they want to be called
    confirm = State()  # a draft is on the table
    human = State()  # the next words go to a person as they are
    talk = State()  # words go to the other side of `data["request"]`
    whose = State()  # a message waits for the choice of its request
    comment = State()
    outcome = State()
    transfer_reason = State()
    replace_reason = State()
    handover = State()  # what handing on asks of staff (`data["asks"]`)
    behalf_name = State()
    behalf_phone = State()
    behalf_need = State()
    behalf_contact = State()  # who is spoken with for the person served (`data["asks"]`)
    behalf_ask = State()  # a question that is answered with a button
    care = State()  # what staff write after a rating or a call (`data["asks"]`)
    case = State()  # what a mediation or legal-aid case asks of staff (`data["asks"]`)
    case_talk = State()  # words of staff go to the other party of a mediation
    notice_words = State()
    supplement = State()
    extension_days = State()  # how long, typed or tapped
    extension_reason = State()
    extension_refused = State()
    party = State()  # words of the other party go to the mediator


OWN_WORDS = frozenset(
    step.state
    for step in (
        Step.outcome,
        Step.transfer_reason,
        Step.replace_reason,
        Step.handover,
        Step.behalf_name,
        Step.behalf_phone,
        Step.behalf_need,
        Step.behalf_contact,
        Step.behalf_ask,
        Step.care,
        Step.case,
        Step.case_talk,
        Step.notice_words,
        Step.supplement,
        Step.extension_days,
        Step.extension_reason,
        Step.extension_refused,
    )
)
"""Steps in which staff write about somebody else: their words are a report, not a cry or a wish of their own."""

COUNTED = frozenset({Step.extension_days.state})
"""Steps in which a number that is typed counts days, and not the buttons."""


Id = Annotated[int, Field(ge=0, lt=2**63)]
"""An id in a button: what the database can hold, for buttons can be forged."""


class Act(CallbackData, prefix="r"):
    """Something to do with one request."""

    act: str
    id: Id
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
    links: Callable[[], Mapping[str, str]] = dict
    """Addresses that open the desk on each channel with a word of one's own: the word is put at the end."""
    reports: Callable[[], str | None] = lambda: None
    """Where the managers' page lets one in: a code is put at the end. None: there is no page."""
    guesses: Guesses = field(default_factory=Guesses)


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
    _waiting: list[Request] | None = None

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
        return bool(self.person.elder_mode if self.person else self.data.get("elder"))

    async def meet(self) -> Person:
        """Somebody new: known by what the channel calls them."""
        self.person = await self.people.add(
            name=self.first_name or self.label("somebody"),
            channel=self.channel,
            chat_id=self.chat.chat_id,
            language=self.locale,
            elder_mode=self.elder,
        )
        return self.person

    async def waiting(self) -> list[Request]:
        """Requests in which staff waited for an answer of this person when the update came."""
        if self._waiting is None:
            self._waiting = await self.casebook.waiting_for_answer(self.me.id)
        return list(self._waiting)

    async def shown(self, message_id: int) -> Shown | None:
        """Which request a message in this chat belongs to."""
        return await outbox.shown(self.session, self.channel, self.chat.chat_id, message_id)

    def source(self, content: Content, reply_to_id: int | None = None) -> Source:
        """Where these words were typed, and what was passed on before that they answer."""
        return Source(self.channel, self.chat.chat_id, content.message_id, content.album, reply_to_id)

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

    def first(self, say: Say) -> None:
        """Say this before any notice that the update brings about."""
        row = self.casebook.outbox.reply(self.channel, self.chat.chat_id, say.pack(), request_id=say.request_id)
        row.payload["voice"] = [self.language, self.elder]
        row.person_id = self.person.id if self.person else None
        self.remember_buttons(say)

    def remember_buttons(self, say: Say) -> None:
        """A digit typed next means one of these; those behind 「更多」 are shown when it is pressed."""
        if say.choices:
            shown, rest = page(say.choices, self.elder, self.t("more"))
            self.chat.choices = [[c.label, c.data] for c in shown]
            self.keep(more=[[c.label, c.data] for c in rest], asked=False)

    def label(self, key: str, **values: object) -> str:
        """The words of a button: plain text, not HTML."""
        return unescape(self.t(key, **values))

    def button(self, key: str, data: CallbackData, **values: object) -> Choice:
        return Choice(self.label(key, **values), data.pack())

    def service_name(self, service_id: str) -> str:
        return self.voice.named(self.office.rules.catalogue.recorded(service_id))

    def menu_words(self) -> list[str]:
        keys = MANAGER_MENU if self.is_manager else WORKER_MENU if self.is_staff else RESIDENT_MENU
        return [self.label(key) for key in keys]

    # -- remembering

    @property
    def data(self) -> dict[str, Any]:
        """What was typed so far; `go` and `keep` change it."""
        return self.chat.data

    @property
    def stale(self) -> bool:
        """Whether nothing was said for so long that what is remembered is over."""
        at = self.chat.data.get("at")
        return at is None or self.now - datetime.fromisoformat(at) > LASTS

    def at(self, step: State) -> bool:
        """Whether this step is waited for, and not for so long that it is over."""
        return self.chat.state == step.state and not self.stale

    def go(self, step: State | None, **data: Any) -> None:
        """Wait for `step` next, remembering only `data`, and pictures sent for an outcome that is not written yet."""
        shown = self.chat.data.get("shown")
        self.chat.data = {"shown": shown} if shown else {}
        self.stay(step, **data)

    def stay(self, step: State | None, **data: Any) -> None:
        """Wait for `step` next, remembering `data` beside what is known."""
        self.chat.state = step.state if step else None
        self.keep(**data)

    def keep(self, **data: Any) -> None:
        """Remember this too."""
        self.chat.data = {**self.chat.data, **data, "at": self.now.isoformat()}
        self.chat.changed = True


def is_free(desk: Desk, said: str, *menus: Sequence[str]) -> bool:
    """Whether words are neither a command nor a word of one of these menus."""
    return not said.startswith("/") and not any(said in desk.office.texts.every(key) for menu in menus for key in menu)
