"""The case comes in; the formatted papers that the court issues come out: notices, orders, the general ruling, decisions."""

from __future__ import annotations

from datetime import date

from dossier.demo.blocks import Paper, Space, Stamp, Text, Together, closing, head, paras
from dossier.demo.case import (
    APPLICANT,
    BANK,
    CASE_NO,
    CLAIM_CENTS,
    CLERK,
    COMPANY,
    COMPANY_HEAD,
    COMPANY_LINE,
    COURT,
    COURT_ACCOUNT,
    DEBTOR,
    FEE_CENTS,
    HANDLER,
    JUDGMENT_NO,
    PHONE,
    TITLE_COURT,
    chinese_day,
    money,
)

_ISSUED = chinese_day(date(2026, 8, 18))
_LISTED = chinese_day(date(2026, 9, 3))
_CONTACT = f"联系人：{HANDLER}　　联系电话：{PHONE}"
_OBLIGATIONS = (
    "一、向申请执行人李测试偿还借款本金180000元及截至2026年3月12日的利息21600元；",
    "二、自2026年3月13日起，以180000元为基数，按年利率百分之四点八向申请执行人支付利息至实际清偿之日止；",
    "三、加倍支付迟延履行期间的债务利息；",
    f"四、负担案件受理费3050元、申请执行费{money(FEE_CENTS)}元。",
)

ACCEPTANCE = Paper(
    "acceptance_notice",
    "受理案件通知书",
    (
        *head(COURT, "受理案件通知书", CASE_NO),
        Text(f"{APPLICANT.name}："),
        *paras(
            f"你与{DEBTOR.name}、{COMPANY}民间借贷纠纷一案，你于2026年8月14日向本院申请强制执行。经审查，你的申请符合法定受理条件，"
            "本院已于2026年8月17日立案执行。现将有关事项通知如下：",
            f"一、本案由本院执行局执行实施一团队办理，承办人{HANDLER}，书记员{CLERK}，联系电话{PHONE}。",
            "二、在执行过程中，你应当向人民法院提供所了解的被执行人的财产状况或者线索，并积极协助人民法院查找被执行人及其财产。",
            "三、你有权申请执行人员回避，有权委托代理人，有权与被执行人自行达成执行和解协议，有权申请查阅、复制案件有关材料，"
            "有权对违反法律规定的执行行为提出书面异议。",
            "四、你应当如实填写送达地址确认书和收取案款确认书，送达地址、收款账户发生变更的，应当及时书面告知本院。",
            "五、经采取财产调查措施未发现可供执行财产的，本院将依法征询你的意见，并可以裁定终结本次执行程序。",
            "六、你可以通过中国执行信息公开网查询本案执行进展情况。",
            "特此通知。",
            leading=1.6,
        ),
        closing(_ISSUED, seal=COURT, before=30),
        Space(34),
        Text("附：执行风险告知书、送达地址确认书、收取案款确认书各一份。", size=13),
    ),
    case_no=CASE_NO,
)


def _notice(receiver: str, duty: tuple[str, ...], face: str) -> Paper:
    return Paper(
        "enforcement_notice",
        "执行通知书",
        (
            *head(COURT, "执行通知书", CASE_NO),
            Text(f"{receiver}："),
            *paras(
                f"申请执行人{APPLICANT.name}与你方民间借贷纠纷一案，本院作出的{JUDGMENT_NO}民事判决书已发生法律效力。申请执行人于2026年8月14日向本院"
                "申请强制执行，本院于2026年8月17日立案执行。依照《中华人民共和国民事诉讼法》的有关规定，责令你方自本通知书送达之日起立即"
                "履行下列义务：",
                *duty,
                "逾期不履行的，本院将依法强制执行，并可以根据情节轻重予以罚款、拘留，采取限制消费、纳入失信被执行人名单等措施；"
                "构成犯罪的，依法追究刑事责任。",
                f"案款账户户名：{COURT}　　开户行：{BANK}营业部",
                f"账号：{COURT_ACCOUNT}",
                _CONTACT,
                "法院地址：云川县城关镇法治路1号",
                leading=1.6,
            ),
            closing(_ISSUED, seal=COURT, before=18),
        ),
        face=face,
        case_no=CASE_NO,
    )


def _report(receiver: str, face: str) -> Paper:
    return Paper(
        "property_report_order",
        "报告财产令",
        (
            *head(COURT, "报告财产令", CASE_NO),
            Text(f"{receiver}："),
            *paras(
                f"本院于2026年8月17日立案执行{APPLICANT.name}申请执行你方民间借贷纠纷一案，已向你方送达执行通知书。你方未履行义务，应当限期"
                "如实报告财产。依照《中华人民共和国民事诉讼法》、《最高人民法院关于民事执行中财产调查若干问题的规定》的规定，责令你方在收到"
                "此令后五日内，如实向本院报告当前以及收到执行通知之日前一年的财产情况。",
                "应当报告的财产包括：收入、银行存款、现金、理财产品、有价证券；土地使用权、房屋等不动产；交通运输工具、机器设备、产品、"
                "原材料等动产；债权、股权、投资权益、基金份额、信托受益权、知识产权等财产性权利；其他应当报告的财产。",
                "执行中，财产状况发生变动的，应当自财产变动之日起十日内向本院补充报告。",
                "拒绝报告、虚假报告或者无正当理由逾期报告的，本院将根据情节轻重，对被执行人或者其法定代理人、有关单位的主要负责人或者"
                "直接责任人员予以罚款、拘留；构成犯罪的，依法追究刑事责任。",
                _CONTACT,
            ),
            closing(_ISSUED, seal=COURT, before=46),
            Space(24),
            Text("附：被执行人财产申报表一份。", size=13),
        ),
        face=face,
        case_no=CASE_NO,
    )


NOTICE_DEBTOR = _notice(DEBTOR.name, _OBLIGATIONS, "song")
NOTICE_COMPANY = _notice(
    COMPANY,
    ("一、对被执行人张某甲应当履行的下列债务承担连带清偿责任：", *(duty.split("、", 1)[1] for duty in _OBLIGATIONS)),
    "serif",
)
REPORT_DEBTOR = _report(DEBTOR.name, "kai")
REPORT_COMPANY = _report(COMPANY, "song")

GENERAL_RULING = Paper(
    "general_ruling",
    "执行裁定书",
    (
        *head(TITLE_COURT, "执行裁定书", CASE_NO),
        *paras(
            f"申请执行人：{APPLICANT.line}。",
            f"被执行人：{DEBTOR.line}。",
            f"被执行人：{COMPANY_LINE}。",
            f"本院依据已经发生法律效力的{JUDGMENT_NO}民事判决书，于2026年8月17日立案执行申请执行人{APPLICANT.name}与被执行人{DEBTOR.name}、{COMPANY}"
            "民间借贷纠纷一案。本院向被执行人发出执行通知书，责令其立即履行生效法律文书确定的义务。为防止被执行人转移、隐匿财产，依照"
            "《中华人民共和国民事诉讼法》第二百五十三条、第二百五十四条、第二百五十五条之规定，裁定如下：",
            f"一、冻结、划拨被执行人{DEBTOR.name}、{COMPANY}的银行存款人民币{money(CLAIM_CENTS + FEE_CENTS)}元及相应利息；",
            "二、存款不足的，扣留、提取被执行人应当履行义务部分的收入；",
            "三、收入仍不足的，查封、扣押、冻结、拍卖、变卖被执行人应当履行义务部分的财产。",
            "冻结银行存款的期限为一年，查封、扣押动产的期限为二年，查封不动产、冻结其他财产权的期限为三年，自实际采取措施之日起计算。"
            "需要续行查封、扣押、冻结的，申请执行人应当在期限届满七日前提出书面申请。",
            "被执行人不得对被查封、扣押、冻结的财产有转移、设定权利负担或者其他有碍执行的行为。",
            "本裁定立即执行。",
        ),
        closing("审判长　周执行", "审判员　陈合议", "审判员　何审判", _ISSUED, f"书记员　{CLERK}", seal=COURT),
        Stamp("本件与原本核对无异", "rect", at=0.2, down=34),
    ),
    case_no=CASE_NO,
    numbered=True,
)

_FORBIDDEN = (
    "一、乘坐交通工具时，选择飞机、列车软卧、轮船二等以上舱位；",
    "二、在星级以上宾馆、酒店、夜总会、高尔夫球场等场所进行高消费；",
    "三、购买不动产或者新建、扩建、高档装修房屋；",
    "四、租赁高档写字楼、宾馆、公寓等场所办公；",
    "五、购买非经营必需车辆；",
    "六、旅游、度假；",
    "七、子女就读高收费私立学校；",
    "八、支付高额保费购买保险理财产品；",
    "九、乘坐G字头动车组列车全部座位、其他动车组列车一等以上座位等其他非生活和工作必需的消费行为。",
)


def _consumption(receiver: str, bound: str, face: str) -> Paper:
    return Paper(
        "consumption_restriction_order",
        "限制消费令",
        (
            *head(COURT, "限制消费令", CASE_NO),
            Text(f"{receiver}：", size=14),
            *paras(
                f"本院于2026年8月17日立案执行申请执行人{APPLICANT.name}申请执行你方民间借贷纠纷一案，因你方未按执行通知书指定的期间履行生效法律文书"
                "确定的给付义务，本院依照《中华人民共和国民事诉讼法》第二百六十六条和《最高人民法院关于限制被执行人高消费及有关消费的若干规定》"
                f"第一条、第三条的规定，对你方采取限制消费措施，{bound}不得有以下高消费及非生活和工作必需的消费行为：",
                *_FORBIDDEN,
                "如你方因生活或者经营必需而进行上述消费活动，应当向本院提出申请，获批准后方可进行。",
                "违反本令规定的，本院将依法予以罚款、拘留；情节严重，构成犯罪的，依法追究刑事责任。",
                "你方履行完毕生效法律文书确定的义务或者提供有效担保的，本院将及时解除限制消费令。",
                size=13.5,
                leading=1.52,
            ),
            Together((*closing(_ISSUED, seal=COURT, size=13.5, before=16).blocks, Text(_CONTACT, size=13))),
        ),
        face=face,
        case_no=CASE_NO,
    )


CONSUMPTION_DEBTOR = _consumption(DEBTOR.name, "你", "serif")
CONSUMPTION_COMPANY = _consumption(COMPANY, f"你单位及法定代表人{COMPANY_HEAD.name}", "song")

DISHONEST = Paper(
    "dishonest_decision",
    "失信决定书",
    (
        *head(COURT, "失信决定书", CASE_NO),
        *paras(
            f"被纳入失信被执行人名单的主体：{COMPANY_LINE}。",
            f"本院在执行申请执行人{APPLICANT.name}与被执行人{DEBTOR.name}、{COMPANY}民间借贷纠纷一案中，于2026年8月21日向被执行人{COMPANY}送达执行通知书"
            "和报告财产令，责令其立即履行义务，并在收到此令后五日内报告财产。该公司在期限内既未履行义务，也未向本院报告财产，违反财产报告制度。",
            "经查，被执行人具有《最高人民法院关于公布失信被执行人名单信息的若干规定》第一条第四项规定的情形。依照该规定第一条、第二条、第五条，"
            "决定如下：",
            f"将{COMPANY}纳入失信被执行人名单，期限为二年。",
            "本决定一经作出即生效。被执行人认为纳入失信被执行人名单错误的，可以自收到本决定书之日起十日内向本院申请纠正。",
            "被执行人履行完毕生效法律文书确定的义务，或者与申请执行人达成执行和解协议并经申请执行人确认履行完毕的，本院将在三个工作日内删除失信信息。",
            leading=1.6,
        ),
        closing("院长　梁院长", _LISTED, seal=COURT, before=40),
        Space(20),
        Text(_CONTACT, size=13),
    ),
    face="kai",
    case_no=CASE_NO,
)
