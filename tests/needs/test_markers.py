from __future__ import annotations

import pytest
from packaging.markers import Marker

from cachetui.needs.markers import any_of, both, may_apply, suppose


@pytest.mark.parametrize(
    ("marker", "extras", "expected"),
    [
        (None, (), True),
        ("python_version < '3'", (), True),
        ("extra == 'a'", (), False),
        ("extra == 'a'", ("b", "a"), True),
        ("python_version < '3' and extra == 'a'", (), False),
        ("python_version < '3' or extra == 'a'", (), True),
        ("(extra == 'a' or extra == 'b') and os_name == 'x and y'", ("b",), True),
        ("extra != 'a'", ("a",), True),
        ("'a' == extra and platform_machine not in 'x86'", (), False),
        ("python_version < 'odd' and extra == 'a'", ("a",), True),
    ],
)
def test_a_marker_may_apply_if_it_does_somewhere(marker: str | None, extras: tuple[str, ...], expected: bool) -> None:
    assert may_apply(None if marker is None else Marker(marker), extras) is expected


def test_comparisons_of_some_variables_are_supposed_to_be_true() -> None:
    marker = Marker("('dev' in dependency_groups or 'x' in extras) and os_name == 'nt'")
    assert suppose(marker, ("extras", "dependency_groups")).evaluate({"os_name": "nt"})
    assert not suppose(marker, ("extras", "dependency_groups")).evaluate({"os_name": "posix"})


def test_markers_combine() -> None:
    first, second = Marker("os_name == 'nt'"), Marker("sys_platform == 'x' or os_name == 'y'")
    assert any_of([]) is None
    assert both(None, None) is None
    assert both(first, None) is first
    here = {"os_name": "nt", "sys_platform": "x"}
    together, either = both(first, second), any_of([str(second), str(first)])
    assert together is not None
    assert together.evaluate(here)
    assert not together.evaluate({**here, "sys_platform": "y"})
    assert either is not None
    assert either.evaluate({**here, "sys_platform": "y"})
    assert not either.evaluate({"os_name": "z", "sys_platform": "y"})
