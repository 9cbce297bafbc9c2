"""Mount and file system of an open file or directory, if Linux reports them (proc(5))."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

PROC = Path("/proc/self")


def mount_of(descriptor: int) -> str | None:
    """Return the number of the mount that contains an open file; None if the system does not report it."""
    with suppress(OSError):
        for line in (PROC / "fdinfo" / str(descriptor)).read_text(encoding="utf-8").splitlines():
            if line.startswith("mnt_id:"):
                return line.partition(":")[2].strip()
    return None


def file_system_of(descriptor: int) -> str | None:
    """Return the type of the file system of an open file, such as "overlay"; None if the system does not report it."""
    mount = mount_of(descriptor)
    with suppress(OSError):
        for line in (PROC / "mountinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if mount is not None and line.split(" ", 1)[0] == mount:
                return line.rpartition(" - ")[2].split(" ", 1)[0]
    return None
