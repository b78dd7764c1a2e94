"""Mediation cases with the other party, meetings, agreement and talk; legal-aid cases."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _stage() -> sa.Enum:
    stages = ("new", "invited", "agreed", "settled", "refused", "failed")
    return sa.Enum(*stages, name="stage", native_enum=False, length=24)


def upgrade() -> None:
    op.create_table(
        "mediation_case",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("request_id", _KEY, nullable=False),
        sa.Column("stage", _stage(), nullable=False),
        sa.Column("mediator_id", _KEY, nullable=False),
        sa.Column("applicant_agrees", sa.Boolean(), nullable=True),
        sa.Column("other_agrees", sa.Boolean(), nullable=True),
        sa.Column("other_id", _KEY, nullable=True),
        sa.Column("other_name", sa.Text(), nullable=True),
        sa.Column("other_phone", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("link_until", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("invited_at", _MOMENT, nullable=True),
        sa.Column("agreed_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.ForeignKeyConstraint(["mediator_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_mediation_case_other_id", "mediation_case", ["other_id"])
    op.create_table(
        "mediation_session",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("case_id", _KEY, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("remind_at", _MOMENT, nullable=True),
        sa.Column("cancelled_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mediation_session_case_id", "mediation_session", ["case_id"])
    op.create_index("ix_mediation_session_remind_at", "mediation_session", ["remind_at"])
    op.create_table(
        "mediation_agreement",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("case_id", _KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("perform_by", sa.Date(), nullable=False),
        sa.Column("performed", sa.Boolean(), nullable=True),
        sa.Column("follow_up_at", _MOMENT, nullable=True),
        sa.Column("confirm_by", sa.Date(), nullable=False),
        sa.Column("confirm_remind_at", _MOMENT, nullable=True),
        sa.Column("confirm_asked_at", _MOMENT, nullable=True),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id"),
    )
    op.create_index("ix_mediation_agreement_follow_up_at", "mediation_agreement", ["follow_up_at"])
    op.create_index("ix_mediation_agreement_confirm_remind_at", "mediation_agreement", ["confirm_remind_at"])
    op.create_table(
        "mediation_message",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("case_id", _KEY, nullable=False),
        sa.Column("sender_id", _KEY, nullable=False),
        sa.Column("from_other", sa.Boolean(), nullable=False),
        sa.Column("noted", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"]),
        sa.ForeignKeyConstraint(["sender_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_mediation_message_case_id", "mediation_message", ["case_id"])
    op.create_table(
        "mediation_shown",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("chat_id", _KEY, nullable=False),
        sa.Column("message_id", _KEY, nullable=False),
        sa.Column("case_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["mediation_case.id"]),
        sa.PrimaryKeyConstraint("channel", "chat_id", "message_id"),
    )
    op.create_index("ix_mediation_shown_case_id", "mediation_shown", ["case_id"])
    op.create_table(
        "legal_aid_case",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("request_id", _KEY, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("complete_at", _MOMENT, nullable=True),
        sa.Column("decide_by", _MOMENT, nullable=True),
        sa.Column("urgent_at", _MOMENT, nullable=True),
        sa.Column(
            "ground",
            sa.Enum("time_limit", "preservation", "other", name="ground", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("assign_by", _MOMENT, nullable=True),
        sa.Column("assigned_at", _MOMENT, nullable=True),
        sa.Column("lawyer_name", sa.Text(), nullable=True),
        sa.Column("lawyer_phone", sa.Text(), nullable=True),
        sa.Column("remind_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_id"),
    )
    op.create_index("ix_legal_aid_case_remind_at", "legal_aid_case", ["remind_at"])


def downgrade() -> None:
    op.drop_table("legal_aid_case")
    for table in ("shown", "message", "agreement", "session"):
        op.drop_table(f"mediation_{table}")
    op.drop_table("mediation_case")
