"""Report from time to time how far a scan is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from cachetui.model import Batch, Entry, File
from cachetui.pip.scan.draft import EntryDraft

REPORT_SECONDS = 0.05
"""Time between two reports."""


class Reporter:
    """Gathers what is new, and hands it on at most some twenty times a second."""

    def __init__(self, report: Callable[[Batch], None] | None, gone: set[EntryDraft]) -> None:
        """Report what is not among the entries that vanished; with None nothing at all."""
        self._report, self._gone = report, gone
        self._news: dict[EntryDraft, None] = {}
        self._known: list[Entry] = []
        self._pending: set[EntryDraft] = set()
        self._files = self._disk_usage = self._found = 0
        self._told = 0.0
        self.listed = False
        """Whether every file was seen."""

    def add(self, candidates: Sequence[EntryDraft], foreign: Iterable[File]) -> None:
        """Count what was found."""
        if self._report:
            self._found += len(candidates)
            self._count([file for one in candidates for file in one.files])
            self._count(foreign)
            self.tell(candidates)

    def add_known(self, entries: Sequence[Entry], foreign: Iterable[File]) -> None:
        """Count what was remembered."""
        if self._report:
            self._found += len(entries)
            self._count([file for entry in entries for file in entry.files])
            self._count(foreign)
            self._known += entries
            self._hand_on()

    def _count(self, files: Iterable[File]) -> None:
        for file in files:
            self._files += 1
            self._disk_usage += file.disk_usage

    def tell(self, candidates: Iterable[EntryDraft]) -> None:
        """Take in of which entries something became known; report it unless the last report was a moment ago."""
        if self._report:
            for candidate in candidates:
                self._news[candidate] = None
                if candidate.pending:
                    self._pending.add(candidate)
                else:
                    self._pending.discard(candidate)
            self._hand_on()

    def finish(self) -> None:
        """Report what is left: of what is still pending no more becomes known."""
        if self._report:
            self._news.update(dict.fromkeys(self._pending - self._gone))
            self._hand_on(at_once=True)

    def _hand_on(self, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._report and (self._news or self._known) and (at_once or now - self._told >= REPORT_SECONDS):
            entries = (*self._known, *[one.entry() for one in self._news if one not in self._gone])
            named = self._found - len(self._pending)
            self._report(Batch(entries, self._files, self._disk_usage, named, self._found, self.listed))
            self._news.clear()
            self._known.clear()
            self._told = time.monotonic()
