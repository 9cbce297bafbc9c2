"""Rights to remove files: whether the user has them, why not, and the remedy; checked before any removal."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cachetui.removal.rooted import OpenDirectory

NOT_WRITABLE = "you may not change its folder"
NOT_OWNER = "its folder lets only the owner of a file remove it"
NOT_PERMITTED = "the system does not permit it: it or its folder is immutable, append-only or another user's"
READ_ONLY = "the file system is read-only"
DENIALS = (NOT_WRITABLE, NOT_OWNER, NOT_PERMITTED, READ_ONLY)
"""Reasons to keep an item that are due to missing permissions."""
CHANGEABLE = os.W_OK | os.X_OK
EFFECTIVE = os.access in os.supports_effective_ids and os.access(os.sep, os.F_OK, effective_ids=True)
"""Whether the system can be asked for the rights of the effective user; Android answers every such question with no."""
RDONLY = getattr(os, "ST_RDONLY", 0)
UNFLAG = "chattr -R -ia" if sys.platform in ("linux", "android") else "chflags -R nouchg,noschg,nouappnd,nosappnd"
"""Command that removes the attributes that protect files from changes."""


class Denied(NamedTuple):
    """Items that stay because of the same missing permission."""

    reason: str
    """One of `DENIALS`."""
    number: int
    """Number of items that stay for this reason."""
    remedy: str
    """Clause that says how to get the permission; it may name the owner of the first item or of its folder."""


def denied(root: str, kept: Iterable[tuple[str, str]]) -> Iterator[Denied]:
    """For each missing permission, count the items that stay because of it; `kept` has pairs of path and reason."""
    paths: dict[str, list[str]] = {}
    for path, reason in kept:
        if reason in DENIALS:
            paths.setdefault(reason, []).append(path)
    for reason, some in paths.items():
        place = Path(root, some[0])
        yield Denied(reason, len(some), remedy(root, place.parent if reason == NOT_WRITABLE else place, reason))


def remedy(root: str, place: Path, reason: str = NOT_WRITABLE) -> str:
    """Return a clause that says what to do about a path in a cache that the user may not change or read."""
    quoted = shlex.quote(root)
    if reason == READ_ONLY:
        return "mount it for writing"
    if reason == NOT_PERMITTED:
        return f"the superuser can allow it with {UNFLAG} {quoted}"
    try:
        owner = place.lstat().st_uid
    except OSError:  # it is gone, or a folder above it cannot be searched
        try:
            owner = Path(root).stat().st_uid
        except OSError:
            return "give it back to its owner"
    if os.name == "nt":
        return "give yourself the right in the properties of the folder"
    user, name = os.geteuid(), owner_name(owner)
    if owner == user:
        return f"chmod -R u+rwX {quoted} allows it"
    if user == 0:
        return f"it belongs to {name}: run cachetui as that user"
    return f"it belongs to {name}: sudo chown -R $USER {quoted} makes it yours"


def owner_name(uid: int) -> str:
    """Return the name of a user by its number, or "user" and the number if it has no name."""
    import pwd  # noqa: PLC0415 - there is none on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return f"user {uid}"


class Rights:
    """Rights to remove the files and directories of one open root, as far as the system reports them.

    If the rights change after they were examined, the removal finds out by itself.
    """

    def __init__(self, root: OpenDirectory) -> None:
        self._prefix, self._descriptor = root.prefix, root.descriptor
        self._may = partial(os.access, dir_fd=root.descriptor, effective_ids=EFFECTIVE)
        self._user = os.geteuid() if hasattr(os, "geteuid") else None
        self._folders: dict[str, str | None] = {}
        self._sticky: dict[str, bool] = {}

    def reason_to_stay(self, path: str, found: os.stat_result) -> str | None:
        """Return why a file or an empty directory with this relative path and status cannot be removed, or None."""
        folder = path.rpartition("/")[0]
        reason, user = self._of_folder(folder), self._user
        if reason is None and user is not None:
            own = found.st_uid == user
            if not own and self._is_sticky(folder):
                return NOT_OWNER
            expected = own and found.st_mode & stat.S_IWUSR
            if expected and not stat.S_ISLNK(found.st_mode) and not self._may(self._prefix + path, os.W_OK):
                return NOT_PERMITTED
        return reason

    def may_remove_directory(self, path: str) -> bool:
        """Return whether a directory can be removed once it is empty."""
        folder = path.rpartition("/")[0]
        if self._of_folder(folder) is not None:
            return False
        return not self._is_sticky(folder) or not (found := self._stat(path)) or found.st_uid == self._user

    def _of_folder(self, folder: str) -> str | None:
        """Return why nothing in a folder can be removed, or None."""
        if folder not in self._folders:
            may = self._may(self._prefix + (folder or "."), CHANGEABLE)
            self._folders[folder] = None if may else self._denial(folder)
        return self._folders[folder]

    def _denial(self, folder: str) -> str:
        found = self._stat(folder)
        if found is None:
            return NOT_WRITABLE
        if self._is_read_only(folder):
            return READ_ONLY
        mode = found.st_mode
        granted = mode & stat.S_IWUSR and mode & stat.S_IXUSR and found.st_uid == self._user
        return NOT_PERMITTED if granted else NOT_WRITABLE

    def _is_sticky(self, folder: str) -> bool:
        """Return whether the user may remove only the user's own files from a folder."""
        if self._user in (0, None):
            return False
        if folder not in self._sticky:
            found = self._stat(folder)
            self._sticky[folder] = bool(found and found.st_mode & stat.S_ISVTX and found.st_uid != self._user)
        return self._sticky[folder]

    def _is_read_only(self, folder: str) -> bool:
        if not RDONLY or self._descriptor is None:
            return False
        try:
            there = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=self._descriptor)
        except OSError:
            return False
        try:
            return bool(os.fstatvfs(there).f_flag & RDONLY)
        except OSError:
            return False
        finally:
            os.close(there)

    def _stat(self, folder: str) -> os.stat_result | None:
        try:
            return os.stat(self._prefix + (folder or "."), dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return None
