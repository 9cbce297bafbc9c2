"""Keys of Browse."""

from __future__ import annotations

from textual.binding import BindingType

from cachetui.ui.bindings import MARK, MOVE, SHOW, key

KEYS: list[BindingType] = [
    key("space", "mark", "mark", "marks.toggle", MARK, "Mark the row, or unmark it, and step down", show=True),
    key("slash", "filter", "filter", "filter.open", SHOW, "Show only what matches the terms you type", show=True),
    key("s", "sort_menu", "sort", "sort.size", SHOW, "Choose the order: size, name, count, age", show=True),
    key("w", "why", "why", "why.open", SHOW, "Ask why pip does what it does with this", show=True),
    key("e", "screen.export", "export", "marks.export", MARK, "Export wheels and sdists to a folder", show=True),
    key("n", "sort('name')", "by name", "sort.name", SHOW, "Sort by name; again: from z to a"),
    key("C", "sort('count')", "by count", "sort.count", SHOW, "Sort by number of files; again: fewest first"),
    key("M", "sort('age')", "by age", "sort.age", SHOW, "Sort by the age shown, oldest first; again: newest first"),
    key("a", "mark_all", "all", "marks.all", MARK, "Mark everything that is shown", show=True),
    key("U", "unmark_all", "unmark", "marks.none", MARK, "Unmark everything, shown or not", show=True),
    key("v", "range", "range", "marks.range", MARK, "Begin a range of rows, which Space marks", show=True),
    key("shift+down", "extend(1)", "range", "marks.extend-down", MARK, "Extend the range of rows by the next row"),
    key("shift+up", "extend(-1)", "range", "marks.extend-up", MARK, "Extend the range of rows by the row above"),
    key("asterisk", "invert", "invert", "marks.invert", MARK, "Mark what is shown and not marked, unmark the rest"),
    key("m", "next_age", "age", "show.age", SHOW, "Show the next age: downloaded, checked, read"),
    key("A", "apparent", "file sizes", "show.apparent", SHOW, "Show file sizes, or disk usage"),
    key("p", "protect", "protect", "rows.protect", MARK, "Protect the project from removal, or stop protecting it"),
    key("i", "details", "details", "show.details", SHOW, "Show or hide the details"),
    key("y", "copy", "copy path", "rows.copy", SHOW, "Copy its path on the disk"),
    key("enter", "toggle_row", "open", "rows.turn", MOVE, "Open the row, or close it"),
    key("right,l", "expand", "open", "rows.open", MOVE, "Open the row; from an open one go to its first child"),
    key("left,h", "collapse", "close", "rows.close", MOVE, "Close the row; from a closed one go to its parent"),
    key("escape", "back", "clear filter", "filter.back", SHOW, "Leave the range; or clear the filter", show=True),
]
"""The keys, each with its action."""
RANGE_WORDS = {"marks.toggle": "mark the range", "filter.back": "leave the range"}
"""Footer words of keys while a range of rows is being chosen, by the ids of their bindings."""
