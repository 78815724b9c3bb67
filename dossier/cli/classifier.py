"""Commands about the weights by which papers without a telling title are named: train, show, use."""

from __future__ import annotations

import click

from dossier import app
from dossier.cli.common import Context, as_json, put, read_settings, say
from dossier.desks import training
from review.learned import Learned, load
from review.rules_load import LEARNED


@click.group()
def classifier() -> None:
    """没有题名的材料如何识别：学习、查看、启用。How papers without a telling title are named."""


@classifier.command("train")
@click.option("--version", metavar="NAME", help="新版本的名称（默认：日期加序号）。Name of the new version (default: day and number).")
@as_json
@click.pass_obj
def train(context: Context, version: str | None, json_out: bool) -> None:
    """用目录规则、样例和人工确认过的材料重新学习，写成新版本；不自动启用。Fit a new version; nothing uses it yet.

    例 example: bin/dossier classifier train
    """
    with context.office() as (office, actor):
        learned = training.train(office, actor, version)
    _tell(learned, json_out, used=False)
    say(f"已写成版本 {learned.version}，尚未启用：bin/dossier classifier use {learned.version}")


@classifier.command("show")
@as_json
def show(json_out: bool) -> None:
    """列出各版本、样例数和留出检验的结果。The versions and how they did on held-out papers.

    例 example: bin/dossier classifier show
    """
    texts, rules = app.rule_texts(read_settings().home), app.open_rules(read_settings().home)
    used = rules.lexicon(read_settings().default_profile).learned
    for version in training.versions(texts):
        path = f"{LEARNED}/{version}.json"
        learned = load(path, texts[path], rules.of(read_settings().default_profile).types)
        _tell(learned, json_out, used=used is not None and used.version == version)


@classifier.command("use")
@click.argument("version", metavar="VERSION")
@click.pass_obj
def use(context: Context, version: str) -> None:
    """下次启动起启用这个版本；shipped 为随程序发布的版本。Name papers with this version from the next start on.

    例 example: bin/dossier classifier use 20261121-2
    """
    with context.office() as (office, actor):
        training.use(office, actor, version)
    say(f"下次启动起使用 {version}。")


def _tell(learned: Learned, json_out: bool, *, used: bool) -> None:
    value = {"version": learned.version, "used": used, "classes": len(learned.classes), "ngrams": len(learned.weights), **learned.about}
    if json_out:
        put(value)
    else:
        click.echo("  ".join(f"{key}={item}" for key, item in value.items()))


COMMANDS = (classifier,)
