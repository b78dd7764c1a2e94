"""Calls that ask for a rating, and links by which people recorded on behalf come to the chat."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rating_call",
        sa.Column("request_id", _KEY, sa.ForeignKey("request.id"), nullable=False),
        sa.Column("round", _KEY, nullable=False),
        sa.Column("caller_id", _KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("tried", _KEY, nullable=False),
        sa.Column("call_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("request_id", "round"),
    )
    op.create_index("ix_rating_call_caller_id", "rating_call", ["caller_id"])
    op.create_index("ix_rating_call_call_at", "rating_call", ["call_at"])
    op.create_table(
        "claim",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("request_id", _KEY, sa.ForeignKey("request.id"), nullable=False),
        sa.Column("whose", sa.String(16), nullable=False),
        sa.Column("made_by_id", _KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.Column("used_by_id", _KEY, sa.ForeignKey("person.id"), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_claim_request_id", "claim", ["request_id"])


def downgrade() -> None:
    op.drop_table("claim")
    op.drop_table("rating_call")
