"""Read input that may be a file, a pipe, or the standard input."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

STANDARD_INPUT = "standard input"
"""Name of the standard input in messages."""


def read_input(path: Path | None, most: int) -> bytes:
    """Return the content of a file or pipe, or of the standard input if `path` is None; wait until a pipe is closed.

    Raises OSError, or ValueError if the path is invalid or the input is longer than `most` bytes.
    """
    with nullcontext(sys.stdin.buffer) if path is None else path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is longer than {most:,} bytes")
    return content
