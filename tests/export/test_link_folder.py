from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cachetui.export import link_folder
from cachetui.export.link_folder import LOCK, LinkFolder, NoPlaceError, default_places, tidy
from tests.untouched import state_of

POSIX = pytest.mark.skipif(os.name == "nt", reason="links need a privilege, and modes deny nothing there")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache with one file; link folders have no other place than those of the test."""
    (tmp_path / "runtime").mkdir(mode=0o700)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "abc.body").write_bytes(b"a wheel")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    return tmp_path / "cache"


def left(tmp_path: Path) -> set[str]:
    """Return what lies in the places of the test."""
    return {path.name for path in (tmp_path / "runtime").rglob("*")}


@POSIX
def test_files_show_under_their_names_and_nothing_is_left(root: Path, tmp_path: Path) -> None:
    before = state_of(root / "abc.body")
    with LinkFolder(root) as folder:
        shares = folder.link(str(root / "abc.body"), "six-1.0-py3-none-any.whl")
        folder.write("seven-7.0.tar.gz", iter([b"an ", b"sdist", bytes(10)]))
        assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == {
            "six-1.0-py3-none-any.whl": b"a wheel",
            "seven-7.0.tar.gz": b"an sdist" + bytes(10),
        }
        assert folder.path.stat().st_mode & 0o777 == folder.path.parent.stat().st_mode & 0o777 == 0o700
        assert state_of(root / "abc.body") == before
        assert shares is True
        with pytest.raises(FileExistsError):
            folder.link(str(root / "abc.body"), "six-1.0-py3-none-any.whl")
        assert folder.path.is_relative_to(tmp_path / "runtime")
    assert left(tmp_path) == set()
    assert state_of(root / "abc.body") == before


@pytest.mark.skipif(not hasattr(os, "link"), reason="there are no hard links")
def test_where_no_symbolic_link_can_be_made_there_is_a_hard_link_or_none(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, name: str) -> None:
        raise OSError("a required privilege is not held")

    monkeypatch.setattr(link_folder, "WAYS", (refuse, os.link))
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr(link_folder, "MEMORY", root / "nowhere")
    monkeypatch.setattr(link_folder, "default_path", lambda: root.with_name("cachetui") / "memory")
    with LinkFolder(root) as folder:
        assert folder.link(str(root / "abc.body"), "six.whl") is True
        assert (folder.path / "six.whl").samefile(root / "abc.body")
    assert (root / "abc.body").read_bytes() == b"a wheel"
    monkeypatch.setattr(link_folder, "WAYS", (refuse,))
    with LinkFolder(root) as folder:
        assert folder.link(str(root / "abc.body"), "six.whl") is None
        assert not any(folder.path.iterdir())


@POSIX
def test_what_a_killed_process_left_is_removed_and_what_is_in_use_stays(root: Path, tmp_path: Path) -> None:
    place = next(default_places(root))
    used = LinkFolder(root)
    used.link(str(root / "abc.body"), "six.whl")
    killed = LinkFolder(root)
    killed.link(str(root / "abc.body"), "six.whl")
    (killed.path / "made").mkdir()
    (killed.path / "made" / "by the command").write_text("text")
    os.close(killed.lock)
    (place / "run-early").mkdir()  # its process was killed before it had a lock
    (place / "mine.txt").write_text("not a link folder")
    (tmp_path / "elsewhere" / "files").mkdir(parents=True)
    (tmp_path / "elsewhere" / LOCK).touch()
    (place / "run-link").symlink_to(tmp_path / "elsewhere")
    tidy(place)
    assert {path.name for path in place.iterdir()} == {used.path.parent.name, "mine.txt", "run-link"}
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} == {"files", LOCK}
    (place / "run-link").unlink()
    assert (used.path / "six.whl").read_bytes() == b"a wheel"
    with used:
        pass
    assert {path.name for path in place.iterdir()} == {"mine.txt"}


@POSIX
def test_the_lock_lasts_as_long_as_a_process_that_inherited_it(root: Path, tmp_path: Path) -> None:
    folder = LinkFolder(root)
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[folder.lock]) as child:
        os.close(folder.lock)  # as if cachetui was killed, and the command was not
        tidy(folder.path.parents[1])
        assert folder.path.is_dir()
        child.communicate(b"\n")
    tidy(folder.path.parents[1])
    assert not folder.path.exists()


@POSIX
def test_a_place_that_others_can_write_to_and_the_cache_itself_are_not_used(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "runtime" / "cachetui-offline"
    place.mkdir()
    (place / "run-x" / "files").mkdir(parents=True)
    (place / "run-x" / LOCK).touch()
    place.chmod(0o777)
    with LinkFolder(root) as folder:
        assert not folder.path.is_relative_to(place)
    assert (place / "run-x" / LOCK).exists()
    place.chmod(0o700)
    place.parent.chmod(0o777)  # everybody can put another folder in its place
    with LinkFolder(root) as folder:
        assert not folder.path.is_relative_to(place)
    assert (place / "run-x" / LOCK).exists()
    place.parent.chmod(0o1777)
    with LinkFolder(root) as folder:
        assert folder.path.is_relative_to(place)
    assert not (place / "run-x").exists()

    monkeypatch.setattr(link_folder, "default_places", lambda *_, **__: iter([root / "offline"]))
    with pytest.raises(NoPlaceError, match="it is in the cache, where nothing is written"):
        LinkFolder(root)
    assert [path.name for path in root.iterdir()] == ["abc.body"]


def test_relative_places_do_not_count(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "runtime")
    monkeypatch.setattr(link_folder, "default_path", lambda: Path("cache", "memory"))
    for writes in (False, True):
        places = [*default_places(root, writes=writes)]
        assert places
        assert all(place.is_absolute() for place in places)


def test_a_place_for_temporary_files_is_not_needed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    with LinkFolder(root) as folder:
        assert folder.path.is_dir()
