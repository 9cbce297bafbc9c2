"""Labels that depend on other entries, or on the Pythons that are here. Knows no installer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Label = Literal["superseded", "unusable", "legacy", "leftover", "unidentified", "protected", "dead-weight"]
"""Label of an entry: `superseded` by a newer version for the same Pythons and platform, `unusable` by any
Python here, `legacy` where only an older pip looks, `leftover`, `unidentified`, `protected` by the preferences,
`dead-weight`: stored twice, or under an address that no pip will ask for again."""

LABELS: tuple[Label, ...] = (
    "superseded",
    "unusable",
    "legacy",
    "leftover",
    "unidentified",
    "protected",
    "dead-weight",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about entries at one moment, by path."""

    now_ns: int = 0
    """The moment from which ages are counted, in nanoseconds since the epoch."""
    superseded: frozenset[str] = frozenset()
    """Entries that have a newer version."""
    legacy: frozenset[str] = frozenset()
    """Entries that only an older pip reads."""
    dead_weight: frozenset[str] = frozenset()
    """Entries that no pip will ask for again."""
    protected: frozenset[str] = frozenset()
    """Entries that the preferences protect."""
    usable: Mapping[str, bool] = field(default_factory=dict)
    """Whether some Python here can use an entry; entries for which that is unknown are left out."""
