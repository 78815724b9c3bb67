"""Weights for papers without a telling title: fitted on request, kept as versions, used when a person says so, from the next start on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dossier import people
from dossier.app import open_rules
from dossier.demo.blocks import Paper, paras, title
from dossier.demo.papers import control
from dossier.desks import sorting, training
from dossier.desks.training import Example
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import LedgerEvent
from dossier.web.site import create_app
from dossier.worker import Worker
from review.classify import classify
from review.learned import dump
from review.lexicon import load_lexicon
from review.normalise import page_of_text
from review.rulebook import RulesError
from tests.support.commands import CommandLine
from tests.support.office import PASSWORD, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.papers import lexicon
from tests.support.rules import catalogue, rule_texts
from tests.support.webclient import Person

TYPES = {"summons", "site_photo", "e_service_proof"}
STRANGE = Paper("", "到院须知", (title("到院须知"), *paras("来时请带身份证，由东门进，电话已经说过时间，家里人也可以陪同。")))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Shared: each test asks only for what it did itself."""
    opened = open_test_office(tmp_path_factory.mktemp("classifier"), reader=READER)
    examples = [one for one in training.shipped(opened.rules.lexicon("yanling")) if one.type_id in TYPES]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "shipped", lambda lexicon: examples)
        yield opened
    opened.close()


def confirmed(cases: int, words: str) -> list[Example]:
    """A photograph in each of so many cases, with the same words below it."""
    return [Example("", f"拍摄地点{words}", "site_photo", f"confirmed {case}", 2.0) for case in range(cases)]


def test_the_same_examples_give_the_same_weights_and_no_name_is_learned_by_heart() -> None:
    examples = [one for one in training.shipped(lexicon()) if one.type_id in TYPES]
    examples += [*confirmed(training.IN_CASES, "鹅卵石"), *confirmed(training.IN_CASES - 1, "欧阳奇")]
    first, second = (training.fit(examples, "1", lexicon()) for _ in range(2))
    assert dump(first) == dump(second)
    assert "鹅卵石" in first.weights
    assert not {"欧阳奇", "欧阳", "阳奇"} & set(first.weights)
    assert set(first.classes) == TYPES
    assert first.about["sure_and_wrong"] == 0


def test_the_life_of_a_version_on_the_command_line(office: Office) -> None:
    run, home = CommandLine(office.settings.home), office.settings.home
    trained = run("classifier", "train", "--version", "ours-1", "--json").json
    assert (trained["version"], trained["used"], trained["classes"] >= len(TYPES)) == ("ours-1", False, True)
    shipped = lexicon().learned
    assert shipped is not None
    assert open_rules(home).lexicon("yanling").learned == shipped

    assert run("classifier", "use", "ours-1").code == 0
    used = open_rules(home).lexicon("yanling").learned
    assert used is not None
    assert used.version == "ours-1"
    assert office.rules.lexicon("yanling").learned == shipped  # who is at work goes on with what he started with
    app = create_app(office)
    told = {one["version"]: one["used"] for one in Person(app, "clerk").get("/api/classifier").get_json()["versions"]}
    assert (told["ours-1"], told[shipped.version]) == (False, True)
    assert Person(app, "clerk").post("/api/classifier/use", {"version": "ours-1"}).status_code == 403
    shown = {one["version"]: one["used"] for one in run("classifier", "show", "--json").lines}
    assert (shown["ours-1"], shown[shipped.version]) == (True, False)

    people.add(
        office, operator_of(office), login="keeper", display="k", roles=["system_admin"], team=None, password=PASSWORD, must_change=False
    )
    keeper = Person(app, "keeper")
    assert keeper.post("/api/classifier/use", {"version": "shipped"}).get_json() == {"version": "shipped"}
    assert keeper.post("/api/classifier/use", {"version": "nowhere"}).get_json()["error"]["code"] == "weights_unknown"
    assert open_rules(home).lexicon("yanling").learned == shipped
    with office.db.read() as session:
        rows = session.query(LedgerEvent).where(LedgerEvent.action == "learned.use").order_by(LedgerEvent.seq)
        assert [row.subject for row in rows] == ["learned:ours-1", "learned:shipped"]
        rows = session.query(LedgerEvent).where(LedgerEvent.action == "learned.train", LedgerEvent.subject == "learned:ours-1")
        assert rows.count() == 1


def test_what_is_refused(office: Office) -> None:
    operator, shipped = operator_of(office), lexicon().learned
    assert shipped is not None
    for act, code in (
        (lambda: training.train(office, operator, "../x"), "weights_name"),
        (lambda: training.train(office, operator, "shipped"), "weights_name"),
        (lambda: training.train(office, operator, shipped.version), "weights_exist"),
        (lambda: training.use(office, operator, "nowhere"), "weights_unknown"),
        (lambda: training.train(office, people.acting_as(office, "clerk")), "not_allowed"),
        (lambda: training.use(office, people.acting_as(office, "team1"), shipped.version), "not_allowed"),
    ):
        with pytest.raises(DossierError) as told:
            act()
        assert told.value.code == code
    assert not (office.settings.home / "learned" / f"{shipped.version}.json").exists()
    assert CommandLine(office.settings.home)("--as", "clerk", "classifier", "train").code == 4


def test_a_version_without_a_name_gets_the_day_and_a_free_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = lexicon().learned
    assert shipped is not None
    monkeypatch.setattr(training, "fit", lambda examples, version, lexicon: replace(shipped, version=version))
    assert [training.train(office, operator_of(office)).version for _ in range(2)] == ["20260901-1", "20260901-2"]


def test_what_a_person_named_is_learned_from_and_what_the_system_named_is_not(office: Office) -> None:
    receipt = hand_over(office, [upload("a.pdf", pdf(control.QUERY)), upload("b.pdf", pdf(STRANGE))])
    Worker(office).run(until_idle=True)
    assert training.confirmed(office) == []
    sorting.retype(office, people.acting_as(office, "clerk"), receipt["receipt_no"], 2, "notify_proof")
    (example,) = training.confirmed(office)
    assert (example.title, example.type_id) == ("到院须知", "notify_proof")
    assert "请带身份证" in example.text


def test_without_the_file_that_the_rules_name_nothing_starts() -> None:
    used = lexicon().learned
    assert used is not None
    query = "网络查控汇总\n被执行人张某甲 银行存款 余额3元 车辆 未查到 不动产 无 证券 无 人民银行 账户2个 互联网银行 无 总对总查询"
    assert classify([page_of_text(query)], lexicon()).type_id == "net_query_total"
    texts = {path: text for path, text in rule_texts().items() if path != f"learned/{used.version}.json"}
    with pytest.raises(RulesError, match=used.version):
        load_lexicon(texts, catalogue())
