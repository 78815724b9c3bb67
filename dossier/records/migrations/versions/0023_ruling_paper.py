"""A ruling on a dispute is also a paper of the 副卷."""

import sqlalchemy as sa
from alembic import op

revision = "0023_ruling_paper"
down_revision = "0022_stood_for"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dispute") as batch:
        batch.add_column(sa.Column("paper_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch.create_foreign_key(op.f("fk_dispute_paper_id"), "submission", ["paper_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_dispute_paper_id"), ["paper_id"])


def downgrade() -> None:
    with op.batch_alter_table("dispute") as batch:
        batch.drop_constraint(op.f("uq_dispute_paper_id"), type_="unique")
        batch.drop_constraint(op.f("fk_dispute_paper_id"), type_="foreignkey")
        batch.drop_column("paper_id")
