"""Routers that pass over what cannot be meant.

aiogram asks each filter of each handler in a coroutine of its own, and each `F` expression in a thread: some two
hundred for one free sentence. Most of them only look at the words, the button, the step or the post. Here these are
asked first, where they stand, and a handler of which one says no is passed over. Which handlers the step of the chat,
who speaks, the kind of button, or a command leave over is found out once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.handler import FilterObject, HandlerObject
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.filters import Command, Filter, StateFilter
from aiogram.filters.callback_data import CallbackData, CallbackQueryFilter
from aiogram.fsm.state import State
from aiogram.types import TelegramObject

from handlers.desk import Desk

Look = Callable[[Any, Mapping[str, Any]], bool]
"""Whether an event with what is known beside it can pass one filter."""


@dataclass(frozen=True)
class Kind:
    """What sorts events: the step of their chat, who speaks, whether they may be a command, and what kind of button
    they press."""

    state: str | None
    known: bool
    staff: bool
    manager: bool
    command: bool
    button: str | None


Sort = Callable[[Kind], bool]
"""Whether events of a kind can pass one filter."""


class Plain(Filter):
    """A filter that only looks, at the event and the desk, and asks nothing of the database. One that does ask stands
    behind one of these, so that it is asked of few events."""

    def suits(self, kind: Kind) -> bool:
        """Whether it can hold for any event of this kind; found out once for each."""
        return True

    def holds(self, event: Any, desk: Desk) -> bool | dict[str, Any]:
        """Whether it is for the handler; with what it has seen, where the handler wants that."""
        raise NotImplementedError

    async def __call__(self, event: TelegramObject, desk: Desk) -> bool | dict[str, Any]:
        return self.holds(event, desk)


class _Observer(TelegramEventObserver):
    """Asks those handlers only that can want an event, which comes with the desk."""

    def __init__(self, router: Router, event_name: str) -> None:
        super().__init__(router, event_name)
        self._sorts: list[tuple[Sort, ...]] = []
        self._looks: list[tuple[Look, ...]] = []
        self._buttons: set[str] = set()
        self._rows: dict[Kind, list[tuple[HandlerObject, tuple[Look, ...]]]] = {}

    def register(self, callback: Any, *filters: Any, flags: Any = None, **more: Any) -> Any:
        super().register(callback, *filters, flags=flags, **more)
        conditions = self.handlers[-1].filters or ()
        self._sorts.append(tuple(sort for c in conditions if (sort := _sort(c)) is not None))
        self._looks.append(tuple(look for c in conditions if (look := _look(c)) is not None))
        self._rows.clear()
        for condition in conditions:
            _at_once(condition)
            if isinstance(condition.callback, CallbackQueryFilter):
                self._buttons.add(condition.callback.callback_data.__prefix__)
        return callback

    def add(self, other: "_Observer") -> None:
        """Ask these handlers too, after one's own.

        :raises ValueError: it has filters or middlewares of its own, which would be lost
        """
        if other.middleware or other.outer_middleware or other._handler.filters:
            raise ValueError(f"{other.router.name} has more than handlers")
        self.handlers += other.handlers
        self._buttons |= other._buttons
        self._sorts += other._sorts
        self._looks += other._looks
        self._rows.clear()

    async def trigger(self, event: TelegramObject, **kwargs: Any) -> Any:
        if not self.handlers:  # of errors, when there may be nobody left to ask of
            return UNHANDLED
        for handler, looks in self._row(self._kind(event, kwargs)):
            for look in looks:
                if not look(event, kwargs):
                    break
            else:
                kwargs["handler"] = handler
                passed, found = await handler.check(event, **kwargs)
                if passed:
                    around = self.outer_middleware.wrap_middlewares(self._resolve_middlewares(), handler.call)
                    return await around(event, {**kwargs, **found})
        return UNHANDLED

    def _kind(self, event: Any, beside: Mapping[str, Any]) -> Kind:
        desk: Desk = beside["desk"]
        said = getattr(event, "text", None) or getattr(event, "caption", None) or ""
        button = (getattr(event, "data", None) or "").split(":", 1)[0]
        known = button if button in self._buttons else None  # or forged ones would make a row each
        command = said.lstrip().startswith("/")
        return Kind(beside.get("raw_state"), desk.known, desk.is_staff, desk.is_manager, command, known)

    def _row(self, kind: Kind) -> list[tuple[HandlerObject, tuple[Look, ...]]]:
        """The handlers that an event of this kind can come to."""
        row = self._rows.get(kind)
        if row is None:
            every = zip(self.handlers, self._sorts, self._looks, strict=True)
            row = [(handler, looks) for handler, sorts, looks in every if all(sort(kind) for sort in sorts)]
            self._rows[kind] = row
        return row


class DeskRouter(Router):
    """A router of handlers that get the desk."""

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)
        self._rows = {kind: _Observer(self, kind) for kind in self.observers}
        self.observers.update(self._rows)
        for kind, row in self._rows.items():
            setattr(self, kind, row)

    def add(self, other: "DeskRouter") -> None:
        """Ask another's handlers too, after one's own: one row of handlers is asked faster than a tree of them.

        :raises ValueError: it has more than handlers (filters, middlewares, routers), which would be lost
        """
        if other.sub_routers:
            raise ValueError(f"{other.name} has more than handlers")
        for kind, row in self._rows.items():
            row.add(other._rows[kind])


def _sort(condition: FilterObject) -> Sort | None:
    """The part of a filter that the kind of an event decides; None when it has none."""
    kind = condition.callback
    if isinstance(kind, StateFilter):
        states = [state.state if isinstance(state, State) else state for state in kind.states]
        return partial(_waits, frozenset(states)) if all(s is None or isinstance(s, str) for s in states) else None
    if isinstance(kind, Plain):
        return kind.suits
    if isinstance(kind, Command):
        return lambda sorted_: sorted_.command
    if isinstance(kind, CallbackQueryFilter):
        return partial(_of_button, kind.callback_data.__prefix__)
    return None


def _waits(states: frozenset[Any], kind: Kind) -> bool:
    return "*" in states or kind.state in states


def _of_button(prefix: str, kind: Kind) -> bool:
    return kind.button == prefix


def _look(condition: FilterObject) -> Look | None:
    """The part of a filter that only looks; None when it does more, so that it must be asked itself."""
    kind = condition.callback
    if condition.magic is not None:
        return partial(_resolves, condition.magic)
    if isinstance(kind, Plain):
        return partial(_holds, kind)
    return partial(_presses, kind) if isinstance(kind, CallbackQueryFilter) else None


def _resolves(magic: Any, event: TelegramObject, _beside: Mapping[str, Any]) -> bool:
    return bool(magic.resolve(event))


def _holds(condition: Plain, event: TelegramObject, beside: Mapping[str, Any]) -> bool:
    return bool(condition.holds(event, beside["desk"]))


def _presses(condition: CallbackQueryFilter, event: Any, _beside: Mapping[str, Any]) -> bool:
    pressed = _read(condition.callback_data, event.data or "")
    return pressed is not None and (condition.rule is None or bool(condition.rule.resolve(pressed)))


@lru_cache(maxsize=1024)
def _read(kind: type[CallbackData], data: str) -> CallbackData | None:
    """What a button says, as one of this kind; None when it is of another."""
    if not data.startswith(f"{kind.__prefix__}{kind.__separator__}") and data != kind.__prefix__:
        return None
    try:
        return kind.unpack(data)
    except (TypeError, ValueError):
        return None


def _at_once(condition: FilterObject) -> None:
    """Have an `F` expression evaluated where it stands, and not in a thread."""
    if condition.magic is None or condition.awaitable:
        return
    resolve = condition.callback

    async def resolved(*args: Any, **values: Any) -> Any:
        return resolve(*args, **values)

    condition.callback, condition.awaitable = resolved, True
