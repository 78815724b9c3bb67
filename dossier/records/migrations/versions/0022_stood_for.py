"""Whom a substitute stood in for when papers were handed over, decided on or disputed, a loan asked for, or a case submitted for closing."""

import sqlalchemy as sa
from alembic import op

revision = "0022_stood_for"
down_revision = "0021_announcement_notices"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("submission", "handed_for_id"),
    ("submission", "decided_for_id"),
    ("dispute", "raised_for_id"),
    ("loan", "asked_for_id"),
    ("closing_review", "submitted_for_id"),
)


def upgrade() -> None:
    for table, name in COLUMNS:
        person = sa.ForeignKey("person.id", name=op.f(f"fk_{table}_{name}"))
        op.add_column(table, sa.Column(name, ID, person, nullable=True), inline_references=True)


def downgrade() -> None:
    for table, name in reversed(COLUMNS):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(name)
