"""Find out what is superseded, dead weight, legacy, unusable or protected, by looking at a whole inventory."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

from packaging.tags import Tag, parse_tag
from packaging.version import Version

from cachetui.facts import Facts, Word
from cachetui.model import Entry
from cachetui.pip.layout import is_legacy

SIGNED = re.compile(r"(?:^|[&;])(?:x-amz-signature|x-goog-signature|signature|sig|se|expires)=", re.I)
"""Finds a signature in an address's query: such an address is made anew for each download."""


def facts_of(
    entries: Collection[Entry],
    words: Collection[Word],
    *,
    now_ns: int,
    tags: Collection[frozenset[Tag]] = (),
    protect: Callable[[Entry, Facts], bool] | None = None,
) -> Facts:
    """Return what `words` need to be told.

    `tags` are those of each Python that is here, in no order; without any, what is unusable cannot be told. `protect`
    tells what the preferences protect; its `words`, if it has any, are told as well.
    """
    words = {*words, *getattr(protect, "words", ())}
    nothing: frozenset[str] = frozenset()
    facts = Facts(
        now_ns,
        superseded=superseded(entries) if "superseded" in words else nothing,
        legacy=frozenset([one.path for one in entries if is_legacy(one.path)]) if "legacy" in words else nothing,
        dead_weight=dead_weight(entries) if "dead-weight" in words else nothing,
        usable=usable(entries, tags) if "unusable" in words and tags else {},
    )
    if protect is None:
        return facts
    protected = frozenset([entry.path for entry in entries if protect(entry, facts)])
    return replace(facts, protected=protected)


def superseded(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the wheels, sdists and metadata of which a newer version is there for the same Pythons and platform.

    A pre-release makes no final release old, and variants such as `+cu121` and `+cpu` have nothing to do with each
    other.
    """
    families: dict[tuple[str, ...], list[tuple[Version, Entry]]] = {}
    newest: dict[tuple[str, ...], Version] = {}
    for entry in entries:
        version = version_of(entry)
        if version is None or not (family := family_of(entry, version)):
            continue
        families.setdefault(family, []).append((version, entry))
        if entry.kind != "metadata" and not version.is_prerelease:
            newest[family] = max(newest.get(family, version), version)
    old = []
    for family, members in families.items():
        latest = max(version for version, _ in members)
        for version, entry in members:
            newer = latest if version.is_prerelease else newest.get(family, version)
            if _public(version) < _public(newer):
                old.append(entry.path)
    return frozenset(old)


def _public(version: Version) -> Version:
    return Version(version.public) if version.local else version


def version_of(entry: Entry) -> Version | None:
    """Return an entry's version, if it is one."""
    return _parsed(entry.version) if entry.version else None


@lru_cache(maxsize=65_536)
def _parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except ValueError:  # InvalidVersion, or more digits than Python takes for a number
        return None


def family_of(entry: Entry, version: Version) -> tuple[str, ...] | None:
    """Return what versions that replace each other have in common; None where that cannot be told."""
    if entry.project is None:
        return None
    if entry.kind == "sdist":
        return (entry.project, "sdist", version.local or "")
    if entry.kind in ("wheel", "built", "metadata") and entry.filename and entry.filename.endswith(".whl"):
        return (entry.project, *entry.filename.removesuffix(".whl").split("-")[-3:], version.local or "")
    return None


def dead_weight(entries: Iterable[Entry]) -> frozenset[str]:
    """Return downloads that no pip will ask for again: stored twice, or under an address that was signed once.

    Of two with the same name and length, that counts of which the address is listed, else the one that came last; under
    `http/` only an older pip looks.
    """
    dead = set()
    copies: dict[tuple[str, str, int], list[Entry]] = {}
    for entry in entries:
        if entry.kind not in ("wheel", "sdist", "metadata"):
            continue
        if entry.url and _is_signed(entry.url):
            dead.add(entry.path)
        elif entry.filename:
            copies.setdefault((entry.kind, entry.filename, entry.files[-1].size), []).append(entry)
    for same in copies.values():
        addresses = {entry.url for entry in same if entry.url}
        kept = {_best(same, url) for url in addresses} or {_best(same, None)}
        dead.update(entry.path for entry in same if entry.path not in kept)
    return frozenset(dead)


def _is_signed(url: str) -> bool:
    if "?" not in url:  # as in most: to take it apart takes longer
        return False
    try:
        return SIGNED.search(urlsplit(url).query) is not None
    except ValueError:
        return False


def _best(same: Iterable[Entry], url: str | None) -> str:
    """Return the path of the copy that counts."""
    best = max(
        (entry for entry in same if entry.url == url),
        key=lambda entry: (not is_legacy(entry.path), entry.downloaded, entry.path),
    )
    return best.path


def usable(entries: Iterable[Entry], tags: Collection[frozenset[Tag]]) -> Mapping[str, bool]:
    """Tell which wheels some Python can use, by the tags that each Python takes; what bears no tags is left out."""
    taken = frozenset().union(*tags)
    known: dict[str, bool] = {}
    told = {}
    for entry in entries:
        if entry.kind not in ("wheel", "built", "metadata") or not entry.filename:
            continue
        parts = entry.filename.removesuffix(".whl").split("-")
        if len(parts) < 5:
            continue
        tag = "-".join(parts[-3:])
        if tag not in known:
            known[tag] = not taken.isdisjoint(parse_tag(tag))
        told[entry.path] = known[tag]
    return told
