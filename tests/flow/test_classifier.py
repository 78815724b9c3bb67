"""Weights for papers without a telling title: fitted on request, kept as versions, used when a person says so, from the next start on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dossier import people
from dossier.app import open_rules
from dossier.demo.blocks import Paper, paras, title
from dossier.demo.papers import control
from dossier.desks import receiving, training
from dossier.desks.training import Example
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import LedgerEvent
from dossier.worker import Worker
from review.classify import classify
from review.learned import dump
from review.normalise import page_of_text
from tests.support.commands import CommandLine
from tests.support.office import hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf

TYPES = {"summons", "site_photo", "e_service_proof"}
STRANGE = Paper("", "到院须知", (title("到院须知"), *paras("来时请带身份证，由东门进，电话已经说过时间，家里人也可以陪同。")))


def few(office: Office) -> list[Example]:
    """Enough to fit in a moment."""
    return [one for one in training.shipped(office.rules.lexicon("yanling")) if one.type_id in TYPES]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home", reader=READER)
    examples = few(opened)
    monkeypatch.setattr(training, "shipped", lambda lexicon: examples)
    yield opened
    opened.close()


def test_the_same_examples_give_the_same_weights(office: Office) -> None:
    lexicon = office.rules.lexicon("yanling")
    first, second = (training.fit(training.shipped(lexicon), "1", lexicon) for _ in range(2))
    assert dump(first) == dump(second)
    assert set(first.classes) == TYPES
    assert first.about["sure_and_wrong"] == 0


def test_the_life_of_a_version_on_the_command_line(office: Office) -> None:
    run, home = CommandLine(office.settings.home), office.settings.home
    trained = run("classifier", "train", "--version", "ours-1", "--json").json
    assert (trained["version"], trained["used"], trained["classes"]) == ("ours-1", False, len(TYPES))
    shipped = open_rules().lexicon("yanling").learned
    assert shipped is not None
    shown = {one["version"]: one["used"] for one in run("classifier", "show", "--json").lines}
    assert shown == {shipped.version: True, "ours-1": False}
    assert open_rules(home).lexicon("yanling").learned == shipped

    assert run("classifier", "use", "ours-1").code == 0
    used = open_rules(home).lexicon("yanling")
    assert used.learned is not None
    assert used.learned.version == "ours-1"
    assert office.rules.lexicon("yanling").learned == shipped  # who is at work goes on with what he started with
    assert {one["version"]: one["used"] for one in run("classifier", "show", "--json").lines} == {shipped.version: False, "ours-1": True}

    assert run("classifier", "use", "shipped").code == 0
    assert open_rules(home).lexicon("yanling").learned == shipped
    with office.db.read() as session:
        told = [
            (row.action, row.subject) for row in session.query(LedgerEvent).order_by(LedgerEvent.seq) if row.action.startswith("learned")
        ]
    assert told == [("learned.train", "learned:ours-1"), ("learned.use", "learned:ours-1"), ("learned.use", "learned:shipped")]


def test_what_is_refused(office: Office) -> None:
    run = CommandLine(office.settings.home)
    assert run("classifier", "train", "--version", "../x").code == 3
    assert run("classifier", "train", "--version", "shipped").code == 3
    assert run("classifier", "use", "nowhere").code == 3
    (known,) = training.versions(office.rules.texts)
    before = open_rules().texts[f"learned/{known}.json"]
    assert run("classifier", "train", "--version", known).code == 4
    assert open_rules().texts[f"learned/{known}.json"] == before
    assert run("--as", "clerk", "classifier", "train").code == 4
    for act in (lambda actor: training.train(office, actor), lambda actor: training.use(office, actor, known)):
        with pytest.raises(DossierError) as told:
            act(people.acting_as(office, "team1"))
        assert told.value.code == "not_allowed"


def test_a_version_without_a_name_gets_the_day_and_a_free_number(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = open_rules().lexicon("yanling").learned
    assert shipped is not None
    monkeypatch.setattr(training, "fit", lambda examples, version, lexicon: replace(shipped, version=version))
    assert [training.train(office, operator_of(office)).version for _ in range(2)] == ["20260901-1", "20260901-2"]


def test_what_a_person_named_is_learned_from_and_what_the_system_named_is_not(office: Office) -> None:
    receipt = hand_over(office, [upload("a.pdf", pdf(control.QUERY)), upload("b.pdf", pdf(STRANGE))])
    Worker(office).run(until_idle=True)
    assert training.confirmed(office) == []
    receiving.retype(office, people.acting_as(office, "clerk"), receipt["receipt_no"], 2, "notify_proof")
    (example,) = training.confirmed(office)
    assert (example.title, example.type_id) == ("到院须知", "notify_proof")
    assert "请带身份证" in example.text


def test_every_shipped_opinion_comes_from_the_file_that_the_rules_name() -> None:
    lexicon = open_rules().lexicon("yanling")
    assert lexicon.learned is not None
    assert f"learned/{lexicon.learned.version}.json" in open_rules().texts
    query = "网络查控汇总\n被执行人张某甲 银行存款 余额3元 车辆 未查到 不动产 无 证券 无 人民银行 账户2个 互联网银行 无"
    assert classify([page_of_text(query)], lexicon).type_id == "net_query_total"
