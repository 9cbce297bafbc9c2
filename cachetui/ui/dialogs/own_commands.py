"""Dialog with commands of the program that fills a cache, for caches from which cachetui removes nothing itself."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll

from cachetui.services.own_commands import OwnCommands
from cachetui.text.format import count
from cachetui.ui.bindings import PROGRAM, key
from cachetui.ui.clipboard import copy_text
from cachetui.ui.dialogs.modal import CLOSE, DialogButton, Modal, Paragraphs, ShellCommands
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine


class OwnCommandsDialog(Modal[None]):
    """Dialog that shows the commands to run in a shell, with the space that each frees, and can copy the commands."""

    HELP = "cachetui removes nothing here. These commands do, run in a shell; below each is what it removes."
    AUTO_FOCUS = "#copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        CLOSE,
        key("y", "copy", "copy command", "own-commands.copy", PROGRAM, "Copy the commands that are shown", show=True),
    ]
    DEFAULT_CSS = "OwnCommandsDialog VerticalScroll { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, own: OwnCommands) -> None:
        super().__init__()
        self.own = own
        """The commands, with sentences about what they remove."""

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="sheet"):
            yield PaintedLine((self.own.refusal.removesuffix("."), "strong"))
            with VerticalScroll(can_focus=False):
                for one in self.own.commands:
                    yield ShellCommands((one.command,))
                    yield Paragraphs(*one.notes)
                yield Paragraphs(*self.own.notes, sign="! ")
            with Horizontal(id="answers"):
                yield DialogButton("Copy", "copy")
                yield DialogButton("Close", "no")
                yield KeyHints()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable copying if there is no command."""
        return action != "copy" or bool(self.own.commands)

    def action_copy(self) -> None:
        """Copy the commands, each on its own line."""
        commands = [one.command for one in self.own.commands]
        copy_text(self, "\n".join(commands), commands[0] if len(commands) == 1 else count(len(commands), "command"))
