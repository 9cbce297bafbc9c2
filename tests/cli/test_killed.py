"""The state after a run that was killed at its first change; `.ci/kill` tries for minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.killing import KINDS, World


@pytest.mark.skipif(sys.platform == "win32", reason="a file in use cannot be removed there")
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_can_be_used(tmp_path: Path, kind: str) -> None:
    KINDS[kind](World(tmp_path / "world"), 0)
