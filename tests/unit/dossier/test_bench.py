"""The benches: they judge right and wrong as they say, count the time of orphans, and stand in the documentation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dossier.bench import meter, peer, reading, real
from dossier.bench.__main__ import bench
from dossier.demo.truth import DocumentTruth, Truth

ROOT = Path(__file__).resolve().parents[3]


def truth(*documents: tuple[str, str, tuple[tuple[str, int], ...]]) -> Truth:
    papers = tuple(DocumentTruth(index, kind, name, "", pages) for index, (kind, name, pages) in enumerate(documents))
    return Truth("", "", (), (), papers, ())


NOTICE, RULING = ("notice", "通知书", (("a.jpg", 1),)), ("ruling", "裁定书", (("b.tif", 1), ("b.tif", 2)))


def test_documents_with_their_pages_and_type_are_right() -> None:
    assert reading.wrong_documents(truth(NOTICE, RULING), {NOTICE[2]: "notice", RULING[2]: "ruling"}) == []


def test_a_wrong_type_a_document_cut_in_two_and_one_too_many_are_told() -> None:
    found: dict[tuple[tuple[str, int], ...], str | None] = {NOTICE[2]: None, RULING[2][:1]: "ruling", RULING[2][1:]: "ruling"}
    told = reading.wrong_documents(truth(NOTICE, RULING), found)
    assert [line.partition(":")[0] for line in told] == ["通知书 (a.jpg p. 1)", "裁定书 (b.tif p. 1, b.tif p. 2)", "1 documents too many"]


def test_a_folder_without_the_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="real_images"):
        real.run(tmp_path)


def test_a_failed_expectation_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(real, "run", lambda _folder: False)
    assert CliRunner().invoke(bench, ["real", str(tmp_path)]).exit_code == 1
    monkeypatch.setattr(real, "run", lambda _folder: True)
    assert CliRunner().invoke(bench, ["real", str(tmp_path)]).exit_code == 0


def test_the_other_program_is_missed_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(peer, "PROGRAMS", tmp_path)
    with pytest.raises(peer.PeerError, match="OCRmyPDF"):
        peer.name()


def test_cpu_time_of_a_process_whose_parent_did_not_wait_is_counted() -> None:
    child = "sum(range(6_000_000))"
    parent = f"import subprocess, sys, os; p = subprocess.Popen([sys.executable, '-c', '{child}']); print(p.pid, flush=True); os._exit(0)"
    asked = (
        "import subprocess, sys, time; from dossier.bench import meter; meter.adopt_orphans(); start = meter.now();"
        f"told = subprocess.run([sys.executable, '-c', {parent!r}], stdout=subprocess.PIPE);"
        "import os; before = meter.now(); os.waitid(os.P_PID, int(told.stdout.split()[0]), os.WEXITED | os.WNOWAIT);"
        "meter.reap_orphans(); print((meter.now() - before).children)"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert float(told.stdout) > 0.02


def test_a_cost_is_the_difference_of_two_readings() -> None:
    cost = meter.Cost(5.0, 3.0, 2.0) - meter.Cost(1.0, 1.0, 0.5)
    assert (cost.wall, cost.own, cost.children, cost.cpu) == (4.0, 2.0, 1.5, 3.5)


@pytest.mark.parametrize("name", [name for name, command in bench.commands.items() if not command.hidden])
def test_every_bench_stands_in_the_documentation_and_shows_an_example(name: str) -> None:
    assert f"| `bin/bench {name}" in (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert f"bin/bench {name}" in (bench.commands[name].help or "")
