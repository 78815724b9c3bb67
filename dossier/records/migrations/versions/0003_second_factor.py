"""The second factor of an account: its secret, the last step that was used, the digests of its recovery codes."""

import sqlalchemy as sa
from alembic import op

revision = "0003_second_factor"
down_revision = "0002_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("totp_secret", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("recovery", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("recovery")
        batch_op.drop_column("totp_step")
        batch_op.drop_column("totp_secret")
