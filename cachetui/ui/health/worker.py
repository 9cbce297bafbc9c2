"""The part of the app that looks for what is wrong: fast checks once the cache has been read, and deep verification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from textual import on
from textual.worker import Worker

from cachetui.report.health_text import FindingEntry, VerificationSummary, grouped, proof_words, serious, verdict
from cachetui.text.format import count, disk_text
from cachetui.ui import checking, workers
from cachetui.ui.audit.worker import Auditor
from cachetui.ui.bindings import key_name
from cachetui.ui.checking import Checked, Proved, Unchecked, Verifying, to_read
from cachetui.ui.health.view import Health
from cachetui.ui.operations.removal import REFUSAL_SECONDS
from cachetui.ui.widgets.cells import shown

if TYPE_CHECKING:  # the first screen does not wait for these
    from cachetui.insight.health.finding import Finding, FindingType
    from cachetui.ui.checking import Files

    Found = Mapping[tuple[FindingType, str], tuple[Finding, Files]]
    """Findings by sort and path, each with the files of its entry as they were then."""

SETTLED = 1.0
"""Seconds after a reading before it is checked: whoever has only a short look is not made to wait."""


class Verifier(Auditor):
    """Shows what is wrong with what is listed now."""

    _check_turn = -1  # the reading that is, or was, checked last
    _checked: Found | None = None  # None until the first check is done
    _check_error = ""
    _deep: Found = MappingProxyType({})
    _proof: VerificationSummary | None = None
    _proved: Mapping[str, Files] = MappingProxyType({})  # what the last complete verification was to read
    _verifying: Worker[None] | None = None
    _verify_turn = 0

    @cached_property
    def health_view(self) -> Health:
        """The view."""
        return Health(self.listing, str(self.location.root), id="health")

    def on_mount(self) -> None:
        """Follow marks in the view, and check at once if it is shown."""
        self.watch(self.browse, "tally", self.health_view.show_marks)
        self.watch(self.header, "tab", self._check_if_shown)

    # Fast checks

    @on(workers.Read)
    @on(workers.Unread)
    def _check_soon(self, event: workers.Read | workers.Unread) -> None:
        if event.turn == self._turn:
            self.call_later(self._take_up_reading)  # once the listing has it

    @on(workers.Removed)
    def _forget_removed(self) -> None:
        self.call_later(self._show_health)

    def _take_up_reading(self) -> None:
        self._show_health()
        self._check_if_shown()
        self.set_timer(SETTLED, self._check)

    def _check_if_shown(self) -> None:
        if self.header.tab == self.health_view.id:
            self._show_health()
            self._check()

    def _check(self) -> None:
        """Look for what is wrong, unless that has been done since the last reading."""
        if self.inventory is None or self._reading is not None or self._check_turn == self._turn:
            return
        self._check_turn = self._turn
        self._beside(partial(checking.check, self._turn, self.inventory, self._clock()), group="check")
        self._tell_health()

    @on(Checked)
    def _take_up_checked(self, event: Checked) -> None:
        if event.turn == self._turn:
            self._checked, self._check_error = self._found(event.findings), ""
            self._show_health()

    @on(Unchecked)
    def _tell_unchecked(self, event: Unchecked) -> None:
        if event.deep and event.turn == self._verify_turn:
            self._verifying = None
            self.notify(shown(event.reason), severity="error", timeout=REFUSAL_SECONDS, markup=False)
            self._show_health()
        elif not event.deep and event.turn == self._turn:
            self._checked, self._check_error = {}, event.reason
            self._show_health()

    def _found(self, findings: Iterable[Finding]) -> Found:
        """Keep findings with the files as they are now."""
        known = self.listing.catalog.entries
        return {(one.sort, one.path): (one, known[one.path].files) for one in findings if one.path in known}

    # Deep verification

    @on(Health.Verify)
    def _verify(self) -> None:
        if self.inventory is None or self._reading is not None or self._removing is not None:
            why = "The cache is being read, or changed: wait for that, then verify."
            self.notify(why, severity="warning", markup=False)
            return
        if self._verifying is None:
            self._verify_turn += 1
            self._verifying = self._beside(partial(checking.verify, self._verify_turn, self.inventory), group="verify")
            self.health_view.busy = True
            self.health_view.tell_work("verifying", 0.0)
            self.health_view.refresh_bindings()

    @on(Health.Stop)
    def _stop_verifying(self) -> None:
        self._stop(self._verifying)  # what it has found by then is told

    @on(Verifying)
    def _show_progress_of_verification(self, event: Verifying) -> None:
        if self._verifying is not None and event.turn == self._verify_turn:
            done = event.progress
            size = f"{disk_text(done.read)} of {disk_text(done.of_bytes)}"
            part = done.read / done.of_bytes if done.of_bytes else 0.0
            self.health_view.tell_work(f"verifying {done.entries:,} of {done.of:,}, {size}", part)
            self._tell_badge(part)

    @on(Proved)
    def _take_up_proved(self, event: Proved) -> None:
        if event.turn != self._verify_turn:
            return
        verified, known = event.verified, self.listing.catalog.entries
        self._verifying = None
        fresh = {(one.sort, one.path): (one, event.files[one.path]) for one in verified.findings}
        self._deep = {**self._deep, **fresh} if verified.stopped else fresh
        self._proof = VerificationSummary(verified.proven, verified.sound, verified.stopped)
        self._proved = {} if verified.stopped else event.files
        self._show_health()
        dangers = [finding for finding, files in fresh.values() if finding.meaning.weight == "danger"]
        dangers = [one for one in dangers if one.path in known]
        if dangers:
            words = verdict(grouped(self._ills()))[0][1]
            self.notify(f"Danger. {words}", severity="error", timeout=REFUSAL_SECONDS, markup=False)
        elif self.header.tab != self.health_view.id:
            words = " ".join(proof_words(self._proof, key_name(self, "health.verify")))
            self.notify(f"Verified: {count(len(fresh), 'finding')}. {words}", markup=False)

    # What is shown

    def _ills(self) -> list[FindingEntry]:
        """Return what is wrong with entries that are as they were when that was found."""
        known, found = self.listing.catalog.entries, {**(self._checked or {}), **self._deep}
        if not found:
            return []
        from cachetui.insight.health.finding import in_order  # noqa: PLC0415 - the first screen does not wait for it

        same = [
            finding
            for finding, files in found.values()
            if (entry := known.get(finding.path)) is not None and entry.files == files
        ]
        return [FindingEntry(finding, known[finding.path]) for finding in in_order(same)]

    def _show_health(self) -> None:
        """Show what is wrong, or why that is not known."""
        view = self.health_view
        view.busy, view.able = self._verifying is not None, self.inventory is not None and bool(self.inventory.entries)
        self._tell_health()
        if self.inventory is None:
            self._tell_badge()
            if self._unread is None:
                view.show_plain(f"Reading {self.root_name}", "What is wrong is looked for once all of it is known.")
            elif self._unread.missing and not self.location.named:
                view.show_plain("The cache is empty", "Nothing in it can be wrong.")
            else:
                view.show_plain("The cache cannot be read", shown(self._unread.reason))
            return
        groups, proof = grouped(self._ills()), self._proof_now()
        self._tell_badge(wrong=serious(groups))
        if groups:
            view.show(groups, proof)
        elif self._check_error:
            ways = ((key_name(self, "cache.rescan"), "look again"),)
            view.show_plain("This cannot be checked", shown(self._check_error), ways=ways)
        elif not self.listing.catalog.entries:
            view.show_plain("The cache is empty", "Nothing in it can be wrong.")
        elif self._checked is None:
            view.show_plain("Looking for what is wrong", f"{len(self.listing.catalog.entries):,} entries")
        else:
            title = "Nothing is wrong" if proof and not proof.stopped else "Nothing is wrong, as far as can be seen"
            verify = key_name(self, "health.verify")
            ways = ((verify, f"read everything{' again' if proof else ''}"),)
            view.show_plain(title, *proof_words(proof, verify), ways=ways)

    def _proof_now(self) -> VerificationSummary | None:
        """Return what the last verification came to, and how much it does not cover any more."""
        if self._proof is None or not self._proved:
            return self._proof
        entries, proved = self.listing.catalog.entries.values(), self._proved
        return self._proof._replace(later=sum([proved.get(one.path) != one.files for one in to_read(entries)]))

    def _tell_health(self) -> None:
        """Say at the side what is being done."""
        if self._verifying is None:
            checking = self._check_turn != self._turn or self._checked is None
            self.health_view.tell_work("checking" if checking and self.inventory is not None else "")

    def _tell_badge(self, part: float | None = None, wrong: int = 0) -> None:
        """Say beside the tab how far a verification is, or else how many entries are damaged or a danger."""
        words = f"{int(part * 100)}% " if part is not None else f"!{wrong:,} " if wrong else ""
        self.header.badges = {"health": (words, "muted" if part is not None else "mark")} if words else {}

    @on(Health.Mark)
    def _mark_ill(self, event: Health.Mark) -> None:
        known, catalog, marks = self.listing.catalog.entries, self.listing.catalog, self.listing.marks
        entries = [known[entry.path] for entry in event.entries if entry.path in known]
        if all(entry.path in marks.at(catalog.shelf(entry)) for entry in entries):
            marks.take(entries, catalog)
        else:
            marks.add(entries, catalog)
        self._marks_changed()

    @on(Health.UnmarkAll)
    def _unmark_everything(self) -> None:
        self.listing.marks.clear()
        self._marks_changed()

    @on(Health.Browse)
    def _show_ill_in_browse(self, event: Health.Browse) -> None:
        if event.entry.path in self.listing.catalog.entries:
            self.action_view("browse")
            self.browse.reveal(event.entry)
