"""Findings in a cache, grouped and summed up in sentences; independent of Textual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from cachetui.conduct import PIP, Conduct
from cachetui.insight.remove_terms import remove_terms
from cachetui.model import INSTALLABLE, Entry, Inventory
from cachetui.text.escape import escape_control
from cachetui.text.format import count, date, disk_text
from cachetui.text.names import entry_name
from cachetui.text.quote import quoted
from cachetui.text.styled import Role, styled

if TYPE_CHECKING:  # not loaded for the first screen
    from cachetui.insight.health.finding import Finding, FindingType, Severity
    from cachetui.insight.health.verification import Verified


SEVERITY_ROLES: Mapping[Severity, Role] = {"danger": "danger", "damage": "warning", "rights": "warning"}
"""Role of a finding's title in a line of text, by severity; the titles of all other findings are headings."""


class FindingEntry(NamedTuple):
    """A finding with its entry."""

    finding: Finding
    """Finding about the entry."""
    entry: Entry
    """Entry that has the finding's path at present, or the result of `stand_in` if there is none."""


class FindingGroup(NamedTuple):
    """All findings of one type."""

    sort: FindingType
    """Type of the findings."""
    finding_entries: tuple[FindingEntry, ...]
    """Findings with their entries; at least one."""
    disk: int
    """Allocated bytes of the entries."""

    @property
    def severity(self) -> Severity:
        """Severity of the findings."""
        return self.finding_entries[0].finding.meaning.severity


class VerificationSummary(NamedTuple):
    """Result of the last verification."""

    proven: int
    """Number of entries that match a known hash."""
    sound: int
    """Number of intact wheels and sdists without a known hash."""
    stopped: bool = False
    """Whether it was stopped before everything was read."""
    later: int = 0
    """Number of entries to verify that are new or have changed since; only for a complete verification."""
    done: int = 0
    """Number of entries that were read."""
    of: int = 0
    """Number of entries that were to be read."""


def stand_in(finding: Finding) -> Entry:
    """Return an entry without files for a finding whose path belongs to no entry, such as one about a folder."""
    return Entry("unknown" if finding.sort == "link" else "leftover", (), finding.path, finding.since)


class RemoveCommands:
    """Commands that remove the entries of findings in one inventory."""

    def __init__(self, inventory: Inventory, cache: Sequence[str] = ()) -> None:
        """Prepare the commands; `cache` holds the options that they need to find the cache; empty if they need none."""
        self._cache = cache
        self._entries = inventory.by_path
        self._alike: dict[str | None, list[Entry]] = {}
        for entry in inventory.entries:
            self._alike.setdefault(entry.project, []).append(entry)

    def of(self, finding: Finding) -> tuple[str, int] | None:
        """Return the command that removes the entry of a finding, and the number of other entries that it removes.

        Return None if there is no such command, or if removing is not the remedy.
        """
        entry = self._entries.get(finding.path)
        if entry is None or not finding.is_removed:
            return None
        terms, taken = remove_terms(entry, self._alike[entry.project])
        return (quoted(["cachetui", "remove", *terms, *self._cache]), len(taken) - 1) if terms else None


def grouped(finding_entries: Iterable[FindingEntry]) -> tuple[FindingGroup, ...]:
    """Group findings by type; findings of the same type must follow each other, as `in_order` sorts them."""
    found = []
    for sort, some in groupby(finding_entries, key=lambda finding_entry: finding_entry.finding.sort):
        same = tuple(some)
        found.append(FindingGroup(sort, same, sum([finding_entry.entry.disk_usage for finding_entry in same])))
    return tuple(found)


def words_by_path(finding_entries: Iterable[FindingEntry]) -> dict[str, str]:
    """Return the findings of severity danger or damage in words, by the path of their entry."""
    found: dict[str, list[str]] = {}
    for finding, entry in finding_entries:
        if finding.meaning.severity in ("danger", "damage"):
            found.setdefault(entry.path, []).append(f"{finding.meaning.title}: {finding.words}")
    return {path: "; ".join(words) for path, words in found.items()}


def serious(groups: Iterable[FindingGroup]) -> int:
    """Return how many entries and folders have findings of severity danger or damage."""
    return len(_paths(groups, "danger", "damage"))


def _paths(groups: Iterable[FindingGroup], *severities: Severity) -> set[str]:
    return {
        finding_entry.entry.path
        for group in groups
        if group.severity in severities
        for finding_entry in group.finding_entries
    }


NOTHING_PROVEN = "No file was found to be intact"
"""Result of a verification that found no intact file, or read none (a clause)."""


def verdict(groups: Sequence[FindingGroup], conduct: Conduct = PIP) -> list[tuple[Severity, str]]:
    """Return sentences that sum up findings, each with its severity, most severe first.

    `conduct` is how the program that fills the cache uses it.
    """
    tool = PIP.tool if conduct.runs_pip else conduct.tool
    number = {group.sort: len(group.finding_entries) for group in groups}
    told: list[tuple[Severity, str]] = []
    if some := number.get("mismatch"):
        those = "is not what its index lists" if some == 1 else "are not what their index lists"
        words = f"{count(some, 'file')} {those}: damaged, or tampered with."
        told.append(("danger", f"{words} Install nothing from this cache until you know why."))
    if some := number.get("quarantined"):
        words = "comes from a project" if some == 1 else "come from projects"
        told.append(("danger", f"{count(some, 'entry')} {words} in quarantine at the index: do not install it."))
    if some := number.get("writable"):
        told.append(("danger", f"Others can write {count(some, 'entry')}: they can change what {tool} installs."))
    if some := number.get("folder"):
        told.append(("danger", f"Others can write {count(some, 'folder')}, and put files there that {tool} installs."))
    damaged, rights, notices, waste = [_paths(groups, one) for one in ("damage", "rights", "notice", "waste")]
    if damaged:
        told.append(("damage", f"{tool} cannot use {count(len(damaged), 'entry')} as it should."))
    if rights:
        told.append(
            ("rights", f"{tool} or you cannot use {count(len(rights), 'entry')}, because of its owner or mode.")
        )
    if notices:
        are = "entry has something" if len(notices) == 1 else "entries have something"
        told.append(("notice", f"{len(notices):,} {are} that you may want to know before you install it."))
    if waste:
        told.append(("waste", f"{count(len(waste), 'entry')} only {'takes' if len(waste) == 1 else 'take'} up space."))
    return told


def proof_words(proof: VerificationSummary | None, verify: str) -> tuple[str, ...]:
    """Return sentences about what was verified and what was not; `verify` is the key that starts a verification."""
    if proof is None:
        return (f"This check does not read whole files. {verify} reads them all and compares them with known hashes.",)
    found = [read_words(proof)]
    if proof.stopped:
        found.append(f"{verify} starts again.")
    if proof.later:
        found.append(f"{count(proof.later, 'file')} added or changed since: {verify} reads everything again.")
    return tuple(found)


def read_words(proof: VerificationSummary | Verified) -> str:
    """Return one or two sentences: how many files a verification found to be intact, and whether it was stopped."""
    parts = []
    if proof.proven:
        matches = "matches" if proof.proven == 1 else "match"
        parts.append(f"{count(proof.proven, 'file')} {matches} the hash that an index lists")
    if proof.sound:
        parts.append(f"{count(proof.sound, 'file')} without a known hash {'is' if proof.sound == 1 else 'are'} intact")
    proven = f"{'; '.join(parts) or NOTHING_PROVEN}."
    if not proof.stopped:
        return proven
    return f"Stopped after {proof.done:,} of {count(proof.of, 'file')}: not everything was read. {proven}"


def name_of(entry: Entry) -> str:
    """Return the name of an entry that is not shown below its project's heading; the text is untrusted."""
    if entry.filename:
        return f"{entry.filename} ({entry.kind})" if entry.kind == "metadata" else entry.filename
    if entry.kind in INSTALLABLE and entry.project:
        return " ".join(filter(None, (entry.project, entry.version)))
    if entry.project:
        return f"{entry.project}: {entry_name(entry)}"
    return entry_name(entry)


def entry_of(inventory: Inventory, finding: Finding) -> Entry:
    """Return the entry of a finding, or that of `stand_in` if the inventory has none, as for a link or a folder."""
    return inventory.by_path.get(finding.path) or stand_in(finding)


def findings_text(
    inventory: Inventory,
    findings: Sequence[Finding],
    verified: Verified | None,
    most: int | None,
    cache: Sequence[str] = (),
) -> Iterator[str]:
    """Yield lines about the findings by type, and about a verification.

    At most `most` findings of a type are named; all if it is None. `cache` holds the options that a
    suggested command needs to find the cache; empty if it needs none.
    """
    commands = RemoveCommands(inventory, cache)
    for _, group in groupby(findings, key=lambda one: one.sort):
        same = list(group)
        meaning = same[0].meaning_in(inventory.conduct)
        size = sum([entry_of(inventory, one).disk_usage for one in same])
        many = f"{count(len(same), 'entry')}, {disk_text(size)}"
        if same[0].sort == "folder":
            many = count(len(same), "folder")
        role = SEVERITY_ROLES.get(meaning.severity, "heading")
        yield styled((role, f"{meaning.severity.upper()}: {meaning.title}"), f": {many}")
        yield from wrap(f"{meaning.consequence} {meaning.way_out}", 78, initial_indent="  ", subsequent_indent="  ")
        if most is not None and meaning.severity == "rights":
            for words, number in Counter([finding.words for finding in same]).items():
                yield f"  - {count(number, 'entry')}: {escape_control(words)}"
            same = []
        for finding in same[:most]:
            entry = entry_of(inventory, finding)
            yield f"  - {escape_control(_name_by_file(entry))}: {escape_control(finding.words)}, {date(finding.since)}"
            if entry.filename or entry.project:
                yield styled(("hint", f"    {escape_control(finding.path)}"))
            if command := commands.of(finding):
                others = f"  ({count(command[1], 'other entry')} with it)" if command[1] else ""
                yield f"    $ {escape_control(command[0])}{others}"
        if most is not None and len(same) > most:
            yield styled(("hint", f"  … and {len(same) - most:,} more; --all names them"))
        yield ""
    if verified:
        yield read_words(verified)
    if findings:
        return
    wrong = "Nothing is wrong with what could be read" if inventory.errors else "Nothing is wrong"
    if verified is None:
        yield f"{wrong}, as far as the scan shows; --deep reads everything."
    else:
        yield f"{wrong} in what was read." if verified.stopped and not inventory.errors else f"{wrong}."


def _name_by_file(entry: Entry) -> str:
    name = entry.filename or " ".join(filter(None, (entry.project, entry.version))) or entry.path
    return f"{name} ({entry.kind})" if entry.kind in ("metadata", "index") else name
