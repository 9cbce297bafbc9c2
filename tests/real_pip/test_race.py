"""No pip fails because of us: a short race; `.ci/race` runs it for minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.real_pip.race import race

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a file in use cannot be removed there")


def test_no_pip_fails_beside_us_that_does_not_fail_alone(tmp_path: Path) -> None:
    beside = race(("26.3", "23.2.1"), tmp_path, beside=True, runs=3)
    assert beside.failures == ()
    assert beside.mistakes == ()
    assert (beside.runs, beside.removals > 0) == (6, True), beside
