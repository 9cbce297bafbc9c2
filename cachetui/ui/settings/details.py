"""The page with all settings of one Python's pip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.strip import Strip

from cachetui.ui.settings.layout import ChangeResult, LayoutOptions, page_lines
from cachetui.ui.widgets.painted import PaintedLines

if TYPE_CHECKING:
    from cachetui.pip_settings.effective import PipSettings


class SettingsPage(PaintedLines):
    """Everything that is known about one Python's pip."""

    DEFAULT_CSS = "SettingsPage { height: auto; padding: 0 1; background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self.known: PipSettings | None = None
        """The settings that are shown; None before there are any."""
        self.told: ChangeResult | None = None
        """The result of the last change, if it concerned this Python; None otherwise."""
        self.look: LayoutOptions | None = None

    def show(self, known: PipSettings | None, told: ChangeResult | None, look: LayoutOptions) -> None:
        """Show other settings, and the result of a change to them, if any."""
        self.known, self.told, self.look = known, told, look
        self.refresh(layout=True)

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the lines."""
        if self.known is None or self.look is None:
            return []
        return [self.strip(*parts, room=room) for parts in page_lines(self.known, room, self.look, self.told)]


class PageScroll(VerticalScroll, can_focus=True):
    """The container that scrolls a page longer than the screen."""

    DEFAULT_CSS = """
    PageScroll {
        height: 1fr; background: $surface; overflow: hidden auto;
        &:ansi { border-top: solid ansi_bright_black; background: ansi_default; }
    }
    """
    HELP = "The arrows scroll; Tab goes back to the list of Pythons."
