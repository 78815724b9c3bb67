"""The language of a person's pages."""

import sqlalchemy as sa
from alembic import op

revision = "0015_language"
down_revision = "0014_indexes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("language", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person") as batch:
        batch.drop_column("language")
