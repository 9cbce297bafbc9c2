"""Target folder of an export: nothing in it is ever overwritten, and it stays open if the system can keep it open."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from cachetui.errors import CachetuiError
from cachetui.system.files import HAS_LINKS, give_name, is_own
from cachetui.system.locks import try_lock
from cachetui.system.tree import OPEN_DIRECTORY, OPEN_FILE, reason

BY_DESCRIPTOR = (
    {os.open, os.unlink, os.stat, os.rename} <= os.supports_dir_fd
    and (not HAS_LINKS or os.link in os.supports_dir_fd)
    and hasattr(os, "O_DIRECTORY")
)
"""Whether this system can access files relative to an open directory."""
TO_WRITE = os.O_RDWR | os.O_CREAT | os.O_EXCL
for _flag in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY"):
    TO_WRITE |= getattr(os, _flag, 0)
TO_LOCK = OPEN_FILE | os.O_RDWR
DRAFT = re.compile(r"\.cachetui-[0-9a-f]{16}\.part").fullmatch
"""Pattern of a draft's temporary name."""
GRACE = 60.0
"""Age in seconds from which an empty draft that no process has locked counts as left behind."""


class TargetError(CachetuiError):
    """Error for a folder that cannot be exported into; the message says why."""


def check_target(folder: Path, root: Path) -> None:
    """Raise TargetError if a folder is unusable or lies in the cache at `root`. Creates nothing."""
    place = folder
    try:
        if not os.path.lexists(folder):
            place = Path(os.path.abspath(folder)).parent  # noqa: PTH100 - links stay
        resolved = place.resolve(strict=True)
        if not resolved.is_dir():
            raise TargetError(f"{place} is not a folder.")
        if is_in_cache(resolved, root):
            raise TargetError(f"{folder} is in the cache, where nothing is written. Choose another folder.")
        if not os.access(resolved, os.W_OK | os.X_OK):
            raise TargetError(f"{place} cannot be written to. Choose another folder.")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise TargetError(f"{place} does not exist. Create it first.") from error
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, or a name with a NUL
        raise TargetError(f"{place} cannot be checked: {reason(error)}.") from error


def is_in_cache(folder: Path, root: Path) -> bool:
    """Return whether a resolved folder, which may not exist yet, is the cache at `root` or in it. Raises OSError."""
    return root.exists() and any(above.exists() and above.samefile(root) for above in (folder, *folder.parents))


def _lock(fd: int) -> bool:
    """Lock a draft until it is closed; return False if another process has locked it, or if locks do not work here.

    Windows needs no lock: an open file cannot be removed there.
    """
    try:
        return os.name == "nt" or try_lock(fd)
    except OSError:
        return False


class TargetFolder:
    """Open folder that receives files. A file gets its name in one step, once it is complete."""

    def __init__(self, folder: Path, root: Path) -> None:
        """Open a folder; create it, but not its parents, if it is absent. Raises TargetError."""
        check_target(folder, root)
        try:
            with suppress(FileExistsError):
                folder.mkdir()
            resolved = folder.resolve(strict=True)
            self._fd = os.open(resolved, OPEN_DIRECTORY) if BY_DESCRIPTOR else -1
            self._own = os.fstat(self._fd) if BY_DESCRIPTOR else resolved.stat()
        except (OSError, RuntimeError, ValueError) as error:
            raise TargetError(f"{folder} cannot be written to: {reason(error)}.") from error
        self.path = resolved
        """Resolved path of the folder when it was opened."""
        self._at = self._fd if BY_DESCRIPTOR else None
        self._prefix = "" if BY_DESCRIPTOR else os.path.join(resolved, "")  # noqa: PTH118 - ends in a separator

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @contextmanager
    def draft(self) -> Iterator[UnfinishedFile]:
        """Open a new file under a temporary name, which is removed when the context ends. Raises OSError."""
        self._look()
        passing = self._prefix + f".cachetui-{secrets.token_hex(8)}.part"
        draft = UnfinishedFile(os.open(passing, TO_WRITE, 0o666, dir_fd=self._at), passing)
        _lock(draft.fd)
        try:
            yield draft
        finally:
            draft.close()
            with suppress(FileNotFoundError):
                os.unlink(passing, dir_fd=self._at)

    def give(self, draft: UnfinishedFile, filename: str) -> None:
        """Give a complete file its name. Raises FileExistsError if the name is taken, or OSError."""
        os.fsync(draft.fd)
        if os.name == "nt":  # an open file cannot be renamed there
            draft.close()
        self._look()
        give_name(draft.passing, self._prefix + filename, self._at)

    def open(self, filename: str) -> int | None:
        """Open an existing file and return its descriptor; None if it is not a regular file. Raises OSError."""
        self._look()
        found = os.stat(self._prefix + filename, dir_fd=self._at, follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode):
            return None
        return os.open(self._prefix + filename, OPEN_FILE, dir_fd=self._at)

    def tidy(self) -> None:
        """Remove what killed exports left here: drafts of this user that no other process still writes."""
        self._look()
        with suppress(OSError):
            for name in filter(DRAFT, os.listdir(self.path if self._fd < 0 else self._fd)):  # noqa: PTH208 - by descriptor
                with suppress(OSError):
                    self._discard_left_behind(self._prefix + name)

    def _discard_left_behind(self, passing: str) -> None:
        fd = os.open(passing, TO_LOCK, dir_fd=self._at)
        try:
            found = os.fstat(fd)
            ours = stat.S_ISREG(found.st_mode) and is_own(found)
            begun = found.st_size > 0 or time.time() - found.st_mtime > GRACE  # it is locked once it is created
            is_left = ours and begun and _lock(fd)
            if is_left and os.name != "nt":
                os.unlink(passing, dir_fd=self._at)
        finally:
            os.close(fd)
        if is_left and os.name == "nt":  # which refuses it if another process has the file open
            Path(passing).unlink()

    def sync(self) -> None:
        """Flush the folder itself to disk, if the system can do that."""
        if self._fd >= 0:
            with suppress(OSError):
                os.fsync(self._fd)

    def _look(self) -> None:
        """Raise OSError if the folder was replaced; checks this only on systems that cannot keep a folder open."""
        if self._fd < 0 and not os.path.samestat(self._own, self.path.lstat()):
            raise OSError(errno.ENOENT, "the folder was replaced")


class UnfinishedFile:
    """File that is being written, mostly under a temporary name."""

    def __init__(self, fd: int, passing: str) -> None:
        self.fd = fd
        """File descriptor for writing and reading; -1 once the file is closed."""
        self.passing = passing
        """Path while it is written: relative to the target folder if that is open, otherwise absolute."""

    def write(self, piece: bytes) -> None:
        """Append a piece to the file; a piece of zeros takes up no space if the disk supports holes. Raises OSError."""
        if piece[:1] == b"\0" and piece == bytes(len(piece)):
            os.ftruncate(self.fd, os.lseek(self.fd, len(piece), os.SEEK_CUR))
            return
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self.fd, rest) :]

    def close(self) -> None:
        """Close the file."""
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            os.close(fd)
