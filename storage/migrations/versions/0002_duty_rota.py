"""The duty rota (值班表) and leave with a substitute."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("area_id", _KEY, nullable=False),
        sa.Column("person_id", _KEY, nullable=False),
        sa.Column("weekday", _KEY, nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("start", sa.Time(), nullable=True),
        sa.Column("end", sa.Time(), nullable=True),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.CheckConstraint("(weekday IS NULL) <> (day IS NULL)"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_duty_area_id", "duty", ["area_id"])
    op.create_table(
        "leave",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("area_id", _KEY, nullable=False),
        sa.Column("person_id", _KEY, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("substitute_id", _KEY, nullable=True),
        sa.Column("created_by_id", _KEY, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["substitute_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_leave_area_id", "leave", ["area_id"])


def downgrade() -> None:
    op.drop_index("ix_leave_area_id", "leave")
    op.drop_table("leave")
    op.drop_index("ix_duty_area_id", "duty")
    op.drop_table("duty")
