"""Sentences about rows of Browse and about restored marks; the paths of a row (does not import Textual)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cachetui.browsing.marks import Undone
from cachetui.browsing.model import BrowserModel
from cachetui.browsing.rows import Row
from cachetui.text.format import count

if TYPE_CHECKING:
    from cachetui.model import Entry, File

STILL_NAMING = "What the filter shows can be marked once everything has been named."


def foreign_words(tool: str) -> str:
    """Return in words what cachetui does with files that `tool`, the program that fills the cache, did not write."""
    return f"These are not {tool}'s files: cachetui counts them and never removes them."


def why_not_removable(rows: list[Row], model: BrowserModel) -> str | None:
    """Return why the removal of some rows cannot be reviewed now (a sentence); None if it can."""
    if rows and all(row.foreign for row in rows):
        return foreign_words(model.tool)
    if not model.is_final:
        return STILL_NAMING if model.is_identifying else "Complete the last term of the filter first."
    return None


def undone_words(undone: Undone) -> str:
    """Return how many entries an undo marked and unmarked again (a sentence); empty if none."""
    parts = [
        f"{count(number, 'entry')} {'is' if number == 1 else 'are'} {state} again"
        for number, state in ((undone.marked, "marked"), (undone.unmarked, "unmarked"))
        if number
    ]
    return f"Marks restored: {', '.join(parts)}." if parts else ""


def paths_of(row: Row, model: BrowserModel) -> list[str]:
    """Return the paths of a row's entries, or of its foreign files, relative to the root."""
    files: Iterable[Entry | File] = row.group.entries
    if row.foreign:
        files = model.catalog.foreign if row.file is None else (row.file,)
    return [file.path for file in files]
