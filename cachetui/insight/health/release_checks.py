"""Checks of releases: what indexes say of them, what they do at each start of Python, and their age at the download."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from cachetui.insight.arrival import arrival
from cachetui.insight.health.finding import Finding, FindingType
from cachetui.insight.health.release_memory import ReleaseMemory
from cachetui.model import INSTALLABLE, NS, Entry
from cachetui.pip.formats.index_files import yanked_files
from cachetui.pip.formats.project_status import MARKERS, ProjectStatus, project_status
from cachetui.pip.reader import CacheReader, digest_of, record_name
from cachetui.text.excerpt import excerpt
from cachetui.text.format import count


class IndexWords(NamedTuple):
    """Statements of cached index pages about projects and their files."""

    yanked: Mapping[str, str]
    """Reasons for yanking, by the names of the yanked files' cache records; "" if no reason is given."""
    statuses: Mapping[str, ProjectStatus]
    """Statuses of projects that are not active, by the paths of their pages."""
    quarantined: Mapping[str, str]
    """Reasons for quarantine, by the name of the quarantined project; "" if no reason is given."""


def release_findings(
    entries: Collection[Entry],
    all_entries: Iterable[Entry],
    evidence: CacheReader,
    *,
    fresh_hours: int | None,
    memory: ReleaseMemory,
    stop: Callable[[], bool],
) -> Iterator[Finding]:
    """Yield the findings about `entries` that concern releases and projects; `all_entries` holds the whole cache's.

    `memory` holds what earlier checks read. With `fresh_hours`, there is a finding for a download that came at most so
    many hours after its upload.
    """
    projects = {entry.project for entry in entries if entry.project and entry.kind in (*INSTALLABLE, "index")}
    own = [entry for entry in all_entries if entry.project in projects]
    with_files = {entry.project for entry in own if entry.kind in INSTALLABLE}
    said = index_words([entry for entry in own if entry.kind == "index"], evidence, memory, stop)
    for entry in entries:
        if stop():
            return
        if entry.kind in INSTALLABLE:
            yield from _of_file(entry, said, evidence, memory, fresh_hours)
        elif status := said.statuses.get(entry.path):
            sort: FindingType = "quarantined" if status.marker == "quarantined" else "retired"
            if sort == "retired" or entry.project not in with_files:  # otherwise the finding is about the files
                yield Finding(sort, entry.path, _with_reason(status.marker, status.reason), _written(entry))


def _of_file(
    entry: Entry, said: IndexWords, evidence: CacheReader, memory: ReleaseMemory, fresh_hours: int | None
) -> Iterator[Finding]:
    """Yield the findings about one wheel or sdist."""
    if (reason := said.quarantined.get(entry.project or "")) is not None:
        yield Finding("quarantined", entry.path, _with_reason("quarantined", reason), _written(entry))
    record = record_name(entry) or (digest_of(entry.url) if entry.url else "")
    if (reason := said.yanked.get(record)) is not None:
        yield Finding("yanked", entry.path, _with_reason("yanked", reason), _written(entry))
    files = None
    if entry.kind != "sdist":
        files = memory.recall(entry, lambda: evidence.startup_files(entry), _is_names)
    if files:
        more = f" and {len(files) - 1:,} more" if len(files) > 1 else ""
        yield Finding("startup", entry.path, f"it has {_short(files[0])}{more}", _written(entry))
    if fresh_hours is not None and (came := arrival(entry, evidence)) and came.hours <= fresh_hours:
        words = f"it was downloaded {hours_text(came.hours)} after its upload"
        yield Finding("fresh", entry.path, words, came.taken * NS)


def index_words(
    pages: Iterable[Entry], evidence: CacheReader, memory: ReleaseMemory, stop: Callable[[], bool]
) -> IndexWords:
    """Return what index pages say; of pages from one URL, only the last downloaded or confirmed one is read."""
    yanked: dict[str, str] = {}
    statuses: dict[str, ProjectStatus] = {}
    quarantined: dict[str, str] = {}
    latest = {entry.path[-56:]: entry for entry in sorted(pages, key=lambda page: page.checked or page.downloaded)}
    for entry in latest.values():
        if stop():
            break
        if found := memory.recall(entry, partial(_words_of, entry, evidence), _is_words):
            withdrawn, told = found
            yanked |= withdrawn
            if told:
                status = statuses[entry.path] = ProjectStatus(*told)
                if status.marker == "quarantined" and entry.project:
                    quarantined[entry.project] = status.reason
    return IndexWords(yanked, statuses, quarantined)


def _words_of(entry: Entry, evidence: CacheReader) -> tuple[dict[str, str], ProjectStatus | None] | None:
    """Return the statements of an index page: reasons for yanking by record, and status; None if it cannot be read."""
    page = evidence.page(entry)
    if page is None:
        return None
    return {digest_of(file.url): file.yanked_reason for file in yanked_files(page, entry.url)}, project_status(page)


def _is_names(value: object) -> bool:
    """Return whether a remembered value is a list of strings."""
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_words(value: object) -> bool:
    """Return whether a remembered value has the form of a result of `_words_of` in JSON."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    yanked, status = value
    if not isinstance(yanked, dict) or not _is_names([*yanked.values()]):
        return False
    return status is None or (_is_names(status) and len(status) == 2 and status[0] in MARKERS)


def hours_text(hours: float) -> str:
    """Return a number of hours in words, such as `1.5 hours`; below 0.95 hours in minutes, from 72 hours on in days."""
    if hours >= 72:
        return count(int(hours / 24), "day")
    return f"{hours:.1f} hours" if hours >= 0.95 else f"{round(hours * 60)} minutes"


def _with_reason(words: str, reason: str) -> str:
    reason = " ".join(reason.split()).rstrip(".")
    return f"{words}: {_short(reason)}" if reason else f"{words}, without a reason"


def _short(text: str) -> str:
    return excerpt(text, 0)[0]


def _written(entry: Entry) -> int:
    return max([file.mtime_ns for file in entry.files], default=entry.downloaded)
