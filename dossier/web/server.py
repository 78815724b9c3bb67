"""Serving: settings, an address and whether to work come in; gunicorn with one process of threads, and a worker beside it, run."""

from __future__ import annotations

from dossier.settings import Settings


def serve_forever(settings: Settings, *, host: str, port: int, worker: bool) -> None:
    """Serves until stopped; the worker is a child process of its own, started again when it dies."""
    raise SystemExit(f"{settings.home} {host} {port} {worker}")
