"""Private folder that shows files of a cache under their real names to one command, and is removed afterwards.

It lies in memory if it only has to hold symbolic links, and otherwise on disk, in the user's cache directory beside the
scan memory. If that is not possible, it lies elsewhere, but never in the cache whose files it shows. It holds a file
that is locked while the folder is in use. The lock ends with the last process that has inherited it, so that later runs
can remove the folders of killed processes.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from cachetui.errors import CachetuiError
from cachetui.export.target_folder import TO_WRITE, UnfinishedFile, is_in_cache
from cachetui.file_status import is_directory
from cachetui.pip.memory import default_path
from cachetui.system.files import HAS_LINKS, is_at_home, is_own
from cachetui.system.locks import try_lock
from cachetui.system.mounts import file_system_of
from cachetui.system.tree import OPEN_DIRECTORY, reason

PREFIX = "run-"
"""Prefix of the name of each private folder."""
LOCK, FILES = "lock", "files"
"""Names in the private folder: the file that is locked while the folder is in use, and the folder with the links."""
MEMORY = Path("/dev/shm")
"""Folder that Linux keeps in memory and in which every user may make folders."""
CLONING = frozenset({"btrfs", "xfs", "bcachefs"})
"""Types of file systems on which two files can share blocks."""
TRIES = 100
"""Maximum number of attempts to make a folder; an attempt fails if another process removes the folder meanwhile."""
FICLONE = 0x40049409
"""Number of the `ioctl` request that lets a new file share the blocks of another (`linux/fs.h`)."""
OPEN_LOCK = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class NoPlaceError(CachetuiError):
    """Error that is raised if a folder of links cannot be made anywhere."""


def clone(source: str, name: str) -> None:
    """Make a file that shares its blocks with another until one of them is written to. Raises OSError."""
    if sys.platform != "linux":
        raise OSError("FICLONE is a request of Linux")
    import fcntl  # noqa: PLC0415 - Windows has no such module

    read = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        made = os.open(name, TO_WRITE, 0o600)
        try:
            fcntl.ioctl(made, FICLONE, read)
        except OSError:
            Path(name).unlink()
            raise
        finally:
            os.close(made)
    finally:
        os.close(read)


WAYS: tuple[Callable[[str, str], None], ...] = (clone, os.symlink, *([os.link] if HAS_LINKS else []))
"""Functions that link a file under a new name, in the order of preference. They take the file's path and the new path.

Writing to a clone does not change the file. Making a symbolic link does not change the file's times and number of
links, by which a scan sees that nothing has changed. Making a hard link changes them; it is for Windows, where symbolic
links require a privilege.
"""


class LinkFolder:
    """Folder with links to files of the cache at `root`. Use it in a `with` block, which removes it at its end."""

    def __init__(self, root: Path, *, writes: bool = False) -> None:
        """Remove what killed processes left, and make a folder; `writes` says whether files are written to it, too.

        Raises NoPlaceError.
        """
        troubles = []
        places = [*default_places(root, writes=writes)]
        for place in places:
            with suppress(OSError):
                _check(place, root)
                tidy(place)
        for place in places:
            try:
                self._run, self.lock = _begin(place, root)
                break
            except OSError as error:
                troubles.append(f"{place}: {reason(error)}")
        else:
            raise NoPlaceError(f"There is no place for a folder of links: {'; '.join(troubles)}.")
        self.path = self._run / FILES
        """Path of the folder with the links."""
        self._prefix = f"{self.path}{os.sep}"
        self._ways = list(WAYS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _remove(self._run, self.lock)
        with suppress(OSError):  # others use it
            self._run.parent.rmdir()

    def link(self, source: str, filename: str) -> bool | None:
        """Link the file at a path under a name; return whether writing to the link changes the file itself.

        Return None if no kind of link works here. Raises FileExistsError.
        """
        while self._ways:
            way = self._ways[0]
            try:
                way(source, self._prefix + filename)
            except FileExistsError:
                raise
            except OSError:
                del self._ways[0]
            else:
                return way is not clone
        return None

    def write(self, filename: str, pieces: Iterator[bytes]) -> None:
        """Write a file in pieces. Raises OSError, and what `pieces` raises."""
        name = self._prefix + filename
        draft = UnfinishedFile(os.open(name, TO_WRITE, 0o600), name)
        try:
            for piece in pieces:
                draft.write(piece)
        finally:
            draft.close()

    def drop(self, filename: str) -> None:
        """Remove a file that was not written completely."""
        (self.path / filename).unlink()


def default_places(root: Path, *, writes: bool = False) -> Iterator[Path]:
    """Yield the folders in which a `LinkFolder` for the cache at `root` may be made, the best one first.

    Making links in memory takes almost no time. Written files need the room of a disk, and clones need the cache's file
    system. Relative paths in variables are ignored (XDG base directory specification), because the command may change
    its current folder.
    """
    user = os.geteuid() if hasattr(os, "geteuid") else "user"
    beside = default_path().with_name("offline")
    on_disk = [beside] if beside.is_absolute() and _is_at_home(beside) else []
    in_memory = [MEMORY / f"cachetui-offline-{user}"] if MEMORY.is_dir() else []
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or os.devnull, "cachetui-offline")
    if runtime.is_absolute() and runtime.parent.is_dir() and _is_at_home(runtime):
        in_memory.insert(0, runtime)
    yield from (*on_disk, *in_memory) if writes or _has_clones(root) else (*in_memory, *on_disk)
    try:
        yield Path(tempfile.gettempdir(), f"cachetui-offline-{user}")
    except FileNotFoundError:  # no folder for temporary files can be written to
        return


def _is_at_home(place: Path) -> bool:
    try:
        return is_at_home(place)
    except OSError:
        return False


def _has_clones(root: Path) -> bool:
    """Return whether files in a folder can share blocks, judged by the type of its file system."""
    try:
        fd = os.open(root, OPEN_DIRECTORY)
    except OSError:  # Windows opens no folders
        return False
    try:
        return file_system_of(fd) in CLONING
    finally:
        os.close(fd)


def _check(place: Path, root: Path) -> None:
    """Raise OSError if `place` is in the cache at `root`, or if other users can replace it or write to it."""
    if is_in_cache(place.resolve(), root):
        raise OSError("it is in the cache, where nothing is written")
    with suppress(FileNotFoundError):
        above = place.parent.stat().st_mode
        if os.name != "nt" and above & stat.S_IWOTH and not above & stat.S_ISVTX:
            raise OSError("others can replace it: the folder above it lacks the sticky bit")
        found = place.lstat()
        if not is_directory(found) or not is_own(found) or (os.name != "nt" and found.st_mode & 0o022):
            raise OSError("it is not a folder of yours that only you can write to")


def _begin(place: Path, root: Path) -> tuple[Path, int]:
    """Make a new folder in `place` and lock it; return it with the descriptor of the lock. Raises OSError."""
    for _ in range(TRIES):
        try:
            _check(place, root)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                place.mkdir(mode=0o700)
            _check(place, root)  # others may have been faster
            run = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
            lock = os.open(run / LOCK, OPEN_LOCK | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:  # another process removed an empty place, or a folder that looked abandoned
            continue
        try:
            if try_lock(lock) and os.path.samestat(os.fstat(lock), (run / LOCK).lstat()):
                (run / FILES).mkdir(mode=0o700)
                return run, lock
        except FileNotFoundError:  # as above, a moment later
            pass
        except OSError:
            _remove(run, lock)
            raise
        os.close(lock)
    raise OSError("other processes keep removing it")


def tidy(place: Path) -> None:
    """Remove those folders in `place` that no process uses any more."""
    for run in place.glob(f"{PREFIX}*"):
        if run.is_symlink():
            continue
        try:
            lock = os.open(run / LOCK, OPEN_LOCK)
        except FileNotFoundError:  # its process ended before it had a lock, or has none yet and makes another folder
            with suppress(OSError):
                run.rmdir()
            continue
        except OSError:
            continue
        try:
            mine = try_lock(lock)
        except OSError:
            mine = False
        if mine:
            _remove(run, lock)
        else:
            os.close(lock)


def _remove(run: Path, lock: int) -> None:
    """Remove a locked folder, the lock last, and close the lock. Links are removed, but not what they lead to."""
    shutil.rmtree(run / FILES, ignore_errors=True)
    if os.name == "nt":  # what is open cannot be removed there
        os.close(lock)
    if not os.path.lexists(run / FILES):
        with suppress(OSError):
            (run / LOCK).unlink()
            run.rmdir()
    if os.name != "nt":
        os.close(lock)
