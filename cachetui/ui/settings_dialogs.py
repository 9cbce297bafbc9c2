"""Dialogs of the Settings view: the command before it is run, and the folder to move to."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.strip import Strip
from textual.widgets import Input

from cachetui.insight.settings.change import Change
from cachetui.insight.settings.current import PipSettings
from cachetui.ui.cells import shown, wrapped
from cachetui.ui.header import home_short
from cachetui.ui.ink import Line, Page
from cachetui.ui.keys import SETTINGS, key
from cachetui.ui.sheet import Answer, Asking, Sheet, Words
from cachetui.ui.text import hushed

QUESTIONS = {
    "on": "Switch this pip's cache on?",
    "off": "Switch this pip's cache off?",
    "move": "Move this pip's cache?",
    "default": "Put this pip's cache back to where pip puts it by itself?",
}
"""What is asked, by what is wanted."""


class Commands(Page):
    """Commands as they will be run, each with its beginning marked."""

    DEFAULT_CSS = "Commands { height: auto; margin: 1 0 0 0; padding: 0 2 0 0; background: $surface; }"

    def __init__(self, commands: tuple[str, ...]) -> None:
        super().__init__()
        self.commands = commands
        """What will be run, as a user would type it."""

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the commands."""
        return [
            self.strip((f"{self.glyphs.prompt} " if not index else "  ", "muted"), (line, "accent strong"), room=room)
            for command in self.commands
            for index, line in enumerate(wrapped(shown(command), max(8, room - 2)))
        ]


class Confirm(Asking):
    """Shows the exact command, and what it will not do; No has the focus."""

    HELP = "The command that pip will be given. **No** has the focus: Enter changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "yes", "yes", "settings.yes", SETTINGS, "Run the command", show=True),
        key("n", "no", "no", "settings.no", SETTINGS, "Change nothing"),
    ]
    DEFAULT_CSS = """
    Confirm {
        #about { height: auto; max-height: 1fr; background: $surface; }
        &.-short Commands { margin: 0; }
    }
    """

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change
        """What will be done."""

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        change = self.change
        possible = bool(change.steps)
        question = QUESTIONS[change.wish] if possible else "pip cannot change this"
        with Vertical(id="sheet"):
            yield Line((question, "strong"))
            with VerticalScroll(id="about", can_focus=False):
                yield Words(self._whose())
                yield Commands(change.commands)
                yield Words(*map(hushed, (*change.obstacles, *change.notes)), sign="! ")
            with Horizontal(id="answers"):
                yield Answer("No, leave it" if possible else "Close", "no")
                if possible:
                    yield Answer("Yes, run it" if len(change.steps) == 1 else "Yes, run them", "yes")
                    yield Line(
                        right=(("y", "accent strong"), (" yes  ", "muted"), ("Esc", "accent strong"), (" no", "muted"))
                    )

    def _whose(self) -> str:
        portrait = self.change.settings.portrait
        root = f" to {home_short(str(self.change.root))}" if self.change.root else ""
        who = f"pip {portrait.pip} of {home_short(str(portrait.python.executable))}"
        return f"{who}, from {home_short(str(self.change.settings.location.root))}{root}." if root else f"{who}."

    def on_mount(self) -> None:
        """Let what is long scroll."""
        self.query_one("#about").styles.max_height = max(3, self.app.size.height - 6)

    def action_yes(self) -> None:
        """Run it."""
        if self.change.steps:
            super().action_yes()

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one("#about").scroll_relative(y=step, animate=False)


class FolderBox(Input):
    """Where the folder is typed."""

    HELP = "Type a folder and press Enter: the command is shown before anything is changed. Esc changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "go on", "settings.folder", SETTINGS, "Go on to the command"),
    ]


class Folder(Sheet[str]):
    """Asks where the cache is to be."""

    AUTO_FOCUS = "#folder"
    HELP = FolderBox.HELP
    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    Folder {
        #folder, #folder:focus {
            width: 1fr; height: 1; padding: 0; border: none; background: $boost; background-tint: $surface 0%;
            &:ansi > .input--cursor { text-style: reverse; }
        }
        #ask { height: 1; margin: 1 0 0 0; padding: 0 2 0 0; Line { width: auto; } }
        &.-short #ask { margin: 0; }
    }
    """

    def __init__(self, known: PipSettings) -> None:
        super().__init__()
        self.known = known
        """Whose cache it is."""

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(id="sheet"):
            yield Line((f"Move the cache of pip {self.known.portrait.pip} to which folder?", "strong"))
            yield Words(
                f"Now it is in {home_short(str(self.known.location.root))}.",
                "Nothing typed means: back to where pip puts it by itself.",
            )
            with Horizontal(id="ask"):
                yield Line(("Folder ", "muted"))
                yield FolderBox(id="folder", compact=True)
            with Horizontal(id="answers"):
                yield Answer("Leave it", "no")
                keys = (
                    ("Enter", "accent strong"),
                    (" go on  ", "muted"),
                    ("Esc", "accent strong"),
                    (" leave", "muted"),
                )
                yield Line(right=keys)

    def action_go(self) -> None:
        """Go on with what is typed."""
        self.dismiss(self.query_one(FolderBox).value.strip())
