"""The view that lists the cache: projects, versions, files; marks are set here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.reactive import reactive
from textual.timer import Timer

from cachetui.browsing.catalog import Place
from cachetui.browsing.model import BrowserModel, Tally
from cachetui.browsing.rows import By, Row, foresee
from cachetui.text.escape import copyable
from cachetui.text.format import count
from cachetui.ui.bindings import MARK, MOVE, SHOW, key, key_name
from cachetui.ui.browse.column_titles import Titles
from cachetui.ui.browse.columns import Scale
from cachetui.ui.browse.details import Details
from cachetui.ui.browse.filter_bar import FilterBox, FilterLine
from cachetui.ui.browse.tree import CacheTree, Table
from cachetui.ui.judgement import Judged, Judgement
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.notices import Plain
from cachetui.ui.workers import once

if TYPE_CHECKING:
    from collections.abc import Collection

    from packaging.tags import Tag

    from cachetui.labels import Word
    from cachetui.model import Entry
    from cachetui.pip.config.location import Interpreter

MOST_COPIED = 1_000
"""Paths that are copied at once: terminals refuse more than some tens of kilobytes."""
RESTS = 0.05
"""Seconds on a row after which it may be about to be opened; who holds a key down goes on sooner."""


class Browse(Vertical):
    """Filter, rows and details over one listing."""

    BINDING_GROUP_TITLE = "Browse"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "mark", "mark", "marks.toggle", MARK, "Mark the row, or unmark it, and step down", show=True),
        key("slash", "filter", "filter", "filter.open", SHOW, "Show only what the terms you type choose", show=True),
        key("s", "sort('size')", "sort", "sort.size", SHOW, "Sort by size; again: smallest first", show=True),
        key("w", "app.why", "why", "why.open", SHOW, "Ask why pip does what it does with this", show=True),
        key("e", "app.export", "export", "marks.export", MARK, "Write wheels and sdists into a folder", show=True),
        key("n", "sort('name')", "by name", "sort.name", SHOW, "Sort by name; again: from z to a"),
        key("C", "sort('count')", "by count", "sort.count", SHOW, "Sort by number of files; again: fewest first"),
        key("M", "sort('age')", "by age", "sort.age", SHOW, "Sort by the age shown, oldest first; again: newest first"),
        key("a", "mark_all", "all", "marks.all", MARK, "Mark everything that is shown", show=True),
        key("U", "unmark_all", "unmark", "marks.none", MARK, "Unmark everything, shown or not", show=True),
        key("v", "range", "range", "marks.range", MARK, "Begin a range of rows, which Space marks", show=True),
        key("asterisk", "invert", "invert", "marks.invert", MARK, "Mark what is shown and not marked, unmark the rest"),
        key("m", "next_age", "age", "show.age", SHOW, "Show the next age: downloaded, checked, read"),
        key("A", "apparent", "lengths", "show.apparent", SHOW, "Show lengths of files, or their use of the disk"),
        key("i", "details", "details", "show.details", SHOW, "Show or hide the details"),
        key("y", "copy", "copy path", "rows.copy", SHOW, "Copy where it lies on the disk"),
        key("enter", "turn", "open", "rows.turn", MOVE, "Open the row, or close it"),
        key("right,l", "unfold", "open", "rows.open", MOVE, "Open the row; from an open one go to its first child"),
        key("left,h", "fold", "close", "rows.close", MOVE, "Close the row; from a closed one go to its parent"),
        key("escape", "back", "back", "filter.back", SHOW, "Leave the range; or else clear the filter", show=True),
    ]

    DEFAULT_CSS = """
    Browse {
        & > #body, #list { height: 1fr; }
        #list { width: 1fr; }
        & > Plain { display: none; }
        &.-plain > Plain { display: block; }
        &.-plain > #body, &.-plain > FilterLine { display: none; }
        &.-bare Details { display: none !important; }
    }
    """

    tally: reactive[Tally] = reactive(Tally(), repaint=False)
    """What is marked, to be watched."""

    def __init__(self, listing: BrowserModel, root: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self.listing = listing
        self.root = root
        """What paths are relative to."""
        self.now = 0
        """When the screen looks, in nanoseconds since the epoch."""
        self.held = False
        """Whether Esc belongs to something else that is under way."""
        self.python: Interpreter | None = None
        """The Python that was named, for what is unusable; None if none was."""
        self.tags: Collection[frozenset[Tag]] | None = None
        """What each Python takes, or may take, that was found here; None until all have been looked for."""
        self.doubts: tuple[str, ...] = ()
        """Which of them do not tell and what follows, as sentences; untrusted text."""
        self._work: tuple[str, float | None] | None = None
        self._explained = False  # that marks wait for names
        self._resting: Timer | None = None  # ends when the cursor has rested on a row
        self._finding: tuple[int, frozenset[Word]] | None = None  # what is being found out, about which catalog

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield FilterLine()
        yield Plain()
        with Container(id="body"):
            with Vertical(id="list"):
                yield Titles()
                yield CacheTree()
            yield Details()

    @property
    def cache_tree(self) -> CacheTree:
        """The rows."""
        return self.query_one(CacheTree)

    @property
    def plain(self) -> Plain | None:
        """The page in place of rows; None while there are rows."""
        return self.query_one(Plain) if self.has_class("-plain") else None

    def focus_rows(self) -> None:
        """Give the keys to the rows."""
        self.screen.set_focus(self.cache_tree)  # at once: the next key is there already

    def reveal(self, entry: Entry) -> None:
        """Go to the row of an entry: what it lies in is opened, and a filter cleared."""
        place = self.listing.catalog.place(entry)
        self.listing.opened |= {place.shelf, place}
        self.query_one(FilterBox).value = ""
        self.show_rows()
        for row in reversed(self.listing.locate(entry.path)):  # the last that is there remains
            self.cache_tree.go_to(row)

    def show_rows(self) -> None:
        """Draw what the listing holds now."""
        self.remove_class("-plain")
        listing, tree = self.listing, self.cache_tree
        listing.now = self.now
        self._find_out()
        tree.empty = self._emptiness()
        self.query_one(Details).now = self.now
        tree.show(Table(listing.rows(), listing.order, Scale(*listing.scale(), self.now), listing.sign), listing.locate)
        self.query_one(Titles).show(listing.order)
        self._tell()
        self.tally = listing.tally

    def _emptiness(self) -> str:
        """Say why there may be no rows."""
        clears = f"{key_name(self.app, 'filter.clear')} clears the filter."
        query, unknown = self.listing.query, " or ".join(sorted(self.listing.unknown))
        if query is None or not self.listing.filtering:
            return "Nothing is left here."
        if query.error is not None:
            return f"Not understood: {shown(str(query.error))}. {clears}"
        if unknown and self.listing.catalog.naming:
            return f"What is {unknown} is known as soon as everything has been read."
        if "unusable" in self.listing.unknown and not self._knows_pythons:
            return "What is unusable is known as soon as the Pythons here have been found."
        if unknown:
            return f"Finding out what is {unknown}."
        if "unusable" in query.words and self.python is None and not self.tags:
            why = "No Python here tells what it can use: name one with --python."
            return f"{shown(' '.join(self.doubts)) or why} {clears}"
        return f"Nothing matches. {clears}"

    def _find_out(self) -> None:
        """See to the facts that the filter asks for, unless entries are still being named, for these change them."""
        listing = self.listing
        words = listing.unknown if self._knows_pythons else listing.unknown - {"unusable"}
        if not words or listing.catalog.naming or self._finding == (listing.turn, words):
            return
        entries = tuple(listing.catalog.entries.values())
        tags = self.tags or ()
        judgement = Judgement(listing.turn, words, entries, self.now, self.python, listing.protect, tags)
        if judgement.quick:
            self._learn(judgement.find())
        else:
            self._finding = listing.turn, words
            self.run_worker(once(lambda: self.post_message(judgement.find())), thread=True, group="facts")

    @property
    def _knows_pythons(self) -> bool:
        return self.python is not None or self.tags is not None

    def know_pythons(self, tags: Collection[frozenset[Tag]], doubts: tuple[str, ...] = ()) -> None:
        """Take up what each Python takes that was found here, and which do not tell."""
        self.tags, self.doubts, self._finding = tags, doubts, None
        self.listing.forget("unusable")
        if self.plain is None and self.listing.query is not None and "unusable" in self.listing.query.words:
            self.show_rows()

    def _learn(self, found: Judged) -> bool:
        return self.listing.learn(found.turn, found.words, found.facts)

    @on(Judged)
    def _show_judged(self, event: Judged) -> None:
        event.stop()
        if self._learn(event):
            self.show_rows()

    def show_plain(self, title: str, *words: str, ways: tuple[tuple[str, str], ...] = ()) -> None:
        """Say something in place of rows."""
        self.add_class("-plain")
        self.query_one(Plain).tell(title, *words, ways=ways)
        self.refresh_bindings()

    def tell_work(self, words: str = "", progress: float | None = None) -> None:
        """Say at the right of the filter how far some work is; without words, that there is none."""
        self._work = (words, progress) if words else None
        self._tell()

    def _tell(self) -> None:
        listing = self.listing
        if self._work is not None:
            self.query_one(FilterLine).tell(*self._work)
            return
        number = listing.catalog.projects
        projects = count(number, "project")
        shown_of = f"{listing.shown_projects:,} of " if listing.filtering else ""
        widest = len(f"{number:,} of {projects}")  # always as wide: another width would lay out the whole screen anew
        self.query_one(FilterLine).tell(f"{shown_of}{projects}".rjust(widest))

    def on_resize(self) -> None:
        """Write what fits."""
        self._tell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what makes no sense now."""
        if action == "back":
            return not self.held and (self.listing.filtering or self.cache_tree.range_from is not None)
        if action == "filter" and self.query_one(FilterBox).has_focus:
            return False  # there the key is a letter
        if hasattr(type(self), f"action_{action}"):
            return not self.has_class("-plain")
        return True

    def _marks_changed(self) -> None:
        self.cache_tree.refresh_signs()
        self.tally = self.listing.tally

    def _explain_if_unsure(self) -> None:
        """Say why nothing is marked while a filter judges what is still being named."""
        if self.listing.unsure and not self._explained:
            self._explained = True
            self.notify("What the filter shows can be marked as soon as everything is named.", markup=False)

    # What keys do

    def action_mark(self) -> None:
        """Mark the row or the range, or unmark it, and step down."""
        tree = self.cache_tree
        rows = [row for row in tree.chosen if not row.foreign]
        if not rows and tree.current is not None:
            self.notify("No pip writes these files: cachetui counts them and never touches them.", markup=False)
        self._explain_if_unsure()
        self.listing.toggle(rows)
        if tree.range_from is not None:
            self._leave_range()
        else:
            tree.go(tree.cursor + 1)
        self._marks_changed()

    def action_range(self) -> None:
        """Begin a range of rows, or leave it."""
        self.cache_tree.choose(self.cache_tree.range_from is None)
        self.refresh_bindings()

    def _leave_range(self) -> None:
        self.cache_tree.choose(False)
        self.refresh_bindings()

    def action_mark_all(self) -> None:
        """Mark everything that is shown."""
        self._explain_if_unsure()
        self.listing.mark_all()
        self._marks_changed()

    def action_unmark_all(self) -> None:
        """Unmark everything."""
        self.listing.marks.clear()
        self._marks_changed()

    def action_invert(self) -> None:
        """Mark what is shown and not marked, and the other way round."""
        self._explain_if_unsure()
        self.listing.invert()
        self._marks_changed()

    def action_sort(self, by: By) -> None:
        """Sort by something, or the other way round."""
        self.listing.order = self.listing.order.sorted_by(by)
        self.show_rows()

    def action_next_age(self) -> None:
        """Show the next age."""
        self.listing.order = self.listing.order.next_age()
        self.show_rows()

    def action_apparent(self) -> None:
        """Change between disk usage and lengths of files."""
        order = self.listing.order
        self.listing.order = replace(order, apparent=not order.apparent)
        self.show_rows()

    def action_filter(self) -> None:
        """Go to the filter box."""
        self.screen.set_focus(self.query_one(FilterBox))  # at once: the next key is there already
        self.call_after_refresh(self.listing.expect_filter)

    def action_back(self) -> None:
        """Leave the range; or else show everything again."""
        if self.cache_tree.range_from is not None:
            self._leave_range()
        else:
            self.query_one(FilterBox).value = ""

    def action_details(self) -> None:
        """Show or hide the details."""
        self.toggle_class("-bare")

    def action_copy(self) -> None:
        """Copy the paths of what the row stands for."""
        row = self.cache_tree.current
        if row is None:
            return
        paths = [f"{self.root}/{entry.path}" for entry in row.holding.entries]
        if row.foreign:
            paths = [f"{self.root}/{file.path}" for file in self.listing.catalog.foreign]
        copied = paths[:MOST_COPIED]
        self.app.copy_to_clipboard(copyable("\n".join(copied)))
        left = f", the first {MOST_COPIED:,} of {len(paths):,}" if len(paths) > MOST_COPIED else ""
        told = shown(copied[0]) if len(copied) == 1 else f"{count(len(copied), 'path')}{left}"
        self.notify(f"Copied {told}", markup=False)

    def action_turn(self) -> None:
        """Open the row, or close it."""
        if (row := self.cache_tree.current) is not None:
            self._fold(row, not row.open)

    def action_unfold(self) -> None:
        """Open the row; one that is open is gone into."""
        row = self.cache_tree.current
        if row is not None and row.folds:
            if row.open:
                self.cache_tree.go(self.cache_tree.cursor + 1)
            else:
                self._fold(row, True)

    def action_fold(self) -> None:
        """Close the row; from one that is not open go to what it lies in."""
        row = self.cache_tree.current
        if row is None:
            return
        if row.open:
            self._fold(row, False)
        elif row.depth:
            self.cache_tree.go_to(row.place.shelf if row.depth == 1 else row.place)

    def _fold(self, row: Row, is_open: bool) -> None:
        if row.folds and isinstance(row.key, Place):
            self.cache_tree.hold()
            (self.listing.opened.add if is_open else self.listing.opened.discard)(row.key)
            self.show_rows()

    # What the parts tell

    def on_mount(self) -> None:
        """Update the details with the cursor, and the rows with the filter, within the same frame."""
        self.watch(self.cache_tree, "highlighted", self._show_details)
        self.watch(self.query_one(FilterBox), "value", self._type, init=False)
        self.watch(self.screen, "focused", self._filter, init=False)

    def _type(self, typed: str) -> None:
        """Suggest how to go on, and filter."""
        self._filter()
        box = self.query_one(FilterBox)
        box.suggest(self.listing.suggest(typed) if self.screen.focused is box else "")

    def _filter(self) -> None:
        """Show what matches what is typed: as long as the box has the focus, the end of it may be unfinished."""
        box, listing, before = self.query_one(FilterBox), self.listing, self.listing.filtering
        if not listing.filter(box.value, done=self.screen.focused is not box):
            return
        box.show_wrong(listing.query.error.position if listing.query and listing.query.error else None)
        self.show_rows()
        if listing.filtering != before:
            self.refresh_bindings()

    def _show_details(self, row: Row | None) -> None:
        self.query_one(Details).row = row
        if self._resting is not None:
            self._resting.stop()
        self._resting = None if row is None else self.set_timer(RESTS, partial(foresee, row))

    @on(CacheTree.Folded)
    def _toggle_clicked(self, event: CacheTree.Folded) -> None:
        event.stop()
        self._fold(event.row, not event.row.open)

    @on(CacheTree.Ticked)
    def _mark_clicked(self, event: CacheTree.Ticked) -> None:
        event.stop()
        if not event.row.foreign:
            self.listing.toggle([event.row])
            self._marks_changed()

    @on(Titles.Sorted)
    def _sort_clicked(self, event: Titles.Sorted) -> None:
        event.stop()
        self.action_sort(event.by)
