"""Labels of entries, and the facts that decide which entries have which labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Label = Literal[
    "superseded", "unusable", "legacy", "leftover", "unidentified", "protected", "dead-weight", "used", "unused"
]
"""Label of an entry.

`superseded`: the cache holds a newer version for the same Pythons and platform (a final version if it is final).
`unusable`: no Python here can use it. `legacy`: only an older pip reads it. `leftover`: no program reads it.
`unidentified`: a response or an entry of unknown kind whose project is unknown. `protected`: the preferences protect
it. `dead-weight`: it is an extra copy, or stored under a URL that no pip will request again. `used`: it is installed
in an environment here. `unused`: it is installed in no environment here.
"""

LABELS: tuple[Label, ...] = (
    "superseded",
    "unusable",
    "legacy",
    "leftover",
    "unidentified",
    "protected",
    "dead-weight",
    "used",
    "unused",
)
USE: frozenset[Label] = frozenset({"used", "unused"})
"""Labels that depend on the environments on this machine."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about entries at one moment; each entry is given by its path."""

    now_ns: int = 0
    """Time at which ages are measured, in nanoseconds since the epoch."""
    superseded: frozenset[str] = frozenset()
    """Entries with the label `superseded`."""
    legacy: frozenset[str] = frozenset()
    """Entries that only an older pip reads."""
    dead_weight: frozenset[str] = frozenset()
    """Entries that are extra copies, or are stored under a URL that no pip will request again."""
    protected: frozenset[str] = frozenset()
    """Entries that the preferences protect."""
    needed: frozenset[str] | None = None
    """Entries that the files of the rule `not_needed_by` need; None if the files were not read."""
    marked: frozenset[str] = frozenset()
    """Entries that are marked in the browser."""
    usable: Mapping[str, bool] = field(default_factory=dict)
    """Whether some Python here can use each entry; entries for which this is unknown are left out."""
    used: Mapping[str, bool] = field(default_factory=dict)
    """Whether each entry is installed in an environment; entries for which this is unknown are left out."""
