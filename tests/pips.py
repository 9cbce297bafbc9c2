"""The pips that the tests run, out of their wheels."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

WHEELHOUSE = Path(__file__).resolve().parent / "wheelhouse"
NAMED_BY = "UNPACKED_PIPS"
"""Variable with the folder in which pips are unpacked, for all processes of a run of the tests."""


@cache
def unpacked(version: str) -> Path:
    """Return a folder with a pip in it, the same for all who ask: a wheel could be run, but compiles itself each time.

    All processes of a run of the tests share it, so that each pip is compiled once. Nobody changes what lies there.
    Without that wheel the test is skipped.
    """
    wheel = WHEELHOUSE / f"pip-{version}-py3-none-any.whl"
    if not wheel.is_file():
        pytest.skip(f"pip {version} is missing: run `python .ci/fetch_pips.py` once, with a network")
    folder = Path(os.environ[NAMED_BY], version)
    if not folder.exists():
        partial = Path(tempfile.mkdtemp(dir=folder.parent))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(partial)
        with suppress(OSError):  # another process was faster
            partial.rename(folder)
    return folder


@cache
def compiled(version: str) -> Path:
    """Return that folder after its pip has run, so that what it loads is compiled.

    cachetui starts pips with `-B`, which would compile themselves each time.
    """
    folder = unpacked(version)
    environ = {"PYTHONPATH": str(folder), "HOME": os.devnull, "PIP_CONFIG_FILE": os.devnull, "PYTHONWARNINGS": "ignore"}
    for arguments in (("config", "list"), ("cache", "dir")):
        command = (sys.executable, "-m", "pip", *arguments)
        subprocess.run(command, env=environ, cwd=folder, capture_output=True, check=False)
    return folder
