"""The command that prints separator and cover sheets: how many and what they name comes in, where the PDF lies goes out."""

from __future__ import annotations

from pathlib import Path

import click

from dossier.cli.common import Context
from dossier.desks import separators
from dossier.desks.separators import Wanted


def _types(values: tuple[str, ...]) -> list[tuple[str, int]]:
    """'execution_notice=3' as (type, how many); a usage error when the number is none."""
    found = []
    for value in values:
        type_id, _, count = value.partition("=")
        if count and not (count.isascii() and count.isdigit() and len(count) < 6):
            raise click.UsageError(f"{value} 应如 enforcement_notice=3 / must be like enforcement_notice=3")
        found.append((type_id, int(count or 1)))
    return found


@click.command()
@click.option("--plain", type=click.IntRange(min=0), default=0, help="不写类型的分隔页，几张。How many plain ones.")
@click.option(
    "--type", "types", multiple=True, metavar="TYPE[=N]", help="写明材料类型的分隔页（可多次）。Separators that name a type; several times."
)
@click.option("--case", "case_no", help="另印这个案件的封页。And a cover of this case.")
@click.option("--node", help="封页写明的办案节点代码。The step that the cover names.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="放到哪个文件夹。Into which folder.")
@click.pass_obj
def separator(context: Context, plain: int, types: tuple[str, ...], case_no: str | None, node: str | None, folder: Path) -> None:
    """打印分隔页、封页（PDF，带二维码），扫描时自动分件。Separator and cover sheets to print.

    例 example: bin/dossier separator --plain 10 --type enforcement_notice=2 --case （2026）豫9924执118号 --to out/
    """
    with context.office() as (office, actor):
        click.echo(str(separators.save(office, actor, Wanted(plain, _types(types), case_no, node), folder)))


COMMANDS = (separator,)
