"""When to look at a request's promises again, when they were last looked at, and whether the rating was asked again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("look_at", "looked_at", "reminded_at"):
        op.add_column("request", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_request_look_at", "request", ["look_at"])


def downgrade() -> None:
    op.drop_index("ix_request_look_at", table_name="request")
    for name in ("look_at", "looked_at", "reminded_at"):
        op.drop_column("request", name)
