"""Log how long blocks of code take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging import Logger


@contextmanager
def step(log: Logger, name: str) -> Iterator[None]:
    """Log how long a block takes, in seconds, even if it fails; `name` is a clause such as "read the cache"."""
    began = time.perf_counter()
    try:
        yield
    except BaseException as error:
        log.debug("%s: failed after %.3f s: %s", name, time.perf_counter() - began, type(error).__name__)
        raise
    log.debug("%s: %.3f s", name, time.perf_counter() - began)
