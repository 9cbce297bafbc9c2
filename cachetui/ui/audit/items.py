"""Values behind the Audit view: levels of the treemap, and figures (does not import Textual)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import nsmallest
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from cachetui.browsing.catalog import GROUPS, UNIDENTIFIED, GroupKey, project_key
from cachetui.insight.audit.audit import ALREADY_BUILT
from cachetui.insight.audit.figures import POLICY, AgeGroup, SizedEntry, by_age, sized
from cachetui.insight.audit.wheel_tags import NO_WHEEL, SOURCE
from cachetui.model import AGE_FIELDS, AgeField, Entry, group_projects
from cachetui.text.names import entry_name
from cachetui.ui.audit.entry_index import EntryIndex
from cachetui.ui.audit.treemap_layout import TreemapItem, item_of

if TYPE_CHECKING:  # imported for types only, for a faster start
    from cachetui.insight.audit.audit import Audit

MONTHS, COLUMNS = 2, 12
"""Months per column of the histogram, and number of columns; the oldest column also holds all older entries."""
MONTH_DAYS = 30.4
"""Average number of days in a month."""
Group = Literal["kind", "Python", "platform", "index", "use"]
"""Properties by which entries are grouped."""
GROUPED: tuple[Group, ...] = get_args(Group)
MOST_FILES = 60
"""Maximum number of biggest files that are listed."""
TERMS = {
    "--superseded": "is:superseded not:kind:built not:is:protected",
    "--unusable": "is:unusable not:kind:built not:is:protected",
    "--legacy": "is:legacy not:is:protected",
    "--leftovers": "is:leftover not:is:protected",
    "--dead-weight": "is:dead-weight not:is:protected",
    "--unused": "is:unused not:kind:built not:is:protected",
    "--older-than 90d": "age>90d not:kind:built not:is:protected",
    "--older-than 1y": "age>1y not:kind:built not:is:protected",
}
"""Filters that show the entries of a rule, by the rule's options."""
EXPLANATIONS = {
    "--superseded": (
        "a newer version for the same Python and platform is here",
        "newer, same Python and platform",
    ),
    "--keep-latest 1": ("of each project, for any Python and platform", "for any Python"),
}
"""Long and short description of what a rule chooses, by the rule's options."""
SHORT: Mapping[str | None, str] = {NO_WHEEL.python: "not installable", SOURCE.python: "sdist"}
"""Short names of some groups, by their names in reports; they leave room for the bar after the name."""
FOREMOST = (
    POLICY,
    "superseded versions",
    "fit no Python here",
    "in no environment",
    "older than a year",
    ALREADY_BUILT,
    "leftovers",
    "dead weight",
    "for old pips only",
)
"""Order of the rules, the most interesting first."""


class FigureChoice(NamedTuple):
    """An item of a figure, which can be marked and opened in Browse."""

    name: str
    """Name of the item; untrusted text."""
    entries: tuple[Entry, ...]
    """Entries of the item."""
    disk: int
    """Bytes of the item: the disk usage of its entries, or what a rule frees."""
    filter: str = ""
    """The filter that shows the item in Browse; empty if no filter does."""
    entry: Entry | None = None
    """The first entry of the item, to go to in Browse; None if a filter shows the item, or nothing does."""
    known: bool = True
    """Whether the entries of the rule can be determined."""
    kept: int = 0
    """Number of further entries that the rule chooses, and that may still be in use."""
    explanations: tuple[str, ...] = ()
    """Long and short description of what the rule chooses, if the name does not say it."""
    number: int = 0
    """Entries of the item as a set: an integer with one bit per entry of `Parts.order`; 0 if it was not computed."""
    places: tuple[GroupKey, ...] = ()
    """The projects and groups of which the item is made up; empty if it contains anything else."""


class Parts(NamedTuple):
    """The parts of an audit that the view shows."""

    tops: list[TreemapItem]
    """The items of the treemap's top level."""
    groups: Mapping[Group, list[FigureChoice]]
    """The choices for each property that entries are grouped by, the biggest first, entries without a value last."""
    ages: Mapping[AgeField, list[FigureChoice]]
    """The columns of the histogram, by the kind of age."""
    biggest: list[FigureChoice]
    chances: list[FigureChoice]
    order: EntryIndex
    """The order of entries to which the `number` of each choice refers."""


def parts_of(audit: Audit, order: EntryIndex) -> Parts:
    """Return the parts to show; this takes a while if there are many entries."""
    indices, everything = order.indices, sized(audit.total.entries)

    def numbered(choices: list[FigureChoice]) -> list[FigureChoice]:
        return [choice._replace(number=order.number(indices, choice.entries)) for choice in choices]

    return Parts(
        top_items(audit.total.entries, audit.now_ns),
        {by: numbered(groups(audit, by)) for by in GROUPED},
        {by: numbered(columns(audit, by, everything)) for by in AGE_FIELDS},
        biggest(everything),
        numbered(chances(audit)),
        order,
    )


def top_items(entries: Sequence[Entry], now_ns: int) -> list[TreemapItem]:
    """Return an item for each project, and for each group of entries without a project."""
    groups: dict[GroupKey, list[Entry]] = {}
    for entry in entries:
        place = project_key(entry.project) if entry.project is not None else GROUPS.get(entry.kind, UNIDENTIFIED)
        groups.setdefault(place, []).append(entry)
    return [item_of(place.title, own, now_ns, place=place) for place, own in groups.items()]


def items_inside(item: TreemapItem, now_ns: int) -> list[TreemapItem]:
    """Return the items inside an item; none if it is a single entry.

    They are the items that are joined in it, or else a project's versions if there are several, or else entries.
    """
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


def choice_of(item: TreemapItem) -> FigureChoice:
    """Make a choice from an item of the treemap."""
    inside = item.inside or (item,)
    places = tuple([one.place for one in inside if one.place is not None])
    return FigureChoice(
        item.name,
        item.entries,
        item.disk,
        entry=item.entries[0] if item.entries else None,
        places=places if len(places) == len(inside) else (),
    )


def groups(audit: Audit, by: Group) -> list[FigureChoice]:
    """Return the entries grouped by kind or another property, the biggest group first, those without a value last."""
    figures = {
        "kind": audit.kinds,
        "Python": audit.pythons,
        "platform": audit.platforms,
        "index": audit.origins,
        "use": audit.uses,
    }
    terms = {"kind": "kind:", "use": "is:"}
    return [
        FigureChoice(
            SHORT.get(one.name, one.name or "not known"),
            one.entries,
            one.disk_usage,
            f"{terms[by]}{one.name}" if by in terms and one.name else "",
        )
        for one in figures[by]
    ]


def biggest(everything: Sequence[SizedEntry]) -> list[FigureChoice]:
    """Return the `MOST_FILES` biggest entries, the biggest first."""
    found = nsmallest(MOST_FILES, everything, key=lambda one: (-one[1], one[0][2]))  # by index: faster for many entries
    return [
        FigureChoice(one.entry.project or entry_name(one.entry), (one.entry,), one.disk_usage, entry=one.entry)
        for one in found
    ]


def chances(audit: Audit) -> list[FigureChoice]:
    """Return the rules and what each would free, in the order of `FOREMOST`."""
    found = [
        FigureChoice(
            rule.name,
            rule.figure.entries,
            rule.frees,
            TERMS.get(rule.options, ""),
            known=rule.known,
            kept=rule.kept,
            explanations=EXPLANATIONS.get(rule.options, ()),
        )
        for rule in (*audit.rules, audit.already_built_rule)
    ]
    places = {name: place for place, name in enumerate(FOREMOST)}
    return sorted(found, key=lambda one: places.get(one.name, len(places)))


def columns(audit: Audit, by: AgeField, everything: Sequence[SizedEntry]) -> list[FigureChoice]:
    """Return the columns of the histogram, the oldest first; entries whose age is not known are left out."""
    starts = [int(number * MONTHS * MONTH_DAYS) for number in range(COLUMNS)]
    moment_of: Callable[[Entry], int | None] = attrgetter(by)
    found = by_age(everything, moment_of, audit.now_ns, starts)
    term = "age" if by == AGE_FIELDS[0] else by
    made = []
    for age in found:
        if age.from_days is None:
            continue
        ends = f" {term}<{age.to_days}d" if age.to_days is not None else ""
        starts_at = f"{term}>={age.from_days}d" if age.from_days else ""
        made.append(
            FigureChoice(span(age, by), age.figure.entries, age.figure.disk_usage, f"{starts_at}{ends}".strip())
        )
    return made[::-1]


def span(age: AgeGroup, by: AgeField) -> str:
    """Return the age range of a column in words."""
    start = round((age.from_days or 0) / MONTH_DAYS)
    if age.to_days is None:
        return f"{by} {start} months ago or earlier"
    end = round(age.to_days / MONTH_DAYS)
    return f"{by} {start} to {end} months ago" if start else f"{by} within {end} months"
