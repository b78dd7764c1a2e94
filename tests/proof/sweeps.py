"""The sweeps that the clock of the running desk starts, found by asking it, so that a new one is proven as well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from bot.clock import Clock
from storage.database import Database
from storage.ledger import Rules

Sweep = Callable[[], Awaitable[Any]]


class _Listing:
    """In the place of the scheduler: writes down what would be started."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[Sweep, int]] = {}

    def add_job(self, careful: Any, trigger: Any, **_: Any) -> None:
        [sweep] = careful.args
        self.found[sweep.__name__] = (sweep, int(trigger.interval.total_seconds() // 60))

    def start(self) -> None:
        pass


def sweeps(database: Database, rules: Rules, now: Callable[[], datetime]) -> dict[str, tuple[Sweep, int]]:
    """Every sweep by its name, with how many minutes lie between two of its turns. Notices stay in the outbox."""
    courier = SimpleNamespace(wake=lambda: None, submit=lambda rows: None)
    clock = Clock(database, cast(Any, SimpleNamespace(rules=rules)), now, cast(Any, courier))
    listing = _Listing()
    clock._scheduler = cast(Any, listing)
    clock.start()
    return listing.found
