from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from packaging.tags import parse_tag, sys_tags

from cachetui import demo
from cachetui.demo import ENDINGS, demo_cache
from cachetui.demo.contents import releases
from cachetui.demo.target import DemoTarget
from cachetui.model import KINDS, NS, Entry, Inventory
from cachetui.pip.scan.scanner import scan

NOW = 1_793_000_000 * NS
MEGABYTE = 1_000_000
MAC = ("macosx_14_0_arm64", "macosx_10_9_universal2")
OLD = ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64")
TWO = "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"


def written(root: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make demos hold one file only: they are made and removed in the same way as those that hold hundreds."""
    monkeypatch.setattr(demo, "write_contents", lambda cache, now_ns, *_: cache.put("http-v2/a/b", b"x", now_ns))


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    with demo_cache(NOW, DemoTarget()) as root:
        return scan(root)


def test_two_are_the_same_but_for_their_times() -> None:
    with demo_cache(NOW, DemoTarget()) as one, demo_cache(NOW, DemoTarget()) as two:
        then = written(one)
        assert written(two) == then
    with demo_cache(NOW + 7 * NS, DemoTarget()) as root:
        later = written(root)

    assert {path: at for path, (_, at) in later.items()} == {path: at + 7 * NS for path, (_, at) in then.items()}
    assert max(at for _, at in then.values()) <= NOW


def test_it_takes_little_room_and_time() -> None:
    start = time.process_time()
    with demo_cache() as root:
        seconds = time.process_time() - start
        used = sum(path.lstat().st_blocks * 512 for path in root.rglob("*"))

    assert used < 40 * MEGABYTE
    assert seconds < 10  # of processor time; it takes some tenths of a second


@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("failure", [None, KeyboardInterrupt])
def test_it_is_removed_whatever_happens(failure: type[BaseException] | None) -> None:
    seen: list[Path] = []
    try:
        with demo_cache() as root:
            seen.append(root)
            assert root.is_dir()
            if failure:
                raise failure
    except KeyboardInterrupt:
        pass

    assert not seen[0].exists()
    assert not seen[0].parent.exists()


@pytest.mark.usefixtures("little")
@pytest.mark.skipif(sys.platform == "win32", reason="signals end a program there at once")
def test_signals_do_not_disturb_its_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    clean_up = TemporaryDirectory.cleanup

    def disturbed(folder: TemporaryDirectory[str]) -> None:
        for number in ENDINGS:
            signal.raise_signal(number)
        clean_up(folder)

    monkeypatch.setattr(TemporaryDirectory, "cleanup", disturbed)
    before = [signal.getsignal(number) for number in ENDINGS]
    with demo_cache() as root:
        pass
    assert not root.parent.exists()
    assert [signal.getsignal(number) for number in ENDINGS] == before


@pytest.mark.usefixtures("little")
def test_it_can_be_made_in_a_thread() -> None:
    def make() -> Path:
        with demo_cache(NOW, DemoTarget()) as root:
            return root

    with ThreadPoolExecutor() as pool:
        assert not pool.submit(make).result().parent.exists()


def test_it_shows_everything_that_can_lie_in_pips_cache(inventory: Inventory) -> None:
    kinds = Counter(entry.kind for entry in inventory.entries)
    rungs = Counter(entry.identified_by for entry in inventory.entries)

    assert set(kinds) == {*KINDS} - {"environment"}  # pip keeps none
    assert set(rungs) == {None, "url", "disposition", "headers", "archive", "page", "wheel-name"}
    assert len(inventory.foreign) == 1
    assert inventory.errors == ()
    assert 80 <= len(inventory.projects) <= 120
    assert 350 <= len(inventory.entries) <= 450


def test_its_entries_are_named(inventory: Inventory) -> None:
    def named(project: str) -> dict[tuple[str, str | None], list[str | None]]:
        found: dict[tuple[str, str | None], list[str | None]] = {}
        for entry in inventory.entries:
            if entry.project == project:
                found.setdefault((entry.kind, entry.version), []).append(entry.filename)
        return found

    assert named("psycopg2") == {
        ("built", "2.4.4"): ["psycopg2-2.4.4-cp311-cp311-linux_x86_64.whl"],
        ("sdist", "2.4.4"): ["psycopg2-2.4.4.tar.gz"],
        ("built", "2.4.1"): ["psycopg2-2.4.1-cp38-cp38-linux_x86_64.whl"],
        ("sdist", "2.4.1"): ["psycopg2-2.4.1.tar.gz"],
        ("index", None): [None],
    }
    assert named("torch")["wheel", "2.3.0+cu121"] == ["torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"]
    assert named("acme-auth")["wheel", "0.9.0rc1"] == ["acme_auth-0.9.0rc1-py3-none-any.whl"]
    assert named("ruamel-yaml")["wheel", "0.17.21"] == ["ruamel_yaml-0.17.21-py3-none-any.whl"]
    assert named("pytz")["wheel", "1!2020.1"] == ["pytz-1!2020.1-py3-none-any.whl"]
    assert named("django")["redirect", None] == [None]


@pytest.mark.parametrize(
    ("target", "written", "tag"),
    [
        (DemoTarget(), "cp311-cp311-linux_x86_64", "cp311-cp311-linux_x86_64"),
        (DemoTarget("cp313", "cp313t"), "cp311-cp311-linux_x86_64", "cp313-cp313t-linux_x86_64"),
        (DemoTarget("cp313", "cp313"), "cp38-cp38-linux_x86_64", "cp38-cp38-linux_x86_64"),
        (DemoTarget("cp313", "cp313"), "cp39-abi3-manylinux_2_28_x86_64", "cp39-abi3-manylinux_2_28_x86_64"),
        (DemoTarget("cp313", "cp313", MAC), "cp311-cp311-manylinux1_x86_64", "cp313-cp313-macosx_10_9_universal2"),
        (DemoTarget("cp313", "cp313", MAC), "cp38-cp38-linux_x86_64", "cp38-cp38-macosx_10_9_universal2"),
        (DemoTarget("pp311", "pypy311_pp73", MAC), "py2.py3-none-any", "py2.py3-none-any"),
        (DemoTarget(platforms=OLD), "py3-none-manylinux_2_28_x86_64", "py3-none-linux_x86_64"),
        (DemoTarget(platforms=OLD), TWO, TWO),
    ],
)
def test_its_wheels_are_for_the_python_that_it_is_made_for(target: DemoTarget, written: str, tag: str) -> None:
    assert target.tag(written) == tag


def test_the_python_that_runs_it_could_use_what_others_of_its_age_could() -> None:
    taken, here = {str(tag) for tag in sys_tags()}, DemoTarget.running()
    for written in (release.what.removeprefix("built:") for release in releases(DemoTarget()) if "-" in release.what):
        tags = {str(tag) for tag in parse_tag(here.tag(written))}
        assert bool(taken & tags) is not written.startswith(("cp38-cp38", "cp39-cp39", "cp310-"))


def test_what_has_no_name_gets_none(inventory: Inventory) -> None:
    kinds = Counter(entry.kind for entry in inventory.other)

    def sizes(entries: tuple[Entry, ...], kind: str) -> list[int]:
        return sorted(entry.apparent_size // 10_000 for entry in entries if entry.kind == kind)

    assert kinds == {"response": 3, "selfcheck": 5, "leftover": kinds["leftover"], "unknown": 2}
    assert sizes(inventory.other, "response") == [0, 16, 42]


def test_a_cut_download_tells_its_whole_length(inventory: Inventory) -> None:
    (entry,) = [each for each in inventory.entries if each.project == "llvmlite" and each.version == "0.42.0"]

    assert (entry.kind, entry.identified_by) == ("wheel", "headers")
    assert entry.files[1].size < 40_000
