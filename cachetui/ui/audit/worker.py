"""The part of the app that audits: figures found out beside the screen, marks, the way to Browse, saved reports."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.message import Message

from cachetui.errors import CachetuiError
from cachetui.model import Entry, Inventory
from cachetui.text.format import disk_text
from cachetui.ui import workers
from cachetui.ui.audit.items import Parts, parts_of
from cachetui.ui.audit.view import AuditView
from cachetui.ui.bindings import key_name
from cachetui.ui.browse.filter_bar import FilterBox
from cachetui.ui.operations.rules import Pruner
from cachetui.ui.picking import EntryIndex
from cachetui.ui.settings.search import Finished
from cachetui.ui.widgets.cells import shown

if TYPE_CHECKING:  # the first screen does not wait for it
    from cachetui.insight.audit.audit import Audit
    from cachetui.labels import Facts
    from cachetui.preferences.model import Policy
    from cachetui.ui.judgement import Judgement


class Subject(NamedTuple):
    """The subject of an audit."""

    turn: int
    """Of which catalog."""
    pythons: bool
    """Whether the Pythons were known."""
    policy: Policy | None
    """What the user prunes by."""


@dataclass
class Audited(Message):
    """An audit is made."""

    subject: Subject
    """Of what."""
    audit: Audit
    """The audit."""
    parts: Parts
    """The same as what is drawn."""


@dataclass
class Saved(Message):
    """A report was saved, or could not be."""

    path: Path
    """Where to."""
    reason: str = ""
    """Why it could not be saved; empty where it was."""
    exists: bool = False
    """Whether that is because there is something of this name."""


class Auditor(Pruner):
    """Makes audits of what is listed, as long as they are looked at."""

    _audited: Subject | None = None  # what the audit is of that is shown, or being made
    _marked_set: int | None = None  # what is marked, while that is known beforehand

    @cached_property
    def audit_view(self) -> AuditView:
        """The view."""
        return AuditView(self.listing, id="audit")

    def on_mount(self) -> None:
        """Follow marks and the inventory in the view."""
        self.watch(self.browse, "tally", self._follow_tally)
        self.watch(self.header, "tab", self._audit_if_shown)
        self.watch(self.header, "totals", self._audit_if_shown)

    def _follow_tally(self) -> None:
        self._audit_if_shown()

    @on(Finished)
    def _audit_anew(self) -> None:
        self.call_later(self._audit_if_shown)  # once it is taken up what they can use

    def _audit_if_shown(self) -> None:
        """Make an audit if the view is shown and what it shows is of something else."""
        view = self.audit_view
        if self.header.tab != view.id or not view.is_mounted:
            return
        if self.inventory is None or self.listing.catalog.naming:
            self._audited = None
            view.tell(f"Reading {self.root_name}", "Where the space is, is known as soon as everything is named.")
            return
        if not self.listing.catalog.entries:
            self._audited = None
            view.tell("The cache is empty", "There is nothing that takes space.")
            return
        subject = Subject(self.listing.turn, self.browse.tags is not None, self.preferences.policy)
        if self._audited != subject:
            self._audited = subject
            if view.audit is None:
                view.tell("Adding up", f"{len(self.listing.catalog.entries):,} entries")
            given = self._left, self._judgement, EntryIndex.of(self.listing.catalog, self.listing.turn)
            self._beside(partial(_audit, subject, *given), group="audit")
        if view.audit is not None:
            view.show_marks(self._marked_set)

    @property
    def _left(self) -> Inventory:
        """Return the inventory without the entries that were removed since."""
        assert self.inventory is not None
        known = self.listing.catalog.entries
        entries = tuple([entry for entry in self.inventory.entries if entry.path in known])
        return replace(self.inventory, entries=entries)

    @property
    def _judgement(self) -> Callable[[Collection[Entry]], Judgement]:
        """Return what finds out the facts."""
        from cachetui.insight.audit.audit import WORDS  # noqa: PLC0415 - needed late
        from cachetui.ui.judgement import Judgement  # noqa: PLC0415

        turn, protect, now = self.listing.turn, self.listing.protect, self._clock()
        python, tags = self.browse.python, self.browse.tags or ()
        return lambda entries: Judgement(turn, WORDS, entries, now, python, protect, tags)

    @on(Audited)
    def _show_audit(self, event: Audited) -> None:
        if event.subject == self._audited:
            self.audit_view.show(event.audit, event.parts)
            if self.header.tab == self.audit_view.id and self.focused is None and len(self.screen_stack) == 1:
                self.audit_view.focus_rows()
            self.refresh_bindings()

    @on(AuditView.Mark)
    def _mark_figure(self, event: AuditView.Mark) -> None:
        self._marked_set = self.audit_view.toggle(event.choice)
        self._marks_changed()
        self._marked_set = None

    @on(AuditView.UnmarkAll)
    def _unmark_all(self) -> None:
        self.listing.marks.clear()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.browse.cache_tree.refresh_signs()
        self.browse.tally = self.listing.tally

    def action_view(self, view: str) -> None:
        """Go to a view."""
        raise NotImplementedError

    @on(AuditView.Browse)
    def _show_in_browse(self, event: AuditView.Browse) -> None:
        choice = event.choice
        if choice.entry is not None and choice.entry.path in self.listing.catalog.entries:
            self.action_view("browse")
            self.browse.reveal(choice.entry)
        elif choice.filter:
            self.action_view("browse")
            self.browse.query_one(FilterBox).value = choice.filter
        else:
            mark = key_name(self, "marks.toggle")
            self.notify(f"No filter says {shown(choice.name)}: {mark} marks it.", markup=False)

    @on(AuditView.Save)
    def _ask_for_file(self) -> None:
        from cachetui.ui.audit.save_dialog import SaveReport  # noqa: PLC0415 - needed late

        self.push_screen(SaveReport(), lambda name: self._save(name) if name else None)

    def _save(self, name: str, over: bool = False) -> None:
        audit = self.audit_view.audit
        if audit is not None:
            self._beside(partial(_write, audit, name, self.location.root, over), group="save")

    @on(Saved)
    def _tell_saved(self, event: Saved) -> None:
        from cachetui.ui.dialogs.confirm import Question  # noqa: PLC0415 - needed late

        path = shown(str(event.path))
        if event.exists:
            question = Question(
                "Write over it?", f"{path} is there already.", yes="Yes, write over it", no="No, keep it"
            )
            self.push_screen(question, lambda agreed: self._save(str(event.path), over=True) if agreed else None)
        elif event.reason:
            self.notify(f"Not saved: {shown(event.reason)}", severity="error", markup=False)
        else:
            audit = self.audit_view.audit
            of = f", of {disk_text(audit.total.disk_usage)}" if audit is not None else ""
            self.notify(f"Saved {path}{of}.", markup=False)


def _audit(
    subject: Subject,
    inventory: Inventory,
    judge: Callable[[Collection[Entry]], Judgement],
    order: EntryIndex,
    post: workers.Post,
    stop: workers.Stop,
) -> None:
    """Find out where the space is."""
    from cachetui.insight.audit.audit import audit_of  # noqa: PLC0415
    from cachetui.services.audit_rules import rules_of  # noqa: PLC0415

    facts: Facts = judge(inventory.entries).find().facts
    if not stop():
        audit = audit_of(inventory, facts, rules=rules_of(subject.policy))
        parts = parts_of(audit, order)
        if not stop():
            post(Audited(subject, audit, parts))


def _write(audit: Audit, name: str, root: Path, over: bool, post: workers.Post, stop: workers.Stop) -> None:
    """Write a report, in the format that the end of its name says; never over something unless that is wanted."""
    from cachetui.pip.config.paths import place  # noqa: PLC0415
    from cachetui.ui.audit.save_dialog import save  # noqa: PLC0415

    del stop
    path = Path(name)
    try:
        path = place(name)
        save(audit, path, root, over=over)
    except FileExistsError:
        post(Saved(path, exists=True))
    except OSError as error:
        post(Saved(path, f"{path}: {error.strerror or error}."))
    except (CachetuiError, ValueError) as error:  # a name that none can be, an ending that says nothing
        post(Saved(path, f"{error}"))
    else:
        post(Saved(path))
