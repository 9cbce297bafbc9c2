"""Tests for the cache of every real pip; the modules beside this one name the pips."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, NamedTuple

import pytest

from cachetui.demo import artifacts
from cachetui.demo.writer import CacheWriter, digest, file_headers
from cachetui.model import Entry, Inventory, Kind, version_order
from cachetui.pip.memory import Memory
from cachetui.pip.scan.scanner import scan
from cachetui.removal.execute import execute
from cachetui.removal.plan import plan_removal
from tests.loaded_pips import LoadedPips
from tests.real_pip.driver import Pip
from tests.real_pip.index import Index, serve

NEWEST = ("Ruamel.YAML_x", "epochal", "early", "torchy", "many-versions")
OLDER = (
    "Ruamel.YAML_x==0.1",
    "epochal<2.2",
    "early==2.0rc1",
    "torchy===2.3.0",
    "many-versions==1.1",
    "Sourced.Thing<3",
)
BUILT = {("sourced-thing", "3.0"), ("sourced-thing", "2.5")}


class Known(NamedTuple):
    """The facts about an entry that the server knows."""

    kind: Kind
    project: str | None
    version: str | None
    filename: str | None


@dataclass(frozen=True, slots=True)
class Filled:
    """A cache that a pip has filled."""

    pip: Pip
    index: Index
    cache: Path
    asked: dict[str, Known]
    """The facts about everything that the server sent, by the digest of its address."""

    def scan(self, memory: Memory | None = None) -> Inventory:
        return scan(self.cache, memory=memory, indexes=(f"{self.index.url}/simple", f"{self.index.url}/plain"))

    def copy(self, to: Path) -> Filled:
        """Return the same with a copy of the cache, and an empty log."""
        shutil.copytree(self.cache, to)
        self.index.forget()
        return replace(self, cache=to)


def known(index: Index, path: str) -> Known:
    """Return the facts about an answer of the server."""
    file = path.removesuffix(".metadata")
    if release := index.files.get(file):
        kind: Kind = "metadata" if path != file else "wheel" if release.is_wheel else "sdist"
        return Known(kind, release.name, release.version, release.filename)
    _, top, name, _ = path.split("/")
    return Known("redirect" if top == "moved" else "index", name, None, None)


@contextmanager
def fill(version: str, folder: Path) -> Iterator[Filled]:
    """Fill a cache with a pip, and keep the index running."""
    cache = folder / "cache"
    with serve() as index, LoadedPips() as pips:
        pip = Pip(version, folder, pips)
        pip.install(cache, index, *NEWEST)
        pip.install(cache, index, *OLDER)
        asked = {digest(index.url + path): known(index, path) for path in index.sent}
        yield Filled(pip, index, cache, asked)


def allocated(root: Path) -> int:
    """Return what `du` counts for the files below a folder."""
    return sum(path.lstat().st_blocks * 512 for path in root.rglob("*") if not path.is_dir())


def of_version(inventory: Inventory, project: str, version: str) -> list[Entry]:
    """Return the entries of one version."""
    order = version_order(version)
    return [each for each in inventory.entries if each.project == project and version_order(each.version) == order]


def by_digest(entries: Iterable[Entry]) -> dict[str, Known]:
    """Return the facts that the scan found about HTTP entries, by the digest in their path."""
    return {entry.path.rpartition("/")[2]: known_entry(entry) for entry in entries if entry.path.startswith("http")}


class RealPip:
    """Tests for one pip; `version` says which."""

    version: ClassVar[str]
    folder: ClassVar[str]
    """The folder in which this pip stores answers."""

    def test_every_answer_is_listed_once_by_its_true_name(self, filled: Filled) -> None:
        inventory = filled.scan()

        assert by_digest(inventory.entries) == filled.asked
        assert all(entry.path.startswith(f"{self.folder}/") for entry in inventory.entries if entry.kind != "built")
        built = [entry for entry in inventory.entries if entry.kind == "built"]
        assert {(entry.project, entry.version) for entry in built} == BUILT
        assert [len(entry.files) for entry in built] == [2] * len(BUILT)
        assert inventory.foreign == () == inventory.errors

    def test_names_are_found_without_knowing_the_indexes(self, filled: Filled) -> None:
        assert by_digest(scan(filled.cache).entries) == filled.asked

    def test_sizes_add_up_to_what_du_counts(self, filled: Filled) -> None:
        inventory = filled.scan()

        listed = [file for entry in inventory.entries for file in entry.files] + list(inventory.foreign)
        present = [path for path in filled.cache.rglob("*") if not path.is_dir()]
        assert sorted(file.path for file in listed) == sorted(
            path.relative_to(filled.cache).as_posix() for path in present
        )
        assert sum(file.disk_usage for file in listed) == allocated(filled.cache)
        assert inventory.disk_usage + sum(file.disk_usage for file in inventory.foreign) == allocated(filled.cache)

    def test_pip_lists_the_same_built_wheels(self, filled: Filled) -> None:
        listed = filled.pip.run(filled.cache, "cache", "list", "--format=abspath").split()

        built = [entry.path for entry in filled.scan().entries if entry.kind == "built"]
        assert sorted(Path(path).relative_to(filled.cache).as_posix() for path in listed) == sorted(built)

    def test_pip_names_the_same_root(self, filled: Filled) -> None:
        assert filled.pip.run(filled.cache, "cache", "dir").strip() == filled.scan().root

    @pytest.mark.parametrize(
        ("project", "version"),
        [("many-versions", "2.0"), ("torchy", "2.3.0+cu121"), ("epochal", "1!2.0"), ("sourced-thing", "3.0")],
    )
    def test_pip_downloads_a_removed_version_again_and_nothing_else(
        self, filled: Filled, tmp_path: Path, project: str, version: str
    ) -> None:
        copy = filled.copy(tmp_path / "cache")
        with Memory(tmp_path / "memory") as memory:
            inventory = copy.scan(memory)
        entries = of_version(inventory, project, version)
        before = sorted(path for path in copy.cache.rglob("*") if path.is_file())

        outcome = execute(plan_removal(inventory, entries, now_ns=time.time_ns(), named=True))

        gone = {file.path for entry in entries for file in entry.files}
        assert set(outcome.removed) == gone
        assert outcome.kept == ()
        left = [path for path in before if path.relative_to(copy.cache).as_posix() not in gone]
        assert sorted(path for path in copy.cache.rglob("*") if path.is_file()) == left
        printed = copy.pip.install(copy.cache, copy.index, *NEWEST)
        downloads = {
            path: times for path, times in copy.index.sent.items() if path in copy.index.files or ".metadata" in path
        }
        sent = [known(copy.index, path) for path in downloads]
        assert sorted(sent) == sorted(known_entry(entry) for entry in entries if entry.kind != "built")
        assert set(downloads.values()) == {1}
        assert ("Building wheel" in printed) == (project == "sourced-thing")
        with Memory(tmp_path / "memory") as memory:
            assert by_digest(copy.scan(memory).entries) == filled.asked
            assert copy.scan(memory) == copy.scan()

    def test_pip_takes_what_the_demo_writes(self, filled: Filled, tmp_path: Path) -> None:
        filled.index.forget()
        cache, now = CacheWriter(tmp_path / "cache"), time.time_ns()
        (wheel,) = [each for each in filled.index.files.values() if each.filename.startswith("early-1.9")]
        (source,) = [each for each in filled.index.files.values() if each.filename == "Sourced_Thing-3.0.tar.gz"]
        for url, data in ((wheel.path, wheel.data), (f"{wheel.path}.metadata", wheel.metadata)):
            headers = file_headers("early", "1.9", "bdist_wheel", "py3", size=len(data), at_ns=now)
            cache.answer(filled.index.url + url, data, headers, now, form="v2" if self.folder == "http-v2" else "cc=4")
        cache.built(
            filled.index.url + source.path,
            hashlib.sha256(source.data).hexdigest(),
            "sourced_thing-3.0-py3-none-any.whl",
            artifacts.wheel("Sourced.Thing", "3.0"),
            now,
            interpreter=f"cp{sys.version_info.major}{sys.version_info.minor}",
        )

        filled.pip.install(tmp_path / "cache", filled.index, "early==1.9", "Sourced.Thing==3.0")

        assert [path for path in filled.index.sent if path.startswith("/files/")] == []


def known_entry(entry: Entry) -> Known:
    """Return the facts that the scan found about an entry."""
    return Known(entry.kind, entry.project, entry.version, entry.filename)
