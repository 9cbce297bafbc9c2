"""Keep a slow disk busy: several threads wait for it at once.

Where everything is in the system's memory already, threads would only cost time.
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
        """Return 0."""
        return 0
else:
    WHOSE = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)

    def blocks_read() -> int:
        """Return how many blocks of 512 bytes this thread read from a disk (getrusage(2), `ru_inblock`)."""
        return resource.getrusage(WHOSE).ru_inblock


MANY = 64
"""Blocks that a job must read to count as having waited for a disk: eight pages."""
THREADS = 4
"""Number of threads that wait for the disk at once."""
AT_ONCE = 8 * THREADS
"""Jobs run by threads before the speed of the disk is judged anew."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def usable_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13 and newer
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parallel_map(job: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield a job's result for each item, in order; run it in several threads while the disk is slow."""

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
