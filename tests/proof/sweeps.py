"""The sweeps of the running desk's clock, by its own table, so that a new one is proven as well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from bot.clock import Clock
from storage.database import Database
from storage.ledger import Rules

Sweep = Callable[[], Awaitable[Any]]


def sweeps(database: Database, rules: Rules, now: Callable[[], datetime]) -> dict[str, tuple[Sweep, int]]:
    """Every sweep by its name, with how many minutes lie between two of its turns. Notices stay in the outbox."""
    courier = SimpleNamespace(wake=lambda: None, submit=lambda rows: None)
    clock = Clock(database, cast(Any, SimpleNamespace(rules=rules)), now, cast(Any, courier))
    return {name: (getattr(clock, name), int(every.total_seconds() // 60)) for name, every in Clock.EVERY.items()}
