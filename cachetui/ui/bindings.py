"""Key bindings: how keys are bound, grouped and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding

from cachetui.ui.glyphs import UNICODE

MOVE = Binding.Group("Move")
MARK = Binding.Group("Mark")
REMOVE = Binding.Group("Remove")
SHOW = Binding.Group("Sort and show")
SETTINGS = Binding.Group("Settings of pip")
PROGRAM = Binding.Group("Program")
GROUPS = (MOVE, MARK, REMOVE, SHOW, SETTINGS, PROGRAM)
"""Groups of key bindings, in the order in which the help lists them."""
NAMES = {
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "slash": "/",
    "question_mark": "?",
    "asterisk": "*",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
}
"""Names that cachetui shows for keys, by Textual's names, where the two differ."""
ASCII_NAMES = NAMES | {"up": "up", "down": "down", "left": "left", "right": "right"}
"""`NAMES` for terminals that show only ASCII."""


def key(
    keys: str, action: str, does: str, id: str, group: Binding.Group, tooltip: str, *, show: bool = False
) -> Binding:
    """Return a binding of keys, separated by commas, to an action.

    `does` describes the action in the footer; `tooltip` describes it in all places with more room.
    """
    return Binding(keys, action, does, show, tooltip=tooltip, id=id, group=group)


SUSPEND = key("ctrl+z", "app.suspend_process", "suspend", "app.suspend", PROGRAM, "Suspend; `fg` in the shell resumes")
"""Binding that suspends the app; dialogs have it too, because they hide the bindings of the app."""
PALETTE = key(
    "ctrl+p",
    "command_palette",
    "palette",
    "app.palette",
    PROGRAM,
    "Find a command, or choose another theme",
    show=True,
)
"""Binding of the app that opens the command palette."""
ROWS = (
    key("down,j", "move(1)", "down", "rows.down", MOVE, "Go one row down"),
    key("up,k", "move(-1)", "up", "rows.up", MOVE, "Go one row up"),
    key("pagedown", "page(1)", "page down", "rows.page-down", MOVE, "Go one page down"),
    key("pageup", "page(-1)", "page up", "rows.page-up", MOVE, "Go one page up"),
    key("g,home", "edge(0)", "first row", "rows.first", MOVE, "Go to the first row"),
    key("G,end", "edge(1)", "last row", "rows.last", MOVE, "Go to the last row"),
)
"""Bindings of all lists of rows; the parameter of the action `edge` is 0 for the start and 1 for the end."""
SCREEN = (
    key("d", "review", "review", "marks.review", REMOVE, "Review what would be removed, then remove it", show=True),
    key("X", "rules", "rules", "rules.open", MARK, "Mark by rules, such as superseded, old or large", show=True),
    key(
        "z",
        "undo_marks",
        "undo marks",
        "marks.undo",
        MARK,
        "Undo the last change of marks; again: the one before",
        show=True,
    ),
    key("question_mark", "help", "help", "app.help", PROGRAM, "Explain all keys", show=True),
    key(
        "P",
        "purge",
        "purge",
        "cache.purge",
        REMOVE,
        "Remove everything, after a review and a typed word",
        show=True,
    ),
    key("r", "rescan", "refresh", "cache.rescan", SHOW, "Read the cache again; marks stay", show=True),
    key("escape", "stop", "stop", "app.stop", PROGRAM, "Stop reading, removing or exporting", show=True),
    key(
        "q",
        "app.quit",
        "quit",
        "app.quit",
        PROGRAM,
        "Quit; asks first if something is marked or being removed",
        show=True,
    ),
    key("O", "caches", "caches", "cache.open", PROGRAM, "Open another cache, such as that of another installer"),
    key("escape", "back", "back", "cache.back", PROGRAM, "Go back to the cache that was opened first", show=True),
)
"""Bindings of the main screen that work in all of its views."""


def key_name(app: object, id: str) -> str:
    """Return the name to show for the first key of the binding `id`; the user of the app may have changed the key."""
    keys: Mapping[str, str] = getattr(app, "keys", {})
    return key_names(keys.get(id, id).split(",")[:1], getattr(app, "glyphs", UNICODE).dots.isascii())


def key_names(keys: Iterable[str], ascii_only: bool = False) -> str:
    """Return the names to show for keys that are given by Textual's names, separated by spaces."""
    names = ASCII_NAMES if ascii_only else NAMES
    return " ".join([names.get(name, name) for name in keys])
