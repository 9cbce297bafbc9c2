"""Findings as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cachetui.insight.health.finding import Finding
from cachetui.insight.health.verification import Verified
from cachetui.model import Inventory
from cachetui.report.entries_json import SCHEMA, clean
from cachetui.report.health_text import entry_of
from cachetui.text.format import timestamp


def health_json(inventory: Inventory, findings: Iterable[Finding], verified: Verified | None, *, now_ns: int) -> str:
    """Return findings as a JSON document; `verified` is None where not everything was read."""
    document = {
        "schema": SCHEMA,
        "root": clean(inventory.root),
        "at": timestamp(now_ns),
        "deep": None
        if verified is None
        else {"proven": verified.proven, "sound": verified.sound, "complete": not verified.stopped},
        "findings": [
            {
                "sort": one.sort,
                "weight": one.meaning.weight,
                "words": clean(one.words),
                "consequence": one.meaning.consequence,
                "way_out": one.meaning.way_out,
                "since": timestamp(one.since),
                "kind": entry.kind,
                "project": entry.project and clean(entry.project),
                "version": entry.version and clean(entry.version),
                "filename": entry.filename and clean(entry.filename),
                "paths": [clean(file.path) for file in entry.files] or [clean(entry.path)],
                "disk_usage": entry.disk_usage,
            }
            for one in findings
            for entry in [entry_of(inventory, one)]
        ],
    }
    return f"{json.dumps(document, indent=1)}\n"
