"""The catalogue of English texts and the templates belong together: nothing is told past it, nothing in it is without use."""

from __future__ import annotations

import re
from collections import defaultdict

from markupsafe import Markup

from dossier.web import language
from tests.support import english
from tests.support.english import FOREIGN, HAN, PLACES, ROOT


def test_templates_tell_everything_through_the_catalogue() -> None:
    assert list(english.past_the_catalogue()) == []


def test_scripts_and_answers_have_no_chinese_of_their_own() -> None:
    scripts = sorted((ROOT / "dossier" / "web" / "static" / "js").glob("*.js"))
    assert [path.name for path in scripts if HAN.search(path.read_text(encoding="utf-8"))] == []
    assert list(english.answered_past_the_catalogue()) == []


def test_every_sentence_has_its_english_and_every_english_text_its_use() -> None:
    said = {(one.context, one.text) for one in (*english.of_templates(), *english.of_modules())}
    said |= {(None, text) for text in english.tables()}
    known = {(message.context, message.id if isinstance(message.id, str) else message.id[0]) for _, message in english.messages()}
    assert sorted(text for _, text in said - known) == [], "no English text"
    assert sorted(text for _, text in known - said) == [], "without use"


def test_facts_are_those_of_the_sentence() -> None:
    for one in (*english.of_templates(), *english.of_modules()):
        places = set(re.findall(r"%\((\w+)\)", one.text))
        assert one.facts == places, f"{one.place} {one.text}"
        assert not one.facts or "%" not in re.sub(r"%\(\w+\)[a-z]|%%", "", one.text), one.place


def test_a_fact_is_escaped_and_markup_stays() -> None:
    say = language.GLOBALS["_"]
    assert say("%(a)s 移送 %(n)d", a="<b>", n=3) == "&lt;b&gt; 移送 3"
    assert say("%(a)s 移送", a=Markup("<b>甲</b>")) == "<b>甲</b> 移送"


def test_the_catalogue_is_sound() -> None:
    texts: dict[tuple[str | None, str], set[tuple[str, ...]]] = defaultdict(set)
    for file, message in english.messages():
        zh = message.id if isinstance(message.id, str) else message.id[0]
        told = (message.string,) if isinstance(message.string, str) else tuple(message.string)
        for en in told:
            assert en.strip(), f"{file}: {zh} has no English"
            assert not FOREIGN.search(en), f"{file}: {en}"
            # These would close an attribute or open a tag when a fact is filled in.
            assert not set('<>&"') & set(en + zh), f"{file}: {en}"
            assert set(PLACES.findall(en)) == set(PLACES.findall(zh)), f"{file}: {zh} | {en}"
        assert len(told) > 1 or not re.search(r"%\(n\)d [a-z]+s\b", told[0]), f"{file}: {told[0]} of one, too"
        assert len(told) == 1 or ("n", "") in PLACES.findall(zh), f"{file}: {zh} has a plural and no n"
        texts[message.context, zh].add(told)
    assert {key: told for key, told in texts.items() if len(told) > 1} == {}, (
        "one Chinese text, two English ones: tell them apart by a context"
    )
