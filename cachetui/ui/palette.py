"""The command palette: Textual's, which survives keys before it is drawn, and being closed twice."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Ignores keys for its list until that is laid out, and closing while it is closing.

    Textual 8.2 ends the app in both cases: by a KeyError of the list, and by a ScreenStackError.
    """

    is_closing = False
    """Whether it is about to be closed."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action may run now."""
        if action in ("command_list", "cursor_down") and not self.query_one(CommandList).size.height:
            return action == "cursor_down" and not self.query_one(CommandList).display
        return super().check_action(action, parameters)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close it, once."""
        if self.is_closing or self.app.screen is not self:
            return AwaitComplete()
        self.is_closing = True
        return super().dismiss(result)
