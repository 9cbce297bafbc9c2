"""View that lists the cache by project, version and file; entries are marked here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.reactive import var

from cachetui.browsing.catalog import GroupKey, GroupKind
from cachetui.browsing.model import BrowserModel, MarkTotals, expect_filter
from cachetui.browsing.rows import By, Row, SortOrder, requirement_of
from cachetui.services.guard import guard
from cachetui.services.services import Services
from cachetui.ui.activity import Activities, Activity, shown_progress
from cachetui.ui.bindings import MARK, MOVE, SHOW, key, key_name
from cachetui.ui.browse.column_titles import ColumnTitles
from cachetui.ui.browse.columns import Scale
from cachetui.ui.browse.details import Details
from cachetui.ui.browse.empty_state import page_of, why_no_rows
from cachetui.ui.browse.filter_bar import FilterBox, FilterLine
from cachetui.ui.browse.sort_menu import SortMenu
from cachetui.ui.browse.tree import CacheTree, Table
from cachetui.ui.cache_screen import Pythons, Reading
from cachetui.ui.clipboard import copy_paths
from cachetui.ui.messages import AskWhy, MarksChanged, ToggleProtection
from cachetui.ui.widgets.notices import MessagePage
from cachetui.ui.workers import notifying, run_in_thread, start_worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from cachetui.labels import Facts, Label
    from cachetui.model import Batch, Entry, File

WITHIN_A_FRAME = 50_000
"""Maximum number of entries that are filtered before the typed letter is drawn; more are filtered after it."""
AT_ONCE = 2_000
"""Maximum number of entries whose facts are found within a frame; for more, a worker thread is used."""

RANGE_WORDS = {"marks.toggle": "mark the range", "filter.back": "leave the range"}
"""Footer words of keys while a range of rows is being chosen, by the ids of their bindings."""
FOREIGN_WORDS = "These are not pip's files: cachetui counts them and never removes them."
STILL_NAMING = "What the filter shows can be marked as soon as everything is named."


class Browse(Vertical):
    """Filter, rows and details of one view model."""

    BINDING_GROUP_TITLE = "Browse"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("space", "mark", "mark", "marks.toggle", MARK, "Mark the row, or unmark it, and step down", show=True),
        key("slash", "filter", "filter", "filter.open", SHOW, "Show only what the terms you type choose", show=True),
        key("s", "sort_menu", "sort", "sort.size", SHOW, "Choose the order: size, name, count, age", show=True),
        key("w", "why", "why", "why.open", SHOW, "Ask why pip does what it does with this", show=True),
        key("e", "screen.export", "export", "marks.export", MARK, "Export wheels and sdists to a folder", show=True),
        key("n", "sort('name')", "by name", "sort.name", SHOW, "Sort by name; again: from z to a"),
        key("C", "sort('count')", "by count", "sort.count", SHOW, "Sort by number of files; again: fewest first"),
        key("M", "sort('age')", "by age", "sort.age", SHOW, "Sort by the age shown, oldest first; again: newest first"),
        key("a", "mark_all", "all", "marks.all", MARK, "Mark everything that is shown", show=True),
        key("U", "unmark_all", "unmark", "marks.none", MARK, "Unmark everything, shown or not", show=True),
        key("v", "range", "range", "marks.range", MARK, "Begin a range of rows, which Space marks", show=True),
        key("shift+down", "extend(1)", "range", "marks.extend-down", MARK, "Extend the range of rows by the next row"),
        key("shift+up", "extend(-1)", "range", "marks.extend-up", MARK, "Extend the range of rows by the row above"),
        key("asterisk", "invert", "invert", "marks.invert", MARK, "Mark what is shown and not marked, unmark the rest"),
        key("m", "next_age", "age", "show.age", SHOW, "Show the next age: downloaded, checked, read"),
        key("A", "apparent", "file sizes", "show.apparent", SHOW, "Show file sizes, or disk usage"),
        key("p", "protect", "protect", "rows.protect", MARK, "Protect the project from removal, or stop protecting it"),
        key("i", "details", "details", "show.details", SHOW, "Show or hide the details"),
        key("y", "copy", "copy path", "rows.copy", SHOW, "Copy where it lies on the disk"),
        key("enter", "toggle_row", "open", "rows.turn", MOVE, "Open the row, or close it"),
        key("right,l", "expand", "open", "rows.open", MOVE, "Open the row; from an open one go to its first child"),
        key("left,h", "collapse", "close", "rows.close", MOVE, "Close the row; from a closed one go to its parent"),
        key("escape", "back", "clear filter", "filter.back", SHOW, "Leave the range; or clear the filter", show=True),
    ]

    DEFAULT_CSS = """
    Browse {
        & > #body, #list { height: 1fr; }
        #list { width: 1fr; }
        & > MessagePage { display: none; }
        &.-plain > MessagePage { display: block; }
        &.-plain > #body, &.-plain > FilterLine { display: none; }
        &.-bare Details { display: none !important; }
    }
    """

    reading: var[Reading] = var(Reading())
    revision: var[int] = var(0)
    marks: var[MarkTotals] = var(MarkTotals(), always_update=True)
    scanned: var[Batch | None] = var(None, always_update=True)
    pythons: var[Pythons] = var(Pythons())
    findings: var[Mapping[str, str]] = var({})
    activities: var[Activities] = var({})

    def __init__(self, services: Services, model: BrowserModel, id: str | None = None) -> None:
        super().__init__(id=id)
        self.services = services
        self.model = model
        self._now = 0  # time of the last update, in nanoseconds since the epoch
        self._explained = False  # whether the notice about marks was shown
        self._protected = model.protected_groups  # what the details were drawn for
        self._shown: tuple[object, ...] = ()  # filter and order of the rows, and whether a scan may still name entries
        self._finding: tuple[int, frozenset[Label]] | None = None  # revision and labels of the facts being found

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield FilterLine()
        yield MessagePage()
        with Container(id="body"):
            with Vertical(id="list"):
                yield ColumnTitles()
                yield CacheTree()
            yield Details()

    @property
    def cache_tree(self) -> CacheTree:
        """The rows."""
        return self.query_one(CacheTree)

    @property
    def is_plain(self) -> bool:
        """Whether a page of words is shown in place of rows."""
        return self.has_class("-plain")

    @property
    def current_entries(self) -> list[Entry]:
        """The entries of the row under the cursor."""
        row = self.cache_tree.current
        return [] if row is None else list(row.group.entries)

    @property
    def chosen_entries(self) -> list[Entry]:
        """The entries of the row under the cursor, or of the range of rows; each of them once."""
        return list({entry.path: entry for row in self.cache_tree.chosen for entry in row.group.entries}.values())

    @property
    def why_not_chosen(self) -> str | None:
        """Why the entries of the row or the range cannot be removed, as a sentence; None if they can."""
        rows = self.cache_tree.chosen
        if rows and all(row.foreign for row in rows):
            return FOREIGN_WORDS
        if not self.model.is_final:
            return STILL_NAMING if self.model.is_identifying else "Complete the last term of the filter first."
        return None

    def activate(self) -> None:
        """Focus the rows."""
        self.screen.set_focus(self.cache_tree)  # at once, because the next key may be waiting

    def filter_by(self, text: str) -> None:
        """Show the entries that a filter matches."""
        self.query_one(FilterBox).value = text

    def reveal(self, entry: Entry) -> None:
        """Go to the row of an entry: expand its parents, and clear the filter."""
        place = self.model.catalog.place(entry)
        self.model.expanded |= {place.group_key, place}
        self.query_one(FilterBox).value = ""
        self.show_rows()
        for row in reversed(self.model.locate(entry.path)):  # the last of these that exists stays current
            self.cache_tree.go_to(row)

    # Reactions to changes of the shared state

    def watch_reading(self, reading: Reading) -> None:
        """Show why there are no rows, if there are none."""
        if reading.inventory is None:
            self._show()

    def watch_revision(self) -> None:
        """Show the changed content of the model."""
        self._show()

    def watch_marks(self) -> None:
        """Redraw the marks; show other rows if the filter is about marks."""
        if self.is_plain:
            return
        if self._protected is not self.model.protected_groups:
            self._protected = self.model.protected_groups
            self.query_one(Details).refresh()
        if self.model.filters_marks:
            self.show_rows()
        else:
            self.cache_tree.refresh_signs()

    def watch_pythons(self, pythons: Pythons) -> None:
        """Show what the Pythons on this system can use, once all of them are known."""
        if pythons.state != "done":
            return
        details = self.query_one(Details)
        details.pythons = pythons.working
        details.refresh()
        self.workers.cancel_group(self, "facts")  # these facts are based on the earlier Pythons
        self._finding = None
        self.model.invalidate("unusable")
        query = self.model.query
        if not self.is_plain and query is not None and "unusable" in query.words:
            self.show_rows()

    def watch_findings(self, findings: Mapping[str, str]) -> None:
        """Show the known damage of the row."""
        if self.is_mounted:
            details = self.query_one(Details)
            details.findings = findings
            details.refresh()

    def watch_activities(self) -> None:
        """Show the progress of the activities."""
        self._show_count()

    def _show(self) -> None:
        """Show rows, or a page that says why there are none."""
        rescan, leave = key_name(self.app, "cache.rescan"), key_name(self.app, "app.quit")
        page = page_of(self.reading, self.model, self.scanned, self.services, rescan, leave)
        if page is None:
            self._now = self.services.clock()
            self.show_rows()
        else:
            self.add_class("-plain")
            self.query_one(MessagePage).show_page(page)
            self.refresh_bindings()

    def show_rows(self, *, from_top: bool = False) -> None:
        """Draw the rows of the model as they are at present; `from_top` shows the first row."""
        self.remove_class("-plain")
        model, tree = self.model, self.cache_tree
        model.now = self._now
        self._find_out()
        clear = key_name(self.app, "filter.clear")
        named = self.services.python is not None
        tree.empty = why_no_rows(model, self.pythons, python_named=named, clear_key=clear)
        details = self.query_one(Details)
        details.now, details.protection = self._now, model.protection
        scale = Scale(*model.scale(), self._now)
        table = Table(model.rows(), model.order, scale, model.sign, model.protection)
        before, self._shown = self._shown, (model.query, model.order, model.catalog.naming)
        if from_top:
            tree.show_top(table, model.locate)
        else:
            tree.show(table, model.locate, keeps_place=before == self._shown and not model.catalog.naming)
        self.query_one(ColumnTitles).show(model.order)
        self._show_count()
        if self.marks != model.mark_totals:  # the totals change with the filter
            self.post_message(MarksChanged())

    def _find_out(self) -> None:
        """Find the facts that the filter needs, unless entries are still being identified.

        Identification changes the entries, so that facts would soon be out of date.
        """
        model = self.model
        words = model.missing_facts if self._knows_pythons else model.missing_facts - {"unusable"}
        if not words or model.catalog.naming or self._finding == (model.generation, words):
            return
        entries = tuple(model.catalog.entries.values())
        find = partial(self.services.facts, entries, words, protect=model.protect, tags=self.pythons.tags)
        self._finding = model.generation, words
        if len(entries) <= AT_ONCE and not ("unusable" in words and self.services.python):
            with notifying(self), guard("apply the filter"):
                model.set_facts(model.generation, words, find())
        else:
            start_worker(self, self._find_facts, model.generation, words, find, group="facts")

    async def _find_facts(self, generation: int, words: frozenset[Label], find: Callable[[], Facts]) -> None:
        """Find facts in a worker thread, then show the rows that match the filter given these facts."""
        if self.model.set_facts(generation, words, await run_in_thread(find)):
            self.show_rows()

    @property
    def _knows_pythons(self) -> bool:
        return self.services.python is not None or self.pythons.state == "done"

    def _show_count(self) -> None:
        """Show the progress of an activity to the right of the filter, or else the number of projects."""
        self.query_one(FilterLine).show_state(self.model, shown_progress(self.activities))

    def on_resize(self) -> None:
        """Update the words beside the filter to the new width."""
        self._show_count()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable actions that have no effect at present."""
        if action == "back":
            return Activity.EXPORTING not in self.activities and (
                self.model.filtering or self.cache_tree.range_from is not None
            )
        if action == "filter" and self.query_one(FilterBox).has_focus:
            return False  # in the box, the key types a letter
        if hasattr(type(self), f"action_{action}"):
            return not self.has_class("-plain")
        return True

    def _marks_changed(self) -> None:
        self.cache_tree.refresh_signs()
        self.post_message(MarksChanged())

    def _explain_if_unsure(self) -> None:
        """Notify the user why nothing is marked while a filter waits for entries to be identified."""
        if self.model.is_identifying and not self._explained:
            self._explained = True
            self.notify(STILL_NAMING, markup=False)

    # Actions of keys

    def action_mark(self) -> None:
        """Mark or unmark the row or the range, and go one row down."""
        tree = self.cache_tree
        rows = [row for row in tree.chosen if not row.foreign]
        if not rows and tree.current is not None:
            self.notify(FOREIGN_WORDS, markup=False)
        self._explain_if_unsure()
        self.model.toggle(rows)
        if tree.range_from is not None:
            tree.choose(False)
        else:
            tree.go(tree.cursor + 1)
        self._marks_changed()

    def action_range(self) -> None:
        """Begin a range of rows, or end it."""
        self.cache_tree.choose(self.cache_tree.range_from is None)

    def action_extend(self, step: int) -> None:
        """Begin a range of rows, unless there is one, and extend it."""
        tree = self.cache_tree
        if tree.range_from is None:
            tree.choose(True)
        tree.go(tree.cursor + step)

    @property
    def footer_words(self) -> Mapping[str, str]:
        """Footer words of keys, by the ids of their bindings, if they differ from the usual ones at present."""
        is_range = self.is_mounted and self.cache_tree.range_from is not None
        return RANGE_WORDS if is_range else {}

    def action_mark_all(self) -> None:
        """Mark all rows that are shown."""
        self._explain_if_unsure()
        self.model.mark_all()
        self._marks_changed()

    def action_unmark_all(self) -> None:
        """Unmark everything."""
        self.model.unmark_all()
        self._marks_changed()

    def action_invert(self) -> None:
        """Mark the shown entries that are not marked, and unmark those that are."""
        self._explain_if_unsure()
        self.model.invert()
        self._marks_changed()

    def action_sort(self, by: By) -> None:
        """Sort by a key; if the rows are already sorted by it, reverse the order."""
        self._arrange(self.model.order.sorted_by(by))

    async def action_sort_menu(self) -> None:
        """Choose the order from a menu."""

        def sort(by: By | None) -> None:
            if by is not None:
                self.action_sort(by)

        await self.app.push_screen(SortMenu(self.model.order), sort)

    def action_next_age(self) -> None:
        """Show the next age: downloaded, checked or read."""
        order = self.model.order
        self._arrange(order.next_age(), is_sorted_by_it=order.by == "age")

    def action_apparent(self) -> None:
        """Switch between disk usage and lengths of files."""
        order = self.model.order
        self._arrange(replace(order, apparent=not order.apparent), is_sorted_by_it=order.by == "size")

    def _arrange(self, order: SortOrder, *, is_sorted_by_it: bool = True) -> None:
        """Show the rows with another order or other figures; rows in another order are shown from the top."""
        self.model.order = order
        self.show_rows(from_top=is_sorted_by_it)

    def action_filter(self) -> None:
        """Go to the filter box."""
        self.screen.set_focus(self.query_one(FilterBox))  # at once, because the next key may be waiting
        prepare = partial(start_worker, self, run_in_thread, expect_filter, self.model.catalog.groups, group="filter")
        self.call_after_refresh(prepare)  # the box is seen first

    def action_back(self) -> None:
        """End the range; without a range, clear the filter."""
        if self.cache_tree.range_from is not None:
            self.cache_tree.choose(False)
        else:
            self.cache_tree.hold()
            self.query_one(FilterBox).value = ""

    def action_details(self) -> None:
        """Show or hide the details."""
        self.toggle_class("-bare")

    def action_copy(self) -> None:
        """Copy the paths of the row's entries."""
        row = self.cache_tree.current
        if row is None:
            return
        root = self.services.location.root
        files: Iterable[Entry | File] = row.group.entries
        if row.foreign:
            files = self.model.catalog.foreign if row.file is None else (row.file,)
        copy_paths(self, [f"{root}/{file.path}" for file in files])

    def action_why(self) -> None:
        """Go to Why with a question about the row."""
        row = self.cache_tree.current
        text = requirement_of(row) if row is not None else ""
        if text:
            self.post_message(AskWhy(text))
        else:
            self.notify("Why is told of projects: this row belongs to none.", markup=False)

    def action_protect(self) -> None:
        """Protect the project of the row from removal, or free it."""
        row = self.cache_tree.current
        if row is not None and row.place.rank is GroupKind.PROJECT:
            self.post_message(ToggleProtection(row.place.project))
        else:
            self.notify("Only projects can be protected, and this row belongs to none.", markup=False)

    def action_toggle_row(self) -> None:
        """Open the row, or close it if it is open."""
        if (row := self.cache_tree.current) is not None:
            self._fold(row, not row.open)

    def action_expand(self) -> None:
        """Open the row; if it is already open, go to its first child."""
        row = self.cache_tree.current
        if row is not None and row.folds:
            if row.open:
                self.cache_tree.go(self.cache_tree.cursor + 1)
            else:
                self._fold(row, True)

    def action_collapse(self) -> None:
        """Close the row; if it is already closed, go to its parent."""
        row = self.cache_tree.current
        if row is None:
            return
        if row.open:
            self._fold(row, False)
        elif row.depth:
            self.cache_tree.go_to(row.place.group_key if row.depth == 1 else row.place)

    def _fold(self, row: Row, is_open: bool) -> None:
        if row.folds and isinstance(row.key, GroupKey):
            self.cache_tree.hold()
            (self.model.expanded.add if is_open else self.model.expanded.discard)(row.key)
            self.show_rows()

    # Events of the widgets

    def on_mount(self) -> None:
        """Update the details with the cursor, and the rows with the filter, within the same frame."""
        self.watch(self.cache_tree, "highlighted", self._show_details)
        self.watch(self.query_one(FilterBox), "value", self._type, init=False)
        self.watch(self.screen, "focused", self._filter, init=False)

    def _type(self, typed: str) -> None:
        """Suggest a completion, and filter; with very many entries, the typed letter is drawn before the rows."""
        if len(self.model.catalog.entries) > WITHIN_A_FRAME:
            self.call_after_refresh(self._filter)
        else:
            self._filter()
        box = self.query_one(FilterBox)
        box.suggest(self.model.suggest(typed) if self.screen.focused is box else "")

    def _filter(self) -> None:
        """Apply the typed filter; its last term may be unfinished while the box has the focus."""
        box, model, before = self.query_one(FilterBox), self.model, self.model.filtering
        if not model.filter(box.value, done=self.screen.focused is not box):
            return
        box.show_wrong(model.query.error.position if model.query and model.query.error else None)
        self.show_rows()
        if model.filtering != before:
            self.refresh_bindings()

    def _show_details(self, row: Row | None) -> None:
        self.query_one(Details).row = row and row._replace(open=False)  # the details of an open row are the same

    @on(CacheTree.Folded)
    def _toggle_clicked(self, event: CacheTree.Folded) -> None:
        event.stop()
        row = self.cache_tree.table.rows[event.row]
        self._fold(row, not row.open)

    @on(CacheTree.Ticked)
    def _mark_clicked(self, event: CacheTree.Ticked) -> None:
        event.stop()
        row = self.cache_tree.table.rows[event.row]
        if not row.foreign:
            self.model.toggle([row])
            self._marks_changed()

    @on(ColumnTitles.Sorted)
    def _sort_clicked(self, event: ColumnTitles.Sorted) -> None:
        event.stop()
        self.action_sort(event.by)
