"""Text to the identity numbers in it, and whether their check characters hold (GB 11643 for people, GB 32100 for organisations)."""

from __future__ import annotations

import re
from datetime import date

from review.numerals import digits

_PERSON = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9OoIl]{5}(?:19|20)[0-9OoIl]{9}[0-9OoIlXx](?![0-9A-Za-z])")
_BODY = re.compile(r"(?<![0-9A-Za-z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])")
_CODE_LABEL = re.compile(r"信用代码[^0-9A-Z]{0,6}$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity_numbers(text: str) -> tuple[tuple[str, bool], ...]:
    """Each identity number or unified social credit code of compact text, and whether its check character is right."""
    people = [digits(found).upper() for found in _PERSON.findall(text)]
    bodies = [found for found in _BODY.findall(text) if found not in people]
    return tuple((one, person_holds(one)) for one in people) + tuple((one, body_holds(one)) for one in bodies)


def doubtful_numbers(text: str) -> tuple[str, ...]:
    """The numbers of compact text that must be identity numbers or credit codes, and whose check character is wrong.

    A person's number must hold a real day of birth, a code must stand behind its label: order and account numbers have 18 figures too.
    """
    people = [digits(found).upper() for found in _PERSON.findall(text)]
    wrong = [one for one in people if _born(one) and not person_holds(one)]
    for match in _BODY.finditer(text):
        if match[0] not in people and _CODE_LABEL.search(text[: match.start()]) and not body_holds(match[0]):
            wrong.append(match[0])
    return tuple(dict.fromkeys(wrong))


def _born(number: str) -> bool:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def person_holds(number: str) -> bool:
    """True when the 18th character of a person's number is right."""
    total = sum(int(figure) * weight for figure, weight in zip(number[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == number[17]


def body_holds(code: str) -> bool:
    """True when the 18th character of a unified social credit code is right."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return _ALPHABET[(31 - total % 31) % 31] == code[17]
