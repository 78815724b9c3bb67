"""Commands that serve: the web server with its worker, and the demo; what they need is imported only when they run."""

from __future__ import annotations

import click

from dossier.cli.common import Context, read_settings


@click.command()
@click.option("--port", default=8000, show_default=True, help="端口。Port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址。Address to listen on.")
@click.option("--no-worker", is_flag=True, help="不同时启动后台处理。Without the background worker.")
@click.pass_obj
def serve(context: Context, port: int, host: str, no_worker: bool) -> None:
    """启动网页服务（连同后台处理）。Serve the pages, with a background worker.

    例 example: bin/dossier serve --port 8000
    """
    from dossier.web.server import serve_forever

    with context.office():
        pass
    serve_forever(read_settings(), host=host, port=port, worker=not no_worker)


@click.command()
@click.option("--no-serve", is_flag=True, help="演示后不启动网页。Do not serve afterwards.")
@click.option("--port", default=8000, show_default=True, help="端口。Port.")
def demo(no_serve: bool, port: int) -> None:
    """用虚构材料演示一遍：移送、识别、签收、退回、核查、导出。The whole way, on made-up scans.

    例 example: bin/dossier demo --no-serve
    """
    from dossier.cli.demonstration import run_demo

    settings = run_demo(read_settings())
    if not no_serve:
        from dossier.web.server import serve_forever

        serve_forever(settings, host="127.0.0.1", port=port, worker=True)


COMMANDS = (serve, demo)
