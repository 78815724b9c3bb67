"""What tantivy does behind our back: orphan files, half commits, panics, full disks."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import tantivy

from indexing import tantivy_engine
from indexing.contract import IndexUnavailableError, PageDoc, Query
from indexing.tantivy_engine import TantivyEngine

ROOT = Path(__file__).resolve().parents[3]


def page(page_id: int, text: str = "裁定书") -> PageDoc:
    return PageDoc(page_id, "", text, ("main",))


def swap(path: Path, content: bytes) -> None:
    """A new file under the old name: to cut the old one short under a thread that has it mapped ends the process with SIGBUS."""
    path.unlink()
    path.write_bytes(content)


def test_writers_that_take_turns_leave_no_orphan_files(tmp_path: Path) -> None:
    first, second = TantivyEngine(tmp_path), TantivyEngine(tmp_path)
    first.rebuild([], 0)
    for seq in range(1, 25):
        engine = (first, second)[seq % 2]
        engine.apply([page(seq)], [seq - 3], seq)
        assert engine.count() == min(seq, 3)
    generation = next(tmp_path.glob("generation-*"))
    meta = json.loads(generation.joinpath("meta.json").read_text(encoding="utf-8"))
    living = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
    found = {path.name.split(".")[0] for path in generation.iterdir() if len(path.name.split(".")[0]) == 32}
    assert found == living


def test_a_deleted_page_is_deleted_in_the_index_too(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.rebuild([page(n) for n in range(5)], 1)
    engine.apply([], [2], 2)
    assert [hit.page_id for hit in engine.search(Query(("裁定书",)), ["main"]).hits] == [0, 1, 3, 4]


def test_pairs_have_places_so_that_a_phrase_is_a_phrase(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.rebuild([page(1, "法院裁定并定书面答复"), page(2, "民事裁定书")], 1)
    assert [hit.page_id for hit in engine.search(Query(("裁定书",)), ["main"]).hits] == [2]


def test_an_error_between_documents_commits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = TantivyEngine(tmp_path)
    engine.rebuild([page(1)], 1)

    def broken(seq: int) -> tantivy.Document:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tantivy_engine, "_meta", broken)
        with pytest.raises(KeyboardInterrupt):
            engine.apply([page(2)], [1], 2)
    assert (engine.count(), engine.last_seq()) == (1, 1)
    engine.apply([page(2)], [1], 2)
    assert (engine.count(), engine.last_seq()) == (1, 2)


def test_a_flipped_byte_is_unavailable_or_harmless_but_never_a_crash(tmp_path: Path) -> None:
    engine = TantivyEngine(tmp_path)
    engine.rebuild([page(n, f"第{n}页裁定书") for n in range(40)], 1)
    engine.close()
    unavailable = 0
    for path in sorted(tmp_path.glob("generation-*/*.*")):
        whole = path.read_bytes()
        for place in range(0, len(whole), max(len(whole) // 6, 1)):
            swap(path, whole[:place] + bytes((whole[place] ^ 0xFF,)) + whole[place + 1 :])
            try:
                TantivyEngine(tmp_path).search(Query(("裁定书", "页")), ["main"])
            except IndexUnavailableError:
                unavailable += 1
        swap(path, whole)
    assert unavailable > 10
    assert TantivyEngine(tmp_path).search(Query(("裁定书", "页")), ["main"]).total == 40


def test_a_full_disk_is_unavailable_and_the_index_stays_as_it_was(tmp_path: Path) -> None:
    script = """
        import resource, sys
        from pathlib import Path
        from indexing.contract import IndexUnavailableError, PageDoc, Query
        from indexing.tantivy_engine import TantivyEngine
        engine = TantivyEngine(Path(sys.argv[1]))
        engine.rebuild([PageDoc(1, "", "裁定书", ("main",))], 1)
        pages = [PageDoc(n, "", "".join(chr(0x4E00 + (n * 613 + i * i) % 20000) for i in range(600)), ("main",)) for n in range(60)]
        unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, unlimited[1]))
        refused = 0
        for act in (engine.apply, engine.rebuild):
            try:
                act(pages, [], 2) if act == engine.apply else act(pages, 2)
            except IndexUnavailableError:
                refused += 1
        assert (refused, engine.count(), engine.last_seq()) == (2, 1, 1)
        assert engine.search(Query(("裁定书",)), ["main"]).total == 1
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        engine.apply(pages, [], 2)
        assert engine.count() == 60
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
