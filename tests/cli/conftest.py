from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cachetui.cli import main
from cachetui.demo import demo_cache
from cachetui.demo.target import DemoTarget
from cachetui.services import removal
from tests.cli.lending import Lent
from tests.loaded_pips import LoadedPips
from tests.open_folder import open_folder
from tests.temporary import disk


class Said(NamedTuple):
    """Result of a command."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""The escape sequences of colours."""
HERE = DemoTarget.running()


@pytest.fixture(scope="session")
def made_up() -> Iterator[Path]:
    with demo_cache(target=HERE) as root:
        yield root


def made_up_name(written: str) -> str:
    """Return the name of a wheel in the made-up cache, which is for the Python that runs the tests."""
    name, version, tag = written.removesuffix(".whl").split("-", 2)
    return f"{name}-{version}-{HERE.tag(tag)}.whl"


@pytest.fixture(scope="session")
def lent(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Lent:
    return Lent(made_up, tmp_path_factory.mktemp("lent") / "cache")


@pytest.fixture
def cache(lent: Lent, tmp_path: Path) -> Iterator[Path]:
    """Yield a made-up cache that a test may change, with the times of its directories."""
    lent.lend(tmp_path / "cache")
    yield tmp_path / "cache"
    lent.take_back(tmp_path / "cache")


@pytest.fixture(scope="session")
def lent_on_disk(made_up: Path) -> Iterator[Lent]:
    with tempfile.TemporaryDirectory(prefix="cachetui-", dir=disk()) as folder:
        yield Lent(made_up, Path(folder, "cache"))


@pytest.fixture
def cache_on_disk(lent_on_disk: Lent, on_disk: Path) -> Iterator[Path]:
    """Yield a made-up cache that a test may change, whose directories take room."""
    lent_on_disk.lend(on_disk / "cache")
    yield on_disk / "cache"
    lent_on_disk.take_back(on_disk / "cache")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run commands in this process; whether a pip runs on the machine of the tests does not matter."""
    monkeypatch.setattr(removal, "running_programs", lambda _: ())

    def run(*arguments: object) -> Said:
        code = main.run([str(argument) for argument in arguments])
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start commands as separate processes, without a terminal and without running pips."""

    def start(*arguments: object, **options: object) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        command = [sys.executable, "-m", "tests.cli.alone", *map(str, arguments)]
        return subprocess.Popen(command, text=True, env=environment, **streams)  # type: ignore[call-overload, no-any-return]

    return start


@pytest.fixture(scope="session")
def pips() -> Iterator[LoadedPips]:
    """Yield pips that are loaded when they are asked first, and answer until the last test has ended."""
    with LoadedPips() as pips:
        yield pips


class Nobody(NamedTuple):
    """A user with a cache, to whom file modes apply even if the tests run as root."""

    cache: Path

    def run(self, *arguments: object) -> Said:
        """Run a command as that user."""
        code = (
            "import os, pkgutil, sys, importlib, cachetui.pip.processes\n"
            "cachetui.pip.processes.running_programs = lambda _: ()\n"
            "for module in pkgutil.walk_packages(cachetui.__path__, 'cachetui.'):\n"
            "    if not module.name.startswith(('cachetui.ui', 'cachetui.__main__')):\n"
            "        importlib.import_module(module.name)\n"
            "import encodings.ascii, encodings.cp437, pwd\n"
            "import cachetui.browsing.rows, cachetui.report.removal_list, cachetui.text.format, humanize, psutil\n"
            "os.geteuid() or os.setuid(65_534)\n"
            "sys.exit(cachetui.cli.main.run(sys.argv[1:]))"
        )
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "HOME": "/nowhere"}
        found = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        return Said(found.returncode, found.stdout, found.stderr)


@pytest.fixture
def nobody(made_up: Path) -> Iterator[Nobody]:
    """Yield that user with a cache, in a folder that everybody may enter."""
    with open_folder() as folder:
        root = folder / "cache"
        shutil.copytree(made_up, root)
        if os.geteuid() == 0:
            for path in [root, *root.rglob("*")]:
                os.chown(path, 65_534, 65_534, follow_symlinks=False)
        yield Nobody(root)
