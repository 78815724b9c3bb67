"""Answers of writes that carried an idempotency key."""

import sqlalchemy as sa
from alembic import op

revision = "0006_answers"
down_revision = "0005_loans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "answer",
        sa.Column("id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name=op.f("ck_answer_answer_is_whole")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_answer_person_id_key")),
    )
    op.create_index("ix_answer_at", "answer", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("answer")
