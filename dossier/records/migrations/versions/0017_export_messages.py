"""Messages to the court's process system. What happened before is not told."""

import sqlalchemy as sa
from alembic import op

revision = "0017_export_messages"
down_revision = "0016_sheets"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "export_message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("sub", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'confirmed', 'rejected', 'failed')", name=op.f("ck_export_message_state")),
        sa.CheckConstraint(
            "kind IN ('signed_for', 'partly_signed_for', 'refused', 'ruled', 'placed', 'taken_back', 'transferred', 'transfer_undone', "
            "'closed', 'close_returned', 'close_withdrawn', 'lent', 'lent_back')",
            name=op.f("ck_export_message_kind"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["court_case.id"], name=op.f("fk_export_message_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_message")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_export_message_case_id_number")),
    )
    op.create_index("ix_export_message_state", "export_message", ["state", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_export_message_state", table_name="export_message")
    op.drop_table("export_message")
    op.execute("DELETE FROM counter WHERE name LIKE 'export:%'")
    op.execute("DELETE FROM job WHERE step = 'export'")
