from __future__ import annotations

from pathlib import Path

import pytest

from cachetui.insight.why.target import aimed
from cachetui.interpreters.named import Python
from cachetui.interpreters.portrait import Portrait

HERE = Portrait(
    Python(Path("/usr/bin/python3"), Path("/usr")),
    "3.11.7",
    "CPython",
    ("cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-linux_x86_64", "cp311-abi3-linux_x86_64", "py3-none-any"),
    {"python_version": "3.11", "python_full_version": "3.11.7", "os_name": "posix"},
)


@pytest.mark.parametrize(
    ("written", "version"), [("3.8", "3.8.0"), ("38", "3.8.0"), ("3.8.2", "3.8.2"), ("312", "3.12.0")]
)
def test_another_version_takes_the_same_platforms(written: str, version: str) -> None:
    found = aimed(HERE, written)
    assert found is not None
    short = f"cp3{version.split('.')[1]}"
    assert found.version == version
    assert found.tags[:2] == (f"{short}-{short}-manylinux_2_17_x86_64", f"{short}-{short}-linux_x86_64")
    assert "py3-none-any" in found.tags
    assert found.markers == HERE.markers


def test_a_python_that_is_not_here_has_its_own_markers() -> None:
    found = aimed(HERE, "3.8", whole=True)
    assert found is not None
    assert found.markers == {"python_version": "3.8", "python_full_version": "3.8.0", "os_name": "posix"}


def test_what_cannot_be_told() -> None:
    assert aimed(HERE, "3") is None
    assert aimed(HERE, "newest") is None
    assert aimed(Portrait(HERE.python, "3.10", "PyPy", ("pp310-pypy310_pp73-linux_x86_64",)), "3.8") is None
