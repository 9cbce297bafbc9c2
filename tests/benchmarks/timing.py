"""Run a program and measure its time and memory; POSIX only."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.benchmarks.results import CPU, RESIDENT, SECONDS, Results

if sys.platform != "win32":
    import resource

RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of `ru_maxrss`."""
SAMPLE_SECONDS = 0.004
"""Seconds between two samples of a program's memory."""
LOOK_SECONDS = 0.0005
"""Seconds between two checks whether a sampled program has ended; a longer time would miss short programs."""


ATTEMPTS, FEW_BLOCKS = 6, 64
"""Most runs to try, and the most blocks from a disk for a run that counts as warm."""


class Job(NamedTuple):
    """A program to run."""

    command: Sequence[str]
    """The program and its arguments."""
    environ: Mapping[str, str]
    """Its variables."""
    before: Callable[[], None] = lambda: None
    """Called before each run, while the clock is stopped."""
    codes: tuple[int, ...] = (0,)
    """Exit codes that count as success."""


class Taken(NamedTuple):
    """Cost of a run."""

    seconds: float
    """Elapsed time."""
    cpu: float
    """Processor time, user and system, in seconds; its children included."""
    resident: int
    """The largest resident set of one of its processes, in bytes; never less than that of the measuring program."""
    blocks: int
    """Blocks of 512 bytes that a disk had to give (getrusage(2), `ru_inblock`)."""


def own_resident() -> int:
    """Return the largest resident set of this program so far, in bytes: a child's figure begins with it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT


@contextmanager
def started(job: Job, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program; at the end, stop all of its processes. Raises RuntimeError if it failed by itself."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            job.command,
            env=job.environ,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            if process.returncode is None:
                process.wait()
        if process.returncode not in job.codes:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise RuntimeError(f"{' '.join(job.command[:4])} … ended with {process.returncode}: {last}")


def run(job: Job, folder: Path) -> Taken:
    """Run a program in a folder, and return what it took."""
    job.before()
    start = time.perf_counter()
    with started(job, folder) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT, usage.ru_inblock)


def warm_run(job: Job, folder: Path) -> Taken:
    """Run a program until a run needed no disk: the kernel's caches may lose files while others are measured.

    Returns that run, or after some attempts the one that had to read the least.
    """
    least = run(job, folder)
    for _ in range(ATTEMPTS - 1):
        if least.blocks <= FEW_BLOCKS:
            break
        least = min(least, run(job, folder), key=lambda taken: taken.blocks)
    return least


def memory(job: Job, folder: Path) -> int:
    """Run a program, and return its largest resident set in bytes.

    The kernel's figure counts if it is above this program's own, with which a child's begins; else the largest sample
    counts. Sampling takes processor time, so nothing else is measured here.
    """
    most = 0
    usage = None
    with started(job, folder) as process:
        sampled = psutil.Process(process.pid)
        due = 0.0
        while usage is None:
            ended, status, usage_now = os.wait4(process.pid, os.WNOHANG)
            if ended:
                usage = usage_now
                process.returncode = os.waitstatus_to_exitcode(status)
            elif time.perf_counter() >= due:
                with contextlib.suppress(psutil.Error):
                    most = max(most, sampled.memory_info().rss)
                due = time.perf_counter() + SAMPLE_SECONDS
            else:
                time.sleep(LOOK_SECONDS)
    kept = usage.ru_maxrss * RSS_UNIT
    return max(most, kept) if kept > own_resident() else most


def in_turn(
    results: Results, group: str, entries: int, jobs: Mapping[str, Job], *, runs: int, folder: Path, warm: bool = True
) -> None:
    """Measure jobs turn by turn; with `warm`, runs that need no disk, after a first turn that does not count."""
    for generation in range(-1 if warm else 0, runs):
        for what, job in jobs.items():
            taken = (warm_run if warm else run)(job, folder)
            if generation >= 0:
                results.add(group, entries, what, SECONDS, taken.seconds)
                results.add(group, entries, what, CPU, taken.cpu)


def memory_in_turn(results: Results, group: str, entries: int, jobs: Mapping[str, Job], folder: Path) -> None:
    """Measure the memory of each job, in a run of its own."""
    for what, job in jobs.items():
        results.add(group, entries, what, RESIDENT, memory(job, folder))
