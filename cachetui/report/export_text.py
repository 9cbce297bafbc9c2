"""Sentences about an export, before and after it; independent of Textual."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cachetui.model import INSTALLABLE, Entry
from cachetui.report.removal_list import KIND_NOUNS
from cachetui.text.escape import escape_control
from cachetui.text.format import count, disk_text

if TYPE_CHECKING:  # not loaded for the first screen
    from cachetui.export.export import ExportOutcome, SkippedEntry
    from cachetui.export.plan import FolderState, PlannedFile


def entry_words(entry: Entry) -> str:
    """Return the project and version of an entry, for entries without a known file name; the text is untrusted."""
    return f"{entry.project} {entry.version or ''}".rstrip()


def passed_over(entries: Iterable[Entry]) -> str:
    """Return a sentence that counts the entries that are not exported; empty if there are none.

    These are unpacked downloads, and entries that are neither wheels nor sdists.
    """
    entries = tuple(entries)
    kinds = Counter(entry.kind for entry in entries if entry.kind not in INSTALLABLE)
    unpacked = sum([entry.unpacked for entry in entries])
    counted = [count(number, KIND_NOUNS.get(kind, kind)) for kind, number in kinds.items()]
    told = ", ".join([*([count(unpacked, "unpacked download")] if unpacked else []), *counted])
    return f"Not exported: {told}." if told else ""


def prospects(room: FolderState) -> Iterator[str]:
    """Yield sentences about what an export will do; the first sentence is about the folder."""
    new = f"{count(len(room.new), 'file')}, {disk_text(room.needed)}" if room.new else "nothing"
    yield f"{'Writes to' if room.exists else 'Creates'} {room.folder}: {new} to write, {disk_text(room.free)} free."
    if room.there:
        yield f"{count(len(room.there), 'file')} already {'exists' if len(room.there) == 1 else 'exist'}."
    if nameless := sum([one.filename is None for one in room.new]):
        gets = "gets its name from its" if nameless == 1 else "get their names from their"
        yield f"{count(nameless, 'file')} {gets} content, or {'is' if nameless == 1 else 'are'} left out if that fails."


def obstacle(room: FolderState) -> str:
    """Return a sentence if the disk has too little room for an export; empty otherwise."""
    if room.needed > room.free:
        return "There is not enough room. Choose a folder on another disk, or mark less."
    return ""


def taken(room: FolderState) -> list[tuple[str, str]]:
    """Return the name of each planned file whose name another file has, and the reason why it is not written."""
    from cachetui.export.plan import TAKEN  # noqa: PLC0415 - needed late

    return [(one.filename or entry_words(one.entry), TAKEN) for one in room.taken]


def skipped_name(skipped: SkippedEntry) -> str:
    """Return the name of an entry that was not exported; the text is untrusted."""
    return skipped.filename or f"{entry_words(skipped.entry)} ({skipped.entry.path})"


def progress_words(done: int, planned: Sequence[PlannedFile], written: int) -> str:
    """Return the progress of an export in words; `done` files are finished, and `written` bytes have been written."""
    return f"exporting {min(done + 1, len(planned)):,} of {len(planned):,}, {disk_text(written)}"


def summary(outcome: ExportOutcome, folder: Path) -> str:
    """Return the result of an export in one line."""
    written = [one for one in outcome.exported if one.written]
    parts = [f"Exported {count(len(written), 'file')}, {disk_text(sum([one.size for one in written]))}, to {folder}"]
    if there := len(outcome.exported) - len(written):
        parts.append(f"{there:,} existed already")
    if outcome.skipped:
        parts.append(f"{len(outcome.skipped):,} left out")
    return f"{'Stopped. ' if outcome.stopped else ''}{'; '.join(parts)}."


def install_command(outcome: ExportOutcome, folder: Path) -> str:
    """Return the command that installs the exported files; empty if nothing was exported.

    If they belong to several projects, `NAME` stands for the project to install.
    """
    projects = {one.filename.partition("-")[0].replace("_", "-") for one in outcome.exported}
    if not projects:
        return ""
    name = projects.pop() if len(projects) == 1 else "NAME"
    join = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return join(["python", "-m", "pip", "install", "--no-index", "--find-links", str(folder), name])


def export_lines(planned: Iterable[PlannedFile], outcome: ExportOutcome | None) -> Iterator[str]:
    """Yield a line with the size and name of each exported file, or of each planned file if `outcome` is None."""
    files = (
        [(one.size, f"{one.filename}{'' if one.written else '  (there already)'}") for one in outcome.exported]
        if outcome
        else [(one.size, one.filename or f"{entry_words(one.entry)}  (named when it is written)") for one in planned]
    )
    for size, words in files:
        yield f"{disk_text(size):>9}  {escape_control(words)}"
