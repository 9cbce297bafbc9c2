"""Keys: how they are bound, grouped and written."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding

MOVE = Binding.Group("Move")
MARK = Binding.Group("Mark")
REMOVE = Binding.Group("Remove")
SHOW = Binding.Group("Sort and show")
SETTINGS = Binding.Group("Settings of pip")
PROGRAM = Binding.Group("Program")
GROUPS = (MOVE, MARK, REMOVE, SHOW, SETTINGS, PROGRAM)
"""What keys are for, in the order in which the help lists them."""
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
"""How keys are written, where not as they are called."""
ASCII_NAMES = NAMES | {"up": "up", "down": "down", "left": "left", "right": "right"}
"""The same for terminals that show ASCII only."""


def key(
    keys: str, action: str, does: str, id: str, group: Binding.Group, tooltip: str, *, show: bool = False
) -> Binding:
    """Bind keys, told apart by commas, to an action; `does` is for the footer, `tooltip` for everything longer."""
    return Binding(keys, action, does, show, tooltip=tooltip, id=id, group=group)


def key_names(keys: Iterable[str], ascii_only: bool = False) -> str:
    """Write keys as a user reads them."""
    names = ASCII_NAMES if ascii_only else NAMES
    return " ".join([names.get(name, name) for name in keys])
