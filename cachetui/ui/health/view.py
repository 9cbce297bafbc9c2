"""The view that lists what is wrong in the cache, what pip does with it, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from cachetui.browsing.model import BrowserModel
from cachetui.model import Entry
from cachetui.report.health_text import FindingEntry, Group, VerificationSummary
from cachetui.text.escape import copyable
from cachetui.text.format import count
from cachetui.ui.bindings import MARK, MOVE, SHOW, key, key_name
from cachetui.ui.health.finding_list import FindingList
from cachetui.ui.health.layout import Look, Page
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.notices import Plain
from cachetui.ui.widgets.painted import Line, Part

if TYPE_CHECKING:  # the first screen does not wait for it
    from cachetui.insight.health.finding import FindingType

ROOMY = 32
"""Rows of the screen from which there are blank lines."""
WITH_BAR, BAR_CELLS = 72, 12
"""Width in cells from which a bar shows how far a verification is; and its cells."""


class Health(Vertical):
    """The findings of one listing."""

    BINDING_GROUP_TITLE = "Health"
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "v",
            "verify",
            "verify",
            "health.verify",
            SHOW,
            "Read everything, and compare it with known hashes",
            show=True,
        ),
        key("escape", "stop", "stop", "health.stop", SHOW, "Stop verifying; what was found stays", show=True),
        key("space", "mark", "mark", "marks.toggle", MARK, "Mark the row, or unmark it, and step down", show=True),
        key("b", "browse", "in Browse", "health.browse", SHOW, "Show the entry in Browse", show=True),
        key("y", "copy", "copy path", "rows.copy", SHOW, "Copy where it lies on the disk"),
        key("U", "unmark_all", "unmark", "marks.none", MARK, "Unmark everything"),
        key("enter", "turn", "open", "rows.turn", MOVE, "Open the row, or close it"),
        key("right,l", "unfold", "open", "rows.open", MOVE, "Open the row; from an open one go to its first child"),
        key("left,h", "fold", "close", "rows.close", MOVE, "Close the row; from a closed one go to its parent"),
    ]
    DEFAULT_CSS = """
    Health {
        & > #health-line { height: 1; }
        & > Plain { display: none; }
        &.-plain > Plain { display: block; }
        &.-plain > FindingList { height: 0; }
    }
    """

    class Verify(Message):
        """Everything is to be read."""

    class Stop(Message):
        """Reading everything is to be stopped."""

    @dataclass
    class Mark(Message):
        """Entries are to be marked; or unmarked, where all are."""

        entries: tuple[Entry, ...]
        """Which."""

    class UnmarkAll(Message):
        """Everything is to be unmarked."""

    @dataclass
    class Browse(Message):
        """An entry is to be shown in Browse."""

        entry: Entry
        """Which."""

    def __init__(self, listing: BrowserModel, root: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self.listing = listing
        self.root = root
        """What paths are relative to."""
        self.opened: set[FindingType] = set()
        """What is open."""
        self.busy = False
        """Whether everything is being read."""
        self.able = False
        """Whether there is anything to read."""
        self.findings = FindingList(listing)
        """The rows."""
        self._line, self._page = Line(id="health-line"), Plain()
        self._groups: tuple[Group, ...] = ()
        self._proof: VerificationSummary | None = None
        self._plain: tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]] = ("", (), ())  # in place of groups
        self._work: tuple[str, float | None] = ("", None)

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield self._line
        yield self._page
        yield self.findings

    def on_mount(self) -> None:
        """Say how things are."""
        self._draw()
        self._tell()

    def on_resize(self) -> None:
        """Write what fits."""
        self._draw()
        self._tell()

    def focus_rows(self) -> None:
        """Give the keys to the rows."""
        self.screen.set_focus(self.findings)  # at once: the next key is there already

    def show(self, groups: Sequence[Group], proof: VerificationSummary | None) -> None:
        """List what is wrong."""
        self._groups, self._proof = tuple(groups), proof
        self._draw()
        self._tell()
        if self.is_attached:
            self.refresh_bindings()

    def show_plain(self, title: str, *words: str, ways: tuple[tuple[str, str], ...] = ()) -> None:
        """Say something in place of findings."""
        self._groups, self._plain = (), (title, words, ways)
        self._draw()
        self._tell()
        if self.is_attached:
            self.refresh_bindings()

    def show_marks(self) -> None:
        """Show what is marked now."""
        if self.is_mounted and self.display:
            self.findings.refresh_signs()

    def tell_work(self, words: str = "", progress: float | None = None) -> None:
        """Say at the right of the first line how far some work is; without words, that there is none."""
        self._work = words, progress
        self._tell()

    def _tell(self) -> None:
        if not self.is_mounted:
            return
        line, (words, progress) = self._line, self._work
        if not words and self._groups:
            words = count(sum([len(group.ills) for group in self._groups]), "finding")
        right: list[Part] = [(f"{words} ", "muted")] if words else []
        if progress is not None and self.app.size.width >= WITH_BAR:
            done, glyphs = round(BAR_CELLS * min(1.0, progress)), line.glyphs
            right += [(glyphs.done * done, "accent"), (glyphs.to_do * (BAR_CELLS - done), "faint"), " "]
        line.show((" What is wrong in this cache", "strong"), right=right)

    def _draw(self) -> None:
        if self.is_mounted:
            rows, (title, words, ways) = self.findings, self._plain
            self.set_class(not self._groups, "-plain")
            self._page.tell(title, *words, ways=ways)
            look = Look(rows.glyphs, self.app.size.height >= ROOMY, key_name(self.app, "health.verify"))
            rows.show(Page(self._groups, self._proof, self.opened, rows.room, look))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what makes no sense now."""
        if action == "verify":
            return self.able and not self.busy
        if action == "stop":
            return self.busy
        return action not in ("mark", "browse", "copy") or bool(self._groups)

    @property
    def _current(self) -> tuple[Group, FindingEntry | None] | None:
        rows = self.findings
        return rows.page.row(rows.cursor) if rows.page.rows else None

    def _entries(self, row: int) -> tuple[Entry, ...]:
        group, ill = self.findings.page.row(row)
        return tuple([one.entry for one in (group.ills if ill is None else (ill,))])

    # What keys do

    def action_verify(self) -> None:
        """Ask for everything to be read."""
        self.post_message(self.Verify())

    def action_stop(self) -> None:
        """Ask for that to be stopped."""
        self.post_message(self.Stop())

    def action_mark(self) -> None:
        """Mark the row, or unmark it, and step down."""
        if self._current is not None:
            self.post_message(self.Mark(self._entries(self.findings.cursor)))
            self.findings.action_move(1)

    def action_unmark_all(self) -> None:
        """Unmark everything."""
        self.post_message(self.UnmarkAll())

    def action_browse(self) -> None:
        """Ask for the entry to be shown in Browse; of a title its first one."""
        if self._current is not None:
            self.post_message(self.Browse(self._entries(self.findings.cursor)[0]))

    def action_copy(self) -> None:
        """Copy where the entry lies; of a title, its first one."""
        if self._current is not None:
            path = f"{self.root}/{self._entries(self.findings.cursor)[0].path}"
            self.app.copy_to_clipboard(copyable(path))
            self.notify(f"Copied {shown(path)}", markup=False)

    def action_turn(self) -> None:
        """Open the title, or close it."""
        if (current := self._current) is not None and current[1] is None:
            self._fold(current[0], current[0].sort not in self.opened)

    def action_unfold(self) -> None:
        """Open the title; one that is open is gone into."""
        if (current := self._current) is not None and current[1] is None:
            if current[0].sort in self.opened:
                self.findings.action_move(1)
            else:
                self._fold(current[0], True)

    def action_fold(self) -> None:
        """Close the title; from an entry go to its title."""
        rows = self.findings
        if (current := self._current) is not None:
            group, ill = current
            if ill is not None:
                rows.go(rows.page.find((group.sort, ""), rows.cursor))
            elif group.sort in self.opened:
                self._fold(group, False)

    def _fold(self, group: Group, is_open: bool) -> None:
        rows = self.findings
        rows.go(rows.cursor)  # it is the one that the user wants
        (self.opened.add if is_open else self.opened.discard)(group.sort)
        self._draw()

    @on(FindingList.Folded)
    def _turn_clicked(self, event: FindingList.Folded) -> None:
        event.stop()
        self.action_turn()

    @on(FindingList.Ticked)
    def _mark_clicked(self, event: FindingList.Ticked) -> None:
        event.stop()
        if event.row < self.findings.page.rows:
            self.post_message(self.Mark(self._entries(event.row)))
