"""Alembic runs inside the connection that `storage.schema` hands over."""

from alembic import context

from storage import case_tables, mediation_tables, report_tables, rota_tables  # noqa: F401 - their tables belong to the metadata
from storage.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite"
)
context.run_migrations()
