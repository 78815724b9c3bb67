"""The language of a page: a Chinese sentence of the program comes in, the same or its English from the catalogue goes out; data keeps its own language."""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask import request, session
from markupsafe import Markup, escape

from dossier.errors import DossierError

CATALOGUE = Path(__file__).parent / "english"
ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (CHINESE, ENGLISH)
CHINESE_WITHIN = Markup(' lang="zh-CN"')
_SIGN = "\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"
_WHOLE = re.compile(rf"[{_SIGN}]")
# From one Chinese sign to the last before a stretch that has none: numbers and letters inside of a case number belong to it.
_RUN = re.compile(rf"[{_SIGN}](?:[\w{_SIGN}]*[{_SIGN}])?")
_english: ContextVar[bool] = ContextVar("english", default=False)


@cache
def catalogue() -> dict[str, str | tuple[str, str]]:
    """Chinese → English, or (English for one, English for another n); read when the first English page is asked for."""
    found: dict[str, str | tuple[str, str]] = {}
    for path in sorted(CATALOGUE.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=ENGLISH, abort_invalid=True):
                zh, en = message.id, message.string
                if isinstance(zh, str):
                    found[_key(message.context, zh)] = str(en)
                elif en is not None:
                    found[_key(message.context, zh[0])] = (en[0], en[1])
    del found[""]
    return found


def _key(context: str | None, text: str) -> str:
    return f"{context}\x04{text}" if context else text


def hear() -> None:
    """Called when a request comes in: its page is told in the language that was chosen in this browser; Chinese when none was.

    A page that changes in place says which one it was drawn in: what is put in does not speak another, though that was chosen in another window.
    """
    drawn_in = request.headers.get("X-Page-Language") if request.headers.get("HX-Request") else None
    _english.set(request.endpoint != "static" and (drawn_in or session.get("language")) == ENGLISH)


def speak(language: str) -> None:
    """From now on this browser's pages are told in `language`."""
    session["language"] = language
    _english.set(language == ENGLISH)


def english() -> bool:
    """Whether this page is told in English."""
    return _english.get()


def _told(text: str, facts: dict[str, Any], context: str | None = None) -> str:
    if not _english.get():
        return text
    found = catalogue().get(_key(context, text), text)
    return found if isinstance(found, str) else found[facts.get("n") != 1]


def sentence(in_english: bool, text: str, context: str | None = None) -> str | None:
    """A sentence as the language has it, its %(facts)s still open; None where that depends on a number."""
    found = catalogue().get(_key(context, text), text) if in_english else text
    return found if isinstance(found, str) else None


def say(text: str, /, **facts: Any) -> str:
    """A sentence of the program with its %(facts)s filled in, as plain text; the fact `n` chooses between the English singular and plural."""
    told = _told(text, facts)
    return told % facts if facts else told


def _in_template(text: str, /, **facts: Any) -> str:
    """The same for a template's own words: facts are escaped, markup among them stays."""
    told = _told(text, facts)
    if not facts:
        return told
    # Several times quicker than Markup's own formatting, which pages with long tables feel.
    safe = {name: fact if isinstance(fact, int | float) else escape(fact) for name, fact in facts.items()}
    return Markup(told % safe)  # noqa: S704 - the sentence is the program's, each fact is escaped


def pgettext(context: str, text: str) -> str:
    """A word that is one in Chinese and several in English: context tells which."""
    return _told(text, {}, context)


def zh(value: Any) -> Any:
    """What the court or a person wrote: on an English page marked as Chinese where it is."""
    if not _english.get() or value is None or not _WHOLE.search(str(value)):
        return value
    return Markup(f'<span lang="zh-CN">{escape(value)}</span>')  # noqa: S704 - escaped within


def mixed(value: Any) -> Any:
    """An English sentence with Chinese names in it: each of these is marked."""
    if not _english.get() or value is None:
        return value
    return Markup(_RUN.sub(lambda run: f'<span lang="zh-CN">{run[0]}</span>', str(escape(value))))  # noqa: S704 - escaped first


def in_zh(text: str | None = None) -> str:
    """The attribute of an element whose words and attributes are Chinese on an English page, too; where `text` is given, if that is Chinese."""
    chinese = _english.get() and (text is None or _WHOLE.search(text))
    return CHINESE_WITHIN if chinese else ""


def told_error(error: DossierError) -> str:
    """What went wrong, in the language of the page."""
    return error.en if _english.get() else error.zh


FILTERS: dict[str, Any] = {"word": say, "zh": zh, "mixed": mixed, "told": told_error}
GLOBALS: dict[str, Any] = {"_": _in_template, "english": english, "in_zh": in_zh, "pgettext": pgettext}
