"""Rows of Browse with the titles of their columns, and the details of the row under the cursor."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical

from cachetui.browsing.catalog import GroupKey
from cachetui.browsing.model import BrowserModel
from cachetui.browsing.rows import Row
from cachetui.ui.browse.column_titles import ColumnTitles
from cachetui.ui.browse.columns import Scale
from cachetui.ui.browse.details import Details
from cachetui.ui.browse.tree import CacheTree, Table


class BrowseBody(Container):
    """The rows of a model, and the details of one row."""

    DEFAULT_CSS = """
    BrowseBody {
        &, #list { height: 1fr; }
        #list { width: 1fr; }
    }
    """

    def __init__(self, model: BrowserModel) -> None:
        super().__init__(id="body")
        self.model = model
        self._protected = model.protected_groups  # what the details were drawn for
        self._shown: tuple[object, ...] = ()  # filter and order of the rows, and whether a scan may still name entries

    def compose(self) -> ComposeResult:
        """Lay out the rows and the details."""
        with Vertical(id="list"):
            yield ColumnTitles()
            yield CacheTree()
        yield Details()

    @property
    def cache_tree(self) -> CacheTree:
        """The tree of rows."""
        return self.query_one(CacheTree)

    @property
    def details(self) -> Details:
        """The details of the row under the cursor."""
        return self.query_one(Details)

    def on_mount(self) -> None:
        """Arrange that the details follow the cursor, within the same frame."""
        self.details.tool = self.model.tool
        self.watch(self.cache_tree, "highlighted", self._show_details)

    def _show_details(self, row: Row | None) -> None:
        self.details.row = row and row._replace(open=False)  # the details of an open row are the same

    def show_rows(self, now: int, *, from_top: bool) -> None:
        """Draw the rows of the model; `from_top` scrolls to the first row.

        `now` is the current time, in nanoseconds since the epoch.
        """
        model, details = self.model, self.details
        details.now, details.protection, details.copies = now, model.protection, model.catalog.copies
        table = Table(model.rows(), model.order, Scale(*model.scale(), now), model.sign, model.protection)
        before, self._shown = self._shown, (model.query, model.order, model.catalog.naming)
        if from_top:
            self.cache_tree.show_top(table, model.locate)
        else:
            self.cache_tree.show(table, model.locate, keeps_place=before == self._shown and not model.catalog.naming)
        self.query_one(ColumnTitles).show(model.order)

    def refresh_signs(self) -> None:
        """Redraw the signs of marks and of protection that have changed."""
        if self._protected is not self.model.protected_groups:
            self._protected = self.model.protected_groups
            self.details.refresh()
        self.cache_tree.refresh_signs()

    def toggle_row(self, index: int | None = None) -> bool:
        """Open a row, by default the current one, or close it if it is open; return whether the rows change."""
        row = self.cache_tree.current if index is None else self.cache_tree.table.rows[index]
        return row is not None and self._fold(row, not row.open)

    def expand_row(self) -> bool:
        """Open the current row; if it is already open, go to its first child. Return whether the rows change."""
        row = self.cache_tree.current
        if row is None or not row.folds:
            return False
        if row.open:
            self.cache_tree.go(self.cache_tree.cursor + 1)
            return False
        return self._fold(row, True)

    def collapse_row(self) -> bool:
        """Close the current row; if it is already closed, go to its parent. Return whether the rows change."""
        row = self.cache_tree.current
        if row is None:
            return False
        if row.open:
            return self._fold(row, False)
        if row.depth:
            self.cache_tree.go_to(row.place.group_key if row.depth == 1 else row.place)
        return False

    def _fold(self, row: Row, is_open: bool) -> bool:
        if not (row.folds and isinstance(row.key, GroupKey)):
            return False
        self.cache_tree.hold()
        (self.model.expanded.add if is_open else self.model.expanded.discard)(row.key)
        return True
