from __future__ import annotations

import pytest

from cachetui.services.options import GlobalOptions


@pytest.mark.parametrize(
    ("options", "memory"),
    [
        (GlobalOptions(), True),
        (GlobalOptions(no_memory=True), False),
        (GlobalOptions(demo=True), False),
        (GlobalOptions(read_only=True, cache_dir="/c", python="python3"), True),
    ],
)
def test_a_scan_leaves_nothing_of_the_demo_in_its_memory(options: GlobalOptions, memory: bool) -> None:
    assert options.scan_memory is memory
