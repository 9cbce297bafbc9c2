"""Read a whole cache: list it shard by shard, identify what it holds, remember what was learned.

A shard is a directory small enough to be read, reported and remembered as one (`layout.SHARD_DEPTH`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cachetui.errors import RootError
from cachetui.model import Batch, File, Inventory, in_order
from cachetui.pip import identify, layout
from cachetui.pip.candidate import Candidate
from cachetui.pip.crew import WORTH_HELP, Helper, Place, processors
from cachetui.pip.dictionary import Dictionary, Match, Wanted
from cachetui.pip.empties import empty_directories
from cachetui.pip.looking import Looker
from cachetui.pip.memory import Memory, Remembered, pack_shard, unpack_shard
from cachetui.pip.shards import Shard, list_shard, outline, recall_shard
from cachetui.pip.tree import Tree, reason

NAMED_FIRST = 6
"""Shards that are identified as soon as they are listed, so that there are names to show at once."""
REPORT_SECONDS = 0.05
"""Time between two reports."""


def never() -> bool:
    """Go on whatever happens."""
    return False


def scan(
    root: Path,
    *,
    memory: Memory | None = None,
    indexes: Sequence[str] = (),
    stop: Callable[[], bool] = never,
    report: Callable[[Batch], None] | None = None,
) -> Inventory:
    """Read the cache at `root`, a path.

    `indexes` are the addresses of package indexes in pip's settings; they help to name what index pages list by
    relative addresses. `report` is told what is new, at most some twenty times a second, from this thread. Once
    `stop` returns true, what was gathered so far is returned as an incomplete inventory.
    Raises RootError where the root is missing, not a directory, or not to be read.
    """
    with Tree(root) as tree:
        reading = Scan(tree, memory, indexes, stop, report)
        try:
            return reading.run()
        finally:
            reading.close()


class Scan:
    """One reading of a cache."""

    def __init__(
        self,
        tree: Tree,
        memory: Memory | None,
        indexes: Sequence[str],
        stop: Callable[[], bool],
        report: Callable[[Batch], None] | None,
    ) -> None:
        """Prepare to read what lies in a tree; see `scan`."""
        self._tree, self._memory, self._indexes = tree, memory, indexes
        self._stop, self._report = stop, report
        self._looker = Looker(tree, stop, self._tell)
        self._helper: Helper | None = None
        self._given: list[Place] = []
        self._shards: list[Shard] = []
        self._news: dict[Candidate, None] = {}
        self._pending: set[Candidate] = set()
        self._files = self._disk_usage = self._found = 0
        self._listed = False
        self._told = 0.0

    def close(self) -> None:
        """Let go of the helper."""
        if self._helper:
            self._helper.close()
            self._helper = None

    def run(self) -> Inventory:
        """Read everything; see `scan`."""
        try:
            top, places = outline(self._tree, self._stop)
        except OSError as error:
            raise RootError(f"{self._tree.path} cannot be listed: {reason(error)}.") from error
        self._looker.look(top.candidates)
        self._add(top)
        remembered = self._memory.recall(self._tree.device, self._tree.inode) if self._memory else {}
        gone = remembered.keys() - {path for path, _ in places}
        self._read(places, remembered)
        self._listed = not self._stop()
        if self._listed:  # else the helper may not listen yet
            self._consult_pages()
            self._looker.look_at_files([*self._candidates()])
        complete = not self._stop()
        self._tell(self._pending - self._looker.gone, at_once=True)
        if self._memory and complete and (gone or not all(shard.recalled for shard in self._shards[1:])):
            self._learn(self._memory, gone)
        return self._inventory(complete)

    def _candidates(self) -> Iterator[Candidate]:
        for shard in self._shards:
            yield from shard.candidates

    # Listing

    def _read(self, places: Sequence[Place], remembered: dict[str, bytes]) -> None:
        """Recall what has not changed; list the rest and look into it, half of it by a helper if it is much."""
        unread: list[tuple[Place, Remembered | None]] = []
        for place in places:
            if self._stop():
                return
            known = unpack_shard(remembered[place[0]]) if place[0] in remembered else None
            shard = recall_shard(self._tree, place[0], known, self._stop) if known else None
            if shard is None:
                unread.append((place, known))
            else:
                self._add(shard)
        unread = self._share(unread)
        listed: list[Shard] = []
        for (path, inode), known in unread:
            if self._stop():
                return
            shard = list_shard(self._tree, path, inode, self._stop, known)
            self._add(shard)
            if len(listed) < NAMED_FIRST:
                self._looker.look(shard.candidates)
            listed.append(shard)
        for shard in listed:
            self._looker.look(shard.candidates)
        self._take_over()

    def _share(self, unread: list[tuple[Place, Remembered | None]]) -> list[tuple[Place, Remembered | None]]:
        """Give every second shard to a helper, where that pays, and return the others."""
        if len(unread) < WORTH_HELP or processors() < 2 or not sys.executable:
            return unread
        try:
            self._helper = Helper(self._tree)
        except OSError:
            return unread
        self._given = [place for place, _ in unread[1::2]]
        self._helper.read(self._given)
        return unread[::2]

    def _take_over(self) -> None:
        """Take what the helper read, and read what it did not."""
        if not self._helper:
            return
        missing = dict(self._given)
        for shard, gone in self._helper.shards(self._stop):
            missing.pop(shard.path, None)
            self._looker.gone |= gone
            self._add(shard)
            self._tell(())
        self._let_go_if_lost()
        for path, inode in missing.items():
            if self._stop():
                return
            shard = list_shard(self._tree, path, inode, self._stop)
            self._looker.look(shard.candidates)
            self._add(shard)

    def _let_go_if_lost(self) -> None:
        """Expect nothing more of a helper that failed."""
        if self._helper and self._helper.lost:
            self.close()

    def _add(self, shard: Shard) -> None:
        self._shards.append(shard)
        self._found += len(shard.candidates)
        for candidate in shard.candidates:
            self._files += len(candidate.files)
            self._disk_usage += sum([file.disk_usage for file in candidate.files])
        self._files += len(shard.foreign)
        self._disk_usage += sum([file.disk_usage for file in shard.foreign])
        self._tell(shard.candidates)

    def _tell(self, candidates: Iterable[Candidate], at_once: bool = False) -> None:
        """Report what is new, unless the last report was a moment ago."""
        if not self._report:
            return
        for candidate in candidates:
            self._news[candidate] = None
            if candidate.pending:
                self._pending.add(candidate)
            else:
                self._pending.discard(candidate)
        now = time.monotonic()
        if self._news and (at_once or now - self._told >= REPORT_SECONDS):
            entries = tuple([one.entry() for one in self._news if one not in self._looker.gone])
            named = self._found - len(self._pending)
            self._report(Batch(entries, self._files, self._disk_usage, named, self._found, self._listed))
            self._news.clear()
            self._told = time.monotonic()

    # Naming by addresses

    def _consult_pages(self) -> None:
        """Name entries by the addresses that index pages and the origins of built wheels list.

        What an earlier scan tried in vain needs only what is new.
        """
        fresh = [one for shard in self._shards if not shard.recalled for one in shard.candidates]
        kept = [one for shard in self._shards if shard.recalled for one in shard.candidates]
        new_pages = [one for one in fresh if one.kind in ("page", "index")]
        newcomers, others = wanted_of(fresh), wanted_of(kept)
        if not newcomers and not new_pages:
            return
        origins = [one.url for one in [*fresh, *kept] if one.kind == "built" and one.url]
        matches = Dictionary([*newcomers, *others], self._indexes).look_up(origins)
        found = {digest for digest, _ in matches}
        waiting = [one for one in newcomers | others if one.digest not in found]
        matches += self._read_pages(new_pages, waiting)
        found.update(digest for digest, _ in matches)
        dictionary = Dictionary([one for one in newcomers if one.digest not in found], self._indexes)
        old_pages = [one for one in kept if one.kind == "index" and dictionary.wants(one.project)]
        matches += self._looker.consult(old_pages, dictionary)
        self._settle(matches)

    def _read_pages(self, candidates: Sequence[Candidate], wanted: Sequence[Wanted]) -> list[Match]:
        """Read index pages, every second one by the helper; return the addresses found."""
        own = list(candidates)
        given: list[Candidate] = []
        if self._helper and len(own) >= WORTH_HELP:
            own, given = own[::2], own[1::2]
            self._helper.consult(given, wanted, self._indexes)
        matches = self._looker.consult(own, Dictionary(wanted, self._indexes))
        if given and self._helper:
            answer = self._helper.consulted(given, self._stop)
            self._let_go_if_lost()
            if answer is None:
                return matches + self._looker.consult(given, Dictionary(wanted, self._indexes))
            matches += answer[0]
            self._looker.gone |= answer[1]
            self._tell(given)
        return matches

    def _settle(self, matches: Iterable[Match]) -> None:
        found = dict(matches)
        if found:
            named = [one for one in self._candidates() if one.digest in found and identify.can_be_listed(one)]
            for candidate in named:
                identify.settle_by_address(candidate, found[candidate.digest])
            self._tell(named)

    # The end

    def _learn(self, memory: Memory, gone: Iterable[str]) -> None:
        broken = any(self._looker.errors)
        shards = []
        for shard in self._shards[1:]:
            if shard.errors or (broken and any(one.kind == "unknown" for one in shard.candidates)):
                continue
            candidates = [one for one in shard.candidates if one not in self._looker.gone]
            foreign = [(file.path, file.inode, file.mtime_ns, file.size) for file in shard.foreign]
            shards.append((shard.path, shard.listed_at, pack_shard(shard.directories, candidates, foreign)))
        memory.learn(self._tree.device, self._tree.inode, shards, gone)

    def _inventory(self, complete: bool) -> Inventory:
        candidates = [one for one in self._candidates() if one not in self._looker.gone]
        foreign = [file for shard in self._shards for file in shard.foreign]
        count_links_once(candidates, foreign)
        entries = [one.entry() for one in candidates]
        if not self._tree.keeps_access_times():
            entries = [entry._replace(read=None) for entry in entries]
        directories = {path: size for shard in self._shards for path, _, size in shard.directories}
        errors = sorted([*self._looker.errors, *(error for shard in self._shards for error in shard.errors)])
        if complete:
            entries += empty_directories(self._tree, directories, entries, foreign, errors)
        return Inventory(
            root=self._tree.path,
            device=self._tree.device,
            inode=self._tree.inode,
            entries=tuple(in_order(entries)),
            foreign=tuple(sorted(foreign)),
            directories=directories,
            kept_directories=layout.KEPT,
            companions=layout.companions(entries),
            errors=tuple(errors),
            recognised=bool(entries) or any(layout.is_pips_directory(path) for path in directories if path),
            complete=complete,
        )


def wanted_of(candidates: Iterable[Candidate]) -> set[Wanted]:
    """Return what an index page may list, of entries that have no address yet."""
    return {
        Wanted(one.digest, one.project, one.version, one.filename) for one in candidates if identify.can_be_listed(one)
    }


def count_links_once(candidates: Iterable[Candidate], foreign: list[File]) -> None:
    """Let the disk usage of an inode with several names count at its first path only."""
    linked = [(file.path, file.inode) for one in candidates for file in one.files if file.links > 1]
    linked += [(file.path, file.inode) for file in foreign if file.links > 1]
    if not linked:
        return
    first: dict[int, str] = {}
    for path, inode in sorted(linked):
        first.setdefault(inode, path)
    again = {path for path, inode in linked if first[inode] != path}
    for one in candidates:
        if any(file.path in again for file in one.files):
            one.files = tuple([file._replace(disk_usage=0) if file.path in again else file for file in one.files])
    foreign[:] = [file._replace(disk_usage=0) if file.path in again else file for file in foreign]
