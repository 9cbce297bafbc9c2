"""Measure everything, beside what others take: `python -m tests.benchmarks`; see `--help`."""

from __future__ import annotations

import argparse
import importlib.util
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks import commands, environments, pure, removing, screen
from tests.benchmarks.results import Results
from tests.benchmarks.tables import markdown
from tests.benchmarks.workplace import Workplace, can_drop_caches

POSIX = all(map(importlib.util.find_spec, ("fcntl", "pty", "resource", "termios")))
"""Whether there are terminals to be driven, and figures of what children took."""
GROUPS = ("startup", "environments", "commands", "cold", "screen", "removal", "pure")
"""The parts of the suite, in the order in which they run."""
WRITING = "writing a cache"
"""Name of the step that writes a cache for the groups after it."""
SIZES = "2000,20000,100000"
RUNS, FEWER = 5, 3
"""Numbers of runs of a job: by default, and at most if a run takes long."""
INTERRUPTED = 130
"""The exit code after Ctrl+C."""
IN_MEMORY = ("tmpfs", "ramfs")
"""File systems that have nothing to be read from a disk."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is not signal.SIG_IGN:
            signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))
    results, code = Results(), 0
    try:
        with tempfile.TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
            place = Workplace(Path(folder).resolve(), options.pip)
            results.machine.update(place.machine(), runs=options.runs)
            _measure(place, results, options)
            _say("removing the caches")
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as asked:
        code = int(asked.code or 0)
    if code:
        results.stopped = True
        _say(f"stopped ({code})")
    _write(results, options)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tests.benchmarks", description="Measure cachetui beside other programs."
    )
    parser.add_argument("--sizes", default=SIZES, type=_sizes, help=f"entries of the caches (default: {SIZES})")
    parser.add_argument("--runs", default=RUNS, type=int, help=f"how often each is run (default: {RUNS})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all raw figures there")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there, not to stdout")
    parser.add_argument("--only", action="append", choices=GROUPS, help="measure only this; may be repeated")
    parser.add_argument(
        "--cold",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether to drop the kernel's caches, where that is allowed; it slows down everything else for a while",
    )
    parser.add_argument(
        "--pip", metavar="WHEEL_OR_PYTHON", help="which pip to compare (default: the newest wheel here)"
    )
    return parser


def _sizes(words: str) -> list[int]:
    """Read sizes. Raises ValueError."""
    return sorted({int(word) for word in words.split(",")})


def _measure(place: Workplace, results: Results, options: argparse.Namespace) -> None:
    """Measure one size after the other. What goes wrong with one group is noted, and the next one begins."""
    wanted = [group for group in options.only or GROUPS if _possible(place, group, results, options)]

    def attempt(group: str, entries: int, *jobs: Callable[[], object]) -> None:
        if group not in (*wanted, WRITING):
            return
        _say(f"{group}, {entries:,} entries")
        try:
            for job in jobs:
                job()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            first, _, rest = str(error).partition("\n")
            results.notes.append(f"{group}, {entries:,} entries: {first}")
            _say(f"gave up: {first}\n{rest}")

    runs, fewer = options.runs, min(options.runs, FEWER)
    attempt(
        "startup",
        0,
        lambda: commands.measure_start(place, results, runs),
        lambda: screen.measure_empty(place, results, runs),
    )
    attempt("environments", 0, lambda: environments.measure_environments(place, results, runs))
    for entries in options.sizes if set(wanted) - {"startup", "environments"} else ():
        attempt(WRITING, entries, partial(place.cache, entries))
        attempt("commands", entries, partial(commands.measure_warm, place, results, entries, runs))
        attempt("cold", entries, partial(commands.measure_cold, place, results, entries, fewer))
        attempt("screen", entries, partial(screen.measure_screen, place, results, entries, fewer))
        attempt("removal", entries, partial(removing.measure_removal, place, results, entries, runs))
        attempt("pure", entries, partial(pure.measure_pure, place, results, entries, fewer))
        place.forget(entries)


def _possible(place: Workplace, group: str, results: Results, options: argparse.Namespace) -> bool:
    """Return whether a group can be measured here; note why not."""
    why = ""
    if group not in ("pure", "environments") and not POSIX:
        why = "this system has neither pseudo-terminals nor figures of what a child took"
    elif group == "cold" and not options.cold:
        why = "not wanted"
    elif group == "cold" and results.machine["file system"] in IN_MEMORY:
        why = "the file system lies in memory"
    elif group == "cold" and not can_drop_caches():
        why = "the kernel's caches cannot be dropped here (on Linux, root can)"
    if why:
        results.notes.append(f"{group}: {why}.")
    return not why


def _write(results: Results, options: argparse.Namespace) -> None:
    if options.json:
        options.json.write_text(results.as_json(), encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(markdown(results), encoding="utf-8")
    else:
        sys.stdout.write(markdown(results))


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    sys.exit(main())
