"""A real pip that answers many questions, each in a separate process that loads only what depends on the environment.

Run as `PYTHON forked_pip.py PIP`, with PIP the folder of its package. Each line of the standard input asks, each line
of the standard output answers, both in JSON.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
from importlib import import_module

AT_IMPORT = ("pip._internal", "pip._vendor.platformdirs", "pip._vendor.appdirs")
"""Modules that read variables and paths while they are imported: loaded anew for each question."""


def load(pip: str) -> None:
    """Import everything that `pip cache dir` needs, and unload the modules that depend on the environment."""
    sys.path.insert(0, os.path.dirname(pip))  # noqa: PTH120 - text
    for name in ("pip._internal.cli.main", "pip._internal.commands.cache", "pip._vendor.rich.traceback"):
        import_module(name)
    del sys.path[0]
    for name in [name for name in sys.modules if name.startswith(AT_IMPORT)]:
        del sys.modules[name]


def answer(pip: str, question: dict[str, object], out: int) -> int:
    """Run that pip in the environment of a question, with `out` as the standard output; return the exit code."""
    os.dup2(out, 1)
    os.environ.clear()
    os.environ.update(question["environ"])  # type: ignore[call-overload] # as it was asked
    os.chdir(str(question["cwd"]))
    sys.prefix = sys.exec_prefix = str(question["prefix"])
    sys.executable = str(question["executable"])
    sys.argv = [pip, *question["arguments"]]  # type: ignore[misc] # as it was asked
    try:
        runpy.run_path(pip, run_name="__main__")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    finally:
        sys.stdout.flush()
    return 0


def main() -> None:
    """Answer questions until the standard input ends."""
    pip = sys.argv[1]
    load(pip)
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = answer(pip, json.loads(line), write)
            finally:
                os._exit(code)
        os.close(write)
        with os.fdopen(read, "rb") as printed:
            said = os.fsdecode(printed.read())
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps([said, os.waitstatus_to_exitcode(status)]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
