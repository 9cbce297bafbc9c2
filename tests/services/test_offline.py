from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.request import url2pathname

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachetui.demo.artifacts import wheel
from cachetui.demo.writer import CacheWriter, file_headers
from cachetui.export.export import SkippedEntry
from cachetui.model import Inventory
from cachetui.pip.scan.scanner import scan
from cachetui.services.offline import OfflineRun, find_offline_files, offline_environment, run_offline
from tests.services.conftest import AT

LOOK = """
import os, pathlib, sys, urllib.request
place = urllib.request.url2pathname(os.environ["PIP_FIND_LINKS"].removeprefix("file://"))
pathlib.Path(sys.argv[1]).write_text(" ".join(os.listdir(place)))
"""
"""A command that writes the names of the files that it finds to a file."""


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the user's runtime files, in which link folders are made."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return runtime


class Told:
    """What a run has told: the files that it wrote, and those that it left out, for each call."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.damaged: list[list[str | None]] = []

    def before(self, skipped: Sequence[SkippedEntry]) -> None:
        self.damaged.append([one.filename for one in skipped])

    def run(self, inventory: Inventory, *command: str) -> OfflineRun:
        """Run a command with all files of a cache."""
        files = find_offline_files(inventory, inventory.entries).files
        return run_offline(inventory, files, command, dict(os.environ), report=self.written.append, before=self.before)


@given(
    st.text("a ,%\t\u00e9\u2003"), st.dictionaries(st.sampled_from(["PIP_FIND_LINKS", "UV_OFFLINE", "A"]), st.just("x"))
)
def test_the_place_of_the_files_is_one_word_that_means_their_folder(name: str, environ: dict[str, str]) -> None:
    folder = Path(os.path.abspath(os.sep), f"a{name}b")  # noqa: PTH100 - with the drive, on Windows
    made = offline_environment(folder, environ)
    place = made["PIP_FIND_LINKS"]
    assert re.search(r"[\s,]", place) is None
    assert Path(url2pathname(place.removeprefix("file://")) if place.startswith("file:") else place) == folder
    assert made == {
        **environ,
        **dict.fromkeys(("PIP_NO_INDEX", "PIP_NO_CACHE_DIR", "UV_NO_INDEX", "UV_OFFLINE"), "1"),
        **dict.fromkeys(("PIP_FIND_LINKS", "UV_FIND_LINKS"), place),
    }


def test_the_wheels_of_a_cache_are_chosen_and_of_an_empty_one_none(inventory: Inventory) -> None:
    found = find_offline_files(inventory, inventory.entries)
    assert [one.filename for one in found.files] == [
        "old-1.0-cp38-cp38-linux_x86_64.whl",
        "six-1.16.0-py3-none-any.whl",
        "torch-2.2.0-py3-none-any.whl",
        "torch-2.3.0-py3-none-any.whl",
    ]
    assert (found.damaged, found.nameless) == ((), 0)
    assert find_offline_files(Inventory("/nowhere"), ()).files == ()


def test_a_command_that_cannot_be_run_is_told_and_the_folder_is_gone(inventory: Inventory, runtime: Path) -> None:
    told = Told()
    run = told.run(inventory, "no-such-command")
    assert (run.code, run.changed) == (127, ())
    assert run.trouble
    assert (told.written, told.damaged) == ([], [[]])
    assert [*runtime.iterdir()] == []


def test_a_file_that_was_damaged_since_it_was_chosen_is_left_out_and_named(tmp_path: Path) -> None:
    writer, paths = CacheWriter(tmp_path / "cache"), []
    for name in ("cut", "six"):
        data = wheel(name, "1.0", size=300_000)
        headers = file_headers(name, "1.0", "bdist_wheel", "py3", size=len(data), at_ns=AT)
        url = f"https://files.example/{name}-1.0-py3-none-any.whl"
        paths.append(tmp_path / "cache" / writer.answer(url, data, headers, AT, form="cc=4"))
    inventory = scan(tmp_path / "cache")
    files = find_offline_files(inventory, inventory.entries).files
    names = [f"{name}-1.0-py3-none-any.whl" for name in ("cut", "six")]
    assert [one.filename for one in files] == names
    paths[0].write_bytes(paths[0].read_bytes()[:100_000])
    told, out = Told(), tmp_path / "out"
    run = run_offline(
        inventory,
        files,
        [sys.executable, "-c", LOOK, str(out)],
        dict(os.environ),
        report=told.written.append,
        before=told.before,
    )
    assert run == OfflineRun(0)
    assert (told.written, told.damaged) == (names, [names[:1]])
    assert out.read_text() == names[1]


def test_a_file_that_has_replaced_a_cached_one_was_not_changed_by_the_command(
    inventory: Inventory, tmp_path: Path
) -> None:
    (body,) = [one.body for one in inventory.entries if one.filename == "six-1.16.0-py3-none-any.whl" and one.body]
    (tmp_path / "new").write_bytes(b"another download")
    replace = f"import os; os.replace({str(tmp_path / 'new')!r}, {f'{inventory.root}/{body.path}'!r})"
    assert Told().run(inventory, sys.executable, "-c", replace) == OfflineRun(0)
    assert Path(inventory.root, body.path).read_bytes() == b"another download"
