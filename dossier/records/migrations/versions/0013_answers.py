"""What a team answers to each correction when it hands over again."""

import sqlalchemy as sa
from alembic import op

revision = "0013_answers"
down_revision = "0012_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("answers", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("submission", "answers")
