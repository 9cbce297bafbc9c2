"""Real pips at work in one cache, with and without cachetui beside them: `python -m tests.real_pip.race MINUTES`."""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.pips import NAMED_BY, WHEELHOUSE, unpacked
from tests.real_pip.collection import sdist, wheel
from tests.real_pip.index import serve

RELEASES = (
    *[sdist(f"built{number}", version) for number in range(3) for version in ("1.0", "1.1")],
    *[wheel(f"plain{number}", "1.0") for number in range(3)],
)
OURS = (
    ("list", "--files"),
    ("remove", "--yes", "--json", "built0"),
    ("prune", "--yes", "--json", "--built", "--older-than", "0d"),
    ("verify",),
    ("purge", "--yes", "--json"),
)
"""Commands that cachetui runs meanwhile, again and again."""
SECONDS = 120
"""Timeout of one run in seconds."""


class Raced(NamedTuple):
    """The result of a race."""

    runs: int
    """Runs of pips."""
    failures: tuple[str, ...]
    """Output of the pips that failed."""
    ours: int
    """Runs of cachetui."""
    removals: int
    """Runs of cachetui that removed something, or that ended well with nothing to remove."""
    mistakes: tuple[str, ...]
    """Output of cachetui if it failed by its own fault."""


def race(versions: Iterable[str], folder: Path, *, beside: bool, runs: int = 0, seconds: float = 0) -> Raced:
    """Make each pip install, download and build in one cache, `runs` times or for some seconds.

    `beside` says whether cachetui lists, removes, prunes and purges there meanwhile.
    """
    cache, ended = folder / "cache", threading.Event()
    failures: list[str] = []
    mistakes: list[str] = []
    done = {"pip": 0, "ours": 0, "removals": 0}
    environ = {name: os.environ[name] for name in ("PATH", "TMPDIR", "PYTHONPATH") if name in os.environ}
    environ |= {"HOME": str(folder / "home"), "PIP_CONFIG_FILE": os.devnull, "PYTHONWARNINGS": "ignore"}
    (folder / "home").mkdir(parents=True)
    deadline = time.monotonic() + seconds

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            capture_output=True,
            text=True,
            env=environ,
            cwd=folder,
            timeout=SECONDS,
            check=False,
        )

    with serve(RELEASES) as index:

        def work(version: str, number: int) -> None:
            chance, times = random.Random(number), 0
            where = ["--index-url", f"{index.url}/simple", "--trusted-host", index.host, "--cache-dir", str(cache)]
            while times < runs if runs else time.monotonic() < deadline:
                times += 1
                names = chance.sample([*{release.project for release in RELEASES}], 3)
                target = str(folder / f"target-{number}-{times}")
                how = chance.choice((("install", "--target", target), ("wheel", "-w", target)))
                found = command(
                    str(unpacked(version) / "pip"),
                    "--disable-pip-version-check",
                    *how,
                    "--no-deps",
                    *where,
                    *sorted(names),
                )
                done["pip"] += 1
                if found.returncode:
                    failures.append(f"pip {version} {' '.join(how[:1])} {found.stdout[-1_000:]}{found.stderr[-2_000:]}")

        def meddle(number: int) -> None:
            chance = random.Random(number)
            while not ended.is_set():
                words = chance.choice(OURS)
                found = command("-m", "cachetui", *words, "--cache-dir", str(cache))
                done["ours"] += 1
                if "--json" in words and found.stdout and (not found.returncode or json.loads(found.stdout)["removed"]):
                    done["removals"] += 1
                if "Traceback" in found.stderr or "bug in cachetui" in found.stderr or found.returncode < 0:
                    mistakes.append(found.stderr[-2_000:])

        pips = [threading.Thread(target=work, args=(version, number)) for number, version in enumerate(versions)]
        others = [threading.Thread(target=meddle, args=(number,)) for number in range(2 if beside else 0)]
        for thread in (*pips, *others):
            thread.start()
        for thread in pips:
            thread.join()
        ended.set()
        for thread in others:
            thread.join()
    return Raced(done["pip"], tuple(failures), done["ours"], done["removals"], tuple(mistakes))


def main() -> int:
    """Race for some minutes, a quarter of them without cachetui; return the exit code."""
    parser = argparse.ArgumentParser(description="Let real pips work in a cache from which cachetui removes.")
    parser.add_argument("minutes", type=float)
    minutes = parser.parse_args().minutes
    versions = sorted(path.name.split("-")[1] for path in WHEELHOUSE.glob("pip-*.whl"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ[NAMED_BY] = folder
        alone = race(versions, Path(folder, "alone"), beside=False, seconds=minutes * 15)
        beside = race(versions, Path(folder, "beside"), beside=True, seconds=minutes * 45)
    for name, raced in (("alone", alone), ("beside cachetui", beside)):
        sys.stdout.write(f"{name}: {len(raced.failures)} of {raced.runs} runs of pips failed; {raced.ours} of ours\n")
        for failure in (*raced.failures, *raced.mistakes):
            sys.stdout.write(f"{failure}\n---\n")
    return bool(alone.failures or beside.failures or beside.mistakes)


if __name__ == "__main__":
    sys.exit(main())
