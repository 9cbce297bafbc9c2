"""View of the disk usage: a treemap, kinds, ages, the biggest files, and what each rule would free."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.reactive import var

from cachetui.browsing.model import BrowserModel, MarkTotals
from cachetui.errors import CachetuiError
from cachetui.model import AGE_FIELDS, AgeField, Inventory
from cachetui.preferences.model import Preferences
from cachetui.removal.freed_bytes import Outlook
from cachetui.services.services import Services
from cachetui.ui.audit.captions import choice_parts, level_parts, titles
from cachetui.ui.audit.compare_dialog import ask_and_compare
from cachetui.ui.audit.figure_marks import FigureMarks
from cachetui.ui.audit.figures import FigureWidget, Lines
from cachetui.ui.audit.histogram import Ages
from cachetui.ui.audit.items import GROUPED, Group, Parts
from cachetui.ui.audit.keys import KEYS
from cachetui.ui.audit.line_figures import Biggest, KindBars, ReclaimableLines
from cachetui.ui.audit.others_line import OthersLine
from cachetui.ui.audit.save_dialog import ask_and_save
from cachetui.ui.audit.subject import AuditSubject, prepare_audit
from cachetui.ui.audit.treemap import Treemap
from cachetui.ui.bindings import key_name
from cachetui.ui.cache_screen import Pythons, Reading
from cachetui.ui.messages import MarksChanged, ShowFilter, ShowInBrowse
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.notices import MessagePage
from cachetui.ui.widgets.painted import PaintedLine, parts_width
from cachetui.ui.workers import run_in_thread, start_worker

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.environments.used_by import Usage
    from cachetui.insight.audit.audit import Audit

BESIDE, FIGURES, FILES = 110, 76, 160
"""Minimum widths in cells for figures beside the map, for the histogram, and for the biggest files."""
SHORT, TALL = 20, 32
"""Heights of the screen in rows.

Below `SHORT`, there is no histogram. From `TALL` on, there are all rules, and the biggest files if the view is wide.
"""


class AuditView(Container):
    """View of the figures of one audit, or of words in their place."""

    BINDING_GROUP_TITLE = "Audit"
    BINDINGS: ClassVar[list[BindingType]] = KEYS
    DEFAULT_CSS = """
    AuditView {
        padding: 0 1;
        & > MessagePage { display: none; }
        &.-plain { padding: 0; }
        &.-plain > MessagePage { display: block; }
        &.-plain > OthersLine { padding: 0 1; }
        &.-plain > #map, &.-plain > #figures { display: none; }
        Treemap, Lines { height: 1fr; }
        KindBars { min-height: 1; }
        #map { height: 1fr; }
        #figures { layout: grid; grid-size: 2 2; grid-columns: 1fr 1fr; grid-rows: 1 8; grid-gutter: 1 3; height: 10; }
        #figures { margin: 1 0 0 0; }
        #kinds { column-span: 2; }
        #kinds > PaintedLine { display: none; }
        #biggest { display: none; }
        Ages { height: 1fr; }
        &.-few #ages { display: none; }
        &.-few #figures { grid-size: 1 2; grid-columns: 1fr; grid-rows: 1 6; height: 7; grid-gutter: 0; margin: 0; }
        &.-few #kinds { column-span: 1; }
        &.-beside { layout: horizontal; padding: 1 1; }
        &.-beside #map { width: 1fr; margin: 0 3 0 0; }
        &.-beside #figures { width: 47; height: 1fr; margin: 0; grid-size: 1 3; grid-columns: 1fr; grid-gutter: 1; }
        &.-beside #figures { grid-rows: 11 1fr 6; }
        &.-beside #kinds { column-span: 1; }
        &.-beside #kinds > PaintedLine { display: block; }
        &.-beside.-few #figures { grid-size: 1 2; grid-rows: 1fr 6; }
        &.-beside.-few #kinds { display: block; }
        &.-beside.-high #figures { grid-rows: 11 1fr 11; }
        &.-beside.-high.-files #figures { width: 71; grid-size: 1 4; grid-rows: 11 13 1fr 11; }
        &.-files #biggest { display: block; }
    }
    """

    reading: var[Reading] = var(Reading())
    revision: var[int] = var(0)
    marks: var[MarkTotals] = var(MarkTotals(), always_update=True)
    pythons: var[Pythons] = var(Pythons())
    usage: var[Usage | None] = var(None)
    outlook: var[Outlook] = var(Outlook())
    preferences: var[Preferences] = var(Preferences())

    def __init__(self, services: Services, model: BrowserModel, id: str | None = None) -> None:
        super().__init__(id=id)
        self.services = services
        self.model = model
        """The view model of Browse, which holds the marks."""
        self.audit: Audit | None = None
        """The audit that is shown; None while words are shown in its place."""
        self.parts: Parts | None = None
        """The audit as values to draw."""
        self.by: AgeField = AGE_FIELDS[0]
        """Kind of age that is shown: the time from which an entry's age is counted."""
        self.group: Group = GROUPED[0]
        """The property by which `KindBars` groups the entries."""
        self._subject: AuditSubject | None = None  # the subject of the audit that is shown or being made
        self.figure_marks: FigureMarks | None = None
        """The marks of the items of the figures; None before the first audit."""
        self._last: FigureWidget | None = None

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield MessagePage()
        with Vertical(id="map"):
            yield PaintedLine(id="where")
            yield Treemap()
            yield PaintedLine(id="chosen")
        with Container(id="figures"):
            for name, figure in (
                ("kinds", KindBars()),
                ("ages", Ages()),
                ("biggest", Biggest()),
                ("chances", ReclaimableLines()),
            ):
                with Vertical(id=name):
                    yield PaintedLine()
                    yield figure
        yield OthersLine()

    @property
    def treemap(self) -> Treemap:
        """The treemap."""
        return self.query_one(Treemap)

    @property
    def figure(self) -> FigureWidget:
        """The figure that has the focus, or had it last."""
        return self._last or self.treemap

    def activate(self) -> None:
        """Audit the cache as it is, and focus the figure that had the focus last."""
        self._update()
        self._focus_figure()

    def _focus_figure(self) -> None:
        if self.has_class("-plain"):
            self.screen.set_focus(None)
        else:
            self.screen.set_focus(self.figure)

    def on_resize(self, event: events.Resize) -> None:
        """Show the figures that fit."""
        room, height = event.size.width, self.app.size.height
        self.set_class(room >= BESIDE, "-beside")
        self.set_class(room < FIGURES or height < SHORT, "-few")
        self.set_class(height >= TALL, "-high")
        self.set_class(room >= FILES and height >= TALL, "-files")

    # Reactions to changes of the shared state

    def watch_reading(self) -> None:
        """Update the audit after a scan."""
        self._update()

    def watch_revision(self) -> None:
        """Update the audit after a change of the catalog."""
        self._update()

    def watch_pythons(self) -> None:
        """Update the audit once the Pythons are known, because they decide which entries are unusable."""
        self._update()

    def watch_usage(self) -> None:
        """Update the audit once it is known which environments use the entries."""
        self._update()

    def watch_preferences(self) -> None:
        """Update the audit after a change of the preferences, which contain the policy."""
        self._update()

    def watch_outlook(self) -> None:
        """Update the audit after a change of what a removal would keep or free."""
        self._update()

    def watch_marks(self) -> None:
        """Redraw the marks."""
        if self.figure_marks is not None:
            self.figure_marks.marks_changed()
            if self.audit is not None and self.display:
                self._show_marks()

    def _update(self) -> None:
        """If the view is shown, start an audit unless it is up to date, or show why there is nothing to audit."""
        if not (self.display and self.is_mounted):
            return
        inventory, model, empty = self.reading.inventory, self.model, "Nothing takes up space."
        waiting = "The audit appears once the cache has been read."
        page = self.reading.page(self.services.location.name, waiting=waiting, empty=empty)
        if page is None and not model.catalog.entries:
            page = "The cache is empty", empty
        if page is not None:
            self._subject = None
            self.show_words(*page)
        elif inventory is not None:
            if self.outlook.inventory is not inventory:
                return  # it is being found
            subject = AuditSubject(
                self.reading,
                self.outlook,
                model.generation,
                self.pythons.state == "done",
                self.preferences.policy,
                self.usage,
            )
            if self._subject != subject:
                self._subject = subject
                if self.audit is None:
                    self.show_words("Adding up", f"{len(model.catalog.entries):,} entries")
                start_worker(self, self._make_audit, inventory, subject, group="audit")

    async def _make_audit(self, inventory: Inventory, subject: AuditSubject) -> None:
        """Audit the remaining entries in a worker thread, and show the result."""
        make = prepare_audit(self.services, self.model, inventory, subject, self.pythons.tags)
        try:
            audit, parts = await run_in_thread(make)
        except (CachetuiError, OSError) as error:
            if self._subject == subject:
                self.show_words("This cannot be shown", shown(str(error)))
            return
        if self._subject != subject:  # another audit has begun meanwhile
            return
        self.show(audit, parts)
        if self.display and self.screen.focused is None and self.app.screen is self.screen:
            self._focus_figure()
        self.refresh_bindings()

    # Display

    def show_words(self, title: str, *words: str) -> None:
        """Show words in place of figures."""
        self.audit = None
        self.add_class("-plain")
        self.query_one(MessagePage).show_words(title, *words)
        if isinstance(self.screen.focused, FigureWidget):
            self.screen.set_focus(None)

    def show(self, audit: Audit, parts: Parts) -> None:
        """Show an audit."""
        self.audit, self.parts = audit, parts
        self.remove_class("-plain")
        marks = self.figure_marks = FigureMarks(self.model, parts.order)
        for figure in self.query(FigureWidget):
            figure.total, figure.sign = audit.total.disk_usage, marks.sign
        self._show_groups()
        self.query_one(Biggest).now_ns = audit.now_ns
        self.query_one(Biggest).show(parts.biggest)
        self.query_one(ReclaimableLines).show(parts.chances)
        self._show_ages()
        self.treemap.show(parts.tops, audit.now_ns)
        self._tell()

    def _show_groups(self) -> None:
        if self.audit is not None and self.parts is not None:
            self.query_one(KindBars).show(self.parts.groups[self.group])

    def _show_ages(self) -> None:
        if self.parts is not None:
            self.query_one(Ages).show(self.parts.ages[self.by])

    def _show_titles(self) -> None:
        """Show the titles of the figures, and how many of their rows are in view if there are more."""
        for kind, title, right in titles(self.audit, self.group, self.by):
            figure = self.query_one(kind)
            seen = figure.in_sight if isinstance(figure, Lines) else figure.number
            rows = f"  {seen} of {figure.number} shown" if seen < figure.number else ""
            assert figure.parent is not None
            line = figure.parent.query_one(PaintedLine)
            if len(title) + len(rows) + len(right) + 2 > line.size.width:
                right = right.rpartition("  ")[2]  # noqa: PLW2901 - only the last of the column's titles fits
            line.show((title, "strong"), (rows, "muted"), right=((right, "muted"),))

    def _show_marks(self) -> None:
        for figure in self.query(FigureWidget):
            figure.show_marks()
        self._tell()

    @on(FigureWidget.Moved)
    def _tell(self) -> None:
        """Show the current choice and the open levels."""
        if self.audit is None:
            return
        where, chosen = self.query_one("#where", PaintedLine), self.query_one("#chosen", PaintedLine)
        left, right = level_parts(self.treemap)
        where.show(*left, right=right if parts_width(left) + parts_width(right) < where.size.width else ())
        self._show_titles()
        total = self.audit.total.disk_usage
        chosen.show(*choice_parts(self.figure, self.group, total=total, room=chosen.size.width))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the current choice of the figure that has received the focus."""
        if isinstance(event.widget, FigureWidget):
            self._last = event.widget
        self._tell()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable actions that currently have no effect."""
        if not hasattr(type(self), f"action_{action}"):
            return True
        if action == "leave":
            return self.audit is not None and len(self.treemap.levels) > 1
        return self.audit is not None

    def on_click(self, event: events.Click) -> None:
        """Leave the open level if its path was clicked."""
        if event.widget is self.query_one("#where", PaintedLine):
            self.action_leave()

    @on(FigureWidget.Ticked)
    def _mark_clicked(self) -> None:
        self.action_mark()

    @on(FigureWidget.Opened)
    def action_enter(self) -> None:
        """Open the current tile; show any other choice in Browse."""
        figure = self.figure
        if not (isinstance(figure, Treemap) and figure.enter()):
            self.action_browse()
        self.refresh_bindings()

    def action_leave(self) -> None:
        """Leave the innermost level."""
        self.treemap.leave()
        self.screen.set_focus(self.treemap)
        self.refresh_bindings()

    def action_mark(self) -> None:
        """Mark the current choice, or unmark it."""
        if self.figure_marks is not None and (choice := self.figure.choice) is not None and choice.entries:
            self.figure_marks.toggle(choice)
            self._show_marks()
            self.post_message(MarksChanged())

    def action_unmark_all(self) -> None:
        """Unmark everything."""
        if self.figure_marks is not None:
            self.figure_marks.clear()
            self._show_marks()
            self.post_message(MarksChanged())

    def action_browse(self) -> None:
        """Show the current choice in Browse."""
        choice = self.figure.choice
        if choice is None:
            return
        if choice.entry is not None and choice.entry.path in self.model.catalog.entries:
            self.post_message(ShowInBrowse(choice.entry))
        elif choice.filter:
            self.post_message(ShowFilter(choice.filter))
        else:
            mark = key_name(self.app, "marks.toggle")
            self.notify(f"No filter can show {shown(choice.name)}. {mark} marks it.", markup=False)

    def action_next_group(self) -> None:
        """Group the entries in `KindBars` by the next property."""
        self.group = GROUPED[(GROUPED.index(self.group) + 1) % len(GROUPED)]
        self.query_one(KindBars).cursor = 0
        self._show_groups()
        self._tell()

    def action_next_age(self) -> None:
        """Switch to the next kind of age."""
        self.by = AGE_FIELDS[(AGE_FIELDS.index(self.by) + 1) % len(AGE_FIELDS)]
        self._show_ages()
        self._tell()

    def action_save(self) -> None:
        """Ask for a file, and save the audit there as a report."""
        if self.audit is not None:
            start_worker(self, ask_and_save, self.app, self.services, self.audit, group="save")

    def action_compare(self) -> None:
        """Compare the audit with an earlier report."""
        if self.audit is not None:
            start_worker(self, ask_and_compare, self.app, self.services, self.audit, group="save")
