"""Dialogs of the Settings view: confirm a command before it is run, and choose a folder to move to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.strip import Strip

from cachetui.text.format import home_short
from cachetui.text.redact import redact_urls
from cachetui.ui.bindings import SETTINGS, key
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox
from cachetui.ui.dialogs.modal import ConfirmModal, DialogButton, Paragraphs
from cachetui.ui.widgets.cells import shown, wrapped
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine, PaintedLines

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.pip_settings.change import SettingsChange, Wish
    from cachetui.pip_settings.effective import PipSettings

QUESTIONS = {
    "on": "Switch this pip's cache on?",
    "off": "Switch this pip's cache off?",
    "move": "Move this pip's cache?",
    "default": "Put this pip's cache back to where pip puts it by itself?",
}
"""Questions by the change that the user wants."""


class Commands(PaintedLines):
    """Commands as they will be run, each with a sign before its first line."""

    DEFAULT_CSS = "Commands { height: auto; margin: 1 0 0 0; padding: 0 2 0 0; background: $surface; }"

    def __init__(self, commands: tuple[str, ...]) -> None:
        super().__init__()
        self.commands = commands
        """The commands, as a user would type them."""

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the commands."""
        return [
            self.strip((f"{self.glyphs.prompt} " if not index else "  ", "muted"), (line, "accent strong"), room=room)
            for command in self.commands
            for index, line in enumerate(wrapped(shown(command), max(8, room - 2)))
        ]


class Confirm(ConfirmModal):
    """Dialog that shows the exact command and notes on its effect; No has the focus."""

    HELP = "The command that pip will be given. **No** has the focus: Enter changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "yes", "yes", "settings.yes", SETTINGS, "Run the command", show=True),
        key("n", "no", "no", "settings.no", SETTINGS, "Change nothing"),
    ]
    DEFAULT_CSS = """
    Confirm {
        #about { height: auto; max-height: 1fr; background: $surface; Paragraphs { padding: 0 2 0 0; } }
        &.-short Commands { margin: 0; }
    }
    """

    def __init__(self, change: SettingsChange) -> None:
        super().__init__()
        self.change = change
        """The change to confirm."""

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        change = self.change
        possible = bool(change.steps)
        question = QUESTIONS[change.wish] if possible else "pip cannot change this"
        with Vertical(id="sheet"):
            yield PaintedLine((question, "strong"))
            with VerticalScroll(id="about", can_focus=False):
                yield Paragraphs(self._whose())
                yield Commands(change.commands)
                yield Paragraphs(*map(redact_urls, (*change.obstacles, *change.notes)), sign="! ")
            with Horizontal(id="answers"):
                yield DialogButton("No, leave it" if possible else "Close", "no")
                if possible:
                    yield DialogButton("Yes, run it" if len(change.steps) == 1 else "Yes, run them", "yes")
                    yield KeyHints()

    def _whose(self) -> str:
        interpreter = self.change.settings.interpreter
        root = f" to {self.change.root}" if self.change.root else ""  # in full, because `~` may have been typed
        python = home_short(str(interpreter.python.executable))
        who = f"pip {interpreter.pip} of {python}" if interpreter.pip else f"{python}, which has no pip"
        return f"{who}, from {home_short(str(self.change.settings.location.root))}{root}." if root else f"{who}."

    def on_mount(self) -> None:
        """Limit the height of the content, so that long content scrolls."""
        self.query_one("#about").styles.max_height = max(3, self.app.size.height - 6)

    def action_yes(self) -> None:
        """Run the command."""
        if self.change.steps:
            super().action_yes()

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one("#about").scroll_relative(y=step, animate=False)


class FolderBox(SheetBox):
    """The input for the folder."""

    HELP = "Type a folder and press Enter: the command is shown before anything is changed. Esc changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "continue", "settings.folder", SETTINGS, "Go on to the command", show=True),
    ]


class Folder(InputDialog["SettingsChange"]):
    """Dialog that asks for another folder for the cache, then shows the command; its result is the accepted change."""

    HELP = FolderBox.HELP

    def __init__(self, known: PipSettings, home: str, plan: Callable[[Wish, str], Awaitable[SettingsChange]]) -> None:
        """Ask for another folder for a pip's cache; in the dialog, `~` stands for `home`.

        `plan` plans a change; it may raise CachetuiError if the folder cannot be used.
        """
        super().__init__(
            f"Use which folder for the cache of {f'pip {pip}' if (pip := known.interpreter.pip) else 'this Python'}?",
            f"The cache is in {home_short(str(known.location.root))} now; ~ stands for {home}. "
            "Leave empty for pip's default.",
            box=FolderBox(id="folder"),
            label="Folder",
            does="Continue",
        )
        self._plan = plan

    async def accept(self, typed: str) -> SettingsChange | None:
        """Plan the change to the folder, and return it if the user accepts its command."""
        change = await self._plan("move" if typed else "default", typed)
        if self.app.screen is not self or not await self.app.push_screen_wait(Confirm(change)):
            return None
        return change
