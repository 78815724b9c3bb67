"""What is filled in when a template is compiled is, to the letter, what would be told when its page is drawn."""

from __future__ import annotations

from contextvars import copy_context

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import DictLoader
from markupsafe import Markup

from dossier.web import language, words
from dossier.web.templating import SpokenEnvironment

FACTS = {"name": "甲<b>", "kept": Markup("<b>乙</b>"), "n": 1, "row": {"items": 3, "keys": "值", "who": None}}
WRITTEN = (
    '{{ _("工作台") }}|{{ pgettext("nav", "移送") }}|{{ pgettext("act", "移送") }}|{{ _("没有这一句 <&> 100%") }}',
    '{{ _("%(day)s 到期", day=name) }}|{{ _("%(day)s 到期", day=kept) }}|{{ _("%(day)s 到期", day=row.who) }}',
    '{{ _("%(n)d 件", n=n) }}|{{ _("%(n)d 件", n=2) }}|{{ _("没有 %(name)s 100%% 的一句", name=name) }}|{{ _("%(name)s %(name)s", name=name) }}',
    '<p{{ in_zh() }} title="{{ _("%(n)d 页", n=n) }}"{{ in_zh(name) }}{{ in_zh("plain") }}>{{ name|zh }}{{ kept|mixed }}</p>',
    '{% set told = _("工作台") %}{% macro tag(text) %}<i>{{ text }}</i>{% endmacro %}{{ tag(told) }}{{ tag(_("%(day)s 到期", day=name)) }}',
    '{% if english() %}en{% else %}zh{% endif %}{{ _(name) }}{{ "周六"|word }}{{ row.who or _("工作台") }}{{ row.nothing }}',
)


def _drawn(kind: type[Environment], said: str) -> list[str]:
    """Every template as a page of that language shows it."""
    app = Flask("dossier.web")
    app.secret_key = "unit"
    environment = kind(app, autoescape=True, loader=DictLoader({str(n): text for n, text in enumerate(WRITTEN)}))
    environment.filters.update(words.FILTERS | language.FILTERS)
    environment.globals.update(language.GLOBALS)
    if isinstance(environment, SpokenEnvironment):
        environment.speak_both()

    def draw() -> list[str]:
        with app.test_request_context("/"):
            language.speak(said)
            return [environment.get_template(str(number)).render(FACTS) for number in range(len(WRITTEN))]

    return copy_context().run(draw)


@pytest.mark.parametrize("said", language.LANGUAGES)
def test_a_page_is_the_same_as_if_each_word_were_asked_for(said: str) -> None:
    assert _drawn(SpokenEnvironment, said) == _drawn(Environment, said)


def test_each_page_speaks_its_own_language() -> None:
    chinese, english = (_drawn(SpokenEnvironment, said) for said in language.LANGUAGES)
    assert chinese[0].startswith("工作台|移送|")
    assert "<p title" in chinese[3]
    assert english[0].startswith("Workbench|")
    assert '<p lang="zh-CN" title' in english[3]


def test_a_dict_gives_what_it_holds() -> None:
    environment = SpokenEnvironment(Flask("dossier.web"))
    template = environment.from_string("{{ row.items }} {{ row.keys }} {{ row.nothing }} {{ plain.items()|list }}")
    assert template.render(FACTS, plain={"a": 1}) == "3 值  [('a', 1)]"


def test_no_word_is_asked_for_that_was_known() -> None:
    nobody_to_ask = SpokenEnvironment(Flask("dossier.web"))
    template = nobody_to_ask.from_string(
        "{{ _('工作台') }}{{ in_zh() }}{{ _('%(n)d 件', n=2) }}{{ pgettext('nav', '移送') }}{{ row.keys|zh }}"
    )
    assert template.render(FACTS) == "工作台2 件移送值"
