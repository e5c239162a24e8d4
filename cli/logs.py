"""How the processes of an instance write what they do: one line an event, to standard error."""

import logging
import os
import sys

import structlog

QUIET = ("httpx", "httpcore", "uvicorn.access", "uvicorn.error", "alembic", "watchfiles")
"""Libraries that tell more than an operator wants to read."""


def configure() -> None:
    """Send our logs and those of libraries to standard error; MUFAKAT_LOG=debug tells more."""
    level = logging.DEBUG if os.environ.get("MUFAKAT_LOG", "").lower() == "debug" else logging.INFO
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper("iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *processors,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "event"], bool_as_flag=False
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=level,
        stream=sys.stderr,
        format="timestamp=%(asctime)s level=%(levelname)s %(name)s: %(message)s",
    )
    if level > logging.DEBUG:
        for name in QUIET:
            logging.getLogger(name).setLevel(logging.WARNING)
