"""Inputs that a user names on the command line."""

from __future__ import annotations

from pathlib import Path

from cachetui.pip.config.paths import place


def input_path(typed: str) -> Path | None:
    """Return the path of a file or pipe to read; None for `-`, the standard input.

    Raises CachetuiError if there is no home directory for a leading `~`.
    """
    return None if typed == "-" else place(typed)
