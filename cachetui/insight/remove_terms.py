"""Terms for `cachetui remove` that match an entry, and as little else as possible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from packaging.version import Version

from cachetui.errors import TermError
from cachetui.labels import Facts
from cachetui.model import Entry
from cachetui.terms import parse_terms

PLAIN = re.compile(r"https?://[a-z0-9.:-]+/[A-Za-z0-9._~+/-]+")
"""Pattern of a URL that contains nothing that may be secret."""


def remove_terms(
    entry: Entry, alike: Sequence[Entry], *, whole: bool = False
) -> tuple[tuple[str, ...], tuple[Entry, ...]]:
    """Return the narrowest terms that match an entry, and all entries that they match; both are empty if no terms do.

    `alike` holds all entries of its project (or all without a project), including the entry itself. If `whole` is true,
    the terms match all kinds of entries of its version, or of its project if it has no version.
    """
    ways = [terms[:1] if whole else terms for terms in _ways(entry)]
    found = [(terms, taken) for terms in ways if entry in (taken := _taken(terms, alike))]
    return min(found, key=lambda way: len(way[1]), default=((), ()))


def version_of(entry: Entry) -> Version | None:
    """Return the version of an entry, by a wheel's file name if possible; None if it has no valid version."""
    filename = entry.filename or ""
    for text in (filename.split("-")[1] if filename.endswith(".whl") else None, entry.version):
        try:
            if text:
                return Version(text)
        except ValueError:  # InvalidVersion, or more digits than int() accepts
            continue
    return None


def _ways(entry: Entry) -> Iterator[tuple[str, ...]]:
    """Yield sets of terms that may match an entry: `==` also matches local versions, `===` only the exact spelling."""
    name, kind = entry.project, f"kind:{entry.kind}"
    if name is None:
        yield (kind,)
        if entry.url and PLAIN.fullmatch(entry.url):
            parts = urlsplit(entry.url)
            yield kind, f"from:{parts.netloc}{parts.path}"
        return
    versions = dict.fromkeys(str(version) for version in (version_of(entry), entry.version) if version)
    for written in (name, f'"{name}"'):  # in quotes it is a name, whatever else it could mean
        if not versions:
            yield written, kind
        yield from [(f"{written}{operator}{version}", kind) for operator in ("==", "===") for version in versions]


def _taken(terms: tuple[str, ...], alike: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries that terms match; none if the terms do not parse."""
    try:
        predicate = parse_terms(terms)
    except TermError:
        return ()
    return tuple([one for one in alike if predicate(one, Facts())])
