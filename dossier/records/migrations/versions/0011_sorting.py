"""The sorting desk: what people did to the order of a hand-over, scans that replace others, views that were turned, why a paper is not filed."""

import sqlalchemy as sa
from alembic import op

revision = "0011_sorting"
down_revision = "0010_figures_counted"
branch_labels = None
depends_on = None

STATES = "'received', 'reading', 'waiting', 'signed_for', 'refused', 'partly_signed_for', 'disputed', 'ruled', 'withdrawn'"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Findings of the whole hand-over, which earlier versions did not mark.
WHOLE = ("declared.%", "pages.%", "document.repeated", "together.%", "submission.%", "page.unreadable")


def upgrade() -> None:
    with op.batch_alter_table("submission") as batch:
        batch.drop_constraint(op.f("ck_submission_state"), type_="check")
        batch.create_check_constraint(op.f("ck_submission_state"), f"state IN ({STATES})")
    op.add_column("document", sa.Column("aside", sa.String(), nullable=True))
    op.add_column("page", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("page", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("finding", sa.Column("whole", sa.Boolean(), nullable=False, server_default=sa.false()))
    finding = sa.table("finding", sa.column("rule", sa.String()), sa.column("whole", sa.Boolean()))
    op.execute(finding.update().where(sa.or_(*(finding.c.rule.like(rule) for rule in WHOLE))).values(whole=True))
    op.create_table(
        "sort_act",
        sa.Column("id", ID, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("moved_to_id", ID, nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_sort_act_actor_id")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["submission.id"], name=op.f("fk_sort_act_moved_to_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_sort_act_submission_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name=op.f("fk_sort_act_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sort_act")),
    )
    op.create_index(op.f("ix_sort_act_submission_id"), "sort_act", ["submission_id"])
    op.create_index(op.f("ix_sort_act_moved_to_id"), "sort_act", ["moved_to_id"])
    op.create_table(
        "replaced_page",
        sa.Column("page_id", ID, nullable=False, autoincrement=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["page.id"], name=op.f("fk_replaced_page_by_id")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_replaced_page_page_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_replaced_page_submission_id")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_replaced_page")),
    )
    op.create_index(op.f("ix_replaced_page_by_id"), "replaced_page", ["by_id"])
    op.create_index(op.f("ix_replaced_page_submission_id"), "replaced_page", ["submission_id"])


def downgrade() -> None:
    op.drop_table("replaced_page")
    op.drop_table("sort_act")
    op.drop_column("finding", "whole")
    op.drop_column("page", "turn")
    op.drop_column("page", "place")
    op.drop_column("document", "aside")
