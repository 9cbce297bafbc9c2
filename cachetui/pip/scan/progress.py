"""Report the progress of a scan in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from cachetui.model import Batch, Entry, File
from cachetui.pip.scan.draft import EntryDraft

REPORT_SECONDS = 0.05
"""Minimum time between two reports, in seconds; the last report may come sooner."""


class Reporter:
    """Collector of changed entries that reports them at most about twenty times a second."""

    def __init__(self, report: Callable[[Batch], None] | None, vanished: set[EntryDraft]) -> None:
        """Prepare to pass batches of entries that are not in `vanished` to `report`; if it is None, report nothing."""
        self._report, self._vanished = report, vanished
        self._news: dict[EntryDraft, None] = {}
        self._known: list[Entry] = []
        self._pending: set[EntryDraft] = set()
        self._files = self._disk_usage = self._found = 0
        self._told = 0.0
        self.listed = False
        """Whether every file was listed."""

    def add(self, drafts: Sequence[EntryDraft], foreign: Iterable[File]) -> None:
        """Count the files and entries of a shard, and report its entries."""
        if self._report:
            self._found += len(drafts)
            self._count([file for one in drafts for file in one.files])
            self._count(foreign)
            self.update(drafts)

    def add_known(self, entries: Sequence[Entry], foreign: Iterable[File]) -> None:
        """Count the files and entries of an unchanged shard, and report its entries."""
        if self._report:
            self._found += len(entries)
            self._count([file for entry in entries for file in entry.files])
            self._count(foreign)
            self._known += entries
            self._send()

    def _count(self, files: Iterable[File]) -> None:
        for file in files:
            self._files += 1
            self._disk_usage += file.disk_usage

    def update(self, drafts: Iterable[EntryDraft]) -> None:
        """Report changed entries, at once or with the next batch."""
        if self._report:
            for draft in drafts:
                self._news[draft] = None
                if draft.pending:
                    self._pending.add(draft)
                else:
                    self._pending.discard(draft)
            self._send()

    def finish(self) -> None:
        """Report at once all entries that wait for the next batch or are still pending."""
        if self._report:
            self._news.update(dict.fromkeys(self._pending - self._vanished))
            self._send(at_once=True)

    def _send(self, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._report and (self._news or self._known) and (at_once or now - self._told >= REPORT_SECONDS):
            entries = (*self._known, *[one.entry() for one in self._news if one not in self._vanished])
            named = self._found - len(self._pending)
            self._report(Batch(entries, self._files, self._disk_usage, named, self._found, self.listed))
            self._news.clear()
            self._known.clear()
            self._told = time.monotonic()
