"""A made-up cache to look around in, written in pip's own formats."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cachetui.demo.contents import write_contents
from cachetui.demo.writer import CacheWriter


@contextmanager
def demo_cache(now_ns: int | None = None) -> Iterator[Path]:
    """Write a made-up cache into a temporary folder and yield its root; remove it afterwards, whatever happened.

    Names, sizes and bytes are always the same; times are relative to `now_ns`, in nanoseconds since the epoch, by
    default this moment.
    """
    with TemporaryDirectory(prefix="cachetui-demo-", ignore_cleanup_errors=True) as folder:
        root = Path(folder, "pip")
        write_contents(CacheWriter(root), time.time_ns() if now_ns is None else now_ns)
        yield root
