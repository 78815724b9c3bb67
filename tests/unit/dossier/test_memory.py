"""Answers are worked out once while they are remembered, and errors are not remembered."""

from __future__ import annotations

import pytest

from dossier.memory import Memory


def test_the_latest_answers_are_remembered() -> None:
    asked: list[str] = []
    memory = Memory(2)

    def ask(key: str) -> str:
        return memory.recall(key, lambda: asked.append(key) or key.upper())  # type: ignore[func-returns-value]

    assert [ask(key) for key in "abacab"] == list("ABACAB")
    assert asked == ["a", "b", "c", "b"]


def test_an_error_is_no_answer() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.recall("a", lambda: 1 / 0)
    assert memory.recall("a", lambda: 2) == 2
