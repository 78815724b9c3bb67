"""Paper that was announced 稍后移送: what will come, when, and whether it came."""

import sqlalchemy as sa
from alembic import op

revision = "0018_announcements"
down_revision = "0017_export_messages"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LEADS = (
    ("case_id", "court_case"),
    ("team_id", "team"),
    ("made_by_id", "person"),
    ("arrived_by_id", "person"),
    ("submission_id", "submission"),
)
_INDEXED = ("case_id", "team_id", "state", "submission_id")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_by_id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_by_id", ID, nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("submission_id", ID, nullable=True),
        sa.CheckConstraint("state IN ('announced', 'arrived', 'withdrawn')", name=op.f("ck_announcement_state")),
        sa.CheckConstraint("(state = 'arrived') = (arrived_at IS NOT NULL)", name=op.f("ck_announcement_arrived_has_moment")),
        sa.CheckConstraint("(arrived_at IS NULL) = (arrived_by_id IS NULL)", name=op.f("ck_announcement_arrived_has_person")),
        sa.CheckConstraint("state <> 'withdrawn' OR reason <> ''", name=op.f("ck_announcement_withdrawn_has_reason")),
        sa.CheckConstraint("sheets > 0", name=op.f("ck_announcement_sheets")),
        *(sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_announcement_{column}")) for column, table in _LEADS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("number", name=op.f("uq_announcement_number")),
    )
    for column in _INDEXED:
        op.create_index(op.f(f"ix_announcement_{column}"), "announcement", [column])


def downgrade() -> None:
    op.drop_table("announcement")
