"""The app with its services, theme and keys; everything else is on its main screen."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from textual import events, on
from textual.app import SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.notifications import Notify, SeverityLevel
from textual.screen import Screen

from cachetui.preferences.model import Preferences, Problem
from cachetui.services.services import Services
from cachetui.text.format import home_short
from cachetui.ui import messages
from cachetui.ui.audit.figures import FigureWidget
from cachetui.ui.audit.view import AuditView
from cachetui.ui.bindings import PALETTE, SUSPEND
from cachetui.ui.browse.details import BESIDE
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.browse.tree import CacheTree
from cachetui.ui.browse.view import Browse
from cachetui.ui.glyphs import Glyphs, terminal_glyphs
from cachetui.ui.health.finding_list import FindingList
from cachetui.ui.health.view import Health
from cachetui.ui.keymap import Keymap, bindings_of, ids_of, keymap, problems_with
from cachetui.ui.main_screen import MainScreen
from cachetui.ui.open_caches import OpenCaches
from cachetui.ui.operations.memory import share_heap
from cachetui.ui.operations.theme import ThemeSaver
from cachetui.ui.palette import CommandProvider, Palette, ThemePalette, commands_of
from cachetui.ui.settings.view import Settings
from cachetui.ui.terminal import restore_title, show_title, titled
from cachetui.ui.toasts import Toasts, toast_seconds
from cachetui.ui.type_ahead import Keyboard
from cachetui.ui.why.answer_list import AnswerList
from cachetui.ui.why.question_input import QuestionBox
from cachetui.ui.why.view import Why
from cachetui.ui.widgets.contrast import input_colours
from cachetui.ui.widgets.painted import ROLE_CLASSES, ROLE_CSS

INTERRUPTED = 130
"""Exit code of a program that was ended by Ctrl+C, as in shells."""
RIGHT = 3
"""Number of the right button of a mouse."""


class CachetuiApp(Keyboard):
    """App for browsing a cache, such as pip's, and for marking, reviewing and removing its entries."""

    TITLE = "cachetui"
    CSS_PATH = Path(__file__).with_name("cachetui.tcss")
    COMPONENT_CLASSES = ROLE_CLASSES
    COMMANDS: ClassVar = {CommandProvider}
    DEFAULT_CSS = f"CachetuiApp {{ {ROLE_CSS} }}"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (BESIDE, "-vast")]  # noqa: RUF012 - so does Textual declare it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-medium"), (32, "-tall")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [SUSPEND, PALETTE]

    def __init__(self, services: Services, *, glyphs: Glyphs | None = None) -> None:
        """Make the app; by default, `glyphs` are those that the terminal can show."""
        no_colour = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_colour else None)  # this chooses Textual's filter for no colour
        if no_colour:
            self.theme = "ansi-dark"
        self.glyphs = glyphs or terminal_glyphs()
        """The glyphs that the app draws."""
        preferences = services.read_preferences()
        if preferences.read_only and not services.read_only:
            services = replace(services, read_only=True, way_out=preferences.way_out)
        self.services = services
        self.keymap: Mapping[str, str] = {}
        """The keys that the user has chosen, separated by commas, by the id of their binding."""
        self.keys: Mapping[str, str] = {}
        """All current keys, separated by commas, by the id of their binding."""
        self._toasts = Toasts(self, lambda: [*self.screen_stack[-1:], self.main.tab])
        main = MainScreen(services, preferences, self.problems_of)
        self.caches = OpenCaches(self, main, on_tab=self._toasts.drop_past)
        """The main screen of the open cache, and the removals in the caches that were open before it."""

    @property
    def main(self) -> MainScreen:
        """The main screen, which lies below all dialogs."""
        return self.caches.main

    @property
    def default_screen(self) -> Screen[None]:
        """The screen in which the app's queries search."""
        return self.main

    def get_css_variables(self) -> dict[str, str]:
        """Return the CSS variables of the theme and the colours of inputs."""
        return (variables := super().get_css_variables()) | input_colours(variables)

    @property
    def window_title(self) -> str:
        """The title of the terminal's window."""
        return f"cachetui: {home_short(self.services.location.name)}"

    @property
    def failure(self) -> Exception | None:
        """The unexpected exception that ended the app; None if there was none."""
        return getattr(self, "_exception", None)

    def _fatal_error(self) -> None:
        """End the app after an unexpected exception; the command line reports it in place of Textual's traceback."""
        self.exit(return_code=1)

    def on_load(self) -> None:
        """Apply the user's theme, and compute which keys each binding has."""
        preferences = self.main.preferences
        self.keymap = _keymap(preferences).keys
        declared = {one.id: one.key for one in reversed(bindings_of(*KEY_HOLDERS)) if one.id}
        self.keys = declared | {**self.keymap}
        if preferences.theme in self.available_themes and "NO_COLOR" not in os.environ:
            self.theme = preferences.theme

    async def on_mount(self) -> None:
        """Show the main screen and apply the user's keys; from then on, save a changed theme and handle suspension."""
        await self.caches.show()
        self.set_keymap(dict(self.keymap))
        self.watch(self, "theme", ThemeSaver(self, lambda: self.main, lambda: self.theme_in_use).save_soon, init=False)
        self.app_suspend_signal.subscribe(self, lambda _: restore_title(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self._resume(), immediate=True)

    def _resume(self) -> None:
        show_title(self.window_title)
        self.refresh(layout=True)  # the shell has written over the screen

    @on(messages.OpenCache)
    async def _open_cache(self, event: messages.OpenCache) -> None:
        self.services = event.services
        show_title(self.window_title)
        await self.caches.replace(MainScreen(event.services, self.main.preferences, self.problems_of, self.main.first))

    def problems_of(self, preferences: Preferences) -> tuple[Problem, ...]:
        """Return all problems of preferences, including those of themes and keys, which only the app knows."""
        return problems_with(preferences, _keymap(preferences), self.available_themes)

    def action_command_palette(self) -> None:
        """Open the command palette."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(id="--command-palette"))

    async def on_event(self, event: events.Event) -> None:
        """Open the palette on a right click outside dialogs, and move toasts off the cursor after a key or a click."""
        if isinstance(event, events.MouseDown | events.MouseUp) and event.button == RIGHT:
            if isinstance(event, events.MouseUp) and self.screen is self.main:
                self.action_command_palette()
            return
        await super().on_event(event)
        if isinstance(event, events.Key | events.MouseUp):
            self._toasts.place()

    def notify(
        self, message: str, *, severity: SeverityLevel = "information", timeout: float | None = None, **options: Any
    ) -> None:
        """Show a toast where it does not cover the cursor, for at least `timeout` seconds and the time to read it."""
        seconds = max(timeout or 0, toast_seconds(message, severity))
        super().notify(message, severity=severity, timeout=seconds, **options)
        self._toasts.place()

    def on_notify(self, event: Notify) -> None:
        """Record a new toast, and drop the toasts that it replaces."""
        self._toasts.add(event)

    def push_screen(self, *args: Any, **options: Any) -> Any:
        """Open a screen, and drop the toasts that are about what it covers, except errors."""
        self.call_later(self._toasts.drop_past)
        return super().push_screen(*args, **options)

    def pop_screen(self) -> AwaitComplete:
        """Close the topmost screen, and drop the toasts that are about it, except errors."""
        self.call_later(self._toasts.drop_past)
        return super().pop_screen()

    async def action_quit(self) -> None:
        """Quit; ask first if something would be lost."""
        self.main.quit()

    def action_help_quit(self) -> None:
        """Quit on Ctrl+C, with the exit code for an interrupted program; ask first if something would be lost."""
        self.main.quit(INTERRUPTED)

    def action_change_theme(self) -> None:
        """List the themes."""
        self.push_screen(ThemePalette(self.theme))

    @property
    def theme_in_use(self) -> str:
        """The theme; while another theme is previewed, the theme from before the preview."""
        return self.screen.before if isinstance(self.screen, ThemePalette) else self.theme

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the commands of cachetui's palette, in place of Textual's own commands."""
        for command in commands_of(self):
            yield SystemCommand(command.title, command.sentence, command.run)


def _keymap(preferences: Preferences) -> Keymap:
    return keymap(preferences, bindings_of(*KEY_HOLDERS), ids_of(*TYPED_IN))


def run_app(services: Services) -> CachetuiApp:
    """Run the app, with its title on the terminal's window; return the app when it has ended."""
    app = CachetuiApp(services)
    share_heap()
    with titled(app.window_title):
        app.run()
    return app


KEY_HOLDERS = (
    CachetuiApp,
    *(MainScreen, Browse, CacheTree, FilterBox),
    *(AuditView, FigureWidget),
    *(Health, FindingList),
    *(Why, QuestionBox, AnswerList),
    Settings,
)
"""The classes whose keys the user can change."""
TYPED_IN = (FilterBox, QuestionBox)
"""The classes among `KEY_HOLDERS` into which the user types text."""
