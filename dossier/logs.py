"""The log: events of this process come in, JSON lines on stderr go out, so that stdout stays data."""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    """JSON lines with level and UTC time, on stderr; called once by each door."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
