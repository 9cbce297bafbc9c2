"""Write the details of an error in cachetui itself to a file, which users can attach to a bug report."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from pathlib import Path

import platformdirs

from cachetui.services.diagnostics.versions import versions
from cachetui.system.files import is_at_home, replace_file
from cachetui.text.escape import escape_control
from cachetui.text.format import home_short, timestamp
from cachetui.text.redact import quote_input, redact_input

LOG = logging.getLogger(__name__)
MOST_FILES = 5
"""Maximum number of files with details of errors; a further one replaces the oldest."""
LONGEST = 100_000
"""Maximum length of a traceback in characters; a longer one loses its middle."""


def error_folder() -> Path:
    """Return the folder of the files with details of errors, in the user's state directory."""
    return Path(platformdirs.user_state_path("cachetui", appauthor=False)) / "errors"


def error_sentence(error: BaseException) -> str:
    """Return the type and the text of an error, in a form that is safe to show."""
    kind, words = type(error).__name__, quote_input(str(error))
    return f"{kind}: {words}" if words else kind


def trace_lines(error: BaseException) -> list[str]:
    """Return the traceback of an error as lines, with the secrets of URLs masked."""
    trace = "".join(traceback.format_exception(error))
    if len(trace) > LONGEST:
        trace = f"{trace[: LONGEST // 2]}\n…\n{trace[-LONGEST // 2 :]}"
    return [escape_control(redact_input(line)) for line in trace.splitlines()]


def save_error(error: BaseException, folder: Path | None = None) -> str | None:
    """Write the details of an error to a file that only the user can read; return its path in a form to show.

    Return None if it cannot be written, or would lie in another user's home.
    """
    lines = trace_lines(error)
    for line in lines:
        LOG.debug("%s", line)
    folder = folder or error_folder()
    options = [word.partition("=")[0] for word in sys.argv[1:] if word.startswith("-")]  # other words may be secret
    command = " ".join(["cachetui", *options])
    head = [*[f"{name} {version}" for name, version in versions().items()], timestamp(time.time_ns()), command, ""]
    content = "\n".join([*map(escape_control, head), *lines, ""])
    try:
        if not is_at_home(folder):
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = _next(folder)
        replace_file(path, content.encode(errors="backslashreplace"))
    except OSError:
        return None
    return home_short(str(path))


def _next(folder: Path) -> Path:
    """Return the path of the next file: the first that does not exist yet, or else the oldest. Raises OSError."""
    names = [folder / f"error-{number}.txt" for number in range(1, MOST_FILES + 1)]
    free = [path for path in names if not path.exists()]
    return free[0] if free else min(names, key=lambda path: path.stat().st_mtime_ns)
