"""The schema: brought up to date by the packaged migrations, and never run against a newer one."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"
_ALONE = 7_407_001
"""The number of the lock, among a database's locks that mean whatever their holders agree on, under which the schema
changes."""
_REVISION = re.compile(r'^(down_)?revision = (?:"(.+)"|None)$', re.MULTILINE)


class SchemaError(Exception):
    """The database has a schema that this version does not know."""


def config() -> "Config":
    """Alembic's configuration: the packaged scripts, no ini file."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(_SCRIPTS))
    return made


def revisions() -> list[str]:
    """The packaged revisions, from the first to the newest. Read from the scripts as text: alembic takes longer to
    load than everything else that a start does to the database, and is needed only when something is to change."""
    after: dict[str | None, str] = {}
    for script in (_SCRIPTS / "versions").glob("*.py"):
        named = {bool(down): name or None for down, name in _REVISION.findall(script.read_text("utf-8"))}
        if (name := named.get(False)) is not None:
            after[named.get(True)] = name
    line: list[str] = []
    while (following := after.get(line[-1] if line else None)) is not None:
        line.append(following)
    return line


async def current(database: Database) -> str | None:
    """The revision that the database has; None when it is empty."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_current)


def judge(revision: str | None) -> None:
    """:raises SchemaError: this program does not know the revision"""
    if revision is not None and revision not in revisions():
        raise SchemaError(f"the database has schema {revision}, which this version does not know: upgrade the program")


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to `revision`; a database that is there already is left alone.

    :raises SchemaError: the database is newer than this program
    """
    found = await current(database)
    judge(found)
    if revision == "head" and found == revisions()[-1]:
        return
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)


async def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to `revision` (`base` removes everything)."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_downgrade, revision)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command

    _alone(connection)
    judge(_current(connection))  # a process that was quicker may have been a newer one
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, revision)


def _downgrade(connection: Connection, revision: str) -> None:
    from alembic import command

    _alone(connection)
    made = config()
    made.attributes["connection"] = connection
    command.downgrade(made, revision)


def _alone(connection: Connection) -> None:
    """One process at a time changes the schema, however long that takes; SQLite has one writer in any case."""
    if connection.dialect.name != "postgresql":
        return
    # Limits that are right for an update would cut off an index on a city's tables. Whoever waits here holds nothing
    # that others want, so it may wait as long as it takes.
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:alone)"), {"alone": _ALONE})
    # Whoever waits for a table has everybody else queue behind: longer than the two minutes that a statement of the
    # desk may take, but not for somebody's dump of hours. Then nothing has changed, and the next start tries again.
    connection.execute(text("SET LOCAL lock_timeout = '150s'"))
