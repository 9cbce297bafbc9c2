"""The app: keys that work everywhere, and the parts of the screen."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from cachetui.ui.details import BESIDE
from cachetui.ui.header import Header
from cachetui.ui.keys import MOVE, PROGRAM, REMOVE, SHOW, key, key_names
from cachetui.ui.reader import TABS
from cachetui.ui.remover import Remover

INTERRUPTED = 130
"""The exit code of what was ended by Ctrl+C, as shells have it."""


class CachetuiApp(Remover):
    """Browse pip's cache, mark, review, remove."""

    TITLE = "cachetui"
    CSS_PATH = Path(__file__).with_name("cachetui.tcss")
    AUTO_FOCUS = "CacheTree"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (BESIDE, "-vast")]  # noqa: RUF012 - so does Textual declare it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-medium"), (32, "-tall")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        key("d", "review", "review", "marks.review", REMOVE, "See all that would go, and then remove it", show=True),
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
        key("escape", "stop", "stop", "app.stop", PROGRAM, "Stop reading, or removing", show=True),
        key(
            "q", "quit", "quit", "app.quit", PROGRAM, "Quit; asks when something is marked or being removed", show=True
        ),
        key("ctrl+p", "command_palette", "palette", "app.palette", PROGRAM, "Find a command, or choose another theme"),
        *[
            key(str(number), f"view('{tab.id}')", tab.name, f"view.{tab.id}", SHOW, f"Go to {tab.name}")
            for number, tab in enumerate(TABS, start=1)
        ],
    ]

    def compose(self) -> ComposeResult:
        """Put the parts together."""
        yield self.header
        yield self.notices
        yield ContentSwitcher(self.browse, initial=TABS[0].id, id="views")
        yield self.footer

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what makes no sense now."""
        if action == "stop":
            at_work = self._planning is not None or self._removing is not None
            return at_work or (self._reading is not None and self.inventory is None)
        if action == "rescan":
            return self._reading is None or self.inventory is not None
        return action not in ("review", "purge") or self.browse.plain is None

    def action_help_quit(self) -> None:
        """Take Ctrl+C as the wish to quit, which the exit code tells."""
        self.exit_code = INTERRUPTED
        self.call_later(self.action_quit)

    def action_view(self, view: str) -> None:
        """Go to a view."""
        self.query_one("#views", ContentSwitcher).current = view
        self.header.tab = view
        self.browse.focus_rows()

    @on(Header.Chosen)
    def _view_clicked(self, event: Header.Chosen) -> None:
        self.action_view(event.id)

    @property
    def _key_holders(self) -> list[DOMNode]:
        """Everything that binds keys."""
        return [self, self.browse, *self.browse.walk_children()]

    def action_help(self) -> None:
        """Explain all keys."""
        from cachetui.ui.help import Help, explain  # noqa: PLC0415 - needed late

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
                run = partial(self.run_action, binding.action, node)
                yield SystemCommand(binding.tooltip, f"Key: {key_names(binding.key.split(','))}", run)
