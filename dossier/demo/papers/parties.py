"""The case comes in; the forms that its parties fill in come out."""

from __future__ import annotations

from dossier.demo.blocks import Grid, Hand, Paper, Sign, Space, Text, Together, paras, title
from dossier.demo.case import APPLICANT, BANK, CAR, CASE_NO, COMPANY, COURT, DEBTOR, LAWYER, PAYEE_ACCOUNT

CLUE = Paper(
    "property_clue_form",
    "财产线索提供表",
    (
        title(COURT, 18, 2),
        title("被执行人财产线索提供表", 22, 10),
        Grid(
            (
                ("案号", CASE_NO),
                ("申请执行人", APPLICANT.name),
                ("被执行人", f"{DEBTOR.name}、{COMPANY}"),
                ("银行存款", ("张某甲在", Hand(BANK), "开立的账户，尾号", Hand("0015"), "，金额不详")),
                ("车辆", ("张某甲名下", Hand(f"小型轿车一辆，号牌{CAR}"), "，平时停放于示范路18号院内")),
                ("房产", (Hand("示范路18号院2号楼301室"), "，由张某甲一家居住，是否在其名下不清楚")),
                ("工资收入", ("甲商贸公司为张某甲与赵某乙合办，", Hand("张某甲每月在公司领取报酬"))),
                ("到期债权", (Hand("不清楚"),)),
                ("股权、证券", (Hand("张某甲持有甲商贸公司股权"), "，比例以登记为准")),
                ("其他财产", (Hand("公司仓库内有日用百货，约值三万元"),)),
                ("经常活动地", (Hand("云川县城关镇批发市场东区12号"),)),
                ("申请调查事项", "请求法院通过网络执行查控系统对二被执行人的存款、车辆、不动产、证券、股权进行查询并采取控制措施。"),
                ("告知事项", "申请执行人应当如实提供其所知悉的被执行人财产线索；提供虚假线索，妨害执行的，依法承担相应责任。"),
            ),
            (1.7, 6.8),
            height=33,
        ),
        Together((Space(10), Text(("申请执行人（签名）：", Sign(APPLICANT.name), Hand("2026年8月17日")), align="right", size=14))),
    ),
    case_no=CASE_NO,
)

PAYEE = Paper(
    "payee_confirmation",
    "申请执行人收取案款确认书",
    (
        title("申请执行人收取案款确认书", 22, 14),
        Grid(
            (
                ("案号", CASE_NO),
                ("案由", "民间借贷纠纷"),
                ("申请执行人", APPLICANT.name),
                ("证件号码", APPLICANT.id_no),
                ("户名", (Hand(APPLICANT.name),)),
                ("账号", (Hand(PAYEE_ACCOUNT),)),
                ("开户行", (Hand(f"{BANK}测试支行"),)),
                ("联系电话", (Hand(APPLICANT.phone),)),
            ),
            (1.7, 6.8),
            size=13,
            height=34,
        ),
        *paras(
            "申请执行人确认：上列账户为本人名下账户，账户信息真实、准确。人民法院将本案执行案款划入上列账户，即视为本人已经收取该笔案款。",
            "账户信息如有变更，本人将在变更之日起三日内以书面形式告知执行法院；因未及时告知造成案款不能发放或者发放错误的，后果由本人承担。",
            "本人知悉：案款应当由申请执行人本人账户收取；确需由他人代收的，应当提交经人民法院核实的特别授权手续。",
            size=13.5,
        ),
        Together(
            (
                Space(24),
                Text(("申请执行人（签名捺印）：", Sign(APPLICANT.name, finger=True)), align="right", gap=10),
                Text(("核对人：", Sign("孙送达")), align="right", gap=10),
                Text(Hand("2026年8月17日"), align="right"),
            )
        ),
    ),
    case_no=CASE_NO,
)

ADDRESS = Paper(
    "address_confirmation",
    "送达地址确认书",
    (
        title(COURT, 18, 2),
        title("送达地址确认书", 22, 10),
        Grid(
            (
                ("案号", CASE_NO),
                ("案由", "民间借贷纠纷"),
                (
                    "告知事项",
                    "一、当事人应当如实提供确切的送达地址。二、送达地址发生变更的，应当在三日内书面告知人民法院。"
                    "三、因提供的地址不确切、拒不提供地址、变更后未及时告知，致使文书未能被实际接收的，文书退回之日视为送达之日。"
                    "四、经本人同意，人民法院可以采用电子方式送达，送达信息到达特定系统之日即为送达日期。",
                ),
                ("确认人", f"{APPLICANT.name}（申请执行人）"),
                ("送达地址", (Hand("云川县测试镇样例村三组26号"),)),
                ("邮政编码", (Hand("999001"),)),
                ("收件人", (Hand(APPLICANT.name),)),
                ("联系电话", (Hand(APPLICANT.phone),)),
                ("代收人", (Hand(f"{LAWYER}（委托代理人）"), "　电话", Hand("19900000710"))),
                ("电子送达", "是否同意电子送达：√ 同意　□ 不同意"),
                ("电子地址", ("手机号码", Hand(APPLICANT.phone), "　电子邮箱", Hand("lics@example.org"))),
                (
                    "确认内容",
                    "我已阅读并知悉上述告知事项，保证所提供的送达地址和联系方式准确、有效。该地址适用于本案执行、异议、复议、监督等全部程序。",
                ),
            ),
            (1.5, 7.0),
            height=31,
        ),
        Together(
            (
                Space(6),
                Text(("受送达人（签名或盖章）：", Sign(APPLICANT.name), Hand("2026年8月17日")), align="right", size=14, gap=8),
                Text(("法院工作人员：", Sign("孙送达"), "　　　　　　　　　"), align="right", size=14),
            )
        ),
    ),
    case_no=CASE_NO,
)

RISK = Paper(
    "risk_notice",
    "执行风险告知书",
    (
        title(COURT, 20, 2),
        title("执行风险告知书", 24, 6),
        Text(CASE_NO, size=14, align="right", gap=4),
        Text(f"{APPLICANT.name}：", size=14),
        *paras(
            "为使当事人正确认识执行程序，理性对待执行结果，现将申请执行可能发生的风险告知如下：",
            "一、执行不能的风险。被执行人确无财产可供执行的，人民法院虽已穷尽财产调查措施，生效法律文书确定的权利仍可能全部或者部分不能实现，"
            "该风险由当事人自行承担。",
            "二、不能提供财产线索的风险。申请执行人应当积极提供被执行人的财产状况和下落，不能提供的，可能影响案件的执行。",
            "三、超过申请执行期间的风险。申请执行的期间为二年，自法律文书规定履行期间的最后一日起计算。",
            "四、终结本次执行程序的风险。经穷尽财产调查措施，未发现可供执行的财产或者财产不能处置的，人民法院在征询意见后，可以裁定终结本次执行程序。"
            "终结后发现可供执行财产的，可以再次申请执行，不受申请执行时效期间的限制。",
            "五、被执行人破产的风险。作为被执行人的企业法人不能清偿到期债务，并且资产不足以清偿全部债务的，经同意可以移送破产审查，"
            "案款可能按破产程序受偿。",
            "六、财产变现的风险。拍卖、变卖所得价款可能低于评估价，流拍后拒绝接受抵债的，应当解除查封、扣押，将财产退还被执行人。",
            "七、执行担保与和解的风险。达成执行和解协议后，对方不履行的，可以申请恢复执行原生效法律文书，但已履行部分应当扣除。",
            "以上内容已向本人逐条说明，本人已经知悉。",
            size=13.5,
            leading=1.52,
        ),
        Together(
            (
                Space(14),
                Text(("被告知人（签名）：", Sign(APPLICANT.name)), align="right", size=14, gap=6),
                Text(("告知人：", Sign("孙送达")), align="right", size=14, gap=6),
                Text(Hand("2026年8月17日"), align="right", size=14),
            )
        ),
    ),
    face="serif",
    case_no=CASE_NO,
)

DECLARATION = Paper(
    "property_declaration_form",
    "财产申报表",
    (
        title(COURT, 18, 2),
        title("被执行人财产申报表", 22, 8),
        Text(CASE_NO, size=13, align="right", gap=6),
        Grid(
            (
                ("被执行人", DEBTOR.name, "申请执行人", APPLICANT.name),
                ("公民身份号码", DEBTOR.id_no, "联系电话", DEBTOR.phone),
                ("住址", DEBTOR.home),
                ("工作单位", (Hand(COMPANY),)),
            ),
            (1.7, 3.4, 1.5, 2.4),
            size=12,
        ),
        Grid(
            (
                ("项目", "当前财产情况", "一年内变动情况"),
                ("现金、银行存款", (Hand("云川县农商行存款五万余元"),), (Hand("无大额支出"),)),
                ("工资收入", (Hand("甲商贸公司报酬每月3500元"),), (Hand("五月起未领取"),)),
                ("不动产", (Hand("本人名下无房，现住父母家"),), (Hand("无"),)),
                ("机动车辆", (Hand(f"小型轿车一辆，号牌{CAR}"),), (Hand("无"),)),
                ("动产", (Hand("家具家电若干"),), (Hand("无"),)),
                ("股权、股票", (Hand("甲商贸公司百分之三十股权"),), (Hand("无"),)),
                ("到期债权", (Hand("客户钱款约八千元未收回"),), (Hand("无"),)),
                ("其他财产", (Hand("无"),), (Hand("无"),)),
                ("对外债务", (Hand("除本案外无其他债务"),), (Hand("无"),)),
            ),
            (2.2, 4.9, 2.1),
            size=12,
            height=34,
        ),
        Text("填表须知", face="black", indent=True, size=13),
        *paras(
            "一、被执行人应当如实报告当前以及收到执行通知之日前一年的财产情况，包括现金、银行存款、收入、不动产、动产、债权、股权等。",
            "二、财产状况发生变动的，应当自财产变动之日起十日内补充报告。",
            "三、报告财产后，申请执行人有权请求查询，人民法院应当予以核实。",
            "四、被执行人拒绝报告、虚假报告或者无正当理由逾期报告的，人民法院可以根据情节轻重予以罚款、拘留；构成犯罪的，依法追究刑事责任。",
            "五、被执行人自收到执行通知之日前一年至当前财产发生转让、出租、设定担保、放弃债权、赠与、支出大额资金等变动的，应当将变动情况一并报告。",
            "六、被执行人与他人共有财产的，应当注明共有人的姓名、共有方式和份额；财产已被其他机关查封、扣押、冻结的，应当注明机关名称和期限。",
            size=13,
        ),
        Text("承诺", face="black", indent=True, size=13),
        *paras("本人保证以上申报内容真实、完整，如有隐瞒、虚报，愿意承担相应的法律责任。", size=13),
        Together(
            (
                Space(20),
                Text(("申报人（被执行人签名）：", Sign(DEBTOR.name, finger=True)), align="right", size=14, gap=10),
                Text(("接收人：", Sign("周执行")), align="right", size=14, gap=10),
                Text(Hand("2026年8月26日"), align="right", size=14),
            )
        ),
    ),
    case_no=CASE_NO,
    numbered=True,
)
