"""The base of the inputs of views and dialogs: their text has no control characters, however it gets there."""

from __future__ import annotations

from textual.widgets import Input

from cachetui.text.escape import CONTROL


class TextBox(Input):
    """An input that replaces control characters with spaces; Textual would send them to the terminal."""

    def validate_value(self, value: str) -> str:
        """Return text in which every control character is a space."""
        return CONTROL.sub(" ", value)
