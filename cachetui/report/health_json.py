"""Findings as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from cachetui.insight.health.finding import Finding
from cachetui.insight.health.verification import Verified
from cachetui.model import Inventory
from cachetui.report.entries_json import SCHEMA, clean
from cachetui.report.health_text import RemoveCommands, entry_of
from cachetui.text.format import timestamp

SORTS = {"build": "archive"}
"""Types of findings with another name in the JSON document, which has one name for all damaged archives."""


def health_json(
    inventory: Inventory,
    findings: Iterable[Finding],
    verified: Verified | None,
    *,
    now_ns: int,
    cache: Sequence[str] = (),
) -> str:
    """Return findings as a JSON document; `verified` is None if no bodies were read.

    `now_ns` is in nanoseconds since the epoch. `cache` holds the options that a suggested command needs to find the
    cache; empty if it needs none.
    """
    commands = RemoveCommands(inventory, cache)
    document = {
        "schema": SCHEMA,
        "root": clean(inventory.root),
        "at": timestamp(now_ns),
        "deep": None
        if verified is None
        else {"proven": verified.proven, "sound": verified.sound, "complete": not verified.stopped}
        | {"read": verified.done, "of": verified.of},
        "findings": [
            {
                "sort": SORTS.get(one.sort, one.sort),
                "weight": meaning.severity,
                "words": clean(one.words),
                "consequence": meaning.consequence,
                "way_out": meaning.way_out,
                "since": timestamp(one.since),
                "kind": None if one.sort == "folder" else entry.kind,
                "project": entry.project and clean(entry.project),
                "version": entry.version and clean(entry.version),
                "filename": entry.filename and clean(entry.filename),
                "paths": [clean(file.path) for file in entry.files] or [clean(entry.path)],
                "disk_usage": entry.disk_usage,
                "command": (command := commands.of(one)) and clean(command[0]),
            }
            for one in findings
            for entry, meaning in [(entry_of(inventory, one), one.meaning_in(inventory.conduct))]
        ],
    }
    return f"{json.dumps(document, indent=1)}\n"
