"""Line of a dialog with the keys that currently work; a click on a key has the key's effect."""

from __future__ import annotations

from textual.app import ScreenStackError
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip

from cachetui.ui.widgets.footer import FooterKey, KeyLine, footer_keys
from cachetui.ui.widgets.painted import Part, parts_width

GAP = "  "
"""Blank cells between two keys."""
ORDER = ("space", "enter", "y", "down", "escape")
"""Keys that come before all others, in this order."""


class KeyHints(KeyLine):
    """Line with the keys that currently work on its screen, aligned to the right; keys that do not fit are left out."""

    DEFAULT_CSS = "KeyHints { height: 1; width: 1fr; }"

    keys: reactive[tuple[FooterKey, ...]] = reactive(())

    def on_mount(self) -> None:
        """Update the keys whenever the bindings change, such as when another widget gets the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        try:
            keys = footer_keys(screen, is_marked=False)
        except ScreenStackError:  # the app is closing
            return
        places = {key: index for index, key in enumerate(ORDER)}
        self.keys = tuple(sorted(keys, key=lambda key: places.get(key.key, len(places))))

    def key_parts(self) -> list[tuple[FooterKey | None, Part]]:
        """Return the keys that fit, each with its words, after spaces that align them to the right."""
        room, parts = self.size.width - 1, list[tuple[FooterKey | None, Part]]()
        for key in self.keys:
            words: list[tuple[FooterKey | None, Part]] = [
                (None, GAP if parts else ""),
                (key, (key.name, "accent strong")),
                (key, (f" {key.does}", "muted")),
            ]
            room -= parts_width([part for _, part in words])
            if room < 0:
                break
            parts += words
        taken = parts_width([part for _, part in parts])
        return [(None, " " * max(0, self.size.width - taken)), *parts]

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return self.strip(*[part for _, part in self.key_parts()], room=self.size.width)
