from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cachetui.demo.artifacts import Listed, json_page
from cachetui.demo.writer import CacheWriter, page_headers, plain_headers
from cachetui.pip import crew
from cachetui.pip import scan as scanning
from cachetui.pip.candidate import Candidate
from cachetui.pip.crew import Helper, processors
from cachetui.pip.scan import scan
from cachetui.pip.shards import Shard
from cachetui.pip.tree import Tree
from tests.pip.test_scan import AT, fill, known


def put_pages(root: Path) -> None:
    """Write index pages, enough of them to be shared, and files that only they name."""
    cache = CacheWriter(root)
    for number in range(8):
        name = f"other{number}-1.0-py3-none-any.whl"
        url = f"https://files.example/{name}"
        page = json_page(f"other{number}", [Listed(name, url, "0" * 64)])
        headers = page_headers("application/vnd.pypi.simple.v1+json", size=len(page), at_ns=AT, gzipped=False)
        cache.answer(f"https://index.example/simple/other{number}/", page, headers, AT)
        cache.answer(url, b"PK\3\4 damaged", plain_headers("application/octet-stream", size=14, at_ns=AT), AT)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the smallest cache pay for a helper."""
    monkeypatch.setattr(scanning, "WORTH_HELP", 2)
    monkeypatch.setattr(scanning, "processors", lambda: 2)


def test_there_is_a_processor() -> None:
    assert processors() >= 1


@pytest.mark.usefixtures("shared")
def test_two_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 40)
    put_pages(tmp_path)
    shared = scan(tmp_path)

    monkeypatch.setattr(scanning, "processors", lambda: 1)

    assert known(scan(tmp_path)) == known(shared)
    assert scan(tmp_path) == shared


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "import sys; sys.stdout.write('garbage')",
        "import sys, os; sys.path[:] = {path!r}; from cachetui.pip import crew; "
        "crew._consult = lambda *_: os._exit(3); crew.serve()",
        "import sys, os; sys.path[:] = {path!r}; from cachetui.pip import crew; "
        "crew._read = lambda *_: os._exit(3); crew.serve()",
        "import sys; sys.stdin.buffer.read()",
    ],
    ids=["fails", "talks nonsense", "dies over pages", "dies over shards", "never answers"],
)
def test_what_a_helper_leaves_is_read_without_it(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 40)
    put_pages(tmp_path)
    monkeypatch.setattr(scanning, "processors", lambda: 1)
    alone = known(scan(tmp_path))

    monkeypatch.setattr(scanning, "processors", lambda: 2)
    monkeypatch.setattr(crew, "PATIENCE", 0.3)
    monkeypatch.setattr(crew, "PROGRAM", program)

    assert known(scan(tmp_path)) == alone


@pytest.mark.usefixtures("shared")
def test_no_helper_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 4)
    alone = known(scan(tmp_path))

    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing-here"))

    assert known(scan(tmp_path)) == alone


@pytest.mark.usefixtures("shared")
def test_a_helper_ends_with_the_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 40)
    helpers: list[Helper] = []
    start: Callable[[Helper, Tree], None] = Helper.__init__

    def note(self: Helper, tree: Tree) -> None:
        start(self, tree)
        helpers.append(self)

    monkeypatch.setattr(Helper, "__init__", note)
    scan(tmp_path, stop=lambda: bool(helpers))

    assert [helper.returncode is not None for helper in helpers] == [True]


@pytest.mark.usefixtures("shared")
def test_a_scan_stops_although_its_helper_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 1_200)  # so much to tell that a pipe which nobody reads does not take it
    put_pages(tmp_path)
    monkeypatch.setattr(crew, "PROGRAM", "import threading; threading.Event().wait()")
    stopped: list[Helper] = []

    def stop_here(self: Helper, _: object) -> Iterator[tuple[Shard, set[Candidate]]]:
        stopped.append(self)
        return iter(())

    monkeypatch.setattr(Helper, "shards", stop_here)

    inventory = scan(tmp_path, stop=lambda: bool(stopped))

    assert stopped
    assert not inventory.complete
