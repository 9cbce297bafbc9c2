"""The user's marks, which belong to entries rather than to rows. Does not import Textual."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from cachetui.browsing.catalog import Catalog, GroupKey
from cachetui.browsing.group import EntryGroup
from cachetui.model import Entry
from cachetui.removal.freed_bytes import Freeing, Outlook

Groups = Iterable[tuple[GroupKey, EntryGroup]]
"""Entries of projects and groups."""
EMPTY = EntryGroup(())
MOST_CHANGES = 100
"""Maximum number of changes that can be undone."""
Step = tuple[int, GroupKey, EntryGroup]
"""1 for marking or -1 for unmarking, the key of a project or group, and its entries that were concerned."""


class Undone(NamedTuple):
    """Numbers of entries whose marks an undo changed; both are 0 if there was nothing to undo."""

    marked: int = 0
    """Number of entries that are marked again."""
    unmarked: int = 0
    """Number of entries that are unmarked again."""


class Marks:
    """Marked entries by project or group, so that no parent row needs to examine its children."""

    def __init__(self) -> None:
        self._groups: dict[GroupKey, EntryGroup] = {}  # no group is empty
        self._number = 0
        self._changes: deque[list[Step]] = deque(maxlen=MOST_CHANGES)
        self._steps: list[Step] | None = None  # steps of the change that is being recorded
        self.refused: Callable[[Sequence[Entry]], None] | None = None
        """Function that gets the entries that are to be marked but cannot be; None if all can be."""
        self.revision = 0
        """Number that grows whenever entries may have been marked or unmarked."""
        self.freeing = Freeing()
        """Running count of what removing the marked entries would free."""

    @property
    def disk(self) -> int:
        """Allocated bytes of files that removing the marked entries would free."""
        return self.freeing.disk

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Entry]:
        for group in self._groups.values():
            yield from group.entries

    def group(self, group_key: GroupKey) -> EntryGroup:
        """Return the marked entries of a project or group, including entries that a filter hides."""
        return self._groups.get(group_key, EMPTY)

    def at(self, group_key: GroupKey) -> Mapping[str, Entry]:
        """Return the marked entries of a project or group, by path."""
        return self.group(group_key).by_path

    def count(self, group_key: GroupKey) -> int:
        """Return how many entries of a project or group are marked."""
        return len(self.group(group_key).entries)

    def among(self, group_key: GroupKey, entries: Iterable[Entry]) -> int:
        """Return how many of the given entries of a project or group are marked."""
        marked = self.at(group_key)
        return sum([entry[2] in marked for entry in entries]) if marked else 0  # by index: faster for many entries

    @contextmanager
    def change(self, catalog: Catalog) -> Iterator[None]:
        """Record what the `with` block marks and unmarks as one change, which `undo` reverts as a whole.

        At its end, the twins of marked entries are marked, too; with an unmarked entry, its twins and its takers are
        unmarked.
        """
        self._steps = []
        try:
            yield
            if catalog.twins:
                self._couple(self._steps.copy(), catalog)
        finally:
            if self._steps:
                self._changes.append(self._steps)
            self._steps = None

    def _couple(self, steps: Iterable[Step], catalog: Catalog) -> None:
        """Unmark the takers of the unmarked entries, and the twins of both; then mark the twins of marked entries."""
        changed = dict.fromkeys([path for _, _, group in steps for path in group.by_path])
        unmarked = [path for path in changed if not self._has(path, catalog)]
        takers = [taker for path in unmarked for taker in catalog.takers.get(path, ()) if self._has(taker, catalog)]
        lost = [*takers, *[twin for path in (*unmarked, *takers) for twin in catalog.twins.get(path, ())]]
        self.take([catalog.entries[path] for path in lost if path in catalog.entries], catalog)
        self._mark_twins([*changed, *_takers(lost, catalog)], catalog)

    def _couple_undone(self, steps: Iterable[Step], catalog: Catalog) -> None:
        """Unmark the twins of entries that an undo unmarked, unless the last earlier change of a twin marked it.

        Then mark the twins of marked entries. The undone steps may lack these twins, because entries may have been
        marked before their twins were known.
        """
        changed = dict.fromkeys([path for _, _, group in steps for path in group.by_path])
        came = [twin for path in changed if not self._has(path, catalog) for twin in catalog.twins.get(path, ())]
        earlier = {path: step for change in self._changes for step, _, group in change for path in group.by_path}
        lost = [path for path in came if path in catalog.entries and earlier.get(path, -1) < 0]
        self.take([catalog.entries[path] for path in lost], catalog)
        self._mark_twins([*changed, *_takers((*changed, *lost), catalog)], catalog)

    def _mark_twins(self, paths: Iterable[str], catalog: Catalog) -> None:
        """Mark the twins of the marked entries among those with the given paths."""
        paths = [path for path in paths if self._has(path, catalog)]
        twins = [twin for path in paths for twin in catalog.twins.get(path, ()) if twin in catalog.entries]
        self.mark(groups_of([catalog.entries[twin] for twin in twins], catalog))

    def _has(self, path: str, catalog: Catalog) -> bool:
        """Return whether an entry is marked; False if it is not in the catalog."""
        entry = catalog.entries.get(path)
        return entry is not None and path in self.at(catalog.group_key(entry))

    @property
    def can_undo(self) -> bool:
        """Whether there is a recorded change that has not been undone."""
        return bool(self._changes)

    def undo(self, catalog: Catalog) -> Undone:
        """Undo the last recorded change; changes whose undoing makes no difference are skipped."""
        before = after = self._paths()
        while self._changes and before == after:
            steps = self._changes.pop()
            for step, group_key, group in reversed(steps):
                groups: Groups = [(group_key, group)]
                if catalog.group(group_key) is not group:  # entries may have been replaced, renamed or removed
                    known = [catalog.entries[path] for path in group.by_path if path in catalog.entries]
                    groups = groups_of(known, catalog)
                (self.mark if step < 0 else self.unmark)(groups)
            if catalog.twins:
                self._couple_undone(steps, catalog)
            after = self._paths()
        return Undone(len(after - before), len(before - after))

    def _paths(self) -> frozenset[str]:
        return frozenset([entry.path for entry in self])

    def forget_gone(self, catalog: Catalog) -> None:
        """Discard the recorded changes whose entries are all gone from the catalog."""
        left = [
            steps
            for steps in self._changes
            if any(path in catalog.entries for _, _, group in steps for path in group.by_path)
        ]
        self._changes.clear()
        self._changes.extend(left)

    def mark(self, groups: Groups) -> None:
        """Mark those entries of projects or groups that are not marked yet; if `refused` is set, only call it."""
        if not self._refuse(groups := list(groups)):
            self._add(groups)

    def unmark(self, groups: Groups) -> None:
        """Unmark those entries of projects or groups that are marked."""
        self._remove(groups)

    def invert(self, groups: Groups) -> None:
        """Mark those entries that are not marked, and unmark the others; if `refused` is set, only call it.

        No project or group may occur twice.
        """
        if self._refuse(groups := list(groups)):
            return
        gone = dict(self._remove(groups))
        self._add([(key, left) for key, group in groups if (left := group.split(gone.get(key, EMPTY))[1]) is not None])

    def _refuse(self, groups: Groups) -> bool:
        """Return whether nothing can be marked; if so, pass what was to be marked to `refused`."""
        if self.refused is not None and (entries := [entry for _, group in groups for entry in group.entries]):
            self.refused(entries)
        return self.refused is not None

    def _add(self, groups: Groups) -> None:
        """Mark those entries that are not marked yet."""
        added: list[tuple[GroupKey, EntryGroup]] = []
        for group_key, group in groups:
            known = self._groups.get(group_key)
            others = group if known is None else group.split(known)[1]
            if others is not None:
                self._groups[group_key] = others if known is None else EntryGroup([*known.entries, *others.entries])
                added.append((group_key, others))
        self._count(added, 1)

    def _remove(self, groups: Groups) -> list[tuple[GroupKey, EntryGroup]]:
        """Unmark the entries with the paths of `groups`; return those that were marked, as they were when marked."""
        removed: list[tuple[GroupKey, EntryGroup]] = []
        for group_key, group in groups:
            known = self._groups.get(group_key)
            gone, left = (None, None) if known is None else known.split(group)
            if gone is None:
                continue
            if left is None:
                del self._groups[group_key]
            else:
                self._groups[group_key] = left
            removed.append((group_key, gone))
        self._count(removed, -1)
        return removed

    def _count(self, groups: Sequence[tuple[GroupKey, EntryGroup]], step: int) -> None:
        self.revision += 1
        if self._steps is not None:
            self._steps += [(step, group_key, group) for group_key, group in groups]
        self._number += step * sum([len(group.entries) for _, group in groups])
        self._count_freed([group for _, group in groups], step)

    def _count_freed(self, groups: Collection[EntryGroup], step: int = 1) -> None:
        outlook = self.freeing.outlook
        disk = sum([group.disk for group in groups])
        linked = [file for group in groups for file in group.linked]
        kept = [group.kept(outlook) for group in groups] if outlook.stays or outlook.sharers else ()
        self.freeing.count((), step, disk=disk, linked=linked, kept=kept)

    def set_outlook(self, outlook: Outlook) -> None:
        """Replace the outlook, and count again what removing the marked entries would free."""
        self.freeing = Freeing(outlook)
        self._count_freed(self._groups.values())

    def add(self, entries: Iterable[Entry], catalog: Catalog) -> None:
        """Mark entries; they replace marked entries with the same paths."""
        groups = groups_of(entries, catalog)
        self._remove(groups)
        self._add(groups)

    def take(self, entries: Iterable[Entry], catalog: Catalog) -> list[Entry]:
        """Unmark those of the given entries that are marked, and return them."""
        gone = self._remove(groups_of(entries if self else (), catalog))
        return [entry for _, group in gone for entry in group.entries]

    def clear(self) -> None:
        """Unmark everything."""
        self.revision += 1
        if self._steps is not None:
            self._steps += [(-1, group_key, group) for group_key, group in self._groups.items()]
        self._groups.clear()
        self.freeing = Freeing(self.freeing.outlook)
        self._number = 0

    def follow(self, catalog: Catalog) -> None:
        """Replace marked entries by those of another catalog, and mark the twins of the marked entries.

        Entries that are gone lose their marks.
        """
        paths = [entry.path for entry in self]
        self.clear()
        self.add([entry for path in paths if (entry := catalog.entries.get(path)) is not None], catalog)
        self._mark_twins(paths if catalog.twins else (), catalog)


def _takers(paths: Iterable[str], catalog: Catalog) -> list[str]:
    """Return the paths of the entries whose removal also removes one of some entries."""
    return [taker for path in paths for taker in catalog.takers.get(path, ())]


def groups_of(entries: Iterable[Entry], catalog: Catalog) -> list[tuple[GroupKey, EntryGroup]]:
    """Group entries by project or group; if several have the same path, only the last one is kept."""
    groups: dict[GroupKey, dict[str, Entry]] = {}
    for entry in entries:
        groups.setdefault(catalog.group_key(entry), {})[entry.path] = entry
    return [(group_key, EntryGroup([*found.values()])) for group_key, found in groups.items()]
