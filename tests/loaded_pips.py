"""Pips that are loaded once for many runs: to start Python and to import pip takes longer than most commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from cachetui.system.isolated import Reply

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
"""Whether there are such pips on this system: on macOS, what pip loads of the system may not be used behind a fork."""
SERVER = Path(__file__).with_name("pip_server.py")
SECONDS = 120
"""How long a pip may take: far more than it needs."""


class LoadedPip:
    """One pip in one Python; each run is a fork of the process that loaded it."""

    def __init__(self, command: Sequence[str | Path], environ: Mapping[str, str]) -> None:
        """Start the process with the arguments of `pip_server.py`, its Python and that Python's options before them."""
        self._streams = tempfile.TemporaryDirectory(prefix="cachetui-loaded-")
        self._process = subprocess.Popen(
            command, env=environ, cwd=self._streams.name, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(
        self, arguments: Sequence[str], environ: Mapping[str, str], cwd: str | Path, data: bytes = b""
    ) -> subprocess.CompletedProcess[str]:
        """Run pip with arguments, variables, a current folder and a standard input; return the result."""
        streams = {name: Path(self._streams.name, name) for name in ("in", "out", "err")}
        for name, path in streams.items():
            path.write_bytes(data if name == "in" else b"")
        asked = {
            "arguments": [*arguments],
            "environ": dict(environ),
            "cwd": str(cwd),
            "streams": self._streams.name,
            "seconds": SECONDS,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        out, err = (streams[name].read_text(encoding="utf-8") for name in ("out", "err"))
        return subprocess.CompletedProcess([*arguments], code, out, err)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=SECONDS)
        self._streams.cleanup()


class LoadedPips:
    """The pips that were loaded so far, which end together."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[str, ...], LoadedPip] = {}
        self._ends = ExitStack()

    def __enter__(self) -> LoadedPips:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    def get(self, python: str | Path, *arguments: str | Path, environ: Mapping[str, str]) -> LoadedPip:
        """Return the pip of a Python, with the arguments of `pip_server.py`; load it the first time."""
        options = ("-I", "-B") if arguments[0] == "sealed" else ()
        command = tuple(map(str, (python, *options, SERVER, *arguments)))
        if command not in self._loaded:
            self._loaded[command] = LoadedPip(command, environ)
            self._ends.callback(self._loaded[command].close)
        return self._loaded[command]

    def ask(
        self, python: Path, script: Sequence[str], environ: Mapping[str, str], *, data: bytes, **_: object
    ) -> Reply:
        """Stand in for the `ask` of cachetui's replay: run the folder `sealed`, with its pip loaded and patched before.

        The rest is as when it is started anew, but for the default place of its cache, which depends on the home of who
        asked first.
        """
        replay = self.get(python, "sealed", *script, environ=environ)
        with tempfile.TemporaryDirectory(prefix="cachetui-") as folder:
            done = replay.run((), environ, folder, data)
        return Reply(done.returncode, done.stdout, done.stderr, folder)
