"""The schema: brought up to date by the packaged migrations, and never run against a newer one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.database import Database


class SchemaError(Exception):
    """The database has a schema that this version does not know."""


def config() -> Config:
    """Alembic's configuration: the packaged scripts, no ini file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return made


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to `revision`; a database that is there already is left alone.

    :raises SchemaError: the database is newer than this program
    """
    async with database.engine.connect() as connection:
        current = await connection.run_sync(_current)
        await connection.rollback()
    scripts = ScriptDirectory.from_config(config())
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise SchemaError(f"the database has schema {current}, which this version does not know: upgrade the program")
    if revision == "head" and current == scripts.get_current_head():
        return
    async with database.engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)


async def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to `revision` (`base` removes everything)."""
    async with database.engine.begin() as connection:
        await connection.run_sync(_downgrade, revision)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, revision: str) -> None:
    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, revision)


def _downgrade(connection: Connection, revision: str) -> None:
    made = config()
    made.attributes["connection"] = connection
    command.downgrade(made, revision)
