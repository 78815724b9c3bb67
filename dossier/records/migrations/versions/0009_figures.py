"""What was counted for each case: steps of the rules, cases that were counted, and a row for each step with a limit."""

import sqlalchemy as sa
from alembic import op

revision = "0009_figures"
down_revision = "0008_closing_reviews"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "figure_step",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("cite", sa.String(), nullable=True),
        sa.Column("near_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_step")),
        sa.UniqueConstraint("key", name=op.f("uq_figure_step_key")),
    )
    op.create_table(
        "figure_case",
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["court_case.id"], name=op.f("fk_figure_case_case_id")),
        sa.PrimaryKeyConstraint("case_id", "as_of", name=op.f("pk_figure_case")),
    )
    op.create_table(
        "figure_row",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("step_id", BIG, nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("firm", sa.Boolean(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("lacking", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["court_case.id"], name=op.f("fk_figure_row_case_id")),
        sa.ForeignKeyConstraint(["step_id"], ["figure_step.id"], name=op.f("fk_figure_row_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_row")),
    )
    op.create_index("ix_figure_row_as_of_case_id", "figure_row", ["as_of", "case_id"], unique=False)
    op.create_index("ix_figure_row_as_of_due", "figure_row", ["as_of", "due"], unique=False)


def downgrade() -> None:
    op.drop_table("figure_row")
    op.drop_table("figure_case")
    op.drop_table("figure_step")
