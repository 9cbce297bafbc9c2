"""Interpreters that are none: scripts that answer as told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cachetui.interpreters.probe_script import BEGIN, END

posix = pytest.mark.skipif(sys.platform == "win32", reason="made of scripts and links")

MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.1",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "6.1",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.12.1",
    "python_version": "3.12",
    "sys_platform": "linux",
}
TAGS = {
    "groups": [["cp312-cp312", 0], ["cp312-none", 0], ["py3-none", 1]],
    "platforms": [["manylinux_2_17_x86_64", "linux_x86_64"], ["any"]],
}


def told(executable: Path, prefix: Path, **others: object) -> dict[str, object]:
    """Return what a Python 3.12 may tell of itself."""
    return {
        "version": "3.12.1",
        "implementation": "CPython",
        "platform": "linux-x86_64",
        "executable": str(executable),
        "prefix": str(prefix),
        "base_prefix": str(prefix),
        "path": [str(prefix / "lib")],
        "pip": "24.0",
        "index": "https://built-in.example/simple",
        "markers": MARKERS,
        "tags": TAGS,
    } | others


def script(path: Path, text: str) -> Path:
    """Put a shell's script at a place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def answering(path: Path, prefix: Path | None = None, executable: Path | None = None, **others: object) -> Path:
    """Put a fake interpreter at a place that answers as one does, and notes each run in a file beside it."""
    answer = json.dumps(told(executable or path, prefix or path.parent.parent, **others))
    return script(path, f"echo run >> '{path}.runs'\n/bin/cat <<'EOF'\n{BEGIN}{answer}{END}\nEOF")


def runs(path: Path) -> int:
    """Return how often a fake interpreter ran."""
    noted = Path(f"{path}.runs")
    return len(noted.read_text().splitlines()) if noted.exists() else 0
