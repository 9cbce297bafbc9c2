"""The pips that the tests run, out of their wheels."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest

WHEELHOUSE = Path(__file__).resolve().parent / "wheelhouse"


@cache
def unpacked(version: str) -> Path:
    """Return a folder with a pip in it, the same for all who ask: a wheel could be run, but compiles itself each time.

    Nobody changes what lies there. Without that wheel the test is skipped.
    """
    wheel = WHEELHOUSE / f"pip-{version}-py3-none-any.whl"
    if not wheel.is_file():
        pytest.skip(f"pip {version} is missing: run `python .ci/fetch_pips.py` once, with a network")
    folder = Path(tempfile.mkdtemp(prefix="cachetui-pip-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder
