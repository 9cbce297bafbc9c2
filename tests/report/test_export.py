from __future__ import annotations

import json

import pytest

from cachetui.export.export import Exported, ExportOutcome, SkippedEntry
from cachetui.export.plan import PlannedFile
from cachetui.export.requirements_closure import MissingRequirement, NeededFiles
from cachetui.model import Entry
from cachetui.needs.values import Ignored, RequirementFile
from cachetui.report.export_json import export_json
from cachetui.report.export_text import export_lines

SIX = Entry("wheel", (), "http-v2/a", 0, project="six", version="1.0", filename="six-1.0-py3-none-any.whl")
TORCH = Entry("wheel", (), "http-v2/b", 0, project="torch\x1b", version="2.0")
PLANNED = (PlannedFile(SIX, SIX.filename, 2_000), PlannedFile(TORCH, None, 10))
OUTCOME = ExportOutcome(
    exported=(Exported("six-1.0-py3-none-any.whl", SIX, 2_000, "0" * 64, (), written=False),),
    skipped=(SkippedEntry(TORCH, None, "it is damaged"),),
)


@pytest.mark.parametrize(
    ("outcome", "lines"),
    [
        (
            None,
            ["   2.0 kB  six-1.0-py3-none-any.whl", r"     10 B  torch\x1b 2.0  (named when it is written)"],
        ),
        (OUTCOME, ["   2.0 kB  six-1.0-py3-none-any.whl  (there already)"]),
    ],
)
def test_a_line_for_each_file(outcome: ExportOutcome | None, lines: list[str]) -> None:
    assert [*export_lines(PLANNED, outcome)] == lines


def test_the_document_has_plan_and_outcome() -> None:
    assert json.loads(export_json(PLANNED, OUTCOME, None, None)) == {
        "schema": 1,
        "planned": [
            {"filename": "six-1.0-py3-none-any.whl", "path": "http-v2/a", "size": 2_000},
            {"filename": None, "path": "http-v2/b", "size": 10},
        ],
        "exported": [
            {
                "filename": "six-1.0-py3-none-any.whl",
                "path": "http-v2/a",
                "size": 2_000,
                "sha256": "0" * 64,
                "verified_by": [],
                "written": False,
            }
        ],
        "skipped": [{"path": "http-v2/b", "filename": None, "reason": "it is damaged"}],
        "stopped": False,
    }


def test_requirements_add_what_lacks_and_what_was_not_looked_at() -> None:
    needs = NeededFiles((), (MissingRequirement("old", "six-1.0.tar.gz", "no file of it is here"),))
    file = RequirementFile((), (Ignored("r.txt:2", "-i https://me:secret@index.example"),), pre=False)
    document = json.loads(export_json((), None, needs, file))
    assert document["lacking"] == [
        {"requirement": "old", "needed_by": "six-1.0.tar.gz", "reason": "no file of it is here"}
    ]
    assert document["not_looked_at"] == [{"place": "r.txt:2", "text": "-i https://***@index.example"}]
