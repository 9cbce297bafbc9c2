"""List for the review of a removal, line by line; independent of Textual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cachetui.browsing.catalog import Catalog, GroupKey, GroupKind
from cachetui.model import KINDS, Entry, Kind
from cachetui.removal.plan import BELONGS, Kept
from cachetui.removal.rights import DENIALS
from cachetui.text.format import count
from cachetui.text.names import PAGE_NAMES, entry_name, metadata_name, wheels_described, whole_name

KIND_NOUNS: Mapping[Kind, str] = {
    "built": "built wheel",
    "metadata": "metadata file",
    "index": "index page",
    "selfcheck": "self-check",
    "unknown": "unreadable entry",
}
"""Nouns for kinds of entries, where they differ from the kind."""
MOST_KINDS = 3
"""Maximum number of kinds that are counted one by one; with more kinds, all entries are counted together."""
MOST_NAMES = 10
"""Maximum number of kept entries and files that are named for each reason to keep them."""


class ListLine(NamedTuple):
    """One line of a list, such as the list for the review of a removal."""

    words: str
    """Name of an entry or file, or a heading or sentence; untrusted text."""
    kind: str = ""
    """Kind of the entry, or another remark: the reason why a file is left out, or a change of size."""
    disk: int | None = None
    """Allocated bytes to show; None if the line shows none."""
    heading: bool = False
    """Whether the line is a heading for the lines that follow, or a sentence."""


def bill(entries: Iterable[Entry]) -> list[ListLine]:
    """List entries below headings: first by project, then those without a project by group.

    The biggest project comes first, and in each project and group the biggest entry. A wheel's metadata is on the
    wheel's line.
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
    return sorted(lines, key=lambda line: -(line.disk or 0))


def _name(place: GroupKey, entry: Entry) -> str:
    if entry.kind == "metadata":
        return metadata_name(entry)
    if place.rank is GroupKind.PROJECT or entry.kind in PAGE_NAMES or (entry.kind == "selfcheck" and entry.note):
        return entry_name(entry)
    return entry.path


def stays(kept: Iterable[Kept], entries: Iterable[Entry] = (), *, most: int | None = None) -> list[ListLine]:
    """List the files and entries in `kept`: a sentence for each reason, and at most `most` names below it.

    A file is named by its entry if that is among `entries`, otherwise by its path. Files kept only because they belong
    to something that is kept are left out. So is what is kept for lack of permission, because `costs_of_rights` reports
    it with the remedy.
    """
    lines: list[ListLine] = []
    for reason, things in _by_reason(kept, entries).items():
        if reason in DENIALS:
            continue
        names = [path if entry is None else whole_name(entry) for path, entry in things.items()]
        if len(names) == 1 and names[0] not in things:
            lines.append(ListLine(f"Kept {names[0]}: {reason}", heading=True))
            continue
        lines.append(ListLine(f"Kept {_counted(list(things.values()))}: {reason}", heading=True))
        lines += [ListLine(name) for name in names[:most]]
        if most is not None and len(names) > most:
            lines.append(ListLine(f"and {len(names) - most:,} more"))
    return lines


def number_kept(kept: Iterable[Kept], entries: Iterable[Entry] = ()) -> int:
    """Return how many of `entries` are kept, at least in part, plus the number of kept paths of none of them.

    Paths with the reason `BELONGS` are not counted.
    """
    return sum([len(things) for things in _by_reason(kept, entries).values()])


def _by_reason(kept: Iterable[Kept], entries: Iterable[Entry]) -> dict[str, dict[str, Entry | None]]:
    """Return the kept entries by reason and path; a path that belongs to none of `entries` maps to None.

    An entry is listed once even if several of its files are kept, with the reason of the first one. Paths with the
    reason `BELONGS` are left out.
    """
    reasons = {path: reason for path, reason in kept if reason != BELONGS}
    if not reasons:
        return {}
    owners = {
        path: entry
        for entry in entries
        for path in (entry.path, *[file.path for file in entry.files])
        if path in reasons
    }
    found: dict[str, dict[str, Entry | None]] = {}
    seen: set[str] = set()
    for path, reason in reasons.items():
        entry = owners.get(path)
        thing = path if entry is None else entry.path
        if thing not in seen:
            seen.add(thing)
            found.setdefault(reason, {})[thing] = entry
    return found


def _counted(entries: Sequence[Entry | None]) -> str:
    """Count entries by kind, such as `1 built wheel and 3 index pages`; None counts as an item without an entry."""
    kinds = Counter([None if entry is None else entry.kind for entry in entries])
    if len(kinds) > MOST_KINDS:
        return count(len(entries), "entry")
    parts = [count(kinds[kind], KIND_NOUNS.get(kind, kind)) for kind in KINDS if kind in kinds]
    parts += [count(kinds[None], "item")] if None in kinds else []
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def title(entries: Sequence[Entry]) -> str:
    """Return a title for the removal of `entries`, such as `Remove torch 2.3.0`."""
    versions = {(entry.project, entry.version) for entry in entries}
    project, version = versions.pop() if len(versions) == 1 else (None, None)
    is_release = any(entry.kind in ("wheel", "sdist", "built") for entry in entries)
    if project is not None and version is not None and is_release:
        return f"Remove {project} {version}"
    if len(entries) == 1:
        return f"Remove {whole_name(entries[0])}"
    projects = len({entry.project for entry in entries if entry.project is not None})
    nameless = sum([entry.project is None for entry in entries])
    origin = f" from {count(projects, 'project')}" if projects else ""
    others = f", and {nameless:,} unnamed" if projects and nameless else ""
    return f"Remove {count(len(entries), 'entry')}{origin}{others}"
