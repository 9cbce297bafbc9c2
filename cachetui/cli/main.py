"""Entry point of the program: turns errors into messages and exit codes."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from cachetui import __version__
from cachetui.cli.exit_codes import DONE, FAILED, INTERRUPTED


def main() -> None:
    """Run the command line, then exit at once: all output is flushed, and no other cleanup is needed."""
    try:
        code = run(sys.argv[1:])
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the work is done: Ctrl+C must not interrupt the exit
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
        if [*arguments] == ["--version"]:  # no import for it: scripts ask often
            sys.stdout.write(f"cachetui {__version__}\n")
            code = DONE
        else:
            from cachetui.cli.app import call  # noqa: PLC0415 - from here on Ctrl+C is caught

            code = call(arguments)
        _write_out()
    except KeyboardInterrupt:
        tell("Stopped.")
        code = INTERRUPTED
    except SystemExit as leave:  # a signal
        code = leave.code if isinstance(leave.code, int) else FAILED
    except BrokenPipeError:  # the reader has closed the pipe
        _discard_output()
        code = DONE
    except OSError as error:  # for example, the disk of a redirected output is full
        _discard_output()
        what = "stdout is closed" if error.errno == errno.EBADF else error.strerror or error
        tell(f"Error: {what}{f': {error.filename}' if error.filename else ''}.")
        code = FAILED
    except Exception as error:  # a mistake in cachetui
        _report(error)
        code = FAILED
    return code


def _report(error: Exception) -> None:
    """Write the details of an unexpected error to a file, and name the file on stderr.

    With --debug, or if the file cannot be written, also print the details.
    """
    from cachetui.cli.console import OUTPUT, for_stream  # noqa: PLC0415 - seldom needed
    from cachetui.services.diagnostics.error_report import error_sentence, save_error, trace_lines  # noqa: PLC0415

    file = save_error(error)
    if file is None or OUTPUT.debug:
        tell(for_stream("\n".join(trace_lines(error)), sys.stderr))
    where = f"the details are in {file}" if file else "the details are above"
    tell(
        for_stream(f"cachetui hit an error of its own: {error_sentence(error)}; {where}. Please report it.", sys.stderr)
    )


def _write_out() -> None:
    """Flush stdout; a closed pipe does not change the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()


def _prepare_streams() -> None:
    """Make sure that characters that a stream cannot encode, and closed streams, do not end the program at once.

    Writing to a closed stdout fails, as in other programs; a closed stdin is empty, and a closed stderr accepts
    everything.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None and name == "stdout":
            sys.stdout = open(os.open(os.devnull, os.O_RDONLY), mode, encoding="utf-8")  # noqa: SIM115, PTH123
        elif stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - until the end
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def tell(sentence: str) -> None:
    """Write a last message on stderr; errors are ignored and do not change the exit code."""
    try:
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()
    except OSError:
        _discard_output()


def _discard_output() -> None:
    """Discard output that cannot be written, so that later flushes do not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
        except ValueError:  # closed already
            continue
    os.close(nowhere)
