"""A pip that is loaded once, and run in a fork of its own for each line of the standard input.

Run as `PYTHON pip_server.py pip [FOLDER]`, for the pip of this Python or of a folder, or as `PYTHON -I -B pip_server.py
sealed FOLDER`, for cachetui's replay in that folder. Each line asks for a run in JSON, each line of the standard output
answers with an exit code.
"""

from __future__ import annotations

import gc
import json
import mimetypes
import os
import runpy
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

NEEDED = (
    "pip._internal.cli.autocompletion",
    "pip._internal.cli.main",
    "pip._internal.commands.cache",
    "pip._internal.commands.install",
    "pip._internal.commands.wheel",
    "pip._internal.metadata.importlib",
    "pip._internal.resolution.resolvelib.resolver",
    "pip._vendor.pygments.lexers.python",
    "pip._vendor.rich._emoji_codes",
    "pip._vendor.rich.traceback",
    "pip._vendor.truststore",
)
"""Modules that most commands need; not every pip has them all."""


def load_pip(folder: str = "") -> Callable[[], object]:
    """Import the pip of this Python, or of a folder; return what runs it."""
    if folder:
        sys.path.insert(0, folder)
    for name in NEEDED:
        with suppress(ImportError):
            import_module(name)
    import_module("pip._internal.network.session").user_agent()  # asks the system, once
    mimetypes.init()
    return lambda: runpy.run_module("pip", run_name="__main__")


def load_sealed(folder: str) -> Callable[[], object]:
    """Import and patch the pip of this Python as the replay does; return what answers its questions."""
    sys.path.insert(0, folder)
    spec = spec_from_file_location("sealed", os.path.join(folder, "__main__.py"))  # noqa: PTH118 - text
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded = module.load()
    vars(module)["load"] = lambda: loaded
    return module.main  # type: ignore[no-any-return]


def run(command: Callable[[], object], asked: dict[str, object]) -> int:
    """Run pip as it was asked; return the exit code."""
    signal.alarm(int(str(asked["seconds"])))
    for number, name in enumerate(("in", "out", "err")):
        opened = os.open(f"{asked['streams']}/{name}", os.O_RDONLY if name == "in" else os.O_WRONLY)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(asked["environ"])  # type: ignore[call-overload] # as it was asked
    os.chdir(str(asked["cwd"]))
    sys.argv[1:] = asked["arguments"]  # type: ignore[call-overload] # as it was asked
    try:
        command()
    except SystemExit as left:
        if not isinstance(left.code, str):
            return left.code or 0
        sys.stderr.write(f"{left.code}\n")
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def main() -> None:
    """Run pip until the standard input ends."""
    kind, *more = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - text
    sys.path[:] = [place for place in sys.path if place != here]
    command = {"pip": load_pip, "sealed": load_sealed}[kind](*more)
    gc.freeze()
    for line in iter(sys.stdin.buffer.readline, b""):
        child = os.fork()
        if child == 0:
            code = 70
            try:
                code = run(command, json.loads(line))
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
