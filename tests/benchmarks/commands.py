"""Reading a whole cache, beside other programs that walk it; and how long each command takes to start."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.benchmarks.results import Results
from tests.benchmarks.timing import Job, in_turn, memory_in_turn
from tests.benchmarks.workplace import SMALL, Workplace, drop_caches

WARM, COLD, START = "commands", "cold", "startup"
"""The groups here."""
DU, PIP = "du -s", "pip cache info"
FRESH = "cachetui list --files --json --no-memory"
AGAIN = "cachetui list --files --json, from memory"
BARE = " (its own files not read before either)"
"""Added to what was run without having been run on another cache since the caches were dropped."""
PEERS = {"ncdu -0 -o": (("ncdu",), ("-0", "-o", "/dev/null")), "gdu -np": (("gdu", "gdu-go"), ("-np",))}
"""Programs that are compared when they are installed: how they may be called, and their arguments."""
STARTS = 9
"""Least number of runs for what takes a blink."""
NOTHING_MATCHED = 3
"""The exit code of a removal whose terms match nothing."""


def measure_warm(place: Workplace, results: Results, entries: int, runs: int) -> None:
    """Read a cache with everything that can, turn by turn, the kernel's caches being full."""
    jobs = _readers(place, place.cache(entries), "home")
    for what, (names, arguments) in PEERS.items():
        found = next(filter(None, map(shutil.which, names)), None)
        if found:
            jobs[what] = Job([found, *arguments, str(place.cache(entries))], place.environ())
        else:
            _note(results, f"{what} is not installed.")
    if place.pip_name:
        info = place.pip("cache", "info", "--cache-dir", str(place.cache(entries)))
        jobs[PIP] = Job(info, place.pip_environ)
    else:
        _note(results, "There is no pip to compare with.")
    in_turn(results, WARM, entries, jobs, runs=runs, folder=place.folder)
    memory_in_turn(results, WARM, entries, jobs, place.folder)


def _readers(place: Workplace, root: Path, home: str) -> dict[str, Job]:
    """Return what a cache is read with; the last has read it before once its first run is done."""
    listing = place.cachetui("list", "--files", "--json", "--cache-dir", str(root))
    return {
        DU: Job(["du", "-s", str(root)], place.environ()),
        FRESH: Job([*listing, "--no-memory"], place.environ(home)),
        AGAIN: Job(listing, place.environ(home)),
    }


def measure_cold(place: Workplace, results: Results, entries: int, runs: int) -> None:
    """Read a cache, the kernel's caches being dropped before each single run.

    That drops the files of the program, too. So each runs twice: right away; and after it was run on a small cache
    with a memory of its own, so that what is timed is the reading of the cache.
    """
    tried = _readers(place, place.cache(SMALL), "home-of-trials")
    jobs: dict[str, Job] = {}
    for what, job in _readers(place, place.cache(entries), "home").items():
        in_turn(Results(), COLD, entries, {what: job}, runs=0, folder=place.folder)  # so that there is a memory
        trial = tried[what]

        def after_trial(trial: Job = trial) -> None:
            drop_caches()
            in_turn(Results(), COLD, SMALL, {"": trial}, runs=0, folder=place.folder)

        jobs[what] = job._replace(before=after_trial)
        jobs[f"{what}{BARE}"] = job._replace(before=drop_caches)
    in_turn(results, COLD, entries, jobs, runs=runs, folder=place.folder, warm=False)


def measure_start(place: Workplace, results: Results, runs: int) -> None:
    """Run each command on an empty cache."""
    environ, root = place.environ("home-of-starts"), ("--cache-dir", str(place.empty))
    jobs = {
        "python -c pass": Job([sys.executable, "-c", "pass"], environ),
        "cachetui --version": Job(place.cachetui("--version"), environ),
        "cachetui --help": Job(place.cachetui("--help"), environ),
        "cachetui list": Job(place.cachetui("list", *root), environ),
        "cachetui list --json": Job(place.cachetui("list", "--json", *root), environ),
        "cachetui info": Job(place.cachetui("info", *root), environ),
        "cachetui dir": Job(place.cachetui("dir", *root), environ),
        "cachetui remove x -n": Job(place.cachetui("remove", "x", "-n", *root), environ, codes=(NOTHING_MATCHED,)),
        "cachetui purge -n": Job(place.cachetui("purge", "-n", *root), environ),
    }
    in_turn(results, START, 0, jobs, runs=max(STARTS, runs), folder=place.folder)
    memory_in_turn(results, START, 0, jobs, place.folder)


def _note(results: Results, sentence: str) -> None:
    if sentence not in results.notes:
        results.notes.append(sentence)
