from __future__ import annotations

import os
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from cachetui.caches.poetry_layout import POETRYS
from cachetui.model import Inventory
from cachetui.pip.memory import Memory, default_path, known_releases
from cachetui.pip.scan import reuse
from cachetui.pip.scan.layout import PIPS
from cachetui.pip.scan.scanner import scan
from tests.pip.scan.test_scanner import fill, make_old


@pytest.fixture
def root(tmp_path: Path) -> Path:
    fill(tmp_path / "cache", 6)
    make_old(tmp_path / "cache")
    return tmp_path / "cache"


def scanned(root: Path, path: Path) -> Inventory:
    with Memory(path) as memory:
        return scan(root, memory=memory)


def shards(path: Path) -> int:
    db = sqlite3.connect(path)
    try:
        return int(db.execute("SELECT count(*) FROM shard").fetchone()[0])
    finally:
        db.close()


def test_it_lies_in_the_users_cache_directory(home: Path) -> None:
    assert home in default_path().parents
    assert default_path().parent.name == "cachetui"


def test_it_is_the_users_own_and_leaves_no_other_file(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "memory"

    scanned(root, path)

    assert list(path.parent.iterdir()) == [path]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert shards(path) > 0


@pytest.mark.parametrize("content", [b"garbage" * 1_000, b"", b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_file_begins_anew(content: bytes, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    path.write_bytes(content)

    assert scanned(root, path) == scan(root)
    assert shards(path) > 0


def test_a_row_that_is_damaged_is_not_believed(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    expected = scanned(root, path)
    db = sqlite3.connect(path)
    db.execute("UPDATE shard SET content = substr(content, 1, 40) || x'00' || substr(content, 42)")
    db.commit()
    db.close()

    assert scanned(root, path) == expected


def test_rows_of_an_unknown_form_are_not_believed(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    expected = scanned(root, path)
    db = sqlite3.connect(path)
    db.execute("UPDATE shard SET content = x'c0', checksum = 'text', listed_at = 'text'")
    db.commit()
    db.close()

    assert scanned(root, path) == expected


def test_the_file_of_another_program_is_left_alone(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.commit()
    db.close()
    before = path.read_bytes()

    assert scanned(root, path) == scan(root)
    assert path.read_bytes() == before


def test_a_locked_file_costs_no_truth(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    expected = scanned(root, path)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    try:
        assert scanned(root, path) == expected
    finally:
        db.execute("ROLLBACK")
        db.close()


def test_a_place_where_nothing_can_be_written_costs_no_truth(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    assert scanned(root, tmp_path / "file" / "memory") == scan(root)
    assert scanned(root, Path(os.devnull) / "memory") == scan(root)


def test_a_folder_in_its_place_costs_no_truth(root: Path, tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()

    assert scanned(root, tmp_path / "memory") == scan(root)


def test_another_root_at_the_same_path_is_not_mistaken(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    scanned(root, path)
    root.rename(tmp_path / "moved")
    fill(root, 2)

    assert scanned(root, path) == scan(root)
    assert scanned(tmp_path / "moved", path) == scan(tmp_path / "moved")


def test_it_forgets_shards_that_are_gone(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    scanned(root, path)
    before = shards(path)
    shard = next(root.glob("http-v2/*/*"))
    for file in [path for path in shard.rglob("*") if path.is_file()]:
        file.unlink()
    for folder in sorted((path for path in shard.rglob("*")), reverse=True):
        folder.rmdir()
    shard.rmdir()

    scanned(root, path)

    assert shards(path) == before - 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act in another's home")
def test_nothing_is_left_in_the_home_of_another_user(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "another"
    home.mkdir()
    os.chown(home, 1234, 1234)

    assert scanned(root, home / ".cache" / "cachetui" / "memory") == scan(root)
    assert list(home.iterdir()) == []


def test_a_file_that_others_could_read_is_made_the_users_own(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    path.touch(mode=0o644)

    scanned(root, path)

    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_names_are_known_without_a_scan(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "memory"
    found = root.stat()
    assert known_releases(found.st_dev, found.st_ino, path) == set()
    assert not path.exists()

    entries = scanned(root, path).entries

    releases = {f"{entry.project} {entry.version or ''}" for entry in entries if entry.project}
    assert releases
    assert known_releases(found.st_dev, found.st_ino, path) == releases
    assert known_releases(found.st_dev, found.st_ino + 1, path) == set()


def test_each_layout_has_a_memory_of_its_own(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reuse, "RACY_NS", -(10**18))  # nothing is too new to be believed
    path = tmp_path / "memory"
    (root / "cache/repositories").mkdir(parents=True)
    make_old(root)
    pips, poetrys = scan(root, layout=PIPS), scan(root, layout=POETRYS)

    with Memory(path) as memory:
        read = [scan(root, memory=memory, layout=layout) for layout in (POETRYS, PIPS, POETRYS)]

    assert read == [poetrys, pips, poetrys]


def test_what_was_learned_outlasts_a_look_at_a_root_without_the_programs_directories(
    root: Path, tmp_path: Path
) -> None:
    path = tmp_path / "memory"
    scanned(root, path)
    before = shards(path)
    for name in ("http-v2", "wheels", "selfcheck"):
        (root / name).rename(tmp_path / name)

    assert not scanned(root, path).recognised
    assert shards(path) == before
