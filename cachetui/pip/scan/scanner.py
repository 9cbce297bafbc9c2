"""Read a whole cache: list it shard by shard, identify what it holds, remember what was learned.

A shard is a directory small enough to be read, reported and remembered as one (`layout.SHARD_DEPTH`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zlib import crc32

from cachetui.errors import RootError
from cachetui.model import Batch, Entry, Inventory, Unreadable
from cachetui.pip.scan.assemble import inventory_of
from cachetui.pip.scan.codec import PackedShard, Remembered, pack_shard, unpack_shard
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.progress import Reporter
from cachetui.pip.scan.reuse import Recalled, index_rows, last_reads, recalled
from cachetui.pip.scan.shards import NOTHING, Shard, list_shard, outline
from cachetui.pip.scan.url_index import PendingRecords, UrlIndex, lists_addresses
from cachetui.system.parallel_io import each
from cachetui.system.tree import Tree, never, reason

if TYPE_CHECKING:  # where nothing changed there is nothing to look into
    from cachetui.pip.memory import Memory, Recollection
    from cachetui.pip.scan.inspector import Inspector
NOTHING_KNOWN: Mapping[str, Entry] = MappingProxyType({})

Place = tuple[str, int]
"""A shard's path relative to the root, and its inode."""
Unread = tuple[Place, Remembered | None]
"""A shard that must be listed, and what was known of it."""


def scan(
    root: Path,
    *,
    memory: Memory | None = None,
    indexes: Sequence[str] = (),
    stop: Callable[[], bool] = never,
    report: Callable[[Batch], None] | None = None,
    known: Mapping[str, Entry] = NOTHING_KNOWN,
) -> Inventory:
    """Read the cache at `root`, a path.

    `indexes` are the addresses of package indexes in pip's settings; they help to name what index pages list by
    relative addresses. `report` is told what is new, at most some twenty times a second, from this thread. Once
    `stop` returns true, what was gathered so far is returned as an incomplete inventory. `known` are entries of an
    earlier reading by path: what did not change is taken over from there, so that it is in memory only once.
    Raises RootError where the root is missing, not a directory, or not to be read.
    """
    with Tree(root) as tree:
        return Scanner(tree, memory, indexes, stop, report, known).run()


class Scanner:
    """One reading of a cache."""

    def __init__(
        self,
        tree: Tree,
        memory: Memory | None,
        indexes: Sequence[str],
        stop: Callable[[], bool],
        report: Callable[[Batch], None] | None,
        known: Mapping[str, Entry],
    ) -> None:
        """Prepare to read what lies in a tree; see `scan`."""
        self._tree, self._memory, self._indexes, self._stop = tree, memory, indexes, stop
        self._known = known
        self._gone: set[EntryDraft] = set()
        self._errors: list[Unreadable] = []
        self._reporter = Reporter(report, self._gone)
        self._shards: list[Shard] = []
        self._unchanged: list[Recalled] = []
        self._same: dict[Any, Any] = {}
        self._fingerprint = crc32("\n".join(sorted(indexes)).encode("utf-8", "surrogateescape"))

    @cached_property
    def _looker(self) -> Inspector:
        from cachetui.pip.scan.inspector import Inspector  # noqa: PLC0415

        return Inspector(self._tree, self._stop, self._reporter.tell, self._gone, self._errors)

    def run(self) -> Inventory:
        """Read everything; see `scan`."""
        try:
            top, places = outline(self._tree, self._stop)
        except OSError as error:
            raise RootError(f"{self._tree.path} cannot be listed: {reason(error)}.") from error
        if top.candidates:
            self._looker.look(top.candidates)
        self._add(top)
        gone: set[str] = set()
        unread: list[Unread] = [(place, None) for place in places]
        if self._memory:
            remembered = self._memory.recall(self._tree.device, self._tree.inode)
            gone.update(remembered.paths.difference([path for path, _ in places]))
            unread = self._recall(places, remembered)
        self._read(unread)
        self._reporter.listed = not self._stop()
        if self._reporter.listed and len(self._shards) > 1:  # else nothing is new
            self._consult_pages()
            self._looker.look_at_files([*self._candidates()])
        complete = not self._stop()
        self._reporter.finish()
        if self._memory and complete:
            self._learn(self._memory, gone)
        found = self._shards, self._unchanged, self._gone, self._errors
        return inventory_of(self._tree, *found, self._known, complete)

    def _candidates(self) -> Iterator[EntryDraft]:
        for shard in self._shards:
            yield from shard.candidates

    # What the memory knows

    def _recall(self, places: Sequence[Place], remembered: Recollection) -> list[Unread]:
        """Recall the shards in which nothing changed; return the others."""
        unread: list[Unread] = [(place, None) for place in places if place[0] not in remembered.paths]
        known = [place for place in places if place[0] in remembered.paths]
        for place, shard, reads in each(lambda place: self._remembered(place, remembered), known):
            if self._stop():
                return []
            self._take(place, shard, reads, unread)
        return sorted(unread, key=lambda one: one[0])

    def _remembered(self, place: Place, remembered: Recollection) -> tuple[Place, Remembered | None, list[int] | None]:
        found = remembered.shard(place[0])
        shard = unpack_shard(place[0], *found) if found else None
        return place, shard, last_reads(self._tree, shard, self._stop) if shard else None

    def _take(self, place: Place, known: Remembered | None, reads: list[int] | None, unread: list[Unread]) -> None:
        """Add a remembered shard, or put it with the unread ones if anything in it changed."""
        shard = None
        if known is not None and reads is not None and known.indexes == self._fingerprint:
            shard = recalled(known, reads, self._same, self._known)
        if shard is None:
            unread.append((place, known))
        else:
            self._unchanged.append(shard)
            self._reporter.add_known(shard.entries, shard.foreign)

    # Listing

    def _read(self, unread: Sequence[Unread]) -> None:
        """List shards and inspect what lies in them."""
        for shard in each(self._list, unread):
            if self._stop():
                return
            self._add(shard)
            self._looker.look(shard.candidates)

    def _list(self, one: Unread) -> Shard:
        (path, inode), known = one
        return list_shard(self._tree, path, inode, self._stop, index_rows(known.rows) if known else NOTHING)

    def _add(self, shard: Shard) -> None:
        if self._known:
            for one in shard.candidates:
                if (before := self._known.get(one.path)) and before.files == one.files:
                    one.files = before.files
        self._shards.append(shard)
        self._reporter.add(shard.candidates, shard.foreign)

    # Naming by addresses

    def _consult_pages(self) -> None:
        """Name entries by the addresses that index pages and the origins of built wheels list.

        What an earlier scan tried in vain needs only what is new.
        """
        fresh = [*self._candidates()]
        new_pages = [one for one in fresh if lists_addresses(one)]
        newcomers = PendingRecords(fresh)
        if not newcomers.wanted and not new_pages and not any(one.kind == "built" for one in fresh):
            return
        while self._unchanged:
            self._shards.append(self._unchanged.pop().shard())
        kept = [one for shard in self._shards if shard.recalled for one in shard.candidates]
        others = PendingRecords(kept)
        origins = [one.url for one in [*fresh, *kept] if one.kind == "built" and one.url]
        wanted = [*newcomers.wanted, *others.wanted]
        found = UrlIndex(wanted, self._indexes).look_up(origins) if origins else {}
        dictionary = UrlIndex([one for one in wanted if one.digest not in found], self._indexes)
        found |= self._looker.consult(new_pages, dictionary)
        if old_pages := [one for one in kept if lists_addresses(one)]:
            dictionary = UrlIndex([one for one in newcomers.wanted if one.digest not in found], self._indexes)
            old_pages = [one for one in old_pages if dictionary.wants(one.project)]
            found |= self._looker.consult(old_pages, dictionary)
        self._reporter.tell(newcomers.settle(found))
        named = set(others.settle(found))
        self._reporter.tell(named)
        for shard in self._shards:
            shard.recalled &= named.isdisjoint(shard.candidates)

    # The end

    def _learn(self, memory: Memory, gone: Iterable[str]) -> None:
        """Remember what is new, but nothing that could not be read: it may be read another time."""
        failed, new = {error.path for error in self._errors}, []
        for shard in self._shards[1:]:
            unread = failed and any(file.path in failed for one in shard.candidates for file in one.files)
            vanished = not shard.directories  # while it was listed
            if not (shard.recalled or shard.errors or unread or vanished):
                new.append(shard)
        if new or gone:
            memory.learn(self._tree.device, self._tree.inode, self._packed(new), gone)

    def _packed(self, shards: Iterable[Shard]) -> Iterator[tuple[str, int, PackedShard]]:
        for shard in shards:
            rows = [one.row() for one in shard.candidates if one not in self._gone]
            known = shard.directories, rows, shard.foreign, shard.stamp, shard.hollow, self._fingerprint
            with suppress(OverflowError):  # a time beyond 64 bits: it is read anew each time
                yield shard.path, shard.listed_at, pack_shard(*known)
