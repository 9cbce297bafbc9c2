"""Untrusted text made printable; surrogates spelt out."""

from __future__ import annotations

import re

UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff"
    "\U000e0000-\U000e0fff]"
)
"""Characters that control a terminal, hide, change the direction of writing, or are no characters at all."""


def copyable(text: str) -> str:
    """Return text as a clipboard takes it: bytes that are no UTF-8 are spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def escape_control(text: str) -> str:
    r"""Return text from the cache with everything invisible spelt out: `\x1b`, `\u202e`, undecodable bytes `\xNN`."""
    return UNSEEN.sub(_spell, text) if not text.isascii() or not text.isprintable() else text


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that os.fsdecode could not decode (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
