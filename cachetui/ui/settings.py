"""The view that shows where each Python's pip has its cache, whether it is on, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cachetui.ui.header import home_short
from cachetui.ui.ink import Ink, Line, Page
from cachetui.ui.keys import ROWS, SETTINGS, SHOW, key
from cachetui.ui.settings_page import Look, Told, looking, page_lines, python_line, switch_words, title_line

if TYPE_CHECKING:
    from cachetui.insight.settings.current import PipSettings

ROOMY = 32
"""Rows of the screen from which there are blank lines."""
SHARE = 0.35
"""How much of the screen's height the list takes at most, where it stands above the settings."""
State = Literal["waiting", "looking", "done"]
"""How far the search for Pythons is."""


class PythonList(Ink, ScrollView, can_focus=True, inherit_bindings=False):
    """The Pythons, one a line, as they come in."""

    SCOPED_CSS: ClassVar[bool] = False  # what the screen has room for counts
    DEFAULT_CSS = """
    PythonList { height: auto; overflow: hidden scroll; }
    .-vast PythonList { height: 1fr; }
    """
    HELP = """\
# Settings
Each Python's pip has its own settings. Below: where its cache is, whether it is on, and all that has a say in it, the
weaker before the stronger. pip itself makes the changes, by its own `config`, once you have seen the command.
"""
    BINDING_GROUP_TITLE = "Pythons"
    BINDINGS: ClassVar[list[BindingType]] = [*ROWS]

    current: reactive[PipSettings | None] = reactive(None, repaint=False, always_update=True, init=False)
    """The Python that has the cursor, to be watched."""
    in_view: reactive[tuple[int, int]] = reactive((0, 0), repaint=False, init=False)
    """The first and the last line to be seen, counted from 1, to be watched."""

    def __init__(self, shown_root: Path) -> None:
        super().__init__()
        self.known: tuple[PipSettings, ...] = ()
        """The Pythons."""
        self.cursor = 0
        """The index of the one that has the cursor."""
        self._shown_root = shown_root

    @property
    def look(self) -> Look:
        """How things are drawn now."""
        return Look(self.glyphs, home_short, self._shown_root, self.app.size.height >= ROOMY)

    def show(self, known: Sequence[PipSettings]) -> None:
        """List other Pythons; they only ever come to the end, so the cursor stays on its own."""
        self.known = tuple(known)
        self.virtual_size = Size(0, len(known))
        self.refresh(layout=True)
        self.go(self.cursor)
        self._look_through()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.go(self.cursor)
        self._look_through()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell what is in view then."""
        super().watch_scroll_y(old_value, new_value)
        self._look_through()

    def _look_through(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        self.in_view = (top + 1, min(top + height, len(self.known)))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines there are, or as many as leave room for the settings below."""
        return max(1, min(len(self.known), int(viewport.height * SHARE)))

    def go(self, index: int) -> None:
        """Put the cursor on a line, or on the nearest there is."""
        self.cursor = max(0, min(index, len(self.known) - 1))
        height, top = self.scrollable_content_region.height, round(self.scroll_target_y)
        if height and not top <= self.cursor < top + height:
            line = self.cursor if self.cursor < top else self.cursor - height + 1
            self.scroll_to(y=line, animate=False, force=True, immediate=True)
        self.refresh()
        self.current = self.known[self.cursor] if self.known else None

    def action_move(self, step: int) -> None:
        """Go some lines down, or up."""
        self.go(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Go some pages down, or up."""
        self.go(self.cursor + step * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, end: int) -> None:
        """Go to the first line, or the last."""
        self.go(end * (len(self.known) - 1))

    def on_click(self, event: events.Click) -> None:
        """Go to a line."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y + self.scroll_offset.y < len(self.known):
            self.go(offset.y + self.scroll_offset.y)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        room, index = self.scrollable_content_region.width, y + self.scroll_offset.y
        if index >= len(self.known):
            return Strip.blank(room, self.ink())
        ground = ("cursor" if self.has_focus else "rest") if index == self.cursor else ""
        edge = f"{self.glyphs.edge} " if index == self.cursor and self.has_focus else "  "
        parts = python_line(self.known[index], room, self.look)
        drawn = [(words, f"{roles} {ground}".strip()) for words, roles in ((edge, "accent"), *parts)]
        strip = Strip(self.segments(drawn))
        return strip.adjust_cell_length(room, self.ink(*([ground] if ground else [])))


class PythonTitles(Ink):
    """What stands above the list."""

    DEFAULT_CSS = "PythonTitles { height: 1; }"

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        return self.strip(*title_line(self.size.width - 1), room=self.size.width)  # the scrollbar's column


class SettingsPage(Page):
    """All that is known of one Python's pip."""

    DEFAULT_CSS = "SettingsPage { height: auto; padding: 0 1; background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self.known: PipSettings | None = None
        """Whose."""
        self.told: Told | None = None
        """What came of the last change."""
        self.look: Look | None = None

    def show(self, known: PipSettings | None, told: Told | None, look: Look) -> None:
        """Tell of another."""
        self.known, self.told, self.look = known, told, look
        self.refresh(layout=True)

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the lines."""
        if self.known is None or self.look is None:
            return []
        return [self.strip(*parts, room=room) for parts in page_lines(self.known, room, self.look, self.told)]


class PageScroll(VerticalScroll, can_focus=True):
    """What the page scrolls in, where it is longer than the screen."""

    DEFAULT_CSS = """
    PageScroll {
        height: 1fr; background: $surface; overflow: hidden auto;
        &:ansi { border-top: solid ansi_bright_black; background: ansi_default; }
    }
    """
    HELP = "The arrows scroll; Tab goes back to the list of Pythons."


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
        """Tell what came of a change, with that Python's settings, until the next."""
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
