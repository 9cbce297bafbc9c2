"""Carry out a plan: the only code that deletes under a root."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import RefusedError
from cachetui.model import Entry, File, allocated
from cachetui.removal.directory import Descent, Directory
from cachetui.removal.plan import SERVES, Kept, Plan, subtree
from cachetui.removal.quiet import quiet_time
from cachetui.removal.survey import CHANGED, REPLACED, LeftError, is_same, reason_of
from cachetui.removal.watch import Pips, Watch

REPORT_SECONDS = 0.05
"""Least time between two reports: often enough for the eye."""
BELONGS = "belongs to what stays"


class Progress(NamedTuple):
    """How far a removal is."""

    entries: int
    """Entries dealt with."""
    of: int
    """Entries in the plan."""
    freed: int
    """Bytes freed so far."""
    path: str
    """What was dealt with last, relative to the root."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a removal really did."""

    removed: tuple[str, ...] = ()
    """Files unlinked, relative to the root, in that order."""
    vanished: tuple[str, ...] = ()
    """Files and empty directories of the plan that were gone already."""
    kept: tuple[Kept, ...] = ()
    """What the plan kept, then what could not be or must not be removed after all."""
    failed: int = 0
    """How many of `kept` were planned to go."""
    freed: int = 0
    """Bytes that the disk got back."""
    directories: int = 0
    """Directories removed."""
    entries: int = 0
    """Entries wholly gone."""
    stopped: bool = False
    """Whether `stop` ended it early."""


def unlink(directory: Directory, name: str) -> None:
    """Take a file away. An undo would put a function in this place that moves it aside."""
    os.unlink(directory.prefix + name, dir_fd=directory.descriptor)


def carry_out(
    plan: Plan,
    *,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[Progress], None] | None = None,
    take: Callable[[Directory, str], None] = unlink,
    opener: Callable[[str], Directory] = Directory,
    pips: Pips | None = None,
    clock: Callable[[], int] = time.time_ns,
) -> Outcome:
    """Remove what `plan` lists, as far as it still is what the scan saw; blocking.

    `stop` is asked between files; `report` is called in this thread, at most some tens of times a second; `take`
    takes a file away; `opener` opens the root. `pips` tells the process ids of running pips: it is asked before the
    first thing that one may need, and then again and again; what a pip may need stays from then on. `clock` tells the
    present in nanoseconds since the epoch. Raises RefusedError if another directory has taken the root's place.
    """
    try:
        root = opener(plan.root)
    except FileNotFoundError:
        gone = [path for entry in plan.entries for path in [file.path for file in entry.files] or [entry.path]]
        return Outcome(vanished=tuple(gone), kept=plan.kept, entries=len(plan.entries))
    except OSError as error:
        raise RefusedError(
            f"{plan.root} cannot be opened any more: {reason_of(error)}. Read the cache again."
        ) from error
    if (root.found.st_dev, root.found.st_ino) != (plan.device, plan.inode):
        root.close()
        raise RefusedError(f"{plan.root} is not the directory that was read: read the cache again.")
    return _Run(plan, root, stop, take, pips or tuple, clock).carry_out(report)


class _Run:
    """One removal under way: the open directories from the root to where it is, and what has happened so far."""

    def __init__(
        self,
        plan: Plan,
        root: Directory,
        stop: Callable[[], bool],
        take: Callable[[Directory, str], None],
        pips: Pips,
        clock: Callable[[], int],
    ) -> None:
        self._plan, self._stop, self._take, self._clock = plan, stop, take, clock
        self._way = Descent(root, self._leave)
        self._watch = Watch(plan.entries, self._way, plan.device, pips, clock)
        self._may_go = frozenset(plan.directories)
        self._ordered = sorted(plan.directories)
        self._taken_from: set[str] = set()
        """Directories that something was taken from."""
        self._gone: set[str] = set()
        self._removed: list[str] = []
        self._vanished: list[str] = []
        self._kept: list[Kept] = []
        self._freed = self._directories = 0
        self._stopped = False

    def carry_out(self, report: Callable[[Progress], None] | None) -> Outcome:
        """Take the entries one by one, neighbours on the disk together."""
        entries = sorted(self._plan.entries, key=lambda entry: entry.path)
        whole, due = 0, 0.0
        try:
            for number, entry in enumerate(entries, 1):
                if self._stops():
                    break
                whole += self._remove(entry)
                if report and ((now := time.monotonic()) >= due or number == len(entries)):
                    due = now + REPORT_SECONDS
                    report(Progress(number, len(entries), self._freed, entry.path))
        finally:
            self._way.close()
        return Outcome(
            removed=tuple(self._removed),
            vanished=tuple(self._vanished),
            kept=(*self._plan.kept, *self._kept),
            failed=len(self._kept),
            freed=self._freed,
            directories=self._directories,
            entries=whole,
            stopped=self._stopped,
        )

    def _stops(self) -> bool:
        """Ask whether to stop, and remember the answer."""
        self._stopped = self._stop()
        return self._stopped

    def _remove(self, entry: Entry) -> bool:
        """Remove an entry; tell whether all of it is gone."""
        if reason := self._watch.reason_to_stay(entry):
            self._kept.append(Kept(entry.path, reason))
            return False
        return self._remove_files(entry.files) if entry.files else self._remove_empty(entry.path)

    def _remove_files(self, files: tuple[File, ...]) -> bool:
        """Remove all files or, if one of them is not what the scan saw, none; what fails keeps those after it."""
        looked = []
        for file in files:
            try:
                looked.append(self._look(file))
            except LeftError as left:
                self._kept += [Kept(other.path, str(left) if other is file else BELONGS) for other in files]
                return False
        for index, (file, found) in enumerate(zip(files, looked, strict=True)):
            try:
                self._unlink(file, found)
            except LeftError as left:
                self._kept.append(Kept(file.path, str(left)))
                self._kept += [Kept(other.path, BELONGS) for other in files[index + 1 :]]
                return False
        return True

    def _look(self, file: File) -> os.stat_result | None:
        """Return what a file is now, None if it is gone. Raises LeftError unless it is what the scan saw."""
        parent, _, name = file.path.rpartition("/")
        try:
            found = self._way.go(parent).look(name)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LeftError(reason_of(error)) from error
        if not is_same(found, file, self._plan.device):
            raise LeftError(CHANGED)
        return found

    def _unlink(self, file: File, found: os.stat_result | None) -> None:
        """Unlink a file that was just looked at. Raises LeftError if it has to stay."""
        path = file.path
        if path in self._plan.companions:
            self._check_alone(path)
        parent, _, name = path.rpartition("/")
        try:
            if found:
                directory = self._way.go(parent)
                if found.st_nlink > 1:  # another of its names may have gone since
                    found = directory.look(name)
                self._take(directory, name)
        except FileNotFoundError:
            found = None
        except OSError as error:
            raise LeftError(reason_of(error)) from error
        self._gone.add(path)
        if found is None:
            self._vanished.append(path)
            return
        self._removed.append(path)
        self._taken_from.add(parent)
        if found.st_nlink == 1:
            self._freed += allocated(found)

    def _check_alone(self, companion: str) -> None:
        """Raise LeftError if a file that `companion` serves has not gone, or one like it has come."""
        waits_for = self._plan.companions[companion]
        suffixes = tuple({Path(path).suffix for path in waits_for})
        try:
            beside = self._way.go(companion.rpartition("/")[0]).names()
        except FileNotFoundError:
            beside = []
        except OSError as error:
            raise LeftError(reason_of(error)) from error
        if not self._gone.issuperset(waits_for) or any(name.endswith(suffixes) for name in beside):
            raise LeftError(SERVES)

    def _remove_empty(self, top: str) -> bool:
        """Remove a directory that holds nothing but empty directories; tell whether it is gone."""
        now_ns, looked = self._clock(), []
        try:
            for path in subtree(self._ordered, top):
                if found := self._look_at_empty(path, now_ns):
                    looked.append((path, found))
            for path, found in reversed(looked):
                parent, _, name = path.rpartition("/")
                _rmdir(self._way.go(parent), name)
                self._count_directory(found)
        except FileNotFoundError:
            looked.clear()
        except (OSError, LeftError) as error:
            self._kept.append(Kept(top, reason_of(error) if isinstance(error, OSError) else str(error)))
            return False
        if looked:
            self._taken_from.add(top.rpartition("/")[0])
        else:
            self._vanished.append(top)
        return True

    def _look_at_empty(self, path: str, now_ns: int) -> os.stat_result | None:
        """Return what an empty directory is now, None if it is gone. Raises LeftError if somebody may be using it."""
        parent, _, name = path.rpartition("/")
        try:
            found = self._way.go(parent).look(name)
        except FileNotFoundError:
            return None
        if not stat.S_ISDIR(found.st_mode) or found.st_dev != self._plan.device:
            raise LeftError(REPLACED)
        if now_ns - found.st_mtime_ns < quiet_time(path):
            raise LeftError(CHANGED)
        if reason := self._watch.reason_for_directory(path):
            raise LeftError(reason)
        return found

    def _leave(self, path: str, directory: Directory, parent: Directory) -> None:
        """Remove a directory that was just closed, if this removal emptied it."""
        if path not in self._taken_from or path not in self._may_go:
            return
        above, _, name = path.rpartition("/")
        try:
            _rmdir(parent, name)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
                self._kept.append(Kept(path, reason_of(error)))
        else:
            self._count_directory(directory.found)
            self._taken_from.add(above)

    def _count_directory(self, found: os.stat_result) -> None:
        """Note that a directory is gone."""
        self._freed += allocated(found)
        self._directories += 1


def _rmdir(directory: Directory, name: str) -> None:
    """Take an empty directory away."""
    os.rmdir(directory.prefix + name, dir_fd=directory.descriptor)
