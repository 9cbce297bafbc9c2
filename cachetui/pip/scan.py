"""Read a whole cache: list it shard by shard, identify what it holds, remember what was learned.

A shard is a directory small enough to be read, reported and remembered as one (`layout.SHARD_DEPTH`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cachetui.errors import RootError
from cachetui.model import Batch, Entry, File, Inventory, Unreadable, in_order
from cachetui.pip import identify, layout, pages
from cachetui.pip.candidate import Candidate
from cachetui.pip.memory import Memory, pack_shard, unpack_shard
from cachetui.pip.records import FIRST_READ, UnreadableRecordError
from cachetui.pip.shards import Shard, list_shard, outline, recall_shard
from cachetui.pip.tree import GONE, Tree, reason, unreadable

AHEAD = 64
"""Files opened and asked for before the first is read: the disk is kept busy without threads."""
NAMED_FIRST = 6
"""Shards that are identified as soon as they are listed, so that there are names to show at once."""
REPORT_SECONDS = 0.05
"""Time between two reports."""
EMPTY_SECONDS = 3_600
"""How long a directory must have been empty to be a leftover: a pip may be about to fill a younger one."""
BUILD_SECONDS = 86_400
"""The same for a folder that pip builds in."""


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
        return Scan(tree, memory, indexes, stop, report).run()


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
        self.tree, self.memory, self.indexes = tree, memory, indexes
        self.stop, self.report = stop, report
        self.shards: list[Shard] = []
        self.errors: list[Unreadable] = []
        self.gone: set[Candidate] = set()
        self.news: list[Candidate] = []
        self.files = self.disk_usage = self.found = self.settled = 0
        self.listed = False
        self.told = 0.0

    def run(self) -> Inventory:
        """Read everything; see `scan`."""
        try:
            top, places = outline(self.tree)
        except OSError as error:
            raise RootError(f"{self.tree.path} cannot be listed: {reason(error)}.") from error
        self._add(top)
        self._look(top.candidates)
        remembered = self.memory.recall(self.tree.device, self.tree.inode) if self.memory else {}
        gone = remembered.keys() - {path for path, _ in places}
        unnamed: list[Shard] = []
        for path, inode in places:
            if self.stop():
                break
            known = unpack_shard(remembered[path]) if path in remembered else None
            shard = recall_shard(self.tree, path, known, self.stop) if known else None
            if shard is None:
                shard = list_shard(self.tree, path, inode, self.stop, known)
                unnamed.append(shard)
            self._add(shard)
            if len(unnamed) <= NAMED_FIRST:
                self._look(shard.candidates)
            self._tell()
        self.listed = not self.stop()
        for shard in unnamed:
            self._look(shard.candidates)
        self._consult_pages()
        self._look_into([one for one in self._candidates() if one.kind == "file"], -1, identify.look_inside)
        complete = not self.stop()
        self._tell(at_once=True)
        if self.memory and complete and (unnamed or gone):
            self._learn(gone)
        return self._inventory(complete)

    def _add(self, shard: Shard) -> None:
        self.shards.append(shard)
        self.errors += shard.errors
        self.found += len(shard.candidates)
        for candidate in shard.candidates:
            self.files += len(candidate.files)
            self.disk_usage += sum([file.disk_usage for file in candidate.files])
            self.settled += not candidate.pending
        self.files += len(shard.foreign)
        self.disk_usage += sum([file.disk_usage for file in shard.foreign])
        self.news += shard.candidates

    def _candidates(self) -> Iterator[Candidate]:
        for shard in self.shards:
            yield from shard.candidates

    def _tell(self, at_once: bool = False) -> None:
        now = time.monotonic()
        if self.report and self.news and (at_once or now - self.told >= REPORT_SECONDS):
            entries = tuple([one.entry() for one in dict.fromkeys(self.news) if one not in self.gone])
            self.report(Batch(entries, self.files, self.disk_usage, self.settled, self.found, self.listed))
            self.news.clear()
            self.told = now

    def _look(self, candidates: Sequence[Candidate]) -> None:
        """Identify entries as far as they themselves can tell."""
        built = [one for one in candidates if one.kind == "built" and not one.by and not one.note]
        for candidate in built:
            identify.name_built(candidate)
        self._look_into([one for one in built if len(one.files) > 1], 1, identify.read_origin)
        unread = [one for one in candidates if one.kind == "selfcheck" and not one.note]
        self._look_into(unread, 0, identify.read_selfcheck)
        self._look_into([one for one in candidates if one.kind == "record"], 0, identify.read_headers)
        self._look_into([one for one in candidates if one.kind == "body"], -1, identify.look_inside)

    def _look_into(self, candidates: Sequence[Candidate], which: int, job: Callable[[Candidate, int], None]) -> None:
        """Do a job with one file, by its number, of each entry. What cannot be read is unknown, the gone left out."""
        for start in range(0, len(candidates), AHEAD):
            if self.stop():
                return
            opened = self._open(candidates[start : start + AHEAD], which)
            try:
                while opened:
                    candidate, fd = opened.pop()
                    pending = candidate.pending
                    try:
                        job(candidate, fd)
                    except UnreadableRecordError as error:
                        candidate.settle("unknown", note=str(error))
                    except OSError as error:
                        self._fail(candidate, which, error)
                    finally:
                        os.close(fd)
                    self.settled += pending and not candidate.pending
                    self.news.append(candidate)
            finally:
                for _, fd in opened:
                    os.close(fd)
            self._tell()

    def _open(self, candidates: Iterable[Candidate], which: int) -> list[tuple[Candidate, int]]:
        opened = []
        for candidate in candidates:
            try:
                fd = self.tree.open(candidate.files[which].path)
            except OSError as error:
                self._fail(candidate, which, error)
                continue
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(fd, 0, FIRST_READ, os.POSIX_FADV_WILLNEED)
            opened.append((candidate, fd))
        opened.reverse()
        return opened

    def _fail(self, candidate: Candidate, which: int, error: OSError) -> None:
        if error.errno in GONE:
            self.gone.add(candidate)
            return
        self.errors.append(unreadable(candidate.files[which].path, error))
        if candidate.kind not in ("built", "selfcheck"):
            self.settled += candidate.pending
            candidate.settle("unknown", note=f"cannot be opened: {reason(error)}")

    def _consult_pages(self) -> None:
        """Name entries by the addresses that index pages and the origins of built wheels list.

        What an earlier scan tried in vain needs only what is new.
        """
        fresh = [one for shard in self.shards if not shard.recalled for one in shard.candidates]
        kept = [one for shard in self.shards if shard.recalled for one in shard.candidates]
        waiting = [one for one in fresh if identify.can_be_listed(one)]
        others = [one for one in kept if identify.can_be_listed(one)]
        new_pages = [one for one in fresh if one.kind in ("page", "index")]
        if not waiting and not new_pages:
            return
        everybody = identify.Dictionary([*waiting, *others], self.indexes)
        everybody.name_by_origins([one.url for one in [*fresh, *kept] if one.kind == "built" and one.url])
        self._read_pages(new_pages, everybody, waiting + others)
        newcomers = identify.Dictionary([one for one in waiting if one.by != "url"], self.indexes)
        old_pages = [one for one in kept if one.kind == "index" and newcomers.wants(one.project)]
        self._read_pages(old_pages, newcomers, waiting)

    def _read_pages(
        self, candidates: list[Candidate], dictionary: identify.Dictionary, waiting: Iterable[Candidate]
    ) -> None:
        def job(candidate: Candidate, fd: int) -> None:
            page = pages.read_page(identify.body_of(candidate, fd), candidate.hint)
            if candidate.kind == "page":
                name = pages.name_of(page) if page else None
                url = dictionary.page_address(candidate.digest, name, page) if page and name else None
                candidate.settle("index" if name else "response", "page" if name else None, name, url=url)
            if page and dictionary.wants(candidate.project):
                dictionary.name_by_page(page, candidate.project, candidate.url)

        before = {one: one.by for one in waiting}
        self._look_into(candidates, -1, job)
        for one, by in before.items():
            if one.by != by:
                self.settled += by is None or one.kind != "file"
                self.news.append(one)

    def _learn(self, gone: Iterable[str]) -> None:
        assert self.memory is not None
        broken = {error.path for error in self.errors}
        shards = []
        for shard in self.shards[1:]:
            if shard.errors or (broken and any(one.kind == "unknown" for one in shard.candidates)):
                continue
            candidates = [one for one in shard.candidates if one not in self.gone]
            foreign = [(file.path, file.inode, file.mtime_ns, file.size) for file in shard.foreign]
            shards.append((shard.path, shard.listed_at, pack_shard(shard.directories, candidates, foreign)))
        self.memory.learn(self.tree.device, self.tree.inode, shards, gone)

    def _inventory(self, complete: bool) -> Inventory:
        candidates = [one for one in self._candidates() if one not in self.gone]
        foreign = [file for shard in self.shards for file in shard.foreign]
        count_links_once([*candidates], foreign)
        read = self.tree.keeps_access_times()
        entries = [one.entry() if read else one.entry()._replace(read=None) for one in candidates]
        directories = {path: size for shard in self.shards for path, _, size in shard.directories}
        if complete:
            entries += self._empty_directories()
        recognised = bool(entries) or any(layout.is_pips_directory(path) for path in directories if path)
        return Inventory(
            self.tree.path,
            self.tree.device,
            self.tree.inode,
            tuple(in_order(entries)),
            tuple(sorted(foreign)),
            directories,
            layout.KEPT,
            layout.companions(entries),
            tuple(self.errors),
            recognised,
            complete,
        )

    def _empty_directories(self) -> Iterator[Entry]:
        """Yield a leftover for each topmost directory of pip's in which nothing has been for a while."""
        now = time.time()
        filled = {error.path for error in self.errors}
        paths = [path for shard in self.shards for path, _, _ in shard.directories]
        for candidate in self._candidates():
            filled.add(candidate.path.rpartition("/")[0])
            filled.update(file.path.rpartition("/")[0] for file in candidate.files[1:])
        filled.update(file.path.rpartition("/")[0] for shard in self.shards for file in shard.foreign)
        filled.update(path for path in paths if not layout.is_pips_directory(path))
        for path in list(filled):
            above = path.rpartition("/")[0]
            while above not in filled:
                filled.add(above)
                above = above.rpartition("/")[0]
        empty = {path for path in paths if path not in filled and path not in layout.KEPT}
        newest: dict[str, int] = {}
        for path in empty:
            try:
                changed = self.tree.lstat(path).st_mtime_ns
            except OSError:
                continue
            top = path
            while top.rpartition("/")[0] in empty:
                top = top.rpartition("/")[0]
            newest[top] = max(changed, newest.get(top, 0))
        for path, changed in newest.items():
            least = BUILD_SECONDS if layout.build_folder_of(path) else EMPTY_SECONDS
            if changed / 1e9 < now - least:
                yield Entry("leftover", (), path, changed, note="an empty folder")


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
