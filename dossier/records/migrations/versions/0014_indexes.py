"""Indexes for what a page of a large court asks: papers of a volume, findings of a page, hand-overs of a day, cases by the day of filing."""

from alembic import op

revision = "0014_indexes"
down_revision = "0013_answers"
branch_labels = None
depends_on = None

_NEW = (
    ("document", ("volume_id",)),
    ("finding", ("document_id",)),
    ("finding", ("page_id",)),
    ("submission", ("again_of_id",)),
    ("submission", ("received_at",)),
    ("dispute", ("ruled_at",)),
    ("court_case", ("filed_on", "id")),
)


def upgrade() -> None:
    for table, columns in _NEW:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=False)


def downgrade() -> None:
    for table, columns in reversed(_NEW):
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
