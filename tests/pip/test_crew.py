from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cachetui.pip import crew
from cachetui.pip import scan as scanning
from cachetui.pip.crew import Helper, processors
from cachetui.pip.scan import scan
from cachetui.pip.tree import Tree
from tests.pip.test_scan import fill, known


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
    for number in range(8):  # pages enough to be shared, too
        fill(tmp_path / "more", 3, first=100 + number)
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
    ],
)
def test_what_a_helper_leaves_is_read_without_it(program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 40)
    alone = known(scan(tmp_path))

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
