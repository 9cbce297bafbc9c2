"""Tests of commands on systems that lack some functions of this one; these are deleted before the imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import made_up_name
from tests.untouched import state_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has them all")
LESS = """
import os, signal
def without(module, *names):
    for name in names:
        if hasattr(module, name):
            for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
                known.discard(getattr(module, name))
            delattr(module, name)
"""
ANDROID = """
without(os, 'link')
access = os.access
def access_of_android(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
    return not effective_ids and follow_symlinks and access(path, mode, dir_fd=dir_fd)
os.access = access_of_android
os.supports_effective_ids.add(os.access)
"""
"""In Termux, CPython is built without `os.link`; flags of faccessat(2) are an error."""
MACOS = """
without(os, 'posix_fadvise', 'POSIX_FADV_WILLNEED', 'process_cpu_count', 'sched_getaffinity', 'O_NOATIME', 'O_PATH',
        'ST_NOATIME')
"""
BY_PATH = """
for known in (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks):
    known.clear()
without(os, 'fchmod', 'fchown', 'posix_fadvise', 'pread', 'O_DIRECTORY', 'O_NOFOLLOW', 'O_CLOEXEC', 'O_NONBLOCK',
        'O_NOCTTY', 'O_NOATIME', 'O_PATH', 'ST_NOATIME', 'ST_RDONLY')
without(signal, 'SIGHUP', 'SIGCONT', 'SIGTSTP', 'SIGALRM', 'setitimer')
"""
"""As on Windows, as far as a module does not ask for the name of the system."""
COMMANDS = """
import importlib, json, pkgutil, sys
import cachetui.pip.processes
cachetui.pip.processes.running_programs = lambda _: ()
for module in pkgutil.walk_packages(cachetui.__path__, 'cachetui.'):
    if '__main__' not in module.name:
        importlib.import_module(module.name)
for command in json.loads(sys.argv[1]):
    print(command[0], cachetui.cli.main.run(command), file=sys.stderr)
"""


def run(code: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environ}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("less", [ANDROID, MACOS, BY_PATH], ids=["Android", "macOS", "by path"])
def test_everything_works_without_what_another_system_lacks(less: str, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    old = out / made_up_name("torch-2.3.0-cp311-cp311-manylinux1_x86_64.whl")
    out.mkdir()
    old.write_bytes(b"own")
    before = state_of(old)
    at = ("--cache-dir", str(cache))
    commands = [
        ("list", "--json", *at),
        ("verify", "six", *at),
        ("export", "torch==2.3.0", "--to", str(out), *at),
        ("remove", "torch", "--yes", *at),
        ("list", "torch", *at),
    ]
    found = run(LESS + less + COMMANDS, json.dumps(commands))
    codes = [line for line in found.stderr.splitlines() if line.split(" ")[0] in {command[0] for command in commands}]
    assert codes == ["list 0", "verify 0", "export 1", "remove 0", "list 3"], found.stderr
    assert state_of(old) == before
    assert {path.name for path in out.iterdir()} == {
        old.name,
        made_up_name("torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"),
    }


def test_ctrl_break_ends_the_demo_in_order(tmp_path: Path) -> None:
    code = (
        "import signal, sys; signal.SIGBREAK = signal.SIGUSR1\n"
        "from cachetui import demo\n"
        "from cachetui.cli.main import run\n"
        "def interrupted(cache, now_ns, *_):\n"
        "    cache.put('http-v2/a', b'x', now_ns)\n"
        "    signal.raise_signal(signal.SIGBREAK)\n"
        "demo.write_contents = interrupted\n"
        "sys.exit(run(['list', '--demo']))"
    )
    found = run(code, TMPDIR=str(tmp_path))
    assert (found.returncode, found.stdout, found.stderr) == (128 + signal.SIGUSR1, "", "")
    assert [*tmp_path.iterdir()] == []
