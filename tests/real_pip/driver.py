"""Run real pips, with a cache and a home of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.loaded_pips import CAN_FORK, SECONDS, LoadedPips
from tests.pips import unpacked
from tests.real_pip.index import Index

RUN = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module('pip', run_name='__main__')"
"""Runs the pip in a folder. Not `python FOLDER/pip`: tests beside these would find that a pip is running here."""


class Pip:
    """One version of pip."""

    def __init__(self, version: str, folder: Path, pips: LoadedPips) -> None:
        self.version = version
        self._pips = pips
        self._folder = folder
        self._code = unpacked(version)
        folder.mkdir(exist_ok=True)

    def run(self, cache: Path, *arguments: str) -> str:
        """Run pip on a cache; return what it prints."""
        done = self.attempt(cache, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def attempt(self, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pip on a cache, whatever comes of it."""
        home = self._folder / "home"
        home.mkdir(exist_ok=True)
        kept = {
            name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR") if name in os.environ
        }
        mine = {"HOME": str(home), "USERPROFILE": str(home), "PIP_CONFIG_FILE": os.devnull, "PYTHONWARNINGS": "ignore"}
        words = ["--cache-dir", str(cache), "--disable-pip-version-check", *arguments]
        if CAN_FORK:
            return self._pips.get(sys.executable, "pip", self._code, environ=kept | mine).run(words, kept | mine, home)
        return subprocess.run(
            [sys.executable, "-c", RUN, self._code, *words],
            env=kept | mine,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def install(self, cache: Path, index: Index, *requirements: str) -> str:
        """Install into a new folder from the index; return what pip prints."""
        target = self._folder / f"target-{len(list(self._folder.iterdir()))}"
        where = ("--index-url", f"{index.url}/simple", "--trusted-host", index.host)
        more = ("--extra-index-url", f"{index.url}/plain", "--extra-index-url", f"{index.url}/moved")
        return self.run(cache, "install", "--target", str(target), *where, *more, *requirements)
