"""Find superseded, dead-weight, legacy, unusable and protected entries in a whole inventory."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

from packaging.tags import Tag, parse_tag
from packaging.version import Version

from cachetui.interpreters.supported_tags import may_support
from cachetui.labels import USE, Facts, Label
from cachetui.model import Entry, version_order
from cachetui.pip.scan.layout import is_legacy

SIGNED = re.compile(r"(?:^|[&;])(?:x-amz-signature|x-goog-signature|signature|sig|se|expires)=", re.I)
"""Pattern of a signature in a URL's query; such a URL is different for each download."""

NOTHING: Mapping[str, bool] = MappingProxyType({})
WHEELS = ("wheel", "built", "metadata")
"""Kinds whose entries have a wheel's file name."""


Alike = Callable[[Sequence[Entry]], Iterable[Sequence[Entry]]]
"""Function that groups downloads of the same name by their content; downloads that it did not compare are left out."""


def uncompared(_: Sequence[Entry]) -> Iterable[Sequence[Entry]]:
    """Return no group: the contents are not compared."""
    return ()


def facts_of(
    entries: Collection[Entry],
    words: Collection[Label],
    *,
    now_ns: int,
    alike: Alike = uncompared,
    tags: Collection[frozenset[Tag]] = (),
    used: Mapping[str, bool] = NOTHING,
    protect: Callable[[Entry, Facts], bool] | None = None,
) -> Facts:
    """Return the facts behind the labels in `words`; `alike` compares the contents of downloads of the same name.

    `tags` holds the tags of each Python that was found, in any order; without any, it is unknown what is unusable.
    `used` says by path whether an environment uses an entry; entries for which that is unknown are left out. `protect`
    returns whether the preferences protect an entry; if it has an attribute `words`, the facts behind these labels are
    included.
    """
    words = {*words, *getattr(protect, "words", ())}
    nothing: frozenset[str] = frozenset()
    facts = Facts(
        now_ns,
        superseded=superseded(entries) if "superseded" in words else nothing,
        legacy=frozenset([one.path for one in entries if is_legacy(one.path)]) if "legacy" in words else nothing,
        dead_weight=dead_weight(entries, alike) if "dead-weight" in words else nothing,
        usable=usable(entries, tags) if "unusable" in words and tags else {},
        used=used if not words.isdisjoint(USE) else {},
    )
    if protect is None:
        return facts
    protected = frozenset([entry.path for entry in entries if protect(entry, facts)])
    return replace(facts, protected=protected)


def superseded(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the paths of the wheels, sdists and metadata of which the cache holds a newer version.

    The newer version must have a wheel, or its metadata, with the same tags; for an sdist, it must have an sdist. To
    supersede a final release, it must itself be final, and more than its metadata must be cached. Variants such as
    `+cu121` and `+cpu` do not supersede each other.
    """
    families: dict[tuple[str, str], dict[str, list[Entry]]] = {}
    for entry in entries:
        if family := _family(entry):
            families.setdefault(family, {}).setdefault(entry[7] or "", []).append(entry)
    return frozenset([path for written in families.values() if len(written) > 1 for path in _old(written)])


def _family(entry: Entry) -> tuple[str, str] | None:
    """Return the family of an entry: its project, and a wheel's tag or "sdist"; None if it has none.

    Only entries of the same family supersede each other.
    """
    kind, project, filename = entry[0], entry[6], entry[8]  # by index: faster for a hundred thousand entries
    if project is None:
        return None
    if kind == "sdist":
        return project, kind
    if kind in WHEELS and filename and filename.endswith(".whl"):
        return project, _tag(filename)
    return None


def _tag(filename: str) -> str:
    """Return the tag in a wheel's file name."""
    return "-".join(filename.removesuffix(".whl").rsplit("-", 3)[-3:])


def _old(written: Mapping[str, Collection[Entry]]) -> Iterator[str]:
    """Yield the paths of a family's superseded entries; `written` holds the entries by version as written."""
    variants: dict[str, list[tuple[Version, Collection[Entry]]]] = {}
    for text, own in written.items():
        if order := version_order(text or None).newest_first:
            variants.setdefault(order.version.local or "", []).append((order.version, own))
    for versions in variants.values():
        latest = max([version for version, _ in versions])
        final = max([one for one, own in versions if not one.is_prerelease and _is_there(own)], default=None)
        for version, own in versions:
            newer = latest if version.is_prerelease else final
            if newer is not None and version < newer:
                yield from [entry[2] for entry in own]


def _is_there(entries: Iterable[Entry]) -> bool:
    """Return whether a version has entries other than metadata."""
    return any(entry[0] != "metadata" for entry in entries)


def dead_weight(entries: Iterable[Entry], alike: Alike) -> frozenset[str]:
    """Return the paths of downloads that no pip will request again: copies, and those under signed URLs.

    A signed URL is different for each download. Of downloads with the same name and content, one stays for each known
    URL, or a single one if no URL is known: preferably one that is no HTTP response, then one outside of `http/`, which
    only older pips read, and then the latest. All others are copies.
    """
    dead = set()
    named: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        kind, path, filename, url = entry[0], entry[2], entry[8], entry[9]  # by index, as above
        if kind not in ("wheel", "sdist", "metadata") or entry[13]:
            continue
        if url and "?" in url and _is_signed(url):
            dead.add(path)
        elif filename:
            named.setdefault((kind, filename), []).append(entry)
    for some in named.values():
        if len(some) == 1:  # no copies: the most frequent case
            continue
        for same in alike(some):
            addresses = {entry.url for entry in same if entry.url}
            kept = {_best(same, url) for url in addresses} or {_best(same, None)}
            dead.update(entry.path for entry in same if entry.path not in kept)
    return frozenset(dead)


def _is_signed(url: str) -> bool:
    try:
        return SIGNED.search(urlsplit(url).query) is not None
    except ValueError:
        return False


def _best(same: Iterable[Entry], url: str | None) -> str:
    """Return the path of the copy to keep among those with the URL `url`."""
    best = max(
        (entry for entry in same if entry.url == url),
        key=lambda entry: (entry.checked is None, not is_legacy(entry.path), entry.downloaded, entry.path),
    )
    return best.path


def usable(entries: Iterable[Entry], tags: Collection[frozenset[Tag]]) -> Mapping[str, bool]:
    """Return whether some Python can use each wheel or the wheel of each metadata entry, by the entry's path.

    `tags` are the tags of each Python. Wheels without tags are left out. Wheels that only a Python with estimated tags
    may support are left out, too; such tags have the platform `supported_tags.ANY`.
    """
    taken = frozenset().union(*tags)
    known: dict[str, bool | None] = {}
    told = {}
    for entry in entries:
        filename = entry[8]
        if entry[0] not in WHEELS or not filename or filename.count("-") < 4:
            continue
        tag = _tag(filename)
        if tag not in known:
            parts = parse_tag(tag)
            known[tag] = not taken.isdisjoint(parts) or (None if may_support(parts, taken) else False)
        if (fits := known[tag]) is not None:
            told[entry[2]] = fits
    return told
