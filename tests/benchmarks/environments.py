"""Measure how long it takes to read the environments on a machine, at first and from memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.benchmarks.results import SECONDS, Results
from tests.benchmarks.workplace import Workplace

GROUP = "environments"
FIRST, AGAIN = "nothing remembered", "from memory"
NUMBER, PROJECTS = 100, 50
"""Number of environments, and of the projects that each has installed."""
LONG_AGO = 1_700_000_000
"""Modification time of each folder, in seconds since the epoch: recent changes are not remembered."""


def lay_out(folder: Path) -> list[str]:
    """Make environments with the files of installed projects, and return their prefixes."""
    prefixes = [folder / f"project{number}" / ".venv" for number in range(NUMBER)]
    for number, prefix in enumerate(prefixes):
        packages = prefix / "lib" / "python3.11" / "site-packages"
        for project in range(PROJECTS):
            name = f"project_{project}"
            (packages / name).mkdir(parents=True)
            metadata = packages / f"{name}-{number % 7}.{project}.0.dist-info"
            metadata.mkdir()
            (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}.{project}.0\n")
        (prefix / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
        os.utime(packages, (LONG_AGO, LONG_AGO))
    return [str(prefix) for prefix in prefixes]


def measure_environments(place: Workplace, results: Results, runs: int) -> None:
    """Measure the reading of environments, without a search for Pythons on the whole machine."""
    from cachetui.environments.reading import find_environments  # noqa: PLC0415 - after the folder is made
    from cachetui.environments.store import SiteMemory  # noqa: PLC0415 - as above

    named = lay_out(place.folder / "environments")
    memory = place.folder / "environments.json"
    environ = {"HOME": str(place.folder / "environments" / "home"), "PATH": ""}
    for _ in range(runs):
        memory.unlink(missing_ok=True)
        for what in (FIRST, AGAIN):
            started = time.perf_counter()
            found = find_environments(environ, SiteMemory(memory), named=named, machine=False)
            took = time.perf_counter() - started
            results.add(GROUP, NUMBER, what, SECONDS, took)
            assert len([one for one in found if len(one.installed) == PROJECTS]) == NUMBER
