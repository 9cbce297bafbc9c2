"""Files that `cachetui offline` gives to a command in place of an index, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from cachetui.export.offline_files import OfflineFiles
from cachetui.report.entries_json import SCHEMA, clean
from cachetui.text.escape import escape_control
from cachetui.text.format import count, disk_text


def offline_json(found: OfflineFiles) -> str:
    """Return the files, and those that were left out, as a JSON document."""
    parts = {
        "schema": SCHEMA,
        "files": [{"filename": one.filename, "path": clean(one.entry.path), "size": one.size} for one in found.files],
        "damaged": [
            {
                "filename": one.filename,
                "path": clean(one.entry.path),
                "reason": clean(one.reason),
            }
            for one in found.damaged
        ],
        "nameless": found.nameless,
    }
    return f"{json.dumps(parts, indent=1)}\n"


def offline_lines(found: OfflineFiles) -> Iterator[str]:
    """Yield a line with the size and the name of each file."""
    for one in found.files:
        yield f"{disk_text(one.size):>9}  {escape_control(one.filename or '')}"


def nameless_words(found: OfflineFiles) -> str:
    """Return a sentence that counts the files without a name that pip understands; empty if there are none."""
    return f"Left out: {count(found.nameless, 'file')} without a name that pip understands." if found.nameless else ""


def offline_summary(found: OfflineFiles) -> str:
    """Return the number of files and their size in one line."""
    return f"{count(len(found.files), 'file')} at hand, {disk_text(sum([one.size for one in found.files]))}."
