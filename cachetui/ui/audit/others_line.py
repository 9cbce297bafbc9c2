"""Line with the other caches on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cachetui.text.format import disk_text
from cachetui.ui.bindings import key_name
from cachetui.ui.widgets.painted import PaintedLine

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.caches.source import OtherCache


class OthersLine(PaintedLine):
    """Line with the other caches and their sizes; it is hidden until the screen has found any."""

    DEFAULT_CSS = """
    OthersLine { dock: bottom; display: none; }
    OthersLine.-any { display: block; }
    """

    def on_mount(self) -> None:
        """Update the line whenever the screen finds other caches."""
        self.watch(self.screen, "others", self._show_others)

    def _show_others(self, others: tuple[OtherCache, ...]) -> None:
        named = [f"{one.title} {'' if one.is_whole else 'more than '}{disk_text(one.disk_usage)}" for one in others]
        words = f"Also on this machine: {', '.join(named)}"
        self.show((words, "muted"), right=((f"{key_name(self.app, 'cache.open')} opens one", "hint"),))
        self.set_class(bool(others), "-any")
