"""What a paper is: one sample of each of many types, papers that belong in no dossier, a reader's slips, and what the score is worth."""

import pytest

from review.classify import classify
from review.normalise import page_of_text
from tests.support.papers import lexicon, misread, page, paper, papers

KNOWN = [(id, text) for id, _, text in papers() if id is not None]
FOREIGN = [(name, text) for id, name, text in papers() if id is None]


def test_samples_cover_many_types() -> None:
    assert len({id for id, _ in KNOWN}) >= 60


@pytest.mark.parametrize(("id", "text"), KNOWN, ids=[id for id, _ in KNOWN])
def test_paper_is_named(id: str, text: str) -> None:
    for one in (page(text), page_of_text(text)):
        guess = classify([one], lexicon())
        assert (guess.type_id, guess.confident) == (id, True), guess
        assert guess.why
        assert guess.score >= lexicon().threshold


@pytest.mark.parametrize(("name", "text"), FOREIGN, ids=[name for name, _ in FOREIGN])
def test_foreign_paper_is_unknown(name: str, text: str) -> None:
    for one in (page(text), page_of_text(text)):
        guess = classify([one], lexicon())
        assert guess.type_id is None, guess
        assert not guess.confident
        assert guess.why


def test_everyday_paper_waits_for_a_person() -> None:
    lease = "房屋租赁合同\n出租方：甲公司\n承租方：李测试\n租期一年，租金每月一千元。\n2026年3月1日"
    guess = classify([page(lease)], lexicon())
    assert guess.type_id == "lease_contract"
    assert not guess.confident
    tied = classify([page(lease + "\n云川县人民法院执行局复印附卷")], lexicon())
    assert tied.confident


def test_a_receipt_for_papers_of_filing_is_no_receipt_of_an_assisting_office() -> None:
    text = "收件回执\n今收到申请执行人张某甲提交的申请执行书一份、判决书一份。\n收件人 王某乙\n2026年1月30日"
    assert classify([page(text)], lexicon()).type_id == "application_receipt_list"


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("继续冻结被执行人张某甲的银行存款，冻结期限为一年。", "seizure_ruling"),
        ("提取被执行人张某甲在甲公司的收入五千元。", "deduct_ruling"),
        ("变卖被执行人张某甲名下小型轿车。", "auction_ruling"),
        ("涤除案外人在上述房屋上的租赁权。", "lease_clearing_ruling"),
        ("不予执行云川仲裁委员会作出的裁决。", "non_enforcement_ruling"),
        ("变更王某丙为本案申请执行人。", "add_change_party_ruling"),
        ("原裁定第二页“李测试”补正为“李侧试”。", "correction_ruling"),
    ],
)
def test_ruling_is_decided_by_its_operative_words(words: str, id: str) -> None:
    text = f"云川县人民法院\n执 行 裁 定 书\n（2026）豫9924执118号\n经查封、拍卖未果，终结本次执行程序的条件未成就，裁定如下：\n{words}\n二〇二六年九月一日"
    assert classify([page(text)], lexicon()).type_id == id


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("申请你院审判员周执行回避，其与对方系亲戚。", "recusal_application"),
        ("申请对被执行人张某甲限制高消费。", "consumption_restriction_application"),
        ("被执行人已付清，请解除对其限制消费措施。", "consumption_release_application"),
        ("请求解除对银行账户的冻结。", "release_application"),
        ("请将被执行人纳入失信被执行人名单。", "dishonest_application"),
        ("被执行人查无财产，申请终结本案的本次执行程序。", "final_application"),
        ("案件去年已终结本次执行程序，现申请恢复执行，并申请继续限制高消费。", "resume_application"),
        ("申请强制执行判决书所定款项，申请对被执行人限制高消费。", "enforcement_application"),
    ],
)
def test_bare_application_is_decided_by_what_it_asks_for(words: str, id: str) -> None:
    text = f"申 请 书\n申请人：李测试　被申请人：张某甲\n（2026）豫9924执118号\n{words}\n此致\n云川县人民法院\n二〇二六年九月一日"
    assert classify([page(text)], lexicon()).type_id == id


def test_application_for_a_measure_is_not_the_decision_on_it() -> None:
    text = "关于将被执行人纳入失信名单的申请\n云川县人民法院：张某甲违反财产报告制度，申请将其纳入失信被执行人名单。\n申请执行人李测试\n2026年9月1日"
    assert classify([page(text)], lexicon()).type_id == "dishonest_application"


def test_ruling_without_telling_words_is_left_to_a_person() -> None:
    text = "云川县人民法院\n执行裁定书\n（2026）豫9924执118号\n裁定如下：\n准许。\n二〇二六年九月一日"
    guess = classify([page(text)], lexicon())
    assert not guess.confident


def test_operative_words_may_stand_on_the_second_page() -> None:
    pages = [
        page("云川县人民法院\n执行裁定书\n（2026）豫9924执118号\n本院认为，被执行人无财产，裁定如下："),
        page("终结本次执行程序。\n二〇二六年九月一日", index=1),
    ]
    assert classify(pages, lexicon()).type_id == "termination_ruling"


def test_title_in_running_text_names_nothing() -> None:
    text = "本院依法向你送达执行通知书、报告财产令和执行裁定书，你应当在送达回证上签名。\n逾期不报告的，予以罚款、拘留。"
    assert classify([page(text)], lexicon()).type_id is None


def test_no_text_is_unknown() -> None:
    guess = classify([page("")], lexicon())
    assert (guess.type_id, guess.score) == (None, 0.0)


def test_nodes_and_alternatives_are_told() -> None:
    guess = classify([page(paper("service_receipt"))], lexicon())
    assert "service" in guess.nodes
    assert all(0 <= one.score <= 1 for one in guess.alternatives)


@pytest.mark.parametrize("rate", [0.01, 0.02])
def test_reader_slips(rate: float) -> None:
    """With one or two characters in a hundred wrong few papers need a person, and hardly any is taken for another type."""
    right = confident_wrong = total = 0
    for seed in range(4):
        for number, (id, text) in enumerate(KNOWN):
            guess = classify([page(misread(text, rate, seed * 1000 + number))], lexicon())
            total += 1
            right += guess.confident and guess.type_id == id
            confident_wrong += guess.confident and guess.type_id != id
    assert right / total >= (0.96 if rate == 0.01 else 0.93)
    assert confident_wrong / total <= 0.005


def test_score_means_what_it_says() -> None:
    """Of the guesses in a band of scores at least the band's lower edge is right."""
    bands: dict[float, list[bool]] = {0.5: [], 0.8: [], 0.9: []}
    for rate in (0.0, 0.02, 0.05, 0.08):
        for number, (id, text) in enumerate(KNOWN):
            guess = classify([page(misread(text, rate, number + round(rate * 10_000)))], lexicon())
            edge = max((low for low in bands if guess.score >= low), default=None)
            if guess.type_id is not None and edge is not None:
                bands[edge].append(guess.type_id == id)
    for edge, hits in bands.items():
        assert hits, edge
        assert sum(hits) / len(hits) >= edge, (edge, sum(hits), len(hits))
