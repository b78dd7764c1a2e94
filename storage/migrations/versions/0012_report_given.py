"""Which report a manager got last by itself: it comes on the first day that the desk runs, and only once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report_given",
        sa.Column("person_id", _KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("unit", sa.String(8), nullable=False),
        sa.Column("period", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "unit"),
    )


def downgrade() -> None:
    op.drop_table("report_given")
