"""Copy to the clipboard, and say so."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from cachetui.text.escape import copyable
from cachetui.text.format import count
from cachetui.ui.widgets.cells import shown

MOST_COPIED = 1_000
"""Maximum number of paths to copy: terminals refuse more than some tens of kilobytes."""


def copy_paths(widget: Widget, paths: Sequence[str]) -> None:
    """Copy paths, one a line, and notify what was copied."""
    copied = paths[:MOST_COPIED]
    left = f", the first {MOST_COPIED:,} of {len(paths):,}" if len(paths) > MOST_COPIED else ""
    copy_text(widget, "\n".join(copied), copied[0] if len(copied) == 1 else f"{count(len(copied), 'path')}{left}")


def copy_text(widget: Widget, text: str, name: str) -> None:
    """Copy text, and notify that it was; `name` is what to call it, untrusted text."""
    widget.app.copy_to_clipboard(copyable(text))
    widget.notify(f"Copied {shown(name)}", markup=False)
