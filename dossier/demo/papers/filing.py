"""The case comes in; the papers of its filing come out: approval, application, judgment, certificate of effect."""

from __future__ import annotations

from datetime import date

from dossier.demo.blocks import Grid, Hand, Paper, Sign, Space, Stamp, Text, Together, closing, head, paras, spaced, title
from dossier.demo.case import (
    APPLICANT,
    CASE_NO,
    CLAIM_CENTS,
    CLERK,
    COMPANY,
    COMPANY_LINE,
    COURT,
    DEBTOR,
    FILED_ON,
    HANDLER,
    JUDGMENT_NO,
    LAW_FIRM,
    LAWYER,
    TEAM,
    TITLE_COURT,
    capital_amount,
    chinese_day,
    money,
    plain_day,
)

CLAIM = money(CLAIM_CENTS)

APPROVAL = Paper(
    "filing_approval",
    "立案审批表",
    (
        title(COURT, 20, 2),
        title("执行案件立案审批表", 22, 12),
        Grid(
            (
                ("案号", CASE_NO, "立案时间", plain_day(FILED_ON)),
                ("案由", "民间借贷纠纷", "案件来源", "当事人申请"),
                ("申请执行人", f"{APPLICANT.name}，女，住{APPLICANT.home}"),
                ("被执行人", f"{DEBTOR.name}，男，住{DEBTOR.home}；{COMPANY}，住所地云川县城关镇产业大道7号"),
                ("执行依据", f"云川县人民法院{JUDGMENT_NO}民事判决书"),
                ("生效日期", "2026年4月6日", "申请日期", "2026年8月14日"),
                ("申请标的", f"人民币{capital_amount(CLAIM_CENTS)}（{CLAIM}元）"),
                (
                    "申请事项",
                    "一、偿还借款本金180000元及截至2026年3月12日的利息21600元；二、支付自2026年3月13日起至实际清偿之日止的利息；"
                    "三、负担案件受理费3050元；四、云川县甲商贸有限公司对上述债务承担连带清偿责任。",
                ),
                (
                    "审查意见",
                    (
                        "经审查，申请执行人提交的申请执行书、生效法律文书、身份证明、授权委托书、送达地址确认书、收取案款确认书及财产线索齐全，"
                        "符合法定的执行立案条件，建议立案执行。\n　　审查人：",
                        Sign("冯立案"),
                        Hand("2026年8月17日"),
                    ),
                ),
                ("审批意见", ("同意立案，分至执行实施一团队办理。\n　　审批人：", Sign("何审批"), Hand("2026年8月17日"))),
                ("承办部门", f"执行局{TEAM}", "承办人", HANDLER),
                ("书记员", CLERK, "收案日期", plain_day(FILED_ON)),
                ("备注", "本案标的种类为金钱给付。"),
            ),
            (1.5, 3.2, 1.5, 2.6),
            height=32,
        ),
        Stamp(COURT, foot="立案专用章", at=0.84, down=-118),
    ),
    case_no=CASE_NO,
)

APPLICATION = Paper(
    "enforcement_application",
    "申请执行书",
    (
        title(spaced("申请执行书"), 24, 10),
        *paras(
            f"申请执行人：{APPLICANT.line}，电话{APPLICANT.phone}。",
            f"委托诉讼代理人：{LAWYER}，{LAW_FIRM}律师。",
            f"被执行人：{DEBTOR.line}，电话{DEBTOR.phone}。",
            f"被执行人：{COMPANY_LINE}。",
            f"执行依据：云川县人民法院{JUDGMENT_NO}民事判决书，该判决已于2026年4月6日发生法律效力。",
        ),
        Text("请求事项", face="black", indent=True),
        *paras(
            "一、请求强制被执行人张某甲向申请执行人偿还借款本金人民币180000元，支付截至2026年3月12日的利息21600元，"
            "并自2026年3月13日起以180000元为基数，按年利率百分之四点八支付利息至实际清偿之日止；",
            f"二、请求强制被执行人张某甲负担案件受理费3050元，以上已确定部分合计人民币{CLAIM}元；",
            "三、请求责令被执行人加倍支付迟延履行期间的债务利息；",
            f"四、请求强制被执行人{COMPANY}对上述债务承担连带清偿责任；",
            "五、申请对二被执行人采取限制高消费措施；",
            "六、申请将符合条件的被执行人列入失信被执行人名单；",
            "七、本案执行费用由被执行人负担。",
        ),
        Text("事实与理由", face="black", indent=True),
        *paras(
            "申请执行人与二被执行人民间借贷纠纷一案，云川县人民法院于2026年3月12日作出民事判决，判令被执行人张某甲于判决生效之日起十日内"
            "偿还借款本息，被执行人云川县甲商贸有限公司对该债务承担连带清偿责任。判决送达后各方均未上诉，已经发生法律效力。",
            "履行期限届满后，申请执行人多次催要，二被执行人以经营困难、资金紧张为由推拖，至今分文未付。申请执行人了解到，被执行人张某甲名下有"
            f"小型轿车一辆，在云川县农村商业银行有存款，{COMPANY}仍在正常营业，具备履行能力。",
            "为维护申请执行人的合法权益，根据《中华人民共和国民事诉讼法》的规定，特申请贵院依法强制执行，申请财产线索另附表。",
        ),
        Text("此致", indent=True),
        Text(COURT),
        Together(
            (
                Space(14),
                Text(("申请执行人（签名或盖章）：", Sign(APPLICANT.name, finger=True)), align="right"),
                Text(Hand("2026年8月14日"), align="right"),
            )
        ),
    ),
    face="kai",
    numbered=True,
)

_JUDGED = date(2026, 3, 12)

JUDGMENT = Paper(
    "title_document",
    "民事判决书",
    (
        *head(TITLE_COURT, "民事判决书", JUDGMENT_NO),
        *paras(
            f"原告：{APPLICANT.line}。",
            f"委托诉讼代理人：{LAWYER}，{LAW_FIRM}律师。",
            f"被告：{DEBTOR.line}。",
            f"被告：{COMPANY_LINE}。",
            f"原告{APPLICANT.name}与被告{DEBTOR.name}、{COMPANY}民间借贷纠纷一案，本院于2026年1月15日立案后，依法适用简易程序公开开庭进行了审理。"
            "原告及其委托诉讼代理人、被告张某甲、被告甲商贸公司的法定代表人均到庭参加诉讼。本案现已审理终结。",
            "原告向本院提出诉讼请求：一、判令被告张某甲偿还借款本金180000元及利息；二、判令被告甲商贸公司对上述债务承担连带清偿责任；"
            "三、本案诉讼费用由二被告负担。事实和理由：2023年9月1日，被告张某甲因经营需要向原告借款180000元，约定年利率百分之四点八，借款期限一年，"
            "被告甲商贸公司提供连带责任保证。借款到期后，经原告多次催要，二被告均未偿还。",
            "被告张某甲辩称，借款属实，但因货款未能收回，目前无力一次性偿还，请求分期履行。",
            "被告甲商贸公司辩称，保证属实，公司亦有困难，同意督促张某甲还款。",
            "本院经审理认定事实如下：2023年9月1日，被告张某甲向原告出具借条一张，载明“今借到李测试现金人民币壹拾捌万元整，年利率百分之四点八，"
            "借期一年”，被告甲商贸公司在保证人处加盖公章，并注明对本息承担连带责任保证，保证期间为主债务履行期限届满之日起三年。同日，原告通过"
            "银行转账向被告张某甲交付180000元。截至2026年3月12日，经双方核算，被告张某甲尚欠利息21600元。以上事实，有借条、转账凭证、"
            "当事人陈述等证据予以证实，本院予以确认。",
            "本院认为，合法的借贷关系受法律保护。被告张某甲向原告借款并出具借条，双方之间的民间借贷关系成立并有效。借款期限届满后，被告张某甲"
            "未按约定偿还，应当承担继续履行的违约责任。原告主张的利率未超过合同成立时一年期贷款市场报价利率的四倍，本院予以支持。被告甲商贸公司"
            "自愿提供连带责任保证，原告在保证期间内要求其承担保证责任，于法有据，本院予以支持。甲商贸公司承担保证责任后，有权向张某甲追偿。",
            "依照《中华人民共和国民法典》第六百六十七条、第六百七十五条、第六百七十六条、第六百八十八条，《中华人民共和国民事诉讼法》第一百六十条之"
            "规定，判决如下：",
            "一、被告张某甲于本判决生效之日起十日内偿还原告李测试借款本金180000元及截至2026年3月12日的利息21600元，并自2026年3月13日起以"
            "180000元为基数，按年利率百分之四点八支付利息至实际清偿之日止；",
            f"二、被告{COMPANY}对上述第一项确定的债务承担连带清偿责任，其承担保证责任后，有权向被告张某甲追偿；",
            "三、驳回原告李测试的其他诉讼请求。",
            "如果未按本判决指定的期间履行给付金钱义务，应当依照《中华人民共和国民事诉讼法》的规定，加倍支付迟延履行期间的债务利息。",
            "案件受理费3050元，由被告张某甲、云川县甲商贸有限公司负担。",
            "如不服本判决，可以在判决书送达之日起十五日内，向本院递交上诉状，并按照对方当事人的人数提出副本，上诉于上级人民法院。",
        ),
        closing("审判员　许审理", chinese_day(_JUDGED), "书记员　高书记", seal=COURT),
        Stamp("本件与原本核对无异", "rect", at=0.2, down=34),
        Together(
            (
                Space(60),
                Text("本判决书已于2026年4月6日发生法律效力。", indent=True),
                Text(("诉讼案件承办人签字确认生效：", Sign("许审理"), Hand("2026年8月13日")), indent=True),
            )
        ),
    ),
    face="serif",
    case_no=JUDGMENT_NO,
    numbered=True,
)

EFFECTIVE = Paper(
    "effectiveness_certificate",
    "生效证明书",
    (
        *head(COURT, "生效证明书", JUDGMENT_NO),
        *paras(
            f"原告{APPLICANT.name}与被告{DEBTOR.name}、{COMPANY}民间借贷纠纷一案，本院于2026年3月12日作出{JUDGMENT_NO}民事判决书。该判决书已于"
            "2026年3月20日送达原告李测试，于2026年3月20日送达被告张某甲，于2026年3月21日送达被告云川县甲商贸有限公司。",
            "在法定上诉期限内，各方当事人均未提起上诉。依照《中华人民共和国民事诉讼法》的有关规定，上述民事判决书已于2026年4月6日发生法律效力，"
            "可以作为申请执行的依据。",
            "特此证明。",
        ),
        closing(COURT, chinese_day(date(2026, 8, 13)), seal=COURT, before=60),
        Space(36),
        Text(("承办人：", Sign("许审理"), "　　联系电话：0999-8800205"), indent=True),
    ),
    case_no=JUDGMENT_NO,
)
