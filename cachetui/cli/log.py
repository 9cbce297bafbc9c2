"""The log of --verbose and --debug, on stderr: what was decided and, with --debug, how long each step took."""

from __future__ import annotations

import logging
import time

from cachetui.cli.console import log_line
from cachetui.text.redact import redact_input
from cachetui.text.styled import styled


class Log(logging.Handler):
    """Handler that prints log messages on stderr, with credentials in addresses masked.

    With `steps`, it also prints debug messages, and begins each line with the time since the handler was created.
    """

    def __init__(self, *, steps: bool) -> None:
        super().__init__(logging.DEBUG if steps else logging.INFO)
        self._began = time.monotonic() if steps else None

    def emit(self, record: logging.LogRecord) -> None:
        """Print a message."""
        words = redact_input(record.getMessage())
        when = "" if self._began is None else f"{time.monotonic() - self._began:8.3f} s  "
        log_line(styled(("hint", f"{when}{words}")))


def start_log(*, steps: bool) -> None:
    """Print cachetui's log messages from this point on; with `steps`, also each step with its duration."""
    stop_log()
    handler, logger = Log(steps=steps), logging.getLogger("cachetui")
    logger.addHandler(handler)
    logger.setLevel(handler.level)


def stop_log() -> None:
    """Stop printing log messages."""
    logger = logging.getLogger("cachetui")
    for handler in [handler for handler in logger.handlers if isinstance(handler, Log)]:
        logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
