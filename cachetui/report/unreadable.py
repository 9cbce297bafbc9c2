"""Sentences about files and directories that a scan could not read: one for each reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cachetui.model import Inventory, Unreadable
from cachetui.removal.rights import remedy


def unreadable_sentences(inventory: Inventory) -> Iterator[str]:
    """Yield a sentence for each reason why paths could not be read, with a remedy if permission was denied.

    The paths in the sentences are untrusted text.
    """
    by_reason: dict[tuple[str, bool], list[Unreadable]] = {}
    for error in inventory.errors:
        by_reason.setdefault((error.reason, error.denied), []).append(error)
    for (reason, denied), errors in by_reason.items():
        first = errors[0].path or inventory.root
        others = f" and {len(errors) - 1:,} more" if len(errors) > 1 else ""
        place = Path(inventory.root, errors[0].path)
        way_out = f"; {remedy(inventory.root, place)}" if denied else ""
        yield f"Not readable: {first}{others}: {reason}{way_out}."
