from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from cachetui.system.files import create_file, replace_file


def test_a_new_file_is_whole_and_nothing_is_written_over(tmp_path: Path) -> None:
    create_file(tmp_path / "report.txt", b"all of it")
    assert (tmp_path / "report.txt").read_bytes() == b"all of it"
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "report.txt", b"another")
    assert [path.name for path in tmp_path.iterdir()] == ["report.txt"]
    assert (tmp_path / "report.txt").read_bytes() == b"all of it"


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
@pytest.mark.parametrize("write", [create_file, replace_file])
def test_where_there_is_no_room_nothing_is_left(tmp_path: Path, write: object) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(tmp_path / "report.txt", b"x" * 100_000)  # type: ignore[operator]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no link is made there")
def test_without_hard_links_the_file_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "refused")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    path = tmp_path / "report.txt"
    monkeypatch.setattr(os, "link", refuse)
    create_file(path, b"all of it")
    mask = os.umask(0o077)
    os.umask(mask)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"all of it", 0o666 & ~mask)
    with pytest.raises(FileExistsError):
        create_file(path, b"another")
    assert path.read_bytes() == b"all of it"
    path.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", full)
        with pytest.raises(OSError, match="full"):
            create_file(path, b"all of it")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes")
def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        create_file(tmp_path / "report.txt", b"")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "report.txt").stat().st_mode) == 0o640
