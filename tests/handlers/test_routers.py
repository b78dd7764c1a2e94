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
    names = [router.name for router in routers.build().sub_routers]
    assert names[0] == "alarm"
    assert names[-1] == "talk"
    assert names.index("quotes") < names.index("worker") < names.index("requests") < names.index("needs")
    assert len(names) == len(set(names))


def test_every_kind_of_update_has_a_last_handler() -> None:
    """A message or a button that nobody else takes is answered by the last router."""
    last: Router = talk.router
    assert not last.message.handlers[-1].filters
    assert not last.callback_query.handlers[-1].filters
    assert not last.edited_message.handlers[-1].filters
