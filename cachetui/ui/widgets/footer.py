"""The last line of the screen: the keys that currently work, the most useful first, and what is marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from textual import events
from textual.app import ScreenStackError
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip

from cachetui.browsing.model import MarkTotals
from cachetui.text.format import count, disk_text
from cachetui.ui.bindings import key_names
from cachetui.ui.widgets.cells import width
from cachetui.ui.widgets.painted import PaintedWidget, Part, parts_width

WORDY, ROOMY, TERSE = 110, 100, 76
"""Widths in cells: from `WORDY` on, the footer says "3 entries marked" instead of "3 marked"; from `ROOMY` on, the gaps
between keys are wider; below `TERSE`, the word "frees" is left out."""
MARKED_FIRST = (
    "marks.toggle",
    "marks.review",
    "marks.none",
    "app.stop",
    "app.quit",
    "cache.rescan",
    "marks.undo",
    "marks.export",
)
"""Ids of the bindings that come before those in `FIRST` while something is marked, in this order."""
KEPT_MARKED = frozenset({"marks.review", "marks.none", "app.stop", "app.quit"})
"""Ids of the bindings that are the last to be left out for lack of room while something is marked."""
KEPT = frozenset({"app.help", "app.stop", "app.quit", "cache.rescan", "settings.again"})
"""Ids of the bindings that are the last to be left out for lack of room as long as nothing is marked."""
FIRST = (
    *("settings.switch", "settings.move"),
    *("why.ask", "why.leave", "why.example", "why.copy"),
    *("health.stop", "health.verify"),
    *("filter.keep", "filter.clear"),
    *("marks.toggle", "filter.back", "filter.open"),
    *("audit.open", "audit.leave", "audit.save", "audit.compare", "audit.browse"),
    *("health.browse", "why.browse", "why.question"),
    *("why.open", "marks.export", "rules.open", "sort.size"),
    *(
        "marks.review",
        "app.help",
        "cache.back",
        "app.palette",
        "app.quit",
        "cache.rescan",
        "settings.again",
        "app.stop",
        "marks.undo",
    ),
)
"""Ids of the bindings that come first in the footer, in this order; all others come after them.

Most bindings of a single view come before those that work in all views, because users learn from the footer which keys
a view adds.
"""
MARKED_ONLY = frozenset({"marks.none"})
"""Ids of the bindings that do nothing as long as nothing is marked."""


class FooterKey(NamedTuple):
    """One key, and what it does."""

    key: str
    """Textual's name of the key."""
    name: str
    """Name of the key as it is shown."""
    does: str
    """Effect of the key, in a word or two."""
    tooltip: str
    """Effect of the key, in a sentence."""
    is_kept: bool = False
    """Whether this key is among the last to be left out for lack of room."""


def footer_keys(screen: Screen[object], is_marked: bool) -> list[FooterKey]:
    """Return the keys to show that currently work, the most useful first; each action appears once.

    `is_marked` says whether anything is marked. The keys for which a widget has words in `footer_words` come first.
    """
    order = dict.fromkeys([*(MARKED_FIRST if is_marked else ()), *FIRST])
    places = {name: index for index, name in enumerate(order)}
    found: dict[str, tuple[int, FooterKey]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        is_moot = binding.id in MARKED_ONLY and not is_marked
        if binding.show and active.enabled and not is_moot and binding.action not in found:
            name = binding.key_display or key_names([binding.key]).replace("ctrl+", "^")
            words: Mapping[str, str] = getattr(active.node, "footer_words", {})
            does = words.get(binding.id or "", binding.description)
            is_kept = binding.id in words or binding.id in (KEPT_MARKED if is_marked else KEPT)
            key = FooterKey(binding.key, name, does, binding.tooltip, is_kept)
            place = -1 if binding.id in words else places.get(binding.id or "", len(places))
            found[binding.action] = place, key
    return [key for _, key in sorted(found.values(), key=lambda pair: pair[0])]


class KeyLine(PaintedWidget):
    """Line with keys; a click on a key has the key's effect."""

    def key_parts(self) -> list[tuple[FooterKey | None, Part]]:
        """Return the parts of the line from left to right, each with the key that a click on it presses, or None."""
        raise NotImplementedError

    def _at(self, x: int) -> FooterKey | None:
        edge = 0
        for key, part in self.key_parts():
            edge += parts_width((part,))
            if x < edge:
                return key
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show a tooltip for the key under the mouse."""
        key = self._at(event.x)
        self.tooltip = key.tooltip if key else None

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        if (key := self._at(event.x)) is not None:
            self.app.simulate_key(key.key)


class Footer(KeyLine):
    """Line with keys, which can be clicked, on the left, and the totals of the marked entries on the right."""

    DEFAULT_CSS = "Footer { height: 1; }"

    keys: reactive[tuple[FooterKey, ...]] = reactive(())
    marks: reactive[MarkTotals] = reactive(MarkTotals())

    def on_mount(self) -> None:
        """Update the keys whenever the bindings change."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self._follow(self.screen)

    def _follow(self, screen: Screen[object]) -> None:
        try:
            self.keys = tuple(footer_keys(screen, self.marks.entries > 0))
        except ScreenStackError:  # the app is closing
            return

    def watch_marks(self, before: MarkTotals, marks: MarkTotals) -> None:
        """Choose and sort the keys again when the first entry is marked or the last one is unmarked."""
        if (before.entries > 0) != (marks.entries > 0):
            self._follow(self.screen)

    def _right(self) -> list[Part]:
        entries, hidden, frees, protected, staying = self.marks
        if not entries:
            return []
        words = f"{count(entries, 'entry') if self.size.width >= WORDY else f'{entries:,}'} marked"
        if hidden:
            words += f" ({hidden:,} not shown)"
        if protected:
            words += f", {protected:,} protected"
        if staying:
            words += f", {staying:,} must stay"
        between = " " if self.size.width < TERSE else f" {self.glyphs.dot} frees "
        return [(f"{words}{between}{disk_text(frees)} ", "mark")]

    def key_parts(self) -> list[tuple[FooterKey | None, Part]]:
        """Return the parts on the left: as many keys as fit, with what they do, and the spaces around them."""
        gap = "   " if self.size.width >= ROOMY else "  "
        right = self._right()
        room = self.size.width - parts_width(right) - (len(gap) + 1 if right else 2)
        fitting: set[FooterKey] = set()
        for key in sorted(self.keys, key=lambda key: not key.is_kept):
            room -= width(key.name) + 1 + width(key.does)
            if room < 0:
                break
            room -= len(gap)
            fitting.add(key)
        parts: list[tuple[FooterKey | None, Part]] = [(None, " ")]
        for key in self.keys:
            if key in fitting:
                parts += [(key, (key.name, "accent strong")), (key, (f" {key.does}", "muted")), (None, gap)]
        return parts

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return self.sides([part for _, part in self.key_parts()], self._right(), self.size.width)
