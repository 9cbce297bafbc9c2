"""List the directories of uv's cache, and read the first bytes of its files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cachetui.caches.uv_records import LONGEST
from cachetui.file_status import is_link
from cachetui.model import File, Unreadable
from cachetui.system.tree import Tree, file_at, unreadable

Files = list[File]


@dataclass(slots=True, eq=False)
class ListedFolder:
    """Listing of a directory of the cache."""

    path: str
    """Path relative to the root."""
    files: dict[str, File]
    """Everything that is not a directory, by name."""
    links: frozenset[str]
    """Names of the files that are links."""
    below: list[tuple[str, int]]
    """Subdirectories: the name and inode number of each."""


class Lister:
    """Lists directories of a cache, and counts their files and bytes."""

    def __init__(self, tree: Tree, stop: Callable[[], bool], progress: Callable[[], None]) -> None:
        """Prepare to list directories of `tree`; `stop` says when to end, and `progress` is called after each one."""
        self.tree, self._stop, self._progress = tree, stop, progress
        self.directories: dict[str, int] = {}
        """Allocated bytes of each directory by path relative to the root."""
        self.errors: list[Unreadable] = []
        """Files and directories that could not be read."""
        self.files = self.disk_usage = 0
        """Number of files seen so far, and their allocated bytes, each inode once."""
        self._linked: set[tuple[int, int]] = set()  # inodes with several names that are in `disk_usage`

    def folder(self, path: str, inode: int) -> ListedFolder | None:
        """List a directory; None if it cannot be listed, or if the scan is to stop."""
        if self._stop():
            return None
        try:
            return self.list(path, inode)
        except OSError as error:
            self.errors.append(unreadable(path, error))
            return None

    def list(self, path: str, inode: int) -> ListedFolder:
        """List a directory, and count its files unless it was listed before. Raises OSError."""
        listing = self.tree.list(path, inode)
        is_new = path not in self.directories
        self.directories[path] = file_at(path, listing.own).disk_usage
        files, links = {}, []
        prefix = f"{path}/" if path else ""
        for name, found in listing.files.items():
            file = file_at(prefix + name, found)
            if is_link(found):
                links.append(name)
                file = file._replace(size=0)  # the length of a link is that of a path, and no content
            files[name] = file
            if is_new:
                self._count(file)
        self._progress()
        return ListedFolder(path, files, frozenset(links), listing.below)

    def _count(self, file: File) -> None:
        inode = file.device, file.inode
        self.files += 1
        self.disk_usage += file.disk_usage if inode not in self._linked else 0
        if file.links > 1:
            self._linked.add(inode)

    def folders(self, path: str, inode: int) -> Iterator[ListedFolder]:
        """Yield a directory and those below it; callers may take items out of a yielded `below` to leave them out."""
        waiting = [(path, inode)]
        while waiting:
            if (folder := self.folder(*waiting.pop())) is not None:
                yield folder
                waiting += [(f"{folder.path}/{name}", number) for name, number in reversed(folder.below)]

    def subtree(self, path: str, inode: int) -> Files:
        """Return all files below a directory, at any depth."""
        return [file for folder in self.folders(path, inode) for file in folder.files.values()]

    def head(self, file: File) -> bytes:
        """Return the first bytes of a file, at most `LONGEST`; empty if it cannot be read."""
        try:
            fd = self.tree.open(file)
            try:
                return os.read(fd, LONGEST)
            finally:
                os.close(fd)
        except OSError as error:
            self.errors.append(unreadable(file.path, error))
            return b""
