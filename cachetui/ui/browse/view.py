"""View that lists the cache by project, version and file; entries are marked here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.reactive import var

from cachetui.browsing.catalog import GroupKind
from cachetui.browsing.model import BrowserModel, MarkTotals, expect_filter
from cachetui.browsing.rows import By, SortOrder, requirement_of
from cachetui.services.services import Services
from cachetui.ui.activity import Activities, Activity, shown_progress
from cachetui.ui.bindings import key_name
from cachetui.ui.browse.body import BrowseBody
from cachetui.ui.browse.choice import STILL_NAMING, foreign_words, paths_of, why_not_removable
from cachetui.ui.browse.column_titles import ColumnTitles
from cachetui.ui.browse.empty_state import page_of, why_no_rows
from cachetui.ui.browse.facts import MissingFacts
from cachetui.ui.browse.filter_bar import FilterBox, FilterLine
from cachetui.ui.browse.keys import KEYS, RANGE_WORDS
from cachetui.ui.browse.sort_menu import SortMenu
from cachetui.ui.browse.tree import CacheTree
from cachetui.ui.cache_screen import Pythons, Reading
from cachetui.ui.clipboard import copy_paths
from cachetui.ui.messages import AskWhy, MarksChanged, ToggleProtection
from cachetui.ui.widgets.notices import MessagePage
from cachetui.ui.workers import run_in_thread, start_worker

if TYPE_CHECKING:
    from cachetui.environments.used_by import Usage
    from cachetui.labels import Label
    from cachetui.model import Batch, Entry

WITHIN_A_FRAME = 50_000
"""Maximum number of entries that are filtered before a typed letter is drawn; more entries are filtered after it."""


class Browse(Vertical):
    """Filter, rows and details of one view model."""

    BINDING_GROUP_TITLE = "Browse"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    DEFAULT_CSS = """
    Browse {
        & > MessagePage { display: none; }
        &.-plain > MessagePage { display: block; }
        &.-plain > BrowseBody, &.-plain > FilterLine { display: none; }
        &.-bare Details { display: none !important; }
    }
    """

    reading: var[Reading] = var(Reading())
    revision: var[int] = var(0)
    marks: var[MarkTotals] = var(MarkTotals(), always_update=True)
    scanned: var[Batch | None] = var(None, always_update=True)
    pythons: var[Pythons] = var(Pythons())
    usage: var[Usage | None] = var(None)
    findings: var[Mapping[str, str]] = var({})
    activities: var[Activities] = var({})

    def __init__(self, services: Services, model: BrowserModel, id: str | None = None) -> None:
        super().__init__(id=id)
        self.services = services
        self.model = model
        self.body = BrowseBody(model)
        """The rows and the details."""
        self._now = 0  # time of the last update, in nanoseconds since the epoch
        self._explained = False  # whether the notice about marks was shown
        self._missing_facts = MissingFacts(model, services)

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield FilterLine()
        yield MessagePage()
        yield self.body

    @property
    def cache_tree(self) -> CacheTree:
        """The rows."""
        return self.body.cache_tree

    @property
    def is_plain(self) -> bool:
        """Whether a page of words is shown in place of rows."""
        return self.has_class("-plain")

    @property
    def why_not_chosen(self) -> str | None:
        """Why the removal of the row or the range cannot be reviewed now (a sentence); None if it can."""
        return why_not_removable(self.cache_tree.chosen, self.model)

    def activate(self) -> None:
        """Focus the rows."""
        self.screen.set_focus(self.cache_tree)  # at once, because the next key may be waiting

    def filter_by(self, text: str) -> None:
        """Show the entries that a filter matches, and go to the first row."""
        self.query_one(FilterBox).value = text
        self._filter()
        self.cache_tree.go(0)

    def reveal(self, entry: Entry) -> None:
        """Go to the row of an entry: expand its parents, and clear the filter."""
        place = self.model.catalog.place(entry)
        self.model.expanded |= {place.group_key, place}
        self.query_one(FilterBox).value = ""
        self.show_rows()
        for row in reversed(self.model.locate(entry.path)):  # the last of the rows that exists stays current
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
        self.body.refresh_signs()
        if self.model.filters_marks:
            self.show_rows()

    def watch_pythons(self, pythons: Pythons) -> None:
        """Show what the Pythons on this system can use, once all of them are known."""
        if pythons.state != "done":
            return
        self.body.details.pythons = pythons.working
        self._forget("unusable")

    def watch_usage(self, usage: Usage | None) -> None:
        """Show which environments use the entries of the row, once they are known."""
        if usage is not None:
            self.body.details.usage = usage
            self._forget("used", "unused")

    def _forget(self, *words: Label) -> None:
        """Discard the facts behind labels, whose basis has changed; find them again if the filter needs them."""
        self.workers.cancel_group(self, "facts")
        self._missing_facts.forget()
        for word in words:
            self.model.invalidate(word)
        query = self.model.query
        if not self.is_plain and query is not None and not query.words.isdisjoint(words):
            self.show_rows()

    def watch_findings(self, findings: Mapping[str, str]) -> None:
        """Show the known dangers and the known damage of the row."""
        if self.is_mounted:
            self.body.details.findings = findings

    def watch_activities(self) -> None:
        """Show the progress of an activity that is running."""
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
        """Draw the model's current rows; `from_top` scrolls to the first row."""
        self.remove_class("-plain")
        model, tree = self.model, self.cache_tree
        model.now = self._now
        self._missing_facts.find(self, self.pythons, self.usage, self.show_rows)
        clear = key_name(self.app, "filter.clear")
        named = self.services.python is not None
        tree.empty = why_no_rows(model, self.pythons, self.usage, python_named=named, clear_key=clear)
        self.body.show_rows(self._now, from_top=from_top)
        self._show_count()
        if self.marks != model.mark_totals:  # the totals change with the filter
            self.post_message(MarksChanged())

    def _show_count(self) -> None:
        """Show the progress of an activity to the right of the filter, or else what it shows."""
        self.query_one(FilterLine).show_state(self.model, shown_progress(self.activities))

    def on_resize(self) -> None:
        """Update the words beside the filter to the new width."""
        self._show_count()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable actions that currently have no effect, or whose key currently does something else."""
        if action == "back":
            return Activity.EXPORTING not in self.activities and (
                self.model.filtering or self.cache_tree.range_from is not None
            )
        if action == "filter" and self.query_one(FilterBox).has_focus:
            return False  # in the box, the key types a letter
        if action == "why" and not self.services.is_pips:
            return False
        if hasattr(type(self), f"action_{action}"):
            return not self.has_class("-plain")
        return True

    def _mark(self, mark: Callable[[], object]) -> None:
        """Call `mark`. It has no effect while a filter waits for entries to be identified: then show why, once."""
        if self.model.is_identifying and not self._explained:
            self._explained = True
            self.notify(STILL_NAMING, markup=False)
        mark()
        self.post_message(MarksChanged())

    # Actions of keys

    def action_mark(self) -> None:
        """Mark or unmark the row, and go one row down; or mark or unmark the range, and end the range."""
        tree = self.cache_tree
        rows = [row for row in tree.chosen if not row.foreign]
        if not rows and tree.current is not None:
            self.notify(foreign_words(self.model.tool), markup=False)
        self._mark(partial(self.model.toggle, rows))
        tree.refresh_signs()  # in one frame with the cursor, before the screen has received the message
        if tree.range_from is not None:
            tree.choose(False)
        else:
            tree.go(tree.cursor + 1)

    def action_range(self) -> None:
        """Begin a range of rows, or end it."""
        self.cache_tree.choose(self.cache_tree.range_from is None)

    def action_extend(self, step: int) -> None:
        """Begin a range of rows, unless there is one, and extend it."""
        self.cache_tree.extend_to(self.cache_tree.cursor + step)

    @property
    def footer_words(self) -> Mapping[str, str]:
        """Footer words of keys, by the ids of their bindings, if they currently differ from the usual ones."""
        is_range = self.is_mounted and self.cache_tree.range_from is not None
        return RANGE_WORDS if is_range else {}

    def action_mark_all(self) -> None:
        """Mark all entries that the filter shows."""
        self._mark(self.model.mark_all)

    def action_unmark_all(self) -> None:
        """Unmark everything."""
        self.model.unmark_all()
        self.post_message(MarksChanged())

    def action_invert(self) -> None:
        """Mark the shown entries that are not marked, and unmark the other shown entries."""
        self._mark(self.model.invert)

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
        """Copy the absolute paths of the row's entries, or of its foreign files."""
        if row := self.cache_tree.current:
            root = self.services.location.root
            copy_paths(self, [f"{root}/{path}" for path in paths_of(row, self.model)])

    def action_why(self) -> None:
        """Go to Why with a question about the row."""
        row = self.cache_tree.current
        text = requirement_of(row) if row is not None else ""
        if text:
            self.post_message(AskWhy(text))
        else:
            self.notify("Why works on projects; this row has none.", markup=False)

    def action_protect(self) -> None:
        """Protect the project of the row from removal, or end its protection."""
        row = self.cache_tree.current
        if row is not None and row.place.rank is GroupKind.PROJECT:
            self.post_message(ToggleProtection(row.place.project))
        else:
            self.notify("Only projects can be protected; this row has none.", markup=False)

    def action_toggle_row(self) -> None:
        """Open the row, or close it if it is open."""
        if self.body.toggle_row():
            self.show_rows()

    def action_expand(self) -> None:
        """Open the row; if it is already open, go to its first child."""
        if self.body.expand_row():
            self.show_rows()

    def action_collapse(self) -> None:
        """Close the row; if it is already closed, go to its parent."""
        if self.body.collapse_row():
            self.show_rows()

    # Events of the widgets

    def on_mount(self) -> None:
        """Filter whenever the filter or the focus changes; reserve room in the details if Pythons are searched for."""
        self.body.details.searches = self.services.find_pythons_here
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

    @on(CacheTree.Folded)
    def _toggle_clicked(self, event: CacheTree.Folded) -> None:
        event.stop()
        if self.body.toggle_row(event.row):
            self.show_rows()

    @on(CacheTree.Ticked)
    def _mark_clicked(self, event: CacheTree.Ticked) -> None:
        event.stop()
        row = self.cache_tree.table.rows[event.row]
        if not row.foreign:
            self.model.toggle([row])
            self.post_message(MarksChanged())

    @on(ColumnTitles.Sorted)
    def _sort_clicked(self, event: ColumnTitles.Sorted) -> None:
        event.stop()
        self.action_sort(event.by)
