"""Audit reports and comparisons as JSON for scripts; audit reports can also be compared with later audits.

The key `schema` holds the version of the format, and `report` the type of the document. Sizes are in bytes,
times in ISO 8601 in UTC. In an audit report, `listing` holds each entry with the values from which a reader
can compute most figures again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

from cachetui.caches.source import OtherCache
from cachetui.insight.audit.audit import Audit, directories_freed
from cachetui.insight.audit.comparison import Comparison, FigureChange
from cachetui.insight.audit.figures import AgeGroup, Figure, Reclaimable, wasted
from cachetui.report.audit.audit_rows import AuditRow, ReportHead, characters, head, rows
from cachetui.report.other_caches import other_caches_json

AUDIT, COMPARISON = "audit", "comparison"
"""Types of documents: values of the key `report`."""
LABELS: dict[object, str] = {True: "true", False: "false", None: "null"}


def audit_json(audit: Audit, terms: Sequence[str] = (), others: Sequence[OtherCache] | None = None) -> Iterator[str]:
    """Yield the parts of the JSON document of an audit; `others` are the other caches here, None if not known."""
    start = {
        **_head(head(audit), AUDIT),
        "terms": [characters(term) for term in terms],
        **_sums(audit.total),
        "du": audit.disk_usage,
    }
    yield json.dumps(start)[:-1]
    for name, section in _sections(audit):
        yield f',\n "{name}": {json.dumps(section)}'
    yield f',\n "other_caches": {json.dumps(None if others is None else other_caches_json(others))}'
    yield f',\n "closed": {json.dumps([characters(name) for name in audit.inventory.closed])}'
    errors = [{"path": characters(error.path), "reason": characters(error.reason)} for error in audit.errors]
    yield f',\n "errors": {json.dumps(errors)},\n "listing": [\n  '
    yield ",\n  ".join([_row(row) for row in rows(audit)])
    yield "]}\n"


def _head(shared: ReportHead, report: str) -> dict[str, Any]:
    """Return the head of a document; `schema` and `report` come first, where readers look for them."""
    return {"schema": shared.schema, "report": report, **shared._asdict()}


def _sections(audit: Audit) -> Iterator[tuple[str, Any]]:
    yield "kinds", _named("kind", audit.kinds)
    yield "projects", _named("project", audit.projects)
    yield "ages", {by: [_age(one) for one in ages] for by, ages in audit.ages.items()}
    yield "pythons", _named("python", audit.pythons)
    yield "platforms", _named("platform", audit.platforms)
    yield "origins", _named("origin", audit.origins)
    yield "uses", _named("use", audit.uses)
    yield "superseded", _sums(audit.superseded)
    yield "dead_weight", _sums(audit.dead_weight)
    *emptied, last = directories_freed(audit, (*audit.rules, audit.already_built_rule))
    yield "already_built", {**_sums(audit.already_built), **_frees(audit.already_built_rule, last)}
    yield "linked", _sums(audit.linked)
    yield "copies", [{**row, "wasted": wasted(one)} for row, one in zip(_copies(audit), audit.copies, strict=True)]
    yield (
        "rules",
        [
            {
                "rule": one.name,
                "options": one.options,
                "known": one.known,
                "entries": len(one.figure.entries),
                "disk_usage": one.figure.disk_usage,
                **_frees(one, directories),
                "kept": one.kept,
            }
            for one, directories in zip(audit.rules, emptied, strict=True)
        ],
    )
    yield (
        "directories",
        {
            "count": audit.directories,
            "disk_usage": audit.directories_disk_usage,
            "tops": [
                {"top": characters(one.name), "count": one.directories, "disk_usage": one.disk_usage}
                for one in audit.shards
            ],
        },
    )
    yield "foreign_files", {"files": audit.foreign_files, "disk_usage": audit.foreign_disk_usage}


def _frees(rule: Reclaimable, directories: int) -> dict[str, int]:
    """Return the bytes that a rule frees: in total, of files, and of emptied directories (`directories`)."""
    return {"frees": rule.frees + directories, "frees_files": rule.frees, "frees_directories": directories}


def _sums(figure: Figure) -> dict[str, int]:
    return {
        "entries": len(figure.entries),
        "disk_usage": figure.disk_usage,
        "apparent_size": figure.apparent_size,
    }


def _named(key: str, figures: Iterable[Figure]) -> list[dict[str, Any]]:
    return [{key: one.name and characters(one.name), **_sums(one)} for one in figures]


def _age(age: AgeGroup) -> dict[str, Any]:
    return {"from_days": age.from_days, "to_days": age.to_days, **_sums(age.figure)}


def _copies(audit: Audit) -> list[dict[str, Any]]:
    return [
        {**row, "paths": [characters(path) for path in one.paths]}
        for row, one in zip(_named("file_name", audit.copies), audit.copies, strict=True)
    ]


def _row(row: AuditRow) -> str:
    """Return one entry as JSON, formatted without `json` for speed: there may be a hundred thousand entries."""
    (kind, project, version, file_name, disk_usage, apparent_size, downloaded, checked, read) = row[:9]
    (python, platform, tags, origin, url, rung, superseded, dead_weight, legacy, unusable, protected, path) = row[9:]
    return (
        f'{{"kind": "{kind}", "project": {_quoted(project)}, "version": {_quoted(version)}, '
        f'"file_name": {_quoted(file_name)}, "disk_usage": {disk_usage}, "apparent_size": {apparent_size}, '
        f'"downloaded": {_quoted(downloaded)}, "checked": {_quoted(checked)}, "read": {_quoted(read)}, '
        f'"python": {_quoted(python)}, "platform": {_quoted(platform)}, "tags": {_quoted(tags)}, '
        f'"origin": {_quoted(origin)}, "url": {_quoted(url)}, "identified_by": {_quoted(rung)}, '
        f'"superseded": {LABELS[superseded]}, "dead_weight": {LABELS[dead_weight]}, "legacy": {LABELS[legacy]}, '
        f'"unusable": {LABELS[unusable]}, "protected": {LABELS[protected]}, "path": {_quoted(path)}}}'
    )


def _quoted(text: str | None) -> str:
    return "null" if text is None else encode_basestring_ascii(text)


def comparison_json(comparison: Comparison, shared: ReportHead, since: str) -> str:
    """Return the differences from an earlier audit as a JSON document; `since` is the time of the earlier audit."""
    document = {
        **_head(shared, COMPARISON),
        "since": since,
        "total": _change(comparison.total),
        "kinds": [{"kind": one.name, **_change(one)} for one in comparison.kinds],
        "projects": [{"project": one.name, **_change(one)} for one in comparison.projects],
        "came": [line._asdict() for line in comparison.came],
        "went": [line._asdict() for line in comparison.went],
        "resized": [{**pair.now._asdict(), "before": pair.before.disk_usage} for pair in comparison.resized],
    }
    return f"{json.dumps(document, indent=1)}\n"


def _change(change: FigureChange) -> dict[str, int]:
    return {
        "before": change.before,
        "now": change.now,
        "entries_before": change.entries_before,
        "entries_now": change.entries_now,
    }
