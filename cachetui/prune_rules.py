"""Cleanup by rules: the rules as values, and the entries that a combination of rules chooses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cachetui.labels import Facts, Label
from cachetui.model import AgeField, Entry, group_projects
from cachetui.removal.freed_bytes import Freeing, Outlook
from cachetui.terms import Predicate
from cachetui.terms.conditions import IsLabel

Chooser = Literal["unusable", "superseded", "legacy", "leftovers", "dead-weight", "unused"]
"""Rules that choose entries by a label; an entry needs the label of only one of them.

Their names are those of the labels, except for the plural "leftovers".
"""
CHOOSERS: tuple[Chooser, ...] = ("unusable", "superseded", "legacy", "leftovers", "dead-weight", "unused")
OF_PIPS: tuple[Chooser, ...] = ("legacy",)
"""Rules about which pips read an entry: they choose nothing in the cache of a program that runs no pip."""
CHEAPEST: tuple[Chooser, ...] = ("leftovers", "dead-weight", "unusable", "superseded")
"""Rules whose entries `free` and `min_free` choose first, in this order.

All other entries follow, the oldest first; wheels built here always come last.
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of a cleanup. Without any rule, nothing is chosen."""

    choosers: frozenset[Chooser] = frozenset()
    """Rules that choose entries by a label; an entry needs the label of only one of them."""
    older_than: int | None = None
    """Age in nanoseconds that an entry must exceed; restricts other rules except `max_size`, or chooses by itself."""
    by: AgeField = "downloaded"
    """Time from which ages are counted for `older_than`, `max_size`, `min_free` and `free`."""
    larger_than: int | None = None
    """Bytes on disk that an entry must exceed; restricts other rules except `max_size`, or chooses by itself."""
    terms: Predicate | None = None
    """Terms that an entry must match; they restrict other rules except `max_size`, or choose by themselves."""
    keep_latest: int | None = None
    """Number of newest versions of each project that always stay; as the only rule, it chooses all other versions."""
    max_size: int | None = None
    """Maximum bytes on disk of all entries; the oldest entries are chosen until the rest fits."""
    built: bool = False
    """Whether wheels built here may be chosen, too; `ci` and the term `kind:built` also allow that."""
    min_free: int | None = None
    """Minimum bytes to be free on the cache's file system; limits the choice like `free`."""
    free: int | None = None
    """Bytes to free; of the entries that may go, the cheapest to lose are chosen until so many bytes are freed."""
    not_needed_by: tuple[str, ...] = ()
    """Requirements files and lock files, as the user named them; what they need always stays.

    As the only rule, it chooses everything else that may go.
    """
    ci: bool = False
    """Whether `not_needed_by` keeps no pages, and no sdist of a version of which it keeps a wheel.

    Wheels built here may then be chosen, too.
    """

    @property
    def words(self) -> frozenset[Label]:
        """Labels that must be known to apply the rules."""
        return frozenset([*self.deciding, *[_word(chooser) for chooser in CHEAPEST if self.is_to_free]])

    @property
    def deciding(self) -> frozenset[Label]:
        """Labels that decide whether an entry may be chosen, not just how early."""
        words: set[Label] = {"protected"}
        words.update([_word(chooser) for chooser in self.choosers])
        return frozenset(words | (self.terms.words if self.terms else set()))

    @property
    def is_to_free(self) -> bool:
        """Whether the choice ends as soon as it frees a number of bytes."""
        return self.free is not None or self.min_free is not None

    def to_free(self, available: int | None) -> int:
        """Return the bytes that `free` and `min_free` ask to free, if `available` bytes are free (None: unknown)."""
        lacking = 0 if self.min_free is None or available is None else self.min_free - available
        return max(0, lacking, self.free or 0)

    @property
    def narrows(self) -> bool:
        """Whether `older_than`, `larger_than` or `terms` is set; each of them restricts all rules except `max_size`."""
        return self.older_than is not None or self.larger_than is not None or self.terms is not None

    def __bool__(self) -> bool:
        """Return whether there is any rule."""
        limited = self.keep_latest is not None or self.max_size is not None or self.is_to_free
        return bool(self.choosers or self.narrows or limited or self.not_needed_by)


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries that rules choose."""

    entries: tuple[Entry, ...]
    """Chosen entries, in the order of the inventory."""
    over: int = 0
    """Bytes by which the remaining entries exceed `max_size`, because no more of them may be removed."""
    short: int = 0
    """Bytes that `free` or `min_free` asks for beyond what the chosen entries free, if no more entries may go."""


def choose(entries: Collection[Entry], rules: Rules, facts: Facts, outlook: Outlook | None = None) -> Selection:
    """Return the entries of a cache that rules choose, and those that are removed together with them.

    `free` and `min_free` ask `outlook` how much a removal frees, and which entries would stay in spite of it; by
    default, none would. Its inventory says which entries are removed together; without an inventory, each is removed
    alone.
    """
    if not rules:
        return Selection(())
    outlook = outlook or Outlook()
    exempt = _exempt(entries, rules, facts)
    if outlook.inventory is not None:
        exempt.update([path for path, twins in outlook.inventory.twins.items() if not exempt.isdisjoint(twins)])
    free = [entry for entry in entries if entry.path not in exempt]
    allowed = [entry for entry in free if _is_chosen(entry, rules, facts)]
    chosen = set() if rules.is_to_free else {entry.path for entry in _with_twins(allowed, outlook)}
    over = 0
    if rules.max_size is not None:
        over = max(0, sum(entry.disk_usage for entry in entries if entry.path not in chosen) - rules.max_size)
        for entry in sorted((one for one in free if one.path not in chosen), key=lambda one: _by_age(one, rules.by)):
            if over <= 0:
                break
            going = [one for one in _with_twins([entry], outlook) if one.path not in chosen]
            chosen.update([one.path for one in going])
            over -= sum([one.disk_usage for one in going])
    short = 0
    if rules.is_to_free:
        sure = [entry for entry in entries if entry.path in chosen]
        rest = [entry for entry in allowed if entry.path not in chosen]
        more, short = _until_free(sure, rest, rules, facts, outlook)
        chosen.update(more)
    return Selection(tuple([entry for entry in entries if entry.path in chosen]), max(0, over), short)


def _until_free(
    sure: Sequence[Entry], rest: Iterable[Entry], rules: Rules, facts: Facts, outlook: Outlook
) -> tuple[set[str], int]:
    """Choose entries from `rest` until they and `sure` free enough; return their paths, and the bytes still to free.

    Entries that would stay, or whose removal would free nothing, are not chosen. If not enough can be freed, entries
    that would stay are chosen, too, so that the plan says why they stay.
    """
    needed, freeing = rules.to_free(outlook.available), Freeing(outlook)
    freeing.count(sure)
    if freeing.disk >= needed:
        return set(), 0
    taken: list[list[Entry]] = []
    counted = {entry.path for entry in sure}
    stay: set[str] = set()
    for entry in sorted(rest, key=lambda one: (_loss(one, facts), *_by_age(one, rules.by))):
        if freeing.disk >= needed:
            break
        if entry.path in outlook.stays:
            stay.add(entry.path)
        elif going := [one for one in _with_twins([entry], outlook) if one.path not in counted]:
            freeing.count(going)
            counted.update([one.path for one in going])
            taken.append(going)
    more: set[str] = set()
    for going in reversed(taken):
        before = freeing.disk
        freeing.count(going, -1)
        if freeing.disk < before:
            freeing.count(going)
            more.update([one.path for one in going])
    short = max(0, needed - freeing.disk)
    return more | stay if short else more, short


def _with_twins(entries: Sequence[Entry], outlook: Outlook) -> Sequence[Entry]:
    """Return the given entries, and the entries that are removed together with them."""
    return entries if outlook.inventory is None else [*entries, *outlook.inventory.twins_of(entries)]


def _loss(entry: Entry, facts: Facts) -> int:
    """Return how much is lost with an entry, as a sort key: the entry that is cheapest to lose comes first."""
    if entry.kind == "built":
        return len(CHEAPEST) + 1
    return next((place for place, label in enumerate(CHEAP_LABELS) if label.is_true_of(entry, facts)), len(CHEAPEST))


def _exempt(entries: Collection[Entry], rules: Rules, facts: Facts) -> set[str]:
    """Return the paths of the entries that no rule may choose."""
    exempt = set(facts.protected)
    if rules.not_needed_by:
        exempt.update([entry.path for entry in entries] if facts.needed is None else facts.needed)
    built = rules.built or rules.ci or (rules.terms is not None and "built" in rules.terms.kinds)
    if not built:
        exempt.update(entry.path for entry in entries if entry.kind == "built")
    if rules.keep_latest is not None:
        for project in group_projects(entries):
            newest = [version for version in project.versions if version.label is not None][: rules.keep_latest]
            exempt.update(entry.path for version in newest for entry in version.entries)
    return exempt


def _is_chosen(entry: Entry, rules: Rules, facts: Facts) -> bool:
    """Return whether an entry satisfies the choosers and the rules that restrict them.

    If there are no such rules, `free` and `min_free` accept every entry, and so does `not_needed_by` unless it is
    combined with `max_size` or `keep_latest`; `keep_latest` accepts every entry with a project and a version, and
    `max_size` accepts none.
    """
    if rules.choosers:
        if not any(IsLabel("", _word(chooser)).is_true_of(entry, facts) for chooser in rules.choosers):
            return False
    elif not rules.narrows:  # all that may go, or else all but the newest versions
        alone = rules.not_needed_by and rules.max_size is None and rules.keep_latest is None
        return (
            rules.is_to_free
            or bool(alone)
            or (rules.keep_latest is not None and entry.version is not None and entry.project is not None)
        )
    if rules.older_than is not None:
        moment = _moment(entry, rules.by)
        if moment is None or facts.now_ns - moment <= rules.older_than:
            return False
    if rules.larger_than is not None and entry.disk_usage <= rules.larger_than:
        return False
    return rules.terms is None or rules.terms(entry, facts)


def _word(chooser: Chooser) -> Label:
    return "leftover" if chooser == "leftovers" else chooser


CHEAP_LABELS = tuple([IsLabel("", _word(chooser)) for chooser in CHEAPEST])


def _moment(entry: Entry, by: AgeField) -> int | None:
    return {"downloaded": entry.downloaded, "checked": entry.checked, "read": entry.read}[by]


def _by_age(entry: Entry, by: AgeField) -> tuple[int, str]:
    """Return a key that sorts the oldest first; the time of the download replaces an unknown time."""
    moment = _moment(entry, by)
    return (entry.downloaded if moment is None else moment), entry.path
