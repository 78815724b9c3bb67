"""What every search engine must do, against the oracle that compares letter by letter."""

import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexing import tantivy_engine
from indexing.contract import IndexBusyError, IndexUnavailableError, PageDoc, Query, SearchEngine
from indexing.folder import IndexFolder
from tests.support import court_text, oracle
from tests.support.index_writer import ENGINES, PER_BATCH, batch

ROOT = Path(__file__).resolve().parents[2]
ALL = ("main", "sub", "desk", "team:1", "team:2", "team:12", "case:1", "office 3")
EVERY = 100_000


def ids(engine: SearchEngine, query: Query, acl: tuple[str, ...] = ALL) -> set[int]:
    """Every page found; total, slices and order are checked on the way."""
    result = engine.search(query, acl, limit=EVERY)
    found = [hit.page_id for hit in result.hits]
    assert result.total == len(found) == len(set(found))
    assert [(-hit.score, hit.page_id) for hit in result.hits] == sorted((-hit.score, hit.page_id) for hit in result.hits)
    return set(found)


@pytest.fixture(scope="module")
def corpus() -> list[PageDoc]:
    return court_text.pages(random.Random(2026), 120)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, corpus: list[PageDoc]) -> Iterator[dict[str, SearchEngine]]:
    """Each engine over the same pages; half rebuilt, half applied, so that several segments are searched."""
    engines: dict[str, SearchEngine] = {}
    for name, make in ENGINES.items():
        engines[name] = make(tmp_path_factory.mktemp("library") / name)
        engines[name].rebuild(corpus[:60], 60)
        engines[name].apply(corpus[60:], [], 120)
    yield engines
    for engine in engines.values():
        engine.close()


@pytest.fixture(params=sorted(ENGINES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shelf(kind: str, library: dict[str, SearchEngine]) -> SearchEngine:
    """The engine over the corpus, for reading only."""
    return library[kind]


@pytest.fixture
def make(kind: str, tmp_path: Path) -> Iterator[Callable[..., SearchEngine]]:
    """Opens engines on the same folder, as several processes would."""
    opened: list[SearchEngine] = []

    def open_engine(**options: float) -> SearchEngine:
        opened.append(ENGINES[kind](tmp_path / "index", **options))
        return opened[-1]

    yield open_engine
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(make: Callable[..., SearchEngine]) -> SearchEngine:
    empty = make()
    empty.rebuild([], 0)
    return empty


def page(page_id: int, text: str, *acl: str, **fields: str) -> PageDoc:
    return PageDoc(page_id, fields.pop("case_no", ""), text, acl or ("main",), **fields)  # type: ignore[arg-type]


def test_every_cutting_is_found_on_its_page_and_nowhere_else_than_the_oracle_says(shelf: SearchEngine, corpus: list[PageDoc]) -> None:
    lost, wrong = [], []
    for cutting, page_id in court_text.cuttings(random.Random(400), corpus, 400):
        query = Query((cutting,))
        found = ids(shelf, query)
        if page_id not in found:
            lost.append(cutting)
        if found != oracle.expected(corpus, query, ALL):
            wrong.append(cutting)
    assert (lost, wrong) == ([], [])


def test_pages_that_tie_come_by_their_number_however_many_there_are(engine: SearchEngine) -> None:
    # Half in a second segment, in which a place says nothing about the number.
    engine.rebuild([page(number, "查封银行存款") for number in range(1, 200, 2)], 1)
    engine.apply([page(number, "查封银行存款") for number in range(200, 0, -2)], [], 2)
    for limit, offset in ((3, 0), (2, 7), (20, 190), (500, 0)):
        result = engine.search(Query(("查封",)), ALL, limit=limit, offset=offset)
        assert (result.total, [hit.page_id for hit in result.hits]) == (200, list(range(1, 201))[offset : offset + limit])


def test_where_thousands_tie_the_slices_still_fit_together(
    make: Callable[..., SearchEngine], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tantivy_engine, "TIED", 20)
    engine = make()
    pages = [page(number, "查封银行存款。" * (1 if number % 10 else 3)) for number in range(1, 301, 2)]
    engine.rebuild(pages, 1)
    engine.apply([page(number, "查封银行存款。" * (1 if number % 10 else 3)) for number in range(300, 0, -2)], [], 2)
    query = Query(("查封银行",))
    slices = [hit.page_id for at in range(0, 300, 7) for hit in engine.search(query, ALL, limit=7, offset=at).hits]
    assert sorted(slices) == list(range(1, 301))
    scores = {hit.page_id: hit.score for hit in engine.search(query, ALL, limit=EVERY).hits}
    assert [scores[number] for number in slices] == sorted(scores.values(), reverse=True)


def test_runs_and_breaks_of_every_shape_agree_with_the_oracle(engine: SearchEngine) -> None:
    rng = random.Random(7)
    letters = ("裁", "定", "1", "a", "。", ",", "，", " ", "\n", "（", "、")
    docs = [page(n, "".join(rng.choices(letters, k=rng.randint(0, 24)))) for n in range(150)]
    engine.rebuild(docs, 1)
    for _ in range(150):
        query = Query(("".join(rng.choices(letters, k=rng.randint(1, 6))),))
        assert ids(engine, query) == oracle.expected(docs, query, ALL), query


def test_phrases_exclusions_fields_and_rights_agree_with_the_oracle_and_each_other(
    library: dict[str, SearchEngine], corpus: list[PageDoc]
) -> None:
    rng = random.Random(11)
    hits = 0
    for _ in range(200):
        cut = [piece for piece, _ in court_text.cuttings(rng, corpus, 4)]
        sample = rng.choice(corpus)
        query = Query(
            phrases=tuple(rng.choice((cut[:1], cut[:2], ["被执行人"], ["裁定", "，"], []))),
            excluded=tuple(rng.choice(([], cut[3:], ["财产"], ["。"]))),
            case_no=rng.choice(("", "", "", "", sample.case_no, sample.case_no[-5:], "9924执")),
            party=rng.choice(("", "", "", "甲公司", "某", "张某甲；")),
            type_ids=rng.choice(((), (), ("notice",), ("record", "enforcement_ruling"))),
            date_from=rng.choice(("", "", "2026-03-01")),
            date_to=rng.choice(("", "", "2026-09-30")),
        )
        acl = tuple(rng.sample(ALL, rng.randint(0, 4)))
        want = oracle.expected(corpus, query, acl)
        assert {name: ids(engine, query, acl) for name, engine in library.items()} == dict.fromkeys(library, want), (query, acl)
        without = set(rng.sample(sorted(want), min(len(want), 3)))
        told = oracle.tally([page for page in corpus if page.page_id in want - without], 4)
        assert {name: engine.tally(query, acl, most=4, without=without) for name, engine in library.items()} == dict.fromkeys(library, told)
        hits += len(want)
    assert hits > 500  # the queries asked for something


@pytest.mark.parametrize(
    "asked",
    [
        "（2026）豫9924执118号",
        "(2026)豫9924执118号",
        "2026豫9924执118号",
        "豫9924执118号",
        "执118号",
        "118",
        "〔２０２６〕豫 9924 执 118 号",
        "9924执1",
    ],
)
def test_a_case_number_is_found_whole_in_part_and_however_written(engine: SearchEngine, asked: str) -> None:
    engine.apply([page(1, "（2026）豫99\n24执118号", case_no="（2026）豫9924执118号")], [], 1)
    assert ids(engine, Query((asked,))) == {1}
    assert ids(engine, Query((), case_no=asked)) == {1}


@pytest.mark.parametrize(
    ("asked", "found"), [("50000", True), ("50,000", True), ("５００００元", True), ("0元", True), ("50000。元", False)]
)
def test_an_amount_is_found_with_and_without_its_commas(engine: SearchEngine, asked: str, found: bool) -> None:
    engine.apply([page(1, "人民币50，000元整")], [], 1)
    assert ids(engine, Query((asked,))) == ({1} if found else set())


def test_the_number_itself_goes_before_longer_numbers_that_hold_it(engine: SearchEngine) -> None:
    engine.apply([page(1, "账号62118118001"), page(2, "第118号"), page(3, "1118")], [], 1)
    assert engine.search(Query(("118",)), ["main"]).hits[0].page_id == 2


def test_without_a_right_nothing_is_found_or_counted(shelf: SearchEngine, corpus: list[PageDoc]) -> None:
    for acl in ((), ("team:",), ("team:3",), ("TEAM:1",), ("office",), ("*",), ("ma",)):
        result = shelf.search(Query(("人",)), acl)
        assert (result.total, result.hits) == (0, ())
    for token in ALL:
        allowed = {doc.page_id for doc in corpus if token in doc.acl}
        assert ids(shelf, Query(()), (token,)) == allowed


def test_a_page_under_no_token_is_never_found(engine: SearchEngine) -> None:
    engine.apply([PageDoc(1, "", "裁定书", ())], [], 1)
    assert engine.count() == 1
    assert ids(engine, Query(())) == set()


def test_slices_join_to_the_whole_in_one_order(shelf: SearchEngine) -> None:
    for query in (Query(("人",)), Query(("被执行人",)), Query(())):
        whole = shelf.search(query, ALL, limit=EVERY).hits
        slices = [shelf.search(query, ALL, limit=7, offset=start) for start in range(0, len(whole) + 7, 7)]
        assert tuple(hit for part in slices for hit in part.hits) == whole
        assert {part.total for part in slices} == {len(whole)}
    assert shelf.search(Query(("人",)), ALL, limit=0).hits == ()


def test_pages_that_score_the_same_come_by_number(engine: SearchEngine) -> None:
    engine.rebuild([page(n, "同样的裁定书") for n in (9, 3, 7, 1, 5)], 1)
    engine.apply([page(n, "同样的裁定书") for n in (8, 2)], [], 2)
    for limit in (1, 3, 7):
        assert [hit.page_id for hit in engine.search(Query(("裁定书",)), ["main"], limit=limit).hits] == [1, 2, 3, 5, 7, 8, 9][:limit]


def test_a_replaced_page_is_found_by_its_new_words_and_rights_only(engine: SearchEngine) -> None:
    engine.apply([page(1, "查封裁定书", "desk"), page(2, "笔录")], [], 1)
    engine.apply([page(1, "扣划通知", "team:2")], [], 2)
    assert ids(engine, Query(("查封",))) == set()
    assert ids(engine, Query(("扣划",)), ("desk",)) == set()
    assert ids(engine, Query(("扣划",)), ("team:2",)) == {1}
    assert engine.count() == 2


def test_many_replacements_leave_nothing_stale(engine: SearchEngine) -> None:
    for round_no in range(1, 6):
        engine.apply([page(n, f"第{round_no}轮裁定书") for n in range(200)], [], round_no)
    assert engine.count() == 200
    assert len(ids(engine, Query(("轮裁定书",)))) == len(ids(engine, Query(("第5轮",)))) == 200


def test_a_deleted_page_is_gone_and_a_page_in_both_lists_too(engine: SearchEngine) -> None:
    engine.apply([page(n, "裁定书") for n in range(1, 6)], [], 1)
    engine.apply([page(2, "裁定书")], [1, 2, 99], 2)
    assert ids(engine, Query(("裁定书",))) == {3, 4, 5}
    assert engine.count() == 3


def test_the_last_of_two_versions_in_one_batch_counts(engine: SearchEngine) -> None:
    engine.apply([page(1, "旧文"), page(1, "新文")], [], 1)
    assert (ids(engine, Query(("旧文",))), ids(engine, Query(("新文",)))) == (set(), {1})


def test_applying_a_batch_again_changes_nothing(engine: SearchEngine) -> None:
    for _ in range(3):
        engine.apply([page(1, "裁定书"), page(2, "笔录")], [3], 7)
        assert (engine.count(), engine.last_seq(), ids(engine, Query(("裁定书",)))) == (2, 7, {1})


def test_the_outbox_number_survives_and_may_not_run_backwards(make: Callable[..., SearchEngine], engine: SearchEngine) -> None:
    assert engine.last_seq() == 0
    engine.apply([page(1, "裁定书")], [], 41)
    assert make().last_seq() == 41
    with pytest.raises(IndexUnavailableError):
        engine.apply([page(1, "旧裁定书")], [], 40)
    assert (engine.last_seq(), ids(engine, Query(("旧",)))) == (41, set())
    engine.apply([], [], 42)
    assert engine.last_seq() == 42


def test_another_reader_sees_a_commit_at_once(make: Callable[..., SearchEngine], engine: SearchEngine) -> None:
    reader = make()
    for seq in range(1, 5):
        engine.apply([page(seq, "裁定书")], [], seq)
        assert len(ids(reader, Query(("裁定",)))) == seq


def test_a_rebuild_serves_the_old_until_it_is_whole(make: Callable[..., SearchEngine], engine: SearchEngine) -> None:
    engine.apply([page(1, "旧裁定书")], [], 1)
    reader = make()

    def docs() -> Iterator[PageDoc]:
        yield page(2, "新裁定书")
        assert ids(reader, Query(("裁定",))) == {1}

    engine.rebuild(docs(), 5)
    assert (ids(reader, Query(("裁定",))), reader.last_seq(), reader.count()) == ({2}, 5, 1)


def test_a_rebuild_that_fails_changes_nothing_and_leaves_nothing(engine: SearchEngine, tmp_path: Path) -> None:
    engine.apply([page(1, "旧裁定书")], [], 1)
    before = sorted(tmp_path.joinpath("index").iterdir())

    def docs() -> Iterator[PageDoc]:
        yield page(2, "新裁定书")
        raise RuntimeError("the records went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(docs(), 5)
    assert (ids(engine, Query(("裁定",))), engine.last_seq()) == ({1}, 1)
    assert sorted(tmp_path.joinpath("index").iterdir()) == before


def test_a_batch_that_fails_leaves_the_index_as_it_was(engine: SearchEngine) -> None:
    engine.apply([page(1, "裁定书")], [], 1)
    with pytest.raises(ValueError):
        engine.apply([page(1, "笔录"), page(2, "笔录", doc_date="三月")], [], 2)
    assert (ids(engine, Query(("裁定",))), engine.last_seq(), engine.count()) == ({1}, 1, 1)
    engine.apply([page(2, "笔录")], [], 2)
    assert engine.count() == 2


def test_who_was_told_the_number_of_the_old_index_must_ask_again(make: Callable[..., SearchEngine], engine: SearchEngine) -> None:
    worker = make()
    engine.apply([page(1, "裁定书")], [], 10)
    assert worker.last_seq() == 10
    engine.rebuild([page(1, "裁定书")], 8)
    with pytest.raises(IndexBusyError):
        worker.apply([page(3, "笔录")], [], 11)
    assert worker.last_seq() == 8
    worker.apply([page(2, "笔录"), page(3, "笔录")], [], 11)
    assert worker.count() == 3


def test_a_second_writer_waits_and_then_says_busy(make: Callable[..., SearchEngine], engine: SearchEngine, tmp_path: Path) -> None:
    hasty = make(wait_seconds=0)
    with IndexFolder(tmp_path / "index", {}, 0).writing():
        with pytest.raises(IndexBusyError):
            hasty.apply([page(1, "裁定书")], [], 1)
        with pytest.raises(IndexBusyError):
            hasty.rebuild([], 1)
        assert hasty.count() == 0
    hasty.apply([page(1, "裁定书")], [], 1)
    assert hasty.count() == 1


def use_everything(engine: SearchEngine) -> None:
    for act in (engine.count, engine.last_seq, lambda: engine.search(Query(("裁定",)), ["main"]), lambda: engine.apply([], [], 9)):
        with pytest.raises(IndexUnavailableError):
            act()


def test_a_folder_that_never_was_is_unavailable_until_it_is_built(make: Callable[..., SearchEngine], tmp_path: Path) -> None:
    engine = make()
    use_everything(engine)
    assert not tmp_path.joinpath("index").exists()
    engine.rebuild([page(1, "裁定书")], 9)
    assert ids(engine, Query(("裁定",))) == {1}


@pytest.mark.parametrize("what", ["index", "index/current.json", "index/generation-*"])
def test_a_folder_that_was_removed_is_unavailable_until_it_is_rebuilt(engine: SearchEngine, tmp_path: Path, what: str) -> None:
    engine.apply([page(1, "裁定书")], [], 1)
    assert engine.count() == 1
    for path in list(tmp_path.glob(what)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    use_everything(engine)
    engine.rebuild([page(1, "裁定书")], 9)
    assert (ids(engine, Query(("裁定",))), engine.last_seq()) == ({1}, 9)


# whoosh leaves the handle of a damaged table of contents to the garbage collector
@pytest.mark.filterwarnings("ignore:.*FileIO.*[.]toc:pytest.PytestUnraisableExceptionWarning")
def test_cut_files_are_unavailable_and_never_an_empty_answer(
    engine: SearchEngine, make: Callable[..., SearchEngine], tmp_path: Path
) -> None:
    engine.apply([page(n, "裁定书") for n in range(50)], [], 1)
    engine.close()
    for path in tmp_path.glob("index/generation-*/*"):
        half = path.read_bytes()[: path.stat().st_size // 2]
        path.unlink()  # never cut a file short that a thread may have mapped: SIGBUS
        path.write_bytes(half)
    use_everything(make())


@pytest.mark.parametrize("key", ["engine", "version", "analysis", "schema"])
def test_an_index_of_another_version_is_unavailable_until_it_is_rebuilt(engine: SearchEngine, tmp_path: Path, key: str) -> None:
    pointer = tmp_path / "index" / "current.json"
    content = json.loads(pointer.read_text(encoding="utf-8"))
    content["stamp"][key] += "-of-old"
    pointer.write_text(json.dumps(content), encoding="utf-8")
    use_everything(engine)
    engine.rebuild([], 1)
    assert engine.last_seq() == 1


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"stamp": {}}'])
def test_a_broken_pointer_is_unavailable(engine: SearchEngine, tmp_path: Path, content: str) -> None:
    tmp_path.joinpath("index/current.json").write_text(content, encoding="utf-8")
    use_everything(engine)


def test_what_was_read_of_a_page_is_not_kept_in_the_index(engine: SearchEngine, tmp_path: Path) -> None:
    engine.apply([page(1, "被执行人李测试名下无可供执行财产")], [], 1)
    assert not any("李测试名下".encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_killed_writer_loses_nothing_it_acknowledged(
    kind: str, make: Callable[..., SearchEngine], engine: SearchEngine, tmp_path: Path
) -> None:
    acknowledged = 0
    for started in (2, 3, 2):
        command = [sys.executable, "-m", "tests.support.index_writer", kind, str(tmp_path / "index")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                word, number = line.split()
                if word == "done":
                    acknowledged = int(number)
                elif (started := started - 1) < 0:
                    writer.send_signal(signal.SIGKILL)
                    break
        reader = make()
        reached = reader.last_seq()
        assert reached in (acknowledged, acknowledged + 1)
        assert ids(reader, Query(("裁定书",))) == set(range(PER_BATCH, PER_BATCH * (reached + 1)))
    resumed = make()
    following = resumed.last_seq() + 1
    resumed.apply(batch(following), [], following)
    assert resumed.count() == PER_BATCH * following
