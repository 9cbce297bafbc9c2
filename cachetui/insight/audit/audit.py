"""Audit of a cache: every figure, with the entries that it sums up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from cachetui.insight.audit.figures import (
    AGES,
    AgeGroup,
    Figure,
    Reclaimable,
    SizedEntry,
    already_built,
    by_age,
    copies,
    figure,
    grouped,
    linked,
    sized,
)
from cachetui.insight.audit.origins import origins
from cachetui.insight.audit.wheel_tags import TagSummary, fits
from cachetui.labels import Facts, Label
from cachetui.model import AGE_FIELDS, MADE_UP, Entry, Inventory, Unreadable
from cachetui.removal.emptied import DirectoryCounts
from cachetui.removal.freed_bytes import Outlook
from cachetui.removal.in_use import PROTECTED
from cachetui.removal.plan import place_companions
from cachetui.removal.reasons_to_stay import staying

LABELS: frozenset[Label] = frozenset({"superseded", "dead-weight", "legacy", "unusable", "unused", "protected"})
"""Labels whose facts an audit needs."""
USES: Mapping[bool | None, str] = {True: "used", False: "unused"}
"""Names of the figures of used and unused entries."""
ALREADY_BUILT = "sdists already built"
"""Name of the rule that chooses sdists from which pip built a wheel that is still cached."""


class AuditRule(NamedTuple):
    """Rule that chooses entries; an audit shows how much space their removal would free."""

    name: str
    """Name of the rule in words."""
    options: str
    """Options and terms of `cachetui prune` with the same effect; empty if there are none."""
    choose: Callable[[Collection[Entry], Facts], Iterable[Entry]]
    """Function that returns the entries that the rule chooses from all entries of a cache."""
    words: Collection[Label] = ()
    """Labels whose facts the rule needs."""


class Shards(NamedTuple):
    """Disk usage of directories whose paths have the same first part, without the files in them."""

    name: str
    """First part of the directories' paths, empty for the root itself; untrusted text."""
    directories: int
    """Number of directories."""
    disk_usage: int
    """Allocated bytes of these directories in total."""


@dataclass(frozen=True, slots=True)
class EntryRows:
    """Audited entries, with what a report lists for each of them."""

    root: str
    """Resolved absolute path of the root."""
    made_up: bool
    """Whether the cache is the demo's."""
    entries: tuple[Entry, ...]
    """Audited entries, in the inventory's order."""
    facts: Facts
    """Facts about the entries."""
    fits: tuple[TagSummary, ...]
    """Pythons and platform of each entry, parallel to `entries`."""
    origin: tuple[str | None, ...]
    """Result of `origins` for each entry, such as its index as "host/path", parallel to `entries`."""
    errors: tuple[Unreadable, ...]
    """Files and directories that could not be read."""

    @property
    def name(self) -> str:
        """Display name of the cache: the path of the root, or "made-up cache"."""
        return MADE_UP if self.made_up else self.root

    @property
    def now_ns(self) -> int:
        """Time from which ages are counted, in nanoseconds since the epoch."""
        return self.facts.now_ns


@dataclass(frozen=True, slots=True)
class Audit(EntryRows):
    """Figures of the disk usage.

    The figures by kind add up to the total; so do those by project, by each kind of age, by Python, by
    platform, by origin and by use.
    """

    inventory: Inventory
    """Inventory of the whole cache."""
    total: Figure
    """Figure of all audited entries."""
    kinds: tuple[Figure, ...]
    """Figures by kind, the biggest first."""
    projects: tuple[Figure, ...]
    """Figures by project, the biggest first; entries without a project come last."""
    ages: Mapping[str, tuple[AgeGroup, ...]]
    """Figures by age, the youngest first, for each of `AGE_FIELDS`."""
    pythons: tuple[Figure, ...]
    """Figures by the Pythons that entries are for."""
    platforms: tuple[Figure, ...]
    """Figures by the platform that entries are for."""
    origins: tuple[Figure, ...]
    """Figures by the index that entries came from (see `origin`); entries without a URL come last."""
    uses: tuple[Figure, ...]
    """Figures of the entries that an environment uses ("used"), that none uses ("unused"), and of all others."""
    superseded: Figure
    """Figure of the entries of which the cache holds a newer version for the same Pythons and platform."""
    dead_weight: Figure
    """Figure of the entries that no pip will ask for again."""
    already_built: Figure
    """Figure of the sdists from which pip built a wheel that is still cached."""
    already_built_rule: Reclaimable
    """Space that removing the sdists in `already_built` would free."""
    copies: tuple[Figure, ...]
    """Figures of files that are stored more than once, each named after the file; the most wasteful first."""
    linked: Figure
    """Figure of the entries with files that have several names (hard links); their blocks are counted once."""
    rules: tuple[Reclaimable, ...]
    """Space that each rule would free; several rules may choose the same entry."""
    shards: tuple[Shards, ...]
    """Disk usage of the whole root's directories, without their files, by the first part of the path; biggest first."""
    foreign_files: int
    """Number of foreign files in the whole root: files that the program that fills the cache never writes."""
    foreign_disk_usage: int
    """Allocated bytes of the foreign files."""

    @property
    def directories(self) -> int:
        """Number of directories in the whole root, including the root."""
        return sum([one.directories for one in self.shards])

    @property
    def directories_disk_usage(self) -> int:
        """Allocated bytes of the directories themselves, without the files in them."""
        return sum([one.disk_usage for one in self.shards])

    @property
    def disk_usage(self) -> int:
        """Allocated bytes of everything: entries, foreign files and directories.

        If all entries are audited, this is what `du -x` counts, unless files are counted by their length
        (`Inventory.by_length`), or directories of the root are no part of the cache (`Inventory.closed`).
        """
        return self.total.disk_usage + self.foreign_disk_usage + self.directories_disk_usage


def listed_of(inventory: Inventory, facts: Facts, only: Collection[Entry] | None = None) -> EntryRows:
    """Return the audited entries without any figure; the parameters are those of `audit_of`."""
    meant = inventory.entries if only is None else tuple(only)
    return EntryRows(
        root=inventory.root,
        made_up=inventory.made_up,
        entries=meant,
        facts=facts,
        fits=tuple(map(fits, meant)),
        origin=tuple(map(origins(inventory.entries), meant)),
        errors=inventory.errors,
    )


def audit_of(
    inventory: Inventory,
    facts: Facts,
    *,
    rules: Iterable[AuditRule] = (),
    only: Collection[Entry] | None = None,
    outlook: Outlook | None = None,
) -> Audit:
    """Compute the figures of an audit.

    `facts` must cover `LABELS` for all entries, and hold the time from which ages are counted. `only` are
    the entries to audit, in the inventory's order; by default all. Directories and foreign files are always
    those of the whole root. `outlook` decides what a removal would keep; by default, as if no pip were running.
    """
    listed = listed_of(inventory, facts, only)
    meant, parts = listed.entries, sized(listed.entries)

    stays = staying(inventory, now_ns=facts.now_ns, protected=facts.protected) if outlook is None else {}
    outlook = outlook or Outlook.of(inventory, stays)
    built = already_built(parts)
    is_built = AuditRule(ALREADY_BUILT, "", lambda _, __: built.entries)
    *chances, freed_by_built = _chances(inventory, facts, (*rules, is_built), parts, outlook)

    def of(paths: Collection[str]) -> Figure:
        return figure(None, [part for part in parts if part[0][2] in paths] if paths else ())

    return Audit(
        root=listed.root,
        made_up=listed.made_up,
        entries=meant,
        facts=facts,
        fits=listed.fits,
        origin=listed.origin,
        errors=listed.errors,
        inventory=inventory,
        total=figure(None, parts),
        kinds=grouped(parts, [entry[0] for entry in meant]),
        projects=grouped(parts, [entry[6] for entry in meant]),
        ages={field: by_age(parts, attrgetter(field), facts.now_ns, AGES) for field in AGE_FIELDS},
        pythons=grouped(parts, [one.python for one in listed.fits]),
        platforms=grouped(parts, [one.platform for one in listed.fits]),
        origins=grouped(parts, listed.origin),
        uses=grouped(parts, [USES.get(facts.used.get(entry[2])) for entry in meant]),
        superseded=of(facts.superseded),
        dead_weight=of(facts.dead_weight),
        already_built=built,
        already_built_rule=freed_by_built,
        copies=copies(parts),
        linked=linked(parts),
        rules=tuple(chances),
        shards=_shards(inventory.directories),
        foreign_files=len(inventory.foreign),
        foreign_disk_usage=sum([file.disk_usage for file in inventory.foreign]),
    )


def _chances(
    inventory: Inventory, facts: Facts, rules: Iterable[AuditRule], parts: Sequence[SizedEntry], outlook: Outlook
) -> Iterator[Reclaimable]:
    """Yield for each rule those of its entries among `parts` that a removal would not keep, and the bytes freed."""
    by_path = {part[0][2]: part for part in parts}
    for rule in rules:
        chosen = [part for entry in rule.choose(inventory.entries, facts) if (part := by_path.get(entry[2]))]
        found = figure(rule.name, [part for part in chosen if part[0][2] not in outlook.stays])
        kept = [part for part in chosen if outlook.stays.get(part[0][2], PROTECTED) != PROTECTED]
        yield Reclaimable(
            rule.name,
            rule.options,
            found,
            outlook.frees(found.entries),
            len(kept),
            (bool(facts.usable) or "unusable" not in rule.words) and (bool(facts.used) or "unused" not in rule.words),
        )


def directories_freed(audit: Audit, rules: Iterable[Reclaimable]) -> list[int]:
    """Return the allocated bytes of the directories that each of an audit's rules would leave empty."""
    directories = DirectoryCounts(audit.inventory)
    going = [place_companions(audit.inventory, list(rule.figure.entries))[0] for rule in rules]
    return [directories.disk_usage(directories.emptied(entries)) for entries in going]


def _shards(directories: Mapping[str, int]) -> tuple[Shards, ...]:
    """Return the disk usage of directories, summed up by the first part of their paths."""
    found: dict[str, list[int]] = defaultdict(list)
    for path, disk_usage in directories.items():
        found[path.partition("/")[0]].append(disk_usage)
    shards = [Shards(top, len(own), sum(own)) for top, own in found.items()]
    return tuple(sorted(shards, key=lambda one: (-one.disk_usage, one.name)))
