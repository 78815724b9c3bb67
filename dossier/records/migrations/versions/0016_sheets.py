"""Separator and cover sheets: what the QR code of ours on a page says."""

import sqlalchemy as sa
from alembic import op

revision = "0016_sheets"
down_revision = "0015_language"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page", sa.Column("code", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("page", "code")
