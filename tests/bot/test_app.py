"""The wiring: the time it keeps."""

from datetime import timedelta

from bot.app import Steady
from tests.conftest import NOON


def test_time_goes_on_when_the_clock_is_set_back() -> None:
    """Set back by an hour: ten seconds later it is ten seconds later; set forward: it is followed at once."""
    wall, passed = NOON, 0.0
    now = Steady(lambda: wall, lambda: passed)
    assert now() == NOON
    wall, passed = NOON - timedelta(hours=1), 10.0
    assert now() == NOON + timedelta(seconds=10)
    wall, passed = wall + timedelta(seconds=5), 15.0
    assert now() == NOON + timedelta(seconds=15)
    wall = NOON + timedelta(days=1)
    assert now() == NOON + timedelta(days=1)
