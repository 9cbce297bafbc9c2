"""Copy text to the clipboard, and notify the user."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from cachetui.text.escape import copyable
from cachetui.text.format import count
from cachetui.ui.widgets.cells import shown

MOST_COPIED = 1_000
"""Maximum number of paths to copy; many terminals refuse more than a few tens of kilobytes."""


def copy_paths(widget: Widget, paths: Sequence[str]) -> None:
    """Copy at most `MOST_COPIED` paths, one per line, and notify the user of what was copied."""
    copied = paths[:MOST_COPIED]
    left = f", the first {MOST_COPIED:,} of {len(paths):,}" if len(paths) > MOST_COPIED else ""
    _copy(widget, copied, copied[0] if len(copied) == 1 else f"{count(len(copied), 'path')}{left}")


def copy_text(widget: Widget, text: str, name: str) -> None:
    """Copy text, and notify the user; `name` describes the text in the notification and is untrusted."""
    _copy(widget, text.split("\n"), name)


def _copy(widget: Widget, lines: Sequence[str], name: str) -> None:
    widget.app.copy_to_clipboard("\n".join(map(copyable, lines)))
    widget.notify(f"Copied {shown(name)}", markup=False)
