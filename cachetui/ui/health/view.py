"""View of the findings in the cache, with their consequences and their remedies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var

from cachetui.browsing.model import BrowserModel, MarkTotals
from cachetui.errors import CachetuiError
from cachetui.model import Entry, Inventory
from cachetui.report.health_text import (
    FindingEntry,
    FindingGroup,
    VerificationSummary,
    grouped,
    proof_words,
    serious,
    verdict,
    words_by_path,
)
from cachetui.services.services import Services
from cachetui.system.tree import reason
from cachetui.text.format import count, disk_text
from cachetui.ui.activity import Activities, Activity, ActivityProgress, refusal
from cachetui.ui.bindings import MARK, MOVE, SHOW, key, key_name
from cachetui.ui.cache_screen import Reading
from cachetui.ui.clipboard import copy_paths
from cachetui.ui.health.empty_state import links_of, page_of
from cachetui.ui.health.finding_list import FindingList
from cachetui.ui.health.first_line import FirstLine
from cachetui.ui.health.known_findings import KnownFindings, readable
from cachetui.ui.health.layout import HealthLines, LayoutOptions
from cachetui.ui.messages import MarksChanged, ShowInBrowse
from cachetui.ui.widgets.cells import shown
from cachetui.ui.widgets.notices import MessagePage, PageText
from cachetui.ui.workers import reporter, run_in_thread, start_worker

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.health.finding import Finding, FindingType
    from cachetui.insight.health.verification import VerificationProgress

SETTLED = 1.0
"""Seconds between a scan and its check while another view is shown, so that a short use of the app starts no check."""
ROOMY = 32
"""Minimum height of the screen in rows at which there are blank lines."""


class Health(Vertical):
    """The findings of one cache."""

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
        key("escape", "stop", "stop", "health.stop", SHOW, "Stop verifying; findings stay listed", show=True),
        key("space", "mark", "mark", "marks.toggle", MARK, "Mark the row, or unmark it, and step down", show=True),
        key("b", "browse", "in Browse", "health.browse", SHOW, "Show the entry in Browse", show=True),
        key("y", "copy", "copy path", "rows.copy", SHOW, "Copy its path on the disk"),
        key("U", "unmark_all", "unmark", "marks.none", MARK, "Unmark everything", show=True),
        key("enter", "toggle_row", "open", "rows.turn", MOVE, "Open the row, or close it"),
        key("right,l", "expand", "open", "rows.open", MOVE, "Open the row; from an open one go to its first child"),
        key("left,h", "collapse", "close", "rows.close", MOVE, "Close the row; from a closed one go to its parent"),
    ]
    DEFAULT_CSS = """
    Health {
        & > #health-line { height: 1; }
        & > MessagePage { display: none; }
        &.-plain > MessagePage { display: block; }
        &.-plain > FindingList { height: 0; }
    }
    """

    @dataclass
    class BadgeChanged(Message):
        """Posted to change the badge beside the tab of Health, which is visible in all views."""

        words: str
        """Words of the badge; empty for no badge."""
        role: str = ""
        """The colour role of the words."""

    @dataclass
    class FindingsChanged(Message):
        """Posted when dangers or damage were found, or are gone."""

        words: Mapping[str, str]
        """The dangers and the damage in words, by the paths of entries."""

    reading: var[Reading] = var(Reading())
    revision: var[int] = var(0)
    marks: var[MarkTotals] = var(MarkTotals(), always_update=True)
    activities: var[Activities] = var({})

    def __init__(self, services: Services, model: BrowserModel, id: str | None = None) -> None:
        super().__init__(id=id)
        self.services = services
        self.model = model
        self.known = KnownFindings()
        """The findings of checks and verifications."""
        self.expanded: set[FindingType] = set()
        """The finding types that are open."""
        self._checked: Reading | None = None  # reading that is, or was, checked last
        self._check_error = ""
        self._words: Mapping[str, str] = {}  # the words that were posted last
        self._verification: Event | None = None  # event that stops the running verification
        self.findings = FindingList(model)
        """The list of findings."""
        self._line, self._page = FirstLine(id="health-line"), MessagePage()
        self._groups: tuple[FindingGroup, ...] = ()
        self._proof: VerificationSummary | None = None
        self._plain = PageText("")  # in place of findings
        self._progress = ActivityProgress()

    def compose(self) -> ComposeResult:
        """Lay out the view."""
        yield self._line
        yield self._page
        yield self.findings

    def on_mount(self) -> None:
        """Show the current state."""
        self._draw()
        self._show_line()

    def on_resize(self) -> None:
        """Lay out the lines for the new size."""
        self._draw()
        self._show_line()

    def activate(self) -> None:
        """Check the result of the last scan if that has not been done, and focus the list."""
        self._show_findings()
        self._check()
        self.screen.set_focus(self.findings)  # at once, because the next key may be waiting

    # Reactions to changes of the shared state

    def watch_reading(self, reading: Reading) -> None:
        """Check the result of a scan, and cancel the check of an earlier one.

        The check starts at once if the view is shown, otherwise after `SETTLED` seconds.
        """
        self.workers.cancel_group(self, "check")
        self._show_findings()
        if reading.inventory is not None:
            if self.display:
                self.call_later(self._check)
            self.set_timer(SETTLED, self._check)

    def watch_revision(self) -> None:
        """Show the findings that are still true of the changed catalog."""
        self._show_findings()

    def watch_marks(self) -> None:
        """Redraw the marks."""
        if self.is_mounted and self.display:
            self.findings.refresh_signs()

    # Checks and verification

    def _check(self) -> None:
        """Start to check the result of the last scan, unless that check was started before, or a scan is running."""
        inventory = self.reading.inventory
        if inventory is None or Activity.SCANNING in self.activities or self._checked is self.reading:
            return
        self._checked = self.reading
        start_worker(self, self._run_check, inventory, group="check")
        self._show_check()

    async def _run_check(self, inventory: Inventory) -> None:
        try:
            findings = await run_in_thread(self.services.check, inventory, stop=Event())
        except (CachetuiError, OSError) as error:
            findings, self._check_error = (), _reason(error)
        else:
            self._check_error = ""
        self.known.set_checked(findings, self.model.catalog.entries)
        self._show_findings()

    @work(exclusive=True, group="verify")
    async def action_verify(self) -> None:
        """Read all entries that can be verified, and compare them with known hashes, unless an activity forbids it."""
        inventory = self.reading.inventory
        why = refusal("verify", self.activities, key_name(self.app, "app.stop"), was_read=inventory is not None)
        if why is not None or inventory is None:
            self.notify(why or "", severity="warning", markup=False)
            return
        files = {entry.path: entry.files for entry in readable(inventory.entries)}
        self._verification = Event()
        self._show_verification(0.0, "verifying")
        self.refresh_bindings()
        fresh: Sequence[Finding] | None = None
        try:
            report = reporter(self._show_progress)
            verified = await run_in_thread(self.services.verify, inventory, stop=self._verification, report=report)
        except (CachetuiError, OSError) as error:
            self.notify(shown(_reason(error)), severity="error", markup=False)
        else:
            fresh = self.known.add_verified(verified, files)
        self._verification = None
        self._show_findings()
        if fresh is not None:
            self._announce(fresh)

    def _show_progress(self, done: VerificationProgress) -> None:
        if self._verification is not None:
            size = f"{disk_text(done.read)} of {disk_text(done.of_bytes)}"
            part = done.read / done.of_bytes if done.of_bytes else 0.0
            self._show_verification(part, f"verifying {done.entries:,} of {done.of:,}, {size}")

    def _show_verification(self, part: float, words: str) -> None:
        self._progress = ActivityProgress(words, part)
        self._show_line()
        self.post_message(self.BadgeChanged(f"{int(part * 100)}% ", "muted"))

    def _announce(self, fresh: Sequence[Finding]) -> None:
        """Tell the user that a verification found a danger; otherwise, while Health is hidden, that it has ended."""
        entries = self.model.catalog.entries
        if any(one.meaning.severity == "danger" and one.path in entries for one in fresh):
            words = verdict(grouped(self.known.current(entries)), self.services.conduct)[0][1]
            self.notify(f"Danger. {words}", severity="error", markup=False)
        elif not self.display and self.known.summary is not None:
            words = " ".join(proof_words(self.known.summary, key_name(self.app, "health.verify")))
            number, together = len(fresh), len(self.known.current(entries))
            found = f"{count(number, 'finding')} in them" if number else "nothing found in them"
            found += f", {count(together, 'finding')} in all" if together > number else ""
            self.notify(f"Verified {count(self.known.summary.done, 'file')}: {found}. {words}", markup=False)

    # Display

    def _show_findings(self) -> None:
        """Show the findings, or a page that says why there are none."""
        self._show_check()
        entries, known = self.model.catalog.entries, self.known
        finding_entries = known.current(entries)
        groups = grouped(finding_entries)
        if self.reading.inventory is not None and (words := words_by_path(finding_entries)) != self._words:
            self._words = words
            self.post_message(self.FindingsChanged(words))
        keys = key_name(self.app, "health.verify"), key_name(self.app, "cache.rescan")
        page = page_of(self.reading, known, entries, self._check_error, self.services.location.name, *keys)
        if page is None:
            self._show_badge(serious(groups))
            self._groups, self._proof = tuple(groups), known.summary_now(entries)
        else:
            self._show_badge(0 if finding_entries else len(links_of(self.reading)))
            self._groups, self._plain = (), page
        self._draw()
        self._show_line()
        if self.is_attached:
            self.refresh_bindings()

    def _show_check(self) -> None:
        """Show at the right of the first line whether a check has yet to end, unless a verification is running."""
        if self._verification is None:
            is_checking = self._checked is not self.reading or self.known.checked is None
            self._progress = ActivityProgress("checking" if is_checking and self.reading.inventory is not None else "")
            self._show_line()

    def _show_badge(self, problems: int) -> None:
        """Show a number of problems beside the tab, or nothing if it is 0, unless a verification is running."""
        if self._verification is None:
            self.post_message(self.BadgeChanged(f"!{problems:,} " if problems else "", "mark"))

    def _show_line(self) -> None:
        if self.is_mounted:
            self._line.show_state(self._progress, self._groups)

    def _draw(self) -> None:
        if self.is_mounted:
            rows = self.findings
            self.set_class(not self._groups, "-plain")
            self._page.show_page(self._plain)
            verify = key_name(self.app, "health.verify")
            look = LayoutOptions(
                rows.glyphs, self.app.size.height >= ROOMY, verify, links_of(self.reading), self.services.conduct
            )
            rows.show(HealthLines(self._groups, self._proof, self.expanded, rows.room, look))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable actions that currently have no effect."""
        if action == "verify":
            inventory = self.reading.inventory
            return (inventory is not None and bool(inventory.entries) and self._verification is None) or None
        if action == "stop":
            return self._verification is not None
        return action not in ("mark", "browse", "copy") or bool(self._groups)

    @property
    def _current(self) -> tuple[FindingGroup, FindingEntry | None] | None:
        rows = self.findings
        return rows.page.row(rows.cursor) if rows.page.rows else None

    def _entries(self, row: int) -> tuple[Entry, ...]:
        group, finding_entry = self.findings.page.row(row)
        entries = self.model.catalog.entries
        return tuple(
            [
                one.entry
                for one in (group.finding_entries if finding_entry is None else (finding_entry,))
                if one.entry.path in entries
            ]
        )

    # Actions of keys

    def action_stop(self) -> None:
        """Stop the verification; its findings so far are shown."""
        if self._verification is not None:
            self._verification.set()

    def action_mark(self) -> None:
        """Mark or unmark the entries of the row under the cursor, and go one row down."""
        if self._current is not None:
            self._toggle(self.findings.cursor)
            self.findings.action_move(1)

    def _toggle(self, row: int) -> None:
        """Mark or unmark the entries of a row; `browsing/marks.py` keeps the marks."""
        self.model.toggle_entries(self._entries(row))
        self.findings.refresh_signs()
        self.post_message(MarksChanged())

    def action_unmark_all(self) -> None:
        """Unmark everything."""
        self.model.unmark_all()
        self.post_message(MarksChanged())

    def action_browse(self) -> None:
        """Show the entry under the cursor in Browse; for a title, show its first entry."""
        if self._current is not None and (entries := self._entries(self.findings.cursor)):
            self.post_message(ShowInBrowse(entries[0]))

    def action_copy(self) -> None:
        """Copy the path of the entry under the cursor; for a title, copy the path of its first entry."""
        if self._current is not None:
            group, finding_entry = self.findings.page.row(self.findings.cursor)
            copy_paths(
                self, [f"{self.services.location.root}/{(finding_entry or group.finding_entries[0]).entry.path}"]
            )

    def action_toggle_row(self) -> None:
        """Open the title under the cursor, or close it if it is open."""
        if (current := self._current) is not None and current[1] is None:
            self._fold(current[0], current[0].sort not in self.expanded)

    def action_expand(self) -> None:
        """Open the title under the cursor; if it is already open, go to its first entry."""
        if (current := self._current) is not None and current[1] is None:
            if current[0].sort in self.expanded:
                self.findings.action_move(1)
            else:
                self._fold(current[0], True)

    def action_collapse(self) -> None:
        """Close the title under the cursor; from an entry, go to its title."""
        rows = self.findings
        if (current := self._current) is not None:
            group, finding_entry = current
            if finding_entry is not None:
                rows.go(rows.page.find((group.sort, ""), rows.cursor))
            elif group.sort in self.expanded:
                self._fold(group, False)

    def _fold(self, group: FindingGroup, is_open: bool) -> None:
        rows = self.findings
        rows.go(rows.cursor)  # remember this row as chosen by the user
        (self.expanded.add if is_open else self.expanded.discard)(group.sort)
        self._draw()

    @on(FindingList.Folded)
    def _turn_clicked(self, event: FindingList.Folded) -> None:
        event.stop()
        self.action_toggle_row()

    @on(FindingList.Ticked)
    def _mark_clicked(self, event: FindingList.Ticked) -> None:
        event.stop()
        if event.row < self.findings.page.rows:
            self._toggle(event.row)


def _reason(error: Exception) -> str:
    return f"This cannot be checked: {reason(error)}." if isinstance(error, OSError) else str(error)
