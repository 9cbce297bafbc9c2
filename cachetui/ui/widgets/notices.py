"""Pages of words in place of rows or of a view, and the lines of notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from cachetui.ui.widgets.cells import plain_code, width, wrapped
from cachetui.ui.widgets.painted import PaintedLines, Part, parts_width

LONGEST_LINE = 76
"""Maximum width of a line on a page in cells, so that it is easy to read."""
MOST_NOTICES = 4
"""Maximum number of lines of notices; more would leave too little room for the rows."""


class PageText(NamedTuple):
    """A page that is shown in place of rows or findings."""

    title: str
    """Title of the page."""
    paragraphs: tuple[str, ...] = ()
    """The paragraphs below the title."""
    ways: tuple[tuple[str, str], ...] = ()
    """Steps that the user can take next, each as a key or a command and its effect."""


class MessagePage(PaintedLines):
    """A few lines in the middle of an area that has nothing else to show."""

    DEFAULT_CSS = "MessagePage { height: 1fr; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = ""
        self._words: tuple[str, ...] = ()
        self._ways: tuple[tuple[str, str], ...] = ()
        self._progress: float | None = None

    def show_words(self, title: str, *words: str, ways: tuple[tuple[str, str], ...] = ()) -> None:
        """Show a title, paragraphs, and what the user can do next, each as a key or command and its effect."""
        self._title, self._words, self._ways = title, words, ways
        self.refresh()

    def show_page(self, page: PageText) -> None:
        """Show a page."""
        self.show_words(page.title, *page.paragraphs, ways=page.ways)

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the words, with two fifths of the free height above them."""
        space = max(8, min(LONGEST_LINE, room - 2))
        body: list[Sequence[Part]] = [[(line, "strong")] for line in wrapped(self._title, space)]
        if self._words:
            body.append([])
        for words in self._words:
            body += [[(line, "muted")] for line in wrapped(words, space)]
        column = max((width(key) for key, _ in self._ways), default=0) + 3
        if self._ways and height > len(body) + len(self._ways):
            body.append([])
        body += [[(key.ljust(column), "accent"), (does, "muted")] for key, does in self._ways]
        left = max(1, (room - max(map(parts_width, body), default=0)) // 2)
        above = max(0, (height - len(body)) * 2 // 5)
        blank = self.strip(room=room)
        return [blank] * above + [self.strip(" " * left, *parts, room=room) for parts in body]


class Notices(PaintedLines):
    """Important sentences at the top of the screen, each after a `!`; a click dismisses all of them."""

    DEFAULT_CSS = """
    Notices { height: auto; display: none; }
    Notices.-any { display: block; }
    """

    sentences: reactive[tuple[str, ...]] = reactive((), layout=True)

    dismissed: reactive[frozenset[str]] = reactive(frozenset(), layout=True)

    def on_mount(self) -> None:
        """Set the tooltip, which says how to dismiss the notices."""
        self.tooltip = "Click to dismiss"

    def watch_sentences(self) -> None:
        """Show the widget only if there are sentences that were not dismissed."""
        self.set_class(bool(self.remaining), "-any")

    def watch_dismissed(self) -> None:
        """Hide the widget if all sentences were dismissed."""
        self.watch_sentences()

    @property
    def remaining(self) -> list[str]:
        """The sentences that were not dismissed."""
        return [sentence for sentence in self.sentences if sentence not in self.dismissed]

    def on_click(self) -> None:
        """Dismiss all sentences, including those for which there was no room."""
        self.dismissed |= frozenset(self.sentences)

    def lines(self, room: int, height: int) -> list[Strip]:
        """Draw the sentences that were not dismissed, on at most `MOST_NOTICES` lines; on a low screen, on one line."""
        most = 1 if self.app.size.height < 20 else MOST_NOTICES
        drawn = []
        for sentence in self.remaining:
            for index, line in enumerate(wrapped(plain_code(sentence), max(8, room - 4))):
                drawn.append(self.strip((" ! " if not index else "   ", "mark"), (line, "muted"), room=room))
        return drawn[:most]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines."""
        return len(self.lines(width, viewport.height))
