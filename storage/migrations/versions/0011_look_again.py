"""Requests that were reopened on the phone were not looked at again: what they owe now is looked at once more."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE request SET look_at = resolve_by WHERE look_at IS NULL AND status IN ('recorded', 'in_progress')"
        " AND EXISTS (SELECT 1 FROM event WHERE event.request_id = request.id AND event.action = 'take_reopen')"
    )


def downgrade() -> None:
    """A request that is looked at once too often is found as it was."""
