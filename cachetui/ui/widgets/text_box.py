"""The base of all inputs: text without control characters, however it gets there."""

from __future__ import annotations

from textual.widgets import Input

from cachetui.text.escape import CONTROL


class TextBox(Input):
    """An input that replaces control characters, which Textual would send to the terminal, by blanks."""

    def validate_value(self, value: str) -> str:
        """Return text in which every control character is a blank."""
        return CONTROL.sub(" ", value)
