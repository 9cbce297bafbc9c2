"""Read the status of a file: its allocated bytes, and whether it is a link or a directory."""

from __future__ import annotations

import os
import stat

BLOCK = 512
"""Size in bytes of the unit that `st_blocks` counts in (POSIX, `<sys/stat.h>`)."""
FEW_BLOCKS = tuple([blocks * BLOCK for blocks in range(512)])
"""Allocated bytes of files with few blocks; the index is the number of blocks.

Most files and directories have one of these sizes, and share these numbers to save memory.
"""


def allocated(found: os.stat_result) -> int:
    """Return a file's allocated bytes, or its length if the system reports no blocks."""
    blocks: int | None = getattr(found, "st_blocks", None)
    if blocks is None:
        return found.st_size
    return FEW_BLOCKS[blocks] if blocks < len(FEW_BLOCKS) else blocks * BLOCK


LINK_TAG = 0x2000_0000
"""Bit that a Windows reparse tag has if the item stands for another path (`IsReparseTagNameSurrogate`, `winnt.h`)."""


def is_link(found: os.stat_result) -> bool:
    """Return whether a status is that of a symbolic link, or of a Windows junction or mount point.

    Other reparse points are ordinary files and directories, such as those of OneDrive or of Windows containers.
    """
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_reparse_tag", 0) & LINK_TAG)


def is_directory(found: os.stat_result) -> bool:
    """Return whether a status is that of a directory, and not of a link to one."""
    return stat.S_ISDIR(found.st_mode) and not is_link(found)
