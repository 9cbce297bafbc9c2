"""Entries as plain text: a table of versions, or a tree down to the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cachetui.browsing.catalog import GROUPS, UNIDENTIFIED
from cachetui.model import NS, Entry, File, group_projects
from cachetui.text.escape import escape_control
from cachetui.text.format import age, disk_text
from cachetui.text.names import PAGE_NAMES, entry_name, metadata_name
from cachetui.text.styled import heading, styled

HEADINGS = ("Project", "Version", "Disk", "Entries", "Downloaded")
GAP = "  "
"""Gap between two columns."""
COMFORTABLE, NARROWEST = 24, 8
"""Minimum widths of the columns Project and Version, in characters.

If lines are too wide, the columns shrink to the first width, and if that is not enough, to the second.
"""
HEAVY = 0.05
"""Smallest share of the disk usage of everything listed at which a size is shown as large."""
BARREN = frozenset({"index", "metadata"})
"""Kinds of entries whose age says nothing about the age of their project."""


class Branch(NamedTuple):
    """A project, group, version, entry or file, with its parts."""

    name: str
    """Name, as untrusted text; empty for a project's entries without a version."""
    disk: int
    """Allocated bytes."""
    entries: int
    """Number of entries in the branch; 1 for a file, and the number of files for the group of foreign files."""
    newest: int
    """Time of the newest entry or file in the branch, in nanoseconds since the epoch.

    In a project, version or group, index pages and metadata count only if there is nothing else.
    """
    below: tuple[Branch, ...] = ()
    """The branches below it."""


def projects_of(entries: Sequence[Entry], *, sort: str) -> list[Branch]:
    """Return a branch for each project, down to its files; projects and versions are sorted as by `_rank`."""
    return _sorted(
        [
            _branch(
                project.name,
                project.entries,
                _sorted([_branch(version.label or "", version.entries) for version in project.versions], sort),
            )
            for project in group_projects(entries)
        ],
        sort,
    )


def groups_of(entries: Sequence[Entry], foreign: Sequence[File], tool: str) -> list[Branch]:
    """Return the groups that follow the projects: entries without a project, and files that `tool` did not write."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.project is None:
            groups.setdefault(GROUPS.get(entry.kind, UNIDENTIFIED).title, []).append(entry)
    order = [UNIDENTIFIED.title, *(place.title for place in GROUPS.values())]
    found = [_branch(title, groups[title]) for title in order if title in groups]
    if foreign:
        files = _files(foreign)
        found.append(
            Branch(f"Not {tool}'s", sum([file.disk for file in files]), len(files), max(map(_newest, files)), files)
        )
    return found


def _branch(name: str, entries: Sequence[Entry], below: Sequence[Branch] | None = None) -> Branch:
    """Return a branch that sums up entries. Without `below`, the entries are its parts."""
    dated_entries = [entry for entry in entries if entry.kind not in BARREN] or entries
    return Branch(
        name,
        sum([entry.disk_usage for entry in entries]),
        len(entries),
        max([entry.downloaded for entry in dated_entries]),
        tuple(map(_leaf, entries) if below is None else below),
    )


def _leaf(entry: Entry) -> Branch:
    return Branch(called(entry), entry.disk_usage, 1, entry.downloaded, _files(entry.files))


def called(entry: Entry) -> str:
    """Return the name of an entry, with its kind unless the kind is obvious; the text is untrusted."""
    if entry.kind == "metadata":
        return metadata_name(entry)
    name = entry_name(entry)
    plain = entry.kind in ("wheel", "sdist") if entry.filename else entry.project and entry.kind in PAGE_NAMES
    return name if plain else f"{name} ({entry.kind})"


def _files(files: Iterable[File]) -> tuple[Branch, ...]:
    return tuple([Branch(file.path, file.disk_usage, 1, file.mtime_ns) for file in files])


def _newest(branch: Branch) -> int:
    return branch.newest


def _rank(branch: Branch, sort: str) -> int:
    """Return the sort key of a branch: biggest, most entries or oldest first; 0 if `sort` is "name"."""
    return {"size": -branch.disk, "count": -branch.entries, "age": branch.newest}.get(sort, 0)


def _sorted(branches: list[Branch], sort: str) -> list[Branch]:
    """Return branches sorted by `_rank`; those of equal rank keep their order."""
    return sorted(branches, key=lambda branch: _rank(branch, sort))


def table(
    entries: Sequence[Entry], foreign: Sequence[File], tool: str, *, sort: str, now_ns: int, width: int | None
) -> Iterator[str]:
    """Yield a heading, a line for each version of each project, and a line for each group.

    Yields nothing if there is nothing to list. Unless `width` is None, names of projects and versions are shortened to
    make lines fit `width` columns, but not below `NARROWEST` characters. `tool` is the program that fills the cache.
    """
    versions = [(version, project.name) for project in projects_of(entries, sort=sort) for version in project.below]
    groups = groups_of(entries, foreign, tool)
    rows = [
        (escape_control(name), escape_control(version.name) or "-", *_figures(version, now_ns))
        for version, name in versions
    ]
    rows += [(group.name, "-", *_figures(group, now_ns)) for group in groups]
    if not rows:
        return
    rows.insert(0, HEADINGS)
    disks = [0, *[version.disk for version, _ in versions], *[group.disk for group in groups]]
    heavy = HEAVY * sum(disks)
    widths = [max([len(row[column]) for row in rows]) for column in range(len(HEADINGS))]
    if width is not None:
        over = sum(widths) + len(GAP) * (len(widths) - 1) - width
        for column, least in ((0, COMFORTABLE), (1, COMFORTABLE), (0, NARROWEST), (1, NARROWEST)):
            given = max(0, min(over, widths[column] - least))
            widths[column] -= given
            over -= given
    for (project, version, size, count, when), disk in zip(rows, disks, strict=True):
        start = GAP.join([_cut(project, widths[0]).ljust(widths[0]), _cut(version, widths[1]).ljust(widths[1]), ""])
        end = GAP.join(["", count.rjust(widths[3]), when])
        if when == HEADINGS[-1]:
            yield heading(f"{start}{size.rjust(widths[2])}{end}")
        elif disk and disk >= heavy:
            yield styled(start, ("heavy", size.rjust(widths[2])), end)
        else:
            yield f"{start}{size.rjust(widths[2])}{end}"


def tree(
    entries: Sequence[Entry], foreign: Sequence[File], tool: str, *, sort: str, now_ns: int, width: int | None
) -> Iterator[str]:
    """Yield a heading, and a line per project, version, group, entry and file; nothing if there is nothing to list.

    Lines are cut to `width` columns, unless `width` is None. `tool` is the program that fills the cache.
    """
    tops = [*projects_of(entries, sort=sort), *groups_of(entries, foreign, tool)]
    if tops:
        yield heading(f"{HEADINGS[2]:>8}{GAP}{HEADINGS[4]}{GAP}Name")
    heavy = HEAVY * sum([top.disk for top in tops])
    for top in tops:
        yield from _written(top, 0, now_ns, width, heavy)


def _written(branch: Branch, depth: int, now_ns: int, width: int | None, heavy: float) -> Iterator[str]:
    size, _, when = _figures(branch, now_ns)
    name = GAP * depth + (escape_control(branch.name) or "no version")
    line = f"{size:>8}{GAP}{when:<{len(HEADINGS[4])}}{GAP}{name}"
    line = line if width is None else _cut(line, width)
    yield styled(("heavy", line[:8]), line[8:]) if branch.disk and branch.disk >= heavy else line
    for lower in branch.below:
        yield from _written(lower, depth + 1, now_ns, width, heavy)


def _figures(branch: Branch, now_ns: int) -> tuple[str, str, str]:
    """Return the size, number of entries and age of a branch as text."""
    when = " ".join(age(max(0, now_ns - branch.newest) / NS)).strip()
    return disk_text(branch.disk), f"{branch.entries:,}", when


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
