"""What a review lists, line by line; no Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cachetui.model import Entry
from cachetui.removal.plan import Kept
from cachetui.ui.catalog import Catalog, Place, Rank
from cachetui.ui.rows import PAGE_NAMES, entry_name, metadata_name, wheels_described
from cachetui.ui.text import count


class BillLine(NamedTuple):
    """One line."""

    words: str
    """What it is about; untrusted text."""
    kind: str = ""
    """What is removed, in a word or two; or why something stays."""
    disk: int | None = None
    """Allocated bytes; None where nothing is freed."""
    heading: bool = False
    """Whether what follows belongs to it."""


def bill(entries: Iterable[Entry]) -> list[BillLine]:
    """List entries by project, the biggest first, then by group; a wheel's metadata stands on the wheel's line."""
    catalog = Catalog()
    catalog.update(entries)
    shelves = sorted(catalog.shelves, key=lambda shelf: (shelf[0].rank, -shelf[1].disk, shelf[0].project))
    lines: list[BillLine] = []
    for place, holding in shelves:
        lines.append(BillLine(place.title, disk=holding.disk, heading=True))
        lines += _entries(place, list(holding.entries))
    return lines


def _entries(place: Place, entries: Sequence[Entry]) -> list[BillLine]:
    by_version: dict[str | None, list[Entry]] = {}
    for entry in entries:
        by_version.setdefault(entry.version, []).append(entry)
    lines: list[BillLine] = []
    for found in by_version.values():
        described: dict[str, int] = {}
        lonely: list[Entry] = []
        for metadata, wheel in wheels_described(found):
            if wheel is None:
                lonely.append(metadata)
            else:
                described[wheel.path] = described.get(wheel.path, 0) + metadata.disk_usage
        for entry in [entry for entry in found if entry.kind != "metadata"] + lonely:
            beside = described.get(entry.path)
            kind = entry.kind if beside is None else "wheel, metadata"
            lines.append(BillLine(_name(place, entry), kind, entry.disk_usage + (beside or 0)))
    return lines


def _name(place: Place, entry: Entry) -> str:
    if entry.kind == "metadata":
        return metadata_name(entry)
    if place.rank is Rank.PROJECT or entry.kind in PAGE_NAMES or (entry.kind == "selfcheck" and entry.note):
        return entry_name(entry)
    return entry.path


def stays(kept: Iterable[Kept]) -> list[BillLine]:
    """List what stays, and why."""
    lines = [BillLine(path, reason) for path, reason in kept]
    asked = "stays, though it was asked for" if len(lines) == 1 else "stay, though they were asked for"
    return [BillLine(f"{count(len(lines), 'thing')} {asked}", heading=True), *lines] if lines else []


def title(entries: Sequence[Entry]) -> str:
    """Ask about entries."""
    projects = len({entry.project for entry in entries if entry.project is not None})
    nameless = any(entry.project is None for entry in entries)
    of = f" of {count(projects, 'project')}" if projects else ""
    return f"Remove {count(len(entries), 'entry')}{of}{' and others' if projects and nameless else ''}?"
