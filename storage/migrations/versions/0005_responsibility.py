"""Contacts, one-time notices, supplements, extensions, transfers outside, refusals, rectifications."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_TABLES = ("contact", "one_time_notice", "supplement", "extension", "outside_transfer", "refusal", "rectification")


def _key(name: str, of: str | None = None, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _KEY, *([sa.ForeignKey(f"{of}.id")] if of else []), nullable=nullable)


def _moments(*names: str, nullable: bool = True) -> list[sa.Column[object]]:
    return [sa.Column(name, _MOMENT, nullable=nullable) for name in names]


def upgrade() -> None:
    op.add_column("request", sa.Column("paused_at", _MOMENT, nullable=True))
    op.create_table(
        "contact",
        _key("request_id", "request"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("relation", sa.String(32), nullable=True),
        _key("person_id", "person", nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_index("ix_contact_person_id", "contact", ["person_id"])
    op.create_table(
        "one_time_notice",
        _key("id"),
        _key("request_id", "request"),
        _key("sent_by_id", "person"),
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("told_by", sa.String(16), nullable=False),
        *_moments("created_at", nullable=False),
        *_moments("delivered_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_one_time_notice_request_id", "one_time_notice", ["request_id"])
    op.create_table(
        "supplement",
        _key("id"),
        _key("request_id", "request"),
        _key("notice_id", "one_time_notice", nullable=True),
        _key("asked_by_id", "person"),
        _key("note_id", "note", nullable=True),
        sa.Column("pauses", sa.Boolean(), nullable=False),
        *_moments("asked_at", "due_at", nullable=False),
        *_moments("reminded_at", "ended_at"),
        sa.Column("ended_by", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_supplement_request_id", "supplement", ["request_id"])
    op.create_table(
        "extension",
        _key("request_id", "request"),
        _key("asked_by_id", "person"),
        _key("note_id", "note", nullable=True),
        *_moments("asked_at", "before", "until", nullable=False),
        _key("decided_by_id", "person", nullable=True),
        *_moments("decided_at"),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("request_id"),
    )
    op.create_table(
        "outside_transfer",
        _key("id"),
        _key("request_id", "request"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        _key("handed_by_id", "person"),
        *_moments("handed_at", nullable=False),
        *_moments("follow_up_at", "ended_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_outside_transfer_request_id", "outside_transfer", ["request_id"])
    op.create_index("ix_outside_transfer_follow_up_at", "outside_transfer", ["follow_up_at"])
    op.create_table(
        "refusal",
        _key("id"),
        _key("request_id", "request"),
        _key("reported_by_id", "person"),
        _key("note_id", "note", nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        *_moments("reported_at", nullable=False),
        _key("decided_by_id", "person", nullable=True),
        *_moments("decided_at"),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_refusal_request_id", "refusal", ["request_id"])
    op.create_table(
        "rectification",
        _key("id"),
        _key("request_id", "request"),
        _key("rating_id", "rating"),
        _key("manager_id", "person"),
        *_moments("opened_at", "contact_by", "settle_by", nullable=False),
        sa.Column("complicated", sa.Boolean(), nullable=False),
        *_moments("contacted_at", "settled_at"),
        _key("note_id", "note", nullable=True),
        *_moments("follow_up_by", "followed_up_at"),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        *_moments("look_at", "looked_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rating_id"),
    )
    op.create_index("ix_rectification_request_id", "rectification", ["request_id"])
    op.create_index("ix_rectification_manager_id", "rectification", ["manager_id"])
    op.create_index("rectification_to_look_at", "rectification", ["look_at"])


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_column("request", "paused_at")
