"""What gunicorn is told of: when its socket is open and the pages are loaded, a line with the address goes to the log, not before."""

from __future__ import annotations

import structlog
from gunicorn.arbiter import Arbiter


def when_ready(server: Arbiter) -> None:
    """A hook of gunicorn's, found by its name: from here on no visitor is turned away."""
    for listener in server.LISTENERS:
        structlog.get_logger().info("serving", url=f"{listener}/")
