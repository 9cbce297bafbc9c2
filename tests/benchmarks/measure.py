"""Measure against `du -s` on a generated cache, in one run: `python -m tests.benchmarks.measure [N]`; POSIX only.

Figures are medians; machines are noisy, so look at the ratios.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks.generate import generate

RUNS = 5
"""Times that each is measured, in turn."""
LIMIT = 60.0
"""Seconds after which a screen is given up."""
NAMED_ROW = re.compile(rb"\[ \] \x1b\[0m\x1b\[[0-9;]*m[a-z]")
"""A row with a project's name, as it is drawn."""
COMPLETE = re.compile(rb"  [\d,]+ projects\x1b\[0m")
"""What stands at the right of the filter once all is named."""


def main() -> None:
    """Generate a cache of so many entries, and print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "pip")
        generate(count, root)
        home = Path(folder, "home")
        environ = {**os.environ, "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        listing = [sys.executable, "-m", "cachetui", "list", "--files", "--json", "--cache-dir", str(root)]
        subprocess.run(listing, env=environ, check=True, stdout=subprocess.DEVNULL)
        rows = measure(
            {
                "du -s": lambda: run(["du", "-s", str(root)], environ),
                "list --files --json, nothing remembered": lambda: run([*listing, "--no-memory"], environ),
                "list --files --json, from memory": lambda: run(listing, environ),
                "screen: first named row": lambda: first(root, environ, NAMED_ROW),
                "screen: complete": lambda: first(root, environ, COMPLETE),
            }
        )
    base = rows["du -s"]
    print(f"{count:,} entries, medians of {RUNS}")  # noqa: T201 - it is what this program is for
    for name, seconds in rows.items():
        print(f"{name:<42}{seconds:>7.2f} s {seconds / base:>6.1f} x")  # noqa: T201


def measure(jobs: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median seconds of each job, all done in turn after a first time that does not count."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(RUNS + 1):
        for name, job in jobs.items():
            seconds = job()
            if turn:
                taken[name].append(seconds)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def run(command: list[str], environ: Mapping[str, str]) -> float:
    """Return how many seconds a command takes."""
    start = time.perf_counter()
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def first(root: Path, environ: Mapping[str, str], sign: re.Pattern[bytes]) -> float:
    """Open the browser in a terminal, and return after how many seconds something is on its screen."""
    command = [sys.executable, "-m", "cachetui", "--no-memory", "--cache-dir", str(root)]
    start = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, {**environ, "COLUMNS": "120", "LINES": "36"})
    seen = b""
    try:
        while not sign.search(seen):
            if time.perf_counter() - start > LIMIT:
                raise TimeoutError(f"not seen: {sign.pattern!r}")
            if select.select([terminal], [], [], 1)[0]:
                seen += os.read(terminal, 1 << 16)
        return time.perf_counter() - start
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


if __name__ == "__main__":
    main()
