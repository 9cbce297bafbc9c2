"""Roots from which nothing may be removed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from cachetui.errors import RefusedError
from cachetui.model import Inventory


def refuse(inventory: Inventory, *, named: bool, purge: bool, home: Path | None) -> None:
    """Raise RefusedError if nothing may be removed from the root.

    That is so for the top of the file system, the user's home directories and the folders above them, a root that was
    not recognised as a cache, another user's root that the superuser did not name, and a cache that cachetui never
    changes. A purge also needs a complete inventory. For the parameters, see `plan_removal`.
    """
    if inventory.conduct.refusal:
        raise RefusedError(inventory.conduct.refusal)
    root, tool = Path(inventory.root), inventory.conduct.tool
    if root == Path(root.anchor):
        raise RefusedError(
            f"{root} is the top of the file system: cachetui removes nothing there. Name a {tool} cache."
        )
    for place in [home] if home else _homes():
        if _holds(root, place, (inventory.device, inventory.inode)):
            raise RefusedError(
                f"{root} is the home directory {place} or lies above it: cachetui removes nothing there. "
                f"Name the {tool} cache itself."
            )
    if not inventory.recognised:
        raise RefusedError(
            f"{root} contains nothing that {tool} writes, so it may not be a {tool} cache: cachetui removes nothing "
            f"there. Name a {tool} cache with --cache-dir."
        )
    if purge and not inventory.complete:
        raise RefusedError("The cache has not been read to its end: wait for that, then purge.")
    if hasattr(os, "geteuid") and os.geteuid() == 0 and not named:
        try:
            owner = root.stat().st_uid
        except OSError:
            return  # without a root there is nothing to protect
        if owner != 0:
            raise RefusedError(
                f"{root} belongs to another user (uid {owner}) and you are root: "
                "name it with --cache-dir if it is meant, or run cachetui as that user."
            )


def _homes() -> Iterator[Path]:
    """Yield the user's home directories, from the environment and the system, and that of the user who ran `sudo`."""
    with contextlib.suppress(RuntimeError):  # the environment names no home
        yield Path.home()
    if hasattr(os, "getuid"):
        import pwd  # noqa: PLC0415 - exists where os.getuid does

        before = os.environ.get("SUDO_UID", "")
        for uid in {os.getuid(), os.geteuid(), int(before) if before.isdecimal() else os.getuid()}:
            try:
                yield Path(pwd.getpwuid(uid).pw_dir)
            except (KeyError, OverflowError):
                continue


def _holds(root: Path, place: Path, identity: tuple[int, int]) -> bool:
    """Return whether `root`, with the device and inode `identity`, is `place` or a directory above it."""
    try:
        place = place.resolve()
    except (OSError, RuntimeError):  # a loop of links contains nothing
        return False
    for path in (place, *place.parents):
        try:
            found = path.stat()
        except OSError:  # missing or unreadable: only its path can match
            found = None
        if path == root or (found and (found.st_dev, found.st_ino) == identity):
            return True
    return False
