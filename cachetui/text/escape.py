"""Make untrusted text printable by spelling out special characters."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff"
    "\U000e0000-\U000e0fff]"
)
"""Characters that control a terminal, are invisible, change the text direction, or are not characters."""


CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Characters that control a terminal, and undecodable bytes."""


def copyable(text: str) -> str:
    """Return a line that is safe to copy: control characters and undecodable bytes are spelt out.

    Pasting it into a terminal runs nothing. All other characters stay, so that a path still leads to its file.
    """
    return CONTROL.sub(_spell, text)


def escape_control(text: str) -> str:
    r"""Spell out invisible characters in untrusted text, such as `\x1b` and `\u202e`; an undecodable byte is `\xNN`."""
    return UNSEEN.sub(_spell, text) if not text.isascii() or not text.isprintable() else text


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that os.fsdecode could not decode (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
