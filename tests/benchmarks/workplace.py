"""A folder of its own for everything that is measured: caches, homes, and the programs that look at them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).parents[2]
"""The repository of cachetui and its tests."""
WHEELHOUSE = REPOSITORY / "tests" / "wheelhouse"
SMALL = 400
"""Entries of the cache that programs are tried on, so that all of their own files were read once."""
DROP_CACHES = Path("/proc/sys/vm/drop_caches")
"""The file through which root can drop Linux's caches."""
FOREIGN_SETTINGS = ("PIP_", "XDG_", "PYTHON", "VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR", "TEXTUAL", "COLUMNS", "LINES")
"""Prefixes of variables that would change the figures."""
HOMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
"""Variables that tell programs where the user's files are."""


class Workplace:
    """Caches of several sizes in one folder, and how programs are started there."""

    def __init__(self, folder: Path, pip: str | None = None) -> None:
        """Prepare a folder; `pip` is a wheel of pip or a Python that has one, by default the newest wheel here."""
        self.folder = folder
        wheels = sorted(WHEELHOUSE.glob("pip-*.whl"), key=_version)
        wheel = Path(pip) if pip else wheels[-1] if wheels else None
        self._pip_python = sys.executable
        self._pip_path: dict[str, str] = {}
        if wheel is not None and wheel.suffix == ".whl":
            with zipfile.ZipFile(
                wheel
            ) as archive:  # unpacked, as when installed: from a zip, Python compiles each time
                archive.extractall(folder / "pip")
            self._pip_path = {"PYTHONPATH": str(folder / "pip")}
        elif pip:
            self._pip_python = pip
        found = subprocess.run(
            self.pip("--version"), env=self.pip_environ, cwd=folder, text=True, capture_output=True, check=False
        )
        self.pip_name = " ".join(found.stdout.split()[:2]) if found.returncode == 0 else ""
        """The pip that is compared, such as "pip 26.3"; empty if there is none."""
        self.empty.mkdir()

    @property
    def empty(self) -> Path:
        """A cache with nothing in it."""
        return self.folder / "empty"

    def environ(self, home: str = "home") -> dict[str, str]:
        """Return the variables for a program whose user has only a home of this name, made if it is missing."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_SETTINGS)}
        place = self.folder / home
        place.mkdir(exist_ok=True)
        return {
            **kept,
            **dict.fromkeys(HOMES, str(place)),
            "PYTHONPATH": str(REPOSITORY),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
        }

    @property
    def pip_environ(self) -> Mapping[str, str]:
        """The variables for pip."""
        return {**{name: value for name, value in self.environ().items() if name != "PYTHONPATH"}, **self._pip_path}

    def pip(self, *arguments: str) -> list[str]:
        """Return the command for pip."""
        return [self._pip_python, "-m", "pip", *arguments]

    def cachetui(self, *arguments: str) -> list[str]:
        """Return the command for cachetui."""
        return [sys.executable, "-m", "cachetui", *arguments]

    def cache(self, entries: int) -> Path:
        """Return a cache of `entries` entries, made at the first call, in another process because that takes memory."""
        place = self._cache(entries)
        if not place.exists():
            draft = self.folder / "draft"
            shutil.rmtree(draft, ignore_errors=True)
            command = [sys.executable, "-m", "tests.benchmarks.generate", str(entries), str(draft)]
            subprocess.run(command, env=self.environ(), cwd=self.folder, check=True)
            draft.rename(place)
        return place

    def forget(self, entries: int) -> None:
        """Remove the cache of `entries` entries, if it exists."""
        shutil.rmtree(self._cache(entries), ignore_errors=True)

    def _cache(self, entries: int) -> Path:
        return self.folder / f"cache-{entries}"

    def machine(self) -> dict[str, str | int]:
        """Return the facts about this machine and its programs."""
        mounts = [item for item in psutil.disk_partitions(all=True) if self.folder.is_relative_to(item.mountpoint)]
        system = max(mounts, key=lambda item: len(item.mountpoint)).fstype if mounts else "unknown"
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
        return {
            "cores": cores,
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "file system": system,
            "kernel": f"{platform.system()} {platform.release()}",
            "load before": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
            "pip": self.pip_name.removeprefix("pip ") or "none",
        }


def _version(wheel: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in wheel.name.split("-")[1].split(".") if part.isdigit())


def can_drop_caches() -> bool:
    """Return whether the kernel's caches can be dropped; tries it."""
    try:
        drop_caches()
    except OSError:
        return False
    return True


def drop_caches() -> None:
    """Write all pending data to disk, and drop the kernel's caches. Raises OSError."""
    os.sync()
    DROP_CACHES.write_text("3\n", encoding="ascii")
