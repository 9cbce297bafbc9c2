from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from cachetui.caches.poetry import CONDUCT, locate_poetry
from cachetui.caches.registry import source_at
from cachetui.demo.artifacts import wheel as sound_wheel
from cachetui.errors import RefusedError
from cachetui.insight.health.verification import verify
from cachetui.model import Inventory
from cachetui.pip.config.location import DEFAULT
from cachetui.pip.reader import CacheReader
from cachetui.removal.plan import plan_removal
from tests.caches.poetry_writer import FILES, LONG_AGO, PoetryWriter

WHEEL, SDIST, BUILT = "My_App-1.0-py3-none-any.whl", "my_app-1.0.tar.gz", "my_app-1.0-py3-none-any.whl"
WHEEL_URL, SDIST_URL = f"{FILES}/{WHEEL}", f"{FILES}/{SDIST}"
METADATA = b"Metadata-Version: 2.1\nName: my-app\nVersion: 1.0\n"


@pytest.fixture
def cache(tmp_path: Path) -> PoetryWriter:
    return PoetryWriter(tmp_path.resolve() / "pypoetry")


def kinds(inventory: Inventory) -> dict[str, str]:
    """Return the kind of the entry that each file belongs to, by path."""
    found = {file.path: str(entry.kind) for entry in inventory.entries for file in entry.files}
    return {**found, **{file.path: "foreign" for file in inventory.foreign}}


def test_each_file_is_an_entry_under_its_name_and_url(cache: PoetryWriter) -> None:
    wheel, sdist = cache.artifact(WHEEL_URL, b"wheel"), cache.artifact(SDIST_URL, b"sdist")
    built = cache.artifact(SDIST_URL, b"built", BUILT)
    page = cache.page("lab", "my-app", WHEEL_URL, SDIST_URL)
    sdist_record = cache.answer("lab", SDIST_URL, b"sdist")[0]
    wheel_record = cache.answer("_default_cache", WHEEL_URL, b"wheel")[0]
    old_record = cache.old_answer("lab", WHEEL_URL, b"wheel")[0]
    metadata = cache.answer("lab", f"{WHEEL_URL}.metadata", METADATA)[0]
    release = cache.release("lab", "My.App", "1.0")
    inventory = cache.scan()
    assert {one.path: (one.kind, one.version, one.filename, one.url) for one in inventory.entries} == {
        wheel: ("wheel", "1.0", WHEEL, WHEEL_URL),
        sdist: ("sdist", "1.0", SDIST, SDIST_URL),
        built: ("built", "1.0", BUILT, None),
        page: ("index", None, None, None),
        sdist_record: ("sdist", "1.0", SDIST, SDIST_URL),
        wheel_record: ("wheel", "1.0", WHEEL, WHEEL_URL),
        old_record: ("wheel", "1.0", WHEEL, WHEEL_URL),
        metadata: ("metadata", "1.0", WHEEL, f"{WHEEL_URL}.metadata"),
        release: ("metadata", "1.0", None, None),
    }
    assert {one.project for one in inventory.entries} == {"my-app"}
    assert {one.downloaded for one in inventory.entries} == {LONG_AGO}
    checked = {one.path for one in inventory.entries if one.checked is not None}
    assert checked == {page, sdist_record, wheel_record, old_record, metadata}


def test_the_locks_of_a_record_belong_to_its_entry_and_go_last(cache: PoetryWriter) -> None:
    files, old = cache.answer("lab", WHEEL_URL, b"wheel"), cache.old_answer("lab", SDIST_URL, b"sdist")
    entries = cache.scan().by_path
    assert tuple(file.path for file in entries[files[0]].files) == files
    assert tuple(file.path for file in entries[old[0]].files) == old


def test_the_body_is_read_wherever_it_is(cache: PoetryWriter) -> None:
    cache.artifact(WHEEL_URL, b"wheel")
    cache.answer("lab", WHEEL_URL, b"wheel")
    cache.old_answer("lab", WHEEL_URL, b"wheel")
    inventory = cache.scan()
    with CacheReader(inventory) as reader:
        assert [b"".join(reader.pieces(entry)) for entry in inventory.entries] == [b"wheel"] * 3
        assert {reader.body_length(entry) for entry in inventory.entries} == {5}


def test_a_sound_cache_is_found_sound_and_proven_where_a_page_lists_hashes(cache: PoetryWriter) -> None:
    wheel = sound_wheel("My_App", "1.0")
    hashed = f"{WHEEL_URL}#sha256={hashlib.sha256(wheel).hexdigest()}"
    cache.page("lab", "my-app", hashed)
    for data in (wheel, b"damaged"):
        cache.artifact(WHEEL_URL, data)
        cache.answer("_default_cache", WHEEL_URL, data)
        cache.release("lab", "my-app", "1.0")
        inventory = cache.scan()
        verified = verify(inventory, inventory.entries)
        assert {finding.sort for finding in verified.findings} == (set() if data == wheel else {"mismatch"})
    assert len(verified.findings) == 2


def test_a_file_without_a_telling_name_is_named_by_its_content(cache: PoetryWriter) -> None:
    path = cache.artifact(f"{FILES}/main.zip", b"PK\3\4 not a whole zip")
    assert [(one.path, one.kind, one.project) for one in cache.scan().entries] == [(path, "response", None)]


@pytest.mark.parametrize(
    "data", [b"", b"9999999999", b"9999999999{}", b'{"name": "x", "version": "1"}', b"0" * 10 + b"["]
)
def test_a_release_that_cannot_be_read_is_unknown(cache: PoetryWriter, data: bytes) -> None:
    cache.release("lab", "x", "1", data)
    assert [(one.kind, one.note) for one in cache.scan().entries] == [("unknown", "it is not the JSON of a release")]


def test_what_is_left_over_is_an_entry_and_what_is_unknown_is_foreign(cache: PoetryWriter) -> None:
    path, body, lock, body_lock = cache.answer("lab", WHEEL_URL, b"wheel")
    folder = path.rpartition("/")[0]
    (cache.root / path).unlink()
    _, alone, *_ = cache.answer("lab", SDIST_URL, b"sdist", locks=False)
    (cache.root / alone).unlink()
    artifact = cache.artifact(WHEEL_URL, b"wheel")
    half = cache.put(f"{artifact.rpartition('/')[0]}/tmpabcd1234")
    writing = cache.put(f"{folder}/tmpabcd1234")
    others = (
        "README",
        "artifacts/notes.txt",
        f"{artifact}.txt",
        "cache/repositories/lab/notes.txt",
        f"{folder}/{'0' * 56}",
        "cache/repositories/lab/00/notes",
        "src/project/.git/config",
    )
    for other in others:
        cache.put(other)
    found = kinds(cache.scan())
    assert {path for path, kind in found.items() if kind == "leftover"} == {
        body,
        lock,
        body_lock,
        alone.removesuffix(".body"),
        half,
        writing,
    }
    assert {path for path, kind in found.items() if kind == "foreign"} == set(others)


def test_leftovers_stay_for_an_hour(cache: PoetryWriter) -> None:
    path, *files = cache.answer("lab", WHEEL_URL, b"wheel")
    (cache.root / path).unlink()
    half = cache.put(f"{path.rpartition('/')[0]}/tmpabcd1234")
    inventory = cache.scan()
    hour = 3_600 * 10**9
    for at, going in ((LONG_AGO + hour - 1, set()), (LONG_AGO + hour, {*files, half})):
        plan = plan_removal(inventory, inventory.entries, now_ns=at, home=cache.root.parent / "home")
        assert {file.path for entry in plan.entries for file in entry.files} == going
        assert {reason for _, reason in plan.kept} <= {"written to less than an hour ago, so poetry may be using it"}


def test_the_environments_are_never_opened(cache: PoetryWriter) -> None:
    cache.artifact(WHEEL_URL, b"wheel")
    cache.put("virtualenvs/my-app-py3.11/bin/python", b"python")
    opened: list[str] = []

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event in ("open", "os.scandir", "os.listdir"):
            opened.append(str(arguments[0]))

    listening = True
    sys.addaudithook(listen)
    try:
        inventory = cache.scan()
    finally:
        listening = False
    assert opened
    assert not [path for path in opened if "virtualenvs" in path or "my-app-py3.11" in path]
    assert inventory.foreign == ()
    assert not [path for path in inventory.directories if path.startswith("virtualenvs")]


def test_a_file_that_is_stored_several_times_is_said_to_be(cache: PoetryWriter) -> None:
    artifact = cache.artifact(SDIST_URL, b"sdist")
    first, second = (cache.answer(name, SDIST_URL, b"sdist")[0] for name in ("_default_cache", "lab"))
    cache.answer("other", f"http://other.example/{SDIST}", b"another sdist")
    cache.page("lab", "my-app", SDIST_URL, f"http://other.example/{SDIST}")
    alone = cache.artifact(WHEEL_URL, b"wheel")
    inventory = cache.scan()
    assert inventory.twins == {artifact: (first, second)}
    assert inventory.copies == {
        artifact: (first, second),
        first: (artifact, second),
        second: (artifact, first),
    }
    assert alone in inventory.by_path


def test_small_records_of_different_lengths_are_no_copies(cache: PoetryWriter) -> None:
    cache.page("lab", "my-app", SDIST_URL)
    for number, length in enumerate((20_000, 25_000, 30_000)):
        cache.old_answer(f"repository-{number}", SDIST_URL, bytes(length))
    assert cache.scan().copies == {}
    twice = [cache.old_answer(name, SDIST_URL, bytes(40_000))[0] for name in ("first", "second")]
    assert cache.scan().copies == {twice[0]: (twice[1],), twice[1]: (twice[0],)}


def test_nothing_goes_from_a_directory_that_is_not_poetrys(cache: PoetryWriter) -> None:
    cache.put("notes/a.txt")
    inventory = cache.scan()
    assert (inventory.recognised, inventory.entries) == (False, ())
    with pytest.raises(RefusedError):
        plan_removal(inventory, (), now_ns=LONG_AGO, home=cache.root.parent / "home")


def test_folders_with_the_names_of_poetrys_prove_nothing(cache: PoetryWriter) -> None:
    cache.put("src/a.py")
    cache.put("cache/other/f")
    (cache.root / "artifacts/ab/cd").mkdir(parents=True)
    for path in ("artifacts/ab/cd", "artifacts/ab"):
        os.utime(cache.root / path, ns=(LONG_AGO, LONG_AGO))
    inventory = cache.scan()
    assert (inventory.recognised, inventory.entries) == (False, ())
    (cache.root / "artifacts/ef").symlink_to(cache.root / "src", target_is_directory=True)
    assert cache.scan().entries == ()


@pytest.mark.parametrize("proof", ["cache/repositories/lab/_http_/a", f"artifacts/ab/cd/ef/{'0' * 58}"])
def test_empty_folders_of_poetrys_are_leftovers_where_a_folder_proves_that_they_are(
    cache: PoetryWriter, proof: str
) -> None:
    (cache.root / proof).mkdir(parents=True)
    (cache.root / "artifacts/12/34").mkdir(parents=True)
    for path in cache.root.rglob("*"):
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    inventory = cache.scan()
    assert inventory.recognised
    assert "artifacts/12" in inventory.by_path


def test_a_cache_from_which_everything_was_removed_is_still_poetrys(cache: PoetryWriter) -> None:
    (cache.root / "artifacts").mkdir()
    (cache.root / "cache/repositories").mkdir(parents=True)
    inventory = cache.scan()
    assert (inventory.recognised, inventory.entries) == (True, ())


def test_poetrys_cache_is_known_by_its_layout(cache: PoetryWriter, tmp_path: Path) -> None:
    cache.artifact(WHEEL_URL, b"wheel")
    assert source_at(cache.root).id == "poetry"
    elsewhere = PoetryWriter(tmp_path / "elsewhere")
    elsewhere.put("artifacts/of/something/else")
    assert source_at(elsewhere.root).id == "pip"
    elsewhere.release("lab", "x", "1")
    assert source_at(elsewhere.root).id == "poetry"


@pytest.mark.skipif(os.name == "nt", reason="the folders are those of Linux")
def test_poetrys_settings_say_where_its_cache_is(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "settings"
    folder.mkdir()
    file = folder / "config.toml"
    file.write_text('cache-dir = "~/kept"\n')
    environ = {"HOME": str(home), "XDG_CACHE_HOME": str(tmp_path / "caches"), "XDG_CONFIG_HOME": str(tmp_path / "none")}

    def found(**more: str) -> tuple[Path, str]:
        location = locate_poetry(None, python=None, environ=environ | more)
        return location.root, location.said_by

    assert found() == (tmp_path / "caches/pypoetry", DEFAULT)
    assert found(POETRY_CONFIG_DIR=str(folder)) == (home / "kept", f"cache-dir in {file}")
    assert found(POETRY_CONFIG_DIR=str(folder), POETRY_CACHE_DIR="/there") == (
        Path("/there"),
        "POETRY_CACHE_DIR=/there",
    )
    file.write_text("cache-dir = [")
    assert found(POETRY_CONFIG_DIR=str(folder)) == (tmp_path / "caches/pypoetry", DEFAULT)
    named = locate_poetry("/named", python=None, environ=environ)
    assert (named.root, named.named, named.source) == (Path("/named"), True, "poetry")


def test_a_running_poetry_needs_what_it_has_chosen() -> None:
    assert {"wheel", "sdist", "built", "index"} <= set(CONDUCT.awaited)
    assert "metadata" not in CONDUCT.awaited
