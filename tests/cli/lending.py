"""A copy of a folder that goes from test to test: to make one for each took longer than most tests."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

State = tuple[int, ...]
"""Mode, owner and mtime; of anything but a directory also its size in bytes, its atime, and its ctime, which nobody can
set. Times are nanoseconds since the epoch."""
SETTABLE = 5
"""How many of these can be set: all but the last."""


class Lent:
    """Moves to each who borrows it, and is mended when it comes back: everybody gets what the original was."""

    def __init__(self, original: Path, place: Path) -> None:
        """Be a copy of a folder that waits at a place on the same file system as those who borrow it."""
        self._original, self._place = original, place
        self._known: dict[str, State] = {}

    def lend(self, to: Path) -> None:
        """Move there."""
        if not self._place.is_dir():
            shutil.copytree(self._original, self._place)
            self._known = states(self._place)
        self._place.rename(to)

    def take_back(self, root: Path) -> None:
        """Come back, or be made anew for the next where that is not possible."""
        with suppress(OSError):
            found = states(root)
            if found != self._known:
                self._mend(root, found)
                found = states(root)
                if _set(found) != _set(self._known):
                    return
                self._known = found
            root.rename(self._place)

    def _mend(self, root: Path, found: dict[str, State]) -> None:
        for path in sorted(found, reverse=True):
            if path not in self._known or _is_dir(found[path]) != _is_dir(self._known[path]):
                (root / path).rmdir() if _is_dir(found[path]) else (root / path).unlink()
        changed = {path for path, state in self._known.items() if found.get(path) != state}
        for path in sorted(changed):
            if _is_dir(self._known[path]):
                (root / path).mkdir(exist_ok=True)
            else:
                (root / path).unlink(missing_ok=True)  # it may be linked to elsewhere
                shutil.copyfile(self._original / path, root / path)
        changed |= {path.rpartition("/")[0] for path in changed}
        for path in sorted(changed, reverse=True):
            mode, _, mtime_ns, *more = self._known[path]
            (root / path).chmod(stat.S_IMODE(mode))
            os.utime(root / path, ns=(more[1] if more else mtime_ns, mtime_ns))


def states(root: Path) -> dict[str, State]:
    """Return the folder and what lies in it, by its path relative to the folder."""
    top = root.lstat()
    found: dict[str, State] = {"": (top.st_mode, top.st_uid, top.st_mtime_ns)}
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with os.scandir(f"{root}/{above}") as listed:
            for each in listed:
                path, now = above + each.name, each.stat(follow_symlinks=False)
                found[path] = now.st_mode, now.st_uid, now.st_mtime_ns
                if stat.S_ISDIR(now.st_mode):
                    waiting.append(f"{path}/")
                else:
                    found[path] += now.st_size, now.st_atime_ns, now.st_ctime_ns
    return found


def _set(found: dict[str, State]) -> dict[str, State]:
    return {path: state[:SETTABLE] for path, state in found.items()}


def _is_dir(state: State) -> bool:
    return stat.S_ISDIR(state[0])
