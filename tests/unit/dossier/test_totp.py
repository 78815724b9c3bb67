"""One-time codes against the test vectors of RFC 6238 (appendix B) and RFC 4226 (appendix D)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from dossier.people import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code(SECRET, totp.step_of(datetime.fromtimestamp(seconds, UTC)), digits=8) == code


def test_the_codes_of_rfc_4226() -> None:
    assert [totp.code(SECRET, step) for step in range(5)] == ["755224", "287082", "359152", "969429", "338314"]


@pytest.mark.parametrize(("late", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_wrong_and_a_step_is_good_once(late: int, good: bool) -> None:
    moment = datetime.fromtimestamp(1_000_000_000, UTC)
    step = totp.step_of(moment) + late
    given = totp.code(SECRET, step)
    assert totp.matching_step(SECRET, given, moment, 0) == (step if good else None)
    assert totp.matching_step(SECRET, given, moment, step) is None


def test_what_the_phone_reads_names_court_and_account() -> None:
    assert totp.uri("ABC", "li4", "云川县人民法院").startswith("otpauth://totp/%E4%BA%91")
    assert len(base64.b32decode(totp.new_secret())) == 20


@pytest.mark.parametrize("typed", ["１２３４５６", "", "九", "0" * 5000, "\ud800"])
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    assert totp.matching_step(SECRET, typed, datetime.fromtimestamp(1_000_000_000, UTC), 0) is None
