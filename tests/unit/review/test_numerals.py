"""Numbers, days and sums as read: both ways for every day, and the forms that court papers and their readers use."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.numerals import amounts, chinese_number, dates, in_chinese

DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_chinese_days_come_back(day: date) -> None:
    assert [found.value for found in dates(f"云川县人民法院{in_chinese(day)}书记员")] == [day]


@given(DAYS, st.sampled_from("○O0Ｏ口"))
def test_round_zero_in_any_shape(day: date, zero: str) -> None:
    assert [found.value for found in dates(in_chinese(day).replace("〇", zero))] == [day]


@given(DAYS, st.sampled_from(["{y}年{m}月{d}日", "{y}-{m:02}-{d:02}", "{y}.{m}.{d}", "{y}/{m}/{d}", "{y} 年 {m} 月 {d} 日"]), st.booleans())
def test_figures_come_back(day: date, form: str, wide: bool) -> None:
    text = form.format(y=day.year, m=day.month, d=day.day)
    if wide:
        text = text.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert [found.value for found in dates(f"于{text}。")] == [day]


@pytest.mark.parametrize("text", ["2026年13月1日", "2026年2月30日", "二〇二六年十一月三十一日", "2026-00-10"])
def test_impossible_days_are_marked(text: str) -> None:
    assert [found.value for found in dates(text)] == [None]


@pytest.mark.parametrize("text", ["20260301", "电话0999-8800118", "执行款3.5万元", "二〇二六年  月  日", "第3页/共5页"])
def test_no_date(text: str) -> None:
    assert list(dates(text)) == []


def _formal(number: int) -> str:
    """A whole sum below 100 million in the characters of cheques, written by the textbook."""
    names, units = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")

    def section(part: int) -> str:
        out, gap = "", False
        for place in (3, 2, 1, 0):
            figure = part // 10**place % 10
            if figure:
                out += ("零" if gap and out else "") + names[figure] + units[place]
                gap = False
            else:
                gap = True
        return out

    high, low = divmod(number, 10_000)
    if not high:
        return section(low)
    return section(high) + "万" + ("零" if low and low < 1000 else "") + section(low)


@given(st.integers(1, 99_999_999))
def test_formal_sums_come_back(number: int) -> None:
    assert [amount.yuan for amount in amounts(f"人民币{_formal(number)}元整")] == [Decimal(number)]


@given(st.integers(0, 99_999_999), st.integers(0, 99))
def test_figures_of_money_come_back(yuan: int, cents: int) -> None:
    want = Decimal(yuan) + Decimal(cents) / 100
    for text in (f"￥{yuan:,}.{cents:02}", f"{yuan}.{cents:02}元", f"人民币{yuan:,}.{cents:02}元"):
        assert [amount.yuan for amount in amounts(text)] == [want], text


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("3.5万元", "35000.0"),
        ("２８００元", "2800"),
        ("伍万贰仟捌佰壹拾陆元叁角柒分", "52816.37"),
        ("贰拾万肆仟陆佰伍拾元整", "204650"),
        ("1.2亿元", "120000000.0"),
        ("支付货款十五万三千元及利息", "153000"),
        ("两万零五十元", "20050"),
    ],
)
def test_sums(text: str, yuan: str) -> None:
    assert [amount.yuan for amount in amounts(text)] == [Decimal(yuan)]


@pytest.mark.parametrize("text", ["118号", "三日内", "万元", "电话19900000001", "2026年", "第五十元", "五元", "十元月"])
def test_no_sum(text: str) -> None:
    assert amounts(text) == ()


@pytest.mark.parametrize(
    ("text", "number"), [("十", 10), ("三十一", 31), ("二〇二六", 2026), ("一百零五", 105), ("廿八", 28), ("x", None), ("", None)]
)
def test_numbers(text: str, number: int | None) -> None:
    assert chinese_number(text) == number
