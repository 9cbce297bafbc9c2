"""A made-up cache to explore, written in pip's own formats."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cachetui.demo.contents import write_contents
from cachetui.demo.target import DemoTarget
from cachetui.demo.writer import CacheWriter

ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGCONT") if hasattr(signal, name)]
"""Signals by which a program is asked to end, and one that comes with them from a terminal that vanishes."""


@contextmanager
def demo_cache(now_ns: int | None = None, target: DemoTarget | None = None) -> Iterator[Path]:
    """Write a made-up cache into a temporary folder, yield its root, and remove the folder afterwards.

    The wheels are for `target`, by default for the running Python. Apart from that, names, sizes and bytes
    are always the same. Times are relative to `now_ns`, in nanoseconds since the epoch, by default the
    current time.
    """
    folder = TemporaryDirectory(prefix="cachetui-demo-", ignore_cleanup_errors=True)
    try:
        root = Path(folder.name, "pip")
        write_contents(CacheWriter(root), time.time_ns() if now_ns is None else now_ns, target or DemoTarget.running())
        yield root
    finally:
        with _undisturbed():
            folder.cleanup()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore signals that end the program during the work. Does nothing outside the main thread."""
    numbers = ENDINGS if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
