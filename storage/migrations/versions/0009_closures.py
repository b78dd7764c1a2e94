"""One narrow row a closure, that reports are counted from; those of the past are made of ratings and events. And the
index by time tells areas, so that counting what was recorded reads nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_COUNTED = ["closed_at", "area_id", "domain", "asked", "level", "staff_taken", "conflict", "revised_level"]


def upgrade() -> None:
    closure = op.create_table(
        "closure",
        sa.Column("request_id", _KEY, sa.ForeignKey("request.id"), nullable=False),
        sa.Column("round", _KEY, nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=False),
        sa.Column("area_id", _KEY, sa.ForeignKey("area.id"), nullable=False),
        sa.Column("domain", sa.String(32), nullable=False),
        sa.Column("service_id", sa.String(64), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("first_responder_id", _KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("handler_id", _KEY, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("level", _KEY, nullable=True),
        sa.Column("staff_taken", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("revised_level", _KEY, nullable=True),
        sa.PrimaryKeyConstraint("request_id", "round"),
    )
    where, who = ("id", "area_id", "domain", "service_id", "intake"), ("first_responder_id", "handler_id")
    request = sa.table("request", *map(sa.column, (*where, *who)))
    said = (*who, "level", "staff_taken", "conflict", "revised_level")
    rating = sa.table("rating", *map(sa.column, ("request_id", "round", "rated_at", *said)))
    event = sa.table("event", *map(sa.column, ("request_id", "at", "action")), sa.column("data", sa.JSON()))
    of_request = (request.c.area_id, request.c.domain, request.c.service_id, request.c.intake.in_(["chat", "danger"]))
    rated = sa.select(
        rating.c.request_id, rating.c.round, rating.c.rated_at, *of_request, *(rating.c[name] for name in said)
    ).join(request, request.c.id == rating.c.request_id)
    silent = (
        sa.select(
            event.c.request_id,
            event.c.data["round"].as_integer(),
            event.c.at,
            *of_request,
            sa.func.coalesce(event.c.data["first_responder"].as_integer(), request.c.first_responder_id),
            sa.func.coalesce(event.c.data["handler"].as_integer(), request.c.handler_id),
            sa.null(),
            sa.false(),
            sa.false(),
            sa.null(),
        )
        .join(request, request.c.id == event.c.request_id)
        .where(event.c.action == "close_unrated")
    )
    for found in (rated, silent):
        op.execute(closure.insert().from_select([column.name for column in closure.columns], found))
    op.create_index("closure_by_time", "closure", _COUNTED)
    op.drop_index("request_by_time", table_name="request")
    op.create_index("request_by_time", "request", ["created_at", "area_id"])


def downgrade() -> None:
    op.drop_index("request_by_time", table_name="request")
    op.create_index("request_by_time", "request", ["created_at"])
    op.drop_table("closure")
