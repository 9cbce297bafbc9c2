"""List for the review of a removal, line by line; independent of Textual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind
from cachetui.model import Entry
from cachetui.removal.plan import BELONGS, PROTECTED, Kept
from cachetui.removal.rights import DENIALS
from cachetui.text.format import count
from cachetui.text.names import PAGE_NAMES, entry_name, metadata_name, wheels_described, whole_name

NOTHING: Mapping[str, Entry] = {}
SUMMED_UP = frozenset({*DENIALS, BELONGS})
"""Reasons to stay that are told once for all things, instead of with each."""


class ListLine(NamedTuple):
    """One line of the list."""

    words: str
    """Name, as untrusted text."""
    kind: str = ""
    """Kind of a removed entry in a word or two, or the reason why something stays."""
    disk: int | None = None
    """Allocated bytes; None if nothing is freed."""
    heading: bool = False
    """Whether the line is a heading for the lines that follow."""


def bill(entries: Iterable[Entry]) -> list[ListLine]:
    """List entries by project, the biggest first, then by group.

    A wheel's metadata is on the wheel's line.
    """
    catalog = Catalog()
    catalog.update(entries)
    groups = sorted(catalog.groups, key=lambda group_key: (group_key[0].rank, -group_key[1].disk, group_key[0].project))
    lines: list[ListLine] = []
    for place, group in groups:
        lines.append(ListLine(place.title, disk=group.disk, heading=True))
        lines += _entries(place, list(group.entries))
    return lines


def _entries(place: GroupKey, entries: Sequence[Entry]) -> list[ListLine]:
    by_version: dict[str | None, list[Entry]] = {}
    for entry in entries:
        by_version.setdefault(entry.version, []).append(entry)
    lines: list[ListLine] = []
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
            lines.append(ListLine(_name(place, entry), kind, entry.disk_usage + (beside or 0)))
    return lines


def _name(place: GroupKey, entry: Entry) -> str:
    if entry.kind == "metadata":
        return metadata_name(entry)
    if place.rank is GroupKind.PROJECT or entry.kind in PAGE_NAMES or (entry.kind == "selfcheck" and entry.note):
        return entry_name(entry)
    return entry.path


def stays(kept: Sequence[Kept], known: Mapping[str, Entry] = NOTHING) -> list[ListLine]:
    """List everything that stays, with the reasons."""
    lines = named(kept, known)
    asked = "stays, though it was asked for" if len(lines) == 1 else "stay, though they were asked for"
    return [ListLine(f"{count(len(lines), 'thing')} {asked}", heading=True), *lines] if lines else []


def named(kept: Iterable[Kept], known: Mapping[str, Entry]) -> list[ListLine]:
    """List things that stay, with the reasons: by name if they are entries that are `known` by path.

    Several that stay for one and the same matter of rights are left out: `costs_of_rights` counts them.
    """
    kept = list(kept)
    number = Counter([reason for _, reason in kept])
    return [
        ListLine(path if (entry := known.get(path)) is None else whole_name(entry), reason)
        for path, reason in kept
        if number[reason] == 1 or reason not in SUMMED_UP
    ]


def title(entries: Sequence[Entry], kept: Iterable[Kept] = ()) -> str:
    """Return the question before a removal, with the number of protected items that stay."""
    projects = len({entry.project for entry in entries if entry.project is not None})
    nameless = any(entry.project is None for entry in entries)
    of = f" of {count(projects, 'project')}" if projects else ""
    others = " and others" if projects and nameless else ""
    return f"Remove {count(len(entries), 'entry')}{of}{others}{keeping(kept)}?"


def keeping(kept: Iterable[Kept]) -> str:
    """Return the end of a question: the number of protected items that stay; "" if there are none."""
    protected = sum([reason == PROTECTED for _, reason in kept])
    return f", keep {protected:,} protected" if protected else ""
