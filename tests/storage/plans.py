"""What a database would do for each statement that ran: those that would read a large table from end to end."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from storage.database import Database
from storage.sqlite_driver import Connection

LARGE = ("request", "event", "outbox", "message", "rating", "note", "shown", "handled_update", "web_message", "contact")
SHORT = ("outbox_pending", "outbox_failed", "request_offered", "rectification_open")
"""Indexes that hold only what waits: these may be read from end to end."""


@contextmanager
def listening(database: Database) -> Iterator[dict[str, Any]]:
    """Every statement that runs meanwhile, with values it ran with."""
    heard: dict[str, Any] = {}

    def hear(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            heard.setdefault(statement, values[0] if many else values)

    run = Connection.run

    def quick(connection: Connection, statement: str, values: Any) -> Any:
        hear(None, None, statement, tuple(values), None, False)
        return run(connection, statement, values)

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    try:
        with patch.object(Connection, "run", quick):  # what goes past SQLAlchemy
            yield heard
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", hear)


async def scanned(database: Database, statements: dict[str, Any]) -> dict[str, str]:
    """The statements that would read a large table from end to end, with the plan. PostgreSQL is told to do so only
    where it has no other way, for it would on the few rows of a test."""
    found: dict[str, str] = {}
    large = "|".join(LARGE)
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            await connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, values in statements.items():
            explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
            rows = await connection.exec_driver_sql(explain + statement, values)
            plan = "\n".join(str(row[-1]) for row in rows)
            if database.is_sqlite:
                names = dict(re.findall(rf'(?:FROM|JOIN|,)\s+"?({large})"? AS "?(\w+)"?', statement))
                aliases = "|".join([large, *names.values()])
                if re.search(rf"^SCAN ({aliases})\b", plan, re.MULTILINE):
                    found[statement] = plan
            elif re.search(rf"Seq Scan on ({large})\b", plan) or _whole_index(plan, large):
                found[statement] = plan
    return found


def _whole_index(plan: str, large: str) -> bool:
    """Whether PostgreSQL reads an index of a large table from end to end to sift its rows by another query, without a
    condition and no LIMIT to end it. (That a small table is walked through to be merged with another says nothing.)"""
    lines = plan.splitlines()
    for place, line in enumerate(lines):
        found = re.search(rf"Index (?:Only )?Scan (?:Backward )?using (\w+) on (?:{large})\b", line)
        if found is not None and found[1] not in SHORT:
            depth = len(line) - len(line.lstrip())
            following = list(itertools.takewhile(lambda below: "->" not in below, lines[place + 1 :]))
            above = [up for up in lines[:place] if len(up) - len(up.lstrip()) < depth]
            sifted = any("Filter" in below and "SubPlan" in below for below in following)  # an OR with another query
            conditions = any("Index Cond" in below for below in following)
            if sifted and not conditions and not any("Limit" in up for up in above):
                return True
    return False
