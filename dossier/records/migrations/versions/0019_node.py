"""The node 办案节点 for which a hand-over comes."""

import sqlalchemy as sa
from alembic import op

revision = "0019_node"
down_revision = "0018_announcements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("node", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("submission", "node")
