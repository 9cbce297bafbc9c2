from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import compatible_tags, cpython_tags, mac_platforms

from cachetui.interpreters.compatibility import best_place, cannot_use, needs_python
from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python

PYTHON = Python(Path("/x/bin/python"), Path("/x"))


def manylinux(newest: int, processor: str) -> list[str]:
    older = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    names = []
    for minor in range(newest, 4, -1):
        names.append(f"manylinux_2_{minor}_{processor}")
        names += [f"{older[minor]}_{processor}"] if minor in older else []
    return [*names, f"linux_{processor}"]


def cpython(
    version: tuple[int, int], platform: str, platforms: Iterable[str], abis: Iterable[str] = ()
) -> InterpreterInfo:
    platforms, short = list(platforms), f"cp{version[0]}{version[1]}"
    tags = [
        *cpython_tags(version, list(abis) or [short], platforms),
        *compatible_tags(version, short, platforms),
    ]
    written = ".".join(map(str, version))
    return InterpreterInfo(
        PYTHON, version=f"{written}.1", implementation="CPython", platform=platform, tags=tuple(map(str, tags))
    )


LINUX = cpython((3, 11), "linux-x86_64", manylinux(36, "x86_64"))
THREADED = cpython((3, 13), "linux-x86_64", manylinux(36, "x86_64"), ["cp313t"])
ARM = cpython((3, 11), "linux-aarch64", manylinux(36, "aarch64"))
MUSL = cpython((3, 11), "linux-x86_64", ["musllinux_1_2_x86_64", "musllinux_1_1_x86_64", "linux_x86_64"])
OLD_PIP = cpython((3, 6), "linux-x86_64", ["manylinux1_x86_64", "linux_x86_64"], ["cp36m"])
MAC = cpython((3, 11), "macosx-11.0-arm64", mac_platforms((13, 0), "arm64"))
INTEL = cpython((3, 11), "macosx-10.9-x86_64", mac_platforms((10, 15), "x86_64"))
WINDOWS = cpython((3, 11), "win-amd64", ["win_amd64"])
OLD = InterpreterInfo(
    PYTHON,
    version="2.7.18",
    implementation="CPython",
    platform="linux-x86_64",
    tags=("cp27-cp27mu-linux_x86_64", "cp27-none-linux_x86_64", "py27-none-any", "py2-none-any"),
)
PYPY = InterpreterInfo(
    PYTHON,
    version="3.10.14",
    implementation="PyPy",
    platform="linux-x86_64",
    tags=("pp310-pypy310_pp73-manylinux_2_17_x86_64", "pp310-none-any", "py310-none-any", "py3-none-any"),
)


@pytest.mark.parametrize(
    ("python", "tag"),
    [
        (LINUX, "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"),
        (LINUX, "cp37-abi3-manylinux1_x86_64"),
        (LINUX, "py2.py3-none-any"),
        (LINUX, "CP311-CP311-LINUX_X86_64"),
        (MAC, "cp311-cp311-macosx_11_0_universal2"),
        (WINDOWS, "cp38.cp311-cp38.cp311-win32.win_amd64"),
        (PYPY, "pp310-pypy310_pp73-manylinux_2_17_x86_64"),
        (THREADED, "cp313-cp313t-linux_x86_64"),
        (OLD, "py2-none-any"),
        (InterpreterInfo(PYTHON, trouble="It hangs."), "cp38-cp38-win_amd64"),
    ],
)
def test_what_it_can_use_or_what_cannot_be_told_is_not_complained_of(python: InterpreterInfo, tag: str) -> None:
    assert cannot_use(python, tag) is None


@pytest.mark.parametrize(
    ("python", "tag", "why"),
    [
        (LINUX, "cp38-cp38-manylinux_2_17_x86_64.manylinux2014_x86_64", "built for CPython 3.8"),
        (LINUX, "cp38-cp38-win_amd64", "built for CPython 3.8, for Windows"),
        (LINUX, "cp38.cp39-cp38.cp39-linux_x86_64", "built for CPython 3.8 or 3.9"),
        (LINUX, "cp310-none-any", "built for CPython 3.10"),
        (LINUX, "cp311-cp311d-linux_x86_64", "built for a debug build of CPython 3.11"),
        (LINUX, "cp311-cp311-macosx_11_0_arm64", "for macOS"),
        (LINUX, "cp311-cp311-macosx_10_9_x86_64.win_amd64", "for macOS or Windows"),
        (LINUX, "cp311-cp311-android_21_arm64_v8a", "for Android"),
        (LINUX, "cp311-cp311-os2_warp", "for another system"),
        (LINUX, "cp311-cp311-manylinux2014_aarch64.manylinux_2_17_aarch64", "for another processor (aarch64)"),
        (LINUX, "py3-none-linux_armv7l.linux_aarch64", "for another processor (armv7l or aarch64)"),
        (LINUX, "cp311-cp311-manylinux_2_39_x86_64", "needs glibc 2.39 or newer"),
        (LINUX, "cp311-cp311-manylinux_2_39_x86_64.manylinux_2_37_x86_64", "needs glibc 2.37 or newer"),
        (LINUX, "cp311-cp311-musllinux_1_2_x86_64", "for Linux with musl"),
        (LINUX, "pp39-pypy39_pp73-manylinux_2_17_x86_64", "built for PyPy 3.9"),
        (LINUX, "graalpy311-graalpy240_311_native-linux_x86_64", "built for GraalPy 3.11"),
        (LINUX, "brand_new-none-any", "built for another Python"),
        (LINUX, "cp313-cp313t-manylinux_2_17_x86_64", "built for free-threaded CPython 3.13"),
        (LINUX, "cp311-cp311t-manylinux_2_17_x86_64", "built for free-threaded CPython 3.11"),
        (LINUX, "cp312-abi3-manylinux_2_17_x86_64", "needs CPython 3.12 or newer"),
        (LINUX, "py312-none-any", "needs Python 3.12 or newer"),
        (LINUX, "py2-none-any", "built for Python 2"),
        (LINUX, "jy27-none-any", "built for Jython 2.7"),
        (ARM, "cp311-cp311-manylinux2014_x86_64", "for another processor (x86_64)"),
        (MUSL, "cp311-cp311-manylinux2014_x86_64", "for Linux with glibc"),
        (MUSL, "cp311-cp311-musllinux_1_3_x86_64", "needs musl 1.3 or newer"),
        (OLD_PIP, "cp36-cp36m-manylinux2014_x86_64", "needs glibc 2.17 and a newer pip"),
        (OLD_PIP, "cp36-cp36-linux_x86_64", "built for another build of CPython 3.6 (cp36)"),
        (MAC, "cp311-cp311-macosx_10_9_x86_64", "for another processor (x86_64)"),
        (MAC, "cp311-cp311-macosx_14_0_arm64", "needs macOS 14 or newer"),
        (MAC, "cp311-cp311-macosx_14_0_universal2", "needs macOS 14 or newer"),
        (MAC, "cp311-cp311-manylinux2014_x86_64", "for Linux"),
        (INTEL, "cp311-cp311-macosx_11_0_arm64", "for another processor (arm64)"),
        (INTEL, "cp311-cp311-macosx_12_3_x86_64", "needs macOS 12.3 or newer"),
        (WINDOWS, "cp311-cp311-win32", "for another processor (32-bit x86)"),
        (WINDOWS, "cp311-cp311-win_arm64", "for another processor (ARM64)"),
        (THREADED, "cp313-cp313-linux_x86_64", "not built for free-threaded Python"),
        (THREADED, "cp39-abi3-linux_x86_64", "not built for free-threaded Python"),
        (THREADED, "cp312-cp312-linux_x86_64", "built for CPython 3.12"),
        (OLD, "py3-none-any", "built for Python 3"),
        (OLD, "cp27-cp27m-linux_x86_64", "built for another build of CPython 2.7 (cp27m)"),
        (PYPY, "cp310-cp310-manylinux_2_17_x86_64", "built for CPython 3.10"),
        (PYPY, "pp39-pypy39_pp73-manylinux_2_17_x86_64", "built for PyPy 3.9"),
        (LINUX, "py3.cp311-none.cp311d-linux_ppc64le", "for another processor (ppc64le)"),
        (LINUX, "nonsense", "named with invalid tags"),
        (LINUX, "a-b-c-d", "named with invalid tags"),
        (LINUX, "cp311-cp311-", "named with invalid tags"),
        (LINUX, ".".join(["x"] * 5000) + "-none-any", "named with invalid tags"),
    ],
)
def test_why_it_cannot_use_a_wheel_is_told_in_plain_words(python: InterpreterInfo, tag: str, why: str) -> None:
    assert cannot_use(python, tag) == why


def test_what_fits_only_in_parts_is_told() -> None:
    assert cannot_use(OLD, "cp27-cp27mu-any") == "built for another combination of Python and machine"


@given(st.text(alphabet="cp1234567890abi.-_manylinuxmacosx", max_size=60), st.sampled_from([LINUX, MAC, WINDOWS, PYPY]))
def test_no_tags_break_it(tag: str, python: InterpreterInfo) -> None:
    found = cannot_use(python, tag)
    assert found is None or (found.isprintable() and len(found) < 400)


@pytest.mark.parametrize(
    ("requires", "why"),
    [
        ("<3.11", "needs Python <3.11"),
        (">=3.7,<3.11", "needs Python <3.11"),
        (">=3.12,!=3.11.*", "needs Python !=3.11.*,>=3.12"),
        (">=3.11.1", None),
        (">=3.6", None),
        ("~=3.10", None),
        ("", None),
        ("three", None),
        ("===\x1b[2J", None),
    ],
)
def test_which_python_is_needed_is_told(requires: str, why: str | None) -> None:
    assert needs_python(LINUX, requires) == why


def test_a_prerelease_counts_as_its_release() -> None:
    python = InterpreterInfo(PYTHON, version="3.14.0rc2+")
    assert needs_python(python, ">=3.14") is None
    assert needs_python(python, "<3.14") == "needs Python <3.14"
    assert needs_python(InterpreterInfo(PYTHON, trouble="It hangs."), "<3") is None


def test_what_fits_comes_before_an_sdist_and_what_does_not_behind_it() -> None:
    places = {"cp311-cp311-linux_x86_64": 0, "py3-none-any": 1}
    assert best_place(("py3-none-any", "cp311-cp311-linux_x86_64", "cp38-cp38-win32"), places) == 0
    assert best_place(("py2-none-any", "py3-none-any"), places) == 1
    assert best_place(("cp38-cp38-win32",), places) > len(places)
    assert best_place((), {}) > 0
