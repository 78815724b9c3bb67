"""Pages of an invented court's enforcement papers, as an OCR engine would give them: wrapped lines, wrong and lost characters."""

import random

from indexing.contract import PageDoc

_PEOPLE = ("张某甲", "李测试", "王某乙", "赵某丙", "欧阳某丁", "甲公司", "云川乙商贸有限公司", "丙建筑工程有限公司")
_TITLES = ("执 行 裁 定 书", "执行通知书", "报 告 财 产 令", "送 达 回 证", "执 行 笔 录", "协助执行通知书", "结案审批表", "限制消费令")
_SENTENCES = (
    "申请执行人{a}与被执行人{b}借款合同纠纷一案，云川县人民法院作出的{case}民事判决书已经发生法律效力。",
    "依照《中华人民共和国民事诉讼法》第{n}条、《最高人民法院关于人民法院执行工作若干问题的规定（试行）》第{n}条的规定，裁定如下：",
    "一、冻结、划拨被执行人{b}在云川农村商业银行账号{account}内的存款人民币{amount}元；",
    "二、不足部分，查封、扣押、拍卖、变卖其相应价值的财产。本裁定立即执行。",
    "责令{b}自收到本通知之日起{n}日内履行义务，并承担迟延履行利息{amount}元、申请执行费{n}元。",
    "问：你的身份证号码是多少？ 答：{idno}，住云川县城关镇人民路{n}号，电话{phone}。",
    "经本院通过网络执行查控系统查询，被执行人名下有豫A·{n}X{n}号小型汽车一辆，未发现“可供执行”的其他财产。",
    "本案{case}于二○二六年{month}月{n}日以终结本次执行程序方式结案（终本）。",
    "受送达人签名或者盖章：{a}　　代收人：{b}　　送达时间：２０２６年{month}月{n}日",
    "执行员 {a} 书记员 {b}\n2026 年 {month} 月 {n} 日（院印）",
)
_CONFUSED = {"己": "已", "末": "未", "豫": "像", "元": "兀", "定": "足", "人": "入", "0": "O", "1": "l", "。": ".", "（": "(", "，": ","}


def page_text(rng: random.Random, *, noise: float = 0.01) -> str:
    """One page of 150 to 700 characters, wrapped every 24 to 34 characters, `noise` of them wrong and a quarter as many lost."""
    a, b = rng.sample(_PEOPLE, 2)
    facts = {"a": a, "b": b, "case": case_no(rng), "month": rng.randint(1, 12)}
    body = [rng.choice(_TITLES), case_no(rng)]
    for sentence in rng.choices(_SENTENCES, k=rng.randint(3, 9)):
        numbers = {
            "n": rng.randint(1, 260),
            "account": "6222" + "".join(rng.choices("0123456789", k=12)),
            "amount": f"{rng.randint(100, 9_000_000):,}.{rng.randint(0, 99):02d}",
            "idno": "41992419" + "".join(rng.choices("0123456789", k=9)) + "X",
            "phone": "199" + "".join(rng.choices("0123456789", k=8)),
        }
        body.append(sentence.format(**facts, **numbers))
    return _wrapped(rng, [_misread(rng, line, noise) for line in body])


def _misread(rng: random.Random, line: str, noise: float) -> str:
    out = []
    for char in line:
        roll = rng.random()
        if roll < noise:
            out.append(_CONFUSED.get(char, chr(rng.randrange(0x4E00, 0x9FA5))))
        elif roll > noise * 1.25:
            out.append(char)
    return "".join(out)


def _wrapped(rng: random.Random, body: list[str]) -> str:
    width = rng.randint(24, 34)
    return "\n".join(line[start : start + width] for line in body for start in range(0, len(line), width))


def case_no(rng: random.Random) -> str:
    return f"（{rng.randint(2023, 2026)}）豫9924{rng.choice(('执', '执恢', '执保', '民初'))}{rng.randint(1, 1300)}号"


def pages(rng: random.Random, count: int, *, first: int = 1) -> list[PageDoc]:
    """Pages with all their fields, under one to three acl tokens out of eight."""
    return [
        PageDoc(
            page_id=first + place,
            case_no=case_no(rng),
            text=page_text(rng),
            acl=tuple(rng.sample(("main", "sub", "desk", "team:1", "team:2", "team:12", "case:1", "office 3"), rng.randint(1, 3))),
            type_id=rng.choice(("enforcement_ruling", "notice", "service_receipt", "record", "")),
            doc_date=rng.choice(("", f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}")),
            parties="；".join(rng.sample(_PEOPLE, 2)),
            page_no=place,
        )
        for place in range(count)
    ]


def cuttings(rng: random.Random, docs: list[PageDoc], count: int) -> list[tuple[str, int]]:
    """`count` substrings of 1 to 16 characters that hold a letter or digit, cut anywhere (in numbers, over line ends), and their page."""
    cut: list[tuple[str, int]] = []
    while len(cut) < count:
        page = rng.choice(docs)
        start = rng.randrange(len(page.text))
        piece = page.text[start : start + rng.choice((1, 2, 2, 3, 3, 4, 6, 8, 10, 12, 16))]
        if any(char.isalnum() for char in piece):
            cut.append((piece, page.page_id))
    return cut
