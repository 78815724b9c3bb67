"""Loans of paper: sheets, where volumes stand, and who has what until when."""

import sqlalchemy as sa
from alembic import op

revision = "0005_loans"
down_revision = "0004_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loan_no", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("volume_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("borrower", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_note", sa.String(), nullable=False),
        sa.Column("handed_out_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copied", sa.Integer(), nullable=True),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.CheckConstraint("(state = 'copied') = (copied IS NOT NULL)", name=op.f("ck_loan_copied_has_count")),
        sa.CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name=op.f("ck_loan_returned_has_day")),
        sa.CheckConstraint("kind <> 'copying' OR state NOT IN ('out','ended','returned')", name=op.f("ck_loan_copying_takes_no_paper")),
        sa.CheckConstraint("kind IN ('out', 'reading', 'copying')", name=op.f("ck_loan_kind")),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'declined', 'withdrawn', 'out', 'copied', 'ended', 'returned')", name=op.f("ck_loan_state")
        ),
        sa.CheckConstraint("state NOT IN ('asked','withdrawn') OR handed_out_at IS NULL", name=op.f("ck_loan_not_out_before_approval")),
        sa.CheckConstraint("state NOT IN ('ended','returned') OR ended_on IS NOT NULL", name=op.f("ck_loan_ended_has_day")),
        sa.CheckConstraint(
            "state NOT IN ('out','ended','returned','copied') OR handed_out_at IS NOT NULL", name=op.f("ck_loan_out_has_day")
        ),
        sa.CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name=op.f("ck_loan_nobody_approves_own")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_loan_asked_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["court_case.id"], name=op.f("fk_loan_case_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_loan_decided_by_id")),
        sa.ForeignKeyConstraint(["handed_out_by_id"], ["person.id"], name=op.f("fk_loan_handed_out_by_id")),
        sa.ForeignKeyConstraint(["volume_id"], ["volume.id"], name=op.f("fk_loan_volume_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("loan_no", name=op.f("uq_loan_loan_no")),
    )
    with op.batch_alter_table("loan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loan_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_loan_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_loan_volume_id"), ["volume_id"], unique=False)

    op.create_table(
        "paper_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("volume_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("cabinet", sa.String(), nullable=False),
        sa.Column("box", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("moved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["moved_by_id"], ["person.id"], name=op.f("fk_paper_place_moved_by_id")),
        sa.ForeignKeyConstraint(["volume_id"], ["volume.id"], name=op.f("fk_paper_place_volume_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_place")),
    )
    with op.batch_alter_table("paper_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_place_volume_id"), ["volume_id"], unique=False)

    op.create_table(
        "loan_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_loan_document_document_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_document_loan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_document")),
        sa.UniqueConstraint("loan_id", "document_id", name=op.f("uq_loan_document_loan_id_document_id")),
    )
    op.create_table(
        "loan_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_loan_term_by_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_term_loan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_term")),
    )
    with op.batch_alter_table("loan_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loan_term_loan_id"), ["loan_id"], unique=False)

    op.create_table(
        "sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("front_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("front_id IS NULL OR front_id <> id", name=op.f("ck_sheet_not_its_own_back")),
        sa.CheckConstraint("front_id IS NULL OR loan_id IS NULL", name=op.f("ck_sheet_backs_go_with_their_front")),
        sa.ForeignKeyConstraint(["front_id"], ["sheet.id"], name=op.f("fk_sheet_front_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_sheet_loan_id")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_sheet_page_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
        sa.UniqueConstraint("page_id", name=op.f("uq_sheet_page_id")),
    )
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_front_id"), ["front_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sheet_loan_id"), ["loan_id"], unique=False)

    op.create_table(
        "loan_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("page_no", sa.Integer(), nullable=False),
        sa.Column("back_no", sa.Integer(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(returned_at IS NULL) = (returned_to_id IS NULL)", name=op.f("ck_loan_sheet_return_is_whole")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_loan_sheet_document_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_sheet_loan_id")),
        sa.ForeignKeyConstraint(["returned_to_id"], ["person.id"], name=op.f("fk_loan_sheet_returned_to_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_loan_sheet_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_sheet")),
        sa.UniqueConstraint("loan_id", "sheet_id", name=op.f("uq_loan_sheet_loan_id_sheet_id")),
    )
    with op.batch_alter_table("loan_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loan_sheet_sheet_id"), ["sheet_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("loan_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_loan_sheet_sheet_id"))

    op.drop_table("loan_sheet")
    with op.batch_alter_table("sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sheet_loan_id"))
        batch_op.drop_index(batch_op.f("ix_sheet_front_id"))

    op.drop_table("sheet")
    with op.batch_alter_table("loan_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_loan_term_loan_id"))

    op.drop_table("loan_term")
    op.drop_table("loan_document")
    with op.batch_alter_table("paper_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_place_volume_id"))

    op.drop_table("paper_place")
    with op.batch_alter_table("loan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_loan_volume_id"))
        batch_op.drop_index(batch_op.f("ix_loan_state"))
        batch_op.drop_index(batch_op.f("ix_loan_case_id"))

    op.drop_table("loan")
