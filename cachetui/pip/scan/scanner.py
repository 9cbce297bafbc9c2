"""Scan a whole cache: list it shard by shard, reuse remembered shards, identify the rest.

A shard is a directory small enough to be read, reported and remembered as a whole
(`layout.SHARD_DEPTH`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cachetui.errors import RootError
from cachetui.model import Batch, Entry, Inventory, Unreadable
from cachetui.pip.scan.assemble import NOTHING_KNOWN, by_their_lengths, inventory_of
from cachetui.pip.scan.codec import PackedShard, RememberedShard, pack_shard, unpack_shard
from cachetui.pip.scan.draft import EntryDraft
from cachetui.pip.scan.layout import PIPS, Layout
from cachetui.pip.scan.progress import Reporter
from cachetui.pip.scan.reuse import ReusedShard, index_rows, last_reads, reuse_shard
from cachetui.pip.scan.shards import NOTHING, Shard, list_shard, outline
from cachetui.pip.scan.url_index import UrlIndex, digest_of, index_of, lists_urls, name_again, page_urls
from cachetui.system.parallel_io import parallel_map
from cachetui.system.tree import Tree, never, reason

if TYPE_CHECKING:  # the inspector is not needed if nothing changed
    from cachetui.pip.memory import Memory, RootMemory
    from cachetui.pip.scan.inspector import Inspector
LOG = logging.getLogger(__name__)

ShardKey = tuple[str, int]
"""Path of a shard relative to the root, and its inode."""
Unread = tuple[ShardKey, RememberedShard | None]
"""Shard that must be listed, and its remembered content if there is any."""


def scan(
    root: Path,
    *,
    memory: Memory | None = None,
    indexes: Iterable[str] = (),
    stop: Callable[[], bool] = never,
    report: Callable[[Batch], None] | None = None,
    known: Mapping[str, Entry] = NOTHING_KNOWN,
    by_length: bool = False,
    layout: Layout = PIPS,
) -> Inventory:
    """Scan the cache at `root`, a path.

    `indexes` are the URLs of package indexes, such as those in pip's settings: they give the URLs of index pages,
    and of files that pages list by relative URLs. They are iterated only if URLs are looked up. `report` is
    called with new and changed entries, about twenty times a second at most, from this thread. Once `stop` returns
    true, the result so far is returned as an incomplete inventory. `known` are entries of an earlier scan by path:
    unchanged entries are taken from it, so that they are in memory only once. With `by_length`, the disk usage of a
    file is its length. `layout` says where entries lie, and what they are. Raises RootError if the root is missing, is
    not a directory, or cannot be read.
    """
    with Tree(root) as tree:
        return Scanner(tree, memory, indexes, stop, report, known, by_length, layout).run()


class Scanner:
    """One scan of a cache."""

    def __init__(
        self,
        tree: Tree,
        memory: Memory | None,
        indexes: Iterable[str],
        stop: Callable[[], bool],
        report: Callable[[Batch], None] | None,
        known: Mapping[str, Entry],
        by_length: bool,
        layout: Layout,
    ) -> None:
        """Prepare to scan a tree; see `scan`."""
        self._tree, self._memory, self._indexes, self._stop = tree, memory, indexes, stop
        self._known, self._by_length, self._layout = known, by_length, layout
        self._vanished: set[EntryDraft] = set()
        self._errors: list[Unreadable] = []
        self._reporter = Reporter(report, self._vanished)
        self._shards: list[Shard] = []
        self._unchanged: list[ReusedShard] = []
        self._same: dict[Any, Any] = {}

    @cached_property
    def _index_urls(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._indexes))

    @cached_property
    def _inspector(self) -> Inspector:
        from cachetui.pip.scan.inspector import Inspector  # noqa: PLC0415

        return Inspector(self._tree, self._stop, self._reporter.update, self._vanished, self._errors, self._layout)

    def run(self) -> Inventory:
        """Scan everything; see `scan`."""
        try:
            top, places = outline(self._tree, self._stop, self._layout)
        except OSError as error:
            raise RootError(f"{self._tree.path} cannot be listed: {reason(error)}.") from error
        self._count_lengths(top)
        if top.drafts:
            self._inspector.inspect(top.drafts)
        self._add(top)
        forgotten: set[str] = set()
        unread: list[Unread] = [(place, None) for place in places or ()]
        if self._memory and places is not None:  # otherwise what is remembered may be there again later
            remembered = self._memory.recall(self._tree.device, self._tree.inode, self._layout.id)
            forgotten.update(remembered.paths.difference([path for path, _ in places]))
            unread = self._reuse(places, remembered)
        self._read(unread)
        LOG.debug("folders: %d as remembered, %d read", len(self._unchanged), len(unread))
        self._reporter.listed = not self._stop()
        if self._reporter.listed and len(self._shards) > 1:  # otherwise nothing is new
            self._look_up_urls()
            self._inspector.inspect_files([*self._drafts()])
        complete = not self._stop()
        self._reporter.finish()
        if self._memory and complete:
            self._remember(self._memory, forgotten)
        found = self._shards, self._unchanged, self._vanished, self._errors
        return inventory_of(self._tree, *found, self._known, complete, self._by_length, self._layout)

    def _drafts(self) -> Iterator[EntryDraft]:
        for shard in self._shards:
            yield from shard.drafts

    # Reuse of remembered shards

    def _reuse(self, places: Sequence[ShardKey], remembered: RootMemory) -> list[Unread]:
        """Reuse the unchanged shards; return the others."""
        unread: list[Unread] = [(place, None) for place in places if place[0] not in remembered.paths]
        known = [place for place in places if place[0] in remembered.paths]
        for place, shard, reads in parallel_map(lambda place: self._recall_shard(place, remembered), known):
            if self._stop():
                return []
            self._add_if_unchanged(place, shard, reads, unread)
        return sorted(unread, key=lambda one: one[0])

    def _recall_shard(
        self, place: ShardKey, remembered: RootMemory
    ) -> tuple[ShardKey, RememberedShard | None, list[int] | None]:
        found = remembered.shard(place[0])
        shard = unpack_shard(place[0], *found) if found else None
        return place, shard, last_reads(self._tree, shard, self._stop) if shard else None

    def _add_if_unchanged(
        self, place: ShardKey, known: RememberedShard | None, reads: list[int] | None, unread: list[Unread]
    ) -> None:
        """Add a remembered shard, or add its key to `unread` if anything in it changed."""
        shard = None
        if known is not None and reads is not None:
            shard = reuse_shard(known, reads, self._same, self._known)
        if shard is None:
            unread.append((place, known))
        else:
            self._unchanged.append(shard)
            self._reporter.add_known(shard.entries, shard.foreign)

    # Listing

    def _read(self, unread: Sequence[Unread]) -> None:
        """List shards and inspect their entries."""
        for shard in parallel_map(self._list, unread):
            if self._stop():
                return
            known = [(one, before) for one in shard.drafts if (before := self._known.get(one.path))]
            for one, before in known:
                one.share(before)
            self._add(shard)
            self._inspector.inspect(shard.drafts)
            for one, before in known:
                name_again(one, before)
                one.share(before)

    def _list(self, one: Unread) -> Shard:
        (path, inode), known = one
        shard = list_shard(
            self._tree, path, inode, self._stop, index_rows(known.rows) if known else NOTHING, self._layout
        )
        self._count_lengths(shard)
        return shard

    def _count_lengths(self, shard: Shard) -> None:
        """Set the disk usage of a shard's files to their lengths if the scan was started with `by_length`."""
        if self._by_length:
            shard.foreign[:] = by_their_lengths(shard.foreign)
            for one in shard.drafts:
                one.files = by_their_lengths(one.files)

    def _add(self, shard: Shard) -> None:
        self._shards.append(shard)
        self._reporter.add(shard.drafts, shard.foreign)

    # Identification by URL

    def _look_up_urls(self) -> None:
        """Name entries by the URLs that index pages, the origins of built wheels and known indexes give.

        A remembered page is read again only if a new entry may be listed on it, or if a known index gives its URL.
        """
        fresh = [*self._drafts()]
        pages = [one for one in fresh if lists_urls(one)]
        late = self._late_names()
        url_index = UrlIndex(fresh)
        if not (url_index or pages or late or any(one.kind == "built" for one in fresh)):
            return
        while self._unchanged:
            self._shards.append(self._unchanged.pop().shard())
        kept = [one for shard in self._shards if shard.is_remembered for one in shard.drafts]
        url_index.add(kept)
        pages += [one for one in kept if one.path in late and lists_urls(one)]
        self._inspector.read_pages(pages, url_index, self._index_urls)
        url_index.match([one.url for one in [*fresh, *kept] if one.kind == "built" and one.url])
        changed = {*pages, *url_index.name_found()}
        projects = {one.project for one in fresh if url_index.awaits(one)}
        others = [one for one in kept if lists_urls(one) and one.path not in late]
        if None not in projects:
            others = [one for one in others if one.project in projects]
        if projects and others:
            self._inspector.read_pages(others, url_index, self._index_urls)
            changed.update(url_index.name_found())
        known = [one for one in [*fresh, *kept] if one.project]
        indexes = {index_of(one.url) for one in known if one.kind == "index" and one.url}
        url_index.match_indexes([*self._index_urls, *indexes], {one.project: None for one in known})
        changed.update(url_index.name_found())
        self._reporter.update(changed)
        for shard in self._shards:
            shard.is_remembered &= changed.isdisjoint(shard.drafts)

    def _late_names(self) -> set[str]:
        """Return the paths of remembered entries whose URL was unknown but can now be found.

        It is the URL of a known index, or of a project's page on one.
        """
        entries = [entry for shard in self._unchanged for entry in shard.entries]
        nameless = {
            entry.path.rpartition("/")[2][:56]: entry.path
            for shard in self._unchanged
            for entry, (_, _, has_record) in zip(shard.entries, shard.traits, strict=True)
            if has_record and entry.url is None
        }
        if not nameless or not self._index_urls:
            return set()
        projects = {entry.project for entry in entries if entry.project}
        urls = [url for index in self._index_urls for project in projects for url in page_urls(index, project)]
        urls += self._index_urls
        return {path for url in urls if (path := nameless.get(digest_of(url).hex()))}

    # Storing the results

    def _remember(self, memory: Memory, forgotten: Iterable[str]) -> None:
        """Store new shards in the memory, and delete the shards whose paths are in `forgotten`.

        A shard with a file that could not be read is not stored.
        """
        failed, new = {error.path for error in self._errors}, []
        for shard in self._shards[1:]:
            unread = failed and any(file.path in failed for one in shard.drafts for file in one.files)
            vanished = not shard.directories  # it vanished during its listing
            if not (shard.is_remembered or shard.errors or unread or vanished):
                new.append(shard)
        if new or forgotten:
            memory.learn(self._tree.device, self._tree.inode, self._layout.id, self._packed(new), forgotten)

    def _packed(self, shards: Iterable[Shard]) -> Iterator[tuple[str, int, PackedShard]]:
        for shard in shards:
            rows = [one.row() for one in shard.drafts if one not in self._vanished]
            known = shard.directories, rows, shard.foreign, shard.times_digest, shard.has_empty_dirs
            yield shard.path, shard.listed_at, pack_shard(*known)
