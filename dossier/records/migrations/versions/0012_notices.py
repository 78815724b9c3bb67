"""Notices in the page, messages on their way out, and the mail address of a person. What happened before is told to nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0012_notices"
down_revision = "0011_sorting"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("person", sa.Column("mail", sa.String(), nullable=True))
    op.create_table(
        "notice",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('refused', 'corrected', 'disputed', 'ruled', 'due_soon', 'overdue', 'returned')", name=op.f("ck_notice_kind")
        ),
        sa.CheckConstraint("place IN ('handover', 'ruling', 'review', 'overdue')", name=op.f("ck_notice_place")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_notice_person_id_key")),
    )
    op.create_index("ix_notice_person_read", "notice", ["person_id", "read_at"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_delivery_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.execute("INSERT INTO counter (name, value) SELECT 'notices', COALESCE(MAX(seq), 0) FROM ledger")


def downgrade() -> None:
    op.execute("DELETE FROM counter WHERE name IN ('notices', 'notices_day')")
    op.drop_table("delivery")
    op.drop_table("notice")
    with op.batch_alter_table("person") as batch:
        batch.drop_column("mail")
