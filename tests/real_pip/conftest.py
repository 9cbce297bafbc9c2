from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.real_pip.driver", "tests.real_pip.lab", "tests.real_pip.suite")

from tests.loaded_pips import LoadedPips  # noqa: E402 - as above
from tests.real_pip.lab import Lab, lab_with  # noqa: E402 - its asserts are rewritten on import
from tests.real_pip.suite import Filled, RealPip, fill  # noqa: E402 - as above


@pytest.fixture(scope="class")
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Give a class of tests the cache that its pip has filled; nobody changes it."""
    assert issubclass(request.cls, RealPip)
    with fill(request.cls.version, tmp_path_factory.mktemp("pip")) as filled:
        yield filled


@pytest.fixture(scope="class")
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a class of tests a user with its pip, and an index that has nothing yet."""
    with lab_with(request.cls.version, tmp_path_factory.mktemp("lab") / "of") as lab:
        yield lab


@pytest.fixture
def pips() -> Iterator[LoadedPips]:
    """Give a test pips that end with it."""
    with LoadedPips() as pips:
        yield pips
