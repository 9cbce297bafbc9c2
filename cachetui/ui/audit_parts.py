"""What the Audit view shows, as values: levels of the treemap, and figures to choose from; no Textual here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from cachetui.insight.audit.figures import Age, by_age, sized
from cachetui.model import Entry, group_projects
from cachetui.ui.catalog import GROUPS, UNIDENTIFIED
from cachetui.ui.holding import AGES
from cachetui.ui.holding import Age as Moment
from cachetui.ui.rows import entry_name
from cachetui.ui.treemap import Item, item_of

if TYPE_CHECKING:  # the first screen does not wait for it
    from cachetui.insight.audit.whole import Audit

MONTHS, COLUMNS = 2, 12
"""What one column of the histogram covers, and how many there are; the last holds everything older as well."""
MONTH_DAYS = 30.4
"""Days of a month."""
MOST_FILES = 60
"""Of the biggest files, how many are listed."""
TERMS = {
    "--superseded": "is:superseded not:kind:built",
    "--unusable": "is:unusable not:kind:built",
    "--legacy": "is:legacy",
    "--leftovers": "is:leftover",
    "--dead-weight": "is:dead-weight",
    "--older-than 90d": "age>90d not:kind:built",
    "--older-than 1y": "age>1y not:kind:built",
}
"""What a filter must say to show what a rule chooses."""
FOREMOST = ("--superseded", "--unusable", "--older-than 1y", "", "--leftovers", "--dead-weight", "--legacy")
"""In what order the rules stand, those first that one wants to see first."""
SDISTS = "sdists already built"


class Choice(NamedTuple):
    """A figure that can be chosen, marked, and opened in Browse."""

    name: str
    """What it is the figure of; untrusted text."""
    entries: tuple[Entry, ...]
    """What it is made of."""
    disk: int
    """Its bytes: those of the entries, or those that a rule frees."""
    filter: str = ""
    """What a filter must say to show it; empty where none does."""
    entry: Entry | None = None
    """The entry or the first of those to go to in Browse, where no filter shows it."""
    known: bool = True
    """Whether it can be told at all."""


class Parts(NamedTuple):
    """All that the view shows of an audit."""

    tops: list[Item]
    """What the treemap shows before anything is gone into."""
    kinds: list[Choice]
    ages: Mapping[Moment, list[Choice]]
    """The columns of the histogram, by what ages are counted from."""
    biggest: list[Choice]
    chances: list[Choice]


def parts_of(audit: Audit) -> Parts:
    """Return what there is to show; this takes a while where there are many entries."""
    return Parts(
        top_items(audit.total.entries, audit.now_ns),
        kinds(audit),
        {by: columns(audit, by) for by in AGES},
        biggest(audit),
        chances(audit),
    )


def top_items(entries: Sequence[Entry], now_ns: int) -> list[Item]:
    """Return projects, and groups of what belongs to none."""
    found = [item_of(project.name, project.entries, now_ns) for project in group_projects(entries)]
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.project is None:
            groups.setdefault(GROUPS.get(entry.kind, UNIDENTIFIED).title, []).append(entry)
    return found + [item_of(title, own, now_ns) for title, own in groups.items()]


def items_inside(item: Item, now_ns: int) -> list[Item]:
    """Return what an item can be gone into: versions of a project, or else entries; nothing for a single entry."""
    if item.inside:
        return [*item.inside]
    entries = item.entries
    if len(entries) < 2:
        return []
    projects = group_projects(entries)
    versions = projects[0].versions if len(projects) == 1 and projects[0].name == entries[0].project else ()
    if len(versions) > 1:
        return [item_of(version.label or "pages", version.entries, now_ns) for version in versions]
    return [item_of(entry_name(entry), [entry], now_ns) for entry in entries]


def choice_of(item: Item) -> Choice:
    """Make a choice of a tile."""
    return Choice(item.name, item.entries, item.disk, entry=item.entries[0] if item.entries else None)


def kinds(audit: Audit) -> list[Choice]:
    """Return what there is by kind, the biggest first."""
    return [Choice(one.name or "", one.entries, one.disk_usage, f"kind:{one.name}") for one in audit.kinds]


def biggest(audit: Audit) -> list[Choice]:
    """Return the files that take most."""
    found = sorted(sized(audit.total.entries), key=lambda one: (-one.disk_usage, one.entry.path))[:MOST_FILES]
    return [
        Choice(one.entry.project or entry_name(one.entry), (one.entry,), one.disk_usage, entry=one.entry)
        for one in found
    ]


def chances(audit: Audit) -> list[Choice]:
    """Return what could go."""
    found = {
        rule.options: Choice(
            rule.name,
            rule.figure.entries,
            rule.frees,
            TERMS.get(rule.options, ""),
            known=rule.known,
        )
        for rule in audit.rules
    }
    built = audit.already_built
    found[""] = Choice(SDISTS, built.entries, built.disk_usage)
    first = [found[options] for options in FOREMOST if options in found]
    return [*first, *[one for options, one in found.items() if options not in FOREMOST]]


def columns(audit: Audit, by: Moment) -> list[Choice]:
    """Return the columns of the histogram, the oldest first."""
    starts = [int(number * MONTHS * MONTH_DAYS) for number in range(COLUMNS)]
    moment_of: Callable[[Entry], int | None] = attrgetter(by)
    found = by_age(sized(audit.total.entries), moment_of, audit.now_ns, starts)
    term = "age" if by == AGES[0] else by
    made = []
    for age in found:
        if age.from_days is None:
            continue
        ends = f" {term}<{age.to_days}d" if age.to_days is not None else ""
        starts_at = f"{term}>={age.from_days}d" if age.from_days else ""
        made.append(Choice(span(age, by), age.figure.entries, age.figure.disk_usage, f"{starts_at}{ends}".strip()))
    return made[::-1]


def span(age: Age, by: Moment) -> str:
    """Tell a column in words."""
    start = round((age.from_days or 0) / MONTH_DAYS)
    if age.to_days is None:
        return f"{by} {start} months ago or earlier"
    end = round(age.to_days / MONTH_DAYS)
    return f"{by} {start} to {end} months ago" if start else f"{by} within {end} months"
