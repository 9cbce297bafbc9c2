"""Removing a whole cache, beside `rm -rf`; POSIX only."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.results import CPU, FILES, SECONDS, Results
from tests.benchmarks.timing import Job, run
from tests.benchmarks.workplace import Workplace

GROUP = "removal"
RM = "rm -rf"
PLANNED, CARRIED_OUT = "plan_removal", "execute"
IN_PROCESS = "plan_removal and execute"
WHOLE = "cachetui purge --yes"
LEFT = " leaves"
"""Suffix of an operation's name for the number of files left behind."""
ANSWER_SECONDS = 600.0
"""Timeout of a removal in seconds."""


LARGE = 50_000
"""Entries from which fewer runs are enough: the time for one copy averages out other work of the disk."""
LARGE_RUNS = 3
"""Most runs for such a cache."""


def measure_removal(place: Workplace, results: Results, entries: int, runs: int) -> None:
    """Remove copies of a cache in three ways, turn by turn, each turn beginning with another.

    All copies are written out to the disk and have just been walked when the clock starts, for what is to be removed
    in process was scanned before, and the command scans it itself.
    """
    ways = (RM, IN_PROCESS, WHOLE)
    for generation in range(min(runs, LARGE_RUNS) if entries >= LARGE else runs):
        for way in ways[generation % 3 :] + ways[: generation % 3]:
            copy = place.folder / "copy"
            try:
                subprocess.run(["cp", "-a", str(place.cache(entries)), str(copy)], check=True)
                os.sync()
                run(Job(["du", "-s", str(copy)], place.environ()), place.folder)
                _remove(place, results, entries, way, copy)
                results.add(GROUP, entries, f"{way}{LEFT}", FILES, sum(len(files) for _, _, files in os.walk(copy)))
            finally:
                shutil.rmtree(copy, ignore_errors=True)


def _remove(place: Workplace, results: Results, entries: int, way: str, copy: Path) -> None:
    if way == IN_PROCESS:
        took = _in_process(place, copy)
        results.add(GROUP, entries, PLANNED, SECONDS, took["planned"])
        results.add(GROUP, entries, CARRIED_OUT, SECONDS, took["carried out"])
        results.add(GROUP, entries, way, SECONDS, took["planned"] + took["carried out"])
        results.add(GROUP, entries, way, CPU, took["cpu"])
        return
    command = ["rm", "-rf", str(copy)]
    if way == WHOLE:
        command = place.cachetui("purge", "--yes", "--no-memory", "--cache-dir", str(copy))
    taken = run(Job(command, place.environ("home-of-removals")), place.folder)
    results.add(GROUP, entries, way, SECONDS, taken.seconds)
    results.add(GROUP, entries, way, CPU, taken.cpu)


def _in_process(place: Workplace, copy: Path) -> dict[str, float]:
    """Scan a copy, plan and remove in a separate process; return the times that it reports."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.removing", str(copy)],
        env=place.environ("home-of-removals"),
        cwd=place.folder,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=ANSWER_SECONDS)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        raise RuntimeError(f"the removal in process ended with {process.returncode}")
    took: dict[str, float] = json.loads(said)
    return took


def main() -> None:
    """Scan the cache that the command line names; then plan its removal and carry it out, against the clock."""
    from cachetui.cli.cache import uncollected  # noqa: PLC0415 - this is another process
    from cachetui.pip.scan.scanner import scan  # noqa: PLC0415
    from cachetui.removal.execute import execute  # noqa: PLC0415
    from cachetui.removal.plan import plan_removal  # noqa: PLC0415

    with uncollected():  # as the command does
        inventory = scan(Path(sys.argv[1]))
        start, cpu = time.perf_counter(), time.process_time()
        plan = plan_removal(inventory, inventory.entries, now_ns=time.time_ns(), named=True, purge=True)
        planned = time.perf_counter()
        outcome = execute(plan)
        done = time.perf_counter()
    if outcome.failed or outcome.stopped:
        sys.exit(f"{outcome.failed} could not be removed")
    took = {"planned": planned - start, "carried out": done - planned, "cpu": time.process_time() - cpu}
    sys.stdout.write(json.dumps(took))


if __name__ == "__main__":
    main()
