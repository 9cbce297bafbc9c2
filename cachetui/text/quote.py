"""Commands as they are typed into a shell."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence

PLAIN = re.compile(r"[\w.:=\\/+@-]+")
"""A word that needs no quotes in the shells of Windows."""


def quoted(words: Sequence[str], platform: str = sys.platform) -> str:
    """Quote words for a shell, so that it splits them into the same words again."""
    if platform != "win32":
        return shlex.join(words)
    return " ".join([word if PLAIN.fullmatch(word) else _in_quotes(word) for word in words])


def _in_quotes(word: str) -> str:
    """Put a word into quotes as programs on Windows take them off again (`subprocess.list2cmdline`)."""
    escaped = re.sub(r'(\\*)(?:(")|\Z)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), word)
    return f'"{escaped}"'
