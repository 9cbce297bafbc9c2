"""Words, numbers and glyphs as the screens and the command line write them; no Textual here."""

from __future__ import annotations

import re
import time
from typing import NamedTuple
from urllib.parse import quote, unquote_plus, urlsplit

import humanize

from cachetui.model import NS

DAY = 86_400
"""Seconds in a day."""
SCALES = (("year", "y", 365.0, 730.0), ("month", "mo", 30.4, 61.0), ("week", "w", 7.0, 14.0), ("day", "d", 1.0, 1.0))
"""Units of age: long and short name, length in days, and the least age in days that is told in them."""
MASK = "***"
"""Stands where a secret may be."""
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff"
    "\U000e0000-\U000e0fff]"
)
"""Characters that steer a terminal, hide, turn the direction of writing, or are no characters at all."""


class Glyphs(NamedTuple):
    """The signs that a screen draws with."""

    shut: str
    open: str
    edge: str
    dots: str
    dot: str
    done: str
    to_do: str
    prompt: str
    yes: str
    no: str
    down: str
    up: str
    across: str
    """Nine steps of a bar that grows to the right, from nothing to a full cell."""


UNICODE = Glyphs("▸", "▾", "▌", "…", "·", "━", "─", "›", "✓", "×", "▾", "▴", " ▏▎▍▌▋▊▉█")  # noqa: RUF001 - drawn, not read
ASCII = Glyphs("+", "-", ">", "~", "-", "=", "-", ">", "+", "x", "*", "^", " ----===#")


def copyable(text: str) -> str:
    """Return text as a clipboard takes it: what stands for bytes that are no UTF-8 is spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def printable(text: str) -> str:
    r"""Return text from the cache with everything invisible spelt out: `\x1b`, `\u202e`, undecodable bytes `\xNN`."""
    return UNSEEN.sub(_spell, text) if not text.isascii() or not text.isprintable() else text


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that os.fsdecode could not decode (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?(?:/[^@?#;\[\]\\]*)?").fullmatch
"""An address in which there is nothing to mask; others need a closer look."""


def masked(url: str) -> str:
    """Return an address without its secrets: user information and the values of parameters and query become `***`.

    What may be a secret, such as in an address that is not well formed, counts as one.
    """
    url = url.replace("\\", "/")  # as browsers read it
    rest = _START.sub("", url, count=1)
    start = url[: len(url) - len(rest)]
    after = _after_user(start, rest)
    where, rest = (f"{MASK}@", rest[after:]) if after is not None else ("", rest)
    address, mark, fragment = rest.partition("#")
    path, question, query = address.partition("?")
    path = _PARAMETER.sub(rf"\1={MASK}", path)
    pairs = [pair.partition("=") for pair in query.split("&")] if query else []
    query = "&".join([f"{quote(unquote_plus(name))}={MASK}" if name and is_ else MASK for name, is_, _ in pairs])
    fragment = fragment if _OPEN_FRAGMENT(fragment) else MASK
    found = f"{start}{where}{path}{question and query and question}{query}{mark and fragment and mark + fragment}"
    try:
        urlsplit(found)
    except ValueError:  # not an address that Python can take apart: show no more of it than its scheme
        return f"{start.partition(':')[0]}:{MASK}"
    return found


def hushed(words: str) -> str:
    """Return words in which the secrets of all addresses are masked."""
    return _ADDRESS.sub(lambda found: masked(found[0]), words) if "://" in words else words


_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_START = re.compile(r"\A(?:(?:[a-z][a-z0-9+.-]*:)?/{2,})?", re.IGNORECASE)
_PARAMETER = re.compile(r"(;[^=;/]*)=[^;/]*")
_OPEN_FRAGMENT = re.compile(r"(?:(?:md5|sha\d{1,3})=[0-9a-f]*|egg=[\w.,\[\]-]+|subdirectory=[\w./-]+|&|)*").fullmatch
"""What pip reads from a fragment, none of which is a secret."""
_PLAIN_HOST = re.compile(r"(?:\[[^\]]*\]|[^:]*)(?::\d+)?").fullmatch
"""A host that no user is named before, nor half a password that holds a slash."""


def _after_user(start: str, rest: str) -> int | None:
    """Return where in an address behind its `//` user information ends, or None if there is none.

    A password may hold what should have been quoted, even `/` and `?`.
    """
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    path = re.split("[?#]", rest, maxsplit=1)[0]
    if "@" in authority:
        host = authority.rpartition("@")[2]
        if "+" in start and "." in host and _PLAIN_HOST(host):  # a repository, with a revision behind an `@` of its own
            return authority.rindex("@") + 1
        return path.rindex("@") + 1
    if not _PLAIN_HOST(authority):
        return rest.rfind("@") + 1 or len(authority)
    if start.lower().rpartition("+")[2].startswith("file:") or ("." in authority and ":" not in authority):
        return None
    inside = [found.end() for found in re.finditer("(?<!/)@", path)]  # not the `/@` of a scope
    return max(inside, default=None)


def disk(amount: float) -> tuple[str, str]:
    """Split a size in bytes into number and decimal unit: at most four characters and two."""
    number, unit = humanize.naturalsize(amount, format="%.1f").replace("Bytes", "B").replace("Byte", "B").split()
    if float(number) >= 999.5:
        return "1.0", {"kB": "MB", "MB": "GB", "GB": "TB", "TB": "PB"}.get(unit, unit)
    plain = unit == "B" or (unit in ("kB", "MB") and float(number) >= 9.95) or float(number) >= 99.95
    return (f"{float(number):.0f}" if plain else number), unit


def disk_text(amount: float) -> str:
    """Write a size in bytes, such as `1.2 GB`."""
    return " ".join(disk(amount))


def age(seconds: float, long: bool = True) -> tuple[str, str]:
    """Split an age in seconds into number and unit, such that the number has at most two digits."""
    days = seconds / DAY
    for name, short, length, least in SCALES:
        if days >= least:
            return str(int(days / length)), (f"{name}s" if days >= 2 * length else name) if long else short
    return "", "today" if long else "now"


def ago(youngest: float, oldest: float) -> str:
    """Tell a span of ages, in seconds, in words."""
    young, old = age(youngest), age(oldest)
    start = " ".join(young).strip()
    if young == old:
        return start if start == "today" else f"{start} ago"
    return f"{young[0] if young[1] == old[1] else start} to {' '.join(old)} ago"


def date(ns: int) -> str:
    """Write a time in nanoseconds since the epoch as a local date."""
    return time.strftime("%Y-%m-%d", time.localtime(ns // NS))


def timestamp(ns: int) -> str:
    """Write a time in nanoseconds since the epoch as ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ns // NS))


def count(number: int, noun: str) -> str:
    """Write how many there are of something, such as `1 entry`, `2,000 entries`, `3 index pages`."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{number:,} {plural}"


def removed(files: int, entries: int, freed: int, before: int) -> str:
    """Tell what was removed, and from what to what the disk usage went, in bytes: the line for quitting.

    All three sizes are those of files and of the folders around them.
    """
    what = f"{count(files, 'file')} of {count(entries, 'entry')}"
    left = disk_text(max(0, before - freed))
    return f"Removed {what}, freed {disk_text(freed)}: {disk_text(before)} → {left}, folders included"
