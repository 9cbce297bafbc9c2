"""The result of a check as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cachetui.insight.check.check_list import CheckList
from cachetui.insight.check.matches import CheckResult, FoundFile, Match, Trace
from cachetui.model import NS, Entry, Inventory
from cachetui.report.entries_json import SCHEMA, clean
from cachetui.text.format import timestamp
from cachetui.text.redact import masked


def check_json(inventory: Inventory, found: CheckList, result: CheckResult, *, now_ns: int) -> str:
    """Return the result of a check as a JSON document; `now_ns` is in nanoseconds since the epoch."""
    usage, advisories = result.usage, found.advisories
    document = {
        "schema": SCHEMA,
        "root": clean(inventory.root),
        "at": timestamp(now_ns),
        "found": result.is_found,
        "items": [_item(match, knows_users=not usage.trouble) for match in result.matches],
        "withdrawn": advisories.withdrawn,
        "other_ecosystems": advisories.elsewhere,
        "without_versions": advisories.without_versions,
        "unreadable": _texts(found.unreadable),
        "not_looked_at": _texts(found.ignored),
        "environments": None if usage.trouble else len(usage.environments),
        "unreadable_environments": _texts(one.title for one in usage.unread),
    }
    return f"{json.dumps(document, indent=1)}\n"


def _item(match: Match, *, knows_users: bool) -> dict[str, Any]:
    item = match.item
    return {
        "item": clean(item.title),
        "place": clean(item.place) or None,
        "aliases": _texts(item.aliases),
        "summary": clean(item.summary) or None,
        "state": "found" if match.is_found else "traces" if match.traces else "absent",
        "files": [_file(found, knows_users=knows_users) for found in match.files],
        "installed": [{key: clean(value) for key, value in one._asdict().items()} for one in match.installed],
        "traces": [_trace(trace) for trace in match.traces],
    }


def _file(found: FoundFile, *, knows_users: bool) -> dict[str, Any]:
    came = found.arrival
    return {
        **_entry(found.entry),
        "downloaded": timestamp(came.taken * NS if came else found.entry.downloaded),
        "uploaded": timestamp(came.uploaded * NS) if came else None,
        "hours_after_upload": round(came.hours, 2) if came else None,
        "from": found.origin and clean(found.origin),
        "startup_files": _texts(found.startup_files),
        "built": [clean(entry.path) for entry in found.built],
        "used_by": _texts(found.users) if knows_users else None,
    }


def _trace(trace: Trace) -> dict[str, Any]:
    return {**_entry(trace.entry), "seen": timestamp(trace.seen), "lists": _texts(trace.listed)}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "project": entry.project and clean(entry.project),
        "version": entry.version and clean(entry.version),
        "filename": entry.filename and clean(entry.filename),
        "paths": [clean(file.path) for file in entry.files] or [clean(entry.path)],
        "disk_usage": entry.disk_usage,
        "url": entry.url and clean(masked(entry.url)),
    }


def _texts(texts: Iterable[str]) -> list[str]:
    return [clean(text) for text in texts]
