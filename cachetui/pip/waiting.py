"""Keep a slow disk busy: where reading waits for it, several threads wait at once.

Where everything is in the system's memory already, threads would only be in each other's way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

try:
    from resource import RUSAGE_SELF, getrusage
except ImportError:  # Windows: threads are never started there

    def blocks_read() -> int:
        """Return nothing that grows."""
        return 0
else:

    def blocks_read() -> int:
        """Return how many blocks of 512 bytes this process had to be given by a disk (getrusage(2), `ru_inblock`)."""
        return getrusage(RUSAGE_SELF).ru_inblock


THREADS = 4
"""That wait for the disk at once, in each process."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(job: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield what a job makes of each item, in order; once the disk was read for one, by several threads."""
    waiting = iter(items)
    for item in waiting:
        before = blocks_read()
        result = job(item)
        slow = blocks_read() > before
        yield result
        if slow:
            break
    else:
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - mostly not needed

    pool = ThreadPoolExecutor(THREADS, "cachetui-disk")
    try:
        yield from pool.map(job, waiting)
    finally:
        pool.shutdown(cancel_futures=True)
