"""The command palette: commands, titled mostly with the words of the footer, and themes with a preview."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual import on
from textual.actions import parse
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.command import Command, CommandInput, CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.dom import DOMNode
from textual.style import Style
from textual.widgets import Input, LoadingIndicator, OptionList

from cachetui.text.format import home_short
from cachetui.ui.bindings import MOVE, key_names
from cachetui.ui.clipboard import copy_paths
from cachetui.ui.glyphs import ASCII
from cachetui.ui.keymap import bindings_of
from cachetui.ui.widgets.cells import shown

if TYPE_CHECKING:
    from cachetui.ui.app import CachetuiApp

TITLES = {
    "cache.open": "Open another cache",
    "cache.back": "Back to the first cache",
    "sort.name": "Sort by name",
    "sort.count": "Sort by count",
    "sort.age": "Sort by age",
    "marks.all": "Mark all",
    "marks.invert": "Invert marks",
    "show.age": "Next age",
}
"""Titles of commands whose words in the footer say too little in a list of all commands, by the id of their binding."""
SYNONYMS = {
    "app.help": "keys shortcuts bindings",
    "app.quit": "exit close",
    "audit.save": "report export",
    "cache.open": "open another switch installer",
    "cache.purge": "delete empty wipe everything",
    "cache.rescan": "reload rescan reread update look again",
    "filter.open": "search find",
    "marks.all": "select",
    "marks.export": "save download wheels",
    "marks.none": "deselect clear",
    "marks.review": "remove delete",
    "marks.toggle": "select",
    "rows.copy": "clipboard",
    "rows.protect": "keep lock unprotect",
    "rules.open": "prune clean superseded old",
    "settings.again": "refresh reload rescan",
    "settings.move": "folder directory",
    "settings.switch": "enable disable turn",
    "sort.size": "sort by size order",
}
"""Other words that find a command, by the id of its binding."""


class PaletteCommand(NamedTuple):
    """A command of the palette."""

    title: str
    """Title of the command, if possible one word."""
    keys: str
    """The names of the command's keys, or "in use" for the theme in use; empty if it has none."""
    sentence: str
    """Sentence about what the command does, safe to show; empty for a theme."""
    synonyms: str
    """Other words that find the command."""
    run: Callable[[], object]
    """Function that carries out the command."""

    def score(self, query: str) -> float:
        """Return how well the command fits typed words; 0 unless each of them begins one of the command's words."""
        places = [[*place.lower().split()] for place in (self.title, self.synonyms, self.sentence)]
        total = 0.0
        for typed in query.lower().split():
            value = next((4.0**-at for at, words in enumerate(places) if any(w.startswith(typed) for w in words)), 0.0)
            if not value:
                return 0.0
            total += value
        return total + 4 * self.title.lower().startswith(query.lower())

    @property
    def prompt(self) -> Content:
        """The command's title with its keys, and below them what it does."""
        title = Content.assemble((self.title, "bold"), ("  " + self.keys if self.keys else "", "$text-primary"))
        return title + Content("\n" + self.sentence) if self.sentence else title


def commands_of(app: CachetuiApp) -> Iterable[PaletteCommand]:
    """Yield the palette's commands: first actions that have keys and can currently run, then commands without keys.

    Actions of inputs, and those of the binding group "Move", are left out.
    """
    listed = set[str]()
    for node in (*app.main.key_holders[2:], app.main, app):
        if isinstance(node, Input):
            continue
        for binding in bindings_of(type(node)):
            id, title = binding.id or "", TITLES.get(binding.id or "", binding.description)
            title = title[:1].upper() + title[1:]
            if (
                binding.group == MOVE
                or id in ("", "app.palette")
                or title in listed
                or not _can_run(binding, node, app)
            ):
                continue
            listed.add(title)
            keys, run = app.keymap.get(id, binding.key), partial(app.run_action, binding.action, node)
            names = key_names(keys.split(","), app.glyphs is ASCII)
            yield PaletteCommand(title, names, binding.tooltip, SYNONYMS.get(id, ""), run)
    if app.main.inventory is not None:
        about = "Mark the files that a list names, such as a malware advisory"
        also = "incident osv advisories vulnerabilities malware poisoned"
        yield PaletteCommand("Check a list", "", about, also, app.main.check_list)
    for other in app.main.others:
        about = f"Open {other.title}'s cache in {shown(home_short(str(other.root)))}"
        yield PaletteCommand(f"Open {other.title}", "", about, "cache switch", partial(app.main.open_cache, other))
    yield PaletteCommand("Theme", "", "Choose other colours", "colors dark light", app.action_change_theme)
    if (path := app.main.preferences.path) is not None:
        about, also = f"Copy the path of the file: {shown(str(path))}", "settings options configuration protect"
        yield PaletteCommand("Preferences", "", about, also, partial(copy_paths, app.main, [str(path)]))
        about = f'Write "sort.age" = "f" below [keys] in {shown(str(path))}; the names of all actions are here'
        show = partial(app.main.action_help, "keys")
        yield PaletteCommand("Change a key", "", about, "rebind remap shortcut binding keys", show)
    about = "Save a picture of the screen as an SVG file in your folder of downloads"
    yield PaletteCommand("Screenshot", "", about, "svg image", app.deliver_screenshot)


def _can_run(binding: Binding, node: DOMNode, app: CachetuiApp) -> bool:
    """Return whether the action of a binding can currently run."""
    destination, name, parameters = parse(binding.action)
    owner = {"app": app, "screen": app.main}.get(destination, node)
    return bool(owner.check_action(name, parameters))


class CommandProvider(Provider):
    """The commands of the app."""

    def commands(self) -> Iterable[PaletteCommand]:
        """Return the commands in the order in which they are listed."""
        return commands_of(cast("CachetuiApp", self.app))

    async def discover(self) -> Hits:
        """Yield all commands."""
        for command in self.commands():
            yield DiscoveryHit(command.prompt, command.run, text=command.title)

    async def search(self, query: str) -> Hits:
        """Yield the commands that fit what was typed."""
        for command in self.commands():
            if score := command.score(query):
                yield Hit(score, command.prompt, command.run, text=command.title)


class Themes(CommandProvider):
    """The themes; the one in use comes first."""

    def commands(self) -> Sequence[PaletteCommand]:
        """Return a command for each theme."""
        app = cast("CachetuiApp", self.app)
        chosen = app.theme_in_use
        names = sorted(app.available_themes, key=lambda name: (name != chosen, name))

        def use(name: str) -> Callable[[], object]:
            return lambda: setattr(app, "theme", name)

        return [PaletteCommand(name, "in use" if name == chosen else "", "", "", use(name)) for name in names]


class ListedCommands(CommandList):
    """The list of commands, which draws a row in reverse if its style says so; Textual 8.2 ignores that style."""

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """Return the style of a part of the list, reversed if the style of one of its component classes is."""
        style = super().get_visual_style(*component_classes, partial=partial)
        return style + Style(
            reverse=any(self.get_component_styles(one).text_style.reverse for one in component_classes)
        )


class Palette(CommandPalette):
    """Command palette that closes only once, and ignores keys for its list until the list is laid out.

    Without this, Textual 8.2 ends the app with a ScreenStackError, or with a KeyError in the list.
    """

    DEFAULT_CSS = """
    Palette {
        & > Vertical, &:dark > Vertical { width: 96; max-width: 100%; margin: 2 0 0 0; background: $surface; }
        #--input, #--input.--list-visible { border: none; padding: 1 0 0 0; }
        &:ansi #--input { border-top: solid ansi_bright_black; padding: 0; }
        CommandInput, CommandInput:focus {
            height: 1;
            border: none;
            padding: 0 2;
            color: $typed;
            & > .input--placeholder { color: $hint; }
            &:ansi > .input--placeholder { color: ansi_default; text-style: dim; }
            &:ansi > .input--cursor { text-style: reverse; }
        }
        CommandList, CommandList.--populating { border: none; padding: 1 0; background: $surface; max-height: 75vh; }
        LoadingIndicator { border: none; }
        CommandList > .option-list--option { text-style: none; color: $typed; }
        CommandList > .option-list--option-highlighted {
            background: $primary 22%;
            color: $foreground;
            text-style: none;
        }
        CommandList:ansi { border-bottom: solid ansi_bright_black; padding: 1 0 0 0; }
        CommandList:ansi > .option-list--option-highlighted {
            background: ansi_default;
            color: ansi_default;
            text-style: reverse;
        }
    }
    """

    PLACEHOLDER: ClassVar[str] = "Search for commands…"
    """Words in the empty input."""
    is_closing = False
    """Whether the palette is about to be closed."""

    def compose(self) -> ComposeResult:
        """Lay out the palette as Textual does, but without the glyph before the input, which is two cells wide."""
        with Vertical(id="--container"):
            with Horizontal(id="--input"):
                yield CommandInput(placeholder=self.PLACEHOLDER, select_on_focus=False)
            with Vertical(id="--results"):
                yield ListedCommands()
                yield LoadingIndicator()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable the actions of the list until it is laid out; Down may still open a list that is hidden."""
        if action in ("command_list", "cursor_down") and not self.query_one(CommandList).size.height:
            return action == "cursor_down" and not self.query_one(CommandList).display
        return super().check_action(action, parameters)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close the palette, but only once."""
        if self.is_closing or self.app.screen is not self:
            return AwaitComplete()
        self.is_closing = True
        return super().dismiss(result)


class ThemePalette(Palette):
    """The list of themes; it previews the theme under the cursor, and restores the theme in use when it is closed."""

    DEFAULT_CSS = """
    ThemePalette {
        align-horizontal: right;
        background: transparent;
        & > Vertical, &:dark > Vertical { width: 40; }
        CommandList { max-height: 50vh; }
    }
    """

    PLACEHOLDER = "Search for themes…"

    def __init__(self, before: str) -> None:
        super().__init__(providers=[Themes])
        self.before = before
        """The theme that was in use when the list was opened."""

    @on(OptionList.OptionHighlighted)
    def preview(self, event: OptionList.OptionHighlighted) -> None:
        """Show the theme under the cursor."""
        if not self.is_closing and isinstance(event.option, Command) and event.option.hit.text:
            self.app.theme = event.option.hit.text

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close the list, and restore the theme in use; if the user chose a theme, its command applies it later."""
        if not self.is_closing:
            self.app.theme = self.before
        return super().dismiss(result)
