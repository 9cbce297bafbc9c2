"""Quote commands as they must be typed into a shell."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence

PLAIN = re.compile(r"[\w.:=\\/+@-]+")
"""Pattern of a word that needs no quotes in Windows shells."""


def quoted(words: Sequence[str], platform: str = sys.platform) -> str:
    """Quote words for a shell, so that it splits them into the same words again."""
    if platform != "win32":
        return shlex.join(words)
    return " ".join([word if PLAIN.fullmatch(word) else _in_quotes(word) for word in words])


def _in_quotes(word: str) -> str:
    """Quote a word so that programs on Windows remove the quotes correctly (`subprocess.list2cmdline`)."""
    escaped = re.sub(r'(\\*)(?:(")|\Z)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), word)
    return f'"{escaped}"'
