from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cachetui.export.target_folder import TargetError, TargetFolder
from tests.untouched import state_of

LINKS = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "cache" / "http-v2").mkdir(parents=True)
    return tmp_path / "cache"


def put(target: TargetFolder, filename: str, content: bytes = b"new") -> None:
    with target.draft() as draft:
        draft.write(content)
        target.give(draft, filename)


def test_a_file_gets_its_name_when_it_is_complete(root: Path, tmp_path: Path) -> None:
    with TargetFolder(tmp_path / "out", root) as target, target.draft() as draft:
        draft.write(b"all ")
        assert [path.name.startswith(".cachetui-") for path in (tmp_path / "out").iterdir()] == [True]
        draft.write(b"of it")
        target.give(draft, "a")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "out").iterdir()] == [("a", b"all of it")]


def test_what_is_not_complete_leaves_nothing(root: Path, tmp_path: Path) -> None:
    with TargetFolder(tmp_path / "out", root) as target, pytest.raises(KeyboardInterrupt), target.draft() as draft:
        draft.write(b"half of")
        raise KeyboardInterrupt
    assert list((tmp_path / "out").iterdir()) == []


def test_what_a_killed_export_left_is_tidied_and_nothing_else(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    killed, fresh, old = (out / f".cachetui-{digit * 16}.part" for digit in "abc")
    killed.write_bytes(b"half")
    for path in (fresh, old):
        path.touch()
    os.utime(old, (0, 0))
    others = [out / name for name in (".cachetui-1.part", "x.part", ".cachetui-0123456789abcdef.part.bak", "a.whl")]
    for path in others:
        path.write_bytes(b"of the user")
    with TargetFolder(out, root) as running, running.draft() as draft:
        draft.write(b"half of it")
        with TargetFolder(out, root) as target:
            target.tidy()
        assert sorted(out.iterdir()) == sorted([fresh, *others, out / Path(draft.passing).name])
        running.give(draft, "b")
    assert (out / "b").read_bytes() == b"half of it"


@LINKS
def test_a_link_or_a_folder_under_the_name_of_a_draft_stays(root: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    out.mkdir()
    other.write_bytes(b"of the user")
    (out / f".cachetui-{'a' * 16}.part").symlink_to(other)
    (out / f".cachetui-{'b' * 16}.part").mkdir()
    os.mkfifo(out / f".cachetui-{'c' * 16}.part")
    with TargetFolder(out, root) as target:
        target.tidy()
    assert len([*out.iterdir()]) == 3
    assert other.read_bytes() == b"of the user"


@pytest.mark.skipif(sys.platform == "win32", reason="names are given in one step there")
def test_what_cannot_be_given_its_name_leaves_nothing_under_that_name(root: Path, tmp_path: Path) -> None:
    with TargetFolder(tmp_path / "out", root) as target, target.draft() as draft:
        next((tmp_path / "out").iterdir()).unlink()
        with pytest.raises(FileNotFoundError):
            target.give(draft, "a")
    assert list((tmp_path / "out").iterdir()) == []


@LINKS
@pytest.mark.parametrize("there", ["file", "folder", "link to a file", "link to nowhere"])
def test_nothing_is_overwritten_and_no_link_is_followed(there: str, root: Path, tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    out.mkdir()
    other.write_bytes(b"old")
    if there == "file":
        (out / "a").write_bytes(b"old")
    elif there == "folder":
        (out / "a").mkdir()
    else:
        (out / "a").symlink_to(other if there == "link to a file" else tmp_path / "nowhere")
    before = state_of(out / "a")

    with TargetFolder(out, root) as target, pytest.raises(FileExistsError):
        put(target, "a")

    assert state_of(out / "a") == before
    assert other.read_bytes() == b"old"
    assert not (tmp_path / "nowhere").exists()
    assert [path.name for path in out.iterdir()] == ["a"]
    with TargetFolder(out, root) as target:
        fd = target.open("a")
        assert (fd is not None) == (there == "file")
        if fd is not None:
            os.close(fd)


@LINKS
def test_a_folder_that_is_swapped_for_a_link_leads_nowhere_else(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with TargetFolder(tmp_path / "out", root) as target:
        with target.draft() as draft:
            draft.write(b"new")
            (tmp_path / "out").rename(tmp_path / "moved")
            (tmp_path / "out").symlink_to(elsewhere)
            target.give(draft, "a")
        put(target, "b")
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in (tmp_path / "moved").iterdir()) == ["a", "b"]


@LINKS
@pytest.mark.parametrize("folder", ["cache", "cache/out", "cache/http-v2", "link", "link/out", "link/../cache/out"])
def test_the_cache_is_no_place_for_it(folder: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root / "http-v2")
    with pytest.raises(TargetError, match="is in the cache"):
        TargetFolder(tmp_path / folder, root)
    assert [path.name for path in root.rglob("*")] == ["http-v2"]


@LINKS
@pytest.mark.parametrize("folder", ["no/such", "file", "file/out", "dangling", "loop", "nul\0"])
def test_folders_that_cannot_be_made(folder: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(TargetError):
        TargetFolder(tmp_path / folder, root)
    assert not (tmp_path / "no").exists()
    assert not (tmp_path / "nowhere").exists()


@LINKS
def test_a_link_that_was_named_is_followed_once(root: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with TargetFolder(tmp_path / "link", root) as target:
        put(target, "a")
    assert (tmp_path / "real" / "a").read_bytes() == b"new"
