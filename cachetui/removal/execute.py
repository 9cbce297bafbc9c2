"""Carry out a plan. No other code deletes under a root."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import RefusedError
from cachetui.file_status import allocated
from cachetui.model import Entry, File
from cachetui.removal.emptied import subtree
from cachetui.removal.in_use_monitor import InUseMonitor, Pips
from cachetui.removal.locks import locked
from cachetui.removal.plan import BELONGS, SERVES, Kept, Plan
from cachetui.removal.recheck import KeptError, look_at, reason_of
from cachetui.removal.rooted import OpenDirectory, PathCursor
from cachetui.removal.together import groups

PAIR = 2
"""Maximum number of files of an entry for which one check before the removal is enough.

Nearly all entries have at most that number of files.
"""
REPORT_SECONDS = 0.05
"""Minimum time between two reports, in seconds; the last report may come sooner."""


class RemovalProgress(NamedTuple):
    """Progress of a removal."""

    entries: int
    """Number of entries processed."""
    of: int
    """Number of entries in the plan."""
    freed: int
    """Bytes of files freed so far."""
    path: str
    """Path of the entry processed last, relative to the root."""


@dataclass(frozen=True, slots=True)
class RemovalOutcome:
    """Result of a removal."""

    removed: tuple[str, ...] = ()
    """Removed files, relative to the root, in the order of their removal."""
    vanished: tuple[str, ...] = ()
    """Files and empty directories of the plan that were already gone."""
    kept: tuple[Kept, ...] = ()
    """Items that the plan kept, then items that could not or must not be removed after all."""
    failed: int = 0
    """Number of items in `kept` that were planned for removal."""
    freed: int = 0
    """Bytes freed by the removal of files."""
    freed_directories: int = 0
    """Bytes freed by the removal of directories, in addition to `freed`."""
    directories: int = 0
    """Number of directories removed."""
    entries: int = 0
    """Number of entries of which nothing is left, including those that were already gone."""
    stopped: bool = False
    """Whether `stop` ended the removal early."""
    layered: bool = False
    """Whether `freed` is an upper limit, because the file system has layers."""


def unlink(directory: OpenDirectory, name: str) -> None:
    """Unlink a file. For an undo, pass `execute` a function that moves the file aside instead."""
    os.unlink(directory.prefix + name, dir_fd=directory.descriptor)


def execute(
    plan: Plan,
    *,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[RemovalProgress], None] | None = None,
    take: Callable[[OpenDirectory, str], None] = unlink,
    opener: Callable[[str], OpenDirectory] = OpenDirectory,
    pips: Pips | None = None,
    clock: Callable[[], int] = time.time_ns,
) -> RemovalOutcome:
    """Remove what `plan` lists, if it is still what the scan saw. Blocks until it is done.

    `stop` is called between entries. `report` is called in this thread, at most about twenty times a second.
    `take` removes a file. `opener` opens the root. `pips` returns the process ids of running
    programs that use the cache. It is called before the first entry that such a program may need, and repeatedly after
    that. These entries are kept if a program is running, or if `pips` raises OSError. `clock` returns the current time
    in nanoseconds since the epoch. What cannot be removed is kept, with the reason. After an unforeseen OSError, all
    the rest is kept. If the root is missing, everything counts as gone. Raises RefusedError if the root cannot be
    opened, or if another directory has taken its place.
    """
    try:
        root = opener(plan.root)
    except FileNotFoundError:
        gone = [path for entry in plan.entries for path in [file.path for file in entry.files] or [entry.path]]
        return RemovalOutcome(vanished=tuple(gone), kept=plan.kept, entries=len(plan.entries))
    except OSError as error:
        raise RefusedError(
            f"{plan.root} cannot be opened any more: {reason_of(error)}. Read the cache again."
        ) from error
    if (root.found.st_dev, root.found.st_ino) != (plan.device, plan.inode):
        root.close()
        raise RefusedError(f"{plan.root} is not the directory that was read: read the cache again.")
    return _Run(plan, root, stop, take, pips or tuple, clock).execute(report)


class _Run:
    """A removal in progress: the open directories from the root to the current one, and the results."""

    def __init__(
        self,
        plan: Plan,
        root: OpenDirectory,
        stop: Callable[[], bool],
        take: Callable[[OpenDirectory, str], None],
        pips: Pips,
        clock: Callable[[], int],
    ) -> None:
        self._plan, self._stop, self._take, self._clock = plan, stop, take, clock
        self._way = PathCursor(root, self._leave)
        self._watch = InUseMonitor(plan.entries, self._way, plan.device, pips, clock, plan.conduct)
        self._may_go = frozenset(plan.directories)
        self._gone: set[str] = set()
        self._removed: list[str] = []
        self._vanished: list[str] = []
        self._kept: list[Kept] = []
        self._freed = self._freed_directories = self._directories = 0
        self._whole = self._reached = 0
        """Number of entries of which nothing is left, and number of entries processed."""
        self._stopped = False

    def execute(self, report: Callable[[RemovalProgress], None] | None) -> RemovalOutcome:
        """Remove the entries by path, twins together; after an unforeseen OSError, keep all the rest."""
        together = self._groups()
        entries = [entry for group in together for entry in group]
        try:
            self._remove_all(together, report)
        except OSError as error:
            reason = f"the removal broke off: {reason_of(error)}"
            self._kept += [Kept(entry.path, reason) for entry in entries[self._reached :]]
        finally:
            self._way.close()
        return RemovalOutcome(
            removed=tuple(self._removed),
            vanished=tuple(self._vanished),
            kept=(*self._plan.kept, *self._kept),
            failed=len(self._kept),
            freed=self._freed,
            freed_directories=self._freed_directories,
            directories=self._directories,
            entries=self._whole,
            stopped=self._stopped,
            layered=self._plan.layered,
        )

    def _groups(self) -> list[list[Entry]]:
        """Return the entries in groups that are removed together, sorted by the path of each group's first entry.

        Most groups have one entry.
        """
        entries = {entry.path: entry for entry in sorted(self._plan.entries, key=attrgetter("path"))}
        joined = {paths[0]: paths for paths in groups(entries, self._plan.twins)}
        later = {path for paths in joined.values() for path in paths[1:]}
        return [[entries[one] for one in joined.get(path, [path])] for path in entries if path not in later]

    def _remove_all(
        self, together: Sequence[Sequence[Entry]], report: Callable[[RemovalProgress], None] | None
    ) -> None:
        """Remove groups of entries until `stop` returns true."""
        due = 0.0
        number = sum(map(len, together))
        for group in together:
            self._stopped = self._stop()
            if self._stopped:
                break
            self._remove(group)
            self._reached += len(group)
            if report and ((now := time.monotonic()) >= due or self._reached == number):
                due = now + REPORT_SECONDS
                report(RemovalProgress(self._reached, number, self._freed, group[-1].path))

    def _remove(self, group: Sequence[Entry]) -> None:
        """Remove the entries of a group together; count those of which nothing is left."""
        reason = next((reason for entry in group if (reason := self._watch.reason_to_stay(entry))), None)
        if reason:
            self._kept += [Kept(entry.path, reason) for entry in group]
            return
        files = tuple([file for entry in group for file in entry.files])
        if not files:
            self._whole += self._remove_empty(group[0].path)
            return
        suffix, tool = self._plan.conduct.lock_suffix, self._plan.conduct.tool
        if not suffix:
            self._remove_files(files)
        else:
            try:
                with locked(self._way, [file for file in files if file.path.endswith(suffix)], tool):
                    self._remove_files(files)
            except KeptError as left:
                self._kept += [Kept(entry.path, str(left)) for entry in group]
        self._whole += sum([self._gone.issuperset([file.path for file in entry.files]) for entry in group])

    def _remove_files(self, files: tuple[File, ...]) -> None:
        """Remove all files, or none if one has changed or cannot be checked; after an error, keep the rest."""
        looked = []
        for file in files:
            parent, _, name = file.path.rpartition("/")
            try:
                looked.append((file.path, parent, name, look_at(self._way, parent, name, file, self._plan.device)))
            except KeptError as left:
                self._kept += [Kept(other.path, str(left) if other is file else BELONGS) for other in files]
                return
        again = len(files) > PAIR
        for index, (path, parent, name, seen) in enumerate(looked):
            try:  # with many files, the first check may have been long ago
                found = look_at(self._way, parent, name, files[index], self._plan.device) if again else seen
                self._unlink(path, parent, name, found)
            except KeptError as left:
                self._kept.append(Kept(path, str(left)))
                self._kept += [Kept(other.path, BELONGS) for other in files[index + 1 :]]
                return

    def _unlink(self, path: str, parent: str, name: str, found: os.stat_result | None) -> None:
        """Unlink a file, `name` in `parent`, whose status `found` was just checked; None means that it is gone.

        Raises KeptError if the file has to stay.
        """
        if path in self._plan.companions:
            self._check_alone(path)
        try:
            if found:
                directory = self._way.go(parent)
                if found.st_nlink > 1:  # another of its links may have been removed since
                    found = directory.look(name)
                self._take(directory, name)
                directory.taken_from = True
        except FileNotFoundError:
            found = None
        except OSError as error:
            raise KeptError(reason_of(error)) from error
        self._gone.add(path)
        if found is None:
            self._vanished.append(path)
            return
        self._removed.append(path)
        if found.st_nlink == 1:
            self._freed += found.st_size if self._plan.by_length else allocated(found)

    def _check_alone(self, companion: str) -> None:
        """Raise KeptError if a file that needs `companion` remains.

        Files beside `companion` with the same suffix as these, such as new wheels, count as well.
        """
        waits_for = self._plan.companions[companion]
        suffixes = tuple({Path(path).suffix for path in waits_for})
        try:
            beside = self._way.go(companion.rpartition("/")[0]).names()
        except FileNotFoundError:
            beside = []
        except OSError as error:
            raise KeptError(reason_of(error)) from error
        if not self._gone.issuperset(waits_for) or any(name.endswith(suffixes) for name in beside):
            raise KeptError(SERVES)

    @cached_property
    def _sorted_directories(self) -> list[str]:
        return sorted(self._plan.directories)

    def _remove_empty(self, top: str) -> bool:
        """Remove a directory that contains only empty directories; return whether it is gone."""
        now_ns, looked = self._clock(), []
        try:
            for path in subtree(self._sorted_directories, top):
                if found := self._watch.look_at_empty(path, now_ns):
                    looked.append((path, found))
            for path, found in reversed(looked):
                above, _, name = path.rpartition("/")
                self._rmdir(parent := self._way.go(above), name, found)
            if looked:
                parent.taken_from = True
        except FileNotFoundError:
            looked.clear()
        except (OSError, KeptError) as error:
            self._kept.append(Kept(top, reason_of(error) if isinstance(error, OSError) else str(error)))
            return False
        if not looked:
            self._vanished.append(top)
        return True

    def _leave(self, path: str, directory: OpenDirectory, parent: OpenDirectory) -> None:
        """Remove a directory after it was closed, if this removal emptied it."""
        if not directory.taken_from or path not in self._may_go:
            return
        try:
            self._rmdir(parent, path.rpartition("/")[2], directory.found)
            parent.taken_from = True
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
                self._kept.append(Kept(path, reason_of(error)))

    def _rmdir(self, parent: OpenDirectory, name: str, found: os.stat_result) -> None:
        """Remove an empty directory and count it."""
        os.rmdir(parent.prefix + name, dir_fd=parent.descriptor)
        self._freed_directories += allocated(found)
        self._directories += 1
