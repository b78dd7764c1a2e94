"""The routers: in their order, made anew for each dispatcher."""

import itertools
from types import SimpleNamespace
from typing import Any

from aiogram import Dispatcher, Router

from handlers import routers, talk
from handlers.desk import Step
from handlers.routing import Kind, Plain
from handlers.texts import texts


def test_the_tree_can_be_built_more_than_once() -> None:
    """Two dispatchers in one process do not disturb each other."""
    for _ in range(2):
        dispatcher = Dispatcher(disable_fsm=True)
        dispatcher.include_router(routers.build())
        assert dispatcher.sub_routers


def test_danger_is_asked_first_and_free_words_last() -> None:
    """Nothing stands before danger; what takes everything stands at the end; quotes come before steps."""
    asked = [handler.callback.__module__ for handler in routers.build().message.handlers]
    assert asked[0] == "handlers.alarm"
    assert asked[-1] == "handlers.talk"
    places = [asked.index(f"handlers.{name}") for name in ("talk", "worker", "requests", "needs")]
    assert places == sorted(places), "a quote (of `talk`) before steps, staff before residents"


def test_every_handler_is_asked_once() -> None:
    """The one router has all the handlers of those it is made of, each once."""
    root = routers.build()
    for kind, observer in root.observers.items():
        handlers = [handler.callback for handler in observer.handlers]
        assert len(handlers) == len(observer.handlers)
        assert kind not in ("message", "callback_query") or len(handlers) > 80


def test_every_kind_of_update_has_a_last_handler() -> None:
    """A message or a button that nobody else takes is answered by the last router."""
    last: Router = talk.router
    assert not last.message.handlers[-1].filters
    assert not last.callback_query.handlers[-1].filters
    assert not last.edited_message.handlers[-1].filters


def sorting() -> list[Plain]:
    """The filters that leave a handler out for whole kinds of events."""
    root = routers.build()
    asked = [c.callback for o in root.observers.values() for h in o.handlers for c in h.filters or ()]
    return [f for f in asked if isinstance(f, Plain) and type(f).suits is not Plain.suits]


def test_what_is_left_out_for_a_kind_of_event_would_not_hold() -> None:
    """A handler that sorting leaves out is one whose filter says no, whoever speaks and in every step."""
    asked = sorting()
    assert len({type(f) for f in asked}) >= 4
    steps = [None, *(step.state for step in Step.__all_states__)]
    for state, known, staff, manager in itertools.product(steps, *[(False, True)] * 3):
        kind = Kind(state, known, staff, manager, False, None)
        office = SimpleNamespace(texts=texts())
        desk: Any = SimpleNamespace(
            chat=SimpleNamespace(state=state), known=known, is_staff=staff, office=office, data={}
        )
        desk.is_manager = manager
        for one in asked:
            held = bool(one.holds(SimpleNamespace(text="今天下午送到了"), desk))
            assert one.suits(kind) or not held, f"{type(one).__name__} in {kind}"
    everybody = [one for one in asked if all(one.suits(Kind(s, True, True, True, False, None)) for s in steps)]
    assert len(everybody) < len(asked), "sorting by step leaves something out"
