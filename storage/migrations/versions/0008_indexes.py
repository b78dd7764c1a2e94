"""When a request's words were removed, and indexes for every screen and sweep that had none."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES: tuple[tuple[str, str, list[str], str | None], ...] = (
    ("request_offered", "request", ["offered_to_id"], "offered_to_id IS NOT NULL"),
    ("request_resolved", "request", ["status", "resolved_at"], None),
    ("request_to_blank", "request", ["closed_at"], "blanked_at IS NULL"),
    ("rating_revised", "rating", ["revised_at"], None),
    ("outbox_sent", "outbox", ["sent_at"], None),
    ("outbox_failed", "outbox", ["failed_at"], "failed_at IS NOT NULL"),
    ("outbox_chat", "outbox", ["channel", "chat_id"], None),
    ("person_phone", "person", ["phone"], None),
    ("web_message_age", "web_message", ["created_at"], None),
    ("web_update_handled", "web_update", ["handled_at"], None),
    ("ix_web_file_created_at", "web_file", ["created_at"], None),
)


def upgrade() -> None:
    op.add_column("request", sa.Column("blanked_at", sa.DateTime(timezone=True), nullable=True))
    for name, table, columns, where in _INDEXES:
        only = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
    op.drop_column("request", "blanked_at")
