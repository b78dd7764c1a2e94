"""The numbers of a day's requests: each is given out once, and none is left out.

On SQLite one counts on; whoever writes is alone. On PostgreSQL that would make every community wait for whoever
records just now, from their number until their commit (decision 18). There a number is held by a lock of its own, for
which nobody waits: the lowest that no request has and nobody holds. One that was given back, because its recording
failed or its process died, is the next to be given out. So whoever records waits for others only while `serial` is
brought up to date, as the last thing before the commit."""

from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from knowledge import numbers
from storage.database import insert_or, last_of_all
from storage.quick import first
from storage.tables import Request, Serial

_BACK = 64
"""How far below the last number of the day one is looked for that was given back: every eighth time, else the last
eight."""
_AHEAD = 24
"""How far above it one is looked for that nobody holds, at first: as many can be recorded at once."""


async def next_number(session: AsyncSession, day: date) -> str:
    """A number for a request that is recorded in this unit of work."""
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        return numbers.make(day, await first(session, _counted(dialect), {"day": day, "last": 1}))
    near: dict[str, Any] = {
        "day": day,
        "digits": f"{day:%y%m%d}",
        "key": day.toordinal(),
        "back": _BACK,
        "ahead": _AHEAD,
    }
    while True:
        serial = (await session.execute(_FREE, near)).scalar()
        if serial is None:
            near["ahead"] = min(4 * near["ahead"], numbers.LARGEST_SERIAL)
            continue
        number = numbers.make(day, serial)
        if await first(session, _TAKEN, {"number": number}) is None:  # who held it may have committed in that moment
            last_of_all(session, _reached(dialect), {"day": day, "last": serial})
            return number


_FREE = text(
    # Not free is a number of which some request has the digits before the check digit. They are counted, for NOT EXISTS
    # becomes a join by their length, which reads every request there is. The list is complete before the first lock is
    # tried, so that none is taken but the one that is used.
    """
    WITH near AS (SELECT coalesce((SELECT last FROM serial WHERE day = :day), 0) AS last),
    named AS (
        SELECT n, :digits || lpad(CAST(n AS text), greatest(4, length(CAST(n AS text))), '0') AS number
        FROM near, generate_series(
            CAST(greatest(last - CASE WHEN last % 8 = 0 THEN :back ELSE 8 END, 0) + 1 AS int),
            CAST(last + :ahead AS int)
        ) AS n
    ),
    free AS MATERIALIZED (
        SELECT n FROM named
        WHERE 0 = (
            SELECT count(*) FROM request
            WHERE request.number BETWEEN named.number || '0' AND named.number || '9'
            AND length(request.number) = length(named.number) + 1
        )
        ORDER BY n
    )
    SELECT n FROM free WHERE pg_try_advisory_xact_lock(:key, n) LIMIT 1
    """
)
_TAKEN = select(Request.id).where(Request.number == bindparam("number"))


@cache
def _counted(dialect: str) -> Any:
    """Takes the next number of a day."""
    put = insert_or(dialect)(Serial)
    return put.on_conflict_do_update(index_elements=["day"], set_={"last": Serial.last + 1}).returning(Serial.last)


@cache
def _reached(dialect: str) -> Any:
    """Says how far the numbers of a day have come."""
    put = insert_or(dialect)(Serial)
    further = func.greatest(Serial.last, put.excluded.last)
    return put.on_conflict_do_update(index_elements=["day"], set_={"last": further})
