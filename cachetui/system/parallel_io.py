"""Run jobs in several threads while they wait for a slow disk.

If the system already has all data in memory, threads would only cost time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

try:
    import resource
except ImportError:  # on Windows, threads are never started

    def blocks_read() -> int:
        """Return 0, because the system does not count blocks."""
        return 0
else:
    WHOSE = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)

    def blocks_read() -> int:
        """Return how many blocks of 512 bytes were read from a disk (getrusage(2), `ru_inblock`).

        They are those of this thread, or of this process if the system does not count them by thread.
        """
        return resource.getrusage(WHOSE).ru_inblock


MANY = 64
"""Minimum average number of blocks per job at which a disk is taken as slow; 64 blocks are eight pages of memory."""
THREADS = 4
"""Number of threads that wait for the disk at once."""
AT_ONCE = 8 * THREADS
"""Maximum number of jobs that the threads run before the speed of the disk is measured again."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def usable_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13 and newer
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parallel_map(job: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the result of a job for each item, in order; use several threads while the disk is slow."""

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
