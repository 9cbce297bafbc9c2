"""Keys of the Audit view."""

from __future__ import annotations

from textual.binding import BindingType

from cachetui.ui.bindings import MARK, MOVE, SHOW, key

KEYS: list[BindingType] = [
    key("enter", "enter", "open", "audit.open", MOVE, "Open the tile; show anything else in Browse", show=True),
    key("space", "mark", "mark", "marks.toggle", MARK, "Mark the selection, or unmark it", show=True),
    key("b", "browse", "in Browse", "audit.browse", SHOW, "Show the selection in Browse", show=True),
    key("tab", "app.focus_next", "next figure", "audit.next", MOVE, "Go to the next figure", show=True),
    key("shift+tab", "app.focus_previous", "previous figure", "audit.previous", MOVE, "Go to the previous figure"),
    key("t", "next_group", "group", "audit.group", SHOW, "Group by kind, Python, platform, index or use", show=True),
    key("m", "next_age", "age", "show.age", SHOW, "Count ages from: downloaded, checked, read", show=True),
    key("E", "save", "save", "audit.save", SHOW, "Save this audit as a report", show=True),
    key("c", "compare", "compare", "audit.compare", SHOW, "Compare this audit with an earlier report", show=True),
    key("U", "unmark_all", "unmark", "marks.none", MARK, "Unmark everything", show=True),
    key("escape,backspace", "leave", "back", "audit.leave", MOVE, "Go back one level", show=True),
]
