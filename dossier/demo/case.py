"""Nothing comes in; the made-up case of the demo comes out: its people, numbers, days, money, and the record that is imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

COURT = "云川县人民法院"
TITLE_COURT = "河南省云川县人民法院"
CASE_NO = "（2026）豫9924执118号"
OTHER_CASE_NO = "（2026）豫9924执87号"
JUDGMENT_NO = "（2026）豫9924民初205号"
FILED_ON = date(2026, 8, 17)
TEAM = "执行实施一团队"
HANDLER = "周执行"
CLERK = "吴记录"
PHONE = "0999-8800118"
COURT_ACCOUNT = "9900118000000026118"

_DIGITS = "〇一二三四五六七八九"
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def id_number(region: str, born: str, serial: int) -> str:
    """An 18-character identity number whose check character is right (GB 11643); regions 99xxxx do not exist, so nobody owns it."""
    body = f"{region}{born}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def credit_code(body: str) -> str:
    """The 17 characters of a unified social credit code with its check character appended (GB 32100)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


def chinese_day(day: date) -> str:
    """2026-08-17 → 二〇二六年八月十七日, as judgments are dated."""
    year = "".join(_DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_under_hundred(day.month)}月{_under_hundred(day.day)}日"


def plain_day(day: date) -> str:
    """2026-08-17 → 2026年8月17日."""
    return f"{day.year}年{day.month}月{day.day}日"


def capital_amount(cents: int) -> str:
    """5281637 → 伍万贰仟捌佰壹拾陆元叁角柒分; up to 99,999,999 yuan."""
    yuan, rest = divmod(cents, 100)
    words = _capital_yuan(yuan) + "元"
    if rest == 0:
        return words + "整"
    tenths, hundredths = divmod(rest, 10)
    words += f"{_CAPITALS[tenths]}角" if tenths else "零"
    return words + (f"{_CAPITALS[hundredths]}分" if hundredths else "")


def _under_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def _capital_yuan(yuan: int) -> str:
    words, gap = "", False
    digits = str(yuan)
    units = ("", "拾", "佰", "仟", "万", "拾", "佰", "仟")
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            gap = True
        else:
            words += ("零" if gap and words else "") + _CAPITALS[int(digit)] + units[place]
            gap = False
        if place == 4:
            words += "" if words.endswith("万") else "万"
            gap = False
    return words


@dataclass(frozen=True)
class Person:
    """A person of the case; everything about them is invented."""

    name: str
    sex: str
    born: date
    home: str
    id_no: str
    phone: str

    @property
    def line(self) -> str:
        """The way a party is described in a court's paper."""
        return f"{self.name}，{self.sex}，{plain_day(self.born)}出生，汉族，住{self.home}，公民身份号码{self.id_no}"


APPLICANT = Person("李测试", "女", date(1985, 3, 15), "云川县测试镇样例村三组26号", id_number("990101", "19850315", 2), "19900000026")
DEBTOR = Person("张某甲", "男", date(1979, 11, 8), "云川县城关镇示范路18号院2号楼301室", id_number("990101", "19791108", 11), "19900000118")
COMPANY = "云川县甲商贸有限公司"
COMPANY_CODE = credit_code("91990101MA00000118"[:17])
COMPANY_HEAD = Person("赵某乙", "男", date(1976, 6, 21), "云川县城关镇样板街9号", id_number("990101", "19760621", 33), "19900000633")
COMPANY_HOME = "云川县城关镇产业大道7号"
COMPANY_LINE = f"{COMPANY}，住所地{COMPANY_HOME}，统一社会信用代码{COMPANY_CODE}，法定代表人{COMPANY_HEAD.name}，经理"
LAWYER = "王代理"
LAW_FIRM = "云川甲律师事务所"
LAWYER_NO = "19901201710000118"
PAYEE_ACCOUNT = "6200990000000261186"
DEBTOR_ACCOUNT = "6200990000001180015"
BANK = "云川县农村商业银行"
CAR = "豫Z9924测"
CAR_FRAME = "LZZ99240000000118"

CLAIM_CENTS = 204_650_00
FROZEN_CENTS = 52_816_37
FEE_CENTS = 2_969_75
PAID_CENTS = FROZEN_CENTS - FEE_CENTS


def money(cents: int) -> str:
    """5281637 → 52816.37."""
    return f"{cents // 100}.{cents % 100:02d}"


# Anchors of the rules, with the days on which they happened.
EVENTS: tuple[tuple[str, date], ...] = (
    ("application_received", date(2026, 8, 14)),
    ("filing", FILED_ON),
    ("filing_docs_received", FILED_ON),
    ("clue_received", FILED_ON),
    ("doc_sent", date(2026, 8, 18)),
    ("feedback", date(2026, 8, 19)),
    ("controlled", date(2026, 8, 27)),
    ("declared", date(2026, 8, 26)),
    ("returned", date(2026, 8, 28)),
    ("frozen_full", date(2026, 9, 3)),
    ("deducted", date(2026, 9, 7)),
    ("payment_arrived", date(2026, 9, 7)),
    ("payment_made", date(2026, 9, 10)),
)

# Conditions of the rules that hold in this case.
CONDITIONS: tuple[str, ...] = (
    "if_agent",
    "if_lawyer_agent",
    "if_property_found",
    "if_online_controllable",
    "if_offline_needed",
    "if_vehicle",
    "if_clue",
    "if_declared",
    "if_payment_received",
    "if_consumption",
    "if_dishonest",
    "if_settlement",
)


def record() -> dict[str, Any]:
    """The case as `dossier case import` takes it (JSON)."""
    return {
        "case_no": CASE_NO,
        "kind": "执",
        "court": COURT,
        "filed_on": FILED_ON.isoformat(),
        "team": TEAM,
        "handler": HANDLER,
        "clerk": CLERK,
        "applicants": APPLICANT.name,
        "respondents": f"{DEBTOR.name}；{COMPANY}",
        "cause": "民间借贷纠纷",
        "title_document": f"{JUDGMENT_NO}民事判决书",
        "amount": money(CLAIM_CENTS),
        "profile": "yanling",
    }


def other_record() -> dict[str, Any]:
    """The case whose page strays into the incomplete batch, as `dossier case import` takes it."""
    return record() | {
        "case_no": OTHER_CASE_NO,
        "filed_on": "2026-06-22",
        "applicants": "孙某丙",
        "respondents": "钱某丁",
        "cause": "买卖合同纠纷",
        "title_document": "（2026）豫9924民初63号民事判决书",
        "amount": "38600.00",
    }
