"""An index that holds everything that counting the figures needs."""

from alembic import op

revision = "0010_figures_counted"
down_revision = "0009_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_figure_row_as_of_case_id", table_name="figure_row")
    op.create_index("ix_figure_row_counted", "figure_row", ["as_of", "case_id", "step_id", "due", "done_on", "firm"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_figure_row_counted", table_name="figure_row")
    op.create_index("ix_figure_row_as_of_case_id", "figure_row", ["as_of", "case_id"], unique=False)
