"""The fitted weights: what they add, where they keep silent, what their chances mean, and that a file which is none is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from review.classify import classify
from review.learned import FOREIGN, Learned, dump, features, load
from review.lexicon import Lexicon, load_lexicon
from review.normalise import page_of_text
from review.rulebook import RulesError
from review.rules_load import CURRENT
from tests.support.papers import lexicon
from tests.support.rules import catalogue, rule_texts

CHAT = "王某甲 聊天\n李测试法官：这是执行通知书和报告财产令，请查收\n图片\n王某甲：收到 2026年5月18日 16:20"
SMALL = Learned(
    "1", ("summons", FOREIGN), {"传票": (0, 60), "#传票": (0, 40), "发票": (1, 60)}, (0.0, 0.0), 20.0, ((0.5, 0.4), (0.9, 0.9)), 0.95, {}
)


def without() -> Lexicon:
    return replace(lexicon(), learned=None)


def test_a_paper_without_a_title_is_named_by_its_words_alone() -> None:
    assert classify([page_of_text(CHAT)], without()).type_id is None
    guess = classify([page_of_text(CHAT)], lexicon())
    assert guess.type_id == "e_service_proof"
    assert "用语像" in guess.why


def test_a_title_of_no_catalogue_is_named_and_a_person_is_asked() -> None:
    text = "云川县人民法院\n案款缴付须知单\n被执行人张某甲：请于三日内将案款52000元汇入本院执行款专户，开户行云川甲银行，账号6200990011。"
    assert classify([page_of_text(text)], without()).type_id is None
    guess = classify([page_of_text(text)], lexicon())
    assert (guess.type_id, guess.confident) == ("payment_notice", False)
    assert "题名不在目录中" in guess.why


def test_a_second_voice_spares_the_question() -> None:
    text = "付款户名 张某甲 付款账号 62009900 收款户名 云川县人民法院 转账金额 5200.00 摘要 执行案款 网上银行"
    first, both = classify([page_of_text(text)], without()), classify([page_of_text(text)], lexicon())
    assert (first.type_id, first.confident) == ("payment_arrival", False)
    assert (both.type_id, both.confident) == ("payment_arrival", True)


def test_a_shared_title_is_never_decided_by_likeness() -> None:
    text = "云川县人民法院\n执行裁定书\n（2026）豫9924执118号\n被执行人张某甲存款冻结查封拍卖扣划，本院予以处理。二〇二六年九月一日"
    vague = text.replace("冻结查封拍卖扣划", "")
    assert classify([page_of_text(vague)], lexicon()) == classify([page_of_text(vague)], without())


@pytest.mark.parametrize(
    "text",
    [
        "商铺租赁合同\n出租方李测试，承租方王某丙，月租三千元，押一付三。",
        "增值税专用发票\n购买方甲公司 销售方乙公司 钢材 价税合计 52000元",
        "新生入学登记表\n姓名 小红 性别 女 家长 王某丙",
        "超市购物小票 牛奶 2 件 59.80 面包 1 件 合计 69.70 现金",
        "各位业主：电梯检修，请走楼梯。 物业",
    ],
)
def test_foreign_papers_are_not_placed(text: str) -> None:
    guess = classify([page_of_text(text)], lexicon())
    assert not guess.confident
    assert guess.type_id in (None, "lease_contract")


def test_chances_rise_along_the_curve_and_stay_between_nothing_and_all() -> None:
    for learned in (SMALL, lexicon().learned):
        assert learned is not None
        chances = [learned.calibrated(step / 50) for step in range(51)]
        assert chances == sorted(chances)
        assert 0.0 <= chances[0] <= chances[-1] < 1.0
    assert SMALL.calibrated(0.7) == pytest.approx(0.65)
    assert SMALL.calibrated(1.0) == 0.9


def test_probabilities_add_up_and_the_words_that_spoke_are_told() -> None:
    raw = SMALL.raw("传票", "传票一张")
    assert sum(raw) == pytest.approx(1.0)
    first, second = SMALL.opinions("传票", "传票一张")
    assert (first.type_id, second.type_id) == ("summons", None)
    assert first.words == ("传票",)


def test_the_two_parts_of_a_paper_weigh_the_same_whatever_their_length() -> None:
    short, long = features("传票", "应到时间"), features("传票", "应到时间" * 50 + "甲乙丙丁" * 50)
    assert short["#传票"] == long["#传票"]
    assert sum(value**2 for gram, value in short.items() if not gram.startswith("#")) == pytest.approx(1.0)
    assert features("", "") == {}


def test_weights_are_written_and_read_the_same() -> None:
    text = dump(SMALL)
    assert load("a.json", text, catalogue().types) == SMALL
    assert dump(load("a.json", text, catalogue().types)) == text


def test_a_class_that_the_catalogue_lacks_never_comes_up() -> None:
    loaded = load("b.json", dump(replace(SMALL, classes=("no_such_type", FOREIGN))), catalogue().types)
    assert loaded.bias[0] == -math.inf
    assert loaded.opinions("传票", "传票")[0].type_id is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "x"}', json.dumps({"schema": "dossier.learned/1", "version": "1"})])
def test_a_file_that_is_none_is_told(text: str) -> None:
    with pytest.raises(RulesError, match=r"权重|schema"):
        load("learned/c.json", text, catalogue().types)


def test_a_version_that_is_missing_is_told_with_the_way_back() -> None:
    with pytest.raises(RulesError, match=r"learned/2020\.json”；删除"):
        load_lexicon({**rule_texts(), CURRENT: "2020\n"}, catalogue())
    assert load_lexicon({**rule_texts(), CURRENT: "\n"}, catalogue()).learned == lexicon().learned
