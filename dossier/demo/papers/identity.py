"""The parties come in; the papers that say who they are and who speaks for them come out."""

from __future__ import annotations

from dossier.demo.blocks import Drawing, Grid, Hand, Paper, Sign, Space, Stamp, Text, closing, paras, spaced, title
from dossier.demo.case import (
    APPLICANT,
    COMPANY,
    COMPANY_CODE,
    COMPANY_HEAD,
    COMPANY_HOME,
    COURT,
    DEBTOR,
    LAW_FIRM,
    LAWYER,
    LAWYER_NO,
    plain_day,
)
from dossier.demo.draw import WIDTH, Sheet, px

_CARD = (px(243), px(153))  # an identity card is 85.6 × 54 mm
_SCALE = 1.32


def _frame(sheet: Sheet, top: int) -> tuple[int, int, int]:
    """A card's outline, enlarged as copiers do; gives left, width, height in pixels."""
    width, height = round(_CARD[0] * _SCALE), round(_CARD[1] * _SCALE)
    left = (WIDTH - width) // 2
    sheet.pen.rounded_rectangle(
        (left, top, left + width, top + height), radius=px(12), outline=(120, 122, 126), width=3, fill=(246, 247, 248)
    )
    return left, width, height


def _front(sheet: Sheet, top: int) -> None:
    left, width, _ = _frame(sheet, top)
    born = APPLICANT.born
    fields = (
        ("姓名", APPLICANT.name),
        ("性别", "女　　民族　汉"),
        ("出生", f"{born.year}年{born.month}月{born.day}日"),
        ("住址", "云川县测试镇样例村三组"),
        ("", "26号"),
    )
    for number, (label, words) in enumerate(fields):
        baseline = top + px(36) + number * px(26)
        if label:
            sheet.text(left + px(20), baseline, label, "song", px(12))
        sheet.text(left + px(58), baseline, words, "serif", px(13))
    sheet.text(left + px(20), top + px(182), "公民身份号码", "song", px(12))
    sheet.text(left + px(112), top + px(182), APPLICANT.id_no, "serif", px(15))
    _portrait(sheet, left + width - px(98), top + px(28))


def _portrait(sheet: Sheet, left: int, top: int) -> None:
    width, height = px(78), px(100)
    sheet.pen.rectangle((left, top, left + width, top + height), fill=(222, 224, 226))
    middle = left + width // 2
    sheet.pen.ellipse((middle - px(30), top + px(66), middle + px(30), top + px(140)), fill=(86, 88, 94))
    sheet.pen.rectangle((left, top + height, left + width, top + px(142)), fill=(246, 247, 248))
    sheet.pen.ellipse((middle - px(19), top + px(18), middle + px(19), top + px(70)), fill=(176, 172, 168))
    sheet.pen.chord((middle - px(21), top + px(12), middle + px(21), top + px(60)), 180, 360, fill=(58, 56, 58))


def _back(sheet: Sheet, top: int) -> None:
    left, _, _ = _frame(sheet, top)
    sheet.pen.ellipse((left + px(22), top + px(24), left + px(78), top + px(80)), outline=(150, 150, 154), width=6)
    sheet.pen.ellipse((left + px(36), top + px(38), left + px(64), top + px(66)), outline=(150, 150, 154), width=4)
    middle = left + px(96)
    sheet.text(middle, top + px(50), "中华人民共和国", "serif", px(18))
    sheet.text(middle - px(4), top + px(84), "居民身份证", "black", px(24))
    sheet.text(left + px(66), top + px(146), "签发机关", "song", px(12))
    sheet.text(left + px(132), top + px(146), "云川县公安局", "serif", px(13))
    sheet.text(left + px(66), top + px(176), "有效期限", "song", px(12))
    sheet.text(left + px(132), top + px(176), "2016.05.10-2036.05.10", "serif", px(13))


CARD = Paper(
    "identity_proof",
    "身份证复印件",
    (
        title("申请执行人身份证复印件", 18, 24),
        Drawing(214, _back),
        Space(30),
        Drawing(214, _front),
        Space(16),
        Text(("核对人：", Sign("冯立案"), Hand("2026年8月17日")), align="right"),
        Stamp("复印件与原件核对无异", "rect", at=0.2),
    ),
)

REPRESENTATIVE = Paper(
    "identity_proof",
    "法定代表人身份证明书",
    (
        Space(20),
        title("法定代表人身份证明书", 24, 26),
        *paras(
            f"{COMPANY_HEAD.name}同志，{COMPANY_HEAD.sex}，{plain_day(COMPANY_HEAD.born)}出生，公民身份号码{COMPANY_HEAD.id_no}，在我公司担任经理职务，"
            f"系{COMPANY}的法定代表人。",
            "特此证明。",
            f"附：法定代表人住址：{COMPANY_HEAD.home}",
            f"联系电话：{COMPANY_HEAD.phone}",
            f"统一社会信用代码：{COMPANY_CODE}",
            f"住所地：{COMPANY_HOME}",
        ),
        closing(f"单位名称（盖章）：{COMPANY}", "二〇二六年八月二十一日", seal=COMPANY, before=70),
        Space(40),
        Text("注：本证明书由企业事业单位、机关、团体的法定代表人参加诉讼或者执行程序时使用，须加盖单位公章。", size=12),
        Space(34),
        Text(("核对人：", Sign("孙送达"), Hand("2026年8月21日")), align="right"),
        Stamp("复印件与原件核对无异", "rect", at=0.2),
    ),
    face="serif",
)

POWER = Paper(
    "power_of_attorney",
    "授权委托书",
    (
        title(spaced("授权委托书"), 24, 16),
        *paras(
            f"委托人：{APPLICANT.line}，联系电话{APPLICANT.phone}。",
            f"受委托人：{LAWYER}，{LAW_FIRM}律师，执业证号{LAWYER_NO}，联系电话19900000710。",
            f"现委托上列受委托人在我与{DEBTOR.name}、{COMPANY}民间借贷纠纷申请执行一案中，作为我方的委托代理人。",
            "委托权限：特别授权。代为申请执行，代为承认、变更、放弃执行请求，代为提供财产线索，代为参加调查、谈话，代为进行执行和解，"
            "代为签收法律文书，代为办理案款领取手续以外的其他执行事项。案款由委托人本人账户收取，受委托人无权代领。",
            "委托期限：自签署之日起至本案执行程序终结之日止。",
        ),
        Space(30),
        Text(("委托人（签名捺印）：", Sign(APPLICANT.name, finger=True)), align="right", gap=14),
        Text(("受委托人（签名）：", Sign(LAWYER)), align="right", gap=14),
        Text(Hand("2026年8月13日"), align="right"),
    ),
    face="song",
)

FIRM_LETTER = Paper(
    "law_firm_letter",
    "律师事务所函",
    (
        title(LAW_FIRM, 20, 4),
        title("律师事务所函", 24, 8),
        Text("（2026）云甲律函字第26号", size=13, align="right", gap=14),
        Text(f"{COURT}："),
        *paras(
            f"本所接受申请执行人{APPLICANT.name}的委托，指派{LAWYER}律师担任其与被执行人{DEBTOR.name}、{COMPANY}民间借贷纠纷执行一案的"
            "委托代理人。代理权限详见授权委托书。",
            "请贵院在办理该案过程中，依法保障律师的执业权利，及时通知其参加执行活动、送达法律文书。",
            "特此函告。",
        ),
        closing(LAW_FIRM, "二〇二六年八月十三日", seal=LAW_FIRM, before=60),
        Space(30),
        Grid(
            (
                ("承办律师", LAWYER, "执业证号", LAWYER_NO),
                ("联系电话", "19900000710", "执业机构", LAW_FIRM),
            ),
            (1.3, 2.4, 1.3, 3.4),
            size=12,
        ),
    ),
)
