"""Dialog with the caches on this machine, one of which can be opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.strip import Strip

from cachetui.services.services import Services
from cachetui.text.format import home_short
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.dialogs.modal import DialogButton, Modal
from cachetui.ui.widgets.cells import fit, pad, shown
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine, PaintedLines, Part, parts_width, size_parts
from cachetui.ui.workers import start_worker

if TYPE_CHECKING:
    from cachetui.caches.source import OtherCache

TOOL = 10
"""Width in cells of the names of the programs that fill the caches."""
LOOKING, ALONE = "Looking for other caches", "No other cache was found here."
"""Words below the caches: while other caches are being looked for, and if there are none."""


class CacheChoice(NamedTuple):
    """A cache that can be opened."""

    tool: str
    """Name of the program that fills the cache."""
    root: Path
    """Folder of the cache; untrusted text."""
    disk_usage: int | None
    """Allocated bytes; None if that is not known."""
    is_whole: bool
    """Whether everything was counted; if not, `disk_usage` is a lower limit."""
    cache: Services | OtherCache
    """The use cases of the cache; for a cache that was found but not opened, the value to make them from."""


class CacheLines(PaintedLines):
    """The caches, one on a line; the first is open."""

    DEFAULT_CSS = "CacheLines { height: auto; margin: 1 0 0 0; }"

    def __init__(self, choices: tuple[CacheChoice, ...]) -> None:
        super().__init__()
        self.choices = choices
        """The caches."""
        self.cursor = min(1, len(choices) - 1)
        """Index of the line under the cursor, which begins on the first cache that is not open, if there is one."""

    def show(self, choices: tuple[CacheChoice, ...]) -> None:
        """Replace the caches. The cursor stays on its cache.

        If that is gone, or was the only one, the cursor goes to the first cache that is not open, if there is one.
        """
        names = [(choice.tool, choice.root) for choice in choices]
        current = self.choices[self.cursor].tool, self.choices[self.cursor].root
        is_kept = len(self.choices) > 1 and current in names
        self.cursor = names.index(current) if is_kept else min(1, len(names) - 1)
        self.choices = choices
        self.refresh(layout=True)

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the lines."""
        return [self._line(index, choice, room) for index, choice in enumerate(self.choices)]

    def _line(self, index: int, choice: CacheChoice, room: int) -> Strip:
        is_here = index == self.cursor
        ground = " cursor" if is_here else ""
        right: list[Part] = [("open  " if not index else "", f"muted{ground}")]
        if choice.disk_usage is not None:
            number, unit = size_parts(choice.disk_usage)
            right += [("more than " if not choice.is_whole else "", f"muted{ground}"), number, unit]
        right = [(part, ground) if isinstance(part, str) else (part[0], f"{part[1]}{ground}") for part in right]
        space = max(0, room - 1 - TOOL - parts_width(right) - 3)
        folder = fit(shown(home_short(str(choice.root))), space, 1.0, self.glyphs.dots)
        return self.strip(
            (self.glyphs.edge if is_here and not self.app.native_ansi_color else " ", f"accent{ground}"),
            (pad(choice.tool, TOOL), f"{'plain' if index else 'accent'}{ground}"),
            (pad(folder, space + 1), f"muted{ground}"),
            *right,
            ("  ", f"plain{ground}"),
            room=room,
        )

    def move(self, step: int) -> None:
        """Go some lines down or up."""
        self.cursor = max(0, min(self.cursor + step, len(self.choices) - 1))
        self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """Open the cache that is clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.choices):
            self.cursor = offset.y
            await self.run_action("screen.choose")


class CachesDialog(Modal[CacheChoice]):
    """Dialog that closes with the chosen cache, or with None if the user cancels."""

    AUTO_FOCUS = ""
    HELP = "The caches on this machine that cachetui can read, and their sizes. One of them is open at a time."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter,space", "choose", "open", "caches.choose", PROGRAM, "Open the cache under the cursor", show=True),
    ]
    DEFAULT_CSS = """
    CachesDialog {
        #sheet { width: 76; }
        &.-short CacheLines { margin: 0; }
    }
    """

    def __init__(
        self, choices: tuple[CacheChoice, ...], find: Callable[[], Awaitable[tuple[CacheChoice, ...]]]
    ) -> None:
        """Make the dialog.

        `choices` are the caches found so far, the open one first. `find` looks for other caches, and returns all.
        """
        super().__init__()
        self.choices = CacheLines(choices)
        """The caches to choose from."""
        self._find, self._note = find, PaintedLine((LOOKING, "hint"))

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="sheet"):
            yield PaintedLine(("Open another cache", "strong"))
            yield self.choices
            yield self._note
            with Horizontal(id="answers"):
                yield DialogButton("Cancel", "no")
                yield KeyHints()

    def on_mount(self) -> None:
        """Look for the other caches."""
        start_worker(self, self._look, group="caches")

    async def _look(self) -> None:
        choices = await self._find()
        self.choices.show(choices)
        self._note.show((ALONE if len(choices) == 1 else "", "hint"))

    def action_scroll(self, step: int) -> None:
        """Go to the next line, or to the one before."""
        self.choices.move(step)

    def action_page(self, step: int) -> None:
        """Go to the last line, or to the first."""
        self.choices.move(step * len(self.choices.choices))

    def action_edge(self, end: int) -> None:
        """Go to the first line, or to the last."""
        self.choices.move((2 * end - 1) * len(self.choices.choices))

    def action_choose(self) -> None:
        """Close the dialog with the cache under the cursor."""
        self.dismiss(self.choices.choices[self.choices.cursor])
