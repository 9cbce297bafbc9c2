"""Remembered facts are used only for files that are unchanged."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cachetui.model import Entry, File
from cachetui.pip.memory import Memory
from cachetui.pip.scan import reuse, scanner
from cachetui.pip.scan.codec import pack_directories, pack_shard, unpack_directories, unpack_shard
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.scanner import scan
from cachetui.pip.scan.shards import Shard, list_shard
from cachetui.system.tree import Tree
from tests.pip.scan.test_scanner import fill


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a cache in which no change is too recent to be remembered."""
    monkeypatch.setattr(reuse, "RACY_NS", -(10**10))
    fill(tmp_path / "cache", 5)
    return tmp_path / "cache"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory") as memory:
        yield memory


def test_a_shard_that_vanished_while_it_was_listed_is_not_remembered_as_empty(
    root: Path, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = next(root.glob("http-v2/*/*"))
    aside = root.parent / "aside"

    def vanish(tree: object, path: str, *rest: object) -> Shard:
        if root / path == shard:
            shard.rename(aside)
        return list_shard(tree, path, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as vanishing:
        vanishing.setattr(scanner, "list_shard", vanish)
        scan(root, memory=memory)
    aside.rename(shard)

    assert scan(root, memory=memory) == scan(root)


@pytest.mark.skipif(os.name == "nt", reason="there is no time of change")
def test_a_directory_whose_time_was_put_back_is_listed_anew(root: Path, memory: Memory) -> None:
    scan(root, memory=memory)
    folder = next(root.glob("http-v2/*/*/*/*/*"))
    before = folder.stat()
    (folder / "new").write_bytes(b"")
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert scan(root, memory=memory) == scan(root)
    assert "new" in [file.path.rpartition("/")[2] for file in scan(root, memory=memory).foreign]


@pytest.mark.skipif(os.name == "nt", reason="there is no time of change")
def test_a_shard_is_listed_anew_where_a_right_was_changed(
    root: Path, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(root, memory=memory)
    monkeypatch.setattr(reuse, "RACY_NS", 0)
    record = next(path for path in root.glob("http-v2/*/*/*/*/*/*") if not path.suffix)
    record.chmod(0o400)
    listed: list[str] = []

    def note(tree: object, path: str, *rest: object) -> Shard:
        listed.append(path)
        return list_shard(tree, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(scanner, "list_shard", note)
    scan(root, memory=memory)

    assert "/".join(record.relative_to(root).parts[:3]) in listed


def test_numbers_beyond_64_bits_are_remembered(root: Path, memory: Memory) -> None:
    big = 1 << 100
    file = File("http-v2/a", big, -(1 << 70), 3, 4096, 1, big + 1)
    draft = EntryDraft.of_entry(Entry("response", (file,), file.path, file.mtime_ns), 0, "", has_record=True)
    directories = pack_directories([("http-v2", big, 4096)])
    packed = pack_shard(directories, [draft.row()], [file], 7, False)
    memory.learn(big, big + 2, "pip", [("http-v2", 5, packed)])

    assert memory.recall(big, big + 3, "pip").shard("http-v2") is None
    assert (found := memory.recall(big, big + 2, "pip").shard("http-v2"))
    assert (shard := unpack_shard("http-v2", *found))
    assert unpack_directories(shard.directories) == (("http-v2", big, 4096),)
    assert (shard.rows[0][3][0], shard.foreign[0]) == (file, file)


def test_an_address_once_known_stays_known_when_its_shard_is_listed_anew(root: Path, memory: Memory) -> None:
    first = {entry.path: entry.url for entry in scan(root, memory=memory).entries if entry.kind == "wheel"}
    for page in [entry.path for entry in scan(root).entries if entry.kind == "index"]:
        (root / page).unlink()
    for number, folder in enumerate({path.rpartition("/")[0] for path in first}):
        (root / folder / f"new{number}").write_text("x")

    again = {entry.path: entry.url for entry in scan(root, memory=memory).entries if entry.kind == "wheel"}

    assert any(first.values())
    assert again == first


def test_a_page_that_could_not_be_read_is_told_and_not_remembered(
    root: Path, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {entry.files[-1].path for entry in scan(root).entries if entry.kind == "index"}
    open_file = Tree.open

    def fail(self: Tree, file: File) -> int:
        if file.path in pages:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return open_file(self, file)

    with monkeypatch.context() as failing:
        failing.setattr(Tree, "open", fail)
        broken = scan(root, memory=memory)
    whole = scan(root, memory=memory)

    assert {error.path for error in broken.errors} == pages
    assert {error.reason for error in broken.errors} == {os.strerror(errno.EIO)}
    assert {entry.files[-1].path for entry in broken.entries if entry.kind == "unknown"} == pages
    assert whole == scan(root)
    assert not any(entry.kind == "unknown" for entry in whole.entries)
