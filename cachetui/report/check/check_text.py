"""The result of a check as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cachetui.insight.check.advisories import Advisories
from cachetui.insight.check.check_list import CheckList
from cachetui.insight.check.matches import CheckResult, FoundFile, Match, Trace
from cachetui.insight.health.release_checks import hours_text
from cachetui.model import NS, Entry
from cachetui.text.escape import escape_control
from cachetui.text.format import count, date_time, disk_text
from cachetui.text.names import whole_name
from cachetui.text.quote import quoted
from cachetui.text.redact import masked
from cachetui.text.styled import styled

MOST_NAMED = 3
"""Maximum number of names that `_some` lists; after them comes the number of further names."""
MOST_ABSENT = 10
"""Maximum number of absent items that `check_lines` names; if there are more, only their number is shown."""


def check_lines(result: CheckResult, cache: Sequence[str] = ()) -> Iterator[str]:
    """Yield lines about the checked items: those that were found, then those with only traces, then absent ones.

    `cache` holds the options that a suggested command needs to find the cache; empty if it needs none.
    """
    for match in result.matches:
        if match.is_found:
            yield from _found(match, cache)
    for match in result.matches:
        if match.traces and not match.is_found:
            yield styled(("warning", "TRACES ONLY"), f": {_title(match)}")
            yield from map(_trace, match.traces)
            yield ""
    absent = [match.item.title for match in result.matches if not (match.is_found or match.traces)]
    if absent:
        names = f": {', '.join(absent)}" if len(absent) <= MOST_ABSENT else ""
        yield f"Not here: {len(absent):,} of {len(result.matches):,}{escape_control(names)}"


def _found(match: Match, cache: Sequence[str]) -> Iterator[str]:
    size = sum([found.entry.disk_usage for found in match.files])
    many = f"{count(len(match.files), 'file')}, {disk_text(size)}" if match.files else "installed"
    yield styled(("danger", "FOUND"), f": {_title(match)}: {many}")
    for found in match.files:
        yield from _file(found)
    users = {user for found in match.files for user in found.users}
    for one in match.installed:
        if one.environment not in users:
            yield f"  - {escape_control(f'{one.project} {one.version} is installed in {one.environment}')}"
    yield from map(_trace, match.traces)
    releases = dict.fromkeys(f"{one.entry.project}=={one.entry.version}" for one in match.files)
    if releases:
        yield f"    $ {escape_control(quoted(['cachetui', 'remove', *releases, *cache]))}"
    yield ""


def _title(match: Match) -> str:
    """Return the title of an item with its aliases and its summary, escaped."""
    item = match.item
    aliases = f" ({', '.join(item.aliases)})" if item.aliases else ""
    return escape_control(f"{item.title}{aliases}{f', {item.summary}' if item.summary else ''}")


def _file(found: FoundFile) -> Iterator[str]:
    """Yield lines about a file, such as its times, its URL, what was built from it, and which environments use it."""
    entry = found.entry
    yield f"  - {escape_control(whole_name(entry))} ({entry.kind}), {disk_text(entry.disk_usage)}"
    came = found.arrival
    if came:
        yield f"    downloaded {date_time(came.taken * NS)}, {hours_text(came.hours)} after its upload"
        yield f"    uploaded {date_time(came.uploaded * NS)}, by the time of the file at its server"
    else:
        yield f"    {'built' if entry.kind == 'built' else 'downloaded'} {date_time(entry.downloaded)}"
    if entry.url:
        yield f"    from {escape_control(masked(entry.url))}"
    if found.startup_files:
        yield f"    runs at every start of Python: {escape_control(_some(found.startup_files))}"
    for built in found.built:
        yield f"    built here {date_time(built.downloaded)}: {escape_control(built.filename or built.path)}"
    if found.users:
        yield f"    used by {escape_control(_some(found.users))}"
    yield styled(("hint", f"    {escape_control(entry.path)}"))


def _trace(trace: Trace) -> str:
    lists = f", lists {_some(trace.listed)}" if trace.listed else ""
    return f"  - {escape_control(f'{_trace_name(trace.entry)}, seen {date_time(trace.seen)}{lists}')}"


def _trace_name(entry: Entry) -> str:
    name = whole_name(entry)
    return name if entry.kind in ("index", "metadata", "redirect") else f"{name} ({entry.kind})"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


def check_notes(found: CheckList, result: CheckResult) -> Iterator[str]:
    """Yield sentences: how many items were checked, how many environments or why none, and what was left out.

    The text is untrusted.
    """
    yield f"Looked for {count(len(result.matches), 'item')}{_left_out(found.advisories)}."
    if result.usage.trouble:
        yield result.usage.trouble
        return
    looked = f"Looked at {count(len(result.usage.environments), 'environment')} for who uses it"
    unread = [f"{environment.title} ({environment.trouble})" for environment in result.usage.unread]
    yield f"{looked}; not readable: {_some(unread)}." if unread else f"{looked}."


def _left_out(advisories: Advisories) -> str:
    parts = [
        (advisories.withdrawn, "withdrawn"),
        (advisories.elsewhere, "not about PyPI"),
        (advisories.without_versions, "without versions"),
    ]
    told = ", ".join([f"{number:,} {words}" for number, words in parts if number])
    return f"; left out: {told}" if told else ""


def summary(result: CheckResult) -> str:
    """Return the result in one line for the browser, which has marked the found files; the text is untrusted."""
    found = [match for match in result.matches if match.is_found]
    traces = [match.item.title for match in result.matches if match.traces and not match.is_found]
    users = {one.environment for match in found for one in match.installed}
    files = {file.entry.path for match in found for file in match.files}
    parts = [f"Found {_some([match.item.title for match in found])}"] if found else []
    if files:
        parts.append(f"{count(len(files), 'file')} marked")
    if users:
        parts.append(f"installed in {_some(sorted(users))}")
    if traces:
        parts.append(f"{'only traces' if found else 'Only traces'} of {_some(traces)}")
    absent = [match.item.title for match in result.matches if not (match.is_found or match.traces)]
    sentences = [", ".join(parts), f"Not here: {_some(absent)}" if absent else ""]
    return " ".join([f"{sentence}." for sentence in sentences if sentence])
