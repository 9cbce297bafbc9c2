from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.caches import uv_scan
from cachetui.caches.registry import source_at
from cachetui.caches.source import ScanOptions
from cachetui.caches.uv import SOURCE, locate_uv, scan_uv
from cachetui.caches.uv_records import address_in, pointed_at, released_name, strings_of
from cachetui.environments.installed import DirectUrl, Environment, Installed
from cachetui.environments.used_by import usage_of
from cachetui.insight.audit.figures import copies, sized
from cachetui.model import Batch, Entry, Inventory, Unreadable
from cachetui.pip.config.location import Location
from cachetui.removal.freed_bytes import freed_files
from tests.caches.uv_cache import INDEX, MIDDLE, NEW, OLD, Generation, UvCache, packed, policy, three_generations
from tests.untouched import state_of

GAMMA = "gamma-0.1+local.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


@pytest.fixture
def cache(tmp_path: Path) -> UvCache:
    return UvCache(tmp_path / "uv")


def read(root: Path, report: list[Batch] | None = None) -> Inventory:
    location = Location(root, "--cache-dir", named=True, enabled=True, source="uv")
    add = None if report is None else report.append
    return scan_uv(location, ScanOptions(report=add))


def only(root: Path) -> Entry:
    [entry] = read(root).entries
    return entry


def named(entry: Entry) -> tuple[str, str | None, str | None, str | None, str | None]:
    return entry.kind, entry.project, entry.version, entry.filename, entry.url


@pytest.mark.parametrize("generation", [OLD, MIDDLE, NEW])
def test_a_wheel_has_its_released_name(cache: UvCache, generation: Generation) -> None:
    cache.generation = generation
    path = cache.wheel("Alpha_One", "1.0")

    entry = only(cache.root)

    name = "Alpha_One-1.0-py3-none-any.whl"
    assert named(entry) == ("wheel", "alpha-one", "1.0", name, f"https://files.example/packages/9e/8c/{name}")
    assert (entry.path, entry.files[0].path, entry.unpacked) == (path, path, True)
    assert len(entry.files) == (7 if generation is NEW else 6)


@pytest.mark.parametrize("generation", [OLD, MIDDLE, NEW])
def test_long_tags_and_a_local_version(cache: UvCache, generation: Generation) -> None:
    cache.generation = generation
    cache.wheel("gamma", "0.1+local.1", "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64")

    assert only(cache.root)[6:9] == ("gamma", "0.1+local.1", GAMMA)


@pytest.mark.parametrize("generation", [OLD, MIDDLE, NEW])
def test_a_built_wheel_comes_with_its_source(cache: UvCache, generation: Generation) -> None:
    cache.generation = generation
    path = cache.built("epsilon", "0.5", revision="o20Z-j5P_g-bA-iwj3px")

    entry = only(cache.root)

    url = "https://files.example/packages/d6/d1/epsilon-0.5.tar.gz"
    assert named(entry) == ("built", "epsilon", "0.5", "epsilon-0.5-py3-none-any.whl", url)
    assert (entry.path, entry.unpacked) == (path, False)
    assert entry.files[0].path.endswith(".whl")
    assert len(entry.files) == 9


def test_three_generations_in_one_cache(tmp_path: Path) -> None:
    inventory = read(three_generations(tmp_path / "uv").root)

    stale = [entry for entry in inventory.entries if entry.note]
    assert len(inventory.entries) == 15
    assert {entry.path.split("/")[0] for entry in stale} == {
        *("wheels-v2", "wheels-v5", "sdists-v5", "sdists-v9", "simple-v13", "simple-v19", "environments-v1")
    }
    assert [entry.note for entry in stale if entry.path.startswith("wheels-v2/")] == [
        "stale: the newest uv that wrote here uses wheels-v8, not wheels-v2"
    ] * 2
    assert sorted(entry.kind for entry in inventory.entries) == [
        *["built"] * 3,
        *["environment"] * 3,
        *["index"] * 3,
        *["wheel"] * 6,
    ]


def test_each_file_is_foreign_or_in_one_entry(tmp_path: Path) -> None:
    root = three_generations(tmp_path / "uv").root
    inventory = read(root)
    found = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_symlink() or not path.is_dir()]

    listed = [file.path for entry in inventory.entries for file in entry.files]
    assert sorted([*listed, *[file.path for file in inventory.foreign]]) == sorted(found)
    assert [file.path for file in inventory.foreign] == [
        *(".lock", "CACHEDIR.TAG", "sdists-v11/.git", "sdists-v5/.git", "sdists-v9/.git")
    ]
    assert set(inventory.directories) == {
        "",
        *[str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir() and not path.is_symlink()],
    }


def test_an_orphan_is_a_leftover(cache: UvCache) -> None:
    archive = cache.archive("beta", "2.0")

    entry = only(cache.root)

    assert (entry.kind, entry.project, entry.version, entry.path) == (
        "leftover",
        "beta",
        "2.0",
        f"archive-v0/{archive}",
    )
    assert entry.note == "orphan: nothing in this cache leads to it"


def test_an_orphaned_environment_is_told_apart(cache: UvCache) -> None:
    (cache.root / cache.environment()).unlink()

    entry = only(cache.root)

    assert (entry.kind, entry.project) == ("leftover", None)
    assert entry.note == "orphan: nothing in this cache leads to it; it was an environment"


def test_the_environment_of_a_script(cache: UvCache) -> None:
    cache.put("environments-v2/job-1f2e/pyvenv.cfg", b"home = /usr/bin\n")
    cache.put("environments-v2/job-1f2e/lib/python3.12/site-packages/six.py", b"")

    entry = only(cache.root)

    assert (entry.kind, entry.path, len(entry.files)) == ("environment", "environments-v2/job-1f2e", 2)


def test_a_pointer_without_its_archive(cache: UvCache) -> None:
    cache.wheel("beta", "2.0")
    for file in sorted((cache.root / "archive-v0").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()

    entry = only(cache.root)

    assert (entry.kind, entry.project, entry.version) == ("wheel", "beta", "2.0")
    assert entry.note == "its unpacked archive is missing"


def test_a_file_points_to_an_archive_on_windows(cache: UvCache) -> None:
    path = f"wheels-v8/{INDEX}/beta/2.0-py3-none-any"
    cache.put(path, f"archive-v0/{cache.archive('beta', '2.0')}".encode())

    entry = only(cache.root)

    assert (entry.kind, entry.project, entry.filename) == ("wheel", "beta", "beta-2.0-py3-none-any.whl")
    assert len(entry.files) == 4


def test_metadata_without_its_wheel(cache: UvCache) -> None:
    path = cache.wheel("beta", "2.0")
    for end in ("", ".http"):
        (cache.root / f"{path}{end}").unlink()

    entry = read(cache.root).by_path[f"{path}.msgpack"]

    assert (entry.kind, entry.project, entry.version) == ("metadata", "beta", "2.0")
    assert [file.path for file in entry.files] == [f"{path}.msgpack", f"{path}.lock"]


def test_only_a_file_that_holds_a_body_is_one(tmp_path: Path) -> None:
    bodies = {entry.kind: entry.body for entry in read(three_generations(tmp_path / "uv").root).entries}

    assert (bodies["wheel"], bodies["environment"]) == (None, None)
    assert bodies["built"] is not None
    assert bodies["built"].path.endswith(".whl")


def test_nothing_is_said_of_a_wheel_by_the_files_beside_it(cache: UvCache) -> None:
    names = {f"wheels-v8/path/{place}/beta/2.0-py3-none-any" for place in ("3f0d", "77aa")}
    for name in names:
        cache.put(f"{name}.rev", packed([cache.archive("beta", "2.0"), []]))
    inventory = read(cache.root)
    source = DirectUrl("file:///home/ana/beta-2.0-py3-none-any.whl", {"sha256": "00" * 32})
    installed = Environment(Path("/home/ana/v"), "~/v", (Installed("beta", "2.0", source),), frozenset(), "")

    usage = usage_of(inventory.entries, [installed], inventory.root)

    assert {entry.path for entry in inventory.entries if entry.unpacked} == names
    assert usage.used == {}
    assert copies(sized(inventory.entries)) == ()


def test_an_sdist_of_which_nothing_was_built(cache: UvCache) -> None:
    folder = cache.built("epsilon", "0.5")
    for file in (cache.root / folder / "o20Zj5PgbAiwj3px").glob("epsilon-*"):
        file.unlink()

    kinds = {(entry.kind, entry.filename, entry.unpacked) for entry in read(cache.root).entries}

    assert ("sdist", "epsilon-0.5.tar.gz", True) in kinds


def test_other_buckets_are_unknown(cache: UvCache) -> None:
    cache.put("interpreter-v4/47f8/a1.msgpack", b"\x90")
    cache.put("git-v0/db/1f/HEAD", b"ref")
    cache.put("novel-things-v1/a", b"")
    cache.put("notes/mine.txt", b"")

    inventory = read(cache.root)

    assert [(entry.kind, entry.path, entry.note) for entry in inventory.entries] == [
        ("unknown", "git-v0/db", "Git repositories that uv cloned"),
        ("unknown", "interpreter-v4/47f8", "facts about Pythons that uv found here"),
        ("unknown", "novel-things-v1/a", "from a bucket that cachetui does not know, novel-things"),
    ]
    assert "notes/mine.txt" in [file.path for file in inventory.foreign]


def test_hard_links_outside_are_not_given_back(cache: UvCache, tmp_path: Path) -> None:
    cache.wheel("beta", "2.0")
    [code] = (cache.root / "archive-v0").rglob("__init__.py")
    os.link(code, tmp_path / "installed.py")

    entry = only(cache.root)

    used = {Path(file.path).name: file.disk_usage for file in entry.files}
    assert entry.disk_usage == sum(used.values())
    assert sum([file.disk_usage for file in freed_files([entry])]) == entry.disk_usage - used["__init__.py"]


def test_a_hard_link_inside_counts_once(cache: UvCache) -> None:
    cache.wheel("zeta", "2.0")
    [code] = (cache.root / "archive-v0").rglob("__init__.py")
    cache.environment()
    [environment] = [path.parent for path in (cache.root / "archive-v0").rglob("pyvenv.cfg")]
    os.link(code, environment / "zeta.py")

    inventory = read(cache.root)

    files = [file for entry in inventory.entries for file in entry.files if file.links == 2]
    assert len(files) == 2
    assert {
        entry.kind: file.disk_usage > 0 for entry in inventory.entries for file in entry.files if file in files
    } == {
        "wheel": True,  # what is linked from an environment counts where it was unpacked
        "environment": False,
    }
    assert sum([file.disk_usage for file in freed_files(inventory.entries)]) == inventory.disk_usage


def test_links_are_never_followed(cache: UvCache, tmp_path: Path) -> None:
    cache.wheel("beta", "2.0")
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep/secret").touch()
    (cache.root / "wheels-v8/index/away").symlink_to(outside)
    (cache.root / "archive-v0/away").symlink_to(outside)

    inventory = read(cache.root)

    paths = [file.path for entry in inventory.entries for file in entry.files] + [f.path for f in inventory.foreign]
    assert not [path for path in paths if "secret" in path]
    assert {"wheels-v8/index/away", "archive-v0/away"} <= set(paths)


def test_one_unreadable_folder_ends_nothing(cache: UvCache) -> None:
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("root and Windows read everything")
    cache.wheel("beta", "2.0")
    cache.page("beta")
    folder = cache.root / "wheels-v8"
    folder.chmod(0)
    try:
        inventory = read(cache.root)
    finally:
        folder.chmod(0o755)

    assert [error.path for error in inventory.errors] == ["wheels-v8"]
    assert "index" in [entry.kind for entry in inventory.entries]


def test_reading_changes_nothing(tmp_path: Path) -> None:
    root = three_generations(tmp_path / "uv").root
    before = {path: state_of(path) for path in [root, *root.rglob("*")]}

    read(root)

    assert {path: state_of(path) for path in [root, *root.rglob("*")]} == before


def test_progress_adds_up(tmp_path: Path) -> None:
    batches: list[Batch] = []
    inventory = read(three_generations(tmp_path / "uv").root, batches)

    reported = {entry.path: entry for batch in batches for entry in batch.entries}
    assert reported == dict(inventory.by_path)
    assert batches[-1].listed
    assert batches[-1].files == sum([len(entry.files) for entry in inventory.entries]) + len(inventory.foreign)


def test_a_scan_can_be_stopped(tmp_path: Path) -> None:
    root = three_generations(tmp_path / "uv").root
    location = Location(root, "--cache-dir", named=True, enabled=True, source="uv")

    inventory = scan_uv(location, ScanOptions(stop=lambda: True))

    assert not inventory.complete


def test_uvs_cache_is_recognised(cache: UvCache, tmp_path: Path) -> None:
    assert read(cache.root).recognised
    cache.page("beta")
    assert read(cache.root).recognised
    assert source_at(cache.root).id == "uv"
    (tmp_path / "http-v2").mkdir()
    assert source_at(tmp_path).id == "pip"


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(head: bytes, tail: bytes) -> None:
    for record in (head, head + b"https://files.example/a-1-py3-none-any.whl" + tail):
        assert all(isinstance(text, str) for text in strings_of(record))
        released_name(address_in(record))


@given(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), max_size=200), st.booleans()
)
def test_an_address_is_read_to_its_exact_end(rest: str, is_plain: bool) -> None:
    address = f"https://files.example/{rest}"

    assert address_in(b"\x92\xa2id\x90" + policy(address, is_plain=is_plain)) == address


def test_an_address_without_its_place_ends_at_the_file_name() -> None:
    record = b'\x92\xa2id\x90https://files.example/a-1-py3-none-any.whl"etag"'

    assert address_in(record) == "https://files.example/a-1-py3-none-any.whl"
    assert released_name("https://files.example/a%2B1-py3-none-any.whl?token=secret") == "a+1-py3-none-any.whl"
    assert released_name("https://files.example/page.html") is None


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("../../../../archive-v0/fsOx8Usraix98oFN", ("archive-v0", "fsOx8Usraix98oFN")),
        ("/srv/lab/uv/archive-v0/UGBp8y-bbWDjviIiEfmHo", ("archive-v0", "UGBp8y-bbWDjviIiEfmHo")),
        ("C:\\uv\\archive-v0\\UGBp8y", ("archive-v0", "UGBp8y")),
        ("archive-v0/UGBp8y\n", ("archive-v0", "UGBp8y")),
        ("archive-v0/..", None),
        ("/etc/passwd", None),
        ("", None),
    ],
)
def test_a_pointer_is_read_by_its_last_parts(target: str, place: tuple[str, str] | None) -> None:
    assert pointed_at(target) == place


def test_the_source_removes_nothing() -> None:
    assert SOURCE.conduct.refusal == "cachetui removes nothing from uv's cache."
    assert locate_uv("x", python=None, environ={}).source == "uv"


def all_files(inventory: Inventory) -> list[str]:
    """Return the paths of all files of an inventory."""
    files = [file.path for entry in inventory.entries for file in entry.files]
    return sorted(files + [file.path for file in inventory.foreign])


def files_in(root: Path) -> list[str]:
    return sorted([path.relative_to(root).as_posix() for path in root.rglob("*") if not is_folder(path)])


def is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def test_a_file_that_breaks_off_while_it_is_read_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = three_generations(tmp_path / "uv").root
    (broken,) = root.glob("wheels-v8/index/*/gamma/*.http")
    inode, really = broken.stat().st_ino, os.read

    def read_some(fd: int, most: int) -> bytes:
        if os.fstat(fd).st_ino == inode:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return really(fd, most)

    monkeypatch.setattr(os, "read", read_some)
    inventory = read(root)

    path = broken.relative_to(root).as_posix()
    assert inventory.errors == (Unreadable(path, os.strerror(errno.EIO)),)
    assert all_files(inventory) == files_in(root)
    assert [entry.version for entry in inventory.entries if entry.path == path.removesuffix(".http")] == ["0.1+local.1"]


def test_what_an_unexpected_error_leaves_of_a_bucket_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = three_generations(tmp_path / "uv").root
    whole = read(root)

    def fail(head: bytes) -> str | None:
        if b"gamma" in head:
            raise ValueError
        return address_in(head)

    monkeypatch.setattr(uv_scan, "address_in", fail)
    batches: list[Batch] = []
    inventory = read(root, batches)

    assert [error.path for error in inventory.errors] == ["wheels-v8", "wheels-v5", "wheels-v2"]
    assert all_files(inventory) == files_in(root)
    assert inventory.disk_usage == whole.disk_usage
    assert batches[-1].files == len(files_in(root))
    assert [entry.note for entry in inventory.entries if entry.path == "wheels-v8"] == [
        "the bucket could not be read to its end"
    ]
    assert not [entry for entry in inventory.entries if entry.kind == "leftover"]
    assert "something that could not be read may lead to it" in [entry.note for entry in inventory.entries]


def test_an_archive_that_cannot_be_named_keeps_its_files(cache: UvCache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.wheel("beta", "2.0")

    def fail(name: str) -> NoReturn:
        raise ValueError

    monkeypatch.setattr(uv_scan, "canonicalize_name", fail)
    inventory = read(cache.root)

    assert all_files(inventory) == files_in(cache.root)


def test_lengths_count_where_there_are_no_blocks(cache: UvCache) -> None:
    cache.archive("beta", "2.0")
    [code] = (cache.root / "archive-v0").rglob("__init__.py")
    code.with_name("again.py").hardlink_to(code)
    cache.put("notes.txt", b"mine")
    paths = [cache.root / path for path in files_in(cache.root)]
    for path in paths:  # what was never written has no blocks
        size = path.stat().st_size
        os.truncate(path, 0)
        os.truncate(path, size)
    if any(getattr(path.stat(), "st_blocks", 1) for path in paths):
        pytest.skip("the file system has blocks for holes")

    inventory = read(cache.root)

    sizes = {path.stat().st_ino: path.stat().st_size for path in paths}
    assert inventory.by_length
    counted = [file for entry in inventory.entries for file in entry.files] + [*inventory.foreign]
    assert sum([file.disk_usage for file in counted]) == sum(sizes.values())


@pytest.mark.parametrize(
    ("ending", "content", "note"),
    [
        ("lock", b"", "what it belonged to is gone"),
        ("http", b"\xff\xff", "what it leads to could not be read"),
        ("http", b"\x91\xa4gone", "its unpacked archive is missing"),
    ],
)
def test_what_is_so_of_a_record_alone_is_said(cache: UvCache, ending: str, content: bytes, note: str) -> None:
    cache.put(f"wheels-v8/{INDEX}/beta/2.0-py3-none-any.{ending}", content)

    entry = only(cache.root)

    assert (entry.kind, entry.note) == ("unknown", note)


def test_a_link_in_the_source_of_an_sdist_is_no_lost_archive(cache: UvCache) -> None:
    folder = cache.built("epsilon", "0.5")
    (cache.root / folder / "o20Zj5PgbAiwj3px/src/README").symlink_to("pyproject.toml")

    entry = only(cache.root)

    assert (entry.kind, entry.note) == ("built", None)


def test_a_link_to_elsewhere_is_said_to_be_one(cache: UvCache) -> None:
    cache.put("wheels-v8/pypi/beta/.keep", b"")
    (cache.root / "wheels-v8/pypi/beta/2.0-py3-none-any").symlink_to("/srv/elsewhere")

    assert only(cache.root).note == "its link leads to no archive of uv"
