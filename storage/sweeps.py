"""The shape of a sweep: what is due is found by its ids, and taken. Whoever starts it opens the units of work, so that
one row that cannot be taken does not hold up the others."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.ledger import Rules

BATCH = 500
"""Rows that are found at once."""

FEW = 3
"""More notices than this for one person in one unit of work become one digest."""


Due = Callable[[AsyncSession, Rules, datetime, Collection[int]], Awaitable[Sequence[int]]]
Take = Callable[[AsyncSession, Rules, datetime, Collection[int]], Awaitable[int]]


@dataclass(frozen=True)
class Part:
    """One thing that a sweep does to rows of one kind.

    :ivar name: what is done, for the log: it goes before an id
    :ivar due: finds the ids of what is due, the most urgent first, at most `BATCH`; some are left out
    :ivar take: does it to those of them that are due still, for another process may have been quicker; returns how
        many it changed, or how many notices it wrote
    :ivar at_once: how many are taken in one unit of work
    """

    name: str
    due: Due
    take: Take
    at_once: int = BATCH


async def found(session: AsyncSession, query: Select[int], but: Collection[int]) -> Sequence[int]:
    """The first ids that a query finds, without some."""
    key: Any = query.selected_columns[0]
    asked = query.where(key.not_in(but)) if but else query
    return list(await session.scalars(asked.limit(BATCH)))
