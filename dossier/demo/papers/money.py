"""The case comes in; the papers of its money come out: deduction, arrival, approval of payment, voucher."""

from __future__ import annotations

from datetime import date

from dossier.demo.blocks import Grid, Hand, Paper, Sign, Space, Stamp, Text, Together, closing, head, paras, spaced, title
from dossier.demo.case import (
    APPLICANT,
    BANK,
    CASE_NO,
    CLAIM_CENTS,
    CLERK,
    COMPANY,
    COURT,
    COURT_ACCOUNT,
    DEBTOR,
    DEBTOR_ACCOUNT,
    FEE_CENTS,
    FROZEN_CENTS,
    HANDLER,
    PAID_CENTS,
    PAYEE_ACCOUNT,
    TEAM,
    TITLE_COURT,
    capital_amount,
    chinese_day,
    money,
)

FROZEN, PAID, FEE = money(FROZEN_CENTS), money(PAID_CENTS), money(FEE_CENTS)
SECOND_RULING = f"{CASE_NO}之二"

DEDUCTION = Paper(
    "deduct_ruling",
    "执行裁定书",
    (
        *head(TITLE_COURT, "执行裁定书", SECOND_RULING),
        *paras(
            f"申请执行人：{APPLICANT.line}。",
            f"被执行人：{DEBTOR.line}。",
            f"本院在执行申请执行人{APPLICANT.name}与被执行人{DEBTOR.name}、{COMPANY}民间借贷纠纷一案中，于2026年8月19日冻结被执行人{DEBTOR.name}在{BANK}的存款"
            f"{FROZEN}元。被执行人在执行通知书指定的期间内未履行生效法律文书确定的义务，冻结期间亦无人提出异议。依照《中华人民共和国民事诉讼法》"
            "第二百五十三条之规定，裁定如下：",
            f"扣划被执行人{DEBTOR.name}在{BANK}账户{DEBTOR_ACCOUNT}的存款人民币{capital_amount(FROZEN_CENTS)}（{FROZEN}元）至{COURT}案款账户。",
            "本裁定立即执行。",
        ),
        closing(
            "审判长　周执行", "审判员　陈合议", "审判员　何审判", chinese_day(date(2026, 9, 4)), f"书记员　{CLERK}", seal=COURT, before=40
        ),
    ),
    case_no=SECOND_RULING,
)

ARRIVAL = Paper(
    "payment_arrival",
    "案款到账凭证",
    (
        title(BANK, 20, 2),
        title("进账单（案款到账通知）", 20, 14),
        Grid(
            (
                ("付款人", DEBTOR.name, "收款人", COURT),
                ("付款账号", DEBTOR_ACCOUNT, "收款账号", COURT_ACCOUNT),
                ("付款行", BANK, "收款行", f"{BANK}营业部"),
                ("到账日期", "2026年9月7日", "业务种类", "司法扣划"),
                ("金额大写", f"人民币{capital_amount(FROZEN_CENTS)}"),
                ("金额小写", f"{FROZEN}元"),
                ("附言", f"{SECOND_RULING}执行裁定书扣划款"),
                ("凭证号码", "YC202609070026"),
            ),
            (1.3, 3.1, 1.3, 3.1),
            size=12,
            height=36,
        ),
        Stamp(BANK, "oval", foot="业务受理章", at=0.78, down=-30),
        *paras(
            f"上列款项已于2026年9月7日到账。经核对，该款系{CASE_NO}案件被执行人{DEBTOR.name}的执行案款，予以认领登记。",
            size=13,
        ),
        Together(
            (
                Space(20),
                Text(("经办人：", Sign("郑管款")), align="right", size=14, gap=10),
                Text(Hand("2026年9月7日"), align="right", size=14),
            )
        ),
    ),
    case_no=CASE_NO,
)

APPROVAL = Paper(
    "payout_approval",
    "执行款发放审批表",
    (
        title(COURT, 18, 2),
        title("执行款发放审批表", 22, 10),
        Grid(
            (
                ("案号", CASE_NO),
                ("申请执行人", APPLICANT.name),
                ("被执行人", f"{DEBTOR.name}、{COMPANY}"),
                ("申请标的", f"{money(CLAIM_CENTS)}元"),
                ("到账日期", "2026年9月7日"),
                ("到账金额", f"人民币{capital_amount(FROZEN_CENTS)}（{FROZEN}元）"),
                ("扣除执行费", f"{FEE}元"),
                ("本次发放金额", f"人民币{capital_amount(PAID_CENTS)}（{PAID}元）"),
                ("领款人", f"{APPLICANT.name}，{BANK}测试支行，账号{PAYEE_ACCOUNT}"),
                (
                    "承办人意见",
                    (
                        "案款已认领，收款账户与收取案款确认书一致，无参与分配申请，建议发放。\n　　承办人：",
                        Sign("周执行"),
                        Hand("2026年9月8日"),
                    ),
                ),
                ("团队负责人意见", ("经审核，同意发放。\n　　负责人：", Sign("陈合议"), Hand("2026年9月8日"))),
                ("局长审批意见", ("同意发放。\n　　局长签批：", Sign("郑局长"), Hand("2026年9月9日"))),
                ("财务部门意见", ("账款相符，同意支付。\n　　财务人员：", Sign("郑管款"), Hand("2026年9月9日"))),
                ("备注", f"承办部门执行局{TEAM}，承办人{HANDLER}。"),
            ),
            (1.9, 6.6),
            size=12.5,
            height=34,
        ),
    ),
    case_no=CASE_NO,
)

VOUCHER = Paper(
    "payout_voucher",
    "领款收条",
    (
        Space(20),
        title(spaced("领款收条"), 26, 24),
        *paras(
            (
                f"今收到{COURT}发放的{CASE_NO}申请执行人{APPLICANT.name}与被执行人{DEBTOR.name}、{COMPANY}民间借贷纠纷一案执行案款人民币",
                Hand(f"{capital_amount(PAID_CENTS)}"),
                f"（{PAID}元）。",
            ),
            f"该款已转入本人在{BANK}测试支行的账户，账号{PAYEE_ACCOUNT}。",
            "本次领取后，剩余未执行部分另行计算，本人保留继续申请执行的权利。",
            size=16,
            leading=1.9,
        ),
        Together(
            (
                Space(60),
                Text(("领款人（签名捺印）：", Sign(APPLICANT.name, finger=True)), align="right", gap=16),
                Text(("发放人：", Sign("郑管款")), align="right", gap=16),
                Text(Hand("2026年9月10日"), align="right"),
            )
        ),
        Stamp("郑管款印", "square", at=0.3, down=-34),
    ),
    face="kai",
    case_no=CASE_NO,
)
