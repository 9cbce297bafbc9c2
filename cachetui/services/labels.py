"""The labels of entries, and what the preferences protect."""

from __future__ import annotations

from collections.abc import Collection

from cachetui.insight.labelling import facts_of
from cachetui.model import Entry
from cachetui.preferences.model import Protection


def protected_entries(entries: Collection[Entry], protection: Protection, now_ns: int) -> frozenset[str]:
    """Return the paths of the entries of a whole cache that the preferences protect.

    `now_ns` is in nanoseconds since the epoch.
    """
    if not protection.terms:
        return frozenset()
    return facts_of(entries, (), now_ns=now_ns, protect=protection).protected
