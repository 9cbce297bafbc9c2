"""Run a command without an index; the command finds a cache's wheels and sdists in a folder, under their real names."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cachetui.errors import CachetuiError
from cachetui.export.export import SkippedEntry
from cachetui.export.link_folder import LinkFolder
from cachetui.export.offline_files import OfflineFiles, choose_files
from cachetui.export.plan import NoRoomError, PlannedFile, room_words
from cachetui.model import Entry, File, Inventory
from cachetui.pip.formats.integrity import StoppedError
from cachetui.pip.formats.records import UnreadableRecordError
from cachetui.pip.reader import CacheReader
from cachetui.services.diagnostics.guard import guard
from cachetui.system.foreground import Foreground, shell_code, start_code
from cachetui.system.steps import step
from cachetui.system.tree import reason

LOG = logging.getLogger(__name__)
SPLITS = re.compile(r"[\s,]")
"""Characters at which pip (white space) and uv (commas) split the variables that name folders."""


class OfflineRun(NamedTuple):
    """Result of a command that ran without an index."""

    code: int
    """The command's exit code, as a shell gives it."""
    trouble: str | None = None
    """Why the command could not be run (a clause); None if it ran, or if a signal came before it started."""
    changed: tuple[str, ...] = ()
    """Names of the files that the command changed in the cache, by writing to a link."""


def find_offline_files(inventory: Inventory, entries: Iterable[Entry]) -> OfflineFiles:
    """Choose the files among some entries for a command without an index.

    Raises CachetuiError, also if the cache holds wheels unpacked, and OSError.
    """
    if inventory.conduct.unpacked:
        tool = inventory.conduct.tool
        raise CachetuiError(f"{tool} keeps wheels unpacked. It installs from its own cache with {tool} --offline.")
    with guard("choose the files"), step(LOG, "chose the files"):
        if not inventory.entries:
            return OfflineFiles((), (), 0)
        with CacheReader(inventory) as reader:
            return choose_files(entries, reader)


def run_offline(
    inventory: Inventory,
    files: Sequence[PlannedFile],
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    report: Callable[[str], None],
    before: Callable[[Sequence[SkippedEntry]], None],
) -> OfflineRun:
    """Run a command that finds the given files of a cache, and no index.

    The folder in which it finds them is removed afterwards. Signals are passed on to the command. `report` gets
    the name of each file that must be written because it cannot be linked, and `before` gets the damaged files right
    before the command starts. Raises CachetuiError and OSError.
    """
    writes = any(one.entry.body is None for one in files)
    with (
        guard("run the command"),
        Foreground() as foreground,
        LinkFolder(Path(inventory.root), writes=writes) as folder,
    ):
        with step(LOG, "linked the files"):
            shared, skipped = _fill(folder, inventory, files, report, lambda: bool(foreground.came))
        if foreground.came:
            return OfflineRun(shell_code(-foreground.came[0]))
        LOG.info("files at hand: %d, in %s", len(files) - len(skipped), folder.path)
        before(skipped)
        try:
            code = foreground.run(command, offline_environment(folder.path, environ), [folder.lock])
        except OSError as error:
            return OfflineRun(start_code(error), reason(error))
        return OfflineRun(code, changed=tuple([name for name, file in shared if _is_changed(inventory.root, file)]))


def offline_environment(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` with the variables that make pip and uv use the files in a folder, and no index.

    pip also stores nothing in its cache: what it builds from a link would be stored under the address of the link,
    which no later command has.
    """
    place = folder.as_uri() if SPLITS.search(str(folder)) else str(folder)
    return {
        **environ,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": place,
        "PIP_NO_CACHE_DIR": "1",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": place,
    }


def _fill(
    folder: LinkFolder,
    inventory: Inventory,
    files: Sequence[PlannedFile],
    report: Callable[[str], None],
    stop: Callable[[], bool],
) -> tuple[list[tuple[str, File]], list[SkippedEntry]]:
    """Put files into a folder; return the linked ones that writing to their link would change, and the damaged ones."""
    shared: list[tuple[str, File]] = []
    left: list[tuple[str, PlannedFile]] = []
    for one in files:
        if stop():
            return shared, []
        name, file = one.filename or "", one.entry.body
        shares = folder.link(f"{inventory.root}/{file.path}", name) if file else None
        if shares is None:
            left.append((name, one))
        elif shares and file:
            shared.append((name, file))
    return shared, _write_out(folder, inventory, left, report, stop) if left else []


def _write_out(
    folder: LinkFolder,
    inventory: Inventory,
    files: Sequence[tuple[str, PlannedFile]],
    report: Callable[[str], None],
    stop: Callable[[], bool],
) -> list[SkippedEntry]:
    """Write into a folder the files that cannot be linked; return the damaged ones. Raises OSError and NoRoomError."""
    needed, free = sum([one.size for _, one in files]), shutil.disk_usage(folder.path).free
    if needed > free:
        raise NoRoomError(
            f"{room_words(folder.path, free, needed)} for files that cannot be linked: nothing was run. Choose fewer "
            "with --only."
        )
    skipped = []
    with CacheReader(inventory) as reader:
        for name, one in files:
            report(name)
            try:
                folder.write(name, _pieces(reader, one.entry, stop))
            except UnreadableRecordError as error:
                folder.drop(name)
                skipped.append(SkippedEntry(one.entry, name, f"it cannot be read: {error}", is_unproven=True))
            except StoppedError:
                break
    return skipped


def _pieces(reader: CacheReader, entry: Entry, stop: Callable[[], bool]) -> Iterator[bytes]:
    """Yield the body of an entry in pieces. Raises UnreadableRecordError, also for disk errors, and StoppedError."""
    try:
        for piece in reader.pieces(entry):
            if stop():
                raise StoppedError
            yield piece
    except OSError as error:
        raise UnreadableRecordError(reason(error)) from error


def _is_changed(root: str, file: File) -> bool:
    """Return whether a file was written to since the scan; a file that has replaced it is ignored."""
    try:
        found = os.lstat(f"{root}/{file.path}")
    except OSError:
        return False
    return found.st_ino == file.inode and (found.st_mtime_ns, found.st_size) != (file.mtime_ns, file.size)
