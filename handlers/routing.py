"""Routers that pass over what cannot be meant.

aiogram asks each filter of each handler in a coroutine of its own, and each `F` expression in a thread: some two
hundred for one free sentence. Most of them only look at the words, the button, the step or the post. Here these are
asked first, where they stand, and a handler of which one says no is passed over."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.dispatcher.event.handler import FilterObject
from aiogram.dispatcher.event.telegram import TelegramEventObserver
from aiogram.filters import Command, Filter, StateFilter
from aiogram.filters.callback_data import CallbackData, CallbackQueryFilter
from aiogram.fsm.state import State
from aiogram.types import TelegramObject

from handlers.desk import Desk

Look = Callable[[Any, Mapping[str, Any]], bool]
"""Whether an event with what is known beside it can pass one filter."""


class Plain(Filter):
    """A filter that only looks, at the event and the desk, and asks nothing of the database."""

    def holds(self, event: Any, desk: Desk) -> bool:
        raise NotImplementedError

    async def __call__(self, event: TelegramObject, desk: Desk) -> bool:
        return self.holds(event, desk)


class _Observer(TelegramEventObserver):
    """Asks those handlers only that can want an event."""

    def __init__(self, router: Router, event_name: str) -> None:
        super().__init__(router, event_name)
        self._looks: list[tuple[Look, ...]] = []

    def register(self, callback: Any, *filters: Any, flags: Any = None, **more: Any) -> Any:
        super().register(callback, *filters, flags=flags, **more)
        conditions = self.handlers[-1].filters or ()
        self._looks.append(tuple(look for c in conditions if (look := _look(c)) is not None))
        for condition in conditions:
            _at_once(condition)
        return callback

    def add(self, other: "_Observer") -> None:
        """Ask these handlers too, after one's own.

        :raises ValueError: it has filters or middlewares of its own, which would be lost
        """
        if other.middleware or other.outer_middleware or other._handler.filters:
            raise ValueError(f"{other.router.name} has more than handlers")
        self.handlers += other.handlers
        self._looks += other._looks

    async def trigger(self, event: TelegramObject, **kwargs: Any) -> Any:
        for handler, looks in zip(self.handlers, self._looks, strict=True):
            if all(look(event, kwargs) for look in looks):
                kwargs["handler"] = handler
                passed, found = await handler.check(event, **kwargs)
                if passed:
                    around = self.outer_middleware.wrap_middlewares(self._resolve_middlewares(), handler.call)
                    return await around(event, {**kwargs, **found})
        return UNHANDLED


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


def _look(condition: FilterObject) -> Look | None:
    """The part of a filter that only looks; None when it does more, so that it must be asked itself."""
    kind = condition.callback
    if condition.magic is not None:
        return partial(_resolves, condition.magic)
    if isinstance(kind, Plain):
        return partial(_holds, kind)
    if isinstance(kind, StateFilter):
        states = [state.state if isinstance(state, State) else state for state in kind.states]
        return partial(_waits, frozenset(states)) if all(s is None or isinstance(s, str) for s in states) else None
    if isinstance(kind, Command):
        return partial(_commands, kind.prefix)
    return partial(_presses, kind) if isinstance(kind, CallbackQueryFilter) else None


def _resolves(magic: Any, event: TelegramObject, _beside: Mapping[str, Any]) -> bool:
    return bool(magic.resolve(event))


def _holds(condition: Plain, event: TelegramObject, beside: Mapping[str, Any]) -> bool:
    return condition.holds(event, beside["desk"])


def _waits(states: frozenset[Any], _event: TelegramObject, beside: Mapping[str, Any]) -> bool:
    return "*" in states or beside.get("raw_state") in states


def _commands(prefix: str, event: Any, _beside: Mapping[str, Any]) -> bool:
    said = event.text or event.caption or ""
    return said.lstrip().startswith(tuple(prefix))


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
