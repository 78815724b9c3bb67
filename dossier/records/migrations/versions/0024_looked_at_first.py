"""Hand-overs whose team looks at what was recognised first: ready to be handed over, or withdrawn by it."""

import sqlalchemy as sa
from alembic import op

revision = "0024_looked_at_first"
down_revision = "0023_ruling_paper"
branch_labels = None
depends_on = None

BEFORE = "'received', 'reading', 'waiting', 'signed_for', 'refused', 'partly_signed_for', 'disputed', 'ruled', 'withdrawn'"


def upgrade() -> None:
    with op.batch_alter_table("submission") as batch:
        batch.add_column(sa.Column("preview", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.drop_constraint(op.f("ck_submission_state"), type_="check")
        batch.create_check_constraint(op.f("ck_submission_state"), f"state IN ({BEFORE}, 'ready')")


def downgrade() -> None:
    op.execute("UPDATE submission SET state = 'waiting' WHERE state = 'ready'")
    with op.batch_alter_table("submission") as batch:
        batch.drop_constraint(op.f("ck_submission_state"), type_="check")
        batch.create_check_constraint(op.f("ck_submission_state"), f"state IN ({BEFORE})")
        batch.drop_column("preview")
