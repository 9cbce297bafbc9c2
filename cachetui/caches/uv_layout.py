"""Buckets of uv's cache: one directory for each kind of content and each generation of its format.

Source: `CacheBucket` in uv's `crates/uv-cache/src/lib.rs`, and caches that uv 0.1 to 0.13 wrote.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from cachetui.conduct import Conduct

CONDUCT = Conduct(tool="uv", programs=("uv", "uvx"), awaited=(), removes=False, unpacked=True)
"""cachetui removes nothing from uv's cache; it shows uv's own commands instead."""
BUCKET = re.compile(r"([a-z]+(?:-[a-z]+)*)-v(\d{1,9})").fullmatch
RENAMED = {"built-wheels": "sdists"}
"""Kinds of content whose buckets uv has renamed: the current name by the old name."""
OTHERS = {
    "interpreter": "facts about Pythons that uv found here",
    "git": "Git repositories that uv cloned",
    "builds": "folders of builds that run, or broke off",
    "python": "Pythons that uv downloaded",
    "binaries": "programs that uv downloaded",
}
"""Descriptions of the kinds of content that are neither distributions nor pages nor environments."""
CONTENTS = frozenset({"archive", "wheels", "sdists", "built-wheels", "simple", "flat-index", "environments", *OTHERS})
"""All known kinds of content of buckets."""
MARKERS = frozenset({".gitignore", ".lock", "CACHEDIR.TAG"})
"""Names of the files that uv makes in the root."""


class Bucket(NamedTuple):
    """A bucket of a cache."""

    name: str
    """Name of its directory, such as `wheels-v5`."""
    content: str
    """Kind of its content, such as `wheels`; the current name if uv has renamed the bucket."""
    generation: int
    """Version of its format, such as 5."""
    newest: str
    """Name of the bucket in this cache that has the same content in the newest format."""

    @property
    def is_stale(self) -> bool:
        """Whether this cache has a bucket of a newer uv for the same content."""
        return self.name != self.newest

    @property
    def note(self) -> str | None:
        """Remark on each entry of the bucket; None if its format is the newest here."""
        if not self.is_stale:
            return None
        return f"stale: the newest uv that wrote here uses {self.newest}, not {self.name}"


def buckets_of(names: Iterable[str]) -> dict[str, Bucket]:
    """Return the buckets among the names in a root, by name; buckets of the same content are ordered newest first."""
    found = []
    for name in names:
        if match := BUCKET(name):
            content, generation = match[1], int(match[2])
            current = RENAMED.get(content, content)
            found.append((current, content == current, generation, name))
    newest = {current: name for current, _, _, name in sorted(found)}
    ordered = sorted(found, reverse=True)
    return {name: Bucket(name, current, number, newest[current]) for current, _, number, name in ordered}


def is_uvs(names: Collection[str]) -> bool:
    """Return whether the names in a directory are those of uv's cache, or of an empty one with only marker files."""
    known = any((match := BUCKET(name)) and match[1] in CONTENTS for name in names)
    return known or (bool(names) and MARKERS.issuperset(names))
