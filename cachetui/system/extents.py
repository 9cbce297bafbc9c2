"""Blocks that files share with other files (reflinks), as Linux reports them.

Source: Linux's Documentation/filesystems/fiemap.rst.
"""

from __future__ import annotations

import struct
import sys
from typing import Protocol

FS_IOC_FIEMAP = 0xC020660B
SYNC = 0x1
"""Flag of a request: write the file out first, because the place of blocks that are not yet allocated is not known."""
LAST, UNKNOWN, SHARED = 0x1, 0x2, 0x2000
"""Flags of an extent: it is the file's last one; its place is not known; other files use it, too."""
HEAD = struct.Struct("=QQLLLL")
EXTENT = struct.Struct("=QQQQQLLLL")
MANY = 512
"""Number of extents to ask for at once."""
MOST_REQUESTS = 64
"""Maximum number of requests for a file."""
NEVER_SHARED = frozenset({"ext2", "ext3", "ext4", "tmpfs", "ramfs", "vfat", "exfat", "f2fs", "jfs", "reiserfs"})
"""Types of file systems in which no two files share blocks."""


class Ioctl(Protocol):
    """Function such as `fcntl.ioctl`."""

    def __call__(self, fd: int, request: int, argument: bytearray, mutate: bool, /) -> int:
        """Make a request, whose answer is written into `argument`."""


def shared_bytes(fd: int, ioctl: Ioctl | None = None) -> int | None:
    """Return how many bytes of an open file are in blocks that other files use, too; None if that is not known.

    The file is written out to the disk first, which changes neither its content nor its times.
    """
    if ioctl is None:
        if not sys.platform.startswith("linux"):
            return None
        import fcntl  # noqa: PLC0415 - exists on POSIX

        ioctl = fcntl.ioctl
    start = shared = 0
    for _ in range(MOST_REQUESTS):
        request = bytearray(HEAD.size + MANY * EXTENT.size)
        HEAD.pack_into(request, 0, start, (1 << 64) - 1 - start, SYNC, 0, MANY, 0)
        try:
            ioctl(fd, FS_IOC_FIEMAP, request, True)
        except OSError:  # the file system does not tell
            return None
        found = min(HEAD.unpack_from(request)[3], MANY)
        flags = LAST
        for index in range(found):
            logical, _, length, _, _, flags, *_ = EXTENT.unpack_from(request, HEAD.size + index * EXTENT.size)
            if flags & UNKNOWN:
                return None
            shared += length if flags & SHARED else 0
            start = logical + length
        if not found or flags & LAST:
            return shared
    return None
