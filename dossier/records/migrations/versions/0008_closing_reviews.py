"""Closing reviews with their opinions, and samples of closed dossiers."""

import sqlalchemy as sa
from alembic import op

revision = "0008_closing_reviews"
down_revision = "0007_agreement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closing_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stated", sa.JSON(), nullable=False),
        sa.Column("blocking", sa.Integer(), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raise_reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("rules_version", sa.String(), nullable=False),
        sa.CheckConstraint("(state = 'approved') = (closed_on IS NOT NULL)", name=op.f("ck_closing_review_approved_has_day")),
        sa.CheckConstraint(
            "state IN ('submitted', 'preaudit', 'reviewing', 'returned', 'withdrawn', 'raised', 'approved')",
            name=op.f("ck_closing_review_state"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["court_case.id"], name=op.f("fk_closing_review_case_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name=op.f("fk_closing_review_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_review")),
    )
    with op.batch_alter_table("closing_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_review_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_closing_review_state", ["state", "submitted_at"], unique=False)
        batch_op.create_index(
            "uq_closing_review_one_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('approved', 'returned', 'withdrawn')"),
            postgresql_where=sa.text("state NOT IN ('approved', 'returned', 'withdrawn')"),
        )

    op.create_table(
        "quality_sample",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("mode", sa.String(), nullable=True),
        sa.Column("team", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("population_digest", sa.String(), nullable=False),
        sa.Column("drawn_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["person.id"], name=op.f("fk_quality_sample_drawn_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_sample")),
    )
    op.create_table(
        "closing_opinion",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("key IN ('preaudit', 'substantive', 'procedural', 'raised')", name=op.f("ck_closing_opinion_key")),
        sa.CheckConstraint("verdict IN ('pass', 'return')", name=op.f("ck_closing_opinion_verdict")),
        sa.ForeignKeyConstraint(["for_id"], ["person.id"], name=op.f("fk_closing_opinion_for_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_closing_opinion_person_id")),
        sa.ForeignKeyConstraint(["review_id"], ["closing_review.id"], name=op.f("fk_closing_opinion_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_opinion")),
        sa.UniqueConstraint("review_id", "key", name=op.f("uq_closing_opinion_review_id_key")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_closing_opinion_review_id_person_id")),
    )
    op.create_table(
        "quality_check",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sample_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("deductions", sa.JSON(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("checked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(score IS NULL) = (checked_at IS NULL) AND (score IS NULL) = (checked_by_id IS NULL)", name=op.f("ck_quality_check_whole")
        ),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 100)", name=op.f("ck_quality_check_score")),
        sa.ForeignKeyConstraint(["case_id"], ["court_case.id"], name=op.f("fk_quality_check_case_id")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_quality_check_checked_by_id")),
        sa.ForeignKeyConstraint(["sample_id"], ["quality_sample.id"], name=op.f("fk_quality_check_sample_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_check")),
        sa.UniqueConstraint("sample_id", "case_id", name=op.f("uq_quality_check_sample_id_case_id")),
        sa.UniqueConstraint("sample_id", "position", name=op.f("uq_quality_check_sample_id_position")),
    )
    with op.batch_alter_table("quality_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_check_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("quality_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_check_case_id"))

    op.drop_table("quality_check")
    op.drop_table("closing_opinion")
    op.drop_table("quality_sample")
    with op.batch_alter_table("closing_review", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_closing_review_one_open",
            sqlite_where=sa.text("state NOT IN ('approved', 'returned', 'withdrawn')"),
            postgresql_where=sa.text("state NOT IN ('approved', 'returned', 'withdrawn')"),
        )
        batch_op.drop_index("ix_closing_review_state")
        batch_op.drop_index(batch_op.f("ix_closing_review_case_id"))

    op.drop_table("closing_review")
