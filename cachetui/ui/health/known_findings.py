"""The findings so far, each with the files that its entry had when it was found (does not import Textual)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cachetui.insight.health.finding import Finding, FindingType, in_order
from cachetui.model import Entry, File
from cachetui.report.health_text import FindingEntry, VerificationSummary, stand_in

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.health.verification import Verified

EntryFiles = tuple[File, ...]
Known = dict[tuple["FindingType", str], tuple["Finding", EntryFiles]]
"""Findings by type and path, each with the files of its entry at the time of the finding; a folder has none."""


@dataclass
class KnownFindings:
    """The findings of checks and verifications."""

    checked: Known | None = None
    """The findings of the last check; None before the first check has ended."""
    verified: Known = field(default_factory=dict)
    """The findings of the last complete verification, and of later verifications, which were stopped."""
    summary: VerificationSummary | None = None
    """The result of the last verification; None if there was none."""
    covered: Mapping[str, EntryFiles] = field(default_factory=dict)
    """The argument `files` of `add_verified` for the last verification; empty if it was stopped."""

    def set_checked(self, findings: Iterable[Finding], entries: Mapping[str, Entry]) -> None:
        """Replace the findings of the last check; keep only those about folders, and those about entries in `entries`.

        Links are left out, too: Health says in sentences of their own where they lead (`links_of`). `entries` are the
        catalog's entries, by path.
        """
        self.checked = {
            (one.sort, one.path): (one, () if one.sort == "folder" else entries[one.path].files)
            for one in findings
            if one.path in entries or one.sort == "folder"
        }

    def add_verified(self, verified: Verified, files: Mapping[str, EntryFiles]) -> list[Finding]:
        """Add the findings of a verification, and return them.

        A complete verification replaces the findings of all earlier verifications.
        `files` are the files of the entries that `readable` returned before the verification, by the entries' paths.
        """
        fresh = {(one.sort, one.path): (one, files[one.path]) for one in verified.findings}
        self.verified = {**self.verified, **fresh} if verified.stopped else fresh
        self.summary = VerificationSummary(
            verified.proven, verified.sound, verified.stopped, done=verified.done, of=verified.of
        )
        self.covered = {} if verified.stopped else files
        return list(verified.findings)

    def current(self, entries: Mapping[str, Entry]) -> list[FindingEntry]:
        """Return the findings that still hold: all about folders, and those about entries whose files have not changed.

        The most severe come first.
        """
        found = {**(self.checked or {}), **self.verified}
        if not found:
            return []
        same = [
            finding
            for finding, files in found.values()
            if finding.sort == "folder" or ((entry := entries.get(finding.path)) is not None and entry.files == files)
        ]
        return [FindingEntry(finding, entries.get(finding.path) or stand_in(finding)) for finding in in_order(same)]

    def summary_now(self, entries: Mapping[str, Entry]) -> VerificationSummary | None:
        """Return the result of the last verification; None if there was none.

        If the verification was complete, the result has the number of entries that are new or have changed since then.
        """
        if self.summary is None or not self.covered:
            return self.summary
        later = sum([self.covered.get(one.path) != one.files for one in readable(entries.values())])
        return self.summary._replace(later=later)


def readable(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that a verification reads."""
    from cachetui.insight.health.verification import can_be_verified  # noqa: PLC0415 - seldom needed

    return [entry for entry in entries if can_be_verified(entry)]
