from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from cachetui.removal.rooted import BY_DESCRIPTOR, OpenDirectory
from tests.open_folder import open_folder
from tests.removal.plans import Opener
from tests.removal.stored import Stored


@pytest.fixture(params=[True, False] if BY_DESCRIPTOR else [False], ids=lambda way: "descriptors" if way else "paths")
def opener(request: pytest.FixtureRequest) -> Opener:
    """Both ways to reach files, wherever the tests run."""
    return partial(OpenDirectory, by_descriptor=request.param)


@pytest.fixture
def tmp_path(on_disk: Path) -> Path:
    """Return a folder whose directories take room: plans tell how much of it they free."""
    return on_disk


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "pip"
    root.mkdir()
    return root


@pytest.fixture
def stored(root: Path) -> Stored:
    return Stored(root)


@pytest.fixture
def open_root() -> Iterator[Path]:
    """Give a root that every user can reach."""
    with open_folder() as folder:
        root = folder / "pip"
        root.mkdir()
        yield root
