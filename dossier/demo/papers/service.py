"""The case comes in; its certificates of service come out."""

from __future__ import annotations

from dossier.demo.blocks import Grid, Hand, Paper, Runs, Sign, Text, spaced, title
from dossier.demo.case import APPLICANT, CASE_NO, COMPANY, COMPANY_HEAD, COMPANY_HOME, COURT, DEBTOR

_BETWEEN = "　　"


def receipt(receiver: str, place: str, served: str, signed: Runs, day: Runs, note: str, *, issued: str = "2026年8月18日") -> Paper:
    """A certificate of service. signed and day: what stands in the receiver's fields; issued: day of writing."""
    return Paper(
        "service_receipt",
        "送达回证",
        (
            title(COURT, 20, 2),
            title(spaced("送达回证"), 24, 14),
            Grid(
                (
                    ("案由", "民间借贷纠纷"),
                    ("案号", CASE_NO),
                    ("送达文书名称和件数", served),
                    ("受送达人", receiver),
                    ("送达地址", place),
                    ("送达方式", "直接送达"),
                    ("受送达人签名或者盖章", signed),
                    ("签收日期", day),
                    ("代收人及代收理由", "　"),
                    ("不能送达的理由", "　"),
                    ("送达人签名", (Sign("孙送达"), _BETWEEN, Sign("马外勤"))),
                    ("备考", note),
                ),
                (2.9, 6.0),
                size=13,
                height=37,
            ),
            Text(f"填发人：吴记录　　　　填发日期：{issued}", size=13, gap=6),
            Text(
                "注：一、送达诉讼、执行文书必须有送达回证，由受送达人在送达回证上记明收到日期，签名或者盖章。二、受送达人是公民的，本人不在时，"
                "交他的同住成年家属签收，并在代收人栏内写明与受送达人的关系和代收理由。三、受送达人拒绝接收的，依法留置送达，由见证人签名。",
                size=11.5,
                leading=1.6,
            ),
        ),
        case_no=CASE_NO,
    )


TO_APPLICANT = receipt(
    APPLICANT.name,
    "云川县人民法院执行局接待室",
    "受理案件通知书一份、执行风险告知书一份、送达地址确认书一份、收取案款确认书一份",
    (Sign(APPLICANT.name, finger=True),),
    (Hand("2026年8月18日10时20分"),),
    "受送达人到院领取，核对身份证件无误。",
)

TO_DEBTOR = receipt(
    DEBTOR.name,
    DEBTOR.home,
    "执行通知书一份、报告财产令一份、财产申报表一份、执行裁定书一份、限制消费令一份",
    (Sign(DEBTOR.name, finger=True),),
    (Hand("2026年8月20日9时35分"),),
    "受送达人当场签收，执法记录仪全程录像，编号YC0820。",
)

TO_COMPANY = receipt(
    COMPANY,
    COMPANY_HOME,
    "执行通知书一份、报告财产令一份、财产申报表一份、执行裁定书一份、限制消费令一份",
    (Sign(COMPANY_HEAD.name),),
    (Hand("2026年8月21日15时10分"),),
    "由法定代表人本人签收，执法记录仪全程录像，编号YC0821。",
)
