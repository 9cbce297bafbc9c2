from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cachetui.demo.artifacts import sdist, sdist_filename, wheel, wheel_filename
from cachetui.demo.writer import CacheWriter, plain_headers
from cachetui.export.requirements_closure import NeededFiles, needs_of
from cachetui.interpreters.info import InterpreterInfo
from cachetui.interpreters.lookup import Python
from cachetui.model import NS
from cachetui.needs.values import RequirementLine
from cachetui.pip.scan.scanner import scan
from tests.interpreters.fakes import MARKERS

AT = 1_700_000_000 * NS
PYTHON = InterpreterInfo(
    Python(Path("/usr/bin/python3"), Path("/usr")),
    version="3.12.1",
    implementation="CPython",
    tags=("cp312-cp312-linux_x86_64", "cp312-abi3-linux_x86_64", "py3-none-any"),
    markers=MARKERS,
    platform="linux-x86_64",
)
Find = Callable[..., NeededFiles]


class Shelf:
    """A cache to put files into."""

    def __init__(self, root: Path) -> None:
        self.root, self._cache = root, CacheWriter(root)

    def wheel(self, name: str, version: str, *requires: str, tag: str = "py3-none-any", built: bool = False) -> bytes:
        filename, body = wheel_filename(name, version, tag), wheel(name, version, tag, requires=requires)
        if built:
            self._cache.built(f"https://files.example/{name}-{version}.tar.gz", None, filename, body, AT)
        else:
            self._store(filename, body)
        return body

    def sdist(self, name: str, version: str) -> None:
        self._store(sdist_filename(name, version), sdist(name, version))

    def _store(self, filename: str, body: bytes) -> None:
        disposition = {"Content-Disposition": f"attachment; filename={filename}"}
        headers = plain_headers("application/octet-stream", size=len(body), at_ns=AT, more=disposition)
        self._cache.answer(f"https://files.example/{filename}", body, headers, AT)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "cache")


def find(shelf: Shelf, *asked: str | RequirementLine, pre: bool = False) -> tuple[list[str], list[str]]:
    """Return the names of what is chosen, and what lacks."""
    whole = [one if isinstance(one, RequirementLine) else RequirementLine(Requirement(one)) for one in asked]
    needs = needs_of(whole, scan(shelf.root), PYTHON, pre=pre)
    lacking = [f"{one.requirement} by {one.needed_by}: {one.reason}" for one in needs.lacking]
    return [entry.filename or "" for entry in needs.entries], lacking


def test_the_newest_that_satisfies_is_chosen(shelf: Shelf) -> None:
    for version in ("1.0", "1.9", "1.10", "2.0rc1"):
        shelf.wheel("a", version)
    assert find(shelf, "A") == (["a-1.10-py3-none-any.whl"], [])
    assert find(shelf, "a<1.10") == (["a-1.9-py3-none-any.whl"], [])
    assert find(shelf, "a", pre=True) == (["a-2.0rc1-py3-none-any.whl"], [])
    assert find(shelf, "a>=2.0rc1") == (["a-2.0rc1-py3-none-any.whl"], [])
    assert find(shelf, "a!=1.0,!=1.9,!=1.10") == (["a-2.0rc1-py3-none-any.whl"], [])  # as pip has it
    assert find(shelf, "a", RequirementLine(Requirement("a<1.5"), constraint=True)) == (["a-1.0-py3-none-any.whl"], [])
    assert find(shelf, RequirementLine(Requirement("a"), constraint=True)) == ([], [])


def test_wheels_that_fit_best_come_before_sdists(shelf: Shelf) -> None:
    shelf.sdist("a", "1.0")
    assert find(shelf, "a") == (["a-1.0.tar.gz"], [])
    shelf.wheel("a", "1.0")
    shelf.wheel("a", "1.0", tag="cp38-cp38-linux_x86_64")
    assert find(shelf, "a") == (["a-1.0-py3-none-any.whl"], [])
    shelf.wheel("a", "1.0", tag="cp312-cp312-linux_x86_64", built=True)
    assert find(shelf, "a") == (["a-1.0-cp312-cp312-linux_x86_64.whl"], [])
    shelf.sdist("a", "1.1")
    assert find(shelf, "a") == (["a-1.1.tar.gz"], [])


def test_what_files_need_is_followed(shelf: Shelf) -> None:
    shelf.wheel("a", "1.0", "b>=1", 'c; python_version < "3"', 'd; extra == "more"', "e[all]")
    shelf.wheel("b", "1.0", "a")
    shelf.wheel("d", "1.0")
    shelf.wheel("e", "1.0", 'f; extra == "all"', 'g; extra == "none"')
    shelf.wheel("f", "1.0", "nonsense >= what", "h>=3; sys_platform == 'linux'")
    names = ["a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl", "e-1.0-py3-none-any.whl", "f-1.0-py3-none-any.whl"]
    lacking = ["h>=3 by f-1.0-py3-none-any.whl: none of its files is cached"]
    assert find(shelf, "a") == (names, lacking)
    chosen, _ = find(shelf, "a[more]")
    assert sorted(chosen) == sorted([*names, "d-1.0-py3-none-any.whl"])
    assert find(shelf, 'a; python_version < "3"') == ([], [])


def test_a_later_need_narrows_an_earlier_one_and_what_is_not_needed_any_more_goes(shelf: Shelf) -> None:
    shelf.wheel("a", "1.0")
    shelf.wheel("a", "2.0", "only-new")
    shelf.wheel("only-new", "1.0")
    shelf.wheel("b", "1.0", "a<2")
    assert find(shelf, "a", "b") == (["a-1.0-py3-none-any.whl", "b-1.0-py3-none-any.whl"], [])


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ("nosuch>=1", "none of its files is cached"),
        ("a>=9", ">=9 is required in total, but only 2.0, 1.2, 1.1, ... is cached"),
        ("a==1.2", "a-1.2-cp38-cp38-linux_x86_64.whl does not fit (built for CPython 3.8)"),
        ("b==1.0", "b-1.0-py313-none-any.whl does not fit (needs Python 3.13 or newer)"),
        ("b", "none fits (needs Python 3.13 or newer)"),
    ],
)
def test_why_something_lacks(requirement: str, reason: str, shelf: Shelf) -> None:
    for version in ("1.0", "1.1", "2.0"):
        shelf.wheel("a", version)
    shelf.wheel("a", "1.2", tag="cp38-cp38-linux_x86_64")
    for version in ("1.0", "1.1"):
        shelf.wheel("b", version, tag="py313-none-any")
    assert find(shelf, requirement) == ([], [f"{requirement} by None: {reason}"])


def test_a_hash_that_is_asked_for_decides(shelf: Shelf) -> None:
    old = hashlib.sha512(shelf.wheel("a", "1.0")).hexdigest()
    shelf.wheel("a", "2.0")
    assert find(shelf, RequirementLine(Requirement("a"), frozenset([("sha512", old)]))) == (
        ["a-1.0-py3-none-any.whl"],
        [],
    )
    none = frozenset([("sha256", "0" * 64)])
    assert find(shelf, RequirementLine(Requirement("a"), none)) == (
        [],
        ["a by None: no cached file has a hash that is required"],
    )


def test_markers_that_make_no_sense_hold_for_nothing(shelf: Shelf) -> None:
    shelf.wheel("a", "1.0", 'b; python_version > "x" and os_name ~= "1"', "a")
    assert find(shelf, "a") == (["a-1.0-py3-none-any.whl"], [])


def test_what_is_nested_too_deep_to_be_read_is_left_out(shelf: Shelf) -> None:
    shelf.wheel("mine", "1.0", f"yours; {'(' * 3_000}os_name == 'posix'{')' * 3_000}", "ours")
    shelf.wheel("ours", "1.0")
    assert find(shelf, "mine") == (["mine-1.0-py3-none-any.whl", "ours-1.0-py3-none-any.whl"], [])
