"""Keep a slow disk busy: where reading waits for it, several threads wait at once.

Where everything is in the system's memory already, threads would only be in each other's way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

try:
    import resource
except ImportError:  # Windows: threads are never started there

    def blocks_read() -> int:
        """Return nothing that grows."""
        return 0
else:
    WHOSE = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)

    def blocks_read() -> int:
        """Return how many blocks of 512 bytes a disk had to give to this thread (getrusage(2), `ru_inblock`)."""
        return resource.getrusage(WHOSE).ru_inblock


MANY = 64
"""Blocks from which on a job has waited for a disk: eight of its usual pages."""
THREADS = 4
"""That wait for the disk at once."""
AT_ONCE = 8 * THREADS
"""Jobs that are done by threads before it is looked anew whether the disk is still what they wait for."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def usable_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13 and newer
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(job: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield what a job makes of each item, in order; by several threads as long as a disk must be read for it."""

    def measured(item: Item) -> tuple[Result, int]:
        before = blocks_read()
        return job(item), blocks_read() - before

    waiting = iter(items)
    pool = None
    slow = False
    try:
        while some := [*islice(waiting, AT_ONCE if slow else 1)]:
            if slow and pool is None:
                from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - mostly not needed

                pool = ThreadPoolExecutor(THREADS, "cachetui-disk")
            blocks = 0
            for result, read in pool.map(measured, some) if slow and pool else map(measured, some):
                blocks += read
                yield result
            slow = blocks >= MANY * len(some)
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)
