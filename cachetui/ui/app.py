"""The app: keys that work everywhere, and the parts of the screen."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from cachetui.preferences.model import Preferences, Problem
from cachetui.ui import workers
from cachetui.ui.audit.figures import Figure
from cachetui.ui.audit.view import AuditView
from cachetui.ui.bindings import MARK, MOVE, PROGRAM, REMOVE, SHOW, key, key_names
from cachetui.ui.browse.details import BESIDE
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.browse.tree import CacheTree
from cachetui.ui.browse.view import Browse
from cachetui.ui.health.finding_list import FindingList
from cachetui.ui.health.view import Health
from cachetui.ui.keymap import keymap
from cachetui.ui.operations.export import Exporter
from cachetui.ui.operations.removal import REFUSAL_SECONDS
from cachetui.ui.operations.scan import TABS
from cachetui.ui.settings.view import Settings
from cachetui.ui.why.answer_list import AnswerList
from cachetui.ui.why.question_input import QuestionBox
from cachetui.ui.why.view import Why
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.header import Header

INTERRUPTED = 130
"""The exit code of what was ended by Ctrl+C, as shells have it."""


def bindings_of(*holders: type[DOMNode]) -> list[Binding]:
    """Return what some classes bind, as they declare it."""
    return [binding for holder in holders for binding in holder.BINDINGS if isinstance(binding, Binding)]


def ids_of(*holders: type[DOMNode]) -> frozenset[str]:
    """Return the ids of what some classes bind."""
    return frozenset([binding.id for binding in bindings_of(*holders) if binding.id])


class Desk(Screen[None]):
    """The screen of all views; when the focus moves, what had it and what has it are drawn anew, not everything."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)


class CachetuiApp(Exporter):
    """Browse pip's cache, mark, review, remove."""

    keymap: Mapping[str, str] = {}
    """Keys that the user has changed, by the id of what they do."""
    keys: Mapping[str, str] = {}
    """All keys as they are now, with commas between them, by the id of what they do."""
    _told = False
    TITLE = "cachetui"
    CSS_PATH = Path(__file__).with_name("cachetui.tcss")
    AUTO_FOCUS = "CacheTree"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (BESIDE, "-vast")]  # noqa: RUF012 - so does Textual declare it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-medium"), (32, "-tall")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        key("d", "review", "review", "marks.review", REMOVE, "See all that would go, and then remove it", show=True),
        key("X", "rules", "rules", "rules.open", MARK, "Mark by rules: what is superseded, old, large", show=True),
        key("question_mark", "help", "help", "app.help", PROGRAM, "Explain all keys", show=True),
        key(
            "P",
            "purge",
            "purge",
            "cache.purge",
            REMOVE,
            "Remove everything, after a review and a typed word",
            show=True,
        ),
        key("r", "rescan", "look again", "cache.rescan", SHOW, "Read the cache again; marks stay", show=True),
        key("escape", "stop", "stop", "app.stop", PROGRAM, "Stop reading, removing or exporting", show=True),
        key(
            "q", "quit", "quit", "app.quit", PROGRAM, "Quit; asks when something is marked or being removed", show=True
        ),
        key("ctrl+p", "command_palette", "palette", "app.palette", PROGRAM, "Find a command, or choose another theme"),
        *[
            key(str(tab.number), f"view('{tab.id}')", tab.name, f"view.{tab.id}", SHOW, f"Go to {tab.name}")
            for tab in TABS
        ],
    ]

    def on_load(self) -> None:
        """Take up the theme and the keys that the user prefers."""
        bindings, theme = bindings_of(*KEY_HOLDERS), self.preferences.theme
        self.keymap = keymap(self.preferences, bindings, ids_of(*TYPED_IN)).keys
        self.keys = {binding.id: binding.key for binding in reversed(bindings) if binding.id} | {**self.keymap}
        if theme in self.available_themes and "NO_COLOR" not in os.environ:
            self.theme = theme
        self.complaints = self.complaints_of(self.preferences)

    def complaints_of(self, preferences: Preferences) -> tuple[Problem, ...]:
        """Return everything that is wrong with preferences: also what only the app can tell."""
        theme = preferences.theme
        met = keymap(preferences, bindings_of(*KEY_HOLDERS), ids_of(*TYPED_IN))
        complaints = [*super().complaints_of(preferences), *met.complaints]
        if theme is not None and theme not in self.available_themes:
            close = get_close_matches(theme, self.available_themes, 1)
            hint = f"; perhaps {close[0]} is meant" if close else ": the palette lists them"
            complaints.append(Problem("theme", f'there is no theme "{theme}"{hint}'))
        return tuple(complaints)

    def on_mount(self) -> None:
        """Remember the theme as soon as another one is chosen."""
        self.set_keymap(dict(self.keymap))
        self.watch(self, "theme", self._remember_theme, init=False)

    def _remember_theme(self) -> None:
        if self.preferences.path is not None:
            job = partial(workers.remember, lambda: self.theme, self.preferences)
            self._beside(job, group="remember")

    @on(workers.NotRemembered)
    def _tell_not_remembered(self, event: workers.NotRemembered) -> None:
        if not self._told:
            self._told = True
            self.notify(shown(event.reason), severity="warning", timeout=REFUSAL_SECONDS, markup=False)

    def get_default_screen(self) -> Screen[None]:
        """Return what the views are on."""
        return Desk(id="_default")

    def compose(self) -> ComposeResult:
        """Put the parts together."""
        yield self.header
        yield self.notices
        views = (self.browse, self.audit_view, self.health_view, self.why_view, self.settings_view)
        yield ContentSwitcher(*views, initial=TABS[0].id, id="views")
        yield self.footer

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what makes no sense now."""
        if action == "stop":
            at_work = any(job is not None for job in (self._planning, self._removing, self._exporting))
            return at_work or (self._reading is not None and self.inventory is None)
        if action == "rescan":
            return self._reading is None or self.inventory is not None
        if action == "show_in_browse":
            return self.why_view.actable
        return action not in ("review", "purge", "why", "rules", "export") or self.browse.plain is None

    def action_help_quit(self) -> None:
        """Take Ctrl+C as the wish to quit, which the exit code tells."""
        self.exit_code = INTERRUPTED
        self.call_later(self.action_quit)

    def action_view(self, view: str) -> None:
        """Go to a view."""
        self.query_one("#views", ContentSwitcher).current = view
        self.header.tab = view
        if view == self.why_view.id:
            self.invite()
        self._view.focus_rows()

    @property
    def _view(self) -> Browse | AuditView | Health | Why | Settings:
        """The view that is shown."""
        views = (self.audit_view, self.health_view, self.why_view, self.settings_view)
        others: dict[str | None, AuditView | Health | Why | Settings] = {view.id: view for view in views}
        return others.get(self.header.tab, self.browse)

    @on(Header.Chosen)
    def _view_clicked(self, event: Header.Chosen) -> None:
        self.action_view(event.id)

    @property
    def _key_holders(self) -> list[DOMNode]:
        """Everything that binds keys."""
        return [self, self._view, *self._view.walk_children()]

    def action_help(self) -> None:
        """Explain all keys."""
        from cachetui.ui.dialogs.help import Help, explain  # noqa: PLC0415 - needed late

        if not isinstance(self.screen, Help):
            about = self.focused.HELP if self.focused is not None else None
            self.push_screen(Help(explain(self._key_holders, self.screen), about or ""))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer themes, and what keys do, in the palette."""
        yield SystemCommand("Theme", "Choose other colours", self.action_change_theme)
        for node in self._key_holders:
            for binding in type(node).BINDINGS:
                if not isinstance(binding, Binding) or binding.id in (None, "app.palette") or binding.group == MOVE:
                    continue
                keys = self.keymap.get(binding.id or "", binding.key)
                run = partial(self.run_action, binding.action, node)
                yield SystemCommand(binding.tooltip, f"Key: {key_names(keys.split(','))}", run)


KEY_HOLDERS = (
    CachetuiApp,
    *(Browse, CacheTree, FilterBox),
    *(AuditView, Figure),
    *(Health, FindingList),
    *(Why, QuestionBox, AnswerList),
    Settings,
)
"""What binds keys that the user can change."""
TYPED_IN = (FilterBox, QuestionBox)
"""Those of them where letters are typed."""
