"""A user who may not do everything, also where the tests run as the superuser."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

NOBODY = 65_534


def as_a_nobody(root: Path, script: str, *modules: str) -> str:
    """Run Python code as that user, to whom all below `root` belongs; return what it prints.

    `modules` are loaded before, because that user may be unable to read them.
    """
    give_to_nobody(root)
    return run_as_nobody(root, script, *modules)


def give_to_nobody(root: Path) -> None:
    """Make that user the owner of all below `root`, which lies in an open folder."""
    if os.geteuid() == 0:
        for path in [root, *root.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def run_as_nobody(root: Path, script: str, *modules: str) -> str:
    """Run Python code, in which `root` is the root, as that user; return what it prints. `modules` are as above."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    code = f"root = {str(root)!r}\n{textwrap.dedent(script)}"
    if os.geteuid() == 0:
        loaded = ", ".join(["cachetui.removal.execute", "tests.inventories", "json", "os", "pwd", *modules])
        code = f"import {loaded}\nos.setuid({NOBODY})\n{code}"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout
