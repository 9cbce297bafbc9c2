"""First line of Health: its title, and the progress of a check or verification, or the number of findings."""

from __future__ import annotations

from collections.abc import Sequence

from cachetui.report.health_text import FindingGroup
from cachetui.text.format import count
from cachetui.ui.activity import ActivityProgress
from cachetui.ui.widgets.painted import PaintedLine, Part

WITH_BAR, BAR_CELLS = 72, 12
"""Minimum width of the screen in cells at which there is a progress bar, and the length of the bar."""


class FirstLine(PaintedLine):
    """The title on the left; the progress or the number of findings on the right."""

    def show_state(self, progress: ActivityProgress, groups: Sequence[FindingGroup]) -> None:
        """Show the progress; if it has no words, show the number of findings, if there are any."""
        words, part = progress
        if not words and groups:
            words = count(sum([len(group.finding_entries) for group in groups]), "finding")
        right: list[Part] = [(f"{words} ", "muted")] if words else []
        if part is not None and self.app.size.width >= WITH_BAR:
            done, glyphs = round(BAR_CELLS * min(1.0, part)), self.glyphs
            right += [(glyphs.done * done, "accent"), (glyphs.to_do * (BAR_CELLS - done), "faint"), " "]
        self.show((" Problems in this cache", "strong"), right=right)
