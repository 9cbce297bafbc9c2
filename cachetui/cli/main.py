"""The edge of the program: turns errors into sentences and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

DONE, FAILED, WRONG_USAGE, NO_MATCH, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes; see the README. Terms that matched nothing are NO_MATCH wherever they are given, also where there is no
cache at all: that an absent cache is DONE holds for what asks for no particular thing."""


def main() -> None:
    """Run the command line, then exit at once: with everything written, no cleanup is needed."""
    try:
        code = run(sys.argv[1:])
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: nothing is left to interrupt but the exit itself
    except KeyboardInterrupt:
        code = INTERRUPTED
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line in `arguments`; return the exit code."""
    try:
        _prepare_streams()
        from cachetui.cli.app import call  # noqa: PLC0415 - from here on Ctrl+C is caught

        code = call(arguments)
        _write_out()
    except KeyboardInterrupt:
        tell("Stopped.")
        code = INTERRUPTED
    except SystemExit as leave:  # a signal
        code = leave.code if isinstance(leave.code, int) else FAILED
    except BrokenPipeError:  # whoever read this has seen enough
        _discard_output()
        code = DONE
    except OSError as error:  # such as a full disk under a redirected output
        _discard_output()
        tell(f"Error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}.")
        code = FAILED
    return code


def _write_out() -> None:
    """Flush stdout; a reader that has gone does not change the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()


def _prepare_streams() -> None:
    """Keep unprintable characters and closed streams from ending the program."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - until the end
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def tell(sentence: str) -> None:
    """Write a last sentence on stderr, if anybody reads it; the exit code stays as it is."""
    try:
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()
    except OSError:
        _discard_output()


def _discard_output() -> None:
    """Discard unwritten output, so that the interpreter's exit does not fail on it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
        except ValueError:  # closed already
            continue
    os.close(nowhere)
