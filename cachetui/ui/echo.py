"""What was typed, shown again: without secrets, without what steers a terminal, not too long; no Textual here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cachetui.ui.text import MASK, hushed, printable

if TYPE_CHECKING:  # only what answers questions needs it
    from cachetui.insight.why.command import QuestionError

LONGEST = 200
"""Characters of what was typed that are shown again."""
USER = re.compile(r"(?<![\w/:@])[^\s:/@]+:[^\s/@]*@(?=\S)")
"""A user with a password, in an address that lacks its beginning."""


def unsaid(words: str) -> str:
    """Return words without the secrets of addresses, of those too that lack their `https://`."""
    words = hushed(words)
    return USER.sub(f"{MASK}@", words) if "@" in words else words


def echoed(typed: str) -> str:
    """Return what was typed fit to be shown, cut where it is long."""
    words = printable(unsaid(typed))
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


def told(error: QuestionError) -> str:
    """Return the message of an error with what it quotes fit to be shown."""
    return f"{echoed(error.typed)} {echoed(error.complaint)}".strip()
