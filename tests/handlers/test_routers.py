"""The routers: in their order, made anew for each dispatcher."""

from aiogram import Dispatcher, Router

from handlers import routers, talk


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
