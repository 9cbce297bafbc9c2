"""Dialogs of the Settings view: confirm the commands of a change, and choose another folder for the cache."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from cachetui.pip_settings.reach import affected
from cachetui.text.format import count, home_short
from cachetui.text.redact import redact_urls
from cachetui.ui.bindings import SETTINGS, key
from cachetui.ui.dialogs.input_dialog import InputDialog, SheetBox
from cachetui.ui.dialogs.modal import SHORT, ConfirmModal, DialogButton, Paragraphs, ShellCommands
from cachetui.ui.widgets.cells import fit, shown
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLine, PaintedLines

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.pip_settings.change import RequestedChange, SettingsChange
    from cachetui.pip_settings.effective import PipSettings

QUESTIONS = {
    "on": "Turn pip's cache on {}?",
    "off": "Turn pip's cache off {}?",
    "move": "Use another cache folder {}?",
    "default": "Use pip's default cache folder {}?",
}
"""Questions by the change that the user wants; the scope is inserted."""
MEANINGS = {
    "user": "Your own setting: each pip that you run reads it, also in environments that you create later.",
    "environment": "A setting of this environment: no other pip reads it, and it goes away with the environment.",
    "Python": "A setting of this Python: only its own pip reads it, not that of an environment made from it.",
}
"""Sentences about the pips that read a setting, by the scope that the user chooses."""
MOST_PYTHONS = 6
"""Maximum number of Pythons that are listed by name."""


def scope(change: SettingsChange) -> str:
    """Return the scope of a change in words: its users and its Pythons."""
    if change.level == "global":
        return "every user of this machine, in every Python"
    if change.level == "site":
        return f"this {_whose(change)} only"
    return "you, in every Python"


def _whose(change: SettingsChange) -> str:
    return "environment" if change.settings.interpreter.is_environment else "Python"


def scopes(change: SettingsChange) -> tuple[SettingsChange, ...]:
    """Return the same change once for each scope that it can have.

    For the pip of an environment, this environment comes first; for another pip, the user or all users come first.
    """
    if change.alternative is None:
        return (change,)
    is_environment = change.settings.interpreter.is_environment
    return (change.alternative, change) if is_environment else (change, change.alternative)


def question(change: SettingsChange) -> str:
    """Return the question whether to make a change, or a sentence if pip cannot make it."""
    if not change.steps:
        return "pip cannot change this"
    return QUESTIONS[change.wish].format(f"{'in' if change.level == 'site' else 'for'} {scope(change)}")


def listed(pythons: Sequence[PipSettings]) -> str:
    """Return the paths of Pythons in words: at most `MOST_PYTHONS` paths, and the number of the others."""
    paths = [home_short(str(one.interpreter.python.executable)) for one in pythons]
    rest = len(paths) - MOST_PYTHONS
    return ", ".join(paths if rest <= 0 else [*paths[:MOST_PYTHONS], f"and {rest} more"])


class ScopeList(PaintedLines):
    """The scopes of a change, each with the file that pip would write; a click chooses a scope."""

    DEFAULT_CSS = "ScopeList { height: auto; margin: 1 0 0 0; padding: 0 2 0 0; background: $surface; }"

    def __init__(self, changes: Sequence[SettingsChange]) -> None:
        super().__init__()
        self.changes = changes
        """The changes, one for each scope."""
        self.chosen = 0
        """The index of the chosen change."""

    def choose(self, index: int) -> None:
        """Choose the change at an index."""
        self.chosen = index
        self.refresh()

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw a line for each scope."""
        words = [scope(change) for change in self.changes]
        column = max(map(len, words)) + 3
        drawn = []
        for index, (change, scope_words) in enumerate(zip(self.changes, words, strict=True)):
            is_chosen, on = index == self.chosen, "*" if self.glyphs.dots.isascii() else "•"
            place = fit(f"writes {shown(home_short(change.file or ''))}", room - column - 4, 0.7, self.glyphs.dots)
            drawn.append(
                self.strip(
                    ("(", "muted"),
                    (on if is_chosen else " ", "mark"),
                    (") ", "muted"),
                    (scope_words.ljust(column), "strong" if is_chosen else "plain"),
                    (place, "muted"),
                    room=room,
                )
            )
        return drawn

    async def on_click(self, event: events.Click) -> None:
        """Choose the scope that was clicked."""
        await self.run_action(f"screen.scroll({event.y - self.chosen})")


class Confirm(ConfirmModal):
    """Dialog that shows the exact commands and notes about their effect; No has the focus."""

    HELP = "The command that will be run. **No** has the focus: Enter changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "yes", "yes", "settings.yes", SETTINGS, "Run the command", show=True),
        key("n", "no", "no", "settings.no", SETTINGS, "Change nothing"),
    ]
    DEFAULT_CSS = """
    Confirm {
        #about { height: auto; max-height: 1fr; background: $surface; Paragraphs { padding: 0 2 0 0; } }
        &.-short ShellCommands, &.-short ScopeList { margin: 0; }
    }
    """

    def __init__(self, change: SettingsChange, known: Sequence[PipSettings] = ()) -> None:
        """Make a dialog about a change; `known` holds the settings of the Pythons that it may affect."""
        super().__init__()
        self.scopes = scopes(change)
        """The change with each scope that it can have."""
        self.change = change = self.scopes[0]
        """The change to confirm; if there are several scopes, the change with the chosen scope."""
        self.known = known or (change.settings,)
        """The settings of the Pythons that the change may affect."""
        self._title, self._commands = PaintedLine((question(change), "strong")), ShellCommands(change.commands)
        self._whose, self._reach = Paragraphs(self._python), Paragraphs(*self._affected)
        self._notes = Paragraphs(*self._told, sign="! ")

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        possible = bool(self.change.steps)
        with Vertical(id="sheet"):
            yield self._title
            with VerticalScroll(id="about", can_focus=False):
                yield self._whose
                if len(self.scopes) > 1:
                    yield ScopeList(self.scopes)
                yield self._commands
                yield self._reach
                yield self._notes
            with Horizontal(id="answers"):
                yield DialogButton("No, cancel" if possible else "Close", "no")
                if possible:
                    yield DialogButton("Yes, run it" if len(self.change.steps) == 1 else "Yes, run them", "yes")
                yield KeyHints()

    @property
    def _python(self) -> str:
        interpreter = self.change.settings.interpreter
        root = f" to {self.change.root}" if self.change.root else ""  # in full, because `~` may have been typed
        python = home_short(str(interpreter.python.executable))
        who = f"pip {interpreter.pip} of {python}" if interpreter.pip else f"{python}, which has no pip"
        return f"{who}, from {home_short(str(self.change.settings.location.root))}{root}." if root else f"{who}."

    @property
    def _affected(self) -> list[str]:
        """Sentences about the pips that read the setting, and about the Pythons that the change affects."""
        if not self.change.steps:
            return []
        found, sentences = affected(self.change, self.known), []
        if len(self.scopes) > 1:
            sentences.append(MEANINGS[_whose(self.change) if self.change.level == "site" else "user"])
        if len(found) == 1:
            sentences.append(f"Takes effect in {listed(found)} only.")
        elif found:
            sentences.append(f"Takes effect in {count(len(found), 'Python')}: {listed(found)}.")
        return sentences

    @property
    def _told(self) -> list[str]:
        return [redact_urls(sentence) for sentence in (*self.change.obstacles, *self.change.notes)]

    def on_mount(self) -> None:
        """Fit the dialog to the screen."""
        self._fit(self.app.size)

    def _fit(self, size: Size) -> None:
        """Limit the height of the content, so that long content scrolls."""
        self.set_class(size.height < SHORT, "-short")
        self.query_one("#about").styles.max_height = max(3, size.height - (3 if size.height < SHORT else 6))

    def action_yes(self) -> None:
        """Close the dialog with the answer yes, if there is a command to run."""
        if self.change.steps:
            super().action_yes()

    @property
    def scrolled(self) -> Widget:
        """The content of the dialog, which keys scroll."""
        return self.query_one("#about")


class ConfirmScope(Confirm):
    """Dialog that also asks for the scope of the change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("down,j", "scroll(1)", "next scope", "settings.next-scope", SETTINGS, "Choose the next scope", show=True),
        key("up,k", "scroll(-1)", "previous scope", "settings.previous-scope", SETTINGS, "Choose the previous scope"),
    ]

    def action_scroll(self, step: int) -> None:
        """Choose the next or previous scope, if there is one."""
        scopes = self.query_one(ScopeList)
        scopes.choose(max(0, min(scopes.chosen + step, len(scopes.changes) - 1)))
        self.change = change = scopes.changes[scopes.chosen]
        self._title.show((question(change), "strong"))
        self._commands.commands = change.commands
        self._commands.refresh(layout=True)
        self._reach.say(*self._affected)
        self._notes.say(*self._told)


def confirm(change: SettingsChange, known: Sequence[PipSettings]) -> Confirm:
    """Return the dialog that asks whether to make a change."""
    return (Confirm if change.alternative is None else ConfirmScope)(change, known)


class FolderBox(SheetBox):
    """The input for the folder."""

    HELP = "Type a folder and press Enter: the command is shown before anything is changed. Esc changes nothing."
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.go", "continue", "settings.folder", SETTINGS, "Continue to the command", show=True),
    ]


class FolderDialog(InputDialog["SettingsChange"]):
    """Dialog that asks for another folder for the cache, then shows the commands; its result is the accepted change."""

    HELP = FolderBox.HELP

    def __init__(
        self,
        settings: PipSettings,
        known: Sequence[PipSettings],
        home: str,
        plan: Callable[[RequestedChange, str], Awaitable[SettingsChange]],
    ) -> None:
        """Ask for another folder for the cache of one pip; in the dialog, `~` stands for `home`.

        `known` holds the settings of the Pythons that a change may affect. `plan` plans a change; it may raise
        CachetuiError if the folder cannot be used.
        """
        super().__init__(
            "Use which folder for pip's cache?",
            f"The cache is in {home_short(str(settings.location.root))} now; ~ stands for {home}. "
            "Leave empty for pip's default.",
            "Only the setting changes: cached files stay where they are.",
            box=FolderBox(id="folder"),
            label="Folder",
            does="Continue",
        )
        self._plan, self._known = plan, known

    async def accept(self, typed: str) -> SettingsChange | None:
        """Plan the change to the folder, and return the change if the user accepts its commands; None otherwise.

        If no folder is typed, plan the change to pip's default folder.
        """
        change = await self._plan("move" if typed else "default", typed)
        if self.app.screen is not self:
            return None
        dialog = confirm(change, self._known)
        return dialog.change if await self.app.push_screen_wait(dialog) else None
