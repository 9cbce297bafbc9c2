"""Find the links that pip's parser finds on an HTML page, in time proportional to the page's length.

Sources: the simple repository API (PEP 503); the HTML standard's tokenization of tags, comments and raw text;
`html.parser`, which pip uses and which takes quadratic time for some pages.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

MOST_LINKS = 250_000
"""Maximum number of links of a page that are examined; the largest pages of PyPI have a few tens of thousands."""
MOST_ATTRIBUTES = 10 * MOST_LINKS
"""Maximum number of attributes that are examined on a page; pip reads at most five attributes of a link."""
LONGEST_VALUE = 64 << 10
"""Maximum length of a URL or an attribute's value (HTML: bytes, JSON: characters); a longer one counts as missing."""
READ = ("href", "data-requires-python", "data-yanked", "data-core-metadata", "data-dist-info-metadata")
"""Names of the attributes that `tags` yields; skipping all others saves memory."""
NAME = re.compile(r"[a-zA-Z][^\s/>\x00]*+")
ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>][^\s/=>]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^>\s]*+))?+""")
END = re.compile(r"[\s/]*+>")
RAW = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in ("script", "style")}
"""Patterns of the end tags of elements whose content is not HTML, by the name of the element."""


def tags(page: bytes) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    """Yield the name of each `a` and `base` element of a page, and those of its attributes that are in `READ`.

    The value of an attribute is None if the page gives none, or one that is too long or invalid.
    """
    text, at, found, room = page.decode("latin-1"), 0, 0, MOST_ATTRIBUTES  # one character per byte, in any page
    while (at := text.find("<", at)) >= 0 and found < MOST_LINKS:
        if text.startswith("<!--", at):
            at = _after(text, "-->", at + 4)
        elif text.startswith(("<!", "<?", "</"), at):
            at = _after(text, ">", at)
        elif named := NAME.match(text, at + 1):
            name, start = named[0].lower(), named.end()
            at, attributes, room = _attributes(text, start, room)
            if at < 0:
                return
            if name in ("a", "base"):
                found += 1
                yield name, attributes
            elif name in RAW:
                end = RAW[name].search(text, at)
                at = end.start() if end else -1
        else:
            at += 1
        if at < 0:
            return


def _after(text: str, end: str, start: int) -> int:
    """Return the position just after the next `end`; -1 if there is none."""
    at = text.find(end, start)
    return at + len(end) if at >= 0 else -1


def _attributes(text: str, at: int, room: int) -> tuple[int, dict[str, str | None], int]:
    """Return the position after a tag, its attributes that are in `READ`, and the room that is left.

    The room is the number of attributes that are allowed in the rest of the page; before the tag, it is `room`. The
    position is -1 if the tag is cut off or has more than `room` attributes.
    """
    found: dict[str, str | None] = {}
    while not (end := END.match(text, at)):
        attribute = ATTRIBUTE.match(text, at)
        if attribute is None or not room:
            return -1, found, room
        at, room = attribute.end(), room - 1
        if (name := _decoded(attribute[1]).lower()) in READ:
            found[name] = _value(attribute[2])
    return end.end(), found, room


def _value(written: str | None) -> str | None:
    if written is None or len(written) > LONGEST_VALUE:
        return None
    if written[:1] in ("'", '"') and written[-1:] == written[:1] and len(written) > 1:
        written = written[1:-1]
    try:
        return html.unescape(_decoded(written))
    except ValueError:  # a character reference with too many digits
        return None


def _decoded(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace")
