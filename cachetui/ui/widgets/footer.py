"""The last line of the screen: the keys that work at present, the most useful first, and the marks."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.app import ScreenStackError
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip

from cachetui.browsing.model import MarkTotals
from cachetui.text.format import disk_text
from cachetui.ui.bindings import key_names
from cachetui.ui.widgets.painted import PaintedWidget, Part, parts_width

ROOMY, TERSE = 100, 76
"""Widths in cells: from the first on, gaps are wider; below the second, the marks take fewer words."""
FIRST = (
    "settings.switch",
    "settings.move",
    "why.ask",
    "why.leave",
    "why.copy",
    "health.stop",
    "health.verify",
    "filter.keep",
    "filter.clear",
    "marks.toggle",
    "marks.review",
    "filter.open",
    "app.help",
    "app.stop",
    "sort.size",
    "audit.open",
    "audit.browse",
    "health.browse",
    "why.browse",
    "rules.open",
)
"""Ids of the bindings that are shown before all others, in this order."""


class FooterKey(NamedTuple):
    """One key, and what it does."""

    key: str
    """The key, as Textual names it."""
    name: str
    """The key, as it is shown."""
    does: str
    """Its effect, in a word or two."""
    tooltip: str
    """Its effect, in a sentence."""


def footer_keys(screen: Screen[object]) -> list[FooterKey]:
    """Return the keys to show that work at present, the most useful first; each action appears once."""
    places = {name: index for index, name in enumerate(FIRST)}
    found: dict[str, tuple[int, FooterKey]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.show and active.enabled and binding.action not in found:
            name = binding.key_display or key_names([binding.key])
            key = FooterKey(binding.key, name, binding.description, binding.tooltip)
            found[binding.action] = places.get(binding.id or "", len(places)), key
    return [key for _, key in sorted(found.values(), key=lambda pair: pair[0])]


class Footer(PaintedWidget):
    """Line with keys at the left, which can be clicked, and marks at the right."""

    DEFAULT_CSS = "Footer { height: 1; }"

    keys: reactive[tuple[FooterKey, ...]] = reactive(())
    marks: reactive[MarkTotals] = reactive(MarkTotals())

    def on_mount(self) -> None:
        """Update the keys whenever the bindings change."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        try:
            self.keys = tuple(footer_keys(screen))
        except ScreenStackError:  # the app is closing
            return

    def _right(self) -> list[Part]:
        entries, hidden, frees, protected = self.marks
        if not entries:
            return []
        words = f"{entries:,} marked"
        if hidden:
            words += f" ({hidden:,} not shown)"
        if protected:
            words += f", {protected:,} protected"
        between = " " if self.size.width < TERSE else f" {self.glyphs.dot} frees "
        return [(f"{words}{between}{disk_text(frees)} ", "mark")]

    def _left(self) -> list[tuple[FooterKey | None, Part]]:
        """Return the parts at the left: as many keys as fit."""
        gap = "   " if self.size.width >= ROOMY else "  "
        room = self.size.width - parts_width(self._right()) - 2
        parts: list[tuple[FooterKey | None, Part]] = [(None, " ")]
        for key in self.keys:
            words: list[tuple[FooterKey | None, Part]] = [
                (key, (key.name, "accent strong")),
                (key, (f" {key.does}", "muted")),
            ]
            room -= parts_width([part for _, part in words])
            if room < 0:
                break
            room -= len(gap)
            parts += [*words, (None, gap)]
        return parts

    def _at(self, x: int) -> FooterKey | None:
        edge = 0
        for key, part in self._left():
            edge += parts_width((part,))
            if x < edge:
                return key
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show a tooltip for the key under the mouse."""
        key = self._at(event.x)
        self.tooltip = key.tooltip if key else None

    def on_click(self, event: events.Click) -> None:
        """Run the action of the key under the mouse."""
        if (key := self._at(event.x)) is not None:
            self.app.simulate_key(key.key)

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return self.sides([part for _, part in self._left()], self._right(), self.size.width)
