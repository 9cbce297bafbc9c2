"""Which files there are for a requirement, which of them a Python can use, and which of them pip prefers.

Sources: pip's `_internal/index/package_finder.py` (`LinkEvaluator`, `CandidateEvaluator._sort_key`) and
`_internal/resolution/resolvelib/factory.py` (`_iter_found_candidates`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from packaging.utils import parse_wheel_filename
from packaging.version import Version

from cachetui.insight.why.question import Question
from cachetui.interpreters.fitting import best_place, cannot_use, needs_python
from cachetui.interpreters.portrait import Portrait
from cachetui.model import Entry
from cachetui.pip.evidence import Listing, digest_of
from cachetui.pip.listings import Listed
from cachetui.pip.pages import as_asked

FALLS_BACK = (26,)
"""From which pip on pre-releases are taken where nothing else satisfies a comparison (its vendored packaging 26)."""


LEFT_OUT = "left out by "
"""How it begins when an option, not the Python, speaks against a file."""
MOST_HOPS = 8
"""Redirects one after the other that are followed."""
LEADS_TO = "leads to "
"""How the note of a redirect begins that tells where to."""

Rank = tuple[bool, bool, Version, int, tuple[int, str] | tuple[()]]
"""Sorts files: not yanked, a wheel where wheels are preferred, version, place of its best tag, build number."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a cached index page lists."""

    listed: Listed
    """What the page says of it."""
    version: Version
    """Its version."""
    index: str
    """The index, as `index_of` writes it."""
    page: Entry
    """The page."""
    entry: Entry | None
    """The file itself in the cache, if it is there."""
    trouble: str | None
    """Why the Python cannot use it, in plain words; None where it can, or where no Python is known."""
    admitted: bool
    """Whether its version satisfies what was asked."""
    rank: Rank
    """Sorts what pip prefers last."""


def offers_of(
    listings: Iterable[Listing], question: Question, python: Portrait | None, entries: Mapping[str, Entry]
) -> list[Offer]:
    """Return the files of a project that pages list, those that pip prefers first.

    `entries` are those of HTTP by the digest that their records are named by.
    """
    found = []
    places = _places(python)
    bar, prefers_wheels = question.given.bar(question.name), question.given.prefers_wheels
    for listing in listings:
        for listed in listing.files:
            version = listed.version(question.name)
            if version is None:
                continue
            trouble = barred(listed.filename, bar) or trouble_of(listed.filename, listed.requires_python, python)
            found.append(
                Offer(
                    listed,
                    version,
                    index_of(listing),
                    listing.entry,
                    entries.get(digest_of(listed.url)),
                    trouble,
                    question.admits(version),
                    _rank(listed, version, places, prefers_wheels),
                )
            )
    return sorted(found, key=lambda offer: offer.rank, reverse=True)


def choose(offers: Sequence[Offer], question: Question, pip: Version | None) -> Offer | None:
    """Return what a pip takes of these; None where it finds nothing that it may take."""
    usable = [offer for offer in offers if offer.trouble is None]
    versions = {offer.version for offer in usable}
    pre = True if question.pre else None
    if question.specifier and not pre and pip is not None and pip.release[:1] < FALLS_BACK:
        pre = bool(question.specifier.prereleases)
    admitted = set(question.specifier.filter(versions, prereleases=pre))
    fitting = [offer for offer in usable if offer.version in admitted]
    if not (question.pinned and all(offer.listed.yanked for offer in fitting)):
        fitting = [offer for offer in fitting if not offer.listed.yanked]
    return fitting[0] if fitting else None


def trouble_of(filename: str, requires_python: str | None, python: Portrait | None) -> str | None:
    """Tell in plain words why a Python cannot use a file of this name; None where it can, or is not known."""
    if python is None or python.trouble:
        return None
    if filename.endswith(".whl") and (found := cannot_use(python, "-".join(filename[:-4].split("-")[-3:]))):
        return found
    return needs_python(python, requires_python) if requires_python else None


def barred(filename: str, bar: tuple[str, str]) -> str | None:
    """Tell which option leaves a file of this name out; None where none does. `bar` is as `Given.bar` returns it."""
    option = bar[0] if filename.endswith(".whl") else bar[1]
    return f"{LEFT_OUT}{option}" if option else None


def index_of(listing: Listing) -> str:
    """Name the index that a page is from: its address without the project, else the host of its files."""
    if listing.entry.url:
        return place_of(listing.entry.url.rstrip("/").rpartition("/")[0])
    return next((host for file in listing.files if (host := place_of(file.url, host_only=True))), "")


def place_of(url: str, *, host_only: bool = False) -> str:
    """Return an address without what may be secret: scheme, host and path, or the host alone."""
    try:
        parts = urlsplit(url)
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return ""
    return host if host_only or not host else f"{parts.scheme}://{host}{parts.path}".rstrip("/")


def by_digest(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return HTTP entries by the names of records; of two, that which a pip from 23.3 on reads.

    Under the name of a redirect's record stands what it leads to: pip follows it without asking again. One whose end is
    not in the cache is left out.
    """
    found: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: not entry.path.startswith("http/")):
        if entry.path.startswith("http") and entry.kind not in ("leftover", "unknown"):
            found[entry.path[-56:]] = entry
    ends = {digest: _end(entry, found) for digest, entry in found.items()}
    return {digest: end for digest, end in ends.items() if end is not None}


def _end(entry: Entry, found: Mapping[str, Entry]) -> Entry | None:
    """Follow redirects to what they lead to."""
    here: Entry | None = entry
    for _ in range(MOST_HOPS):
        if here is None or here.kind != "redirect":
            return here
        try:
            here = found.get(digest_of(as_asked((here.note or "").removeprefix(LEADS_TO))))
        except ValueError:
            return None
    return None


def _places(python: Portrait | None) -> dict[str, int]:
    return {tag: place for place, tag in enumerate(python.tags)} if python else {}


def _rank(listed: Listed, version: Version, places: Mapping[str, int], prefers_wheels: bool) -> Rank:
    preferred = prefers_wheels and listed.is_wheel
    if not listed.is_wheel:
        return not listed.yanked, preferred, version, -len(places), ()
    _, _, build, tags = parse_wheel_filename(listed.filename)
    return not listed.yanked, preferred, version, -best_place(map(str, tags), places), build


def variants(versions: Collection[Version]) -> list[list[Version]]:
    """Return the versions that share a public version and differ in their local one, such as 2.3.0 and 2.3.0+cu121."""
    groups: dict[str, list[Version]] = {}
    for version in sorted(set(versions), reverse=True):
        groups.setdefault(version.public, []).append(version)
    return [group for group in groups.values() if len(group) > 1]
