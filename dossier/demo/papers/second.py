"""The case comes in; the other papers of its second, faulty hand-over come out, among them a page of another case."""

from __future__ import annotations

from datetime import date

from dossier.demo.blocks import Grid, Hand, Paper, Sign, Space, Text, Together, closing, head, paras, title
from dossier.demo.case import (
    APPLICANT,
    BANK,
    CAR,
    CASE_NO,
    COMPANY,
    COMPANY_HEAD,
    COMPANY_HOME,
    COMPANY_LINE,
    COURT,
    DEBTOR,
    HANDLER,
    JUDGMENT_NO,
    OTHER_CASE_NO,
    PAID_CENTS,
    PAYEE_ACCOUNT,
    PHONE,
    chinese_day,
    money,
)
from dossier.demo.papers.service import receipt

RECEIPT_UNSIGNED = receipt(
    COMPANY,
    COMPANY_HOME,
    f"失信决定书一份（{COMPANY}）、执行裁定书一份",
    "　",
    "　",
    f"电话通知法定代表人{COMPANY_HEAD.name}到院领取。",
    issued="2026年9月4日",
)

STRAY_NOTICE = Paper(
    "enforcement_notice",
    "执行通知书",
    (
        *head(COURT, "执行通知书", OTHER_CASE_NO),
        Text("钱某丁："),
        *paras(
            "申请执行人孙某丙与你买卖合同纠纷一案，本院作出的（2026）豫9924民初63号民事判决书已发生法律效力。申请执行人于2026年6月18日向本院申请强制"
            "执行，本院于2026年6月22日立案执行。依照《中华人民共和国民事诉讼法》的有关规定，责令你自本通知书送达之日起立即履行下列义务：",
            "一、向申请执行人孙某丙支付货款38600元及利息；",
            "二、加倍支付迟延履行期间的债务利息；",
            "三、负担案件受理费765元、申请执行费479元。",
            "逾期不履行的，本院将依法强制执行，并可以根据情节轻重予以罚款、拘留，采取限制消费、纳入失信被执行人名单等措施；构成犯罪的，"
            "依法追究刑事责任。",
            f"联系人：陈合议　　联系电话：{PHONE}",
        ),
        closing(chinese_day(date(2026, 6, 23)), seal=COURT, before=40),
    ),
    case_no=OTHER_CASE_NO,
)

CLUE_CHECK = Paper(
    "clue_verification",
    "财产线索核查情况记录",
    (
        title(COURT, 18, 2),
        title("财产线索核查情况记录", 22, 12),
        Grid(
            (
                ("案号", CASE_NO),
                ("线索提供人", f"{APPLICANT.name}（申请执行人）"),
                ("提供时间", "2026年8月17日"),
                (
                    "财产线索",
                    f"一、张某甲在{BANK}有存款；二、张某甲名下小型轿车{CAR}；三、张某甲持有公司股权；四、公司仓库存货约值三万元。",
                ),
                ("核查方式", "网络查询、线下查询、现场查看、走访社区"),
                (
                    "核查情况",
                    "一、存款属实，已冻结并扣划；二、车辆属实，已于2026年8月26日办理查封登记，次日现场查封；三、股权属实，持股比例百分之三十，已冻结；"
                    "四、仓库内有日用百货，经现场查看数量较少，变现价值低，暂未查封；五、批发市场东区12号门面系租赁，不属被执行人所有。",
                ),
                ("核查结论", "线索一至三属实，已采取措施；线索四部分属实。"),
                ("告知情况", "核查结果已于2026年8月24日电话告知申请执行人。"),
                ("核查人签名", (Sign("周执行"), "　　", Sign("马外勤"))),
                ("核查日期", (Hand("2026年8月24日"),)),
            ),
            (1.7, 6.8),
            size=12.5,
            height=38,
        ),
    ),
    case_no=CASE_NO,
)

SETTLEMENT = Paper(
    "settlement_agreement",
    "执行和解协议",
    (
        title("执行和解协议", 24, 8),
        Text(CASE_NO, size=14, align="right", gap=6),
        *paras(
            f"甲方（申请执行人）：{APPLICANT.line}。",
            f"乙方（被执行人）：{DEBTOR.line}。",
            f"丙方（被执行人）：{COMPANY_LINE}。",
            f"甲方与乙方、丙方民间借贷纠纷一案，云川县人民法院作出的{JUDGMENT_NO}民事判决书已经发生法律效力，案件正在执行中。三方本着平等、自愿、诚信的"
            "原则，经充分协商，自愿达成如下和解协议：",
            f"一、各方确认，截至本协议签订之日，乙方通过法院扣划已履行{money(PAID_CENTS)}元，该款先抵充案件受理费和利息，余款抵充本金。",
            "二、剩余本金及利息由乙方自2026年10月起，于每月二十五日前向甲方支付一万元，至付清时止，最迟不超过2028年12月25日。",
            f"三、上述款项支付至甲方账户：户名李测试，开户行{BANK}测试支行，账号{PAYEE_ACCOUNT}。",
            "四、丙方对乙方的上述债务继续承担连带清偿责任，并承诺在2026年9月底前向法院补充报告财产。",
            f"五、已经查封的小型轿车{CAR}在履行期间继续查封，由乙方保管；乙方付清全部款项后，由甲方申请解除查封。",
            "六、乙方、丙方任何一期未按时足额支付的，甲方有权申请恢复执行原生效法律文书，已履行的部分予以扣除。",
            "七、甲方同意在乙方按期履行期间，不申请拍卖已查封的车辆；限制消费措施依照法律规定处理。",
            "八、各方确认对本协议的内容和法律后果已经充分了解，签订本协议系各方真实意思表示，不存在欺诈、胁迫的情形。",
            "九、乙方应当妥善保管查封车辆，每季度末向执行法院报告车辆状况；车辆毁损、灭失的，乙方应当在三日内书面告知甲方和执行法院。",
            "十、丙方的送达地址、联系方式发生变更的，应当在三日内书面告知甲方和执行法院，否则按原地址送达视为送达。",
            "十一、因履行本协议发生的争议，各方应当协商解决；协商不成的，甲方可以选择申请恢复执行，或者就履行本协议另行提起诉讼。",
            "十二、本协议一式四份，三方各执一份，交执行法院一份附卷，自三方签名或者盖章之日起生效。",
        ),
        Together(
            (
                Space(16),
                Text(("甲方（签名）：", Sign(APPLICANT.name, finger=True)), indent=True, gap=12),
                Text(("乙方（签名）：", Sign(DEBTOR.name, finger=True)), indent=True, gap=12),
                Text(("丙方法定代表人（签名）：", Sign(COMPANY_HEAD.name)), indent=True, gap=12),
                Text(("执行人员：", Sign(HANDLER), "　　书记员：", Sign("吴记录")), indent=True, gap=12),
                Text(Hand("2026年9月11日"), align="right"),
            )
        ),
    ),
    face="kai",
    case_no=CASE_NO,
    numbered=True,
)
