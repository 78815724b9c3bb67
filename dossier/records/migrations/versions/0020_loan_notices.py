"""Notices of loans: asked for, answered, due."""

from alembic import op

revision = "0020_loan_notices"
down_revision = "0019_node"
branch_labels = None
depends_on = None

KINDS = "'refused', 'corrected', 'disputed', 'ruled', 'due_soon', 'overdue', 'returned'"
PLACES = "'handover', 'ruling', 'review', 'overdue'"


def _allow(kinds: str, places: str) -> None:
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint(op.f("ck_notice_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_kind"), f"kind IN ({kinds})")
        batch.drop_constraint(op.f("ck_notice_place"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_place"), f"place IN ({places})")


def upgrade() -> None:
    _allow(f"{KINDS}, 'loan_asked', 'loan_decided', 'loan_due'", f"{PLACES}, 'loan'")


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE place = 'loan'")
    _allow(KINDS, PLACES)
