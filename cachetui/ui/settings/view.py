"""The view that shows where each Python's pip has its cache, whether it is on, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.message import Message

from cachetui.ui.bindings import SETTINGS, SHOW, key
from cachetui.ui.settings.layout import Told, looking, switch_words
from cachetui.ui.widgets.painted import Line

if TYPE_CHECKING:
    from cachetui.pip_settings.effective import PipSettings
from cachetui.ui.settings.details import PageScroll, SettingsPage
from cachetui.ui.settings.python_list import PythonList, PythonTitles

State = Literal["waiting", "looking", "done"]
"""How far the search for Pythons is."""


class Settings(Vertical):
    """A list of Pythons, and the settings of the one that has the cursor."""

    BINDING_GROUP_TITLE = "Settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("o", "switch", "on/off", "settings.switch", SETTINGS, "Switch this pip's cache on, or off", show=True),
        key("t", "move", "move", "settings.move", SETTINGS, "Move this pip's cache, or put it back", show=True),
        key(
            "r",
            "again",
            "look again",
            "settings.again",
            SETTINGS,
            "Look for Pythons and read settings again",
            show=True,
        ),
        key("tab", "app.focus_next", "scroll", "settings.next", SHOW, "Go to the settings below, to scroll them"),
    ]
    DEFAULT_CSS = """
    Settings {
        & > #pythons-line { height: 1; }
        & > #settings-body { height: 1fr; }
        #pythons { height: auto; }
    }
    """

    @dataclass
    class Switch(Message):
        """The cache of a pip is to be switched on, or off."""

        known: PipSettings
        """Whose."""
        wish: Literal["on", "off"]
        """Which."""

    @dataclass
    class Move(Message):
        """The cache of a pip is to be moved."""

        known: PipSettings
        """Whose."""

    class Again(Message):
        """All is to be looked at anew."""

    def __init__(self, shown_root: Path, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: dict[Path, Told] = {}
        self._known: tuple[PipSettings, ...] = ()
        self._state: State = "waiting"
        self.python_list = PythonList(shown_root)
        """The list."""
        self._line, self._page, self._scroll = Line(id="pythons-line"), SettingsPage(), PageScroll()

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield self._line
        with Container(id="settings-body"):
            with Vertical(id="pythons"):
                yield PythonTitles()
                yield self.python_list
            with self._scroll:
                yield self._page

    def on_mount(self) -> None:
        """Show what is known, and let the page follow the cursor."""
        self.watch(self.python_list, "current", self._show_page)
        self.watch(self.python_list, "in_view", self._tell)

    def focus_rows(self) -> None:
        """Give the keys to the list."""
        self.screen.set_focus(self.python_list)  # at once: the next key is there already

    def show(self, known: Sequence[PipSettings], state: State) -> None:
        """List what was found, and tell how far the search is."""
        self._known, self._state = tuple(known), state
        self.python_list.show(known)
        self._tell()

    def tell(self, known: PipSettings, told: Told) -> None:
        """Show what came of a change, with that Python's settings, until the next."""
        self._told = {known.portrait.python.executable: told}
        self._show_page(self.python_list.current)

    def _tell(self) -> None:
        if self.is_mounted:
            words = f"{looking(self._known, self._state, self.python_list.in_view)} "
            self._line.show((" Pythons and their pips", "strong"), right=((words, "muted"),))

    def _show_page(self, known: PipSettings | None) -> None:
        if self.is_mounted:
            told = self._told.get(known.portrait.python.executable) if known else None
            self._page.show(known, told, self.python_list.look)
            self._scroll.scroll_to(y=0, animate=False)
            self.refresh_bindings()

    def on_resize(self) -> None:
        """Write what fits."""
        self._show_page(self.python_list.current)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what makes no sense now."""
        if action == "again":
            return self._state == "done"
        if action in ("switch", "move"):
            known = self.python_list.current
            return known is not None and known.portrait.trouble is None
        return True

    def action_switch(self) -> None:
        """Ask for the cache to be switched on, or off."""
        if (known := self.python_list.current) is not None:
            wish, _ = switch_words(known)
            self.post_message(self.Switch(known, "on" if wish == "on" else "off"))

    def action_move(self) -> None:
        """Ask for the cache to be moved."""
        if (known := self.python_list.current) is not None:
            self.post_message(self.Move(known))

    def action_again(self) -> None:
        """Ask for everything to be looked at anew."""
        self.post_message(self.Again())
