"""What reports keep: who exported what, and projects made of needs that no service meets."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "export_record",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("person_id", _KEY, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("taken_by", sa.String(64), nullable=False),
        sa.Column("area_id", _KEY, sa.ForeignKey("area.id"), nullable=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("export_record_by_time", "export_record", ["at"])
    op.create_table(
        "project",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("area_id", _KEY, sa.ForeignKey("area.id"), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("needs", _KEY, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("proposed_at", _MOMENT, nullable=False),
        sa.Column("counted_at", _MOMENT, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by_id", _KEY, sa.ForeignKey("person.id"), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("area_id", "name"),
    )


def downgrade() -> None:
    op.drop_table("project")
    op.drop_table("export_record")
