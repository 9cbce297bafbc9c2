"""An export as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cachetui.export.export import ExportOutcome
from cachetui.export.plan import PlannedFile
from cachetui.export.requirements_closure import NeededFiles
from cachetui.needs.values import RequirementFile
from cachetui.report.entries_json import SCHEMA, clean
from cachetui.text.redact import redact_input


def export_json(
    planned: Sequence[PlannedFile],
    outcome: ExportOutcome | None,
    needs: NeededFiles | None,
    asked: RequirementFile | None,
) -> str:
    """Return an export as a JSON document: its plan and its outcome; `outcome` is None if it was not carried out.

    `needs` holds the files that the requirements in `asked` need; both are None for an export without requirements.
    """

    def named(filename: str | None) -> str | None:
        return None if filename is None else clean(filename)

    parts: dict[str, Any] = {
        "schema": SCHEMA,
        "planned": [
            {"filename": named(one.filename), "path": clean(one.entry.path), "size": one.size} for one in planned
        ],
        "exported": [
            {
                "filename": one.filename,
                "path": clean(one.entry.path),
                "size": one.size,
                "sha256": one.sha256,
                "verified_by": list(one.verified_by),
                "written": one.written,
            }
            for one in (outcome.exported if outcome else ())
        ],
        "skipped": [
            {"path": clean(one.entry.path), "filename": named(one.filename), "reason": clean(one.reason)}
            for one in (outcome.skipped if outcome else ())
        ],
        "stopped": bool(outcome and outcome.stopped),
    }
    if needs is not None:
        parts["lacking"] = [
            {"requirement": clean(one.requirement), "needed_by": named(one.needed_by), "reason": clean(one.reason)}
            for one in needs.lacking
        ]
    if asked is not None:
        parts["not_looked_at"] = [
            {"place": clean(redact_input(one.place)), "text": clean(redact_input(one.text))} for one in asked.ignored
        ]
    return f"{json.dumps(parts, indent=1)}\n"
