"""Marks of the items of figures (does not import Textual)."""

from __future__ import annotations

from cachetui.browsing.catalog import GroupKey
from cachetui.browsing.group import EntryGroup
from cachetui.browsing.model import BrowserModel, MarkState
from cachetui.model import Entry
from cachetui.ui.audit.entry_index import EntryIndex
from cachetui.ui.audit.items import FigureChoice


class FigureMarks:
    """The marks of a browser model, for the figures of an audit.

    They are held as a set of the catalog's entries, so that the mark state of a figure's item is fast to compute. If
    the catalog or the protection has changed since the audit, or if the item has neither `number` nor `places`, its
    entries are examined one by one.
    """

    def __init__(self, model: BrowserModel, order: EntryIndex) -> None:
        self._model, self._order = model, order
        self._marked: int | None = None  # the set of the marked entries, once computed
        self._next: int | None = None  # the set after a change that was made here and not yet announced

    def toggle(self, choice: FigureChoice) -> None:
        """Mark all entries of an item, or unmark them if all of them are marked."""
        whole, marks = self.sign(choice) == "x", self._model.marks
        if not self._is_current or not (choice.number or choice.places):
            groups = self._groups_of(choice)
            with marks.change(self._model.catalog):
                (marks.unmark if whole else marks.mark)(groups)
            self._marked = self._next = None
            return
        number, before = choice.number or self._order.whole(choice.places), self._marked_set
        self._marked = self._next = before & ~number if whole else before | number
        with marks.change(self._model.catalog):
            marks.clear()
            marks.mark(self._order.parts(self._marked, self._model.catalog))  # faster than adding to the current marks
        if self._model.catalog.twins:  # more may have been marked or unmarked
            self._marked = self._next = None

    def clear(self) -> None:
        """Unmark everything."""
        self._model.unmark_all()
        self._marked = self._next = None

    def marks_changed(self) -> None:
        """Discard what was computed from the marks, unless the change was made here."""
        self._marked, self._next = self._next, None

    def sign(self, choice: FigureChoice) -> MarkState:
        """Return the mark state of a choice."""
        model, marks = self._model, self._model.marks
        if not marks or not choice.entries:
            return " "
        if self._is_current and choice.number:
            both = self._marked_set & choice.number
            return " " if not both else "x" if both == choice.number else "-"
        if self._is_current and choice.places:
            number = sum(map(marks.count, choice.places))
        else:
            group_of = model.catalog.group_key
            number = sum([entry.path in marks.at(group_of(entry)) for entry in choice.entries])
        return " " if not number else "x" if number == len(choice.entries) else "-"

    def _groups_of(self, choice: FigureChoice) -> list[tuple[GroupKey, EntryGroup]]:
        """Return the entries of an item that are still in the catalog, grouped by their project or other group."""
        catalog = self._model.catalog
        found: dict[GroupKey, list[Entry]] = {}
        for entry in choice.entries:
            if (known := catalog.entries.get(entry.path)) is not None:
                found.setdefault(catalog.group_key(known), []).append(known)
        return [(place, EntryGroup(own)) for place, own in found.items()]

    @property
    def _marked_set(self) -> int:
        if self._marked is None:
            self._marked = self._order.marked(self._model.marks)
        return self._marked

    @property
    def _is_current(self) -> bool:
        """Whether neither the catalog nor the protection has changed since the audit."""
        return self._order.generation == self._model.generation
