"""Page in place of a view that is about pip's cache, while the cache of another program is open."""

from __future__ import annotations

from cachetui.ui.bindings import key_name
from cachetui.ui.widgets.notices import MessagePage

WHY_IS_PIPS = "Why explains what pip takes from its own cache"
"""Title of the page in place of the view Why."""
SETTINGS_ARE_PIPS = "These settings are those of pip"
"""Title of the page in place of the view Settings."""


class PipsPage(MessagePage):
    """Page that says that a view is about pip's cache only."""

    def __init__(self, title: str, tool: str, id: str) -> None:
        """Make the page; `tool` is the name of the program whose cache is open."""
        super().__init__(id)
        self._about, self._tool = title, tool

    def on_mount(self) -> None:
        """Show the words."""
        ways = ((key_name(self.app, "cache.open"), "open pip's cache"),)
        self.show_words(self._about, f"The cache that is open is {self._tool}'s.", ways=ways)

    def activate(self) -> None:
        """Take the focus away from the view that was shown before."""
        self.screen.set_focus(None)
