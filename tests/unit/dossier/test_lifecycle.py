"""State machines: every state is reached, SQL allows just these states, and a history replays to its end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import DossierError
from dossier.lifecycle import MACHINES, SUBMISSION, Machine


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_state_can_be_reached_and_is_named(machine: Machine) -> None:
    reached = {machine.start}
    for _ in machine.states:
        reached |= {target for (origin, _), target in machine.moves.items() if origin in reached}
    assert reached == set(machine.states)
    assert set(machine.states) <= set(machine.names)


def test_the_sql_check_names_every_state() -> None:
    assert SUBMISSION.check_sql() == (
        "state IN ('received', 'reading', 'waiting', 'signed_for', 'refused', 'partly_signed_for', 'disputed', 'ruled', 'withdrawn', 'ready')"
    )


def test_a_forbidden_act_is_told_in_chinese() -> None:
    with pytest.raises(DossierError) as caught:
        SUBMISSION.move("signed_for", "refuse")
    assert caught.value.code == "move_refused"
    assert "已签收" in caught.value.zh
    assert "不予签收" in caught.value.zh


@given(st.sampled_from(MACHINES), st.lists(st.integers(0, 9), max_size=12))
def test_a_history_replays_to_the_state_it_led_to(machine: Machine, choices: list[int]) -> None:
    state, acts = machine.start, []
    for choice in choices:
        allowed = machine.allowed(state)
        if not allowed:
            break
        act = allowed[choice % len(allowed)]
        state = machine.move(state, act)
        acts.append(act)
    assert machine.replay(acts) == state
