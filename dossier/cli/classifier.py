"""Commands about the weights by which papers without a telling title are named: train, show, use."""

from __future__ import annotations

from typing import Any

import click

from dossier import app
from dossier.cli.common import Context, as_json, put, read_settings, say
from dossier.desks import training


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
    _tell(training.told(learned, used=False), json_out)
    say(f"已写成版本 {learned.version}，尚未启用：bin/dossier classifier use {learned.version}")


@classifier.command("show")
@as_json
def show(json_out: bool) -> None:
    """列出各版本、样例数和留出检验的结果。The versions and how they did on held-out papers.

    例 example: bin/dossier classifier show
    """
    settings = read_settings()
    for told in training.listing(app.open_rules(settings.home), settings.default_profile, settings.home):
        _tell(told, json_out)


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


def _tell(value: dict[str, Any], json_out: bool) -> None:
    if json_out:
        put(value)
    else:
        click.echo("  ".join(f"{key}={item}" for key, item in value.items()))


COMMANDS = (classifier,)
