from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from cachetui.removal.rooted import BY_DESCRIPTOR, Directory
from tests.removal.plans import Opener


@pytest.fixture(params=[True, False] if BY_DESCRIPTOR else [False], ids=lambda way: "descriptors" if way else "paths")
def opener(request: pytest.FixtureRequest) -> Opener:
    """Both ways to reach files, wherever the tests run."""
    return partial(Directory, by_descriptor=request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "pip"
    root.mkdir()
    return root
