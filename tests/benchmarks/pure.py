"""Measure the work of the screens and of a removal that needs no files, as a cache grows.

Run as `python -m tests.benchmarks.pure FOLDER`. It runs in a separate process and writes a JSON object:
seconds of each run, by operation.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.results import SECONDS, Results
from tests.benchmarks.workplace import Workplace

if TYPE_CHECKING:
    from cachetui.browsing.rows import By
    from cachetui.removal.plan import Plan

GROUP = "pure"
LIMIT = 600.0
"""Timeout in seconds."""


def measure_pure(place: Workplace, results: Results, entries: int, runs: int) -> None:
    """Measure all of it on a cache."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.pure", str(place.cache(entries)), str(runs)],
        env=place.environ(),
        cwd=place.folder,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=LIMIT)
    finally:
        if process.returncode is None:
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        raise RuntimeError(f"what needs no file ended with {process.returncode}")
    for what, seconds in json.loads(said).items():
        results.add(GROUP, entries, what, SECONDS, *seconds)


def measure(root: Path, runs: int) -> dict[str, list[float]]:
    """Scan a cache, and return the seconds of each run of everything that is computed of it."""
    from cachetui.browsing.catalog import Catalog  # noqa: PLC0415
    from cachetui.browsing.model import BrowserModel  # noqa: PLC0415
    from cachetui.pip.scan.scanner import scan  # noqa: PLC0415 - this is another process
    from cachetui.removal.plan import plan_removal  # noqa: PLC0415
    from cachetui.report.removal_list import bill  # noqa: PLC0415

    inventory = scan(root)
    gc.collect()
    gc.freeze()  # as the browser does
    taken: dict[str, list[float]] = {}

    def listed() -> BrowserModel:
        """Return a listing of its own, made ready as the browser does before it shows it."""
        catalog = Catalog.of(inventory)
        for _, group in catalog.groups:
            group.compute_totals()
        return BrowserModel(catalog)

    def note(what: str, job: Callable[[BrowserModel], object], *before: Callable[[BrowserModel], object]) -> None:
        """Measure the first time of a job, up to all that a frame shows after it; each run has another listing."""
        for _ in range(runs):
            listing = listed()
            shown(listing)
            for step in before:
                step(listing)
                shown(listing)
            start = time.perf_counter()
            job(listing)
            shown(listing)
            taken.setdefault(what, []).append(time.perf_counter() - start)

    def shown(listing: BrowserModel) -> tuple[object, ...]:
        return listing.rows(), listing.mark_totals, listing.shown_projects, listing.scale()

    def typed(words: str) -> Callable[[BrowserModel], object]:
        return lambda listing: listing.filter(words)

    def sorted_by(by: By) -> Callable[[BrowserModel], object]:
        return lambda listing: setattr(listing, "order", listing.order.sorted_by(by))

    def marked_half(listing: BrowserModel) -> None:
        listing.marks.add(inventory.entries[::2], listing.catalog)

    def open_all(listing: BrowserModel) -> None:
        places = [listing.catalog.place(entry) for entry in inventory.entries]
        listing.expanded.update(places, [place.group_key for place in places])

    def signs(listing: BrowserModel) -> None:
        for row in listing.rows():
            listing.sign(row)

    def planned(step: int) -> Plan:
        return plan_removal(inventory, inventory.entries[::step], now_ns=time.time_ns(), named=True)

    everything = planned(1).entries
    note("put everything in its place", lambda _: listed())
    note("take up another reading", lambda listing: listing.adopt(Catalog.of(inventory)))
    note(
        "take up another reading, all marked",
        lambda listing: listing.adopt(Catalog.of(inventory)),
        BrowserModel.mark_all,
    )
    note("sort by count", sorted_by("count"))
    note("sort by age", sorted_by("age"))
    note("sort by age, all open", sorted_by("age"), open_all)
    note("filter: a letter", typed("m"))
    note("filter: a letter more", typed("man"), typed("m"), typed("ma"))
    note("filter: a letter less", typed("man"), typed("many"))
    note("filter: a letter, all marked", typed("m"), BrowserModel.mark_all)
    note("mark all", BrowserModel.mark_all)
    note("unmark all", lambda listing: listing.marks.clear(), BrowserModel.mark_all)
    note("unmark all, row by row", lambda listing: listing.toggle(listing.rows()), BrowserModel.mark_all)
    note("invert marks", BrowserModel.invert, marked_half)
    note("open everything", open_all)
    note("signs of all rows, half marked", signs, marked_half, open_all)
    note("plan to remove everything", lambda _: planned(1))
    note("plan to remove every other entry", lambda _: planned(2))
    note("list of what would go", lambda _: list(bill(everything)))
    return taken


def main() -> None:
    """Measure the cache that the command line names, as many times as it says."""
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    main()
