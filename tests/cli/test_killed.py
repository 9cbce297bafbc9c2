"""What is left of a run that was killed at some moment; `.ci/kill` tries for minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.killing import KINDS, World


@pytest.mark.skipif(sys.platform == "win32", reason="a file in use cannot be removed there")
@pytest.mark.parametrize(("kind", "seconds"), [("removal", 0.35), ("export", 0.4), ("memory", 0.2), ("state", 0.3)])
def test_what_is_left_can_be_used(tmp_path: Path, kind: str, seconds: float) -> None:
    KINDS[kind](World(tmp_path / "world"), seconds)
