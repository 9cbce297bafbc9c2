"""A made-up cache to explore, written in pip's own formats."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from cachetui.demo.contents import SMALL, TRUE, write_contents
from cachetui.demo.target import DemoTarget
from cachetui.demo.writer import CacheWriter

LARGEST = 3_000_000_000
"""Length in bytes that no file of the demo reaches."""
MOST_BLOCKS = 1_000
"""A file system supports holes if a file of `LARGEST` bytes, all of them a hole, takes up fewer blocks than this."""
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK", "SIGCONT")
ENDINGS = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
"""Signals that ask a program to end, and SIGCONT, which is also sent when a terminal vanishes."""


@contextmanager
def demo_cache(
    now_ns: int | None = None, target: DemoTarget | None = None, *, true_sizes: bool = False
) -> Iterator[Path]:
    """Write a made-up cache into a temporary folder, yield its root, and remove the folder afterwards.

    The wheels are for `target`, by default for the running Python. Names, sizes and bytes are always the same, except
    for the wheels' tags and for times. Times are relative to `now_ns`, in nanoseconds since the epoch, by default the
    current time. With `true_sizes`, files are about as long as those of the real projects, 11 GB in all; they take up
    little disk space, because they are mostly holes. If the file system does not support holes, files stay small.
    """
    folder = TemporaryDirectory(prefix="cachetui-demo-", ignore_cleanup_errors=True)
    try:
        root = Path(folder.name, "pip")
        scale = TRUE if true_sizes and _makes_holes(Path(folder.name)) else SMALL
        now_ns = time.time_ns() if now_ns is None else now_ns
        write_contents(CacheWriter(root), now_ns, target or DemoTarget.running(), scale)
        yield root
    finally:
        with _undisturbed():
            folder.cleanup()


def _makes_holes(folder: Path) -> bool:
    """Return whether a hole of `LARGEST` bytes would take up almost no disk space in a folder."""
    if not hasattr(os.stat_result, "st_blocks"):  # the system does not say how much space a file takes up
        return False
    try:
        with TemporaryFile(dir=folder, buffering=0) as file:
            file.seek(LARGEST - 1)
            file.write(b"\0")
            return os.fstat(file.fileno()).st_blocks < MOST_BLOCKS
    except OSError:  # a limit on the length of files
        return False


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore the signals in `ENDINGS` during a block. Does nothing outside the main thread."""
    numbers = ENDINGS if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
