"""Count what the removal of entries frees: the bytes of each inode, once, if all of its names are removed.

Screens, reports and plans all use this module, so that they give the same figure for the same entries. Directories that
a removal empties are counted separately (`emptied`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cachetui.model import Entry, File, Inventory
from cachetui.removal.in_use import PROTECTED


class SharedFile(NamedTuple):
    """File that several entries share; it is removed with the last of them."""

    file: File
    """File as the scan saw it."""
    needs: frozenset[str]
    """Paths of the entries that must all be removed before the file."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """Conditions that decide what a removal from a cache would free at present."""

    inventory: Inventory | None = None
    """The cache; None before it is known."""
    stays: Mapping[str, str] = field(default_factory=dict)
    """Why entries would stay, by path."""
    shared: Mapping[str, SharedFile] = field(default_factory=dict)
    """Files that several entries share, by path."""
    sharers: Mapping[str, Sequence[SharedFile]] = field(default_factory=dict)
    """For the path of an entry: the shared files that can be removed only after that entry."""
    available: int | None = None
    """Bytes that are free on the cache's file system, for this user; None if that is not known."""

    @classmethod
    def of(cls, inventory: Inventory, stays: Mapping[str, str] | None = None, available: int | None = None) -> Outlook:
        """Return the outlook for a cache; `stays` is the result of `staying`."""
        shared = shared_files(inventory)
        sharers: dict[str, list[SharedFile]] = {}
        for one in shared.values():
            for path in one.needs:
                sharers.setdefault(path, []).append(one)
        return cls(inventory, stays or {}, shared, sharers, available)

    def going(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries without those that would stay."""
        return [entry for entry in entries if entry[2] not in self.stays]

    def frees(self, entries: Sequence[Entry]) -> int:
        """Return the allocated bytes of files that removing some entries would free."""
        freeing = Freeing(self)
        freeing.count(entries)
        return freeing.disk


def freed_files(entries: Iterable[Entry]) -> Iterator[File]:
    """Yield the files whose space the removal of some entries frees, each inode once, with all its allocated bytes."""
    names: Counter[tuple[int, int]] = Counter()
    disk: Counter[tuple[int, int]] = Counter()
    for file in [file for entry in entries for file in entry.files]:
        inode = file.device, file.inode
        names[inode] += 1
        disk[inode] += file.disk_usage
        if names[inode] == file.links:
            yield file._replace(disk_usage=disk[inode])


def shared_files(inventory: Inventory) -> dict[str, SharedFile]:
    """Return the files of a cache that several entries share, by path, with the entries that must be removed first."""
    concerned = {*inventory.companions, *[path for needed in inventory.companions.values() for path in needed]}
    if not concerned:
        return {}
    owners = {file.path: (entry, file) for entry in inventory.entries for file in entry.files if file.path in concerned}
    return {
        path: SharedFile(owners[path][1], frozenset([owners[one][0].path if one in owners else "" for one in needed]))
        for path, needed in inventory.companions.items()
        if path in owners
    }


class KeptEntries(NamedTuple):
    """Entries that a removal would leave, and removed entries that share files with others."""

    reasons: Sequence[tuple[str, int]]
    """Each reason to stay, with the number of entries that it keeps."""
    disk: int
    """Allocated bytes of the files that would stay and have one name each."""
    linked: Sequence[File]
    """Files that would stay and have several names."""
    sharing: Sequence[Entry]
    """Entries that would be removed, and share files with other entries."""

    @classmethod
    def of(cls, entries: Iterable[Entry], outlook: Outlook) -> KeptEntries:
        """Sum up the entries that would stay under an outlook, and list those that would go but share files."""
        stays, sharers = outlook.stays, outlook.sharers
        staying = [entry for entry in entries if entry[2] in stays] if stays else []
        sharing = [entry for entry in entries if entry[2] in sharers and entry[2] not in stays] if sharers else []
        if not staying and not sharing:
            return NONE_KEPT
        files = [file for entry in staying for file in entry[1]]
        return cls(
            [*Counter([stays[entry[2]] for entry in staying]).items()],
            sum([file[4] for file in files if file[5] <= 1]),
            [file for file in files if file[5] > 1],
            sharing,
        )


NONE_KEPT = KeptEntries((), 0, (), ())


class Freeing:
    """Running count of the bytes that a removal frees, and of entries that would stay. Entries can be taken out."""

    def __init__(self, outlook: Outlook | None = None) -> None:
        self.outlook = outlook or Outlook()
        """Conditions that decide which entries stay, and which files they share."""
        self.disk = 0
        """Allocated bytes of files that would be freed."""
        self.kept: Counter[str] = Counter()
        """Number of counted entries that would stay, by reason."""
        self._names: dict[tuple[int, int], tuple[int, int]] = {}  # by inode: names that go, and their bytes
        self._sharers: Counter[str] = Counter()  # by path of a shared file: how many of its entries go

    def count(
        self,
        entries: Sequence[Entry],
        step: int = 1,
        *,
        disk: int | None = None,
        linked: Sequence[File] | None = None,
        kept: Iterable[KeptEntries] | None = None,
    ) -> None:
        """Add entries that have not been counted; with a `step` of -1, take counted entries out.

        `disk` is the sum of their disk usage, `linked` are their files with several names, and `kept` are the results
        of `KeptEntries.of` for groups of them. Each of these is computed if it is None.
        """
        if disk is None:
            disk = sum([file[4] for entry in entries for file in entry[1]])  # by index: faster for many entries
        if linked is None:
            linked = [file for entry in entries for file in entry[1] if file[5] > 1]
        self.disk += step * disk
        for file in linked:
            self.disk -= step * file.disk_usage
            self._count_name(file, step)
        if not (self.outlook.stays or self.outlook.sharers):
            return
        for one in [KeptEntries.of(entries, self.outlook)] if kept is None else kept:
            for reason, number in one.reasons:
                self.kept[reason] += step * number
            self.disk -= step * one.disk
            for file in one.linked:
                self._count_name(file, -step)
            for entry in one.sharing:
                self._count_files([file for file in entry.files if file.path in self.outlook.shared], -step)
                self._count_sharer(self.outlook.sharers[entry.path], step)

    def _count_files(self, files: Iterable[File], step: int) -> None:
        for file in files:
            if file[5] > 1:
                self._count_name(file, step)
            else:
                self.disk += step * file[4]

    def _count_name(self, file: File, step: int) -> None:
        """Count a name of an inode, whose bytes are freed with the last of its names."""
        inode = file.device, file.inode
        names, disk = self._names.get(inode, (0, 0))
        self.disk -= disk if names == file.links else 0
        names, disk = names + step, disk + step * file.disk_usage
        self._names[inode] = names, disk
        self.disk += disk if names == file.links else 0

    def _count_sharer(self, files: Sequence[SharedFile], step: int) -> None:
        """For each file that an entry shares, count one more removed entry, or with a `step` of -1 one fewer."""
        for one in files:
            path, number = one.file.path, len(one.needs)
            before = self._sharers[path] == number
            self._sharers[path] += step
            if before != (self._sharers[path] == number):
                self._count_files([one.file], step)

    @property
    def protected(self) -> int:
        """Number of counted entries that the preferences protect."""
        return self.kept[PROTECTED]

    @property
    def staying(self) -> int:
        """Number of counted entries that would stay for other reasons, such as that they may still be in use."""
        return self.kept.total() - self.kept[PROTECTED]
