from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cachetui.demo.artifacts import Listed, json_page
from cachetui.demo.writer import CacheWriter, page_headers, plain_headers
from cachetui.model import Inventory
from cachetui.pip import crew
from cachetui.pip.crew import Helper, Place, Share, processors
from cachetui.pip.memory import Memory
from cachetui.pip.scan import reuse, scanner
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.scanner import scan
from cachetui.pip.scan.shards import Shard
from cachetui.system.tree import Tree
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
    monkeypatch.setattr(scanner, "WORTH_HELP", 2)
    monkeypatch.setattr(scanner, "processors", lambda: 2)


def test_there_is_a_processor() -> None:
    assert processors() >= 1


@pytest.mark.parametrize("jobs", [0, 1, 7, 300])
def test_each_job_is_done_once(jobs: int) -> None:
    share = Share(range(jobs))
    portions = [share.portion() for _ in range(3)]

    assert [*share, *sorted(share.given)] == [*range(jobs)]
    assert sorted(share.given) == sorted(number for portion in portions for number in portion)
    assert [len(portion) for portion in portions] == sorted(map(len, portions), reverse=True)
    assert share.portion() == []


@pytest.mark.usefixtures("shared")
def test_two_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 40)
    put_pages(tmp_path)
    shared = scan(tmp_path)

    monkeypatch.setattr(scanner, "processors", lambda: 1)

    assert known(scan(tmp_path)) == known(shared)
    assert scan(tmp_path) == shared


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "import sys; sys.stdout.write('garbage')",
        "import sys, os; sys.path[:] = {path!r}; from cachetui.pip import serving; "
        "serving.Server._consult = lambda *_: os._exit(3); serving.serve()",
        "import sys, os; sys.path[:] = {path!r}; from cachetui.pip import serving; "
        "serving.Server._read = lambda *_: os._exit(3); serving.serve()",
        "import sys; sys.stdin.buffer.read()",
    ],
    ids=["fails", "talks nonsense", "dies over pages", "dies over shards", "never answers"],
)
def test_what_a_helper_leaves_is_read_without_it(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 40)
    put_pages(tmp_path)
    monkeypatch.setattr(scanner, "processors", lambda: 1)
    alone = known(scan(tmp_path))

    monkeypatch.setattr(scanner, "processors", lambda: 2)
    if "stdin" in program:
        monkeypatch.setattr(crew, "PATIENCE", 0.3)
    monkeypatch.setattr(crew, "PROGRAM", program)

    assert known(scan(tmp_path)) == alone


PATIENT = "import sys, os; sys.path[:] = {path!r}; from cachetui.pip import reuse, serving; reuse.RACY_NS = -10**10; "
"""A helper for which a change never is too recent."""


@pytest.fixture
def learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Memory, Inventory]]:
    """A cache, a memory of it that is believed at once, and what it holds."""
    root = tmp_path / "cache"
    fill(root, 40)
    put_pages(root)
    monkeypatch.setattr(reuse, "RACY_NS", -(10**10))
    with Memory(tmp_path / "memory") as memory:
        yield root, memory, scan(root, memory=memory)


@pytest.mark.usefixtures("shared")
def test_two_processes_recall_what_one_learned(
    learned: tuple[Path, Memory, Inventory], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, memory, first = learned
    asked: list[Share[Place]] = []
    order: Callable[[Helper, Share[Place], Callable[[str], bytes]], None] = Helper.recall

    def note(self: Helper, share: Share[Place], remembered: Callable[[str], bytes]) -> None:
        asked.append(share)
        order(self, share, remembered)

    monkeypatch.setattr(crew, "PROGRAM", PATIENT + "serving.serve()")
    monkeypatch.setattr(Helper, "recall", note)
    monkeypatch.setattr(Helper, "read", None)  # nothing is to be read anew
    monkeypatch.setattr(scanner, "list_shard", None)

    assert scan(root, memory=memory) == first
    assert [bool(share.given) for share in asked] == [True]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        PATIENT + "serving.Server._recall = lambda *_: os._exit(3); serving.serve()",
        PATIENT + "answer = serving._answer; left = iter('abc'); "
        "serving._answer = lambda it: answer(it) if next(left, '') else os._exit(3); serving.serve()",
        "import sys; sys.stdin.buffer.read()",
    ],
    ids=["fails", "dies over the memory", "dies half way", "never answers"],
)
def test_what_a_helper_does_not_recall_is_recalled_without_it(
    program: str, learned: tuple[Path, Memory, Inventory], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, memory, first = learned
    if "stdin" in program:
        monkeypatch.setattr(crew, "PATIENCE", 0.3)
    monkeypatch.setattr(crew, "PROGRAM", program)
    monkeypatch.setattr(scanner, "list_shard", None)

    assert scan(root, memory=memory) == first


@pytest.mark.usefixtures("shared")
def test_an_address_once_known_stays_known_whoever_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "cache"
    fill(root, 60)
    with Memory(tmp_path / "memory") as memory:
        first = {entry.path: entry.url for entry in scan(root, memory=memory).entries if entry.kind == "wheel"}
        for page in [entry.path for entry in scan(root).entries if entry.kind == "index"]:
            (root / page).unlink()
        for number, folder in enumerate({path.rpartition("/")[0] for path in first}):
            (root / folder / f"new{number}").write_text("x")
        given: list[Share[tuple[Place, object]]] = []
        order: Callable[[Helper, Share[tuple[Place, object]]], None] = Helper.read

        def note(self: Helper, share: Share[tuple[Place, object]]) -> None:
            given.append(share)
            order(self, share)

        monkeypatch.setattr(Helper, "read", note)
        again = {entry.path: entry.url for entry in scan(root, memory=memory).entries if entry.kind == "wheel"}

    assert any(share.given for share in given)
    assert any(first.values())
    assert again == first


FAILING_PAGES = """
import errno, sys
sys.path[:] = {path!r}
from cachetui.pip import serving
from cachetui.system import tree
whole = tree.Tree.open
def fail(self, file):
    if file.path.endswith(".body"):
        raise OSError(errno.EIO, "Input/output error")
    return whole(self, file)
read = serving.Server._consult
def consult(*what):
    tree.Tree.open = fail
    read(*what)
serving.Server._consult = consult
serving.serve()
"""


@pytest.mark.usefixtures("shared")
def test_what_a_helper_cannot_read_is_told_and_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "cache"
    fill(root, 40)
    put_pages(root)
    monkeypatch.setattr(reuse, "RACY_NS", -(10**10))
    with Memory(tmp_path / "memory") as memory:
        with monkeypatch.context() as failing:
            failing.setattr(crew, "PROGRAM", FAILING_PAGES)
            broken = scan(root, memory=memory)
        whole = scan(root, memory=memory)

    assert {error.reason for error in broken.errors} == {"Input/output error"}
    assert any(entry.kind == "unknown" for entry in broken.entries)
    assert whole == scan(root)
    assert not any(entry.kind == "unknown" for entry in whole.entries)


def test_a_helper_that_cannot_be_told_something_is_lost_at_once(tmp_path: Path) -> None:
    with Tree(tmp_path) as tree:
        helper = Helper(tree)
        try:
            helper.read(Share([(("http-v2", 1 << 70), None)]))
            assert list(helper.shards(lambda: False)) == []
            assert helper.lost
        finally:
            helper.close()


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

    def stop_here(self: Helper, _: object) -> Iterator[tuple[Shard, set[EntryDraft]]]:
        stopped.append(self)
        return iter(())

    monkeypatch.setattr(Helper, "shards", stop_here)

    inventory = scan(tmp_path, stop=lambda: bool(stopped))

    assert stopped
    assert not inventory.complete
