from __future__ import annotations

from pathlib import Path
from typing import Any

from cachetui.export.export import Exported, ExportOutcome, SkippedEntry
from cachetui.export.plan import TAKEN, FolderState, plan_export
from cachetui.report.export_text import obstacle, passed_over, progress_words, prospects, skipped_name, summary, taken
from tests.ui.cache import MB, index_page, made

SIX = made("wheel", "a", 2 * MB, project="six", version="1.16.0", filename="six-1.16.0-py3-none-any.whl")
NAMELESS = made("wheel", "b", 3 * MB, project="seven", version="7.0")
PLANNED = plan_export([SIX, NAMELESS])
FREE = 5_000 * MB


def room(number: int = 2, **changes: Any) -> FolderState:
    return FolderState(Path("/data/wheels"), True, FREE, PLANNED[:number], (), ())._replace(**changes)


def test_what_is_neither_wheel_nor_sdist_is_told_by_kind() -> None:
    assert passed_over([SIX]) == ""
    said = "Not exported: 2 index pages, 1 leftover."
    assert passed_over([SIX, index_page("six"), index_page("seven"), made("leftover", "c")]) == said


def test_what_would_come_of_it() -> None:
    assert [*prospects(room(exists=False))] == [
        f"Creates {Path('/data/wheels')}: 2 files, 5.0 MB to write, 5.0 GB free.",
        "1 file gets its name from its content, or is left out if that fails.",
    ]
    assert [*prospects(room(0, there=PLANNED[:1]))] == [
        f"Writes to {Path('/data/wheels')}: nothing to write, 5.0 GB free.",
        "1 file already exists.",
    ]
    assert taken(room(0, taken=PLANNED)) == [(SIX.filename, TAKEN), ("seven 7.0", TAKEN)]


def test_where_there_is_no_room_it_cannot_begin() -> None:
    assert obstacle(room()) == ""
    assert obstacle(room(free=1)).startswith("There is not enough room")


def test_progress_never_counts_further_than_there_is() -> None:
    assert progress_words(0, PLANNED, 0) == "exporting 1 of 2, 0 B"
    assert progress_words(2, PLANNED, 5 * MB) == "exporting 2 of 2, 5.0 MB"


def test_the_outcome_in_one_line() -> None:
    done = Exported("six-1.16.0-py3-none-any.whl", SIX, 2 * MB, "0" * 64, ("archive",))
    left = SkippedEntry(NAMELESS, None, "its file name could not be verified")
    folder = Path("wheels")
    assert summary(ExportOutcome((done,)), folder) == "Exported 1 file, 2.0 MB, to wheels."
    assert summary(ExportOutcome((done,), (left,), stopped=True), folder) == (
        "Stopped. Exported 1 file, 2.0 MB, to wheels; 1 left out."
    )
    assert skipped_name(left) == "seven 7.0 (http-v2/b)"
