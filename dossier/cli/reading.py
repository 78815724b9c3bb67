"""Commands that need no database: read and classify files; and search, which does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from dossier.app import open_pool, open_rules, open_sandbox
from dossier.cli.common import Context, Progress, as_json, put, read_settings, say
from dossier.desks import narrowing, searching, trial
from dossier.errors import EXIT_BAD_INPUT, DossierError
from dossier.settings import Settings
from ocr.contract import ReaderError
from ocr.pool import ReaderPool

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")


@contextmanager
def _pool(settings: Settings) -> Iterator[ReaderPool]:
    pool = open_pool(settings)
    try:
        yield pool
    finally:
        pool.close()


def _failed(path: Path, error: DossierError) -> dict[str, Any]:
    return {"file": path.name, "error": error.as_json()}


@click.command()
@FILES
@as_json
def read(files: tuple[Path, ...], json_out: bool) -> None:
    """识别文件里的文字，不入库。Read files; nothing is kept.

    例 example: bin/dossier read scan.jpg --json
    """
    settings, failed, progress = read_settings(), 0, Progress()
    sandbox = open_sandbox(settings)
    labels = trial.labels_of(open_rules().lexicon(settings.default_profile))
    with _pool(settings) as pool:
        for path in files:
            try:
                pages = []
                for page in trial.read_file(path, sandbox, pool, labels):
                    pages.append(page.as_json())
                    progress.show(f"{path.name}: {len(pages)}")
            except (DossierError, ReaderError) as problem:
                error = problem if isinstance(problem, DossierError) else DossierError("reader_failed")
                failed += 1
                progress.done()
                _tell_failure(path, error, json_out)
                continue
            progress.done()
            if json_out:
                put({"file": path.name, "pages": pages})
            else:
                click.echo("\f".join(page["text"] for page in pages))
    if failed:
        raise click.exceptions.Exit(EXIT_BAD_INPUT)


def _tell_failure(path: Path, error: DossierError, json_out: bool) -> None:
    if json_out:
        put(_failed(path, error))
    say(f"{path.name}: {error.zh} / {error.en}")


@click.command()
@FILES
@click.option("--profile", help="按哪个法院的规则（默认见设置）。Whose rules.")
@as_json
def classify(files: tuple[Path, ...], profile: str | None, json_out: bool) -> None:
    """判断文件里有哪些材料，不入库。Tell which documents files hold; nothing is kept.

    例 example: bin/dossier classify scan.pdf --json
    """
    settings, failed = read_settings(), 0
    lexicon = open_rules(settings.home).lexicon(profile or settings.default_profile)
    sandbox, labels = open_sandbox(settings), trial.labels_of(lexicon)
    with _pool(settings) as pool:
        for path in files:
            try:
                if path.suffix.lower() == trial.TEXT_ENDING:
                    facts = trial.text_file_pages(path)
                else:
                    facts = tuple(trial.page_facts(path.name, page) for page in trial.read_file(path, sandbox, pool, labels))
            except (DossierError, ReaderError) as problem:
                failed += 1
                _tell_failure(path, problem if isinstance(problem, DossierError) else DossierError("reader_failed"), json_out)
                continue
            _tell_documents(path, trial.classify_pages(facts, lexicon), json_out)
    if failed:
        raise click.exceptions.Exit(EXIT_BAD_INPUT)


def _tell_documents(path: Path, documents: list[dict[str, Any]], json_out: bool) -> None:
    if json_out:
        put({"file": path.name, "documents": documents})
        return
    for document in documents:
        sure = "" if document["confident"] else "（待确认）"
        click.echo(
            f"{path.name} 第 {'、'.join(map(str, document['pages']))} 页：{document['name']}{sure}  {document['score']:.3f}  {document['why']}"
        )


@click.command()
@click.argument("query")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="最多几条。At most how many.")
@click.option("--near", "how", flag_value="near", help="近似：容一个字识别有误的命中。Pages on which one character was misread.")
@click.option("--suggest", "how", flag_value="suggest", help="只提示案号、当事人、材料类型。What the last word may become.")
@click.option("--counts", "how", flag_value="counts", help="只按类型、案号、年份计数。How many pages of each type, case and year.")
@as_json
@click.pass_obj
def search(context: Context, query: str, limit: int, how: str | None, json_out: bool) -> None:
    """全文检索；可只看近似、提示或计数。Search the text of all pages that you may see.

    例 example: bin/dossier search '冻结 当事人:李测试 -终本'；bin/dossier search --near 限制消废令
    """
    with context.office() as (office, actor):
        if how == "suggest":
            _tell_rows(narrowing.suggest(office, actor, query), json_out, "{kind}\t{text}\t{query}")
            return
        if how == "counts":
            _tell_counts(narrowing.counts(office, actor, query), json_out)
            return
        if how == "near":
            hits = narrowing.nearly(office, actor, query)
            total = len(hits)
        else:
            result = searching.search(office, actor, query, limit=limit)
            hits, total = result["hits"], result["total"]
    for hit in hits[:limit]:
        if json_out:
            put({key: hit[key] for key in ("case_no", "document", "type", "file", "page", "snippet", "found") if key in hit})
        else:
            met = f"  原文作“{hit['found']}”" if "found" in hit else ""
            click.echo(f"{hit['case_no']}  {hit['document'] or '未归类'}  {hit['file']} 第 {hit['page']} 页{met}\n    {hit['snippet']}")
    if not json_out:
        say(f"共 {total} 页。")


def _tell_rows(rows: Iterable[Mapping[str, Any]], json_out: bool, pattern: str) -> None:
    for row in rows:
        if json_out:
            put(row)
        else:
            click.echo(pattern.format(**row))


def _tell_counts(counted: dict[str, Any], json_out: bool) -> None:
    if json_out:
        put(counted)
        return
    for name in ("类型", "案号", "日期"):
        _tell_rows(({"name": name, **row} for row in counted[name]), json_out, "{name}\t{value}\t{count}")
    say(f"共 {counted['counted']} 页{'' if counted['whole'] else '；检索库还在更新，未计全'}。")


COMMANDS = (read, classify, search)
