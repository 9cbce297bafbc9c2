"""Findings made up by hand, over entries that are made up, too."""

from __future__ import annotations

from collections.abc import Iterable

from cachetui.browsing.catalog import Catalog
from cachetui.insight.health.finding import Finding, FindingType, in_order
from cachetui.model import Inventory
from cachetui.report.health_text import FindingEntry, FindingGroup, grouped
from tests.ui.cache import MB, NOW, everyday, inventory, made

TORCH = "http-v2/torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"
SIX = "http-v2/six-1.16.0-py2.py3-none-any.whl"
PICKLE = "http-v2/3/a/f/9/1/3af91d"
RECORD = "http-v2/5/5/5/5/5/555"
CHECK = "http-v2/selfcheck/aa"
FAST = (
    Finding("length", SIX, "its headers announce 11,053 bytes, it has 8,053", NOW),
    Finding("unreadable", PICKLE, "a pickle, as pip 6.0 wrote it: not read, for reading it could run code", NOW),
    Finding("unreadable", RECORD, "damaged: not the msgpack that it says it is", NOW),
    Finding("selfcheck", CHECK, "of /home/user/old/.venv", NOW),
)
"""Findings of the quick check."""
SWAPPED = Finding("mismatch", TORCH, f"its sha256 is {'3f' * 32}, but {'a0' * 32} is listed", NOW)
"""A finding that needs a reading of everything."""


def sick() -> Inventory:
    """Make the everyday cache with one more unreadable record."""
    return inventory([*everyday().entries, made("unknown", "5/5/5/5/5/555", MB, 30)])


def groups_of(findings: Iterable[Finding], known: Inventory | None = None) -> tuple[FindingGroup, ...]:
    """Gather findings as the screen does."""
    entries = Catalog.of(known or sick()).entries
    return grouped([FindingEntry(finding, entries[finding.path]) for finding in in_order([*findings])])


def many(number: int, sort: FindingType = "owner") -> tuple[FindingGroup, ...]:
    """Make one group of many entries."""
    entries = [made("wheel", f"{index:06d}", 8_192) for index in range(number)]
    return grouped([FindingEntry(Finding(sort, entry.path, "it belongs to root", NOW), entry) for entry in entries])
