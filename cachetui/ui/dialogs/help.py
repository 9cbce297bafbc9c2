"""Help: the keys that bindings declare, the help of the focused widget or of a dialog, and the reference."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip

from cachetui.help import TOPICS, read_topic
from cachetui.help.document import HelpRole, lay_out, parse, plain, wrap
from cachetui.ui.bindings import GROUPS, MOVE, PROGRAM, key, key_names
from cachetui.ui.clipboard import copy_paths
from cachetui.ui.dialogs.modal import DialogButton, Modal
from cachetui.ui.widgets.cells import shown, wrapped
from cachetui.ui.widgets.key_hints import KeyHints
from cachetui.ui.widgets.painted import PaintedLines, Part

EXAMPLE = re.compile(r"^- ", re.M)
"""Pattern of the start of a list item, which contains an example and its meaning."""
KEYS = 16
"""Width of the column of keys in cells."""
HERE = "this view"
"""Name of the page with the keys, which comes before the topics."""
PAGES = (HERE, *TOPICS)
"""Names of the help's pages, in the order in which they are listed above the page that is shown."""
ROLES: dict[HelpRole, str] = {"": "muted", "strong": "strong", "code": "plain"}
"""Colour roles for the words of the reference, by their role in the document."""
MOUSE = (
    "Click an arrow or double-click a row to open it, a box to mark it, a title to sort by it, a tab or a key at the "
    "bottom to use it. The wheel scrolls."
)


def preferences_help(path: Path) -> str:
    """Return the help on the preferences file at a path, in Markdown."""
    return f"""\
# Change a key
To make f sort by age, write these two lines at the end of {shown(str(path))} (y copies this path), and start cachetui
again. The names of all actions are in the topic keys above. A second key goes below the same `[keys]`.

- `[keys]`: the part of the file with keys, which comes last
- `"sort.age" = "f"`: the name of an action, and its new key, or several with commas between them

The same file sets theme, columns, order, what is never removed and a policy for `cachetui prune`: see the topic
preferences above.
"""


class HelpLine(NamedTuple):
    """A binding, as the help explains it."""

    id: str
    """The binding's id."""
    keys: tuple[str, ...]
    """Current keys of the binding, or the declared ones if it is not active; by Textual's names."""
    does: str
    """Action of the binding, in words."""
    group: Binding.Group
    """Group of the binding."""
    where: str = ""
    """Title of the part of the screen that declares the binding; "Elsewhere" if that part has no title."""


def explain(nodes: Iterable[DOMNode], screen: Screen[Any]) -> list[HelpLine]:
    """Return a help line for every binding that some nodes declare with an id and a tooltip, except system bindings.

    Each id appears once, with the keys that are active on the screen; if none is, with the keys as declared.
    """
    keys: dict[str, list[str]] = {}
    for pressed, active in screen.active_bindings.items():
        if active.binding.id:
            keys.setdefault(active.binding.id, []).append(pressed)
    lines: dict[str, HelpLine] = {}
    for node in nodes:
        for binding in type(node).BINDINGS:
            if isinstance(binding, Binding) and binding.id and binding.tooltip and not binding.system:
                now = tuple(keys.get(binding.id) or binding.key.split(","))
                group = binding.group or PROGRAM
                where = node.BINDING_GROUP_TITLE or "Elsewhere"
                lines.setdefault(binding.id, HelpLine(binding.id, now, binding.tooltip, group, where))
    return list(lines.values())


def merged(lines: Sequence[HelpLine]) -> list[HelpLine]:
    """Merge lines that have the same keys; a merged line says where each action applies.

    A line is also merged into a line that has all its keys and more.
    """
    same: dict[HelpLine, list[HelpLine]] = {}
    for line in sorted(lines, key=lambda line: -len(line.keys)):
        first = next((first for first in same if set(line.keys) <= set(first.keys)), line)
        same.setdefault(first, []).append(line)
    found = []
    for first in sorted(same, key=lines.index):
        does = first.does
        if len(same[first]) > 1:
            uses = sorted(same[first], key=lambda line: line.where == "Elsewhere")
            does = "; ".join([f"{line.where}: {line.does[0].lower()}{line.does[1:]}" for line in uses])
        found.append(first._replace(does=does))
    return found


class HelpPage(PaintedLines):
    """A page of the help: the keys by group, or a topic of the reference."""

    DEFAULT_CSS = "HelpPage { height: auto; background: $surface; padding: 0 1 0 0; }"

    def __init__(self, explained: list[HelpLine], about: str, preferences: Path | None) -> None:
        super().__init__()
        self.preferences = preferences
        """The path of the preferences file; None to say nothing about preferences."""
        self.explained = explained
        """The help lines of the bindings to explain."""
        self.about = about
        """The help of the focused widget or of a dialog, in Markdown."""
        self.page = HERE
        """The page that is shown, one of `PAGES`."""

    def show(self, page: str) -> None:
        """Show a page, one of `PAGES`."""
        self.page = page
        self.refresh(layout=True)

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the page."""
        return self._keys(room) if self.page == HERE else self._topic(room)

    def _topic(self, room: int) -> list[Strip]:
        """Draw a topic of the reference; code that is too long is wrapped."""
        return [
            self.strip(*[(words, ROLES[role]) for words, role in part], room=room)
            for line in lay_out(parse(read_topic(self.page)), room)
            for part in ([line] if len(plain(line)) <= room else wrap(line, room))
        ]

    def _keys(self, room: int) -> list[Strip]:
        """Draw `about`, the keys by group, and help on the filter, preferences (if the path is known) and the mouse."""
        drawn, explanations = self._prose(self.about, room), merged(self.explained)
        for group in GROUPS:
            explained = [line for line in explanations if line.group == group]
            if not explained:
                continue
            drawn += [self.strip(room=room), self.strip((group.description, "strong"), room=room)]
            for one in explained:
                names = key_names(one.keys, self.glyphs.dots.isascii())
                for index, words in enumerate(wrapped(one.does, max(8, room - KEYS))):
                    keys = f"{'' if index else names:<{KEYS - 1}} "
                    drawn.append(self.strip((keys, "accent strong"), (words, "muted"), room=room))
        if self.about != FILTER_HELP:
            drawn += [self.strip(room=room), *self._prose(FILTER_HELP, room)]
        if self.preferences is not None:
            drawn += [self.strip(room=room), *self._prose(preferences_help(self.preferences), room)]
        drawn += [self.strip(room=room), self.strip(("Mouse", "strong"), room=room)]
        return drawn + [self.strip((line, "muted"), room=room) for line in wrapped(MOUSE, room)]

    def _prose(self, markdown: str, room: int) -> list[Strip]:
        """Draw the heading, paragraphs and examples of a Markdown text."""
        heading, _, about = markdown.replace("**", "").partition("\n")
        drawn = [self.strip((heading.removeprefix("# "), "strong"), room=room)] if about else []
        for block in about.split("\n\n"):
            for words in EXAMPLE.split(block) if EXAMPLE.match(block) else [block]:
                code, _, meaning = words.partition("`: ")
                if meaning:
                    drawn.append(self.strip(f"  {code.removeprefix('`')}", room=room))
                indent = " " * 4 if meaning else ""
                lines = wrapped((meaning or words).replace("`", ""), max(8, room - len(indent)))
                drawn += [self.strip((indent + line, "muted"), room=room) for line in lines if line]
        return drawn


class PageLine(PaintedLines):
    """The names of all pages, on as many lines as they need; a click opens a page."""

    DEFAULT_CSS = "PageLine { height: auto; padding: 0 2 0 0; }"

    class Chosen(Message):
        """Posted when a page is clicked."""

        def __init__(self, page: str) -> None:
            super().__init__()
            self.page = page
            """The page, one of `PAGES`."""

    page = HERE
    """The page that is shown."""

    def show(self, page: str) -> None:
        """Highlight the name of the page that is open."""
        self.page = page
        self.refresh()

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the names."""
        return [self.strip(*self._line(pages), room=room) for pages in _broken(room)]

    def _line(self, pages: Sequence[str]) -> list[Part]:
        return [(f" {page} ", "pill" if page == self.page else "muted") for page in pages]

    def on_click(self, event: events.Click) -> None:
        """Post `Chosen` for the page whose name is clicked."""
        lines, x = _broken(self.size.width), event.x
        for page in lines[event.y] if 0 <= event.y < len(lines) else ():
            if 0 <= x < len(page) + 2:
                self.post_message(self.Chosen(page))
            x -= len(page) + 2


def _broken(room: int) -> list[list[str]]:
    """Return the names of the pages, split into lines of at most `room` cells."""
    lines: list[list[str]] = [[]]
    for page in PAGES:
        if lines[-1] and sum(len(other) + 2 for other in (*lines[-1], page)) > room:
            lines.append([])
        lines[-1].append(page)
    return lines


class Help(Modal[None]):
    """Dialog that shows all keys, or a topic of the reference, in a scrolling list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,q,question_mark", "no", "close", "help.close", PROGRAM, "Close the help", show=True),
        key("right,tab", "turn(1)", "next topic", "help.next", MOVE, "Show the next topic", show=True),
        key("y", "copy", "copy path", "help.copy", PROGRAM, "Copy the path of the preferences file", show=True),
        key("left,shift+tab", "turn(-1)", "previous topic", "help.previous", MOVE, "Show the previous topic"),
    ]
    DEFAULT_CSS = """
    Help {
        #keys { height: 1fr; margin: 1 0; background: $surface; overflow: hidden scroll; }
        #sheet { height: 90%; }
        &.-short #keys { margin: 0; }
        &.-short #sheet { height: 100%; }
    }
    """

    def __init__(
        self, explained: list[HelpLine], about: str = "", preferences: Path | None = None, page: str = HERE
    ) -> None:
        """Make the help, opened at a page.

        `explained` are the help lines of the bindings to explain. `about` is the help of the focused widget or of a
        dialog, in Markdown.
        `preferences` is the path of the preferences file; None to say nothing about preferences.
        """
        super().__init__()
        self._preferences, self._page = preferences, page
        self.explained = explained
        """The help lines of the bindings to explain."""
        self._about = about

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(id="sheet"):
            yield PageLine()
            with VerticalScroll(id="keys", can_focus=False):
                yield HelpPage(self.explained, self._about, self._preferences)
            with Horizontal(id="answers"):
                yield DialogButton("Close", "no")
                yield KeyHints()

    def on_mount(self) -> None:
        """Show the page at which the help is opened."""
        self._turn_to(self._page)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable copying if the help says nothing about preferences: then there is no path to copy."""
        return action != "copy" or self._preferences is not None

    def action_copy(self) -> None:
        """Copy the path of the preferences file."""
        copy_paths(self, [str(self._preferences)])

    @property
    def scrolled(self) -> VerticalScroll:
        """The list that keys scroll."""
        return self.query_one("#keys", VerticalScroll)

    def on_page_line_chosen(self, message: PageLine.Chosen) -> None:
        """Show the page that was clicked."""
        self._turn_to(message.page)

    def action_turn(self, step: int) -> None:
        """Show the next page, or the one before; after the last one comes the first."""
        page = self.query_one(PageLine).page
        self._turn_to(PAGES[(PAGES.index(page) + step) % len(PAGES)])

    def _turn_to(self, page: str) -> None:
        self.query_one(PageLine).show(page)
        self.query_one(HelpPage).show(page)
        self.scrolled.scroll_home(animate=False)


FILTER_HELP = """\
# Filter
Shows only what matches; the figures, and what Space marks, then cover what is shown. A word stands for any part of a
project, a version or a file name; `*` and `?` make it a pattern for the whole name of a project. Other terms begin with
`kind:`, `is:`, `python:`, `from:`, `size>`, `age>`, `checked>` or `read>`; `not:` before a term negates it. An entry
must match one of the requirements and patterns, and all other terms. Marks that the filter hides stay, and are counted
at the bottom.

- `torch cp311`: both words, anywhere in project, version or file
- `torch>=2,<2.3 kind:wheel`: wheels of these versions of torch
- `torch<2 numpy<2 size>1MB`: old versions of torch and of numpy, of more than 1 MB
- `nvidia-* size>100MB`: more than 100 MB, of projects whose names begin so
- `age>90d not:is:superseded`: older than 90 days, and nothing newer is there
- `is:marked`: what is marked now; rows come and go with their marks
- `from:files.example python:3.8`: from there, and for Python 3.8 alone

Tab, or the right arrow at the end, takes what is suggested. What does not make sense is underlined and shows nothing.
"""
