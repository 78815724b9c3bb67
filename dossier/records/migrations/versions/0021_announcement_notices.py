"""Notices of announced paper that did not come by its day, told once."""

import sqlalchemy as sa
from alembic import op

revision = "0021_announcement_notices"
down_revision = "0020_loan_notices"
branch_labels = None
depends_on = None

KINDS = "'refused', 'corrected', 'disputed', 'ruled', 'due_soon', 'overdue', 'returned', 'loan_asked', 'loan_decided', 'loan_due'"
PLACES = "'handover', 'ruling', 'review', 'overdue', 'loan'"


def _allow(kinds: str, places: str) -> None:
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_kind"), f"kind IN ({kinds})")
        batch.drop_constraint(op.f("ck_notice_place"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_place"), f"place IN ({places})")


def upgrade() -> None:
    op.add_column("announcement", sa.Column("told_late_at", sa.DateTime(timezone=True), nullable=True))
    _allow(f"{KINDS}, 'announced_late'", f"{PLACES}, 'announcement'")


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE place = 'announcement'")
    _allow(KINDS, PLACES)
    op.drop_column("announcement", "told_late_at")
