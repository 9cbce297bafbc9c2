"""The app with its services, theme and keys; everything else is on its main screen."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterable, Mapping
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

from cachetui.errors import CachetuiError
from cachetui.preferences.model import Preferences, Problem
from cachetui.services.services import Services
from cachetui.text.format import home_short
from cachetui.text.suggest import did_you_mean
from cachetui.ui import messages
from cachetui.ui.audit.figures import FigureWidget
from cachetui.ui.audit.view import AuditView
from cachetui.ui.bindings import PROGRAM, SUSPEND, key
from cachetui.ui.browse.details import BESIDE
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.browse.tree import CacheTree
from cachetui.ui.browse.view import Browse
from cachetui.ui.cache_screen import REFUSAL_SECONDS
from cachetui.ui.glyphs import ASCII, UNICODE, Glyphs
from cachetui.ui.health.finding_list import FindingList
from cachetui.ui.health.view import Health
from cachetui.ui.keymap import bindings_of, ids_of, keymap
from cachetui.ui.main_screen import MainScreen
from cachetui.ui.operations.leaving import exit_summary
from cachetui.ui.palette import Commands, Palette, ThemePalette, commands_of
from cachetui.ui.settings.view import Settings
from cachetui.ui.terminal import restore_title, show_title, titled
from cachetui.ui.toasts import RaisedToast, place_toasts, toast_seconds
from cachetui.ui.type_ahead import Keyboard
from cachetui.ui.why.answer_list import AnswerList
from cachetui.ui.why.question_input import QuestionBox
from cachetui.ui.why.view import Why
from cachetui.ui.widgets.breakpoints import apply_breakpoints
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.contrast import input_colours
from cachetui.ui.widgets.painted import ROLE_CLASSES, ROLE_CSS
from cachetui.ui.workers import run_in_thread, start_worker

INTERRUPTED = 130
"""Exit code of a program that was ended by Ctrl+C, as in shells."""
RIGHT = 3
"""Number of the right button of a mouse."""


class CachetuiApp(Keyboard):
    """App for browsing pip's cache, marking entries, reviewing them and removing them."""

    TITLE = "cachetui"
    CSS_PATH = Path(__file__).with_name("cachetui.tcss")
    COMPONENT_CLASSES = ROLE_CLASSES
    COMMANDS: ClassVar = {Commands}
    DEFAULT_CSS = f"CachetuiApp {{ {ROLE_CSS} }}"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (BESIDE, "-vast")]  # noqa: RUF012 - so does Textual declare it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-medium"), (32, "-tall")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        SUSPEND,
        key(
            "ctrl+p",
            "command_palette",
            "palette",
            "app.palette",
            PROGRAM,
            "Find a command, or choose another theme",
            show=True,
        ),
    ]

    def __init__(self, services: Services, *, glyphs: Glyphs | None = None) -> None:
        """Make the app; by default, `glyphs` are those that the terminal can show."""
        no_colour = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_colour else None)  # this chooses Textual's filter for no colour
        if no_colour:
            self.theme = "ansi-dark"
        encoding = (getattr(sys.__stdout__, "encoding", None) or "utf-8").lower().replace("-", "")
        self.glyphs = glyphs or (UNICODE if encoding.startswith("utf") else ASCII)
        """The glyphs that the terminal can show."""
        preferences = services.read_preferences()
        if preferences.read_only and not services.read_only:
            services = replace(services, read_only=True, way_out=preferences.way_out)
        self.services = services
        self.keymap: Mapping[str, str] = {}
        """Keys that the user has changed, by the id of their binding."""
        self.keys: Mapping[str, str] = {}
        """All current keys, separated by commas, by the id of their binding."""
        self.main = MainScreen(services, preferences, self.problems_of)
        """The main screen, which lies below all dialogs."""
        self._left: tuple[str, ...] = ()  # the removals in caches that were open before, each in one line
        self._opened = 0  # number of main screens so far
        self._toasts: list[RaisedToast] = []  # those that are shown, and some that no longer are
        self._theme_lock = asyncio.Lock()
        self._theme_warned = False

    @property
    def default_screen(self) -> Screen[None]:
        """The screen in which the app's queries search."""
        return self.main

    def get_css_variables(self) -> dict[str, str]:
        """Return the CSS variables of the theme and the colours of inputs."""
        variables = super().get_css_variables()
        return variables | input_colours(variables)

    @property
    def exit_summary(self) -> str | None:
        """The removals so far, in one line for each cache that was open; None if there were none."""
        return "\n".join([*self._left, *self._removals]) or None

    @property
    def _removals(self) -> tuple[str, ...]:
        """The removals in the open cache in one line, if there were any; other caches than pip's are named."""
        line = exit_summary(self.main)
        return () if line is None else (line if self.services.is_pips else f"{self.services.tool}: {line}",)

    @property
    def window_title(self) -> str:
        """The title of the terminal's window."""
        return f"cachetui: {home_short(self.services.location.name)}"

    @property
    def failure(self) -> Exception | None:
        """The unexpected exception that ended the app; None if there was none."""
        return getattr(self, "_exception", None)

    def _fatal_error(self) -> None:
        """End the app after an unexpected exception, without Textual's trace: the command line reports it."""
        self.exit(return_code=1)

    def on_load(self) -> None:
        """Apply the user's theme and keys."""
        preferences, bindings = self.main.preferences, bindings_of(*KEY_HOLDERS)
        self.keymap = keymap(preferences, bindings, ids_of(*TYPED_IN)).keys
        self.keys = {binding.id: binding.key for binding in reversed(bindings) if binding.id} | {**self.keymap}
        if preferences.theme in self.available_themes and "NO_COLOR" not in os.environ:
            self.theme = preferences.theme

    async def on_mount(self) -> None:
        """Show the main screen, and save the theme whenever the user chooses another theme."""
        await self._show_main()
        self.set_keymap(dict(self.keymap))
        self.watch(self, "theme", self._save_theme_soon, init=False)
        self.app_suspend_signal.subscribe(self, lambda _: restore_title(), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self._resume(), immediate=True)

    def _resume(self) -> None:
        show_title(self.window_title)
        self.refresh(layout=True)  # the shell has written over the screen

    def _save_theme_soon(self) -> None:
        if self.main.preferences.path is not None and self.theme == self.theme_in_use:
            start_worker(self, self._save_theme, group="theme", exclusive=False)

    async def _save_theme(self) -> None:
        try:
            async with self._theme_lock:  # one save at a time, so that the last theme is kept
                await run_in_thread(self.services.save_theme, self.theme, self.main.preferences)
        except CachetuiError as error:
            if not self._theme_warned:
                self._theme_warned = True
                self.notify(shown(str(error)), severity="warning", timeout=REFUSAL_SECONDS, markup=False)

    @on(messages.OpenCache)
    async def _open_cache(self, event: messages.OpenCache) -> None:
        """Replace the main screen by that of another cache, and free the memory of the old one."""
        self._left += self._removals
        before, services = self.current_mode, event.services
        self.services = services
        self.main = MainScreen(services, self.main.preferences, self.problems_of, self.main.first)
        show_title(self.window_title)
        await self._show_main()
        await self.remove_mode(before)
        gc.collect()  # the screen that was removed, and its inventory

    async def _show_main(self) -> None:
        """Show the main screen at the bottom of a stack of its own, which Textual calls a mode.

        It is not Textual's default screen, because Textual keeps that in memory until the app ends.
        """
        self._opened += 1
        apply_breakpoints(self.main)
        self.add_mode(f"cache {self._opened}", lambda: self.main)
        await self.switch_mode(f"cache {self._opened}")
        self.watch(self.main, "tab", self._drop_toasts, init=False)

    def problems_of(self, preferences: Preferences) -> tuple[Problem, ...]:
        """Return all problems of preferences, including those of themes and keys, which only the app knows."""
        theme = preferences.theme
        found = keymap(preferences, bindings_of(*KEY_HOLDERS), ids_of(*TYPED_IN))
        problems = [*preferences.problems, *found.problems]
        if theme is not None and theme not in self.available_themes:
            hint = did_you_mean(theme, self.available_themes) or ": the palette lists them"
            problems.append(Problem("theme", f'there is no theme "{theme}"{hint}'))
        return tuple(problems)

    def action_command_palette(self) -> None:
        """Open the command palette."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(id="--command-palette"))

    async def on_event(self, event: events.Event) -> None:
        """Open the palette on a click with the right button; handle all other events as usual."""
        if isinstance(event, events.MouseDown | events.MouseUp) and event.button == RIGHT:
            if isinstance(event, events.MouseUp) and self.screen is self.main:
                self.action_command_palette()
            return
        await super().on_event(event)
        if isinstance(event, events.Key | events.MouseUp):
            place_toasts(self.screen_stack)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a toast, by default as long as it takes to read it, where it does not cover the cursor."""
        seconds = toast_seconds(message, severity) if timeout is None else timeout
        super().notify(message, title=title, severity=severity, timeout=seconds, markup=markup)
        place_toasts(self.screen_stack)

    def on_notify(self, event: Notify) -> None:
        """Drop the toasts that a new one replaces."""
        if any(toast.notification is event.notification for toast in self._toasts):
            return
        raised = RaisedToast(event.notification, self._subject)
        self._toasts.append(raised)
        if self._keep_toasts(lambda toast: toast is raised or not raised.replaces(toast)):
            event.prevent_default()  # it is shown with those that stay

    @property
    def _subject(self) -> object:
        """What toasts are about: the screen and the view that are shown."""
        return [*self.screen_stack[-1:], self.main.tab]

    def _drop_toasts(self) -> None:
        """Remove the toasts that are about what is no longer shown, except errors, which stay until they are read."""
        subject = self._subject
        self._keep_toasts(lambda toast: toast.notification.severity == "error" or toast.subject == subject)
        self.call_after_refresh(lambda: place_toasts(self.screen_stack))

    def _keep_toasts(self, keep: Callable[[RaisedToast], bool]) -> bool:
        """Remove the toasts for which `keep` returns False; return whether there were any.

        Textual can only remove all toasts, so those that stay are shown anew.
        """
        if all(map(keep, self._toasts)):
            return False
        self.clear_notifications()
        self._toasts = [toast.again for toast in self._toasts if keep(toast) and not toast.notification.has_expired]
        for toast in self._toasts:
            self.post_message(Notify(toast.notification))
        return True

    def push_screen(self, *args: Any, **options: Any) -> Any:
        """Open a screen, and drop the toasts that are about what it covers."""
        opened = super().push_screen(*args, **options)
        self.call_later(self._drop_toasts)
        return opened

    def pop_screen(self) -> AwaitComplete:
        """Close the topmost screen, and drop the toasts that are about it."""
        closed = super().pop_screen()
        self.call_later(self._drop_toasts)
        return closed

    async def action_quit(self) -> None:
        """Quit; ask first if something would be lost."""
        self.main.quit()

    def action_help_quit(self) -> None:
        """Quit on Ctrl+C, with the exit code for an interrupted program."""
        self.main.quit(INTERRUPTED)

    def action_change_theme(self) -> None:
        """List the themes."""
        self.push_screen(ThemePalette(self.theme))

    @property
    def theme_in_use(self) -> str:
        """The theme, or while another theme is previewed, the theme before."""
        return self.screen.before if isinstance(self.screen, ThemePalette) else self.theme

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield the commands of the palette as Textual defines them."""
        for command in commands_of(self):
            yield SystemCommand(command.title, command.sentence, command.run)


def run_app(services: Services) -> CachetuiApp:
    """Run the app, with its title on the terminal's window; return it when it has ended."""
    app = CachetuiApp(services)
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
