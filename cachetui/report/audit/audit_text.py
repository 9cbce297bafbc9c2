"""Audit reports and comparisons as text that fits 80 columns, for pasting; independent of Textual."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from cachetui.caches.source import OtherCache
from cachetui.insight.audit.audit import Audit
from cachetui.insight.audit.comparison import ComparedEntry, Comparison, FigureChange
from cachetui.insight.audit.figures import POLICY, AgeGroup, Figure, wasted
from cachetui.model import AGE_FIELDS
from cachetui.report.info import NOT_COUNTED
from cachetui.report.other_caches import other_root
from cachetui.text.escape import escape_control
from cachetui.text.format import count, date_time, disk_text, local_date_time
from cachetui.text.styled import heading, styled

WIDTH = 80
"""Maximum width of a line, in columns."""
NAME, BAR = 38, 16
"""Width of a name and width of a bar, in columns."""
MOST_PROJECTS, MOST_OTHERS = 15, 8
"""Maximum number of rows in a table of projects or changes, and in a table by age, Python, platform, index or use."""
HEAVY = 0.25
"""Smallest share of the total disk usage at which a size is shown as large."""
LEAST_SHARE = 0.005
"""Smallest share of the total disk usage that is shown as a percentage."""
USES = {"used": "used by environments", "unused": "used by none", None: "not known, or not installable"}
"""Names in the table by use, by the names of the figures in the audit."""
SIGN = "#"
"""Character that bars are drawn with: ASCII, so that every program can show it."""


def audit_text(audit: Audit, terms: Sequence[str] = (), others: Sequence[OtherCache] = ()) -> Iterator[str]:
    """Yield the lines of the report; `others` are the other caches on this machine."""
    yield from _figures(audit, terms)
    if others:
        yield ""
        yield heading(f"{'Other caches here':<{NAME}}{'Disk':>9}")
    for one in others:
        more = "" if one.is_whole else " and more"
        name = _cut(f"{one.title}, {other_root(one)}", NAME - 1)
        yield f"{name:<{NAME}}{disk_text(one.disk_usage):>9}{more:<16} --of {one.id}"


def _figures(audit: Audit, terms: Sequence[str]) -> Iterator[str]:
    """Yield the lines about the cache itself."""
    total = audit.total
    yield from _head("Audit of", audit.name, date_time(audit.now_ns), terms)
    projects = len([one for one in audit.projects if one.name is not None])
    yield f"{disk_text(total.disk_usage)} in {count(len(total.entries), 'entry')} of {count(projects, 'project')}"
    tool = audit.inventory.conduct.tool
    yield from _sum(audit, tool)
    if not total.entries:
        return
    everything = total.disk_usage
    yield from _table("By kind", audit.kinds, everything, "", len(audit.kinds))
    yield from _table("By project", audit.projects, everything, "no project", MOST_PROJECTS)
    for by in AGE_FIELDS:
        if any(age.from_days is not None and age.figure.entries for age in audit.ages[by]):
            yield from _table(f"By age, {by}", [_age(age) for age in audit.ages[by]], everything, "", MOST_OTHERS)
    yield from _table("By Python", audit.pythons, everything, "", MOST_OTHERS)
    yield from _table("By platform", audit.platforms, everything, "", MOST_OTHERS)
    yield from _table("By index or host", audit.origins, everything, "not known", MOST_OTHERS)
    if audit.facts.used:
        uses = [one._replace(name=USES[one.name]) for one in audit.uses]
        yield from _table("By use", uses, everything, "", MOST_OTHERS)
    yield from _twice(audit)
    yield from _could_go(audit, tool)


def _head(lead: str, root: str, at: str, terms: Sequence[str]) -> Iterator[str]:
    yield _cut(f"{lead} {escape_control(root)}", WIDTH)
    yield _cut(escape_control(f"at {at}, of {' '.join(terms)}" if terms else f"at {at}"), WIDTH)
    yield ""


def _sum(audit: Audit, tool: str) -> Iterator[str]:
    """Yield lines about the disk usage and its parts, and about directories that were not counted.

    `tool` is the program that fills the cache.
    """
    is_all = not audit.made_up and not audit.inventory.closed
    yield f"{'':<{NAME}}{'Disk':>9}"
    for name, amount in (
        (f"{count(len(audit.total.entries), 'entry')}", audit.total.disk_usage),
        (_directories(audit.directories), audit.directories_disk_usage),
        (f"{count(audit.foreign_files, 'file')} not {tool}'s", audit.foreign_disk_usage),
        ("together, as du counts" if is_all else "together", audit.disk_usage),
    ):
        yield f"{name:<{NAME}}{disk_text(amount):>9}"
    yield f"{'lengths of the files':<{NAME}}{disk_text(audit.total.apparent_size):>9}"
    for name in audit.inventory.closed:
        yield f"{name}/: {NOT_COUNTED}"


def _directories(number: int) -> str:
    return "1 directory" if number == 1 else f"{number:,} directories"


def _age(age: AgeGroup) -> Figure:
    return age.figure._replace(name=age_name(age.from_days, age.to_days))


def age_name(from_days: int | None, to_days: int | None) -> str:
    """Return an age group in words; `from_days` is None if the age is unknown, `to_days` if there is no maximum."""
    if from_days is None:
        return "not known"
    if to_days is None:
        return f"{_days(from_days)} or more"
    return f"under {_days(to_days)}" if from_days == 0 else f"{_days(from_days)} to {_days(to_days)}"


def _days(days: int) -> str:
    """Return a number of days in words, in the largest exact unit: years (365 days), months (30), weeks or days."""
    for length, name in ((365, "year"), (30, "month"), (7, "week")):
        if days % length == 0:
            return count(days // length, name)
    return count(days, "day")


def _table(title: str, figures: Sequence[Figure], everything: int, nameless: str, most: int) -> Iterator[str]:
    yield ""
    yield heading(f"{title:<{NAME}}{'Disk':>9}{'Share':>7}{'Entries':>9}")
    few = figures if len(figures) <= most else figures[: most - 1]
    for one in few:
        yield _line(escape_control(one.name or nameless), one.disk_usage, everything, len(one.entries))
    if rest := figures[len(few) :]:
        entries, disk = sum([len(one.entries) for one in rest]), sum([one.disk_usage for one in rest])
        yield _line(f"{len(rest):,} smaller", disk, everything, entries)


def _line(name: str, disk: int, everything: int, entries: int) -> str:
    share = disk / everything if everything else 0
    bar = SIGN * max(round(share * BAR), 1 if disk else 0)
    percent = f"{share:.0%}" if share >= LEAST_SHARE else ""
    size, end = f"{disk_text(disk):>9}", f"{percent:>7}{entries:>9,} {bar}".rstrip()
    return styled(f"{_cut(name, NAME - 1):<{NAME}}", ("heavy", size) if share >= HEAVY else size, end)


def _twice(audit: Audit) -> Iterator[str]:
    yield ""
    waste = sum([wasted(one) for one in audit.copies])
    yield heading(f"{'Stored more than once':<{NAME}}{'Disk':>9}{'':>7}{'Entries':>9}")
    yield _plain("files of the same name and size", waste, sum([len(one.entries) for one in audit.copies]))
    for one in audit.copies[:3]:
        yield _plain(f"  {escape_control(one.name or '')}", wasted(one), len(one.entries))
    if audit.linked.entries:
        yield _plain("hard links, counted once", audit.linked.disk_usage, len(audit.linked.entries))


def _could_go(audit: Audit, tool: str) -> Iterator[str]:
    yield ""
    yield heading(f"{'What each rule would free today':<{NAME}}{'Frees':>9}{'':>7}{'Entries':>9}")
    for rule in (*audit.rules, audit.already_built_rule):
        told = _plain(rule.name, rule.frees, len(rule.figure.entries))
        if not rule.known:
            told = f"{_cut(rule.name, NAME - 1):<{NAME}}{'not known':>9}{'':16}"
        line = f"{told} {rule.options}".rstrip()
        if rule.name != POLICY and len(line) <= WIDTH:
            yield line
        else:  # the user's own rule may be long
            yield told.rstrip()
            yield from wrap(
                escape_control(rule.options), WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
            )
    yield styled(("hint", f"Rules overlap; what is protected stays, and what {tool} built, but for --built."))
    yield styled(("hint", "The folders that are left empty come on top."))


def _plain(name: str, disk: int, entries: int) -> str:
    return f"{_cut(name, NAME - 1):<{NAME}}{disk_text(disk):>9}{'':>7}{entries:>9,}"


def comparison_text(
    comparison: Comparison, root: str, since: str, now: str, terms: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the differences between two audits as lines; `since` and `now` are their times, in ISO 8601."""
    yield from _head("Audit of", root, f"{local_date_time(now)}, since {local_date_time(since)}", terms)
    if not comparison:
        yield "Nothing has changed."
        return
    yield heading(f"{'':<{NAME}}{'Before':>9}{'Now':>9}{'Change':>11}")
    yield _changed("Everything", comparison.total)
    yield from _changes("By kind", comparison.kinds, "")
    yield from _changes("By project", comparison.projects, "no project")
    yield from _lines("Came", comparison.came)
    yield from _lines("Went", comparison.went)
    if comparison.resized:
        yield ""
        yield heading(f"{'Grew or shrank':<{NAME}}{'Before':>9}{'Now':>9}{'Change':>11}")
        for before, line in comparison.resized[:MOST_PROJECTS]:
            yield _changed(_called(line), FigureChange(None, before.disk_usage, line.disk_usage, 1, 1))
        yield from _more(len(comparison.resized))


def _changes(title: str, changes: Sequence[FigureChange], nameless: str) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield heading(f"{title:<{NAME}}{'Before':>9}{'Now':>9}{'Change':>11}{'Entries':>9}")
    foremost = sorted(changes, key=lambda one: -abs(one.difference))[:MOST_PROJECTS]
    for one in changes:
        if one in foremost:
            more = f"{one.entries_now - one.entries_before:>+9,}"
            yield f"{_changed(escape_control(one.name or nameless), one)}{more}"
    yield from _more(len(changes))


def _changed(name: str, change: FigureChange) -> str:
    sign = "-" if change.difference < 0 else "+"
    grown = f"{sign}{disk_text(abs(change.difference))}"
    return f"{_cut(name, NAME - 1):<{NAME}}{disk_text(change.before):>9}{disk_text(change.now):>9}{grown:>11}"


def _lines(title: str, lines: Sequence[ComparedEntry]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    lead = f"{title}: {count(len(lines), 'entry')}"
    yield heading(f"{lead:<{WIDTH - 9}}{'Disk':>9}")
    for line in lines[:MOST_PROJECTS]:
        yield f"{_cut(_called(line), WIDTH - 10):<{WIDTH - 9}}{disk_text(line.disk_usage):>9}"
    yield from _more(len(lines))


def _more(number: int) -> Iterator[str]:
    if number > MOST_PROJECTS:
        yield f"and {number - MOST_PROJECTS:,} more"


def _called(line: ComparedEntry) -> str:
    """Return the name of an entry, with its kind."""
    return escape_control(f"{line.file_name or line.project or line.path} ({line.kind})")


def _cut(text: str, room: int) -> str:
    """Return text, cut to `room` characters if it is longer; the last of them is then "~"."""
    return text if len(text) <= room else f"{text[: room - 1]}~"
