"""What is being put right is found by itself: it is asked with every message, and almost everything is put right."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OPEN = sa.text("followed_up_at IS NULL")


def upgrade() -> None:
    op.create_index("rectification_open", "rectification", ["request_id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("rectification_open", table_name="rectification")
