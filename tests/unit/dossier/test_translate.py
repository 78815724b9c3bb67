"""Rows as facts: a moment of the records is the day of the court's wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dossier.records.tables import Document
from dossier.translate import document_fact


def test_what_was_signed_for_before_eight_in_the_morning_was_signed_for_on_that_day() -> None:
    document = Document(number=1, type_id=None, name="查封笔录", title="", case_no=None, dated=None, pages=[])
    document.signed_at = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)
    assert document_fact(document).signed_for == date(2026, 9, 1)
