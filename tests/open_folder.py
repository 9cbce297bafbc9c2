"""Folders that every user can enter, for tests that run something as another user."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACES = (tempfile.gettempdir(), "/tmp", "/var/tmp")
"""Places for temporary folders; the first may be the user's alone."""


@contextmanager
def open_folder() -> Iterator[Path]:
    """Yield an empty folder that every user can enter, and remove it afterwards."""
    for place in map(Path, PLACES):
        if place.is_dir() and all(parent.stat().st_mode & 0o001 for parent in (place, *place.parents)):
            with tempfile.TemporaryDirectory(dir=place) as name:
                folder = Path(name).resolve()
                folder.chmod(0o755)
                yield folder
            return
    pytest.skip("no place for temporary files is open to all")
