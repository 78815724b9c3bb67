"""The case comes in; the papers of finding and holding property come out: queries, freezing, seizure of the car, lists."""

from __future__ import annotations

from datetime import date

from dossier.demo.blocks import Grid, Hand, Paper, Sign, Space, Stamp, Text, Together, closing, head, paras, title
from dossier.demo.case import (
    APPLICANT,
    BANK,
    CAR,
    CAR_FRAME,
    CASE_NO,
    CLAIM_CENTS,
    CLERK,
    COMPANY,
    COMPANY_CODE,
    COURT,
    DEBTOR,
    DEBTOR_ACCOUNT,
    FROZEN_CENTS,
    HANDLER,
    PHONE,
    TITLE_COURT,
    capital_amount,
    chinese_day,
    money,
)

FROZEN = money(FROZEN_CENTS)
FIRST_RULING = f"{CASE_NO}之一"
OFFICE = "云川县公安局交通警察大队车辆管理所"
_RULED = chinese_day(date(2026, 8, 25))

_NOTHING = "无信息"
_QUERY_HEAD = ("序号", "反馈单位", "被查询人", "查询时间", "反馈结果")
_QUERY_ROWS = (
    ("中国人民银行", DEBTOR.name, "08-18 15:20", "银行账户2个，详见附表"),
    ("中国人民银行", COMPANY, "08-18 15:20", "银行账户1个，详见附表"),
    ("银行存款", DEBTOR.name, "08-18 15:21", f"余额{FROZEN}元，县农商行"),
    ("银行存款", DEBTOR.name, "08-18 15:21", "余额12.60元，云川县甲银行"),
    ("银行存款", COMPANY, "08-18 15:21", "余额0.00元，县农商行"),
    ("公安部车辆", DEBTOR.name, "08-18 15:22", f"小型轿车1辆，号牌{CAR}"),
    ("公安部车辆", COMPANY, "08-18 15:22", _NOTHING),
    ("证券登记机构", DEBTOR.name, "08-18 15:22", _NOTHING),
    ("证券登记机构", COMPANY, "08-18 15:22", _NOTHING),
    ("市场监督管理", DEBTOR.name, "08-18 15:23", "持有甲商贸公司股权30%"),
    ("市场监督管理", COMPANY, "08-18 15:23", "存续，注册资本50万元"),
    ("不动产登记", DEBTOR.name, "08-18 15:24", _NOTHING),
    ("不动产登记", COMPANY, "08-18 15:24", _NOTHING),
    ("网络支付机构", DEBTOR.name, "08-18 15:25", "账户余额3.17元"),
    ("网络支付机构", COMPANY, "08-18 15:25", _NOTHING),
    ("民政婚姻登记", DEBTOR.name, "08-18 15:25", "已婚"),
    ("税务登记", COMPANY, "08-18 15:26", "近一年无退税信息"),
    ("保险公司", DEBTOR.name, "08-18 15:26", _NOTHING),
    ("保险公司", COMPANY, "08-18 15:26", _NOTHING),
    ("船舶登记", DEBTOR.name, "08-18 15:26", _NOTHING),
    ("船舶登记", COMPANY, "08-18 15:26", _NOTHING),
)
_QUERY_ACCOUNTS = (
    (DEBTOR.name, BANK, DEBTOR_ACCOUNT, FROZEN, "可冻结"),
    (DEBTOR.name, "云川县甲银行", "6200990000001180023", "12.60", "不足百元"),
    (COMPANY, BANK, "9900118000000007001", "0.00", "无余额"),
)

QUERY = Paper(
    "net_query_total",
    "总对总网络查控反馈表",
    (
        title("“总对总”网络查控财产查询反馈表", 19, 10),
        Grid(
            (
                ("执行法院", COURT, "案号", CASE_NO),
                ("承办人", HANDLER, "查询发起时间", "2026-08-18 15:20:06"),
                ("被查询人一", DEBTOR.name, "证件号码", DEBTOR.id_no),
                ("被查询人二", COMPANY, "证件号码", COMPANY_CODE),
            ),
            (1.4, 3.0, 1.6, 3.0),
            size=10.5,
            height=24,
        ),
        Text("一、反馈单位及结果", size=13, face="black"),
        Grid(
            (_QUERY_HEAD, *((str(number), *row) for number, row in enumerate(_QUERY_ROWS, start=1))),
            (0.9, 1.7, 2.8, 1.7, 3.5),
            size=10,
            height=24,
        ),
        Text("二、银行账户明细", size=13, face="black"),
        Grid(
            (("户名", "开户银行", "账号", "余额（元）", "说明"), *_QUERY_ACCOUNTS),
            (2.8, 2.4, 2.5, 1.5, 1.3),
            size=10,
            height=24,
        ),
        Text("三、已采取措施及结果", size=13, face="black"),
        *paras(
            f"2026年8月19日9时32分，对{DEBTOR.name}在{BANK}的账户{DEBTOR_ACCOUNT}发起网络冻结，冻结成功，实际冻结{FROZEN}元，期限一年，自2026年8月19日起"
            "至2027年8月18日止。",
            f"对{DEBTOR.name}名下小型轿车{CAR}，系统内无法实际扣押，转线下查封。",
            f"对{DEBTOR.name}持有的{COMPANY}股权，已通过市场监督管理部门发起网络冻结，尚待反馈。",
            "其余反馈单位未反馈可供执行的财产。",
            size=12,
        ),
        Text("反馈时间：2026-08-19 09:40:12　　打印时间：2026-08-19 10:05:33　　打印人：吴记录", size=10.5),
    ),
    case_no=CASE_NO,
    numbered=True,
)

FREEZE = Paper(
    "net_freeze_receipt",
    "网络冻结反馈结果",
    (
        title("网络冻结反馈结果", 20, 14),
        Grid(
            (
                ("执行法院", COURT),
                ("案号", CASE_NO),
                ("冻结裁定书", f"{CASE_NO}执行裁定书"),
                ("协助单位", BANK),
                ("被执行人", DEBTOR.name),
                ("证件号码", DEBTOR.id_no),
                ("冻结账号", DEBTOR_ACCOUNT),
                ("申请冻结金额", f"{money(CLAIM_CENTS)}元"),
                ("实际冻结金额", f"{FROZEN}元（{capital_amount(FROZEN_CENTS)}）"),
                ("冻结期限", "2026年8月19日起至2027年8月18日止"),
                ("冻结结果", "已冻结，未足额"),
                ("在先冻结", "无"),
                ("请求时间", "2026年8月19日9时32分"),
                ("反馈时间", "2026年8月19日9时40分"),
                ("回执编号", "YC20260819000118"),
            ),
            (1.8, 6.0),
            size=12,
            height=31,
        ),
        Text("本反馈由网络执行查控系统自动生成。", size=11),
    ),
    case_no=CASE_NO,
)

RULING = Paper(
    "seizure_ruling",
    "执行裁定书",
    (
        *head(TITLE_COURT, "执行裁定书", FIRST_RULING),
        *paras(
            f"申请执行人：{APPLICANT.line}。",
            f"被执行人：{DEBTOR.line}。",
            f"本院在执行申请执行人{APPLICANT.name}与被执行人{DEBTOR.name}、{COMPANY}民间借贷纠纷一案中，因被执行人未履行生效法律文书确定的义务，经查询，"
            f"被执行人{DEBTOR.name}名下有小型轿车一辆。依照《中华人民共和国民事诉讼法》第二百五十五条、《最高人民法院关于人民法院民事执行中查封、扣押、"
            "冻结财产的规定》第一条之规定，裁定如下：",
            f"查封被执行人{DEBTOR.name}名下号牌为{CAR}的小型轿车一辆，车辆识别代号{CAR_FRAME}，查封期限为二年。",
            "查封期间，未经本院许可，任何单位和个人不得办理该车辆的转移、抵押、变更登记手续，被执行人不得转让、出租、毁损该车辆。",
            "需要续行查封的，申请执行人应当在查封期限届满七日前提出书面申请。",
            "本裁定立即执行。",
            size=14.5,
            leading=1.55,
        ),
        closing("审判长　周执行", "审判员　陈合议", "审判员　何审判", _RULED, f"书记员　{CLERK}", seal=COURT, size=14.5, before=10),
    ),
    face="serif",
    case_no=FIRST_RULING,
)

ASSIST = Paper(
    "assist_notice",
    "协助执行通知书",
    (
        *head(COURT, "协助执行通知书", FIRST_RULING),
        Text(f"{OFFICE}："),
        *paras(
            f"关于申请执行人{APPLICANT.name}与被执行人{DEBTOR.name}、{COMPANY}民间借贷纠纷一案，本院作出的{FIRST_RULING}执行裁定书已经发生法律效力。因被执行人"
            "未履行义务，依照《中华人民共和国民事诉讼法》第二百六十二条的规定，请协助执行以下事项：",
            f"一、查封被执行人{DEBTOR.name}（公民身份号码{DEBTOR.id_no}）名下号牌为{CAR}的小型轿车一辆，车辆识别代号{CAR_FRAME}；",
            "二、查封期限为二年，自2026年8月26日起至2028年8月25日止，查封期间不得办理该车辆的转移、抵押、变更登记手续；",
            "三、请将该车辆的登记情况、抵押情况以及在先查封情况一并函告本院。",
            "请于收到本通知书后立即办理，并将回执退回本院。",
            f"联系人：{HANDLER}、马外勤　　联系电话：{PHONE}",
        ),
        closing(_RULED, seal=COURT, before=40),
        Space(18),
        Text(f"附：{FIRST_RULING}执行裁定书一份、执行公务证复印件一份。", size=13),
    ),
    case_no=FIRST_RULING,
)

ASSIST_RECEIPT = Paper(
    "assist_receipt",
    "协助执行通知书回执",
    (
        title("协助执行通知书", 22, 2),
        title("（回执）", 18, 16),
        Text(f"{COURT}："),
        *paras(
            f"你院{FIRST_RULING}协助执行通知书及执行裁定书收悉，现将办理结果函复如下：",
            (
                "办理结果：",
                Hand(f"已于2026年8月26日对张某甲名下{CAR}小型轿车办理查封登记，查封期限至2028年8月25日止。该车无抵押，无在先查封。"),
            ),
            ("经办人：", Sign("秦经办"), "　　联系电话：", Hand("0999-8800366")),
            "此复。",
        ),
        closing(OFFICE, "二〇二六年八月二十六日", seal="云川县公安局交通警察大队", foot="车辆管理业务专用章", before=60),
    ),
    face="kai",
    case_no=FIRST_RULING,
)

SEIZURE_LIST = Paper(
    "seizure_list",
    "查封财产清单",
    (
        title(COURT, 20, 2),
        title("查封财产清单", 22, 8),
        Text(FIRST_RULING, size=13, align="right", gap=6),
        Grid(
            (
                ("序号", "财产名称", "规格型号", "数量", "特征", "备注"),
                ("1", "小型轿车", CAR, "1辆", "白色，里程86215公里", "活封"),
                ("2", "机动车行驶证", CAR, "1本", "登记人张某甲", "随车"),
                ("3", "车辆钥匙", "遥控", "1把", "完好", "随车"),
                ("4", "备用轮胎", "185/65", "1只", "八成新", "随车"),
                ("5", "车载灭火器", "1公斤", "1只", "有效期内", "随车"),
                ("", "以下空白", "", "", "", ""),
            ),
            (0.8, 2.0, 1.8, 1.0, 3.0, 1.1),
            size=12,
            height=36,
        ),
        *paras(
            "以上财产自2026年8月27日起予以查封，查封期限二年，由被执行人张某甲负责保管。查封期间不得使用、转移、变卖、毁损、抵押。",
            "本清单一式三份，被执行人一份，在场人一份，本院存卷一份。",
            size=13,
        ),
        Together(
            (
                Space(14),
                Text(("被执行人签名：", Sign(DEBTOR.name, finger=True), "　　　在场人签名：", Sign("钱见证")), size=13, gap=12),
                Text(("执行人员签名：", Sign("周执行"), "　　", Sign("马外勤")), size=13, gap=12),
                Text(("书记员：", Sign("吴记录")), size=13, gap=12),
                Text(Hand("2026年8月27日"), align="right", size=13),
            )
        ),
        Stamp(COURT, at=0.72, down=-30),
    ),
    case_no=FIRST_RULING,
)

CONTROLLED = Paper(
    "controlled_property_list",
    "被执行人已查控财产清单",
    (
        title(COURT, 18, 2),
        title("被执行人已查控财产清单", 22, 8),
        Text(CASE_NO, size=13, align="right", gap=6),
        Grid(
            (
                ("序号", "财产名称", "权利人", "查控措施", "结果"),
                ("1", "银行存款", DEBTOR.name, "网络冻结", f"已冻结{FROZEN}元，未足额"),
                ("2", "小型轿车", DEBTOR.name, "线下查封", "已查封，期限至2028年8月25日"),
                ("3", "公司股权", DEBTOR.name, "网络冻结", "30%，期限至2029年8月20日"),
                ("4", "银行存款", "甲商贸公司", "网络查询", "余额为零，未冻结"),
                ("5", "仓库存货", "甲商贸公司", "现场查看", "价值较低，暂未查封"),
            ),
            (0.9, 1.6, 2.3, 1.5, 3.8),
            size=12,
            height=36,
        ),
        *paras(
            f"以上为截至2026年9月1日已经查控的财产。权利人一栏中的“甲商贸公司”指{COMPANY}。被执行人名下未发现不动产、证券、保险及其他可供执行的财产。",
            "线下查控已经完成，本清单连同协助执行通知书回执、查封笔录、查封财产清单移送卷宗管理中心。",
            size=13,
        ),
        Together(
            (
                Space(20),
                Text(("承办人签字：", Sign("周执行")), align="right", size=14, gap=12),
                Text(Hand("2026年9月1日"), align="right", size=14),
            )
        ),
    ),
    case_no=CASE_NO,
)

QUERY_INFO = Paper(
    "query_feedback_info",
    "查控结果反馈信息表",
    (
        title(COURT, 18, 2),
        title("查控结果反馈信息表", 22, 12),
        Grid(
            (
                ("案号", CASE_NO),
                ("申请执行人", APPLICANT.name),
                ("被执行人", f"{DEBTOR.name}、{COMPANY}"),
                ("申请标的", f"{money(CLAIM_CENTS)}元"),
                ("查询发起时间", "2026年8月18日15时20分"),
                ("查询反馈时间", "2026年8月19日9时40分"),
                ("存款查控结果", f"张某甲{BANK}账户冻结{FROZEN}元，期限至2027年8月18日；其余账户余额不足百元，未冻结。"),
                ("车辆查控结果", f"张某甲名下小型轿车一辆，号牌{CAR}，需线下查封。"),
                ("不动产查控结果", "未反馈不动产登记信息。"),
                ("证券股权结果", f"张某甲持有{COMPANY}股权30%，已发起冻结。"),
                ("其他财产结果", "保险、船舶、网络资金未反馈可供执行的财产。"),
                ("分流意见", "有财产但未足额，建议由普通执行团队继续办理。"),
                ("填表人", (Sign("吴记录"), Hand("2026年8月20日"))),
                ("承办人签字", (Sign("周执行"), Hand("2026年8月20日"))),
            ),
            (1.9, 6.6),
            size=12.5,
            height=35,
        ),
    ),
    case_no=CASE_NO,
)
